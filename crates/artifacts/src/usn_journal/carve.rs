//! Records in any bytes: unallocated clusters, a memory image, a swap file.

use std::ops::Range;

use kusari_evidence::ReadAt;

use super::fields::{self, NotARecord};
use super::pieces::{self, Consumer, wide};
use super::record::Record;

use crate::{Damage, Outcome, SourceState};

/// Gives every record that stands at a multiple of 8 bytes to `sink`, in the order of the bytes.
///
/// The bytes can be anything, so more is asked of a record here than in a journal: every bit of
/// its reasons and source has a name, its time lies from 1993 (the first NTFS) to 2199. Records
/// that are live in a journal are found here, too, when its clusters are among the bytes.
///
/// The outcome's coverage counts and spans what was found; nothing follows from what was not.
pub fn carve(bytes: &dyn ReadAt, sink: impl FnMut(&Record<'_>)) -> Outcome {
    let mut carver = Carver {
        sink,
        outcome: Outcome::default(),
    };
    pieces::read(bytes, &mut carver);
    carver.outcome
}

struct Carver<F> {
    sink: F,
    outcome: Outcome,
}

/// What no record of a real journal lacks.
fn is_likely(record: &Record<'_>) -> bool {
    let dated = record
        .time
        .is_none_or(|time| (1993..2200).contains(&time.date().0));
    let ids = record.file.low != 0 && record.parent.low != 0;
    dated && ids && record.reasons.unnamed() == 0 && record.source.unnamed() == 0
}

impl<F: FnMut(&Record<'_>)> Consumer for Carver<F> {
    fn piece(&mut self, bytes: &[u8], offset: u64, last: bool) -> usize {
        // What was kept of the piece before starts where a record may, too.
        let mut at =
            usize::try_from(offset.next_multiple_of(8).saturating_sub(offset)).unwrap_or_default();
        while let Some(rest) = bytes.get(at..) {
            let Some(head) = rest.first_chunk::<8>() else {
                return if last { bytes.len() } else { at };
            };
            let mut step = 8;
            if fields::may_begin(*head) {
                match fields::parse(rest, offset.saturating_add(wide(at))) {
                    Ok(record) if is_likely(&record) => {
                        let coverage = &mut self.outcome.coverage;
                        coverage.records = coverage.records.saturating_add(1);
                        if let Some(time) = record.time {
                            coverage.widen(kusari_evidence::time::RecordedTime::utc(time));
                        }
                        (self.sink)(&record);
                        step = usize::try_from(record.length).unwrap_or(8);
                    }
                    Err(NotARecord::Incomplete) if !last => return at,
                    _ => {}
                }
            }
            at = at.saturating_add(step);
        }
        bytes.len()
    }

    fn unreadable(&mut self, stretch: Range<u64>, reason: String) {
        let length = stretch.end.saturating_sub(stretch.start);
        let reason = format!("cannot be read: {reason}");
        Damage::new(stretch.start, length, reason).push_to(&mut self.outcome.damage);
        self.outcome.coverage.note(SourceState::Damaged);
    }

    fn is_full(&self) -> bool {
        false
    }
}
