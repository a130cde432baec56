//! The header section: which of the two headers and region tables is in use (MS-VHDX 2.2).

use std::ops::Range;

use super::crc32c::is_sound;
use super::{le_u16, le_u32, le_u64};
use crate::{FormatError, Guid, ReadAt, read_vec_at};

/// Bytes of the header section; nothing else may stand in it.
pub(super) const SECTION: u64 = 1024 * 1024;

const HEADERS: [u64; 2] = [64 * 1024, 128 * 1024];
const HEADER_LENGTH: u64 = 4096;
const REGION_TABLES: [u64; 2] = [192 * 1024, 256 * 1024];
const REGION_TABLE_LENGTH: u64 = 64 * 1024;

/// The most entries of a region table.
const MOST_REGIONS: u32 = 2047;

const BAT: Guid = Guid([
    0x66, 0x77, 0xC2, 0x2D, 0x23, 0xF6, 0x00, 0x42, 0x9D, 0x64, 0x11, 0x5E, 0x9B, 0xFD, 0x4A, 0x08,
]);
const METADATA: Guid = Guid([
    0x06, 0xA2, 0x7C, 0x8B, 0x90, 0x47, 0x9A, 0x4B, 0xB8, 0xFE, 0x57, 0x5F, 0x05, 0x0F, 0x88, 0x6E,
]);

/// A header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// Where it stands.
    pub(super) offset: u64,
    pub(super) sequence: u64,
    /// Changes with each session that wrote to the file.
    pub(super) file_write_id: Guid,
    /// Changes when what the disk holds changes; children know their parent by it.
    pub(super) data_write_id: Guid,
    /// The id that valid entries of the log bear; nil when there is nothing to replay.
    pub(super) log_id: Guid,
    pub(super) log_version: u16,
    pub(super) version: u16,
    pub(super) log_length: u32,
    pub(super) log_offset: u64,
}

impl Header {
    fn parse(bytes: &[u8], offset: u64) -> Option<Self> {
        let whole = u64::try_from(bytes.len()).ok()? == HEADER_LENGTH;
        if !whole || !bytes.starts_with(b"head") || !is_sound(bytes) {
            return None;
        }
        Some(Self {
            offset,
            sequence: le_u64(bytes, 8)?,
            file_write_id: Guid::from_bytes(bytes.get(16..)?)?,
            data_write_id: Guid::from_bytes(bytes.get(32..)?)?,
            log_id: Guid::from_bytes(bytes.get(48..)?)?,
            log_version: le_u16(bytes, 64)?,
            version: le_u16(bytes, 66)?,
            log_length: le_u32(bytes, 68)?,
            log_offset: le_u64(bytes, 72)?,
        })
    }

    /// Where the log stands.
    pub(super) fn log(&self) -> Range<u64> {
        self.log_offset..self.log_offset.saturating_add(u64::from(self.log_length))
    }
}

/// The current header, and what a person should know about the other.
pub(super) fn current(file: &dyn ReadAt) -> Result<(Header, Option<String>), FormatError> {
    let read = |offset| {
        let bytes = read_vec_at(file, offset, HEADER_LENGTH).ok()?;
        Header::parse(&bytes, offset)
    };
    let [first, second] = HEADERS;
    let note = |damaged: u64, used: u64| {
        Some(format!(
            "the header at byte {damaged} of the file is damaged; the one at byte {used} is used, \
             and if it is the older one, the last changes to the structures of the file are not \
             seen"
        ))
    };
    let (header, note) = match (read(first), read(second)) {
        (Some(a), None) => (a, note(second, first)),
        (None, Some(b)) => (b, note(first, second)),
        (Some(a), Some(b)) if a.sequence > b.sequence => (a, None),
        (Some(a), Some(b)) if b.sequence > a.sequence => (b, None),
        // Disk2vhd writes the same header twice.
        (Some(a), Some(b))
            if a == (Header {
                offset: a.offset,
                ..b.clone()
            }) =>
        {
            (a, None)
        }
        (Some(a), Some(_)) => {
            return Err(FormatError::malformed(
                "VHDX header",
                second,
                format!(
                    "both headers have the sequence number {} and differ: none is the current one",
                    a.sequence
                ),
            ));
        }
        (None, None) => {
            return Err(FormatError::malformed(
                "VHDX header",
                first,
                "neither of the two headers has its signature and a checksum that agrees",
            ));
        }
    };
    if header.version != 1 {
        return Err(FormatError::Unsupported(format!(
            "a VHDX of version {}; only 1 is known",
            header.version
        )));
    }
    Ok((header, note))
}

