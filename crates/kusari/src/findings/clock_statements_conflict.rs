//! Statements about clocks and the order of events that cannot all hold.

use super::{Finding, Rule};
use crate::clock::{Claim, ClockConflict};
use crate::event::MachineIndex;
use crate::identity::DeviceIndex;
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "clock-statements-conflict",
    check,
};

fn check(r: &Reconstruction) -> Vec<Finding> {
    let conflicts = r.clocks().conflicts.iter();
    conflicts.map(|conflict| finding(r, conflict)).collect()
}

fn finding(r: &Reconstruction, conflict: &ClockConflict) -> Finding {
    let says = r.conflict_says(conflict);
    let places = conflict.statements.iter();
    let statements = places.filter_map(|place| r.clocks().statements.get(*place));
    let mut events: Vec<usize> = Vec::new();
    let mut machines: Vec<MachineIndex> = Vec::new();
    let mut devices: Vec<DeviceIndex> = Vec::new();
    for statement in statements {
        let own = r.statement_events(statement);
        machines.extend(
            own.iter()
                .filter_map(|event| r.events.placed(*event)?.machine),
        );
        events.extend(own);
        match &statement.claim {
            Claim::Observation { machine, .. } | Claim::ClockChange { machine, .. } => {
                machines.push(*machine);
            }
            Claim::OnePlace { device, .. } => devices.push(*device),
            _ => {}
        }
    }
    events.sort_unstable();
    events.dedup();
    machines.sort_unstable();
    machines.dedup();
    devices.dedup();
    Finding {
        en: says.en,
        ja: says.ja,
        machine: match machines.as_slice() {
            [one] => Some(*one),
            _ => None,
        },
        device: match devices.as_slice() {
            [one] => Some(*one),
            _ => None,
        },
        events,
        ..Finding::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::case::Reads;
    use crate::event::Action;
    use crate::reconstruction::testing::Scene;

    /// A stick that was removed from one machine and then connected to another whose clock was seen so
    /// many seconds off.
    fn finds(offset: i64) -> Option<String> {
        let mut scene = Scene::new();
        let (a, b) = (scene.machine("A"), scene.machine("B"));
        scene.clock_seen(a, 1);
        scene.clock_seen(b, 1);
        let seen = &mut scene.machines[1].clock.observations[0];
        seen.offset = offset * kusari_evidence::time::TICKS_PER_SECOND;
        seen.reads = Reads::Correction;
        let stick = scene.device("S", "1");
        let log = scene.source("vendor-log", None);
        for (number, machine, time) in
            [(1, a, "2022-07-21 10:00:00"), (2, b, "2022-07-21 10:10:00")]
        {
            let time =
                kusari_evidence::time::RecordedTime::utc(crate::reconstruction::testing::at(time));
            let place = (log, machine, Some(stick));
            scene.numbered(place, Action::LoginSucceeded, time, Some(number));
        }
        let made = scene.build();
        let mut all = made.findings().iter();
        all.find(|own| own.rule == super::RULE.name)
            .map(|own| own.en.clone())
    }

    #[test]
    fn a_log_against_two_clocks_fires_and_names_what_would_restore_it() {
        let says = finds(-1200).unwrap();
        assert!(
            says.contains("R1") && says.contains("O1") && says.contains("O2"),
            "{says}"
        );
        assert!(says.contains("would let all others hold"), "{says}");
    }

    #[test]
    fn clocks_that_allow_the_order_do_not_fire() {
        assert_eq!(finds(-500), None);
    }
}
