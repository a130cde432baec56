//! The block list of a store: which blocks of the volume it holds, and where.

use std::collections::{HashMap, HashSet};

use super::block::{BLOCK, Chain, Kind};
use super::catalog::Place;
use super::descriptor::Descriptor;
use super::notes::Notes;
use super::ranges::Ranges;
use crate::ReadAt;

/// Where a block of the volume is to be found, by a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// At this byte of the volume.
    At(u64),
    /// It was moved: to be looked for in its place at this byte, in the next newer store.
    Moved(u64),
    /// The descriptor at this byte of the volume cannot be right.
    Contradicts(u64),
}

/// Sectors of a block that were written into the copy itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Overlay {
    /// Where the block with these sectors stands on the volume, or which descriptor is wrong.
    pub(super) found: Found,
    /// A bit for each of the 32 sectors, from the lowest on.
    pub(super) sectors: u32,
}

/// A block list, in order and kept small: at most one entry of each sort for a block.
#[derive(Default)]
pub(super) struct BlockList {
    /// The blocks by number.
    blocks: Vec<(u64, Packed)>,
    /// The overlays by the block's number.
    overlays: Vec<(u64, Overlay)>,
    /// The blocks to which others were moved, by number.
    moved_to: Vec<u64>,
    /// Why a block that is not in the list may belong into it.
    pub(super) gap: Option<String>,
    pub(super) notes: Notes,
}

/// A [`Found`] in eight bytes: places of blocks are multiples of 16 KiB and those of descriptors
/// multiples of 32, so the lowest bits are free.
#[derive(Clone, Copy)]
struct Packed(u64);

impl Packed {
    const fn new(found: Found) -> Self {
        Self(match found {
            Found::At(offset) => offset,
            Found::Moved(offset) => offset | 1,
            Found::Contradicts(offset) => offset | 2,
        })
    }

    const fn found(self) -> Found {
        let offset = self.0 & !3;
        match self.0 & 3 {
            0 => Found::At(offset),
            1 => Found::Moved(offset),
            _ => Found::Contradicts(offset),
        }
    }
}

impl BlockList {
    /// Reads the list of the store at `place`, of which a copy of `size` bytes was made.
    pub(super) fn read(
        volume: &dyn ReadAt,
        place: &Place,
        size: u64,
        seen: &mut HashSet<u64>,
    ) -> Self {
        let mut notes = Notes::default();
        let ranges = Ranges::read(volume, place.ranges, seen, &mut notes);
        let mut made = Making::default();
        let mut gap = None;
        let mut ended = None;
        if place.block_list == 0 {
            gap = Some("the catalog names no block list".to_owned());
        }
        for block in Chain::new(
            volume,
            place.block_list,
            Kind::BlockList,
            Some(&ranges),
            seen,
        ) {
            let block = match block {
                Ok(block) => block,
                Err(error) => {
                    gap.get_or_insert(error.to_string());
                    notes.add(error.to_string());
                    break;
                }
            };
            for (at, record) in block.records::<32>() {
                if record.iter().all(|byte| *byte == 0) {
                    ended.get_or_insert(at);
                    continue;
                }
                if let Some(empty) = ended.take() {
                    notes.add(format!(
                        "the block list has an empty descriptor at byte {empty} before its end; \
                         something may have been wiped there"
                    ));
                }
                if let Some(wrong) = made.add(at, record, size, volume.size(), &ranges) {
                    notes.add(format!("the block descriptor at byte {at} {wrong}"));
                    if made.lost {
                        gap.get_or_insert(format!("the block descriptor at byte {at} {wrong}"));
                    }
                }
            }
        }
        made.into_list(gap, notes)
    }

    /// A list of which nothing can be read, for this reason.
    pub(super) fn unreadable(reason: String) -> Self {
        let mut list = Self::default();
        list.notes.add(reason.clone());
        list.gap = Some(reason);
        list
    }

    /// Where the block is to be found, when the list says it.
    pub(super) fn block(&self, number: u64) -> Option<Found> {
        Some(get(&self.blocks, number)?.found())
    }

