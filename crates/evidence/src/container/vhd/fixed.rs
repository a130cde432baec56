//! A fixed disk: its bytes one after the other, and the footer behind them.

use std::io;
use std::sync::Arc;

use super::super::layers::{read_in_runs, read_stored};
use crate::ReadAt;

/// The bytes of a fixed disk.
pub(super) struct FixedDisk {
    pub(super) file: Arc<dyn ReadAt>,
    /// Where the footer stands.
    pub(super) end: u64,
    /// The size of the disk. Where the file holds less, the rest is an error.
    pub(super) size: u64,
}

impl ReadAt for FixedDisk {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        read_in_runs(self.size, offset, buffer, |at, rest| {
            read_stored(self.file.as_ref(), self.end, at, rest)
        })
    }
}
