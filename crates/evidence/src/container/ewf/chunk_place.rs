//! Where each chunk lies: the entries of the lists, read in pages of which only those that are
//! used stay in memory. So an image of a terabyte opens as fast as a small one.

use std::io;

use super::chunk_table::{COMPRESSED, ChunkTable, State};
use super::contents::Form;
use crate::fields::{u32_at, u64_at, widened};
use crate::{BlockCache, ReadAt, read_exact_at};

/// Memory for pages of lists: two million chunks of version 1, 64 GiB of media.
const PAGES: u64 = 8 << 20;

/// Bytes of a page.
const PAGE: u64 = 16 << 10;

/// Where a chunk lies in its segment, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stored {
    /// Where it begins.
    pub(super) offset: u64,
    /// The bytes from there that can be its own; in version 1 the next chunk may begin earlier.
    pub(super) length: u64,
    /// How it is written.
    pub(super) encoding: Encoding,
}

/// How a chunk is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// In the zlib format, which has a checksum of its own.
    Deflate,
    /// As it is, with its Adler-32 behind it.
    Summed,
    /// As it is.
    Plain,
    /// Eight bytes again and again, which stand for the offset.
    Fill([u8; 8]),
}

/// Pages of lists, kept for a while.
pub(super) struct Pages(BlockCache);

impl Pages {
    pub(super) fn new() -> Self {
        Self(BlockCache::new(PAGES, PAGE))
    }

    /// Where chunk `index` of `table`, the list with that number, lies. `bytes` are its segment.
    ///
    /// # Errors
    /// When the list is damaged there or cannot be read.
    pub(super) fn find(
        &self,
        number: usize,
        table: &ChunkTable,
        bytes: &dyn ReadAt,
        index: u32,
    ) -> io::Result<Stored> {
        let damaged = || {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "the table that says where the chunk lies is damaged",
            )
        };
        let state = table.state(bytes);
        match (&table.table().form, state) {
            (_, State::Damaged) => Err(damaged()),
            (_, State::Unreadable(kind, reason)) => Err(io::Error::new(*kind, reason.clone())),
            (Form::Version2 { .. }, State::Sound { entries, .. }) => {
                let entry = self.entry(number, false, table, bytes, *entries, index)?;
                stored_2(&entry).ok_or_else(damaged)
            }
            (Form::Version1 { .. }, State::Sound { entries, wide_from }) => {
                let entry = |at| self.raw(number, false, table, bytes, *entries, at);
                let next = entry(index.saturating_add(1))?;
                let raw = entry(index)?.ok_or_else(damaged)?;
                stored_1(table, raw, next, index >= *wide_from).ok_or_else(damaged)
            }
            (Form::Version1 { .. }, State::Compared { entries, copy }) => {
                let both = |at| -> io::Result<Option<u32>> {
                    let first = self.raw(number, false, table, bytes, *entries, at)?;
                    let second = self.raw(number, true, table, bytes, *copy, at)?;
                    Ok(first.filter(|first| Some(*first) == second))
                };
                let raw = both(index)?.ok_or_else(damaged)?;
                let next = both(index.saturating_add(1))?;
                stored_1(table, raw, next, false).ok_or_else(damaged)
            }
            (Form::Version2 { .. }, State::Compared { .. }) => Err(damaged()),
        }
    }

    /// The entry of a list of version 1; `None` behind its end.
    fn raw(
        &self,
        number: usize,
        is_copy: bool,
        table: &ChunkTable,
        bytes: &dyn ReadAt,
        entries: u64,
        index: u32,
    ) -> io::Result<Option<u32>> {
        if index >= table.table().count {
            return Ok(None);
        }
        let entry = self.entry(number, is_copy, table, bytes, entries, index)?;
        Ok(u32_at(&entry, 0))
    }

    /// The bytes of an entry, behind which the rest of their page may stand.
    fn entry(
        &self,
        number: usize,
        is_copy: bool,
        table: &ChunkTable,
        bytes: &dyn ReadAt,
        entries: u64,
        index: u32,
    ) -> io::Result<[u8; 16]> {
        let width: u64 = match table.table().form {
            Form::Version1 { .. } => 4,
            Form::Version2 { .. } => 16,
        };
        let at = u64::from(index).saturating_mul(width);
        let (page, inside) = (at / PAGE, at % PAGE);
        // Lists of 2^32 entries of 16 bytes have 2^22 pages.
        let key = (widened(number) << 24) | (u64::from(is_copy) << 23) | page;
        let page = self.0.get_or_make(key, || {
            let length = u64::from(table.table().count).saturating_mul(width);
            let from = page.saturating_mul(PAGE);
            let mut block =
                vec![0; usize::try_from(PAGE.min(length.saturating_sub(from))).unwrap_or(0)];
            read_exact_at(bytes, entries.saturating_add(from), &mut block)?;
            Ok(block)
        })?;
        let mut entry = [0; 16];
        let inside = usize::try_from(inside).unwrap_or(usize::MAX);
        let width = usize::try_from(width).unwrap_or(0);
        let from = page.get(inside..).and_then(|rest| rest.get(..width));
        match (from, entry.get_mut(..width)) {
            (Some(from), Some(to)) => to.copy_from_slice(from),
            _ => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
        Ok(entry)
    }
}

