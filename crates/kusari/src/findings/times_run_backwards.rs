//! A source that numbers its records has an earlier time behind a later one, and no recorded change
//! of the clock accounts for it.

use std::collections::BTreeMap;

use kusari_artifacts::{SourceState, TimeStepBack};
use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::{Finding, Rule};
use crate::event::{Action, MachineIndex, SourceIndex};
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "times-run-backwards",
    check,
};

/// How far a step may reach beyond the change that accounts for it. In real logs the records lie
/// within 5 s of it.
const SLACK: i64 = 60 * TICKS_PER_SECOND;

/// One step that nothing accounts for.
struct Step<'a> {
    source: SourceIndex,
    step: &'a TimeStepBack,
    from: Timestamp,
    to: Timestamp,
}

fn check(r: &Reconstruction) -> Vec<Finding> {
    let keepers = keepers_of_clock_changes(r);
    let mut set: BTreeMap<MachineIndex, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
    let mut unexplained: BTreeMap<MachineIndex, Vec<Step<'_>>> = BTreeMap::new();
    for (index, source) in (0..).zip(r.sources()) {
        for step in &source.outcome.coverage.steps_back {
            let machine = match &step.computer {
                Some(name) => r.machine_called(name),
                None => source.machine,
            };
            let Some(machine) = machine else { continue };
            let Some(own) = r.machine(machine) else {
                continue;
            };
            // Where local time means two moments, the smallest step that fits.
            let (from, to) = (own.clock.to_utc(step.from).0, own.clock.to_utc(step.to).1);
            let is_step = from.ticks_since(to) >= SLACK;
            // A machine without evidence can have recorded a change that nobody saw; then the
            // step is all that is known of it, and worth saying.
            let would_be_known = !own.has_evidence
                || !r.names_several_computers(machine)
                    && keepers
                        .get(&machine)
                        .is_some_and(|spans| spans.iter().any(|&(a, b)| a <= to && from <= b));
            let set = set.entry(machine).or_insert_with(|| set_spans(r, machine));
            let is_explained = set.iter().any(|&(low, high)| {
                low.ticks_since(to) <= SLACK && from.ticks_since(high) <= SLACK
            });
            if is_step && would_be_known && !is_explained {
                unexplained.entry(machine).or_default().push(Step {
                    source: index,
                    step,
                    from,
                    to,
                });
            }
        }
    }
    unexplained
        .into_iter()
        .filter_map(|(machine, steps)| finding(r, machine, &steps))
        .collect()
}

/// The spans of each machine's logs that record changes of its clock, as far as they are whole.
fn keepers_of_clock_changes(
    r: &Reconstruction,
) -> BTreeMap<MachineIndex, Vec<(Timestamp, Timestamp)>> {
    let mut keeps = vec![false; r.sources().len()];
    for index in 0..r.events.len() {
        let Some(row) = r.events.row(index) else {
            continue;
        };
        let of_clock = matches!(
            row.action,
            Action::ClockChanged | Action::Started | Action::ShutDown
        );
        let source = usize::try_from(row.source).unwrap_or(usize::MAX);
        if let Some(keeps) = keeps.get_mut(source).filter(|_| of_clock) {
            *keeps = true;
        }
    }
    let mut spans: BTreeMap<MachineIndex, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
    for (source, _) in r.sources().iter().zip(keeps).filter(|(_, keeps)| *keeps) {
        let coverage = &source.outcome.coverage;
        let whole = coverage.gaps.is_empty() && !coverage.states.contains(&SourceState::Exported);
        if source.artifact == "event-log"
            && whole
            && let (Some(machine), Some(first), Some(last)) =
                (source.machine, coverage.first, coverage.last)
        {
            let span = (first.wall, last.wall);
            spans.entry(machine).or_default().push(span);
        }
    }
    spans
}

