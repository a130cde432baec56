//! Japanese.

use kusari::event::Action;

use super::Texts;

pub(crate) const JAPANESE: Texts = Texts {
    day: "日付",
    machine: "接続機器",
    device: "機器",
    time: "日時（補正後）",
    recorded: "記録上の日時",
    action: "事象",
    what: "記録の内容",
    source: "取得元",
    user: "ユーザー",
    volume: "ボリューム",
    volumes: "ボリューム",
    file: "ファイル",
    kind: "種類",
    serial: "シリアル番号",
    serial_made_by_windows: "Windowsが付けた番号であり、他の機器では意味を持たない",
    first_installed: "初回インストール",
    letter_inferred: "{}時点、推定",
    last_arrival: "最終接続",
    last_removal: "最終取外し",
    from: "最初",
    to: "最後",
    records: "件数",
    gaps: "欠番",
    state: "状態",
    size: "バイト数",
    sha256: "SHA-256",
    evidence: "証拠",
    clock: "時計",
    locator: "位置",
    meaning: "日時の意味",
    event_id: "事象ID",
    bytes: "その位置のバイト列",
    decoded: "解釈した内容",
    rule: "読み取りの規則",
    identities: "識別情報",

    custody_title: "接続履歴：{}",
    custody_times: "各行の最初の時刻は、その機器自身の時計と時間帯による記録のままの時刻である。\
                    時計のずれが分かる場合は、`=`の後に{}での補正後の時刻とその幅を示す。\
                    ※は取得元を示す。",
    first_connected: "初回接続",
    no_connection: "接続履歴なし",
    no_removal: "取外し履歴なし",
    all_machines: "全",
    no_evidence: "この機器自身の証拠なし",
    nothing_to_show: "持ち運びできる機器の接続・取外し・インストール・認証の記録はない。その他の記録に現れる機器は\
                      `kusari devices`で示す。",
    left_out: "事案ファイルに名前がないため表にないが、この期間に記録のある機器：{}。",
    findings_title: "所見",
    findings_on_other_days: "ほかに、期間外の所見が{}件ある。--allで表示する。",
    clocks_title: "時計",

    clock_unknown: "時計のずれは不明。記録のままの時刻を示す",
    clock_observed: "{}の観測：{}（{}、許容差{}）",
    reads_the_same: "どちらの読みでも差なし",
    reads_correction: "加えるべき補正値と読む",
    reads_deviation: "時計から真の時刻を引いた値と読む",
    reads_unknown: "加える値か、時計のずれかは書かれていない。幅は両方の読みを含む",
    clock_step: "{}から{}に変更（その機器の時計によるUTC）",
    zone_of: "地方時：{}",

    timeline_title: "時系列",
    devices_title: "機器一覧",
    coverage_title: "記録の範囲",
    inspect_title: "証拠の内容",
    explain_title: "事象 {}",
    no_devices: "機器はない。",
    no_events: "事象はない。",
    more_with_all: "ほかに{}件は持ち運びできる記憶装置ではない。--allで表示する。",

    action_name: action,
    artifact_name: artifact,
    state_name: state,
};

fn action(action: Action) -> Option<&'static str> {
    Some(match action {
        Action::Connected => "接続",
        Action::Present => "存在（接続日時の記録なし）",
        Action::Removed => "取外し",
        Action::Installed => "インストール",
        Action::Uninstalled => "インストール削除",
        Action::Mounted => "マウント",
        Action::Dismounted => "マウント解除",
        Action::RegistryKeyWritten => "レジストリキー書込み",
        Action::LoginSucceeded => "認証成功",
        Action::LoginFailed => "認証失敗",
        Action::PasswordChanged => "パスワード変更",
        Action::PasswordChangeFailed => "パスワード変更失敗",
        Action::DeviceOperation => "機器の操作",
        Action::FileCreated => "ファイル作成",
        Action::FileWritten => "ファイル書込み",
        Action::FileRenamed => "ファイル名変更",
        Action::FileDeleted => "ファイル削除",
        Action::FileOpened => "ファイルを開く",
        Action::FileAccessRequested => "ファイルへのアクセス要求",
        Action::FolderOpened => "フォルダーを開く",
        Action::ProgramRun => "プログラム実行",
        Action::ClockChanged => "時計変更",
        Action::ClockSynchronised => "時刻同期",
        Action::LogCleared => "ログ消去",
        Action::Started => "起動",
        Action::ShutDown => "終了",
        Action::ShutDownUnexpectedly => "予期しない終了",
        Action::LoggedOn => "ログオン",
        Action::LoggedOff => "ログオフ",
        Action::Locked => "ロック",
        Action::Unlocked => "ロック解除",
        Action::SessionReconnected => "セッション再接続",
        Action::SessionDisconnected => "セッション切断",
        Action::NetworkConnected => "ネットワーク接続",
        _ => return None,
    })
}

fn artifact(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "system-hive" => "Windowsレジストリ（SYSTEM）",
        "software-hive" => "Windowsレジストリ（SOFTWARE）",
        "user-hive" => "Windowsレジストリ（NTUSER.DAT）",
        "sam-hive" => "Windowsレジストリ（SAM）",
        "event-log" => "Windowsイベントログ",
        "setup-log" => "USBドライバーインストールログ",
        "vendor-log" => "USBメモリ自身の認証ログ",
        _ => return None,
    })
}

fn state(state: &str) -> Option<&'static str> {
    Some(match state {
        "dirty" => "未整理（最後の変更が欠けている可能性）",
        "logs-replayed" => "トランザクションログ適用済み",
        "logs-missing" => "未整理で、トランザクションログがないか合わない",
        "cleared" => "消去されている",
        "rolled-over" => "古い記録は上書き済み",
        "cut-short" => "ヘッダーの示す長さより短い",
        "damaged" => "一部破損",
        "last-time-only" => "最後の日時だけを保持",
        "missing" => "なし",
        "unreadable" => "読取り不能",
        _ => return None,
    })
}
