//! The bytes of a log: in memory, or where they lie.
//!
//! A log can be of gigabytes, and only one chunk of it is looked at at a time. So everything here
//! asks for the stretch that it needs; of a log in memory that is a slice, of another one a copy.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use kusari_evidence::{PastUnreadable, ReadAt};

use crate::Damage;
use crate::wire::offset;

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

/// A log that is read where it lies. What cannot be read is zeros.
pub(super) struct Stored<'r> {
    bytes: &'r dyn ReadAt,
    size: usize,
    unreadable: RefCell<Unreadable>,
}

/// What could not be read so far, so that it is asked for once only: a container may work long
/// before it says no.
#[derive(Default)]
struct Unreadable {
    past: PastUnreadable,
    /// From the beginning of each stretch to its end and the reason.
    stretches: BTreeMap<usize, (usize, String)>,
}

impl Unreadable {
    /// The end of the stretch that holds `at`.
    fn end_at(&self, at: usize) -> Option<usize> {
        let (_, (end, _)) = self.stretches.range(..=at).next_back()?;
        Some(*end).filter(|end| *end > at)
    }

    /// Adds a stretch, joined with the one before it.
    fn add(&mut self, range: Range<usize>, reason: String) {
        let before = self.stretches.range_mut(..range.start).next_back();
        match before.filter(|(_, (end, _))| *end == range.start) {
            Some((_, (end, _))) => *end = range.end,
            None => {
                self.stretches.insert(range.start, (range.end, reason));
            }
        }
    }
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
        let mut damage = Vec::new();
        for (start, (end, reason)) in self.unreadable.into_inner().stretches {
            let length = offset(end.saturating_sub(start));
            Damage::new(offset(start), length, reason).push_to(&mut damage);
        }
        damage
    }

    /// Reads what can be read at `place`; where nothing can, how far that goes.
    fn read(&self, place: usize, rest: &mut [u8]) -> Result<usize, usize> {
        let mut unreadable = self.unreadable.borrow_mut();
        if let Some(end) = unreadable.end_at(place) {
            return Err(end);
        }
        match read_once(self.bytes, offset(place), rest) {
            Ok(count) => {
                unreadable.past.has_read();
                Ok(count)
            }
            Err(error) => {
                let next = unreadable.past.next(offset(place));
                let next = usize::try_from(next).unwrap_or(usize::MAX).min(self.size);
                unreadable.add(place..next, error.to_string());
                Err(next)
            }
        }
    }
}

/// Reads once more where the operating system only interrupted it.
fn read_once(bytes: &dyn ReadAt, at: u64, to: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match bytes.read_at(at, to) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            done => return done,
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
        let mut done = 0_usize;
        while let Some(rest) = piece.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let place = range.start.saturating_add(done);
            done = match self.read(place, rest) {
                // It ends before it said it would.
                Ok(0) => break,
                Ok(count) => done.saturating_add(count),
                Err(next) => next.min(end).saturating_sub(range.start),
            };
        }
        piece.truncate(done);
        Cow::Owned(piece)
    }
}
