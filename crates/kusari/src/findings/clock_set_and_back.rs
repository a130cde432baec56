//! A clock was set under an account of people, and later set back by as much.

use std::collections::BTreeMap;

use kusari_artifacts::Locator;
use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::{Finding, Rule};
use crate::event::{MachineIndex, SourceIndex};
use crate::harvest::ClockChange;
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "clock-set-and-set-back",
    check,
};

/// Smaller settings put right what a clock was off by.
const LEAST_STEP: i64 = 60 * TICKS_PER_SECOND;

/// Who sets a clock by hand gives whole minutes, some minutes late: how far two settings may be from
/// undoing each other.
const BY_HAND: i64 = 5 * 60 * TICKS_PER_SECOND;

/// Two records of one setting (Security 4616 and Kernel-General 1) name times this close.
const SAME: i64 = TICKS_PER_SECOND;

/// How many settings behind one are looked through for the one that undoes it, and how many pairs are
/// said of a machine. Nobody sets a clock as often; a hostile log could ask for any number.
const MOST: usize = 100;

/// A setting and the one that undid it, as one log records both.
struct Pair<'a> {
    machine: MachineIndex,
    source: SourceIndex,
    set: &'a ClockChange,
    back: &'a ClockChange,
}

fn check(r: &Reconstruction) -> Vec<Finding> {
    let mut pairs: Vec<Pair<'_>> = Vec::new();
    for machine in (0..).take(r.machines().len()) {
        // Within one log the record numbers tell the order; the times cannot, since they changed.
        let mut of_log: BTreeMap<SourceIndex, Vec<&ClockChange>> = BTreeMap::new();
        for (source, change) in r.clock_changes_of(machine) {
            of_log.entry(source).or_default().push(change);
        }
        let before = pairs.len();
        for (source, mut changes) in of_log {
            changes.sort_by_key(|change| record(change));
            for (set, back) in undone(&changes) {
                let said = pairs.get(before..).unwrap_or_default();
                if said.len() < MOST && !said.iter().any(|pair| same(pair.set, set)) {
                    pairs.push(Pair {
                        machine,
                        source,
                        set,
                        back,
                    });
                }
            }
        }
    }
    pairs.iter().map(|pair| finding(r, pair)).collect()
}

fn record(change: &ClockChange) -> u64 {
    match change.locator {
        Locator::EventRecord { record, .. } => record,
        _ => 0,
    }
}

fn same(a: &ClockChange, b: &ClockChange) -> bool {
    let close = |a: Timestamp, b: Timestamp| a.ticks_since(b).abs() <= SAME;
    close(a.before, b.before) && close(a.after, b.after)
}

/// Each setting under an account of people with the first one behind it that undoes it.
fn undone<'a>(changes: &[&'a ClockChange]) -> Vec<(&'a ClockChange, &'a ClockChange)> {
    let mut pairs = Vec::new();
    let mut rest = changes;
    while let Some((set, behind)) = rest.split_first() {
        rest = behind;
        if set.step().abs() < LEAST_STEP || !set.is_by_an_account_of_people() {
            continue;
        }
        let undoes = |back: &&ClockChange| {
            let apart = set.step().saturating_add(back.step()).abs();
            apart <= BY_HAND.min(set.step().abs() / 2)
        };
        if let Some(position) = behind.iter().take(MOST).position(undoes)
            && let Some(back) = behind.get(position)
        {
            pairs.push((*set, *back));
            rest = behind.get(position.saturating_add(1)..).unwrap_or_default();
        }
    }
    pairs
}

fn finding(r: &Reconstruction, pair: &Pair<'_>) -> Finding {
    let Pair {
        machine,
        source,
        set,
        back,
    } = *pair;
    let (en, ja) = r.machine_names(machine);
    let shown = |at| r.local_moment(machine, at);
    let account = set.account.as_deref().unwrap_or_default();
    let name = r
        .machine(machine)
        .and_then(|own| own.users.get(account))
        .map_or(account, String::as_str);
    let between = between(r, pair);
    let mut devices: Vec<String> = r
        .sessions()
        .iter()
        .filter(|stay| stay.machine == machine)
        .filter(|stay| {
            stay.events()
                .any(|event| between.binary_search(&event).is_ok())
        })
        .map(|stay| r.device_name(stay.device))
        .collect();
    devices.sort();
    devices.dedup();
    let (with_en, with_ja) = if devices.is_empty() {
        (String::new(), String::new())
    } else {
        let devices = devices.join(", ");
        (
            format!(" Records of {devices} bear times that the clock showed in between."),
            format!("その間に時計が示した時刻の記録を持つ機器：{devices}。"),
        )
    };
    let mut events = r.events_of_records(source, &[record(set), record(back)]);
    events.extend(between);
    events.dedup();
    Finding {
        en: format!(
            "The clock of {en} was set from {} to {} under the account {name}, and later from {} \
             to {}, which undoes it.{with_en} Consistent with a clock that was set for a time, and \
             with a wrong setting that was put right; times recorded in between are off by as much.",
            shown(set.before),
            shown(set.after),
            shown(back.before),
            shown(back.after)
        ),
        ja: format!(
            "{ja}の時計はアカウント {name} により {} から {} へ変更され、後に {} から {} へ変更されて\
             元に戻っている。{with_ja}時計が一時的に変更されたこと、又は誤った設定が訂正されたことと\
             整合する。その間に記録された時刻は同じだけずれている。",
            shown(set.before),
            shown(set.after),
            shown(back.before),
            shown(back.after)
        ),
        machine: Some(machine),
        events,
        sources: vec![source],
        ..Finding::default()
    }
}

