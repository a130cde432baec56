//! Entries of tables, read page by page when they are asked for and kept in bounded memory: so a
//! table costs nothing before it is used, and its size need not be believed.

use std::io;

use super::mapped::outside;
use crate::{BlockCache, ReadAt, read_exact_at, read_vec_at};

/// Pages of the tables of one disk.
pub(super) struct TablePages(BlockCache);

const PAGE: u64 = 4096;

/// Memory for pages.
const MEMORY: u64 = 4 << 20;

/// Where the number of the file stands in a page's number.
const FILE_SHIFT: u32 = 44;

impl TablePages {
    pub(super) fn new() -> Self {
        Self(BlockCache::new(MEMORY, PAGE))
    }

    /// The `N` bytes at `at` of `bytes`, which is file number `file` of the disk.
    ///
    /// # Errors
    /// When they cannot be read, or the file ends before.
    pub(super) fn entry<const N: usize>(
        &self,
        file: u32,
        bytes: &dyn ReadAt,
        at: u64,
    ) -> io::Result<[u8; N]> {
        let number = at / PAGE;
        let key = u64::from(file) << FILE_SHIFT | number;
        if number < 1 << FILE_SHIFT
            && let Ok(page) = self
                .0
                .get_or_make(key, || read_vec_at(bytes, number * PAGE, PAGE))
            && let Ok(start) = usize::try_from(at % PAGE)
            && let Some(entry) = page.get(start..).and_then(<[u8]>::first_chunk::<N>)
        {
            return Ok(*entry);
        }
        // It goes over the end of a page, or something else in the page cannot be read.
        let mut entry = [0; N];
        match read_exact_at(bytes, at, &mut entry) {
            Ok(()) => Ok(entry),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(outside(at)),
            Err(error) => Err(error),
        }
    }
}
