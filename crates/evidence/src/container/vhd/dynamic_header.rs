//! The dynamic disk header of dynamic and differencing disks: where the block allocation table
//! stands, how large a block is, and which disk is the parent.

use std::ops::Range;

use super::super::parent_disk::{self, Wanted};
use super::footer::{be_u32, be_u64, big_endian_guid, checksum};
use crate::{FormatError, Guid, ReadAt, read_vec_at};

/// Bytes of the header.
pub(super) const LENGTH: u64 = 1024;

const NAME: &str = "dynamic disk header";

/// Bytes of a sector, always.
pub(super) const SECTOR: u64 = 512;

/// The longest path of a parent that is read, in bytes: many times what Virtual PC can open.
const LONGEST_PATH: u64 = 8 * 1024;

/// The header.
pub(super) struct DynamicHeader {
    /// Where it stands.
    pub(super) place: Range<u64>,
    /// Where the block allocation table begins.
    pub(super) table_offset: u64,
    /// Its entries of 4 bytes.
    pub(super) table_entries: u32,
    /// Bytes of the data of a block.
    pub(super) block_size: u64,
    /// The id of the parent.
    pub(super) parent_id: Guid,
    /// When the parent was last changed, in seconds since 2000.
    pub(super) parent_time_stamp: u32,
    /// The parent's name as it stands in the header; it can be a whole path.
    pub(super) parent_name: String,
    locators: Vec<Locator>,
}

struct Locator {
    platform: [u8; 4],
    length: u32,
    offset: u64,
}

impl DynamicHeader {
    /// Reads the header at `offset`.
    pub(super) fn read(file: &dyn ReadAt, offset: u64) -> Result<Self, FormatError> {
        let malformed = |problem: &str| FormatError::malformed(NAME, offset, problem);
        let bytes = read_vec_at(file, offset, LENGTH)
            .map_err(|source| FormatError::unreadable(NAME, offset, source))?;
        if !bytes.starts_with(b"cxsparse") {
            return Err(malformed("it does not begin with `cxsparse`"));
        }
        let cut = || malformed("the file ends inside it");
        let header = Self::parse(&bytes, offset).ok_or_else(cut)?;
        // Where this header is wrong, wrong bytes would be read as those of the disk; the
        // specification takes the file for corrupt.
        if be_u32(&bytes, 36) != Some(checksum(&bytes, 36)) {
            return Err(malformed("its checksum does not agree"));
        }
        let version = be_u32(&bytes, 24).ok_or_else(cut)?;
        if version >> 16 != 1 {
            return Err(FormatError::Unsupported(format!(
                "a VHD with a dynamic disk header of version {}.{}; only 1.0 is known",
                version >> 16,
                version & 0xFFFF
            )));
        }
        if !header.block_size.is_power_of_two() || header.block_size < SECTOR {
            return Err(malformed(&format!(
                "a block of {} bytes; expected a power of two of sectors",
                header.block_size
            )));
        }
        Ok(header)
    }

    fn parse(bytes: &[u8], offset: u64) -> Option<Self> {
        let locators = bytes.get(576..768)?.chunks_exact(24);
        Some(Self {
            place: offset..offset.saturating_add(LENGTH),
            table_offset: be_u64(bytes, 16)?,
            table_entries: be_u32(bytes, 28)?,
            block_size: u64::from(be_u32(bytes, 32)?),
            parent_id: big_endian_guid(bytes.get(40..)?)?,
            parent_time_stamp: be_u32(bytes, 56)?,
            parent_name: utf16(bytes.get(64..576)?, u16::from_be_bytes),
            locators: locators.filter_map(Locator::parse).collect(),
        })
        .filter(|_| bytes.len() >= usize::try_from(LENGTH).unwrap_or(usize::MAX))
    }

    /// The bytes of the sector bitmap that stands before the data of a block: a bit a sector, up
    /// to a whole sector.
    pub(super) fn bitmap_size(&self) -> u64 {
        (self.block_size / SECTOR)
            .div_ceil(8)
            .next_multiple_of(SECTOR)
    }

    /// The bytes of the file that the entries of a disk of `size` bytes take. What a table holds
    /// behind them means nothing.
    pub(super) fn table(&self, size: u64) -> Range<u64> {
        let blocks = size
            .div_ceil(self.block_size)
            .min(u64::from(self.table_entries));
        self.table_offset..self.table_offset.saturating_add(blocks.saturating_mul(4))
    }

    /// The parent that a differencing disk wants. A locator that cannot be read names nothing.
    pub(super) fn wanted(&self, file: &dyn ReadAt) -> Wanted {
        let mut names = Vec::new();
        for platform in [b"W2ru", b"W2ku", b"Wi2r", b"Wi2k", b"MacX"] {
            for locator in &self.locators {
                if locator.platform == *platform
                    && let Some(path) = locator.path(file)
                {
                    parent_disk::add_name(&mut names, &path);
                }
            }
        }
        parent_disk::add_name(&mut names, &self.parent_name);
        Wanted {
            ids: vec![self.parent_id],
            names,
        }
    }
}

impl Locator {
    fn parse(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            platform: *bytes.first_chunk()?,
            length: be_u32(bytes, 8)?,
            offset: be_u64(bytes, 16)?,
        })
    }

    /// The path that it holds. Those of Windows are little-endian UTF-16, unlike all else in a
    /// VHD; the two old ones one byte a letter.
    fn path(&self, file: &dyn ReadAt) -> Option<String> {
        let length = Some(u64::from(self.length)).filter(|length| *length <= LONGEST_PATH)?;
        let bytes = read_vec_at(file, self.offset, length).ok()?;
        Some(match &self.platform {
            b"W2ru" | b"W2ku" => utf16(&bytes, u16::from_le_bytes),
            _ => String::from_utf8_lossy(&bytes).into_owned(),
        })
    }
}

/// A text of UTF-16 units up to the first zero.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (units, _) = bytes.as_chunks::<2>();
    let units: Vec<u16> = units
        .iter()
        .map(|pair| unit(*pair))
        .take_while(|unit| *unit != 0)
        .collect();
    String::from_utf16_lossy(&units)
}
