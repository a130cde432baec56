//! The metadata region: the sizes of the disk and its blocks, its id, its parent (MS-VHDX 2.6).

use std::ops::Range;

use super::super::parent_disk::{self, Wanted};
use super::{le_u16, le_u32, le_u64};
use crate::{FormatError, Guid, ReadAt, read_vec_at};

const NAME: &str = "VHDX metadata";

/// Bytes of the table at the start of the region.
const TABLE_LENGTH: u64 = 64 * 1024;

/// The most entries of the table.
const MOST_ITEMS: u16 = 2047;

/// The longest item.
const LONGEST_ITEM: u64 = 1024 * 1024;

/// The largest disk: 64 TiB.
const LARGEST_DISK: u64 = 64 << 40;

const FILE_PARAMETERS: Guid = Guid([
    0x37, 0x67, 0xA1, 0xCA, 0x36, 0xFA, 0x43, 0x4D, 0xB3, 0xB6, 0x33, 0xF0, 0xAA, 0x44, 0xE7, 0x6B,
]);
const DISK_SIZE: Guid = Guid([
    0x24, 0x42, 0xA5, 0x2F, 0x1B, 0xCD, 0x76, 0x48, 0xB2, 0x11, 0x5D, 0xBE, 0xD8, 0x3B, 0xF4, 0xB8,
]);
const DISK_ID: Guid = Guid([
    0xAB, 0x12, 0xCA, 0xBE, 0xE6, 0xB2, 0x23, 0x45, 0x93, 0xEF, 0xC3, 0x09, 0xE0, 0x00, 0xC7, 0x46,
]);
const LOGICAL_SECTOR: Guid = Guid([
    0x1D, 0xBF, 0x41, 0x81, 0x6F, 0xA9, 0x09, 0x47, 0xBA, 0x47, 0xF2, 0x33, 0xA8, 0xFA, 0xAB, 0x5F,
]);
const PHYSICAL_SECTOR: Guid = Guid([
    0xC7, 0x48, 0xA3, 0xCD, 0x5D, 0x44, 0x71, 0x44, 0x9C, 0xC9, 0xE9, 0x88, 0x52, 0x51, 0xC5, 0x56,
]);
const PARENT_LOCATOR: Guid = Guid([
    0x2D, 0x5F, 0xD3, 0xA8, 0x0B, 0xB3, 0x4D, 0x45, 0xAB, 0xF7, 0xD3, 0xD8, 0x48, 0x34, 0xAB, 0x0C,
]);
/// The type of a parent locator that leads to another VHDX.
const VHDX_PARENT: Guid = Guid([
    0xB7, 0xEF, 0x4A, 0xB0, 0x9E, 0xD1, 0x81, 0x4A, 0xB7, 0x89, 0x25, 0xB8, 0xE9, 0x44, 0x59, 0x13,
]);

/// What the metadata says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Metadata {
    /// Bytes of a payload block: a power of two from 1 to 256 MiB.
    pub(super) block_size: u64,
    /// Whether all blocks stay in the file: a fixed disk.
    pub(super) leaves_blocks_allocated: bool,
    /// Bytes of the disk.
    pub(super) disk_size: u64,
    pub(super) disk_id: Guid,
    /// 512 or 4096.
    pub(super) logical_sector: u32,
    pub(super) physical_sector: u32,
    /// What a differencing disk says about its parent, or why that cannot be used.
    pub(super) parent: Option<Result<Wanted, String>>,
}

/// An item of the table.
struct Item {
    id: Guid,
    place: Range<u64>,
}

