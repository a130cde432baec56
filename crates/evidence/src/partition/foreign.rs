//! Tables that are told but not read.
//!
//! Sources: Apple, "Inside Macintosh: Devices" (driver descriptor `ER`, map entries `PM`);
//! `sys/disklabel.h` of FreeBSD (magic number 0x82564557 at sector 1 or 64 bytes into sector 0).

use super::bytes::Bytes;
use super::table::{Draft, Scheme};
use crate::read_vec_at;

const BSD_MAGIC: u32 = 0x8256_4557;

/// The scheme of a disk whose first sector is neither a master boot record nor a boot sector.
pub(super) fn scheme(draft: &mut Draft<'_>, first: &[u8]) -> Scheme {
    let second = read_vec_at(draft.disk, u64::from(draft.sector_size), 512).unwrap_or_default();
    if first.starts_with(b"ER") && second.starts_with(b"PM\0\0") {
        draft
            .notes
            .add("the disk has an Apple partition map; its partitions are not read");
        return Scheme::Apple;
    }
    let label = |bytes: &[u8], at| Bytes(bytes).u32(at) == Some(BSD_MAGIC);
    if label(&second, 0) || label(first, 64) {
        draft
            .notes
            .add("the disk has a BSD disk label; its partitions are not read");
        return Scheme::Bsd;
    }
    if first.ends_with(&[0x55, 0xAA]) {
        draft.notes.add(
            "sector 0 is marked as a boot sector, but is neither a table with partitions nor the \
             boot sector of a known file system",
        );
    }
    Scheme::None
}
