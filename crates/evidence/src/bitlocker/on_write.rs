//! Volumes that are encrypted when they are written to (since Windows 10, "encrypt on write"):
//! maps on the volume say which parts are encrypted already.
//!
//! Sources: the documentation of dissect.fve (`FVE_EOW_INFORMATION`, `FVE_EOW_BITMAP`,
//! `FVE_EOW_BITMAP_RECORD`) and libbde's structures of the same, which agree. No real volume with
//! its maps was at hand; what was confirmed is said in `docs/validation/bitlocker.md`.

use crate::fields::{u16_at, u32_at, u64_at};
use crate::{FormatError, ReadAt, read_vec_at};

/// Names of the structures in messages.
const INFORMATION: &str = "encrypt-on-write information";
const BITMAP: &str = "encrypt-on-write bitmap";

/// Bytes of the headers.
const INFORMATION_HEADER: usize = 56;
const BITMAP_HEADER: u64 = 60;
const RECORD_HEADER: usize = 36;

/// The most bytes that all maps of a volume may have together: a map of chunks of 64 KiB of
/// 16 TiB has 32 MiB.
const MOST_MAP_BYTES: u64 = 64 << 20;

/// What the structures take on the volume is a multiple of this.
const AREA_UNIT: u64 = 4096;

/// Which parts of a volume are encrypted.
#[derive(Debug)]
pub(super) struct OnWrite {
    /// Bytes that a bit stands for.
    chunk: u64,
    /// In the order of their regions, which do not overlap.
    maps: Vec<Map>,
    /// Where the structures themselves stand: start and length.
    pub(super) reserved: Vec<(u64, u64)>,
    pub(super) notes: Vec<String>,
}

/// The map of one region.
#[derive(Debug)]
struct Map {
    start: u64,
    end: u64,
    bits: Vec<u8>,
    count: u64,
}

/// What a byte of the volume is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Encrypted.
    Encrypted,
    /// In the clear.
    Clear,
    /// No map says it.
    Unknown,
}

impl OnWrite {
    /// Reads the first of the two copies that is sound, and all its maps.
    pub(super) fn read(
        volume: &dyn ReadAt,
        offsets: &[u64],
        sector_size: u32,
    ) -> Result<Self, FormatError> {
        let mut notes = Vec::new();
        for offset in offsets {
            match Self::read_copy(volume, *offset, sector_size) {
                Ok(mut found) => {
                    let copies = offsets.iter().map(|at| (*at, AREA_UNIT));
                    found.reserved.extend(copies);
                    notes.append(&mut found.notes);
                    found.notes = notes;
                    return Ok(found);
                }
                Err(error) => notes.push(error.to_string()),
            }
        }
        let problem = format!("no copy of it is sound ({})", notes.join("; "));
        let first = offsets.first().copied().unwrap_or(0);
        Err(FormatError::malformed(INFORMATION, first, problem))
    }

    fn read_copy(volume: &dyn ReadAt, offset: u64, sector_size: u32) -> Result<Self, FormatError> {
        let malformed = |problem: &str| FormatError::malformed(INFORMATION, offset, problem);
        let bytes = read_vec_at(volume, offset, 0x1_0000)
            .map_err(|source| FormatError::unreadable(INFORMATION, offset, source))?;
        let field = |at: usize| u16_at(&bytes, at).map_or(0, usize::from);
        let (header, size) = (field(8), field(10));
        let whole = whole(&bytes, b"FVE-EOW\0", INFORMATION_HEADER, size, 36)
            .map_err(|problem| malformed(&problem))?;
        let places = whole
            .get(header..)
            .filter(|_| header >= INFORMATION_HEADER)
            .ok_or_else(|| malformed("its header is longer than itself"))?;
        let counted = u32_at(whole, 32).and_then(|count| usize::try_from(count).ok());
        if counted != Some(places.len() / 8) {
            return Err(malformed("it counts another number of maps than it names"));
        }
        let chunk = u64::from(u32_at(whole, 20).unwrap_or(0));
        if chunk == 0 || chunk % u64::from(sector_size) != 0 {
            return Err(malformed("a chunk is no multiple of a sector"));
        }
        let log = u64::from(u32_at(whole, 24).unwrap_or(0));
        let mut found = Self {
            chunk,
            maps: Vec::new(),
            reserved: Vec::new(),
            notes: Vec::new(),
        };
        let mut left = MOST_MAP_BYTES;
        for place in places.chunks_exact(8) {
            let at = u64_at(place, 0).unwrap_or(0);
            match found.read_map(volume, at, log, &mut left) {
                Ok(map) => found.maps.push(map),
                Err(error) => found.note(error.to_string()),
            }
        }
        found.maps.sort_by_key(|map| map.start);
        let overlap = found.maps.is_sorted_by(|one, next| one.end <= next.start);
        if !overlap {
            return Err(malformed("regions of its maps overlap"));
        }
        Ok(found)
    }

    /// Keeps a note; as many as a person can read.
    fn note(&mut self, note: String) {
        if self.notes.len() < 16 {
            self.notes.push(note);
        }
    }