/// Reads the metadata from its region.
pub(super) fn read(file: &dyn ReadAt, region: &Range<u64>) -> Result<Metadata, FormatError> {
    let items = items(file, region)?;
    let malformed = |problem: String| FormatError::malformed(NAME, region.start, problem);
    let bytes_of = |id: Guid| {
        let item = items.iter().find(|item| item.id == id);
        item.map(|item| {
            let length = item.place.end.saturating_sub(item.place.start);
            read_vec_at(file, item.place.start, length)
                .map_err(|source| FormatError::unreadable(NAME, item.place.start, source))
        })
        .transpose()
    };
    let required = |id: Guid, name: &str| {
        bytes_of(id)?.ok_or_else(|| malformed(format!("the {name} is not there")))
    };
    let short = |name: &str| malformed(format!("the {name} is cut"));

    let parameters = required(FILE_PARAMETERS, "file parameters item")?;
    let block_size = le_u32(&parameters, 0).ok_or_else(|| short("file parameters item"))?;
    let flags = le_u32(&parameters, 4).ok_or_else(|| short("file parameters item"))?;
    if !block_size.is_power_of_two() || !(1 << 20..=256 << 20).contains(&block_size) {
        return Err(malformed(format!(
            "a block of {block_size} bytes; expected a power of two from 1 MiB to 256 MiB"
        )));
    }
    let sector = |id: Guid, name: &str| {
        let size = le_u32(&required(id, name)?, 0).ok_or_else(|| short(name))?;
        if matches!(size, 512 | 4096) {
            Ok(size)
        } else {
            Err(malformed(format!(
                "the {name} is {size}; expected 512 or 4096"
            )))
        }
    };
    let logical_sector = sector(LOGICAL_SECTOR, "logical sector size")?;
    let disk_size = required(DISK_SIZE, "virtual disk size")?;
    let disk_size = le_u64(&disk_size, 0).ok_or_else(|| short("virtual disk size"))?;
    if disk_size > LARGEST_DISK || !disk_size.is_multiple_of(u64::from(logical_sector)) {
        return Err(malformed(format!(
            "a disk of {disk_size} bytes; expected whole sectors, 64 TiB at most"
        )));
    }
    let parent = (flags & 2 != 0).then(|| {
        let locator = required(PARENT_LOCATOR, "parent locator").map_err(|e| e.to_string())?;
        wanted(&locator)
    });
    let disk_id = required(DISK_ID, "virtual disk id")?;
    Ok(Metadata {
        block_size: u64::from(block_size),
        leaves_blocks_allocated: flags & 1 != 0,
        disk_size,
        disk_id: Guid::from_bytes(&disk_id).ok_or_else(|| short("virtual disk id"))?,
        logical_sector,
        physical_sector: sector(PHYSICAL_SECTOR, "physical sector size")?,
        parent,
    })
}

/// The system's items of the table.
fn items(file: &dyn ReadAt, region: &Range<u64>) -> Result<Vec<Item>, FormatError> {
    let malformed = |problem: String| FormatError::malformed(NAME, region.start, problem);
    let length = region.end.saturating_sub(region.start);
    let bytes = read_vec_at(file, region.start, TABLE_LENGTH.min(length))
        .map_err(|source| FormatError::unreadable(NAME, region.start, source))?;
    let count = le_u16(&bytes, 10).filter(|_| bytes.starts_with(b"metadata"));
    let count = count.ok_or_else(|| malformed("it does not begin with `metadata`".to_owned()))?;
    let (entries, _) = bytes.get(32..).unwrap_or_default().as_chunks::<32>();
    let entries = entries.get(..usize::from(count));
    let Some(entries) = entries.filter(|_| count <= MOST_ITEMS) else {
        return Err(malformed(format!(
            "{count} entries, which its table does not hold"
        )));
    };
    let mut items: Vec<Item> = Vec::new();
    for entry in entries {
        let parsed = (|| {
            let offset = u64::from(le_u32(entry, 16)?);
            let length = u64::from(le_u32(entry, 20)?);
            Some((Guid::from_bytes(entry)?, offset, length, le_u32(entry, 24)?))
        })();
        let Some((id, offset, item_length, flags)) = parsed else {
            continue;
        };
        let is_known = [
            FILE_PARAMETERS,
            DISK_SIZE,
            DISK_ID,
            LOGICAL_SECTOR,
            PHYSICAL_SECTOR,
            PARENT_LOCATOR,
        ]
        .contains(&id);
        let (is_user, is_required) = (flags & 1 != 0, flags & 4 != 0);
        if is_user || !is_known {
            if is_required {
                return Err(FormatError::Unsupported(format!(
                    "a VHDX with the metadata item {id}, which must be understood and is not known"
                )));
            }
            continue;
        }
        if offset < TABLE_LENGTH
            || item_length > LONGEST_ITEM
            || offset.saturating_add(item_length) > length
        {
            return Err(malformed(format!(
                "the item {id} of {item_length} bytes at {offset}, which is outside the region"
            )));
        }
        if items.iter().any(|item| item.id == id) {
            return Err(malformed(format!("the item {id} stands there twice")));
        }
        let start = region.start.saturating_add(offset);
        items.push(Item {
            id,
            place: start..start.saturating_add(item_length),
        });
    }
    Ok(items)
}

