//! What FAT and exFAT have in common: clusters, chains of them in a file allocation table, folders
//! of 32-byte slots, and DOS dates. The two formats themselves are in [`crate::fat`] and
//! [`crate::exfat`].

pub(crate) mod chain;
pub(crate) mod cluster_file;
pub(crate) mod deleted;
pub(crate) mod dos_time;
pub(crate) mod folder;
pub(crate) mod heap;
mod kept_folders;
pub(crate) mod name;
pub(crate) mod notes;
pub(crate) mod open_error;
#[cfg(test)]
pub(crate) mod sleuthkit;
pub(crate) mod slots;
pub(crate) mod table;
pub(crate) mod tree;

/// Little-endian fields of a structure; `None` where it is too short.
pub(crate) fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// One byte; 0 behind the end.
pub(crate) fn u8_at(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// A 16-bit field; 0 behind the end.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    array(bytes, at).map_or(0, u16::from_le_bytes)
}

/// A 32-bit field; 0 behind the end.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    array(bytes, at).map_or(0, u32::from_le_bytes)
}

/// A 64-bit field; 0 behind the end.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    array(bytes, at).map_or(0, u64::from_le_bytes)
}
