//! The blocks of 16 KiB in which everything of a store and of the catalog lies, and their header.

use std::collections::HashSet;

use super::ranges::Ranges;
use crate::{FormatError, ReadAt, read_exact_at};

/// The size of a block in bytes: of the structures, and of what is copied.
pub(super) const BLOCK: u64 = 0x4000;

/// [`BLOCK`] as the length of a buffer.
const BLOCK_LENGTH: usize = 0x4000;

/// How long the header of a block is.
pub(super) const HEADER: usize = 128;

/// `{3808876B-C176-4E48-B7AE-04046E6CC752}`, with which every structure begins.
pub(super) const IDENTIFIER: [u8; 16] = [
    0x6B, 0x87, 0x08, 0x38, 0x76, 0xC1, 0x48, 0x4E, 0xB7, 0xAE, 0x04, 0x04, 0x6E, 0x6C, 0xC7, 0x52,
];

/// What a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Catalog,
    BlockList,
    StoreHeader,
    BlockRanges,
    Bitmap,
}

impl Kind {
    /// The record type in the header.
    const fn record_type(self) -> u32 {
        match self {
            Self::Catalog => 2,
            Self::BlockList => 3,
            Self::StoreHeader => 4,
            Self::BlockRanges => 5,
            Self::Bitmap => 6,
        }
    }

    /// The name in messages.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Catalog => "shadow copy catalog",
            Self::BlockList => "shadow copy block list",
            Self::StoreHeader => "shadow copy store header",
            Self::BlockRanges => "shadow copy block range list",
            Self::Bitmap => "shadow copy bitmap",
        }
    }
}

/// A block of 16 KiB whose header was found sound.
pub(super) struct Block {
    /// Where it stands on the volume.
    pub(super) offset: u64,
    /// Where it stands inside the store or the catalog.
    relative: u64,
    /// The next block of its chain; 0 for none.
    next: u64,
    bytes: Vec<u8>,
}

impl Block {
    /// Reads the block of that kind at `offset`.
    pub(super) fn read(volume: &dyn ReadAt, offset: u64, kind: Kind) -> Result<Self, FormatError> {
        let wrong = |problem: String| FormatError::malformed(kind.name(), offset, problem);
        if !offset.is_multiple_of(BLOCK) {
            return Err(wrong("it does not begin at a multiple of 16 KiB".into()));
        }
        if offset
            .checked_add(BLOCK)
            .is_none_or(|end| end > volume.size())
        {
            return Err(wrong(format!("the volume ends at {}", volume.size())));
        }
        let mut bytes = vec![0; BLOCK_LENGTH];
        read_exact_at(volume, offset, &mut bytes)
            .map_err(|source| FormatError::unreadable(kind.name(), offset, source))?;
        if bytes.get(..16) != Some(&IDENTIFIER[..]) {
            return Err(wrong("it does not begin with the VSS identifier".into()));
        }
        let (version, record_type) = (u32_at(&bytes, 16), u32_at(&bytes, 20));
        if version != 1 {
            return Err(wrong(format!("its version is {version}, expected 1")));
        }
        if record_type != kind.record_type() {
            return Err(wrong(format!(
                "its record type is {record_type}, expected {}",
                kind.record_type()
            )));
        }
        let own = u64_at(&bytes, 32);
        if own != offset {
            return Err(wrong(format!("it says that it stands at {own}")));
        }
        Ok(Self {
            offset,
            relative: u64_at(&bytes, 24),
            next: u64_at(&bytes, 40),
            bytes,
        })
    }

    /// What follows the header.
    pub(super) fn content(&self) -> &[u8] {
        self.bytes.get(HEADER..).unwrap_or_default()
    }

    /// The records of `LENGTH` bytes behind the header, each with its place on the volume.
    pub(super) fn records<const LENGTH: usize>(
        &self,
    ) -> impl Iterator<Item = (u64, &[u8; LENGTH])> {
        let first = self.offset.saturating_add(128);
        let (records, _) = self.content().as_chunks::<LENGTH>();
        records.iter().zip(0_u64..).map(move |(record, number)| {
            let length = u64::try_from(LENGTH).unwrap_or(0);
            (first.saturating_add(number.saturating_mul(length)), record)
        })
    }
}

/// A chain of blocks, each naming the next. It ends at the first block that is damaged, was seen
/// before, or belongs to another store.
pub(super) struct Chain<'a> {
    volume: &'a dyn ReadAt,
    kind: Kind,
    next: u64,
    /// Blocks that were read already, in this chain or in others: no block belongs to two.
    seen: &'a mut HashSet<u64>,
    /// Where the blocks of this chain stand inside the store.
    relatives: HashSet<u64>,
    /// The store's ranges, which say where such a place is on the volume.
    ranges: Option<&'a Ranges>,
}

impl<'a> Chain<'a> {
    /// The chain whose first block stands at `first`; 0 for an empty one.
    pub(super) fn new(
        volume: &'a dyn ReadAt,
        first: u64,
        kind: Kind,
        ranges: Option<&'a Ranges>,
        seen: &'a mut HashSet<u64>,
    ) -> Self {
        Self {
            volume,
            kind,
            next: first,
            seen,
            relatives: HashSet::new(),
            ranges,
        }
    }
}

impl Iterator for Chain<'_> {
    type Item = Result<Block, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == 0 {
            return None;
        }
        let offset = std::mem::take(&mut self.next);
        let block = Block::read(self.volume, offset, self.kind).and_then(|block| {
            let elsewhere = (self.ranges)
                .and_then(|ranges| ranges.volume_offset(block.relative))
                .is_some_and(|there| there != offset);
            let problem = if !self.seen.insert(offset) {
                "it stands in a chain that was read already"
            } else if elsewhere || !self.relatives.insert(block.relative) {
                "it says that it stands where the store has another block"
            } else {
                return Ok(block);
            };
            Err(FormatError::malformed(self.kind.name(), offset, problem))
        });
        if let Ok(block) = &block {
            self.next = block.next;
        }
        Some(block)
    }
}

/// The little-endian number of 32 bits at that place; 0 where the bytes end before.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let part = bytes.get(at..).and_then(<[u8]>::first_chunk);
    part.map_or(0, |part| u32::from_le_bytes(*part))
}

/// The little-endian number of 64 bits at that place; 0 where the bytes end before.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let part = bytes.get(at..).and_then(<[u8]>::first_chunk);
    part.map_or(0, |part| u64::from_le_bytes(*part))
}
