//! The records of a file table, read in pieces: neighbours are often asked for next.

use std::io;
use std::sync::Arc;

use super::attribute::Attribute;
use super::record::{FileRecord, RecordError};
use crate::fields::{narrowed, slice_at};
use crate::{BlockCache, ReadAt, read_vec_at};

/// Where the records of files come from: a volume, or a file table alone.
pub(super) trait Records: Sync {
    /// The record with that number.
    ///
    /// # Errors
    /// When there is none, or it is damaged.
    fn record(&self, number: u64) -> Result<FileRecord<'static>, RecordError>;

    /// The numbers of the records that the attribute list of a file names, in its order.
    ///
    /// # Errors
    /// Why the list cannot be read.
    fn listed(&self, base: &FileRecord<'_>, list: &Attribute<'_>) -> Result<Vec<u64>, String>;
}

/// The bytes of a file table, and pieces of it that were read lately.
pub(super) struct RecordPieces {
    bytes: Arc<dyn ReadAt>,
    record_size: u64,
    pieces: BlockCache,
}

/// How much is read at a time.
const PIECE: u64 = 32 * 1024;
const CACHE: u64 = 8 << 20;

impl RecordPieces {
    pub(super) fn new(bytes: Arc<dyn ReadAt>, record_size: u64) -> Self {
        Self {
            bytes,
            record_size,
            pieces: BlockCache::new(CACHE, PIECE),
        }
    }

    /// The bytes of the table.
    pub(super) fn bytes(&self) -> Arc<dyn ReadAt> {
        Arc::clone(&self.bytes)
    }

    /// Bytes in a record.
    pub(super) const fn record_size(&self) -> u64 {
        self.record_size
    }

    /// The bytes of a record as they stand in the table.
    pub(super) fn raw(&self, number: u64) -> io::Result<Vec<u8>> {
        let at = number.saturating_mul(self.record_size);
        let piece = at / PIECE;
        let start = piece.saturating_mul(PIECE);
        let cached = self
            .pieces
            .get_or_make(piece, || read_vec_at(self.bytes.as_ref(), start, PIECE));
        let size = narrowed(self.record_size);
        let within = narrowed(at.saturating_sub(start));
        match cached.as_deref().map(|piece| slice_at(piece, within, size)) {
            Ok(Some(record)) => Ok(record.to_vec()),
            // Damage to a neighbour: only the record itself is asked for.
            _ => read_vec_at(self.bytes.as_ref(), at, self.record_size),
        }
    }
}
