//! A connection whose removal no source records.

use super::{Finding, Rule};
use crate::custody::{Runs, Session};
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "connection-without-removal",
    check,
};

fn check(r: &Reconstruction) -> Vec<Finding> {
    let runs = Runs::new(&r.events);
    let sessions = r
        .sessions()
        .iter()
        .zip(r.sessions().iter().skip(1).map(Some).chain([None]))
        .filter(|(session, _)| {
            !session.connected.is_empty()
                && session.removed.is_empty()
                && r.device(session.device)
                    .is_some_and(|device| device.carried)
        });
    sessions
        .map(|(session, next)| {
            let (en, ja) = r.machine_names(session.machine);
            let device = r.device_name(session.device);
            let times = r.local_times(session.connected.get(..1).unwrap_or_default());
            let (why_en, why_ja) = match next.and_then(|next| again(r, &runs, session, next)) {
                Some(again) => (
                    format!(
                        "That machine was stopped or started anew after it, and recorded the \
                         device again while starting at {again}. Consistent with a device that \
                         was in place at that start, and with one that left while the machine was \
                         off and came back."
                    ),
                    format!(
                        "同機はその後に停止または再起動し、{again} の起動時に当該機器を再び記録している。\
                         起動時に接続されていたこと、または電源断の間に取り外され再び接続されたことと\
                         整合する。"
                    ),
                ),
                None => (
                    "Consistent with a removal that was not kept or not logged, a shutdown with \
                     the device in place, or a device still in place when the evidence was taken."
                        .to_owned(),
                    "取外しが記録されなかったか保持されなかったこと、接続したままの電源断、または証拠\
                     取得時も接続中であったことと整合する。"
                        .to_owned(),
                ),
            };
            Finding {
                en: format!(
                    "{device} was connected to {en} at {times}; no source records its removal. \
                     {why_en}"
                ),
                ja: format!(
                    "「{device}」は {times} に{ja}へ接続されたが、取外しの記録がない。{why_ja}"
                ),
                machine: Some(session.machine),
                device: Some(session.device),
                events: session.connected.to_vec(),
                ..Finding::default()
            }
        })
        .collect()
}

/// When the machine, in its next start, recorded the device again.
fn again(r: &Reconstruction, runs: &Runs, session: &Session, next: &Session) -> Option<String> {
    let place = session.machine;
    if (next.device, next.machine) != (session.device, place) {
        return None;
    }
    let last = session.events().map(|e| r.events.own_time(e)).max()?;
    let &first = next.connected.first()?;
    let at = r.events.own_time(first);
    let restarted = runs.ended_between(place, last, at) && runs.was_starting(place, at);
    restarted.then(|| r.local_times(&[first]))
}
