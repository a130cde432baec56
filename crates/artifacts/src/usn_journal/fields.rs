//! From bytes to a [`Record`], and whether they can be one at all.
//!
//! A record has no signature and no checksum. What it must be is checked instead: its length by
//! the length of its name or the count of its extents, its place inside a page of 4096 bytes of
//! the numbering, its time, that it has a reason. That also finds records again behind damage.

use kusari_evidence::ntfs::Name;
use kusari_evidence::time::Timestamp;

use super::record::{Extent, FileId, Record, Version};
use super::{Reasons, SourceInfo};

/// Records never cross from one page of the numbering into the next.
pub(super) const PAGE: u64 = 4096;

/// The longest record: a page.
pub(super) const LONGEST: usize = 4096;

/// The shortest header, that of version 2.
pub(super) const SHORTEST: usize = 60;

/// The most units of a name on NTFS.
const LONGEST_NAME: usize = 255;

/// Why bytes are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotARecord {
    /// They end too early; more may make them one.
    Incomplete,
    /// This is wrong.
    Wrong(&'static str),
}

use NotARecord::{Incomplete, Wrong};

#[inline]
fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], NotARecord> {
    at.checked_add(N)
        .and_then(|end| bytes.get(at..end))
        .and_then(|field| field.try_into().ok())
        .ok_or(Incomplete)
}

#[inline]
fn u16_at(bytes: &[u8], at: usize) -> Result<u16, NotARecord> {
    array(bytes, at).map(u16::from_le_bytes)
}

#[inline]
fn u32_at(bytes: &[u8], at: usize) -> Result<u32, NotARecord> {
    array(bytes, at).map(u32::from_le_bytes)
}

#[inline]
fn u64_at(bytes: &[u8], at: usize) -> Result<u64, NotARecord> {
    array(bytes, at).map(u64::from_le_bytes)
}

#[inline]
fn id_at(bytes: &[u8], at: usize) -> Result<FileId, NotARecord> {
    Ok(FileId {
        low: u64_at(bytes, at)?,
        high: u64_at(bytes, at.saturating_add(8))?,
    })
}

/// A quick look at the common header: whether a record can begin with these bytes.
#[inline]
pub(super) fn may_begin(head: [u8; 8]) -> bool {
    let [
        length,
        second,
        third,
        fourth,
        major,
        zero,
        minor,
        minor_high,
    ] = head;
    // Less than 4096 or exactly it, a multiple of 8, version 2 to 4 with the minor version 0.
    matches!(major, 2..=4)
        && zero == 0
        && minor == 0
        && minor_high == 0
        && third == 0
        && fourth == 0
        && second <= 0x10
        && length % 8 == 0
}

/// The record that `bytes` begin with; what follows it does not matter. `offset` is where they
/// stand in the source.
///
/// # Errors
/// Why they begin with no record.
#[inline]
pub(super) fn parse(bytes: &[u8], offset: u64) -> Result<Record<'_>, NotARecord> {
    let length = u32_at(bytes, 0)?;
    let size = usize::try_from(length).map_err(|_| Wrong("its length is no record's"))?;
    if !(SHORTEST..=LONGEST).contains(&size) || size % 8 != 0 {
        return Err(Wrong("its length is no record's"));
    }
    let version = match u16_at(bytes, 4)? {
        2 => Version::V2,
        3 => Version::V3,
        4 => Version::V4,
        _ => return Err(Wrong("its version is none that is known")),
    };
    let minor = u16_at(bytes, 6)?;
    let bytes = bytes.get(..size).ok_or(Incomplete)?;
    let record = match version {
        Version::V2 => named(bytes, version, NarrowIds)?,
        Version::V3 => named(bytes, version, WideIds)?,
        Version::V4 => extents(bytes)?,
    };
    let within = record.usn % PAGE;
    if record.usn % 8 != 0 || i64::try_from(record.usn).is_err() {
        return Err(Wrong("its sequence number is none"));
    }
    if within.saturating_add(u64::from(length)) > PAGE {
        return Err(Wrong("it would cross a page of the journal"));
    }
    if record.reasons.0 == 0 {
        return Err(Wrong("it has no reason"));
    }
    Ok(Record {
        offset,
        length,
        minor,
        ..record
    })
}

