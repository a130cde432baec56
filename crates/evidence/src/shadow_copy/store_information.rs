//! What the header of a store says about its shadow copy.

use super::block::{Block, Kind, u32_at};
use crate::{FormatError, Guid, ReadAt};

/// The store information behind the header of the store's first block.
pub(super) struct StoreInformation {
    pub(super) copy: Guid,
    pub(super) set: Guid,
    pub(super) provider: u32,
    pub(super) context: u32,
    pub(super) attributes: u32,
    pub(super) originating_machine: Option<String>,
    pub(super) service_machine: Option<String>,
}

impl StoreInformation {
    /// Reads it from the store header at `offset`.
    pub(super) fn read(volume: &dyn ReadAt, offset: u64) -> Result<Self, FormatError> {
        let block = Block::read(volume, offset, Kind::StoreHeader)?;
        let bytes = block.content();
        let guid = |at| bytes.get(at..).and_then(Guid::from_bytes);
        let mut at = 64;
        let originating_machine = text(bytes, &mut at);
        let service_machine = text(bytes, &mut at);
        Ok(Self {
            copy: guid(16).unwrap_or(Guid::NIL),
            set: guid(32).unwrap_or(Guid::NIL),
            context: u32_at(bytes, 48),
            provider: u32_at(bytes, 52),
            attributes: u32_at(bytes, 56),
            originating_machine,
            service_machine,
        })
    }
}

/// The UTF-16 text at that place, behind its length in bytes; `None` for an empty one and for one
/// that is longer than the block.
fn text(bytes: &[u8], at: &mut usize) -> Option<String> {
    let length = bytes.get(*at..)?.first_chunk()?;
    let length = usize::from(u16::from_le_bytes(*length));
    let start = at.checked_add(2)?;
    let end = start.checked_add(length)?;
    let (units, _) = bytes.get(start..end)?.as_chunks::<2>();
    *at = end;
    let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    (!units.is_empty()).then(|| String::from_utf16_lossy(&units))
}
