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
    /// The stay before it, by its place among the sessions; also where that ended before the days of
    /// interest.
    pub(super) left: Option<usize>,
    /// The stay behind it.
    pub(super) next: Option<usize>,
    /// The highest number that the device's own log gives to a record of the stays before it.
    pub(super) numbered_before: Option<u64>,
}

/// A stay, as far as it is on record.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Stay {
    begin: Timestamp,
    first: usize,
    end: Timestamp,
    last: usize,
    /// The highest number that the device's own log gives to a record of it.
    number: Option<u64>,
    session: usize,
}

/// The stays of a device, in the order of true time as it is estimated.
fn stays(r: &Reconstruction, device: DeviceIndex) -> Vec<Stay> {
    let estimate = |event: usize| r.events.placed(event).map(|own| own.corrected.estimate);
    let own = |event: &usize| (r.events.own_time(*event), *event);
    let stay = |(session, own_stay): (usize, &Session)| {
        let first = own_stay.events().min_by_key(own)?;
        let last = own_stay.events().max_by_key(own)?;
        let logins = own_stay.logins.iter();
        Some(Stay {
            begin: estimate(first)?,
            first,
            end: estimate(last)?,
            last,
            number: logins
                .filter_map(|event| r.events.row(*event)?.number)
                .max(),
            session,
        })
    };
    // Sessions stand in the order of devices.
    let begin = r.sessions.partition_point(|own| own.device < device);
    let of_device = (begin..).zip(r.sessions.get(begin..).unwrap_or_default());
    let of_device = of_device.take_while(|(_, own)| own.device == device);
    let mut stays: Vec<Stay> = of_device.filter_map(stay).collect();
    stays.sort_unstable();
    stays
}

/// The gaps of a device inside the days of interest, in the order of true time as it is estimated.
pub(super) fn of(r: &Reconstruction, device: DeviceIndex) -> Vec<Gap> {
    let (from, to) = (r.case.from, r.case.to);
    // Where a gap begins, cut to the days of interest.
    let begin = |last: Option<&Stay>| match (last, from) {
        (Some(last), Some(from)) if last.end < from => End::Moment(from),
        (Some(last), _) => End::Event(last.last),
        (None, Some(from)) => End::Moment(from),
        (None, None) => End::Open,
    };
    let mut gaps = Vec::new();
    let mut last: Option<Stay> = None;
    let mut numbered_before = None;
    for stay in stays(r, device) {
        if to.is_some_and(|to| stay.begin >= to) {
            break;
        }
        let is_before = from.is_some_and(|from| stay.end < from);
        let began = begin(last.as_ref());
        // Stays that overlap leave no gap.
        let leaves_gap = last.as_ref().is_none_or(|last| last.end < stay.begin);
        if !is_before && leaves_gap && began != End::Open {
            gaps.push(Gap {
                device,
                from: began,
                to: End::Event(stay.first),
                left: last.as_ref().map(|last| last.session),
                next: Some(stay.session),
                numbered_before,
            });
        }
        numbered_before = numbered_before.max(stay.number);
        if last.as_ref().is_none_or(|last| last.end <= stay.end) {
            last = Some(stay);
        }
    }
    if let Some(to) = to
        && let Some(last) = last.filter(|last| last.end < to)
    {
        gaps.push(Gap {
            device,
            from: begin(Some(&last)),
            to: End::Moment(to),
            left: Some(last.session),
            next: None,
            numbered_before,
        });
    }
    gaps
}
