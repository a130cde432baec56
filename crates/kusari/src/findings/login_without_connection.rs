//! A device's own log names a PC whose own evidence does not know the device at all.

use super::{Finding, Rule};
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
        // Whatever that machine's own sources say of the device, a login log's records aside.
        let own_trace = r.timeline().any(|event| {
            event.placed.device == Some(session.device)
                && event.source.machine == Some(session.machine)
        }) || r.device(session.device).is_some_and(|device| {
            device
                .identities
                .iter()
                .any(|line| line.machine == Some(session.machine))
        });
        if own_trace {
            continue;
        }
        let sources = r.sources_of(session.machine, WOULD_KNOW);
        let (en, ja) = r.machine_names(session.machine);
        let device = r.device_name(session.device);
        let times = r.local_times(&session.logins);
        let registry = !r.sources_of(session.machine, &["system-hive"]).is_empty();
        let finding = if registry {
            Finding {
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
            }
        } else {
            Finding {
                en: format!(
                    "{device}'s own log names {en} at {times}; that machine's registry was not \
                     read, so its evidence cannot confirm or deny a connection."
                ),
                ja: format!(
                    "「{device}」自身のログは {times} に{ja}での操作を記録しているが、同機の\
                     レジストリが読めないため、接続の有無は判断できない。"
                ),
                ..Finding::default()
            }
        };
        findings.push(Finding {
            machine: Some(session.machine),
            device: Some(session.device),
            events: session.logins.clone(),
            sources,
            ..finding
        });
    }
    findings
}
