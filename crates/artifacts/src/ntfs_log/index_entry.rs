//! An entry of a folder's index, as log records carry it: which file, and one name of it.
//!
//! Source: libfsntfs' format document, "Index value" and "The file name attribute".

use kusari_evidence::ntfs::{FileName, FileReference};

use crate::wire::{slice_at, u16_at};

/// An entry of a folder's index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexEntry<'a> {
    /// The file.
    pub file: FileReference,
    /// Its name, with the folder and with times as they were.
    pub name: FileName<'a>,
}

impl<'a> IndexEntry<'a> {
    /// Reads an entry; `None` when it is none of a folder. Indexes of `$Secure`, `$ObjId` and the
    /// like have other keys, which are told by their length and by what a name must be.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        const KEY: usize = 0x10;
        /// A name of one unit.
        const SHORTEST_KEY: usize = 68;
        let length = usize::from(u16_at(bytes, 0x08)?);
        let key_length = usize::from(u16_at(bytes, 0x0A)?);
        if length > bytes.len() || key_length < SHORTEST_KEY {
            return None;
        }
        let key = slice_at(bytes, KEY, key_length)?;
        let name = FileName::parse(key)?;
        let fits = SHORTEST_KEY.saturating_sub(2) + name.name.bytes().len() == key_length;
        let has_times = name.times.created.is_some() && name.times.changed.is_some();
        let no_zero = name.name.units().all(|unit| unit != 0);
        let file = FileReference(crate::wire::u64_at(bytes, 0)?);
        let named = name.parent.record() != 0 && file.sequence() != 0;
        (fits && has_times && no_zero && named).then_some(Self { file, name })
    }
}
