//! The stretches of a clock that a result is about.

use std::collections::BTreeMap;

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

/// The days that are asked for; without such days, the span of the events of each machine.
pub(crate) struct Spans {
    asked: (Option<Timestamp>, Option<Timestamp>),
    of_events: BTreeMap<u32, (Timestamp, Timestamp)>,
}

impl Spans {
    pub(crate) fn new(r: &Reconstruction, view: &View) -> Self {
        let asked = view.selection.span();
        let mut of_events = BTreeMap::new();
        if asked.0.is_none() || asked.1.is_none() {
            let columns = r.event_columns();
            let placed = (0..columns.len()).filter_map(|event| columns.placed(event));
            for (machine, own) in placed.filter_map(|own| Some((own.machine?, own.own))) {
                let span = of_events.entry(machine).or_insert((own, own));
                *span = (own.min(span.0), own.max(span.1));
            }
        }
        Self { asked, of_events }
    }

    /// The segments of a clock in that span.
    pub(super) fn stretches(&self, index: u32, machine: &Machine) -> Vec<Stretch> {
        let own = self.of_events.get(&index).copied();
        let from = self.asked.0.or(own.map(|(first, _)| first));
        let to = self.asked.1.or(own.map(|(_, last)| last));
        let (Some(from), Some(to)) = (from, to) else {
            return Vec::new();
        };
        let segments = machine.clock.segments().iter().enumerate();
        let cuts = segments.filter_map(|(segment, own)| {
            let (from, to) = cut(own, from, to)?;
            Some(Stretch { segment, from, to })
        });
        cuts.collect()
    }
}

fn cut(segment: &Segment, from: Timestamp, to: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let from = segment.from.map_or(from, |own| own.max(from));
    let to = segment.to.map_or(to, |own| own.min(to));
    (from <= to).then_some((from, to))
}
