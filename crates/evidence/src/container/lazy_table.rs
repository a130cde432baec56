//! A table of entries of one size in a file, of which only what is asked for is read.

use std::io;
use std::sync::Arc;

use crate::{BlockCache, ReadAt, read_exact_at, read_vec_at};

/// A table in a file. Only the pages that are used stand in memory, and not all of those, so the
/// table of a disk of many terabytes costs no more than that of a small one.
pub(super) struct LazyTable {
    file: Arc<dyn ReadAt>,
    /// Where its first byte stands.
    start: u64,
    /// Its bytes.
    length: u64,
    pages: BlockCache,
}

/// Bytes of a page: a multiple of every size of entry.
const PAGE: u64 = 64 * 1024;

/// The most bytes of pages in memory.
const CACHE: u64 = 4 * 1024 * 1024;

impl LazyTable {
    /// The table of `length` bytes at byte `start` of `file`.
    pub(super) fn new(file: Arc<dyn ReadAt>, start: u64, length: u64) -> Self {
        Self {
            file,
            start,
            length,
            pages: BlockCache::new(CACHE, PAGE),
        }
    }

    /// The `N` bytes of an entry, `N` a power of two and smaller than a page.
    ///
    /// # Errors
    /// When the table or the file ends before it, or it cannot be read.
    pub(super) fn entry<const N: usize>(&self, number: u64) -> io::Result<[u8; N]> {
        let size = u64::try_from(N).unwrap_or(u64::MAX);
        let place = number
            .checked_mul(size)
            .filter(|at| at.saturating_add(size) <= self.length)
            .ok_or_else(|| io::Error::other(format!("the table has no entry {number}")))?;
        let page = place / PAGE;
        let page_start = page.saturating_mul(PAGE);
        let made = self.pages.get_or_make(page, || {
            let length = PAGE.min(self.length.saturating_sub(page_start));
            let bytes = read_vec_at(
                self.file.as_ref(),
                self.start.saturating_add(page_start),
                length,
            )?;
            // Kept only whole, so that what is cut is asked for by the entry, below.
            if u64::try_from(bytes.len()).is_ok_and(|there| there == length) {
                Ok(bytes)
            } else {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
        });
        if let Ok(page) = made {
            let within = usize::try_from(place.saturating_sub(page_start)).ok();
            if let Some(entry) = within.and_then(|at| page.get(at..)?.first_chunk()) {
                return Ok(*entry);
            }
        }
        // Damage elsewhere in the page does not cost this entry.
        let mut entry = [0; N];
        read_exact_at(
            self.file.as_ref(),
            self.start.saturating_add(place),
            &mut entry,
        )
        .map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("entry {number} of the table cannot be read: {error}"),
            )
        })?;
        Ok(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stand_where_they_are_counted() {
        let bytes: Vec<u8> = (0_u32..40_000).flat_map(u32::to_be_bytes).collect();
        let table = LazyTable::new(Arc::new(bytes.clone()), 4, 4 * 30_000);
        for number in [0, 1, 16_383, 16_384, 29_999] {
            let entry = u32::from_be_bytes(table.entry(number).unwrap());
            assert_eq!(u64::from(entry), number + 1);
        }
        assert!(table.entry::<4>(30_000).is_err());
        assert!(table.entry::<4>(u64::MAX).is_err());

        // Cut inside the second page: what stands before the cut is still there.
        let table = LazyTable::new(Arc::new(bytes[..4 * 20_001].to_vec()), 4, 4 * 30_000);
        assert_eq!(table.entry::<4>(19_999).unwrap(), 20_000_u32.to_be_bytes());
        assert!(table.entry::<4>(20_000).is_err());
    }
}
