//! Folders and files (classes `0x30` to `0x3F`, and `0xB0` to `0xBF`).

use encoding_rs::Encoding;
use kusari_evidence::Guid;

use crate::ShellTime;
use crate::terminated;
use crate::wire::{u16_at, u32_at};

/// A folder or file of a file system, as it was when the item was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// The class says that it is a folder.
    pub is_folder: bool,
    /// The size's lower 32 bits; 0 for folders, and where nothing was recorded.
    pub size: u32,
    /// When it was last written.
    pub modified: Option<ShellTime>,
    /// The lower 16 bits of the file attributes.
    pub attributes: u16,
    /// The primary name: mostly the short name; the long one where the item has no other. The long
    /// name of Windows XP and later stands in the extension block.
    pub name: String,
    /// The secondary name, which only Windows before XP writes: the short name, where the primary
    /// name is a long one. Empty where there is none.
    pub secondary_name: Option<String>,
    /// The class behind the names, which only Windows before XP writes there.
    pub folder: Option<Guid>,
}

const IS_FOLDER: u8 = 0x01;
const IS_UNICODE: u8 = 0x04;
const HAS_FOLDER: u8 = 0x80;

/// Where the names begin.
const NAMES: usize = 14;

/// Where what follows the primary name begins, for an item of this class.
pub(super) fn end_of_name(bytes: &[u8], class: u8) -> Option<usize> {
    if class & 0x70 != 0x30 {
        return None;
    }
    let (_, taken) = name_at(bytes, NAMES, class, encoding_rs::WINDOWS_1252)?;
    // What follows stands at an even place.
    NAMES.checked_add(taken)?.checked_next_multiple_of(2)
}

fn name_at(bytes: &[u8], at: usize, class: u8, ansi: &'static Encoding) -> Option<(String, usize)> {
    let rest = bytes.get(at..)?;
    if class & IS_UNICODE == 0 {
        terminated::ansi_z(rest, ansi)
    } else {
        terminated::utf16_z(rest)
    }
}

/// Reads what stands in front of the extension blocks. Where there are none, a secondary name may
/// follow the primary one.
pub(super) fn read(
    own: &[u8],
    class: u8,
    is_extended: bool,
    ansi: &'static Encoding,
) -> Option<FileEntry> {
    let (name, taken) = match name_at(own, NAMES, class, ansi) {
        Some(found) => found,
        // The corpus has a UTF-16 name that fills its place up to the extension block without a NUL.
        None if is_extended && class & IS_UNICODE != 0 => {
            let name = own.get(NAMES..)?;
            (terminated::utf16_whole(name), name.len())
        }
        None => return None,
    };
    let mut entry = FileEntry {
        is_folder: class & IS_FOLDER != 0,
        size: u32_at(own, 4)?,
        modified: ShellTime::from_fields(u16_at(own, 8)?, u16_at(own, 10)?),
        attributes: u16_at(own, 12)?,
        name,
        secondary_name: None,
        folder: None,
    };
    if !is_extended {
        let second = NAMES.checked_add(taken)?;
        if let Some((name, taken)) = name_at(own, second, class, ansi) {
            entry.secondary_name = Some(name);
            if class & HAS_FOLDER != 0 {
                let at = second.checked_add(taken)?;
                entry.folder = own.get(at..).and_then(Guid::from_bytes);
            }
        }
    }
    Some(entry)
}
