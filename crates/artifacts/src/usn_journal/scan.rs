//! Reading a journal from its beginning to its end.

use std::ops::Range;

use kusari_evidence::ReadAt;
use kusari_evidence::time::{RecordedTime, TICKS_PER_SECOND, Timestamp};

use super::fields::{self, LONGEST, NotARecord};
use super::numbering::Place;
use super::pieces::{self, Consumer, wide};
use super::record::Record;
use super::settings::Settings;
use crate::{Damage, NumberGap, Outcome, SourceState};

/// Gives every record of a journal to `sink`, in the order in which they stand there.
///
/// `bytes` are the stream `$J`, or a copy of it: with its sparse head, with zeros in its place, or
/// without it. Holes are skipped where `bytes` knows them. With `settings` (`$Max`) the coverage
/// tells a journal that rolled over from one that was made anew.
///
/// The coverage's gaps are places where the numbering shows that records are missing.
pub fn scan(
    bytes: &dyn ReadAt,
    settings: Option<&Settings>,
    mut sink: impl FnMut(&Record<'_>),
) -> Outcome {
    scan_while(bytes, settings, |record, _| {
        sink(record);
        true
    })
}

/// As [`scan`], until `sink` says `false`. It is told whether records are missing before a record.
pub(super) fn scan_while(
    bytes: &dyn ReadAt,
    settings: Option<&Settings>,
    sink: impl FnMut(&Record<'_>, bool) -> bool,
) -> Outcome {
    let mut scanner = Scanner::new(sink);
    pieces::read(bytes, &mut scanner);
    scanner.finish(bytes.size(), settings)
}

/// Clocks of several processors are not the same to the last tick: only a step back by more than
/// this is one of the clock.
const STEP_BACK: i64 = TICKS_PER_SECOND;

/// So many zeros behind what is no record are fill.
const FILL: usize = 64;

struct Scanner<F> {
    sink: F,
    outcome: Outcome,
    first_usn: Option<u64>,
    last: Option<Place>,
    last_time: Option<Timestamp>,
    /// Where what is no record began, and what is wrong with it.
    lost: Option<(u64, &'static str)>,
    full: bool,
}

impl<F: FnMut(&Record<'_>, bool) -> bool> Scanner<F> {
    fn new(sink: F) -> Self {
        Self {
            sink,
            outcome: Outcome::default(),
            first_usn: None,
            last: None,
            last_time: None,
            lost: None,
            full: false,
        }
    }

    fn damage(&mut self, at: Range<u64>, reason: impl Into<String>) {
        let length = at.end.saturating_sub(at.start);
        Damage::new(at.start, length, reason).push_to(&mut self.outcome.damage);
        self.outcome.coverage.note(SourceState::Damaged);
    }

    /// What was no record ends here.
    fn found_again(&mut self, offset: u64) {
        if let Some((start, reason)) = self.lost.take() {
            self.damage(start..offset, reason);
        }
    }

    fn accept(&mut self, record: &Record<'_>, behind: &[u8]) {
        let place = Place::of(record);
        let follows = self.last.is_none_or(|last| last.is_followed_by(place));
        if !follows && self.lost.is_none() && self.alone_is_wrong(place, behind) {
            let end = place.offset.saturating_add(place.length);
            self.damage(
                place.offset..end,
                format!(
                    "its sequence number {:#x} does not fit the records before and behind it",
                    place.usn
                ),
            );
            return;
        }
        self.found_again(place.offset);
        let coverage = &mut self.outcome.coverage;
        if let (false, Some(last)) = (follows, self.last) {
            coverage.gaps.push(NumberGap {
                after: last.usn,
                before: place.usn,
                offset: place.offset,
            });
        }
        if let Some(time) = record.time {
            let last = self.last_time.replace(time);
            if last.is_some_and(|last| last.ticks_since(time) > STEP_BACK) {
                coverage.note(SourceState::TimeStepsBack);
            }
            if last.is_none_or(|last| last != time) {
                coverage.widen(RecordedTime::utc(time));
            }
        }
        coverage.records = coverage.records.saturating_add(1);
        self.first_usn.get_or_insert(place.usn);
        self.last = Some(place);
        if !(self.sink)(record, !follows) {
            self.full = true;
        }
    }

    /// Whether the record behind this one goes on as the ones before it did, so that only this
    /// one's number is wrong.
    fn alone_is_wrong(&self, place: Place, behind: &[u8]) -> bool {
        let Some(last) = self.last.filter(|last| !last.is_in_step_with(place)) else {
            return false;
        };
        let zeros = skip_zeros(behind, 0);
        let offset = place.offset.saturating_add(place.length);
        let next = behind.get(zeros..).unwrap_or_default();
        fields::parse(next, offset.saturating_add(wide(zeros)))
            .is_ok_and(|next| last.is_in_step_with(Place::of(&next)))
    }

    /// From what is no record to where the next one may begin.
    fn resync(&mut self, bytes: &[u8], at: usize, offset: u64, last: bool) -> usize {
        let mut next = at.saturating_add(1);
        loop {
            let Some(rest) = bytes.get(next..) else {
                return next;
            };
            let Some(head) = rest.first_chunk::<8>() else {
                return if last { bytes.len() } else { next };
            };
            let here = offset.saturating_add(wide(next));
            if fields::may_begin(*head) {
                match fields::parse(rest, here) {
                    Ok(_) => return next,
                    Err(NotARecord::Incomplete) if !last => return next,
                    Err(_) => {}
                }
            } else if head == &[0; 8] {
                match rest.get(..FILL) {
                    Some(fill) if fill.iter().all(|byte| *byte == 0) => {
                        self.found_again(here);
                        return next;
                    }
                    None if !last => return next,
                    _ => {}
                }
            }
            next = next.saturating_add(1);
        }
    }

    fn finish(mut self, size: u64, settings: Option<&Settings>) -> Outcome {
        self.found_again(size);
        let lowest = settings.map_or(0, |settings| settings.lowest_valid_usn);
        if lowest != 0 {
            self.outcome.coverage.note(SourceState::Cleared);
        }
        if self.first_usn.is_some_and(|first| first > lowest) {
            self.outcome.coverage.note(SourceState::RolledOver);
        }
        self.outcome
    }
}

impl<F: FnMut(&Record<'_>, bool) -> bool> Consumer for Scanner<F> {
    fn piece(&mut self, bytes: &[u8], offset: u64, last: bool) -> usize {
        let mut at = 0;
        while !self.full {
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(head) = rest.first_chunk::<8>() else {
                if last && rest.iter().any(|byte| *byte != 0) {
                    let start = offset.saturating_add(wide(at));
                    self.lost.get_or_insert((start, "it is cut off"));
                }
                return if last { bytes.len() } else { at };
            };
            let here = offset.saturating_add(wide(at));
            if self.lost.is_none() && head == &[0; 8] {
                at = skip_zeros(bytes, at);
                continue;
            }
            match fields::parse(rest, here) {
                Ok(record) => {
                    let length = usize::try_from(record.length).unwrap_or(usize::MAX);
                    let behind = rest.get(length..).unwrap_or_default();
                    let unclear = self.last.is_some_and(|before| {
                        behind.len() < 2 * LONGEST && !before.is_followed_by(Place::of(&record))
                    });
                    if unclear && !last {
                        return at;
                    }
                    self.accept(&record, behind);
                    at = at.saturating_add(length);
                }
                Err(NotARecord::Incomplete) if !last => return at,
                Err(problem) => {
                    let reason = match problem {
                        NotARecord::Incomplete => "it is cut off",
                        NotARecord::Wrong(reason) => reason,
                    };
                    let from = match self.lost.replace((here, reason)) {
                        Some(lost) => {
                            self.lost = Some(lost);
                            at
                        }
                        // Where bytes are cut out, a record may have taken those of the next one
                        // for its end, so that one is looked for from its beginning on.
                        None => self
                            .last
                            .filter(|before| before.offset.saturating_add(before.length) == here)
                            .and_then(|before| before.offset.checked_sub(offset))
                            .and_then(|before| usize::try_from(before).ok())
                            .unwrap_or(at),
                    };
                    at = self.resync(bytes, from, offset, last);
                }
            }
        }
        bytes.len()
    }

    fn unreadable(&mut self, stretch: Range<u64>, reason: String) {
        self.found_again(stretch.start);
        self.damage(stretch, format!("cannot be read: {reason}"));
    }

    fn is_full(&self) -> bool {
        self.full
    }
}

/// The place at or behind `at` where the zeros end, in steps of 8 from `at`; the last place from
/// which fewer than 8 bytes follow where they do not.
fn skip_zeros(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let blocks = rest.chunks_exact(FILL);
    let zero_blocks = blocks.take_while(|block| block.iter().fold(0, |all, byte| all | byte) == 0);
    let skipped = zero_blocks.count().saturating_mul(FILL);
    let rest = rest.get(skipped..).unwrap_or_default();
    let words = rest.as_chunks::<8>().0;
    let zero_words = words.iter().take_while(|word| **word == [0; 8]).count();
    at.saturating_add(skipped)
        .saturating_add(zero_words.saturating_mul(8))
}
