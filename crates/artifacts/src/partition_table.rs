//! Partition tables: the master boot record, the GUID partition table, and the layout that the
//! partition manager of Windows writes into its events.
//!
//! Sources: UEFI specification 2.10, chapter 5 (protective MBR, GPT header and entries);
//! Microsoft Learn, `DRIVE_LAYOUT_INFORMATION_EX`, `PARTITION_INFORMATION_EX` and their GPT and
//! MBR parts (`winioctl.h`); the four layouts in the corpus' Partition/Diagnostic log.

mod gpt;
mod layout;
mod mbr;

pub use gpt::{Gpt, GptPartition};
pub use layout::{DriveLayout, DriveLayoutPartition, PartitionStyle};
pub use mbr::{Mbr, MbrPartition};

/// A GUID as it lies in the bytes (the first three parts little-endian), as text in braces and
/// upper case.
pub(crate) fn guid_text(bytes: &[u8; 16]) -> String {
    let [a0, a1, a2, a3, b0, b1, c0, c1, rest @ ..] = *bytes;
    let a = u32::from_le_bytes([a0, a1, a2, a3]);
    let b = u16::from_le_bytes([b0, b1]);
    let c = u16::from_le_bytes([c0, c1]);
    let [d0, d1, e0, e1, e2, e3, e4, e5] = rest;
    format!(
        "{{{a:08X}-{b:04X}-{c:04X}-{d0:02X}{d1:02X}-{e0:02X}{e1:02X}{e2:02X}{e3:02X}{e4:02X}{e5:02X}}}"
    )
}

/// UTF-16LE up to the first NUL.
fn utf16_text(bytes: &[u8]) -> String {
    let units = bytes
        .chunks_exact(2)
        .filter_map(|pair| Some(u16::from_le_bytes(pair.try_into().ok()?)))
        .take_while(|unit| *unit != 0);
    char::decode_utf16(units)
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Reads little-endian numbers at offsets; `None` outside the bytes.
#[derive(Clone, Copy)]
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take<const N: usize>(self, at: usize) -> Option<&'a [u8; N]> {
        self.0.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    fn u8(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    fn u32(self, at: usize) -> Option<u32> {
        Some(u32::from_le_bytes(*self.take(at)?))
    }

    fn u64(self, at: usize) -> Option<u64> {
        Some(u64::from_le_bytes(*self.take(at)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guid_has_its_first_parts_little_endian() {
        // The partition type "EFI system", as UEFI prints it and as it lies on disks.
        let bytes = [
            0x28, 0x73, 0x2A, 0xC1, 0x1F, 0xF8, 0xD2, 0x11, 0xBA, 0x4B, 0x00, 0xA0, 0xC9, 0x3E,
            0xC9, 0x3B,
        ];
        assert_eq!(guid_text(&bytes), "{C12A7328-F81F-11D2-BA4B-00A0C93EC93B}");
    }
}
