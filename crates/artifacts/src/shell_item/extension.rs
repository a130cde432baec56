//! Extension blocks: what newer Windows puts behind an item.

use encoding_rs::Encoding;
use kusari_evidence::Guid;
use kusari_evidence::time::Timestamp;

use super::property_view::is_store;
use crate::property_store::{self, PropertyStorage};
use crate::wire::{offset, slice_at, u16_at, u64_at};
use crate::{Damage, ShellTime, terminated};

/// An extension block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionBlock {
    /// Where it begins, counted as the item's offset.
    pub offset: u64,
    /// The signature's lower half: `0x0004` for `0xBEEF0004`.
    pub kind: u16,
    /// The version.
    pub version: u16,
    /// What stands in it.
    pub data: ExtensionData,
}

/// What stands in an extension block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExtensionData {
    /// `0xBEEF0004`: about a folder or file.
    FileEntry(FileEntryExtension),
    /// `0xBEEF0003`: the folder class of what follows.
    Folder(Guid),
    /// `0xBEEF0000` and `0xBEEF0019`: the folder's type, and a GUID without a known meaning.
    FolderType(Guid, Guid),
    /// `0xBEEF0006`: a user's name.
    UserName(String),
    /// `0xBEEF001A` and `0xBEEF001B`: the kind of document, in the registry's words.
    DocumentType(String),
    /// `0xBEEF0025`: two times without a known meaning.
    Times([Option<Timestamp>; 2]),
    /// `0xBEEF0026` with times, at 100 ns.
    FileTimes {
        /// When the folder or file was made.
        created: Option<Timestamp>,
        /// When it was last written.
        modified: Option<Timestamp>,
        /// When it was last read.
        accessed: Option<Timestamp>,
    },
    /// Any block that holds nothing but properties.
    Properties(Vec<PropertyStorage>),
    /// A block that Kusari does not read: its bytes behind the signature.
    Unknown(Vec<u8>),
}

/// `0xBEEF0004`: more about a folder or file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntryExtension {
    /// When it was made.
    pub created: Option<ShellTime>,
    /// When it was last read.
    pub accessed: Option<ShellTime>,
    /// Its place in the file table; on volumes without one (FAT, exFAT, a share) whatever the
    /// file system gives. `None` before Windows Vista, and where it is zero.
    pub file_reference: Option<FileReference>,
    /// The long name.
    pub long_name: Option<String>,
    /// The localised name, as a place in a resource: `@shell32.dll,-21781`.
    pub localised_name: Option<String>,
}

/// A place in an NTFS file table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileReference(pub u64);

impl FileReference {
    /// The number of the record.
    #[must_use]
    pub const fn entry(self) -> u64 {
        self.0 & 0x0000_FFFF_FFFF_FFFF
    }

    /// The record's sequence number.
    #[must_use]
    pub const fn sequence(self) -> u16 {
        let [.., low, high] = self.0.to_le_bytes();
        u16::from_le_bytes([low, high])
    }
}

/// Whether an extension block begins here.
fn is_block(bytes: &[u8], at: usize) -> bool {
    let length = u16_at(bytes, at).map_or(0, usize::from);
    length >= 8
        && at.checked_add(length).is_some_and(|end| end <= bytes.len())
        && at
            .checked_add(6)
            .and_then(|upper| u16_at(bytes, upper))
            .is_some_and(|upper| upper == 0xBEEF)
}

/// Where the extension blocks of an item begin: where its last two bytes say, or behind the name
/// of a folder or file.
pub(super) fn find(bytes: &[u8], behind_name: Option<usize>) -> Option<usize> {
    let last = bytes.len().checked_sub(2)?;
    let said = u16_at(bytes, last).map(usize::from);
    [said, behind_name]
        .into_iter()
        .flatten()
        .find(|&at| at >= 4 && is_block(bytes, at))
}

/// Reads the blocks from `at` on. What is behind them without being one is damage, except for
/// the item's padding.
pub(super) fn read(
    bytes: &[u8],
    mut at: usize,
    place: u64,
    ansi: &'static Encoding,
    damage: &mut Vec<Damage>,
) -> Vec<ExtensionBlock> {
    let mut blocks = Vec::new();
    // Each round takes at least the eight bytes of a block's header.
    while is_block(bytes, at) {
        let Some(length) = u16_at(bytes, at).map(usize::from) else {
            break;
        };
        let Some(block) = slice_at(bytes, at, length) else {
            break;
        };
        let (Some(version), Some(kind)) = (u16_at(block, 2), u16_at(block, 4)) else {
            break;
        };
        let here = place.saturating_add(offset(at));
        blocks.push(ExtensionBlock {
            offset: here,
            kind,
            version,
            data: data(block, kind, version, here, ansi, damage),
        });
        at = at.saturating_add(length);
    }
    let rest = bytes.get(at..).unwrap_or_default();
    if rest.len() > 4 && rest.iter().any(|&byte| byte != 0) {
        Damage::new(
            place.saturating_add(offset(at)),
            offset(rest.len()),
            "bytes behind a shell item's extension blocks",
        )
        .push_to(damage);
    }
    blocks
}

