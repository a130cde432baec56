//! BitLocker: the volume header names three copies of the metadata.

use super::super::bytes::Bytes;
use super::super::table::Span;
use crate::{ReadAt, read_vec_at};

/// Where the identifier stands in the header since Windows 7, and in that of BitLocker To Go. The
/// places of the metadata follow it. The header of Windows Vista has none and is not found.
const PLACES: [usize; 2] = [160, 424];

/// The identifiers: of whole volumes, and of those of which only the used space is encrypted.
const IDENTIFIERS: [[u8; 16]; 2] = [
    [
        0x3B, 0xD6, 0x67, 0x49, 0x29, 0x2E, 0xD8, 0x4A, 0x83, 0x99, 0xF6, 0xA3, 0x39, 0xE3, 0xD0,
        0x01,
    ],
    [
        0x3B, 0x4D, 0xA8, 0x92, 0x80, 0xDD, 0x0E, 0x4D, 0x9E, 0x4E, 0xB1, 0xE3, 0x28, 0x4E, 0xAE,
        0xD8,
    ],
];

/// The volume of that header.
pub(super) fn volume(disk: &dyn ReadAt, place: u64, sector: &[u8]) -> Option<Span> {
    let bytes = Bytes(sector);
    let identifier = PLACES.into_iter().find(|at| {
        bytes
            .take(*at)
            .is_some_and(|found| IDENTIFIERS.contains(found))
    })?;
    (0..3_usize).find_map(|copy| {
        let at = identifier
            .checked_add(16)?
            .checked_add(copy.checked_mul(8)?)?;
        let offset = bytes.u64(at)?;
        let length = encrypted_length(disk, place.checked_add(offset)?)?;
        (offset < length).then_some(Span {
            start: place,
            length,
        })
    })
}

/// The length of the volume as a metadata block says it.
fn encrypted_length(disk: &dyn ReadAt, at: u64) -> Option<u64> {
    let block = read_vec_at(disk, at, 64).ok()?;
    let block = Bytes(&block);
    let is_one = block.take(0)? == b"-FVE-FS-" && block.u16(10)? == 2;
    block.u64(16).filter(|length| is_one && *length != 0)
}
