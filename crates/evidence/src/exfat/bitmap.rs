//! The allocation bitmap: which clusters are in use.
//!
//! Source: Microsoft, "exFAT file system specification", 7.1.

use std::io;

use crate::fat_family::cluster_file::ClusterFile;
use crate::fat_family::heap::FIRST_CLUSTER;
use crate::fat_family::u8_at;
use crate::{BlockCache, read_vec_at};

/// How much of the bitmap is read at a time, and kept.
const BLOCK: u64 = 4096;
const KEPT: u64 = 1024 * 1024;

/// The allocation bitmap of a volume.
pub(super) struct Bitmap {
    file: ClusterFile,
    cache: BlockCache,
}

impl Bitmap {
    pub(super) fn new(file: ClusterFile) -> Self {
        Self {
            file,
            cache: BlockCache::new(KEPT, BLOCK),
        }
    }

    /// Whether that cluster belongs to nothing.
    ///
    /// # Errors
    /// When its bit cannot be read.
    pub(super) fn is_free(&self, cluster: u32) -> io::Result<bool> {
        let index = u64::from(cluster.saturating_sub(FIRST_CLUSTER));
        let byte = index / 8;
        let block = self.cache.get_or_make(byte / BLOCK, || {
            read_vec_at(&self.file, byte / BLOCK * BLOCK, BLOCK)
        })?;
        let inside = usize::try_from(byte % BLOCK).unwrap_or(usize::MAX);
        if inside >= block.len() {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the allocation bitmap ends before this cluster",
            ));
        }
        Ok(u8_at(&block, inside) & (1 << (index % 8)) == 0)
    }
}
