//! The header at byte 0x1E00 of the volume, in the last sector of `$Boot`, that leads to the catalog.

use super::block::{IDENTIFIER, u32_at, u64_at};
use crate::{FormatError, Guid, ReadAt, read_vec_at};

/// Where the header stands on the volume.
const OFFSET: u64 = 0x1E00;

/// How many bytes of it are used.
const LENGTH: u64 = 128;

const STRUCTURE: &str = "shadow copy volume header";

/// What the header says.
pub(super) struct VolumeHeader {
    /// Where the catalog begins; 0 when there is none.
    pub(super) catalog: u64,
    /// The volume.
    pub(super) volume: Guid,
    /// The volume on which the stores lie.
    pub(super) storage: Guid,
}

impl VolumeHeader {
    /// Reads the header; `None` when shadow copies were never kept of this volume.
    pub(super) fn read(volume: &dyn ReadAt) -> Result<Option<Self>, FormatError> {
        let bytes = read_vec_at(volume, OFFSET, LENGTH)
            .map_err(|source| FormatError::unreadable(STRUCTURE, OFFSET, source))?;
        if bytes.len() < 128 {
            return Ok(None);
        }
        let wrong = |problem| Err(FormatError::malformed(STRUCTURE, OFFSET, problem));
        let (version, record_type, own) =
            (u32_at(&bytes, 16), u32_at(&bytes, 20), u64_at(&bytes, 24));
        if !bytes.starts_with(&IDENTIFIER) {
            // Boot code never looks like the rest of the header; a damaged identifier shall not
            // hide the copies.
            if record_type == 1 && own == OFFSET {
                return wrong("it does not begin with the VSS identifier".to_owned());
            }
            return Ok(None);
        }
        if !(1..=2).contains(&version) {
            return wrong(format!("its version is {version}, expected 1 or 2"));
        }
        if record_type != 1 {
            return wrong(format!("its record type is {record_type}, expected 1"));
        }
        if own != OFFSET {
            return wrong(format!("it says that it stands at {own}"));
        }
        let guid = |at| bytes.get(at..).and_then(Guid::from_bytes);
        Ok(Some(Self {
            catalog: u64_at(&bytes, 48),
            volume: guid(64).unwrap_or(Guid::NIL),
            storage: guid(80).unwrap_or(Guid::NIL),
        }))
    }
}
