//! The change journal of the Windows volume is younger than Windows.

use kusari_evidence::time::TICKS_PER_SECOND;

use super::{Finding, Rule};
use crate::event::{MachineIndex, SourceIndex};
use crate::machine::ChangeJournal;
use crate::reconstruction::Reconstruction;
use crate::source::Source;

pub(super) const RULE: Rule = Rule {
    name: "change-journal-made-anew",
    check,
};

/// What is made in the course of an installation is not younger than this.
const DAY: i64 = 24 * 3600 * TICKS_PER_SECOND;

fn check(r: &Reconstruction) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (machine, own) in (0..).zip(r.machines()) {
        let Some(installed) = own.installed else {
            continue;
        };
        for journal in &own.change_journals {
            let younger = journal.made.ticks_since(installed) > DAY;
            if younger && is_of_windows(r, machine, journal.source) {
                let installed = r.local_moment(machine, installed);
                findings.push(finding(r, machine, *journal, &installed));
            }
        }
    }
    findings
}

/// Whether a journal is of the volume that the machine's registry stands on. Another volume may
/// have been made at any time.
fn is_of_windows(r: &Reconstruction, machine: MachineIndex, journal: SourceIndex) -> bool {
    let volume = |source: &Source| {
        let place = source.place.as_ref()?;
        Some((place.evidence, place.volume))
    };
    let journal = usize::try_from(journal)
        .ok()
        .and_then(|at| r.sources().get(at));
    let Some(own) = journal.and_then(volume) else {
        return false;
    };
    r.sources().iter().any(|source| {
        source.machine == Some(machine)
            && matches!(source.artifact, "system-hive" | "software-hive")
            && volume(source) == Some(own)
    })
}

fn finding(
    r: &Reconstruction,
    machine: MachineIndex,
    journal: ChangeJournal,
    installed: &str,
) -> Finding {
    let (en, ja) = r.machine_names(machine);
    let made = r.local_moment(machine, journal.made);
    let (numbers_en, numbers_ja) = if journal.goes_on {
        (
            "Its numbers go on from those of an earlier journal.",
            "その番号は以前のジャーナルの番号に続いている。",
        )
    } else {
        (
            "Its numbers begin at zero, as those of a new journal do.",
            "その番号は新しいジャーナルと同様に0から始まる。",
        )
    };
    Finding {
        en: format!(
            "The change journal of the Windows volume of {en} was made or stamped anew at {made}, \
             after Windows was installed ({installed}). {numbers_en} What was changed on the volume \
             before is not in it. Consistent with a journal that was deleted and made again by an \
             administrator or a program, with a disk that was in another Windows, and with a clock \
             that was set."
        ),
        ja: format!(
            "{ja}の Windows ボリュームの変更ジャーナルは、Windows のインストール（{installed}）より後の \
             {made} に作成又は再設定されている。{numbers_ja}それ以前のボリュームの変更は記録されていない。\
             管理者若しくはプログラムによるジャーナルの削除と再作成、他の Windows でのディスクの使用、\
             又は時計の変更と整合する。"
        ),
        machine: Some(machine),
        sources: vec![journal.source],
        ..Finding::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::findings::Finding;
    use crate::machine::ChangeJournal;
    use crate::reconstruction::testing::{Scene, at};
    use crate::source::SourcePlace;

    /// Windows was installed on 21 June at 9; its registry stands on volume 1.
    fn found(made: &str, goes_on: bool, volume: usize) -> Vec<Finding> {
        let mut scene = Scene::new();
        let machine = scene.machine("PC");
        let hive = scene.source_of(machine, "system-hive");
        let source = scene.source("usn-journal", Some(machine));
        for (own, volume) in [(hive, 1), (source, volume)] {
            scene.sources[usize::try_from(own).unwrap()].place = Some(SourcePlace {
                evidence: 0,
                volume,
                path: String::new(),
                stream: None,
            });
        }
        scene.machines[0].installed = Some(at("2022-06-21 09:00:00"));
        scene.machines[0].change_journals.push(ChangeJournal {
            source,
            made: at(made),
            goes_on,
        });
        scene.build().findings().to_vec()
    }

    #[test]
    fn a_journal_that_is_younger_than_windows_fires() {
        for (goes_on, word) in [(true, "go on from"), (false, "begin at zero")] {
            let said = found("2022-07-01 10:00:00", goes_on, 1);
            assert_eq!(said.len(), 1);
            assert_eq!(said[0].rule, super::RULE.name);
            assert!(said[0].en.contains(word), "{}", said[0].en);
            assert!(said[0].ja.contains("再作成"));
            assert_eq!(said[0].sources.len(), 1);
        }
    }

    #[test]
    fn one_that_is_as_old_or_of_another_volume_does_not() {
        assert_eq!(found("2022-06-21 09:20:00", false, 1), []);
        // Windows bears the date of its last feature update.
        assert_eq!(found("2020-01-01 00:00:00", true, 1), []);
        assert_eq!(found("2022-07-01 10:00:00", false, 2), []);
    }
}