/// Records of devices on the machine with times that its clock showed between the two settings.
/// Of the log that has the settings, only those whose numbers lie between theirs.
fn between(r: &Reconstruction, pair: &Pair<'_>) -> Vec<usize> {
    let stays = r.sessions().iter();
    let of_machine = stays.filter(|stay| stay.machine == pair.machine);
    let mut events: Vec<usize> = of_machine
        .flat_map(|stay| stay.events())
        .filter(|&event| {
            let at = r.events.own_time(event);
            let of_log = r
                .events
                .row(event)
                .is_some_and(|row| row.source == pair.source);
            let numbered = match r.events.locator(event) {
                Some(Locator::EventRecord { record: own, .. }) if of_log => {
                    record(pair.set) < own && own < record(pair.back)
                }
                _ => true,
            };
            numbered && pair.set.after <= at && at <= pair.back.before
        })
        .collect();
    events.sort_unstable();
    events
}

#[cfg(test)]
mod tests {
    use crate::event::Action;
    use crate::findings::Finding;
    use crate::reconstruction::testing::{Scene, findings_of};

    const PERSON: &str = "S-1-5-21-1-2-3-1001";
    const TIME_SERVICE: &str = "S-1-5-19";
    const VIRTUAL_MACHINE: &str = "S-1-5-18";

    fn found(settings: &[(&str, &str, &str)], stick_at: Option<&str>) -> Vec<Finding> {
        let mut scene = Scene::new();
        let (machine, device) = (scene.machine("PC"), scene.device("012", "1"));
        for (number, (from, to, account)) in settings.iter().enumerate() {
            scene.clock_set(machine, from, to, account);
            if let Some(at) = stick_at.filter(|_| number == 0) {
                scene.log(machine, device, Action::Connected, at);
            }
        }
        findings_of(&scene.build(), super::RULE.name)
    }

    #[test]
    fn set_used_and_set_back_names_the_stick_between() {
        let back_by = |account| {
            found(
                &[
                    ("2022-06-21 18:00:00", "2022-06-20 09:00:00", PERSON),
                    ("2022-06-20 09:30:00", "2022-06-21 18:31:00", account),
                ],
                Some("2022-06-20 09:10:00"),
            )
        };
        // Also where the time service put it right.
        for account in [PERSON, TIME_SERVICE] {
            let said = back_by(account);
            assert_eq!(said.len(), 1, "{said:?}");
            assert!(said[0].en.contains("Records of 012"), "{}", said[0].en);
            assert!(said[0].en.contains(PERSON));
            assert!(said[0].ja.contains("機器：012"), "{}", said[0].ja);
            assert_eq!(said[0].events.len(), 3);
        }
    }

    #[test]
    fn what_the_clock_showed_at_other_times_is_not_named() {
        let said = found(
            &[
                ("2022-06-21 18:00:00", "2022-06-20 09:00:00", PERSON),
                ("2022-06-20 09:30:00", "2022-06-21 18:31:00", PERSON),
            ],
            Some("2022-06-21 12:00:00"),
        );
        assert_eq!(said.len(), 1);
        assert!(!said[0].en.contains("012"));
    }

    #[test]
    fn services_and_virtual_machines_do_not_fire() {
        for account in [TIME_SERVICE, VIRTUAL_MACHINE] {
            let said = found(
                &[
                    ("2022-06-21 18:00:00", "2022-06-20 09:00:00", account),
                    ("2022-06-20 09:30:00", "2022-06-21 18:31:00", account),
                ],
                None,
            );
            assert_eq!(said, []);
        }
    }

    #[test]
    fn one_setting_or_two_in_one_direction_do_not_fire() {
        let once = ("2022-06-21 18:00:00", "2022-06-21 18:10:00", PERSON);
        let on = ("2022-06-21 19:00:00", "2022-06-21 19:10:00", PERSON);
        assert_eq!(found(&[once], None), []);
        assert_eq!(found(&[once, on], None), []);
    }

    #[test]
    fn small_settings_put_right_what_a_clock_was_off_by() {
        let said = found(
            &[
                ("2022-06-21 18:00:00", "2022-06-21 18:00:40", PERSON),
                ("2022-06-21 19:00:40", "2022-06-21 19:00:00", PERSON),
            ],
            None,
        );
        assert_eq!(said, []);
    }
}
