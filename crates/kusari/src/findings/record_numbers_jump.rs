//! A source that numbers its own records has a gap.

use super::{Finding, Rule};
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "record-numbers-jump",
    check,
};

/// Sources whose records only their own age takes out, from the oldest on. Entries of jump lists and
/// recycle bins are taken out one by one in ordinary use, and the log of NTFS begins anew at a
/// higher number; carved records never were all.
const KEEP_ALL: [&str; 3] = ["event-log", "vendor-log", "usn-journal"];

fn check(r: &Reconstruction) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, source) in (0..).zip(r.sources()) {
        if !KEEP_ALL.contains(&source.artifact) {
            continue;
        }
        let gaps = &source.outcome.coverage.gaps;
        let Some(first) = gaps.first() else { continue };
        let name = &source.name;
        let more = gaps.len().saturating_sub(1);
        let (more_en, more_ja) = if more == 0 {
            (String::new(), String::new())
        } else {
            (
                format!(", and in {more} more places"),
                format!("ほか{more}か所"),
            )
        };
        findings.push(Finding {
            en: format!(
                "The record numbers of {name} jump from {} to {}{more_en}. Not consistent with a \
                 complete log; consistent with removed or damaged records.",
                first.after, first.before
            ),
            ja: format!(
                "{name} の記録番号が {} から {} へ飛んでいる{more_ja}。完全なログとは整合しない。\
                 記録の削除または破損と整合する。",
                first.after, first.before
            ),
            machine: source.machine,
            sources: vec![index],
            ..Finding::default()
        });
    }
    findings
}
