//! FAT: the boot sector, and the copy that FAT32 keeps some sectors behind it.

use super::super::bytes::Bytes;
use super::super::table::Span;
use crate::boot_sector::{BootSector, FileSystemKind};
use crate::{ReadAt, read_vec_at};

/// The volume of that boot sector, or of that copy.
pub(super) fn volume(
    disk: &dyn ReadAt,
    place: u64,
    sector: &[u8],
    boot: &BootSector,
) -> Option<Span> {
    let bytes = Bytes(sector);
    let size = u64::from(boot.bytes_per_sector?);
    let length = boot.sectors?.checked_mul(size)?;
    let reserved = u64::from(bytes.u16(0x0E)?).checked_mul(size)?;
    let copy = match boot.file_system {
        FileSystemKind::Fat32 => u64::from(bytes.u16(0x32)?).checked_mul(size)?,
        _ => 0,
    };
    let of_copy = place.checked_sub(copy).filter(|_| copy != 0);
    let media = bytes.u8(0x15)?;
    [Some(place), of_copy]
        .into_iter()
        .flatten()
        .find(|start| has_table(disk, start.checked_add(reserved), media, boot.file_system))
        .map(|start| Span { start, length })
}

/// The first entry of the table repeats the medium's byte, the bits behind it are set.
fn has_table(disk: &dyn ReadAt, at: Option<u64>, media: u8, kind: FileSystemKind) -> bool {
    let Some(entries) = at.and_then(|at| read_vec_at(disk, at, 8).ok()) else {
        return false;
    };
    let [first, second, third, fourth] = match entries.first_chunk::<4>() {
        Some(bytes) => *bytes,
        None => return false,
    };
    let is_last = match kind {
        FileSystemKind::Fat32 => fourth & 0x0F == 0x0F,
        // The upper bits of the second entry say whether the volume was left clean.
        FileSystemKind::Fat16 => fourth & 0x3F == 0x3F,
        _ => true,
    };
    first == media && second == 0xFF && third == 0xFF && is_last
}
