//! The ranges of the volume in which a store lies. Together with the two places that a block
//! descriptor names (on the volume and inside the store) they say whether the descriptor is sound.

use std::collections::HashSet;

use super::block::{Chain, Kind, u64_at};
use super::notes::Notes;
use crate::ReadAt;

/// The ranges of a store, sorted by their place inside the store.
#[derive(Default)]
pub(super) struct Ranges(Vec<Range>);

#[derive(Clone, Copy)]
struct Range {
    relative: u64,
    volume: u64,
    size: u64,
}

impl Ranges {
    /// Reads the list that begins at `first`, as far as it is sound.
    pub(super) fn read(
        volume: &dyn ReadAt,
        first: u64,
        seen: &mut HashSet<u64>,
        notes: &mut Notes,
    ) -> Self {
        let mut ranges = Vec::new();
        for block in Chain::new(volume, first, Kind::BlockRanges, None, seen) {
            match block {
                Ok(block) => ranges.extend(block.records::<24>().map(|(_, record)| Range {
                    volume: u64_at(record, 0),
                    relative: u64_at(record, 8),
                    size: u64_at(record, 16),
                })),
                Err(error) => {
                    notes.add(format!("{error}: some block descriptors cannot be checked"));
                }
            }
        }
        ranges.retain(|range| range.size > 0);
        ranges.sort_by_key(|range| range.relative);
        Self(ranges)
    }

    /// Where the ranges put that place of the store on the volume; `None` when they do not say it.
    pub(super) fn volume_offset(&self, relative: u64) -> Option<u64> {
        let after = self.0.partition_point(|range| range.relative <= relative);
        let range = self.0.get(after.checked_sub(1)?)?;
        let within = relative.checked_sub(range.relative)?;
        let offset = range.volume.checked_add(within)?;
        (within < range.size).then_some(offset)
    }
}