fn stored_2(entry: &[u8]) -> Option<Stored> {
    let (offset, length) = (u64_at(entry, 0)?, u32_at(entry, 8)?);
    let flags = u32_at(entry, 12)?;
    // Without the flag for compression the one for a pattern means nothing.
    let encoding = match (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0) {
        (true, _, true) => Encoding::Fill(offset.to_le_bytes()),
        (true, _, false) => Encoding::Deflate,
        (false, true, _) => Encoding::Summed,
        (false, false, _) => Encoding::Plain,
    };
    Some(Stored {
        offset,
        length: u64::from(length),
        encoding,
    })
}

fn stored_1(table: &ChunkTable, raw: u32, next: Option<u32>, wide: bool) -> Option<Stored> {
    let Form::Version1 {
        base,
        section,
        section_end,
        ..
    } = table.table().form
    else {
        return None;
    };
    let offset_of = |raw: u32| {
        let offset = if wide { raw } else { raw & !COMPRESSED };
        base.checked_add(u64::from(offset))
    };
    let offset = offset_of(raw)?;
    // Chunks lie before their table (in `sectors`), or in the section of the table itself.
    let limit = if offset < section {
        section
    } else {
        section_end
    };
    let end = next
        .and_then(offset_of)
        .filter(|next| *next > offset && *next <= limit)
        .unwrap_or(limit);
    Some(Stored {
        offset,
        length: end.checked_sub(offset)?,
        encoding: if !wide && raw & COMPRESSED != 0 {
            Encoding::Deflate
        } else {
            Encoding::Summed
        },
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::contents::Table;
    use super::super::fields::adler32;
    use super::*;

    /// A list of version 1 at byte 100 of 10000 bytes, with its sum behind it.
    fn table(raw: &[u32], copy: Option<u64>) -> (ChunkTable, Vec<u8>) {
        let mut bytes = vec![0; 10_000];
        let list: Vec<u8> = raw.iter().flat_map(|entry| entry.to_le_bytes()).collect();
        for at in [Some(100), copy].into_iter().flatten() {
            let at = usize::try_from(at).unwrap();
            bytes[at..at + list.len()].copy_from_slice(&list);
            let sum = adler32(&list).to_le_bytes();
            bytes[at + list.len()..at + list.len() + 4].copy_from_slice(&sum);
        }
        let table = Table {
            count: u32::try_from(raw.len()).unwrap(),
            form: Form::Version1 {
                entries: 100,
                copy,
                base: 7,
                section: 9000,
                section_end: 9900,
            },
        };
        (ChunkTable::new(0, table), bytes)
    }

    fn find(table: &ChunkTable, bytes: &Vec<u8>, index: u32) -> io::Result<Stored> {
        Pages::new().find(3, table, bytes, index)
    }

    #[test]
    fn a_chunk_reaches_to_the_next_one_or_to_its_table() {
        let (table, bytes) = table(&[1000, COMPRESSED | 1500, 1400], None);
        let stored = |offset, length, encoding| Stored {
            offset,
            length,
            encoding,
        };
        let first = find(&table, &bytes, 0).unwrap();
        assert_eq!(first, stored(1007, 500, Encoding::Summed));
        // Chunks need not stand in order.
        let second = find(&table, &bytes, 1).unwrap();
        assert_eq!(second, stored(1507, 9000 - 1507, Encoding::Deflate));
        let last = find(&table, &bytes, 2).unwrap();
        assert_eq!(last, stored(1407, 9000 - 1407, Encoding::Summed));
        assert!(find(&table, &bytes, 3).is_err());
    }

    #[test]
    fn a_damaged_list_is_replaced_by_its_copy_or_compared_with_it() {
        let raw = [1000, 1500, 1900];
        let (damaged, mut bytes) = table(&raw, Some(300));
        bytes[104] ^= 1;
        assert_eq!(find(&damaged, &bytes, 1).unwrap().offset, 1507);
        let (damaged, _) = table(&raw, Some(300));
        bytes[308] ^= 1;
        assert_eq!(find(&damaged, &bytes, 0).unwrap().offset, 1007);
        assert!(find(&damaged, &bytes, 1).is_err());
        assert!(find(&damaged, &bytes, 2).is_err());
        let (alone, mut bytes) = table(&raw, None);
        bytes[104] ^= 1;
        assert!(find(&alone, &bytes, 0).is_err());
    }

    /// Bytes of which nothing can be read.
    struct Bad(AtomicUsize);

    impl ReadAt for Bad {
        fn size(&self) -> u64 {
            10_000
        }

        fn read_at(&self, _: u64, _: &mut [u8]) -> io::Result<usize> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Err(io::Error::other("bad sector"))
        }
    }

    #[test]
    fn a_list_that_cannot_be_read_is_not_read_again_for_each_chunk() {
        let (table, _) = table(&[1000; 50], Some(300));
        let (bad, pages) = (Bad(AtomicUsize::new(0)), Pages::new());
        let mut read = Vec::new();
        for index in 0..50 {
            let error = pages.find(3, &table, &bad, index).unwrap_err();
            assert!(error.to_string().contains("bad sector"), "{error}");
            read.push(bad.0.load(Ordering::Relaxed));
        }
        // The list and its copy, once.
        assert_eq!(read, [2; 50]);
    }

    #[test]
    fn offsets_that_run_into_the_highest_bit_are_taken_whole() {
        let raw = [0x7fff_0000, 0x7fff_9000, 0x8000_2000, 0x8000_b000];
        let (table, bytes) = table(&raw, None);
        let state = table.state(&bytes).clone();
        assert_eq!(
            state,
            State::Sound {
                entries: 100,
                wide_from: 2
            }
        );
    }
}
