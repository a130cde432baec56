//! One block descriptor of a store's block list.

use super::block::{BLOCK, u32_at, u64_at};
use super::ranges::Ranges;

/// The block was moved: it was found at another place of the volume when it was needed.
const FORWARDER: u32 = 1;

/// Sectors that were written into the copy itself.
const OVERLAY: u32 = 2;

/// To be passed over.
const NOT_USED: u32 = 4;

/// The relative offset of a descriptor that adds sectors to an overlay.
const ADDS_TO_OVERLAY: u64 = 1;

/// What a block descriptor says, checked.
pub(super) enum Descriptor {
    /// The block `original` as it was when the copy was made stands at `at`.
    Stored { original: u64, at: u64 },
    /// What stood in the block `original` was moved to the block `to`.
    Moved { original: u64, to: u64 },
    /// The `sectors` of the block `original` in this copy stand at `at`.
    Overlay {
        original: u64,
        at: u64,
        sectors: u32,
    },
    /// The block `original` is described, in a way that cannot be.
    Contradicts { original: u64, overlay: bool },
    /// It cannot be said which block is described.
    Lost,
}

impl Descriptor {
    /// Reads a descriptor; `None` for an empty one and for one that is not used. Places are bytes
    /// on the volume, of which `size` were copied and `there` are there.
    pub(super) fn read(record: &[u8; 32], size: u64, there: u64, ranges: &Ranges) -> Option<Self> {
        if record.iter().all(|byte| *byte == 0) {
            return None;
        }
        let (original, relative, at) = (u64_at(record, 0), u64_at(record, 8), u64_at(record, 16));
        let (flags, sectors) = (u32_at(record, 24), u32_at(record, 28));
        if flags & NOT_USED != 0 {
            return None;
        }
        if !original.is_multiple_of(BLOCK) || original >= size {
            return Some(Self::Lost);
        }
        let is_block = |offset: u64| {
            let inside = offset.checked_add(BLOCK).is_some_and(|end| end <= there);
            inside && offset.is_multiple_of(BLOCK)
        };
        let overlay = flags & OVERLAY != 0;
        let forwarder = flags & FORWARDER != 0;
        let sound = if forwarder {
            !overlay && at == 0 && is_block(relative)
        } else {
            // The two places of a stored block say the same, as far as the ranges reach.
            let adds = overlay && relative == ADDS_TO_OVERLAY;
            let other = ranges.volume_offset(relative).filter(|_| !adds);
            is_block(at) && other.is_none_or(|other| other == at)
        };
        Some(match (sound, forwarder, overlay) {
            (false, _, overlay) => Self::Contradicts { original, overlay },
            (true, true, _) => Self::Moved {
                original,
                to: relative,
            },
            (true, false, true) => Self::Overlay {
                original,
                at,
                sectors,
            },
            (true, false, false) => Self::Stored { original, at },
        })
    }
}
