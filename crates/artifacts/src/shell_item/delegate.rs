//! Items that one folder keeps for another.

use encoding_rs::Encoding;
use kusari_evidence::Guid;

use super::file_entry::{self, FileEntry};
use crate::wire::{slice_at, u8_at, u16_at};

/// An item of one folder kept by another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegate {
    /// The folder that the item belongs to.
    pub folder: Guid,
    /// The folder or file of a file system that the item is (`CFSF`), for a user's own folders.
    pub entry: Option<FileEntry>,
    /// The folder's own bytes.
    pub data: Vec<u8>,
}

/// The mark before the folder's GUID, `{5E591A74-DF96-48D3-8D67-1733BCEE28BA}`.
const MARK: [u8; 16] = [
    0x74, 0x1A, 0x59, 0x5E, 0x96, 0xDF, 0xD3, 0x48, 0x8D, 0x67, 0x17, 0x33, 0xBC, 0xEE, 0x28, 0xBA,
];

pub(super) fn read(own: &[u8], class: u8, ansi: &'static Encoding) -> Option<Delegate> {
    let length = usize::from(u16_at(own, 4)?);
    let data = slice_at(own, 6, length)?;
    let mark = 6_usize.checked_add(length)?;
    if slice_at(own, mark, 16)? != MARK {
        return None;
    }
    let folder = own
        .get(mark.checked_add(16)?..)
        .and_then(Guid::from_bytes)?;
    let entry = (class == 0x74 && data.get(..4) == Some(b"CFSF"))
        .then(|| inner(data, ansi))
        .flatten();
    Some(Delegate {
        folder,
        entry,
        data: data.to_vec(),
    })
}

/// The item inside: its size field, then the class as in an item of its own.
fn inner(data: &[u8], ansi: &'static Encoding) -> Option<FileEntry> {
    let bytes = data.get(4..)?;
    let class = u8_at(bytes, 2)?;
    // Two zero bytes stand where an extension block could: no secondary name.
    file_entry::read(bytes, class, true, ansi)
}