    fn read_map(
        &mut self,
        volume: &dyn ReadAt,
        offset: u64,
        log: u64,
        left: &mut u64,
    ) -> Result<Map, FormatError> {
        let malformed = |problem: &str| FormatError::malformed(BITMAP, offset, problem);
        let unreadable = |source| FormatError::unreadable(BITMAP, offset, source);
        let header = read_vec_at(volume, offset, BITMAP_HEADER).map_err(unreadable)?;
        let size = u64::from(u32_at(&header, 12).unwrap_or(0));
        *left = left
            .checked_sub(size)
            .ok_or_else(|| malformed("the maps of the volume exceed 64 MiB"))?;
        let bytes = read_vec_at(volume, offset, size).map_err(unreadable)?;
        let usize_at = |at: usize| u32_at(&bytes, at).and_then(|at| usize::try_from(at).ok());
        let records = [usize_at(44), usize_at(48)].map(|at| at.unwrap_or(usize::MAX));
        let [first, _] = records;
        let minimum = usize::try_from(BITMAP_HEADER).unwrap_or(usize::MAX);
        whole(&bytes, b"FVE-EOWBM\0", minimum, first, 56).map_err(|problem| malformed(&problem))?;
        let (start, length) = (u64_at(&bytes, 20), u64_at(&bytes, 28));
        let start = start.unwrap_or(0);
        let end = start
            .checked_add(length.unwrap_or(0))
            .ok_or_else(|| malformed("its region ends behind all volumes"))?;

        let latest = records
            .iter()
            .filter_map(|at| record(bytes.get(*at..)?))
            .max_by_key(|(sequence, _, _)| *sequence)
            .ok_or_else(|| malformed("no record in it is sound"))?;
        let (_, count, bits) = latest;
        self.reserved.push((offset, size));
        if let Some(place) = u64_at(&bytes, 36).filter(|place| *place != 0) {
            self.reserved.push((place, log));
        }
        Ok(Map {
            start,
            end,
            bits: bits.to_vec(),
            count,
        })
    }

    /// What the byte at `position` is, and up to where (at most `limit`) that goes on.
    pub(super) fn at(&self, position: u64, limit: u64) -> (Content, u64) {
        let behind = self.maps.partition_point(|map| map.end <= position);
        let Some(map) = self.maps.get(behind) else {
            return (Content::Unknown, limit);
        };
        let Some(inside) = position.checked_sub(map.start) else {
            return (Content::Unknown, map.start.min(limit));
        };
        let limit = limit.min(map.end);
        let first = inside / self.chunk;
        let content = map.content(first);
        let mut next = first.saturating_add(1);
        loop {
            let reached = next
                .checked_mul(self.chunk)
                .and_then(|length| map.start.checked_add(length))
                .unwrap_or(u64::MAX);
            if reached >= limit || map.content(next) != content {
                return (content, reached.min(limit));
            }
            next = next.saturating_add(1);
        }
    }
}

impl Map {
    fn content(&self, chunk: u64) -> Content {
        let byte = usize::try_from(chunk / 8)
            .ok()
            .filter(|_| chunk < self.count);
        match byte.and_then(|byte| self.bits.get(byte)) {
            Some(byte) if byte >> (chunk % 8) & 1 == 1 => Content::Encrypted,
            Some(_) => Content::Clear,
            None => Content::Unknown,
        }
    }
}

/// A sound record at the beginning of `bytes`: its sequence number, how many bits it has, and them.
fn record(bytes: &[u8]) -> Option<(u64, u64, &[u8])> {
    let size = usize::try_from(u32_at(bytes, 12)?).ok()?;
    let whole = whole(bytes, b"FVE-EOWBR\0", RECORD_HEADER, size, 32).ok()?;
    let header = usize::from(u16_at(whole, 10)?);
    let count = u64::from(u32_at(whole, 16)?);
    let length = usize::try_from(count.div_ceil(8)).ok()?;
    let bits = whole.get(header.max(RECORD_HEADER)..)?.get(..length)?;
    Some((u64_at(whole, 20)?, count, bits))
}

/// The first `size` of `bytes`, when they begin with the signature and their CRC-32, which stands
/// at `sum_at` and is taken over zeros there, fits.
fn whole<'a>(
    bytes: &'a [u8],
    signature: &[u8],
    header: usize,
    size: usize,
    sum_at: usize,
) -> Result<&'a [u8], String> {
    if !bytes.starts_with(signature) {
        return Err("its signature is missing".to_owned());
    }
    let whole = bytes.get(..size).filter(|whole| whole.len() >= header);
    let whole = whole.ok_or_else(|| format!("a size of {size} bytes"))?;
    let (before, rest) = whole.split_at_checked(sum_at).unwrap_or_default();
    let (stored, after) = rest.split_at_checked(4).unwrap_or_default();
    let mut hasher = crc32fast::Hasher::new();
    for part in [before, &[0; 4], after] {
        hasher.update(part);
    }
    let (sum, stored) = (hasher.finalize(), u32_at(stored, 0).unwrap_or(0));
    if sum == stored {
        Ok(whole)
    } else {
        Err(format!(
            "its CRC-32 is {sum:08x}, and {stored:08x} is stored"
        ))
    }
}