/// The spans over which each machine's clock is on record to have been set, those of several changes
/// in a row as one. A change that put the clock forward counts, too: what was made before it can be
/// written behind it.
fn set_spans(r: &Reconstruction, machine: MachineIndex) -> Vec<(Timestamp, Timestamp)> {
    let mut changes: Vec<(Timestamp, Timestamp)> = r
        .clock_changes_of(machine)
        .map(|(_, change)| {
            (
                change.before.min(change.after),
                change.before.max(change.after),
            )
        })
        .collect();
    changes.sort_unstable();
    let mut spans: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (low, high) in changes {
        match spans.last_mut() {
            Some((_, reached)) if low.ticks_since(*reached) <= SLACK => {
                *reached = high.max(*reached);
            }
            _ => spans.push((low, high)),
        }
    }
    spans
}

fn finding(r: &Reconstruction, machine: MachineIndex, steps: &[Step<'_>]) -> Option<Finding> {
    let first = steps.iter().max_by_key(|step| {
        // The widest, and of equals the first.
        (
            step.from.ticks_since(step.to),
            std::cmp::Reverse(step.source),
        )
    })?;
    let (en, ja) = r.machine_names(machine);
    let log = &r.sources().get(usize::try_from(first.source).ok()?)?.name;
    let (after, before) = (first.step.after, first.step.before);
    let (from, to) = (
        r.local_moment(machine, first.from),
        r.local_moment(machine, first.to),
    );
    let more = steps.len().saturating_sub(1);
    let (more_en, more_ja) = match more {
        0 => (String::new(), String::new()),
        _ => (
            format!(" The same is so in {more} more places."),
            format!("同様の箇所がほかに{more}か所ある。"),
        ),
    };
    let known = r.machine(machine).is_some_and(|own| own.has_evidence);
    let (known_en, known_ja) = if known {
        (
            "and no recorded change of its clock accounts for that",
            "これを説明する時計変更の記録はない",
        )
    } else {
        (
            "and there is no evidence of that machine that could account for it",
            "これを説明し得る同機の証拠はない",
        )
    };
    let mut sources: Vec<SourceIndex> = steps.iter().map(|step| step.source).collect();
    sources.dedup();
    Some(Finding {
        en: format!(
            "In {log}, record {after} bears {from} by the clock of {en}, and record {before} \
             behind it {to}, {known_en}.{more_en} Consistent with a clock that was set back while \
             Windows was not running, with a clock that had lost its time, and with records that \
             were changed."
        ),
        ja: format!(
            "{log} において、{ja}の時計による時刻は記録{after}が {from}、その後の記録{before}が \
             {to} であり、{known_ja}。{more_ja}Windows の停止中に時計が戻されたこと、時計が時刻を\
             失っていたこと、又は記録が改変されたことと整合する。"
        ),
        machine: Some(machine),
        events: r.events_of_records(first.source, &[after, before]),
        sources,
        ..Finding::default()
    })
}

#[cfg(test)]
mod tests {
    use kusari_artifacts::{NumberGap, TimeStepBack};
    use kusari_evidence::time::RecordedTime;

    use crate::event::Action;
    use crate::reconstruction::testing::{Scene, at, rules_of};

    const SERVICE: &str = "S-1-5-19";

    /// A machine whose System log covers June, in which the time went from one moment to another.
    fn scene(from: &str, to: &str) -> (Scene, u32) {
        let mut scene = Scene::new();
        let machine = scene.machine("PC");
        scene.of_machine(machine, Action::Started, "2022-06-01 00:00:00");
        let source = scene.source_of(machine, "event-log");
        let coverage = &mut scene.sources[usize::try_from(source).unwrap()]
            .outcome
            .coverage;
        coverage.widen(RecordedTime::utc(at("2022-06-01 00:00:00")));
        coverage.widen(RecordedTime::utc(at("2022-07-01 00:00:00")));
        coverage.steps_back.push(TimeStepBack {
            computer: None,
            after: 7,
            from: RecordedTime::utc(at(from)),
            before: 8,
            to: RecordedTime::utc(at(to)),
            offset: 0,
        });
        (scene, machine)
    }

    fn fires(scene: Scene) -> bool {
        rules_of(&scene.build()).contains(&super::RULE.name)
    }

    #[test]
    fn a_step_without_a_recorded_change_fires() {
        let (scene, _) = scene("2022-06-21 12:00:00", "2022-06-21 11:00:00");
        let made = scene.build();
        let found = &made.findings()[0];
        assert_eq!(found.rule, super::RULE.name);
        assert!(
            found.en.contains("record 7 bears 2022-06-21"),
            "{}",
            found.en
        );
        assert!(found.ja.contains("記録8"));
        assert_eq!(found.sources.len(), 1);
    }

    #[test]
    fn recorded_changes_account_for_it_also_several_in_a_row() {
        for changes in [
            vec![("2022-06-21 12:00:10", "2022-06-21 10:59:00")],
            vec![
                ("2022-06-21 12:00:10", "2022-06-21 11:30:00"),
                ("2022-06-21 11:30:20", "2022-06-21 10:59:00"),
            ],
            // A virtual machine went on: what was made before was written behind.
            vec![("2022-06-21 11:00:00", "2022-06-21 12:00:00")],
        ] {
            let (mut scene, machine) = scene("2022-06-21 12:00:00", "2022-06-21 11:00:00");
            for (before, after) in changes {
                scene.clock_set(machine, before, after, SERVICE);
            }
            assert!(!fires(scene));
        }
    }

    #[test]
    fn a_change_of_another_time_or_width_does_not() {
        for (before, after) in [
            ("2022-06-22 12:00:00", "2022-06-22 11:00:00"),
            ("2022-06-21 12:00:00", "2022-06-21 11:30:00"),
        ] {
            let (mut scene, machine) = scene("2022-06-21 12:00:00", "2022-06-21 11:00:00");
            scene.clock_set(machine, before, after, SERVICE);
            assert!(fires(scene), "{after}");
        }
    }

    #[test]
    fn nothing_is_said_where_the_record_of_a_change_may_be_missing() {
        let (late, _) = scene("2022-07-02 12:00:00", "2022-07-02 11:00:00");
        assert!(!fires(late), "behind the end of the log");
        let (mut scene, machine) = scene("2022-06-21 12:00:00", "2022-06-21 11:00:00");
        let source = usize::try_from(scene.source_of(machine, "event-log")).unwrap();
        scene.sources[source].outcome.coverage.gaps = vec![NumberGap {
            after: 1,
            before: 3,
            offset: 0,
        }];
        assert!(!fires(scene), "a gap in its numbers");
    }

    #[test]
    fn the_log_of_another_computer_accounts_for_nothing() {
        let (mut scene, machine) = scene("2022-06-21 12:00:00", "2022-06-21 11:00:00");
        let machine = usize::try_from(machine).unwrap();
        scene.machines[machine].name_groups = vec![vec!["A".to_owned()], vec!["B".to_owned()]];
        assert!(!fires(scene));
    }

    /// By a login log, of a PC that is not among the evidence.
    fn logins(from: &str, to: &str, zone: Option<chrono_tz::Tz>) -> Scene {
        let mut scene = Scene::new();
        let machine = scene.machine("DESK");
        let device = scene.device("S", "1");
        scene.machines[0].has_evidence = false;
        if let Some(zone) = zone {
            scene.zone(machine, zone);
        }
        scene.login(machine, device, "2022-06-21 10:00:00");
        let log = scene.sources.len() - 1;
        let step = TimeStepBack {
            computer: Some("DESK".to_owned()),
            after: 425,
            from: RecordedTime::local(at(from), 0),
            before: 427,
            to: RecordedTime::local(at(to), 0),
            offset: 0,
        };
        scene.sources[log].outcome.coverage.steps_back.push(step);
        scene
    }

    #[test]
    fn a_pc_in_a_login_log_is_held_against_its_own_clock() {
        assert!(fires(logins(
            "2022-06-21 12:00:00",
            "2022-06-21 11:00:00",
            None
        )));
    }

    #[test]
    fn the_end_of_summer_time_is_no_step() {
        let berlin = Some(chrono_tz::Tz::Europe__Berlin);
        assert!(!fires(logins(
            "2022-10-30 02:50:00",
            "2022-10-30 02:10:00",
            berlin
        )));
    }
}
