//! A connection whose removal no source records.

use super::{Finding, Rule};
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "connection-without-removal",
    check,
};

fn check(r: &Reconstruction) -> Vec<Finding> {
    let sessions = r.sessions().iter().filter(|session| {
        !session.connected.is_empty()
            && session.removed.is_empty()
            && r.device(session.device)
                .is_some_and(|device| device.carried)
    });
    sessions
        .map(|session| {
            let (en, ja) = r.machine_names(session.machine);
            let device = r.device_name(session.device);
            let times = r.local_times(session.connected.get(..1).unwrap_or_default());
            Finding {
                en: format!(
                    "{device} was connected to {en} at {times}; no source records its removal. \
                     Consistent with a removal that was not kept or not logged, a shutdown with \
                     the device in place, or a device still in place when the evidence was taken."
                ),
                ja: format!(
                    "「{device}」は {times} に{ja}へ接続されたが、取外しの記録がない。取外しが記録\
                     されなかったか保持されなかったこと、接続したままの電源断、または証拠取得時も\
                     接続中であったことと整合する。"
                ),
                machine: Some(session.machine),
                device: Some(session.device),
                events: session.connected.clone(),
                ..Finding::default()
            }
        })
        .collect()
}
