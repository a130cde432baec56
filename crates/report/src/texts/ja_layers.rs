//! In Japanese: the names of what containers, volumes and file systems say about themselves.

/// The name of a fact.
pub(super) fn fact(name: &str) -> Option<&'static str> {
    Some(match name {
        "acquired" => "取得日時",
        "acquisition read errors" => "取得時の読取りエラー",
        "attributes" => "属性",
        "backing file" => "バッキングファイル",
        "block size" => "ブロックサイズ",
        "bytes per sector" => "セクタのバイト数",
        "case number" => "案件番号",
        "cluster size" => "クラスタサイズ",
        "compression" => "圧縮",
        "compression level" => "圧縮率",
        "created" => "作成",
        "creator" => "作成プログラム",
        "creator application" => "作成プログラム",
        "creator host system" => "作成環境",
        "current size" => "現在のサイズ",
        "description" => "説明",
        "device label" => "装置ラベル",
        "dirty" => "ダーティ",
        "disk GUID" => "ディスクGUID",
        "disk id" => "ディスク識別子",
        "disk signature" => "ディスク署名",
        "disk type" => "ディスク種別",
        "encryption method" => "暗号化方式",
        "evidence number" => "証拠番号",
        "examiner" => "検査者",
        "extents" => "エクステント",
        "files" => "ファイル",
        "id" | "identifier" => "識別子",
        "label" => "ラベル",
        "length" => "長さ",
        "locked" => "ロック",
        "log" => "ログ",
        "logical sector size" => "論理セクタサイズ",
        "machine" => "機器",
        "media size" => "媒体サイズ",
        "media type" => "媒体種別",
        "metadata version" => "メタデータの版",
        "method" => "方式",
        "model" => "型番",
        "modified" => "更新",
        "name" => "名前",
        "notes" => "備考",
        "opened by" => "解除",
        "operating system" => "OS",
        "parent id" => "親の識別子",
        "parent name" => "親の名前",
        "parts" => "分割数",
        "physical sector size" => "物理セクタサイズ",
        "protector" | "protectors" => "プロテクタ",
        "sectors" => "セクタ数",
        "sectors per chunk" => "チャンクのセクタ数",
        "segments" => "セグメント数",
        "serial" | "serial number" => "シリアル番号",
        "serial (64 bits)" => "シリアル番号（64ビット）",
        "set identifier" => "セット識別子",
        "size" => "サイズ",
        "snapshot" => "スナップショット",
        "software version" => "取得プログラムの版",
        "start" => "開始",
        "state" => "状態",
        "stored MD5" => "格納されたMD5",
        "stored SHA-1" => "格納されたSHA-1",
        "stored SHA-256" => "格納されたSHA-256",
        "system date" => "システム日時",
        "time stamp" => "タイムスタンプ",
        "version" => "版",
        "volume identifier" => "ボリューム識別子",
        _ => return None,
    })
}

/// The title of a layer; `None` when it is a name that is the same in Japanese.
pub(super) fn title(title: &str) -> Option<String> {
    let whole = match title {
        "split raw" => "分割raw",
        "raw" => "raw",
        "unallocated" => "未割り当て",
        "search for lost partitions" => "失われたパーティションの探索",
        "shadow copies" => "シャドウコピー",
        "volume" => "ボリューム",
        "damaged file system" => "破損したファイルシステム",
        "single file" => "単独のファイル",
        _ => "",
    };
    if !whole.is_empty() {
        return Some(whole.to_owned());
    }
    if let Some(rest) = title.strip_prefix("partition ") {
        return Some(format!("パーティション{rest}"));
    }
    let (number, at) = title.strip_prefix("shadow copy ")?.split_once(" of ")?;
    Some(format!("シャドウコピー{number}（{at}）"))
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn titles_keep_what_they_name() {
        let of = |english: &str| title(english).unwrap_or_default();
        assert_eq!(
            of("partition 1: NTFS or exFAT"),
            "パーティション1: NTFS or exFAT"
        );
        assert_eq!(
            of("shadow copy 1 of 2022-01-20T03:00:03Z"),
            "シャドウコピー1（2022-01-20T03:00:03Z）"
        );
        assert_eq!(title("NTFS"), None);
    }
}
