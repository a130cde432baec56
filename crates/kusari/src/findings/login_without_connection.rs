//! A device's own log names a PC whose own evidence does not know the device at all.

use super::{Finding, Rule};
use crate::custody::Session;
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "login-without-connection",
    check,
};

/// The artifacts that would hold a connection.
const WOULD_KNOW: &[&str] = &["system-hive", "event-log", "setup-log"];

fn check(r: &Reconstruction) -> Vec<Finding> {
    let mut findings = Vec::new();
    for session in r.sessions() {
        let lone = session.connected.is_empty()
            && session.removed.is_empty()
            && !session.logins.is_empty();
        let Some(machine) = r.machine(session.machine) else {
            continue;
        };
        if !lone || !machine.has_evidence {
            continue;
        }
        if r.own_evidence_knows(session.machine, session.device) {
            continue;
        }
        let sources = r.sources_of(session.machine, WOULD_KNOW);
        let (en, ja) = r.machine_names(session.machine);
        let device = r.device_name(session.device);
        let times = r.local_times(&session.logins);
        let finding = match why_not(r, session) {
            None => Finding {
                en: format!(
                    "{device}'s own log names {en} at {times}, but nothing in that machine's \
                     registry or logs knows the device. Not consistent with this being the same \
                     machine with its registry intact; consistent with another PC of the same \
                     name, or with removed traces."
                ),
                ja: format!(
                    "「{device}」自身のログは {times} に{ja}での操作を記録しているが、同機の\
                     レジストリおよびログには当該機器の接続・取外しの履歴がない。同一のPCで\
                     レジストリが完全であることとは整合しない。同名の別のPC、または痕跡の削除と\
                     整合する。"
                ),
                ..Finding::default()
            },
            Some((why_en, why_ja)) => Finding {
                en: format!(
                    "{device}'s own log names {en} at {times}; {why_en}, so its evidence cannot \
                     confirm or deny a connection."
                ),
                ja: format!(
                    "「{device}」自身のログは {times} に{ja}での操作を記録しているが、{why_ja}ため、\
                     接続の有無は判断できない。"
                ),
                ..Finding::default()
            },
        };
        findings.push(Finding {
            machine: Some(session.machine),
            device: Some(session.device),
            events: session.logins.to_vec(),
            sources,
            ..finding
        });
    }
    findings
}

/// Why that machine's evidence cannot be held against the login, if something keeps it from that.
fn why_not(r: &Reconstruction, session: &Session) -> Option<(&'static str, &'static str)> {
    let registry = r.sources_of(session.machine, &["system-hive"]);
    if registry.is_empty() {
        return Some((
            "that machine's registry was not read",
            "同機のレジストリが読めない",
        ));
    }
    let has_serial = r
        .device(session.device)
        .is_some_and(|device| device.serial.is_some() && !device.serial_made_by_windows);
    if !has_serial {
        return Some((
            "no serial number of the device is known by which that machine could name it",
            "同機の記録と照合できる当該機器のシリアル番号が不明である",
        ));
    }
    let first = session.logins.first().map(|&e| r.events.own_time(e))?;
    let last_written = registry
        .iter()
        .filter_map(|&index| r.sources.get(usize::try_from(index).ok()?))
        .filter_map(|source| source.outcome.coverage.last?.to_utc())
        .max();
    if last_written.is_some_and(|last| last < first) {
        return Some((
            "that machine's registry was last written before that",
            "同機のレジストリの最終更新がそれより前である",
        ));
    }
    let machine = r.machine(session.machine)?;
    machine.installed.filter(|&at| at > first).map(|_| {
        (
            "Windows was installed or upgraded on that machine after that",
            "同機の Windows はその後に導入または更新されている",
        )
    })
}

#[cfg(test)]
mod tests {
    use kusari_evidence::time::RecordedTime;

    use crate::event::Action;
    use crate::findings::{Finding, login_outside_session};
    use crate::reconstruction::testing::{Scene, at, rules_of};

    const LOGIN: &str = "2022-07-21 10:00:00";

    fn scene() -> (Scene, u32, u32) {
        let mut scene = Scene::new();
        let (machine, device) = (scene.machine("PC"), scene.device("S", "1"));
        scene.login(machine, device, LOGIN);
        (scene, machine, device)
    }

    fn finding(scene: Scene) -> Option<Finding> {
        let made = scene.build();
        let mut found = made.findings().iter();
        found.find(|f| f.rule == super::RULE.name).cloned()
    }

    fn is_strong(scene: Scene) -> bool {
        let finding = finding(scene).unwrap();
        assert_eq!(
            finding.en.contains("cannot confirm"),
            finding.ja.contains("判断できない")
        );
        finding.en.contains("Not consistent")
    }

    #[test]
    fn a_machine_that_does_not_know_the_device_fires() {
        assert!(is_strong(scene().0));
    }

    #[test]
    fn a_machine_without_evidence_or_with_a_trace_does_not() {
        let (mut scene_a, _, _) = scene();
        scene_a.machines[0].has_evidence = false;
        assert_eq!(rules_of(&scene_a.build()), Vec::<&str>::new());
        let (mut scene_b, machine, device) = scene();
        scene_b.hive(machine, device, Action::RegistryKeyWritten, LOGIN);
        assert_eq!(
            rules_of(&scene_b.build()),
            [login_outside_session::RULE.name],
            "the machine knows the device"
        );
    }

    #[test]
    fn what_keeps_absence_from_counting_is_said() {
        let (mut unread, _, _) = scene();
        for source in &mut unread.sources {
            source.error = Some("unreadable".to_owned());
        }
        assert!(!is_strong(unread));
        let (mut unnamed, _, _) = scene();
        unnamed.identities.devices[0].serial = None;
        assert!(!is_strong(unnamed));
        for (last, strong) in [
            ("2022-07-20 00:00:00", false),
            ("2022-07-22 00:00:00", true),
        ] {
            let (mut ended, machine, _) = scene();
            let hive = usize::try_from(ended.source_of(machine, "system-hive")).unwrap();
            let last = RecordedTime::utc(at(last));
            ended.sources[hive].outcome.coverage.widen(last);
            assert_eq!(is_strong(ended), strong);
        }
        for (installed, strong) in [
            ("2022-07-20 00:00:00", true),
            ("2022-07-22 00:00:00", false),
        ] {
            let (mut renewed, _, _) = scene();
            renewed.machines[0].installed = Some(at(installed));
            assert_eq!(is_strong(renewed), strong);
        }
    }
}
