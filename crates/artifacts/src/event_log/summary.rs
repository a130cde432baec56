//! What a log holds, by kind of event.

use std::collections::BTreeMap;

use kusari_evidence::time::Timestamp;

use super::scan::scan_all;
use crate::Outcome;

/// How often one kind of event stands in a log, and from when to when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventCount {
    /// `Provider/@Name`.
    pub provider: String,
    /// `EventID`.
    pub event_id: u16,
    /// How many there are.
    pub count: u64,
    /// When the first of them was written, by the machine's clock, in UTC.
    pub first: Timestamp,
    /// When the last of them was written.
    pub last: Timestamp,
}

/// Counts the events of a log by provider and event id, sorted by these. Every record is decoded,
/// so the outcome names each that cannot be.
#[must_use]
pub fn summarize(bytes: &[u8]) -> (Vec<EventCount>, Outcome) {
    let mut counts: BTreeMap<(String, u16), (u64, Timestamp, Timestamp)> = BTreeMap::new();
    let outcome = scan_all(bytes, &mut |event| {
        let written = event.written;
        let (count, first, last) = counts
            .entry((event.provider, event.event_id))
            .or_insert((0, written, written));
        *count += 1;
        *first = written.min(*first);
        *last = written.max(*last);
    });
    let counts = counts
        .into_iter()
        .map(|((provider, event_id), (count, first, last))| EventCount {
            provider,
            event_id,
            count,
            first,
            last,
        })
        .collect();
    (counts, outcome)
}
