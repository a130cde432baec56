//! What an event log says of itself does not agree, though Windows would have kept it so.

use kusari_artifacts::Mismatch;

use super::{Finding, Rule};
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "log-contradicts-itself",
    check,
};

fn check(r: &Reconstruction) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, source) in (0..).zip(r.sources()) {
        let mismatches = &source.outcome.coverage.mismatches;
        // Where not all bytes could be read, a checksum says nothing of those that are there.
        let (Some(first), Some(_)) = (mismatches.first(), source.sha256) else {
            continue;
        };
        let name = &source.name;
        let (said_en, said_ja) = said(*first);
        let (more_en, more_ja) = match mismatches.len().saturating_sub(1) {
            0 => (String::new(), String::new()),
            more => (
                format!(" So it is in {more} more respects."),
                format!("ほかに{more}件の不一致がある。"),
            ),
        };
        let (fits_en, fits_ja) = consistent_with(mismatches);
        let records: Vec<u64> = mismatches.iter().filter_map(|one| outer(*one)).collect();
        findings.push(Finding {
            en: format!("In {name}, {said_en}.{more_en} {fits_en}"),
            ja: format!("{name} において、{said_ja}。{more_ja}{fits_ja}"),
            machine: source.machine,
            events: r.events_of_records(index, &records),
            sources: vec![index],
            ..Finding::default()
        });
    }
    findings
}

fn outer(mismatch: Mismatch) -> Option<u64> {
    match mismatch {
        Mismatch::RecordInsideRecord { outer, .. } => Some(outer),
        _ => None,
    }
}

fn said(mismatch: Mismatch) -> (String, String) {
    match mismatch {
        Mismatch::FileHeaderChecksum => (
            "the checksum over the file's header is wrong".to_owned(),
            "ファイルヘッダーのチェックサムが一致しない".to_owned(),
        ),
        Mismatch::ChunkHeaderChecksum { chunk } => (
            format!("the checksum over the header of the chunk at {chunk:#x} is wrong"),
            format!("オフセット{chunk:#x}のチャンクのヘッダーのチェックサムが一致しない"),
        ),
        Mismatch::RecordsChecksum { chunk } => (
            format!("the checksum over the records of the chunk at {chunk:#x} is wrong"),
            format!("オフセット{chunk:#x}のチャンクの記録のチェックサムが一致しない"),
        ),
        Mismatch::ChunkNumbers {
            chunk,
            header,
            read,
        } => (
            format!(
                "the chunk at {chunk:#x} names the records {} to {} in its header and holds {} \
                 to {}",
                header.0, header.1, read.0, read.1
            ),
            format!(
                "オフセット{chunk:#x}のチャンクはヘッダーでは記録{}から{}を、実際には{}から{}を含む",
                header.0, header.1, read.0, read.1
            ),
        ),
        Mismatch::NextRecord { header, last } => (
            format!(
                "which was closed, the header names {header} as the next record, and the last \
                 one is {last}"
            ),
            format!(
                "正常に閉じられたログのヘッダーは次の記録番号を{header}とするが、最後の記録は{last}である"
            ),
        ),
        Mismatch::RecordInsideRecord {
            offset,
            outer,
            inner,
        } => (
            format!(
                "the bytes of record {outer} hold another whole record ({inner}, at {offset:#x})"
            ),
            format!("記録{outer}の中に別の完全な記録（番号{inner}、オフセット{offset:#x}）がある"),
        ),
        _ => (
            "two statements of the log about itself do not agree".to_owned(),
            "ログ自身の記載が互いに一致しない".to_owned(),
        ),
    }
}

/// A record inside another comes of no damage.
fn consistent_with(mismatches: &[Mismatch]) -> (&'static str, &'static str) {
    if mismatches.iter().any(|one| outer(*one).is_some()) {
        (
            "Windows writes one record behind the other: consistent with a record that was hidden \
             by lengthening the one before it.",
            "Windows は記録を順に並べて書き込む。直前の記録の長さを変えて記録を隠したことと整合する。",
        )
    } else {
        (
            "Not consistent with bytes as Windows wrote them; consistent with bytes that were \
             changed, and with a medium or a copy that is damaged.",
            "Windows が書き込んだままのバイト列とは整合しない。バイト列の改変、又は媒体若しくは複製の\
             損傷と整合する。",
        )
    }
}

#[cfg(test)]
mod tests {
    use kusari_artifacts::Mismatch;
    use kusari_evidence::hash::sha256;

    use crate::findings::Finding;
    use crate::reconstruction::testing::Scene;

    fn found(mismatches: Vec<Mismatch>, whole: bool) -> Option<Finding> {
        let mut scene = Scene::new();
        scene.machine("PC");
        scene.sources[0].outcome.coverage.mismatches = mismatches;
        scene.sources[0].sha256 = whole.then(|| sha256(b""));
        let made = scene.build();
        assert!(made.findings().iter().all(|f| f.rule == super::RULE.name));
        made.findings().first().cloned()
    }

    #[test]
    fn a_log_that_agrees_with_itself_has_no_finding() {
        assert_eq!(found(Vec::new(), true), None);
    }

    #[test]
    fn each_mismatch_is_said_in_both_languages() {
        let chunk = 4096;
        for (mismatch, en, ja) in [
            (
                Mismatch::FileHeaderChecksum,
                "file's header is wrong",
                "ファイルヘッダー",
            ),
            (
                Mismatch::ChunkHeaderChecksum { chunk },
                "chunk at 0x1000 is wrong",
                "0x1000",
            ),
            (
                Mismatch::RecordsChecksum { chunk },
                "records of the chunk",
                "記録のチェックサム",
            ),
            (
                Mismatch::ChunkNumbers {
                    chunk,
                    header: (1, 9),
                    read: (1, 8),
                },
                "1 to 9 in its header and holds 1 to 8",
                "実際には1から8",
            ),
            (
                Mismatch::NextRecord {
                    header: 10,
                    last: 8,
                },
                "names 10 as the next record",
                "最後の記録は8",
            ),
        ] {
            let said = found(vec![mismatch], true).unwrap();
            assert!(
                said.en.contains(en) && said.en.contains("damaged"),
                "{}",
                said.en
            );
            assert!(said.ja.contains(ja), "{}", said.ja);
            assert_eq!(said.sources, [0]);
        }
    }

    #[test]
    fn a_hidden_record_comes_of_no_damage() {
        let hidden = Mismatch::RecordInsideRecord {
            offset: 0x1234,
            outer: 7,
            inner: 8,
        };
        let said = found(vec![hidden, Mismatch::FileHeaderChecksum], true).unwrap();
        assert!(said.en.contains("record 7 hold another whole record (8"));
        assert!(said.en.contains("1 more"));
        assert!(!said.en.contains("damaged"));
    }

    #[test]
    fn a_source_that_could_not_be_read_whole_has_no_finding() {
        assert_eq!(found(vec![Mismatch::FileHeaderChecksum], false), None);
    }
}
