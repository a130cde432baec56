//! A login stands where the machine's own records leave no connection for it.

use kusari_evidence::time::Timestamp;

use super::{Finding, Rule};
use crate::custody::Session;
use crate::event::{Action, SourceIndex};
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "login-outside-session",
    check,
};

fn check(r: &Reconstruction) -> Vec<Finding> {
    let mut findings = Vec::new();
    for session in r.sessions() {
        let lone = session.connected.is_empty()
            && session.removed.is_empty()
            && !session.logins.is_empty();
        if !lone
            || !r
                .machine(session.machine)
                .is_some_and(|machine| machine.has_evidence)
        {
            continue;
        }
        let beside: Vec<&Session> = r
            .sessions()
            .iter()
            .filter(|other| {
                other.device == session.device
                    && other.machine == session.machine
                    && !(other.connected.is_empty() && other.removed.is_empty())
            })
            .collect();
        let knows_device =
            !beside.is_empty() || r.own_evidence_knows(session.machine, session.device);
        if !knows_device {
            // Nothing on the machine knows the device: that is another rule's finding.
            continue;
        }
        let (en, ja) = r.machine_names(session.machine);
        let device = r.device_name(session.device);
        let times = r.local_times(&session.logins);
        let (why_en, why_ja) = if is_certainly_out(r, session, &beside) {
            (
                "The machine's own records have the device removed before and connected only \
                 after: not consistent with the device being in this machine then.",
                "同機の記録では、その前に取り外され、その後に初めて接続されている。その時刻に同機に\
                 接続されていたこととは整合しない。",
            )
        } else {
            (
                "The machine knows the device, but holds no connection for that time. Consistent \
                 with a connection that was not kept, since the registry keeps only the last one.",
                "同機は当該機器を記録しているが、その時刻の接続記録がない。レジストリは最後の接続\
                 のみを保持するため、接続記録が残らなかったことと整合する。",
            )
        };
        findings.push(Finding {
            en: format!("{device} was operated on {en} at {times}. {why_en}"),
            ja: format!("「{device}」は {times} に{ja}で操作されている。{why_ja}"),
            machine: Some(session.machine),
            device: Some(session.device),
            events: session.logins.to_vec(),
            ..Finding::default()
        });
    }
    findings
}

/// Whether one log, complete as far as can be seen, has the device removed right before the logins
/// and connected right behind them. The registry keeps only the last of each and shows nothing.
fn is_certainly_out(r: &Reconstruction, session: &Session, beside: &[&Session]) -> bool {
    let own = |&event: &usize| r.events.own_time(event);
    let logins = session.logins.iter().map(own);
    let (Some(first), Some(last)) = (logins.clone().min(), logins.max()) else {
        return false;
    };
    let records = || {
        beside
            .iter()
            .flat_map(|s| s.connected.iter().chain(&s.removed))
    };
    if records().any(|event| (first..=last).contains(&own(event))) {
        return false;
    }
    let before = records().filter(|&event| own(event) < first).map(own).max();
    let behind = records().filter(|&event| own(event) > last).map(own).min();
    let sources = |time: Option<Timestamp>, action: Action| {
        records()
            .filter(|&event| Some(own(event)) == time)
            .filter_map(|&event| r.events.row(event))
            .filter(|row| row.action == action)
            .map(|row| row.source)
            .collect::<Vec<SourceIndex>>()
    };
    let behind = sources(behind, Action::Connected);
    sources(before, Action::Removed)
        .into_iter()
        .filter(|source| behind.contains(source))
        .filter_map(|source| r.sources.get(usize::try_from(source).ok()?))
        .any(|source| {
            source.artifact == "event-log"
                && !source.is_damaged()
                && source.outcome.coverage.gaps.is_empty()
        })
}

#[cfg(test)]
mod tests {
    use kusari_artifacts::NumberGap;

    use crate::event::Action;
    use crate::reconstruction::testing::Scene;

    fn scene() -> (Scene, u32, u32) {
        let mut scene = Scene::new();
        let (machine, device) = (scene.machine("PC"), scene.device("S", "1"));
        scene.login(machine, device, "2022-07-21 10:00:00");
        (scene, machine, device)
    }

    fn says(scene: Scene) -> Option<String> {
        let made = scene.build();
        let mut found = made.findings().iter();
        found
            .find(|f| f.rule == super::RULE.name)
            .map(|f| f.en.clone())
    }

    fn around(scene: &mut Scene, machine: u32, device: u32) {
        scene.log(machine, device, Action::Connected, "2022-07-21 08:00:00");
        scene.log(machine, device, Action::Removed, "2022-07-21 09:00:00");
        scene.log(machine, device, Action::Connected, "2022-07-21 11:00:00");
    }

    #[test]
    fn a_login_between_a_removal_and_a_connection_of_one_log_is_not_consistent() {
        let (mut scene, machine, device) = scene();
        around(&mut scene, machine, device);
        assert!(says(scene).unwrap().contains("not consistent"));
    }

    #[test]
    fn a_log_with_a_gap_or_another_source_leaves_it_open() {
        let (mut gap, machine, device) = scene();
        around(&mut gap, machine, device);
        let log = usize::try_from(gap.source_of(machine, "event-log")).unwrap();
        gap.sources[log].outcome.coverage.gaps.push(NumberGap {
            after: 1,
            before: 9,
            offset: 0,
        });
        let said = says(gap).unwrap();
        assert!(!said.contains("not consistent"), "{said}");
        let (mut mixed, machine, device) = scene();
        mixed.log(machine, device, Action::Removed, "2022-07-21 09:00:00");
        mixed.hive(machine, device, Action::Connected, "2022-07-21 11:00:00");
        assert!(!says(mixed).unwrap().contains("not consistent"));
    }

    #[test]
    fn a_login_inside_a_session_does_not_fire() {
        let (mut scene, machine, device) = scene();
        scene.log(machine, device, Action::Connected, "2022-07-21 09:59:00");
        assert_eq!(says(scene), None);
    }

    #[test]
    fn a_machine_without_evidence_does_not_fire() {
        let (mut scene, machine, device) = scene();
        scene.knows(machine, device);
        scene.machines[0].has_evidence = false;
        assert_eq!(says(scene), None);
    }
}