/// The parent that a locator names; a sentence when it is none that can be followed.
fn wanted(locator: &[u8]) -> Result<Wanted, String> {
    let kind = Guid::from_bytes(locator).ok_or("the parent locator is cut")?;
    if kind != VHDX_PARENT {
        return Err(format!(
            "a parent of the type {kind}; only VHDX ({VHDX_PARENT}) is known"
        ));
    }
    let count = le_u16(locator, 18).ok_or("the parent locator is cut")?;
    let (entries, _) = locator.get(20..).unwrap_or_default().as_chunks::<12>();
    let mut pairs = Vec::new();
    for entry in entries.iter().take(usize::from(count)) {
        let text = |offset: usize, length: usize| {
            let start = usize::try_from(le_u32(entry, offset)?).ok()?;
            let end = start.checked_add(usize::from(le_u16(entry, length)?))?;
            Some(utf16(locator.get(start..end)?))
        };
        if let (Some(key), Some(value)) = (text(0, 8), text(4, 10)) {
            pairs.push((key, value));
        }
    }
    let values = |key: &'static str| {
        let pairs = pairs.iter();
        pairs.filter_map(move |(name, value)| (name == key).then_some(value.as_str()))
    };
    let ids: Vec<Guid> = values("parent_linkage")
        .chain(values("parent_linkage2"))
        .filter_map(parse_guid)
        .collect();
    if ids.is_empty() {
        return Err("the parent locator gives no id of the parent".to_owned());
    }
    let mut names = Vec::new();
    // In the order in which the specification has them tried.
    for key in ["relative_path", "volume_path", "absolute_win32_path"] {
        for path in values(key) {
            parent_disk::add_name(&mut names, path);
        }
    }
    Ok(Wanted { ids, names })
}

/// A GUID in braces.
fn parse_guid(text: &str) -> Option<Guid> {
    let digits = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    let mut parts = digits.split('-');
    let mut bytes = Vec::new();
    for (length, is_number) in [(8, true), (4, true), (4, true), (4, false), (12, false)] {
        let part = parts.next().filter(|part| part.len() == length)?;
        if !part.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let value = u64::from_str_radix(part, 16).ok()?;
        let big = value.to_be_bytes();
        let part = big.get(8_usize.checked_sub(length / 2)?..)?;
        if is_number {
            bytes.extend(part.iter().rev());
        } else {
            bytes.extend(part);
        }
    }
    parts.next().is_none().then(|| Guid::from_bytes(&bytes))?
}

fn utf16(bytes: &[u8]) -> String {
    let (units, _) = bytes.as_chunks::<2>();
    let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_in_braces_is_read_as_it_is_shown() {
        for guid in [FILE_PARAMETERS, VHDX_PARENT, DISK_ID] {
            assert_eq!(parse_guid(&guid.to_string()), Some(guid));
            assert_eq!(parse_guid(&guid.to_string().to_lowercase()), Some(guid));
        }
        for text in [
            "",
            "{}",
            "CAA16737-FA36-4D43-B3B6-33F0AA44E76B",
            "{CAA16737}",
        ] {
            assert_eq!(parse_guid(text), None, "{text}");
        }
    }

    #[test]
    fn the_known_ids_are_those_of_the_specification() {
        let shown = [
            (FILE_PARAMETERS, "{CAA16737-FA36-4D43-B3B6-33F0AA44E76B}"),
            (DISK_SIZE, "{2FA54224-CD1B-4876-B211-5DBED83BF4B8}"),
            (DISK_ID, "{BECA12AB-B2E6-4523-93EF-C309E000C746}"),
            (LOGICAL_SECTOR, "{8141BF1D-A96F-4709-BA47-F233A8FAAB5F}"),
            (PHYSICAL_SECTOR, "{CDA348C7-445D-4471-9CC9-E9885251C556}"),
            (PARENT_LOCATOR, "{A8D35F2D-B30B-454D-ABF7-D3D84834AB0C}"),
            (VHDX_PARENT, "{B04AEFB7-D19E-4A81-B789-25B8E9445913}"),
        ];
        for (guid, text) in shown {
            assert_eq!(guid.to_string(), text);
        }
    }
}
