//! The lists of chunks. Opening an image reads only where they stand; a list is checked when one
//! of its chunks is read for the first time.

use std::io;
use std::sync::OnceLock;

use super::contents::{Form, Table};
use super::fields::adler32_on;
use crate::fields::u32_at;
use crate::{ReadAt, read_exact_at, read_vec_at};

/// How much is read at a time to check a list.
const PIECE: u64 = 1 << 20;

/// The highest bit of an entry of version 1: the chunk is compressed.
pub(super) const COMPRESSED: u32 = 0x8000_0000;

/// An offset this high may be the last before EnCase 6.7.1 runs into the highest bit.
const NEAR_OVERFLOW: u32 = 0x7000_0000;

/// A list of chunks, with what was found when it was checked.
pub(super) struct ChunkTable {
    /// The segment that it stands in, as an index.
    pub(super) segment: usize,
    table: Table,
    state: OnceLock<State>,
}

/// What was found when a list was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// The list that begins here is sound (or nothing says that it is not).
    Sound {
        entries: u64,
        /// From this entry on all 32 bits are an offset, and no chunk is compressed: the fault of
        /// EnCase 6.7.1 behind 2 GiB.
        wide_from: u32,
    },
    /// Both copies are damaged; where they say the same it is taken.
    Compared { entries: u64, copy: u64 },
    /// Nothing can be taken from it.
    Damaged,
    /// It could not be read, for this reason; it is not read again for each of its chunks.
    Unreadable(io::ErrorKind, String),
}

impl ChunkTable {
    pub(super) const fn new(segment: usize, table: Table) -> Self {
        Self {
            segment,
            table,
            state: OnceLock::new(),
        }
    }

    pub(super) const fn table(&self) -> &Table {
        &self.table
    }

    /// Its state; two threads that come first both check it, so that none waits under a lock.
    pub(super) fn state(&self, bytes: &dyn ReadAt) -> &State {
        if let Some(state) = self.state.get() {
            return state;
        }
        let state = self
            .check(bytes)
            .unwrap_or_else(|error| State::Unreadable(error.kind(), error.to_string()));
        self.state.get_or_init(|| state)
    }

    fn check(&self, bytes: &dyn ReadAt) -> io::Result<State> {
        match self.table.form {
            Form::Version2 { entries, .. } => {
                let length = u64::from(self.table.count).saturating_mul(16);
                let sum = sum_of(bytes, entries, length, &mut |_| ())?;
                let written = read_vec_at(bytes, entries.saturating_add(length), 4)?;
                Ok(if u32_at(&written, 0) == Some(sum) {
                    State::Sound {
                        entries,
                        wide_from: u32::MAX,
                    }
                } else {
                    State::Damaged
                })
            }
            Form::Version1 {
                entries,
                copy,
                base,
                section_end,
                ..
            } => {
                let first = self.check_list(bytes, entries, base, section_end);
                let Some(copy) = copy else {
                    return first.map(|state| state.unwrap_or(State::Damaged));
                };
                match first {
                    Ok(Some(sound)) => Ok(sound),
                    Ok(None) => {
                        let second = self.check_list(bytes, copy, base, u64::MAX)?;
                        Ok(second.unwrap_or(State::Compared { entries, copy }))
                    }
                    // The first cannot be read: the copy, if it is sound.
                    Err(error) => self.check_list(bytes, copy, base, u64::MAX)?.ok_or(error),
                }
            }
        }
    }

    /// The state of a list of version 1 if it is sound.
    fn check_list(
        &self,
        bytes: &dyn ReadAt,
        entries: u64,
        base: u64,
        section_end: u64,
    ) -> io::Result<Option<State>> {
        let length = u64::from(self.table.count).saturating_mul(4);
        let end = entries.saturating_add(length);
        let (mut index, mut before, mut first) = (0_u32, 0_u32, None);
        let mut wide_from = u32::MAX;
        let sum = sum_of(bytes, entries, length, &mut |piece| {
            for entry in piece.as_chunks::<4>().0 {
                let raw = u32::from_le_bytes(*entry);
                let offset = raw & !COMPRESSED;
                first.get_or_insert(offset);
                if wide_from == u32::MAX && before >= NEAR_OVERFLOW && offset < before {
                    wide_from = index;
                }
                before = offset;
                index = index.saturating_add(1);
            }
        })?;
        let sound = Some(State::Sound { entries, wide_from });
        // The original format and SMART have no checksum behind the list: the first chunk stands
        // there. Their chunks have one each.
        let chunk = first.and_then(|offset| base.checked_add(u64::from(offset)));
        let behind = end.saturating_add(4);
        if behind > section_end || chunk.is_some_and(|at| at >= end && at < behind) {
            return Ok(sound);
        }
        let written = read_vec_at(bytes, end, 4)?;
        Ok(sound.filter(|_| u32_at(&written, 0) == Some(sum)))
    }
}

/// The Adler-32 of a stretch, read in pieces that `see` is shown.
fn sum_of(
    bytes: &dyn ReadAt,
    from: u64,
    length: u64,
    see: &mut dyn FnMut(&[u8]),
) -> io::Result<u32> {
    let mut sum = 1;
    let mut done = 0_u64;
    while done < length {
        let part = PIECE.min(length.saturating_sub(done));
        let mut piece = vec![0; usize::try_from(part).map_err(io::Error::other)?];
        read_exact_at(bytes, from.saturating_add(done), &mut piece)?;
        sum = adler32_on(sum, &piece);
        see(&piece);
        done = done.saturating_add(part);
    }
    Ok(sum)
}
