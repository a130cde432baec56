//! One copy of a GUID partition table: its header, and its entries.

use std::io;

use super::bytes::Bytes;
use super::table::Span;
use crate::{Guid, ReadAt, read_vec_at};

/// The most bytes of entries. 128 entries of 128 bytes are 16 KiB.
const MOST_BYTES: u64 = 1 << 20;

/// A sound copy: both of its sums are right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gpt {
    pub(super) header: Header,
    /// The entries in use, in their order.
    pub(super) partitions: Vec<GptPartition>,
}

/// A header whose sum is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// The sector in which it stands.
    pub(super) own_sector: u64,
    /// The sector of the other copy's header.
    pub(super) alternate_sector: u64,
    pub(super) first_usable: u64,
    pub(super) last_usable: u64,
    pub(super) disk_guid: Guid,
    entries_sector: u64,
    count: u32,
    entry_size: u32,
    pub(super) entries_sum: u32,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GptPartition {
    /// Its place in the table, from 1.
    pub(super) number: u32,
    pub(super) kind: Guid,
    pub(super) guid: Guid,
    pub(super) first_sector: u64,
    /// Itself included.
    pub(super) last_sector: u64,
    pub(super) attributes: u64,
    pub(super) name: String,
}

/// Why a copy is not taken.
#[derive(Debug)]
pub(super) enum Unsound {
    /// There is none.
    Absent,
    /// It is damaged, and how. The header where that is sound.
    Damaged(String, Option<Header>),
}

impl Gpt {
    /// Reads the copy whose header stands in that sector.
    pub(super) fn read(disk: &dyn ReadAt, sector: u64, size: u32) -> Result<Self, Unsound> {
        let damaged = |what: String| Unsound::Damaged(what, None);
        let at = sector.saturating_mul(u64::from(size));
        let bytes = read_vec_at(disk, at, u64::from(size))
            .map_err(|error| damaged(format!("its header cannot be read: {error}")))?;
        let header = Header::parse(&bytes, sector)?;
        header
            .entries(disk, size)
            .map(|partitions| Self { header, partitions })
            .map_err(|what| Unsound::Damaged(what, Some(header)))
    }
}

/// Whether these bytes begin as a header.
pub(super) fn is_header(sector: &[u8]) -> bool {
    sector.starts_with(b"EFI PART")
}

impl Header {
    fn parse(sector: &[u8], expected: u64) -> Result<Self, Unsound> {
        if !is_header(sector) {
            return Err(Unsound::Absent);
        }
        let damaged = |what: &str| Unsound::Damaged(what.to_owned(), None);
        if sum_holds(sector) != Some(true) {
            return Err(damaged("the checksum of its header is wrong"));
        }
        let header = Self::fields(Bytes(sector)).ok_or_else(|| damaged("its header is cut"))?;
        if header.own_sector != expected {
            return Err(damaged("its header belongs into another sector"));
        }
        Ok(header)
    }

    fn fields(bytes: Bytes<'_>) -> Option<Self> {
        Some(Self {
            own_sector: bytes.u64(24)?,
            alternate_sector: bytes.u64(32)?,
            first_usable: bytes.u64(40)?,
            last_usable: bytes.u64(48)?,
            disk_guid: bytes.guid(56)?,
            entries_sector: bytes.u64(72)?,
            count: bytes.u32(80)?,
            entry_size: bytes.u32(84)?,
            entries_sum: bytes.u32(88)?,
        })
    }

    /// Where header and entries lie.
    pub(super) fn spans(&self, size: u32) -> [Span; 2] {
        let size = u64::from(size);
        let entries = self.entries_length();
        [
            Span {
                start: self.own_sector.saturating_mul(size),
                length: size,
            },
            Span {
                start: self.entries_sector.saturating_mul(size),
                length: entries.div_ceil(size).saturating_mul(size),
            },
        ]
    }

    fn entries_length(&self) -> u64 {
        u64::from(self.count).saturating_mul(u64::from(self.entry_size))
    }

    fn entries(&self, disk: &dyn ReadAt, size: u32) -> Result<Vec<GptPartition>, String> {
        let length = self.entries_length();
        // UEFI 5.3.2: 128 bytes times a power of two.
        if !self.entry_size.is_power_of_two() || self.entry_size < 128 || length > MOST_BYTES {
            return Err(format!(
                "it has {} entries of {} bytes, which cannot be",
                self.count, self.entry_size
            ));
        }
        let at = self.entries_sector.saturating_mul(u64::from(size));
        let unreadable = |error: io::Error| format!("its entries cannot be read: {error}");
        let bytes = read_vec_at(disk, at, length).map_err(unreadable)?;
        if u64::try_from(bytes.len()) != Ok(length) {
            return Err("its entries lie behind the end of the disk".to_owned());
        }
        if crc32fast::hash(&bytes) != self.entries_sum {
            return Err("the checksum of its entries is wrong".to_owned());
        }
        let entry_size = usize::try_from(self.entry_size).unwrap_or(usize::MAX);
        Ok((1_u32..)
            .zip(bytes.chunks_exact(entry_size))
            .filter_map(|(number, entry)| partition(number, Bytes(entry)))
            .collect())
    }
}

/// Whether a header's sum is right; it is made with its own field as zero.
fn sum_holds(header: &[u8]) -> Option<bool> {
    let length = usize::try_from(Bytes(header).u32(12)?).ok()?;
    if !(92..=header.len()).contains(&length) {
        return None;
    }
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header.get(..16)?);
    hasher.update(&[0; 4]);
    hasher.update(header.get(20..length)?);
    Some(hasher.finalize() == Bytes(header).u32(16)?)
}

fn partition(number: u32, entry: Bytes<'_>) -> Option<GptPartition> {
    let kind = entry.guid(0)?;
    if kind == Guid::NIL {
        return None;
    }
    Some(GptPartition {
        number,
        kind,
        guid: entry.guid(16)?,
        first_sector: entry.u64(32)?,
        last_sector: entry.u64(40)?,
        attributes: entry.u64(48)?,
        name: utf16_text(entry.0.get(56..128)?),
    })
}

/// UTF-16LE up to the first NUL.
fn utf16_text(bytes: &[u8]) -> String {
    let units = bytes
        .chunks_exact(2)
        .filter_map(|pair| Some(u16::from_le_bytes(pair.try_into().ok()?)))
        .take_while(|unit| *unit != 0);
    char::decode_utf16(units)
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}
