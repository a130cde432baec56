//! The bytes of a log: in memory, or where they lie.
//!
//! A log can be of gigabytes, and only one chunk of it is looked at at a time. So everything here
//! asks for the stretch that it needs; of a log in memory that is a slice, of another one a copy.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;

use kusari_evidence::ReadAt;

use super::wire::offset;
use crate::Damage;

/// The bytes of a log.
pub(super) trait Log {
    /// How many there are.
    fn size(&self) -> usize;

    /// Those of a range, as far as they are there.
    fn at(&self, range: Range<usize>) -> Cow<'_, [u8]>;
}

impl Log for [u8] {
    fn size(&self) -> usize {
        self.len()
    }

    fn at(&self, range: Range<usize>) -> Cow<'_, [u8]> {
        let end = range.end.min(self.len());
        Cow::Borrowed(self.get(range.start..end).unwrap_or_default())
    }
}

/// How much of a log is passed over where it cannot be read.
const UNREADABLE_UNIT: usize = 4096;

/// A log that is read where it lies. What cannot be read is zeros.
pub(super) struct Stored<'r> {
    bytes: &'r dyn ReadAt,
    size: usize,
    unreadable: RefCell<Vec<(Range<usize>, String)>>,
}

impl<'r> Stored<'r> {
    pub(super) fn new(bytes: &'r dyn ReadAt) -> Self {
        Self {
            bytes,
            size: usize::try_from(bytes.size()).unwrap_or(usize::MAX),
            unreadable: RefCell::default(),
        }
    }

    /// What could not be read, in the order of the log.
    pub(super) fn unreadable(self) -> Vec<Damage> {
        let mut found = self.unreadable.into_inner();
        found.sort_by_key(|(range, _)| range.start);
        let mut damage: Vec<Damage> = Vec::new();
        let mut end = 0;
        for (range, reason) in found {
            let start = range.start.max(end);
            if start >= range.end {
                continue;
            }
            match damage.last_mut().filter(|_| start == end) {
                Some(last) => last.length = last.length.saturating_add(offset(range.end - start)),
                None => Damage::new(offset(start), offset(range.end - start), reason)
                    .push_to(&mut damage),
            }
            end = range.end;
        }
        damage
    }

    fn cannot_be_read(&self, range: Range<usize>, reason: String) {
        let mut unreadable = self.unreadable.borrow_mut();
        let goes_on = unreadable
            .last_mut()
            .filter(|(last, _)| last.end == range.start);
        if let Some((last, _)) = goes_on {
            last.end = range.end;
        } else if unreadable.len() < Damage::MOST * 10 {
            // The same place is asked for more than once.
            unreadable.push((range, reason));
        }
    }
}

impl Log for Stored<'_> {
    fn size(&self) -> usize {
        self.size
    }

    fn at(&self, range: Range<usize>) -> Cow<'_, [u8]> {
        let end = range.end.min(self.size);
        let mut piece = vec![0; end.saturating_sub(range.start)];
        let mut done = 0;
        while let Some(rest) = piece.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let place = range.start.saturating_add(done);
            match self.bytes.read_at(offset(place), rest) {
                // It ends before it said it would.
                Ok(0) => break,
                Ok(count) => done = done.saturating_add(count),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let next = (place / UNREADABLE_UNIT)
                        .saturating_add(1)
                        .saturating_mul(UNREADABLE_UNIT)
                        .min(end);
                    self.cannot_be_read(place..next, error.to_string());
                    done = next.saturating_sub(range.start);
                }
            }
        }
        piece.truncate(done);
        Cow::Owned(piece)
    }
}
