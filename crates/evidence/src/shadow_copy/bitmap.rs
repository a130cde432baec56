//! The bitmaps of a store: which blocks the volume did not use when the copy was made.

use std::collections::HashSet;

use super::block::{BLOCK, Chain, Kind};
use crate::ReadAt;

/// One bitmap, a bit for each block of 16 KiB; a set bit says that the block was not in use.
#[derive(Default)]
pub(super) struct Bitmap {
    bytes: Vec<u8>,
    /// Why the blocks behind the last byte are not known; without damage they are in use.
    damage: Option<String>,
}

impl Bitmap {
    /// Reads the bitmap that begins at `first`, for a volume of `size` bytes.
    pub(super) fn read(
        volume: &dyn ReadAt,
        first: u64,
        size: u64,
        seen: &mut HashSet<u64>,
    ) -> Self {
        let mut bitmap = Self::default();
        let wanted = size.div_ceil(BLOCK).div_ceil(8);
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        let mut chain = Chain::new(volume, first, Kind::Bitmap, seen);
        while bitmap.bytes.len() < wanted {
            match chain.next() {
                Some(Ok(block)) => bitmap.bytes.extend_from_slice(block.content()),
                Some(Err(error)) => bitmap.damage = Some(error.to_string()),
                None => break,
            }
        }
        bitmap
    }

    /// Whether the block was not in use, or why that is not known.
    pub(super) fn is_unused(&self, block: u64) -> Result<bool, &str> {
        let byte = usize::try_from(block / 8).ok();
        match (byte.and_then(|byte| self.bytes.get(byte)), &self.damage) {
            (Some(byte), _) => Ok(byte >> (block % 8) & 1 == 1),
            (None, Some(damage)) => Err(damage),
            (None, None) => Ok(false),
        }
    }

    pub(super) fn damage(&self) -> Option<&str> {
        self.damage.as_deref()
    }
}