/// Where versions 2 and 3 differ: how wide file ids are.
trait Ids {
    const WIDTH: usize;
    fn at(bytes: &[u8], at: usize) -> Result<FileId, NotARecord>;
}

struct NarrowIds;
struct WideIds;

impl Ids for NarrowIds {
    const WIDTH: usize = 8;
    #[inline]
    fn at(bytes: &[u8], at: usize) -> Result<FileId, NotARecord> {
        Ok(FileId {
            low: u64_at(bytes, at)?,
            high: 0,
        })
    }
}

impl Ids for WideIds {
    const WIDTH: usize = 16;
    #[inline]
    fn at(bytes: &[u8], at: usize) -> Result<FileId, NotARecord> {
        id_at(bytes, at)
    }
}

#[inline]
fn named<I: Ids>(bytes: &[u8], version: Version, _: I) -> Result<Record<'_>, NotARecord> {
    // Everything behind the ids stands at the same place from there on.
    let rest = 8 + 2 * I::WIDTH;
    let header = rest + 36;
    let name_length = usize::from(u16_at(bytes, rest + 32)?);
    let name_offset = usize::from(u16_at(bytes, rest + 34)?);
    let name_end = name_offset.saturating_add(name_length);
    if name_length == 0 || name_length % 2 != 0 || name_length > 2 * LONGEST_NAME {
        return Err(Wrong("the length of its name is none"));
    }
    if name_offset < header || name_offset % 2 != 0 || name_end.next_multiple_of(8) != bytes.len() {
        return Err(Wrong("its length does not fit its name"));
    }
    let name = bytes.get(name_offset..name_end).ok_or(Incomplete)?;
    let time = Timestamp::from_filetime(u64_at(bytes, rest + 8)?)
        .ok_or(Wrong("its time is before 1601 or behind 9999"))?;
    if name.as_chunks::<2>().0.contains(&[0, 0]) {
        return Err(Wrong("its name holds a zero"));
    }
    Ok(Record {
        offset: 0,
        length: 0,
        version,
        minor: 0,
        file: I::at(bytes, 8)?,
        parent: I::at(bytes, 8 + I::WIDTH)?,
        usn: u64_at(bytes, rest)?,
        time: Some(time),
        reasons: Reasons(u32_at(bytes, rest + 16)?),
        source: SourceInfo(u32_at(bytes, rest + 20)?),
        security_id: Some(u32_at(bytes, rest + 24)?),
        attributes: Some(u32_at(bytes, rest + 28)?),
        name: Some(Name::new(name)),
        extents: Vec::new(),
        remaining_extents: None,
    })
}

fn extents(bytes: &[u8]) -> Result<Record<'_>, NotARecord> {
    const HEADER: usize = 64;
    const EXTENT: usize = 16;
    let count = usize::from(u16_at(bytes, 60)?);
    let size = usize::from(u16_at(bytes, 62)?);
    if size != EXTENT || HEADER.saturating_add(count.saturating_mul(EXTENT)) != bytes.len() {
        return Err(Wrong("its length does not fit its extents"));
    }
    let list = bytes.get(HEADER..).unwrap_or_default();
    let mut extents = Vec::with_capacity(count);
    for extent in list.chunks_exact(EXTENT) {
        let (offset, length) = (u64_at(extent, 0)?, u64_at(extent, 8)?);
        if i64::try_from(offset).is_err() || i64::try_from(length).is_err() {
            return Err(Wrong("an extent lies before the file"));
        }
        extents.push(Extent { offset, length });
    }
    Ok(Record {
        offset: 0,
        length: 0,
        version: Version::V4,
        minor: 0,
        file: id_at(bytes, 8)?,
        parent: id_at(bytes, 24)?,
        usn: u64_at(bytes, 40)?,
        time: None,
        reasons: Reasons(u32_at(bytes, 48)?),
        source: SourceInfo(u32_at(bytes, 52)?),
        security_id: None,
        attributes: None,
        name: None,
        extents,
        remaining_extents: Some(u32_at(bytes, 56)?),
    })
}