/// Where the regions stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Regions {
    /// The block allocation table.
    pub(super) table: Range<u64>,
    /// The metadata.
    pub(super) metadata: Range<u64>,
}

/// The regions, from the first region table that is sound, and what a person should know.
pub(super) fn regions(file: &dyn ReadAt) -> Result<(Regions, Option<String>), FormatError> {
    let read = |offset| {
        let bytes = read_vec_at(file, offset, REGION_TABLE_LENGTH).ok()?;
        let whole = u64::try_from(bytes.len()).ok()? == REGION_TABLE_LENGTH;
        (whole && bytes.starts_with(b"regi") && is_sound(&bytes)).then_some(bytes)
    };
    let [first, second] = REGION_TABLES;
    let note = |text: &str| Some(format!("{text} of the two region tables is used"));
    let (offset, bytes, note) = match (read(first), read(second)) {
        (Some(a), Some(b)) if a == b => (first, a, None),
        (Some(a), Some(_)) => (first, a, note("they differ; the first")),
        (Some(a), None) => (first, a, note("the second is damaged; the first")),
        (None, Some(b)) => (second, b, note("the first is damaged; the second")),
        (None, None) => {
            return Err(FormatError::malformed(
                "VHDX region table",
                first,
                "neither of the two has its signature and a checksum that agrees",
            ));
        }
    };
    Ok((parse_regions(&bytes, offset)?, note))
}

fn parse_regions(bytes: &[u8], offset: u64) -> Result<Regions, FormatError> {
    let malformed = |problem: String| FormatError::malformed("VHDX region table", offset, problem);
    let count = le_u32(bytes, 8).unwrap_or(u32::MAX);
    if count > MOST_REGIONS {
        return Err(malformed(format!(
            "{count} entries; expected {MOST_REGIONS} at most"
        )));
    }
    let mut table = None;
    let mut metadata = None;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let (entries, _) = bytes.get(16..).unwrap_or_default().as_chunks::<32>();
    for entry in entries.iter().take(count) {
        let parsed = (|| {
            let start = le_u64(entry, 16)?;
            let length = u64::from(le_u32(entry, 24)?);
            let range = start..start.checked_add(length)?;
            Some((Guid::from_bytes(entry)?, range, le_u32(entry, 28)? & 1 != 0))
        })();
        let Some((id, range, required)) = parsed else {
            return Err(malformed("a region that ends behind all bytes".to_owned()));
        };
        let known = match id {
            BAT => &mut table,
            METADATA => &mut metadata,
            _ if required => {
                return Err(FormatError::Unsupported(format!(
                    "a VHDX with the region {id}, which must be understood and is not known"
                )));
            }
            _ => continue,
        };
        if range.start < SECTION || !range.start.is_multiple_of(SECTION) {
            return Err(malformed(format!(
                "the region {id} at byte {}; expected a whole number of MiB, 1 at least",
                range.start
            )));
        }
        if known.replace(range).is_some() {
            return Err(malformed(format!("the region {id} stands there twice")));
        }
    }
    match (table, metadata) {
        (Some(table), Some(metadata)) => {
            if table.start < metadata.end && metadata.start < table.end {
                return Err(malformed(
                    "the block allocation table and the metadata share bytes".to_owned(),
                ));
            }
            Ok(Regions { table, metadata })
        }
        (None, _) => Err(malformed("no block allocation table".to_owned())),
        (_, None) => Err(malformed("no metadata region".to_owned())),
    }
}
