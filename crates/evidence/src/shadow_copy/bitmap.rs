//! The bitmaps of a store: which blocks the volume did not use when the copy was made.

use std::collections::HashSet;

use super::block::{BLOCK, Chain, Kind};
use super::catalog::Place;
use super::notes::Notes;
use super::ranges::Ranges;
use crate::ReadAt;

/// Which blocks the volume did not use when the newest copy was made, so that nothing was kept of
/// them.
pub(super) struct Unused {
    current: Bitmap,
    /// The same of the copy before, when there is one: what that one used was kept.
    previous: Option<Bitmap>,
}

impl Unused {
    /// Reads both bitmaps of the store at `place`, for a volume of `size` bytes.
    pub(super) fn read(volume: &dyn ReadAt, place: &Place, size: u64) -> Self {
        let mut seen = HashSet::new();
        // The block list says what is wrong with the ranges.
        let ranges = Ranges::read(volume, place.ranges, &mut seen, &mut Notes::default());
        let mut read = |first| Bitmap::read(volume, first, size, &ranges, &mut seen);
        Self {
            current: read(place.bitmap),
            previous: (place.previous_bitmap != 0).then(|| read(place.previous_bitmap)),
        }
    }

    /// Whether the block was not in use, or why that is not known.
    pub(super) fn is_unused(&self, block: u64) -> Result<bool, &str> {
        match (self.current.is_unused(block)?, &self.previous) {
            (true, Some(previous)) => previous.is_unused(block),
            (unused, _) => Ok(unused),
        }
    }

    /// What is damaged.
    pub(super) fn damage(&self) -> impl Iterator<Item = &str> {
        let both = [Some(&self.current), self.previous.as_ref()];
        both.into_iter()
            .flatten()
            .filter_map(|one| one.damage.as_deref())
    }
}

/// One bitmap, a bit for each block of 16 KiB; a set bit says that the block was not in use.
#[derive(Default)]
struct Bitmap {
    bytes: Vec<u8>,
    /// Why the blocks behind the last byte are not known; without damage they are in use.
    damage: Option<String>,
}

impl Bitmap {
    /// Reads the bitmap that begins at `first`, for a volume of `size` bytes.
    fn read(
        volume: &dyn ReadAt,
        first: u64,
        size: u64,
        ranges: &Ranges,
        seen: &mut HashSet<u64>,
    ) -> Self {
        let mut bitmap = Self::default();
        let wanted = size.div_ceil(BLOCK).div_ceil(8);
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        let mut chain = Chain::new(volume, first, Kind::Bitmap, Some(ranges), seen);
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
    fn is_unused(&self, block: u64) -> Result<bool, &str> {
        let byte = usize::try_from(block / 8).ok();
        match (byte.and_then(|byte| self.bytes.get(byte)), &self.damage) {
            (Some(byte), _) => Ok(byte >> (block % 8) & 1 == 1),
            (None, Some(damage)) => Err(damage),
            (None, None) => Ok(false),
        }
    }
}
