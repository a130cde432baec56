//! A login stands where the machine's own records leave no connection for it.

use super::{Finding, Rule};
use crate::custody::Session;
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
        let knows_device = !beside.is_empty()
            || r.device(session.device).is_some_and(|device| {
                device
                    .identities
                    .iter()
                    .any(|line| line.machine == Some(session.machine))
            });
        if !knows_device {
            // Nothing on the machine knows the device: that is another rule's finding.
            continue;
        }
        let (en, ja) = r.machine_names(session.machine);
        let device = r.device_name(session.device);
        let times = r.local_times(&session.logins);
        let first = session
            .logins
            .first()
            .map(|&index| r.events.own_time(index));
        // A removal before and a connection behind, both on record: the device was out.
        let between = first.is_some_and(|at| {
            let ended = beside
                .iter()
                .any(|s| s.removed.iter().any(|&e| r.events.own_time(e) < at));
            let begins = beside
                .iter()
                .any(|s| s.connected.iter().any(|&e| r.events.own_time(e) > at));
            ended && begins
        });
        let only_last = beside.iter().all(|s| {
            s.connected
                .iter()
                .chain(&s.removed)
                .all(|&e| r.events.artifact(e) == Some("system-hive"))
        });
        let (why_en, why_ja) = if between && !only_last {
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
            events: session.logins.clone(),
            ..Finding::default()
        });
    }
    findings
}
