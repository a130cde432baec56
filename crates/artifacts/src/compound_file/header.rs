//! The header (MS-CFB 2.2).

use crate::wire::{u16_at, u32_at};

const SIGNATURE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Streams that are shorter live in the mini stream.
const MINI_CUTOFF: u64 = 4096;

pub(super) struct Header {
    /// 9 or 12: sectors of 512 or of 4096 bytes.
    pub(super) sector_shift: u16,
    pub(super) first_directory_sector: u32,
    pub(super) mini_cutoff: u64,
    pub(super) first_mini_table_sector: u32,
    pub(super) first_table_list_sector: u32,
}

impl Header {
    pub(super) fn is_signature(bytes: &[u8]) -> bool {
        bytes.get(..8) == Some(&SIGNATURE)
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        if !Self::is_signature(bytes) {
            return None;
        }
        // The version says how long sectors are; the shift must say the same.
        let sector_shift = match (u16_at(bytes, 26)?, u16_at(bytes, 30)?) {
            (3, 9) | (_, 9) => 9,
            (4, 12) | (_, 12) => 12,
            (3, _) => 9,
            (4, _) => 12,
            _ => return None,
        };
        Some(Self {
            sector_shift,
            first_directory_sector: u32_at(bytes, 48)?,
            // MS-CFB allows no other value.
            mini_cutoff: MINI_CUTOFF,
            first_mini_table_sector: u32_at(bytes, 60)?,
            first_table_list_sector: u32_at(bytes, 68)?,
        })
    }

    pub(super) const fn is_version_3(&self) -> bool {
        self.sector_shift == 9
    }
}
