//! A removal whose connection no source records.

use super::{Finding, Rule};
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "removal-without-connection",
    check,
};

fn check(r: &Reconstruction) -> Vec<Finding> {
    let sessions = r.sessions().iter().filter(|session| {
        !session.removed.is_empty()
            && session.connected.is_empty()
            && r.device(session.device)
                .is_some_and(|device| device.carried)
    });
    sessions
        .map(|session| {
            let (en, ja) = r.machine_names(session.machine);
            let device = r.device_name(session.device);
            let times = r.local_times(session.removed.get(..1).unwrap_or_default());
            // The registry keeps the last arrival and the last removal, each by itself: after a
            // new arrival the old removal stands alone.
            let replaced = session
                .removed
                .iter()
                .all(|&event| r.events.artifact(event) == Some("system-hive"))
                && r.sessions().iter().any(|other| {
                    other.device == session.device
                        && other.machine == session.machine
                        && other.connected.iter().any(|&connected| {
                            session.removed.iter().all(|&removed| {
                                r.events.own_time(connected) > r.events.own_time(removed)
                            })
                        })
                });
            let (why_en, why_ja) = if replaced {
                (
                    "Consistent with the registry, which keeps only the last arrival: a later \
                     one has replaced that of this removal.",
                    "レジストリは最後の接続のみを保持するため、後の接続で上書きされたことと整合する。",
                )
            } else {
                (
                    "Consistent with a connection that was not logged or not kept.",
                    "接続が記録されなかったか保持されなかったことと整合する。",
                )
            };
            Finding {
                en: format!(
                    "{device} was removed from {en} at {times}; no source records when it was \
                     connected. {why_en}"
                ),
                ja: format!(
                    "「{device}」は {times} に{ja}から取り外されたが、接続の記録がない。{why_ja}"
                ),
                machine: Some(session.machine),
                device: Some(session.device),
                events: session.removed.to_vec(),
                ..Finding::default()
            }
        })
        .collect()
}
