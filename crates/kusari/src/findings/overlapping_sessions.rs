//! One device in two machines at the same time, under the clocks as they are known.

use kusari_evidence::time::Timestamp;

use super::{Finding, Rule};
use crate::custody::Session;
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "two-machines-at-once",
    check,
};

/// What is certain of a session: it lasted at least from `from` to `to`.
struct Certain {
    from: Timestamp,
    to: Timestamp,
}

fn check(r: &Reconstruction) -> Vec<Finding> {
    let mut findings = Vec::new();
    let certain: Vec<Option<Certain>> = r.sessions().iter().map(|s| certainly(r, s)).collect();
    // Sessions stand by device; two of one device are compared only while they can overlap.
    for (i, (a, a_time)) in r.sessions().iter().zip(&certain).enumerate() {
        let Some(a_time) = a_time else { continue };
        let rest = r.sessions().iter().zip(&certain).skip(i.saturating_add(1));
        for (b, b_time) in rest.take_while(|(b, _)| b.device == a.device) {
            let Some(b_time) = b_time else { continue };
            if a.machine == b.machine || a_time.from >= b_time.to || b_time.from >= a_time.to {
                continue;
            }
            let (a_en, a_ja) = r.machine_names(a.machine);
            let (b_en, b_ja) = r.machine_names(b.machine);
            let device = r.device_name(a.device);
            let spans = |s: &Session| r.local_times(&ends(r, s));
            findings.push(Finding {
                en: format!(
                    "{device} was in {a_en} ({}) and in {b_en} ({}) at overlapping times, each by \
                     its own clock, also after correction with all bounds. Not consistent with \
                     one device and these clocks.",
                    spans(a),
                    spans(b)
                ),
                ja: format!(
                    "「{device}」は{a_ja}（{}）と{b_ja}（{}）に、各機の時計を補正し誤差を見込んでも\
                     重なる時刻に存在したことになる。1本の機器とこれらの時計とは整合しない。",
                    spans(a),
                    spans(b)
                ),
                device: Some(a.device),
                events: a.events().chain(b.events()).collect(),
                ..Finding::default()
            });
        }
    }
    findings
}

/// The first and the last record of a session.
fn ends(r: &Reconstruction, session: &Session) -> Vec<usize> {
    let mut events: Vec<usize> = session.events().collect();
    events.sort_by_key(|&event| r.events.own_time(event));
    let last = events.last().copied();
    events.truncate(1);
    events.extend(last);
    events.dedup();
    events
}

/// The time in which the device was in the machine whatever the clocks' bounds: from the latest
/// that its first record can be to the earliest that its last can be. `None` without bounds.
fn certainly(r: &Reconstruction, session: &Session) -> Option<Certain> {
    // A connection without a removal says nothing about how long it lasted beyond its records.
    let ends = ends(r, session);
    let first = r.events.placed(*ends.first()?)?;
    let last = r.events.placed(*ends.last()?)?;
    let (from, to) = (first.corrected.latest?, last.corrected.earliest?);
    (from < to).then_some(Certain { from, to })
}