fn data(
    block: &[u8],
    kind: u16,
    version: u16,
    here: u64,
    ansi: &'static Encoding,
    damage: &mut Vec<Damage>,
) -> ExtensionData {
    let found = match kind {
        0x0000 | 0x0019 if block.len() >= 40 => folder_type(block),
        0x0003 => block
            .get(8..)
            .and_then(Guid::from_bytes)
            .map(ExtensionData::Folder),
        0x0004 => file_entry(block, version, ansi).map(ExtensionData::FileEntry),
        0x0006 => text_at(block, 8).map(ExtensionData::UserName),
        0x001A | 0x001B => text_at(block, 10).map(ExtensionData::DocumentType),
        0x0025 => times_at(block).map(|[first, second, _]| ExtensionData::Times([first, second])),
        _ if block.get(8..).is_some_and(is_store) => {
            let stores = property_store::read(block.get(8..).unwrap_or_default(), ansi);
            for mut one in stores.damage {
                one.offset = one.offset.saturating_add(here).saturating_add(8);
                one.push_to(damage);
            }
            Some(ExtensionData::Properties(stores.stores))
        }
        0x0026 => times_at(block).map(|[created, modified, accessed]| ExtensionData::FileTimes {
            created,
            modified,
            accessed,
        }),
        _ => None,
    };
    if found.is_none() && kind == 0x0004 {
        Damage::new(
            here,
            offset(block.len()),
            "a file entry's extension block that is cut",
        )
        .push_to(damage);
    }
    found.unwrap_or_else(|| ExtensionData::Unknown(block.get(8..).unwrap_or_default().to_vec()))
}

fn folder_type(block: &[u8]) -> Option<ExtensionData> {
    Some(ExtensionData::FolderType(
        block.get(8..).and_then(Guid::from_bytes)?,
        block.get(24..).and_then(Guid::from_bytes)?,
    ))
}

fn text_at(block: &[u8], at: usize) -> Option<String> {
    terminated::utf16_z(block.get(at..)?).map(|(text, _)| text)
}

/// Three times behind four bytes; the third is `None` where the block ends before.
fn times_at(block: &[u8]) -> Option<[Option<Timestamp>; 3]> {
    let time = |at| u64_at(block, at).and_then(Timestamp::from_filetime);
    (block.len() >= 28).then(|| [time(12), time(20), time(28)])
}

/// The versions that have been seen are 3 (XP, 2003), 7 (Vista), 8 (7, 8.0) and 9 (8.1 and later).
fn file_entry(block: &[u8], version: u16, ansi: &'static Encoding) -> Option<FileEntryExtension> {
    let time = |at: usize| {
        let (date, clock) = (u16_at(block, at)?, u16_at(block, at.checked_add(2)?)?);
        Some(ShellTime::from_fields(date, clock))
    };
    let (created, accessed) = (time(8)?, time(12)?);
    // Behind the times stand two bytes without a known meaning.
    let mut at = 18_usize;
    let mut file_reference = None;
    if version >= 7 {
        file_reference = Some(u64_at(block, at.checked_add(2)?)?)
            .filter(|reference| *reference != 0)
            .map(FileReference);
        at = at.checked_add(18)?;
    }
    let mut names = None;
    if version >= 3 {
        let localised_size = u16_at(block, at)?;
        at = at.checked_add(2)?;
        if version >= 9 {
            at = at.checked_add(4)?;
        }
        if version >= 8 {
            at = at.checked_add(4)?;
        }
        names = Some(long_and_localised(
            block.get(at..)?,
            version,
            localised_size,
            ansi,
        )?);
    }
    let (long_name, localised_name) = names.unwrap_or_default();
    Some(FileEntryExtension {
        created,
        accessed,
        file_reference,
        long_name,
        localised_name,
    })
}

type Names = (Option<String>, Option<String>);

fn long_and_localised(
    bytes: &[u8],
    version: u16,
    localised_size: u16,
    ansi: &'static Encoding,
) -> Option<Names> {
    let (long, taken) = terminated::utf16_z(bytes)?;
    let rest = bytes.get(taken..)?;
    let localised = if localised_size == 0 {
        None
    } else if version >= 7 {
        terminated::utf16_z(rest).map(|(text, _)| text)
    } else {
        terminated::ansi_z(rest, ansi).map(|(text, _)| text)
    };
    Some((Some(long), localised))
}
