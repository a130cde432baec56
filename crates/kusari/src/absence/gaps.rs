//! The gaps in the custody of a device: where no record says at which machine it was.

use kusari_evidence::time::Timestamp;

use super::End;
use crate::custody::Session;
use crate::identity::DeviceIndex;
use crate::reconstruction::Reconstruction;

/// A gap.
pub(super) struct Gap {
    pub(super) device: DeviceIndex,
    /// The last record before it, or the beginning of the days of interest.
    pub(super) from: End,
    /// The first record behind it, or the end of the days of interest.
    pub(super) to: End,
    /// The highest number that the device's own log gives to a record of the stays before it.
    pub(super) numbered_before: Option<u64>,
}

/// The gaps of a device inside the days of interest, in the order of true time as it is estimated.
pub(super) fn of(r: &Reconstruction, device: DeviceIndex) -> Vec<Gap> {
    let estimate = |event: usize| r.events.placed(event).map(|own| own.corrected.estimate);
    let own = |event: &usize| (r.events.own_time(*event), *event);
    let ends = |session: &Session| {
        let first = session.events().min_by_key(own)?;
        let last = session.events().max_by_key(own)?;
        let numbers = session
            .logins
            .iter()
            .filter_map(|event| r.events.row(*event)?.number);
        Some((
            estimate(first)?,
            first,
            estimate(last)?,
            last,
            numbers.max(),
        ))
    };
    let sessions = r.sessions.iter().filter(|own| own.device == device);
    let mut stays: Vec<(Timestamp, usize, Timestamp, usize, Option<u64>)> =
        sessions.filter_map(ends).collect();
    stays.sort_unstable();
    let (from, to) = (r.case.from, r.case.to);
    let mut gaps = Vec::new();
    let mut last: Option<(Timestamp, usize)> = None;
    let mut numbered_before = None;
    for (begin, first, end, event, number) in stays {
        let before = from.is_some_and(|from| end < from);
        let behind = to.is_some_and(|to| begin >= to);
        if !before && !behind {
            let began = match last {
                Some((at, _)) if from.is_some_and(|from| at < from) => None,
                other => other,
            };
            let from = began.map_or_else(
                || from.map_or(End::Open, End::Moment),
                |(_, event)| End::Event(event),
            );
            // Stays that overlap leave no gap.
            if last.is_none_or(|(at, _)| at < begin) && from != End::Open {
                gaps.push(Gap {
                    device,
                    from,
                    to: End::Event(first),
                    numbered_before,
                });
            }
        }
        numbered_before = numbered_before.max(number);
        if !behind && last.is_none_or(|(at, _)| at <= end) {
            last = Some((end, event));
        }
    }
    if let Some(to) = to
        && let Some((at, event)) = last
    {
        let from = match from {
            Some(from) if at < from => End::Moment(from),
            _ => End::Event(event),
        };
        gaps.push(Gap {
            device,
            from,
            to: End::Moment(to),
            numbered_before,
        });
    }
    gaps
}