    /// The overlay of the block.
    pub(super) fn overlay(&self, number: u64) -> Option<Overlay> {
        get(&self.overlays, number)
    }

    /// Whether another block was moved to this one.
    pub(super) fn is_moved_to(&self, number: u64) -> bool {
        self.moved_to.binary_search(&number).is_ok()
    }
}

/// What a sorted list holds for that number.
fn get<T: Copy>(list: &[(u64, T)], number: u64) -> Option<T> {
    let index = list.binary_search_by_key(&number, |(key, _)| *key).ok()?;
    list.get(index).map(|(_, value)| *value)
}

/// A list that is being put together, descriptor by descriptor: a later one stands above an
/// earlier one of the same block.
#[derive(Default)]
struct Making {
    blocks: HashMap<u64, Packed>,
    overlays: HashMap<u64, Overlay>,
    /// From the block to which another was moved to that other one.
    moved_to: HashMap<u64, u64>,
    /// Whether a descriptor was met of which nobody can say which block it is for.
    lost: bool,
}

impl Making {
    /// Adds a descriptor that stands at `at`, and says what is wrong with it.
    fn add(
        &mut self,
        at: u64,
        record: &[u8; 32],
        size: u64,
        there: u64,
        ranges: &Ranges,
    ) -> Option<&'static str> {
        match Descriptor::read(record, size, there, ranges)? {
            Descriptor::Stored { original, at } => {
                let number = self.before_moves(original / BLOCK);
                self.blocks.insert(number, Packed::new(Found::At(at)));
                None
            }
            Descriptor::Moved { original, to } => {
                let number = self.before_moves(original / BLOCK);
                if number != to / BLOCK {
                    self.blocks.insert(number, Packed::new(Found::Moved(to)));
                    self.moved_to.insert(to / BLOCK, number);
                }
                None
            }
            Descriptor::Overlay {
                original,
                at: place,
                sectors,
            } => self.add_overlay(original / BLOCK, at, Found::At(place), sectors),
            Descriptor::Contradicts { original, overlay } => {
                let found = Found::Contradicts(at);
                if overlay {
                    // Which sectors were meant is not known either.
                    let all = Overlay {
                        found,
                        sectors: u32::MAX,
                    };
                    self.overlays.insert(original / BLOCK, all);
                } else {
                    let number = self.before_moves(original / BLOCK);
                    self.blocks.insert(number, Packed::new(found));
                }
                Some("contradicts itself or the store's ranges")
            }
            Descriptor::Lost => {
                self.lost = true;
                Some("names no block of the volume")
            }
        }
    }

    fn add_overlay(
        &mut self,
        number: u64,
        at: u64,
        found: Found,
        sectors: u32,
    ) -> Option<&'static str> {
        let overlay = self
            .overlays
            .entry(number)
            .or_insert(Overlay { found, sectors: 0 });
        if overlay.found == found {
            overlay.sectors |= sectors;
            return None;
        }
        overlay.sectors = u32::MAX;
        overlay.found = Found::Contradicts(at);
        Some("adds sectors of another place to an overlay")
    }

    /// The block whose content this one held when the copy was made: the one that was moved here,
    /// if one was.
    fn before_moves(&mut self, number: u64) -> u64 {
        self.moved_to.remove(&number).unwrap_or(number)
    }

    fn into_list(self, gap: Option<String>, notes: Notes) -> BlockList {
        let mut blocks: Vec<_> = self.blocks.into_iter().collect();
        blocks.sort_unstable_by_key(|(number, _)| *number);
        let mut overlays: Vec<_> = self.overlays.into_iter().collect();
        overlays.sort_unstable_by_key(|(number, _)| *number);
        let mut moved_to: Vec<_> = self.moved_to.into_keys().collect();
        moved_to.sort_unstable();
        BlockList {
            blocks,
            overlays,
            moved_to,
            gap,
            notes,
        }
    }
}
