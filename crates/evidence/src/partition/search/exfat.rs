//! exFAT: the boot region of twelve sectors, and its copy behind it.

use super::super::bytes::Bytes;
use super::super::table::Span;
use super::stands;
use crate::{ReadAt, read_vec_at};

/// Sectors of a boot region.
const REGION: u64 = 12;

/// The volume of that boot sector, or of that copy.
pub(super) fn volume(disk: &dyn ReadAt, place: u64, sector: &[u8]) -> Option<Span> {
    let bytes = Bytes(sector);
    let size = 1_u64.checked_shl(u32::from(bytes.u8(0x6C)?))?;
    // Where FAT keeps its parameters there are zeros.
    if bytes.take::<53>(0x0B)? != &[0; 53] || !region_holds(disk, place, size) {
        return None;
    }
    let length = bytes.u64(0x48)?.checked_mul(size)?;
    let table = u64::from(bytes.u32(0x50)?).checked_mul(size)?;
    [Some(place), place.checked_sub(REGION.checked_mul(size)?)]
        .into_iter()
        .flatten()
        .find(|start| {
            let first_entries = [0xF8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
            stands(disk, start.checked_add(table), &first_entries)
        })
        .map(|start| Span { start, length })
}

/// Whether the region's last sector repeats the checksum of the others, and nothing else.
fn region_holds(disk: &dyn ReadAt, at: u64, size: u64) -> bool {
    let before = (REGION - 1).saturating_mul(size);
    let Ok(sum) = read_vec_at(disk, at.saturating_add(before), size) else {
        return false;
    };
    // This is looked at first, for the sum takes its time.
    let Some(stored) = sum.first_chunk::<4>() else {
        return false;
    };
    if u64::try_from(sum.len()) != Ok(size) || sum.chunks_exact(4).any(|word| word != stored) {
        return false;
    }
    let Ok(sectors) = read_vec_at(disk, at, before) else {
        return false;
    };
    let mut expected = 0_u32;
    for (index, byte) in sectors.iter().enumerate() {
        // The volume's flags and how full it is change without a new sum.
        if !matches!(index, 106 | 107 | 112) {
            expected = expected.rotate_right(1).wrapping_add(u32::from(*byte));
        }
    }
    *stored == expected.to_le_bytes()
}
