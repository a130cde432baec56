//! Records in little memory.

use kusari_evidence::ntfs::Name;
use kusari_evidence::time::Timestamp;

use super::intern::Interner;
use super::record::{Extent, FileId, Record, Version};
use super::{Reasons, SourceInfo};

/// What is kept of one record.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) usn: u64,
    offset: u64,
    /// The low half of the file's id.
    file: u64,
    /// 100 ns intervals since 1601, or [`NO_TIME`].
    time: i64,
    pub(super) reasons: Reasons,
    source: SourceInfo,
    /// In version 4 the count of remaining extents.
    security_id: u32,
    attributes: u32,
    /// The number of the folder's id.
    pub(super) parent: u32,
    /// Where the name starts in the pool, in units; in version 4 the first extent.
    start: u32,
    length: u16,
    minor: u16,
    /// Units of the name; in version 4 the count of extents.
    count: u8,
    version: Version,
}

const NO_TIME: i64 = -1;

/// Rows stand in blocks, so that adding one never copies those that are there.
const BLOCK: usize = 1 << 15;

/// All records.
#[derive(Default)]
pub(super) struct Rows {
    blocks: Vec<Vec<Row>>,
    count: u32,
    /// The units of names, two bytes each. A name that a file's last record had stands there once.
    pool: Vec<u8>,
    /// Where the last names stand, by the file's lowest bits.
    recent: Vec<(u32, u8)>,
    extents: Vec<Extent>,
    /// High halves of files' ids that have one (ReFS), by row.
    high: Vec<(u32, u64)>,
    /// The ids of folders.
    pub(super) folders: Interner,
}

const RECENT: u64 = 4096;

impl Rows {
    pub(super) const fn len(&self) -> u32 {
        self.count
    }

    #[inline]
    pub(super) fn row(&self, index: u32) -> Option<&Row> {
        let index = usize::try_from(index).ok()?;
        self.blocks.get(index / BLOCK)?.get(index % BLOCK)
    }

    /// Adds a record and returns its row; `None` when there is no room.
    pub(super) fn push(&mut self, record: &Record<'_>) -> Option<u32> {
        let index = self.count;
        let (start, count) = match record.name {
            Some(name) => self.add_name(record.file, name)?,
            None => {
                let start = u32::try_from(self.extents.len()).ok()?;
                self.extents.extend_from_slice(&record.extents);
                (start, u8::try_from(record.extents.len()).ok()?)
            }
        };
        let row = Row {
            usn: record.usn,
            offset: record.offset,
            file: record.file.low,
            time: record.time.map_or(NO_TIME, Timestamp::ticks),
            reasons: record.reasons,
            source: record.source,
            security_id: record
                .security_id
                .or(record.remaining_extents)
                .unwrap_or_default(),
            attributes: record.attributes.unwrap_or_default(),
            parent: self.folders.intern(record.parent),
            start,
            length: u16::try_from(record.length).ok()?,
            minor: record.minor,
            count,
            version: record.version,
        };
        if record.file.high != 0 {
            self.high.push((index, record.file.high));
        }
        match self.blocks.last_mut() {
            Some(block) if block.len() < BLOCK => block.push(row),
            _ => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push(row);
                self.blocks.push(block);
            }
        }
        self.count = self.count.checked_add(1)?;
        Some(index)
    }

    #[inline]
    fn add_name(&mut self, file: FileId, name: Name<'_>) -> Option<(u32, u8)> {
        let bytes = name.bytes();
        let count = u8::try_from(bytes.len() / 2).ok()?;
        let slot = usize::try_from(file.low % RECENT).ok()?;
        if let Some(&(start, units)) = self.recent.get(slot)
            && units == count
            && self.units(start, units) == Some(bytes)
        {
            return Some((start, count));
        }
        let start = u32::try_from(self.pool.len() / 2).ok()?;
        self.pool.extend_from_slice(bytes);
        if self.recent.is_empty() {
            self.recent = vec![(0, 0); usize::try_from(RECENT).ok()?];
        }
        if let Some(recent) = self.recent.get_mut(slot) {
            *recent = (start, count);
        }
        Some((start, count))
    }

    fn units(&self, start: u32, count: u8) -> Option<&[u8]> {
        let start = usize::try_from(start).ok()?.checked_mul(2)?;
        let end = start.checked_add(usize::from(count).checked_mul(2)?)?;
        self.pool.get(start..end)
    }

    /// The name of a row; `None` in version 4.
    #[inline]
    pub(super) fn name(&self, row: &Row) -> Option<Name<'_>> {
        if row.version == Version::V4 {
            return None;
        }
        self.units(row.start, row.count).map(Name::new)
    }

    /// The file's id of a row.
    #[inline]
    pub(super) fn file(&self, index: u32, row: &Row) -> FileId {
        let high = if self.high.is_empty() {
            0
        } else {
            let found = self.high.binary_search_by_key(&index, |(row, _)| *row);
            let at = found.ok().and_then(|at| self.high.get(at));
            at.map_or(0, |(_, high)| *high)
        };
        FileId {
            low: row.file,
            high,
        }
    }

    /// The record of a row.
    pub(super) fn record(&self, index: u32) -> Option<Record<'_>> {
        let row = self.row(index)?;
        let has_fields = row.version != Version::V4;
        let extents = if has_fields {
            Vec::new()
        } else {
            let start = usize::try_from(row.start).ok()?;
            let end = start.checked_add(usize::from(row.count))?;
            self.extents.get(start..end)?.to_vec()
        };
        Some(Record {
            offset: row.offset,
            length: u32::from(row.length),
            version: row.version,
            minor: row.minor,
            file: self.file(index, row),
            parent: self.folders.id(row.parent)?,
            usn: row.usn,
            time: Timestamp::from_ticks(row.time),
            reasons: row.reasons,
            source: row.source,
            security_id: has_fields.then_some(row.security_id),
            attributes: has_fields.then_some(row.attributes),
            name: self.name(row),
            extents,
            remaining_extents: (!has_fields).then_some(row.security_id),
        })
    }

    /// The first row whose sequence number is not below `usn`, when the rows are in order.
    pub(super) fn first_from(&self, usn: u64) -> u32 {
        let full = self
            .blocks
            .partition_point(|block| block.last().is_some_and(|row| row.usn < usn));
        let within = self
            .blocks
            .get(full)
            .map_or(0, |block| block.partition_point(|row| row.usn < usn));
        let index = full.saturating_mul(BLOCK).saturating_add(within);
        u32::try_from(index).unwrap_or(u32::MAX).min(self.count)
    }
}
