//! The directory (MS-CFB 2.6).

use crate::terminated;
use crate::wire::{u8_at, u32_at, u64_at};

/// How long an entry is.
const ENTRY: usize = 128;

/// A directory entry.
pub(super) struct Entry {
    pub(super) name: String,
    kind: u8,
    pub(super) first_sector: u32,
    pub(super) size: u64,
}

impl Entry {
    pub(super) const fn is_stream(&self) -> bool {
        self.kind == 2
    }

    pub(super) const fn is_root(&self) -> bool {
        self.kind == 5
    }
}

/// All entries, also those that no tree reaches.
pub(super) fn read(directory: &[u8], is_version_3: bool) -> Vec<Entry> {
    directory
        .chunks_exact(ENTRY)
        .filter_map(|entry| {
            let size = u64_at(entry, 120)?;
            Some(Entry {
                name: terminated::utf16(entry.get(..64)?),
                kind: u8_at(entry, 66)?,
                first_sector: u32_at(entry, 116)?,
                // In version 3 the upper half may hold anything.
                size: if is_version_3 {
                    size & 0xFFFF_FFFF
                } else {
                    size
                },
            })
        })
        .collect()
}
