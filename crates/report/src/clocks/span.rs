//! The stretches of a clock that a result is about.

use kusari::Reconstruction;
use kusari::clock::Segment;
use kusari::machine::Machine;
use kusari_evidence::time::Timestamp;

use crate::view::View;

/// A segment of a clock, as far as it lies in the days that are asked for.
pub(super) struct Stretch {
    /// Its place among the machine's segments.
    pub(super) segment: usize,
    /// What the clock showed at its beginning.
    pub(super) from: Timestamp,
    /// What it showed at its end.
    pub(super) to: Timestamp,
}

/// The segments of a clock in the days that are asked for; without such days, in the span of the
/// events that are asked for.
pub(super) fn stretches(
    r: &Reconstruction,
    view: &View,
    index: u32,
    machine: &Machine,
) -> Vec<Stretch> {
    let (from, to) = view.selection.span();
    let own = || {
        let all = 0..r.event_columns().len();
        let placed = all.filter_map(|event| r.event_columns().placed(event));
        placed
            .filter(|placed| placed.machine == Some(index))
            .map(|placed| placed.own)
    };
    let Some(from) = from.or_else(|| own().min()) else {
        return Vec::new();
    };
    let Some(to) = to.or_else(|| own().max()) else {
        return Vec::new();
    };
    let segments = machine.clock.segments().iter().enumerate();
    segments
        .filter_map(|(place, segment)| cut(segment, from, to).map(|(from, to)| (place, from, to)))
        .map(|(segment, from, to)| Stretch { segment, from, to })
        .collect()
}

fn cut(segment: &Segment, from: Timestamp, to: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let from = segment.from.map_or(from, |own| own.max(from));
    let to = segment.to.map_or(to, |own| own.min(to));
    (from <= to).then_some((from, to))
}
