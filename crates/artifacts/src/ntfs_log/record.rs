//! One log record.
//!
//! Source: the Linux-NTFS documentation of `$LogFile`, "log record header".

use super::operation::Operation;
use crate::Locator;
use crate::wire::{offset, slice_at, u16_at, u32_at, u64_at};

/// The header that every log record begins with.
pub(super) const HEADER: usize = 0x30;

/// The longest record that is put together; tables at checkpoints are the longest.
pub(super) const LONGEST: usize = 1 << 20;

/// What a log record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKind {
    /// A change, or a table of a checkpoint: see [`Record::update`].
    Update,
    /// A checkpoint: where the tables of it stand.
    Checkpoint,
}

/// One log record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its log sequence number. Later records have higher ones.
    pub lsn: u64,
    /// The record before it in its transaction; 0 of the first.
    pub previous_lsn: u64,
    /// The record that would be undone next, were the transaction rolled back.
    pub undo_next_lsn: u64,
    /// What it is.
    pub kind: RecordKind,
    /// The transaction's place in a table. Places are given again, so it is the transaction's own
    /// only until that ends.
    pub transaction: u32,
    /// Byte offset of the record in the log.
    pub offset: u64,
    /// How far it reaches from there, over the headers of further pages too; up to the end of
    /// the file where it goes on behind the beginning of it.
    pub length: u64,
    /// What NTFS wrote, behind the header.
    pub data: &'a [u8],
}

/// The fields of a record's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordHeader {
    pub(super) lsn: u64,
    previous_lsn: u64,
    undo_next_lsn: u64,
    pub(super) data_length: usize,
    kind: RecordKind,
    transaction: u32,
}

impl RecordHeader {
    /// Reads it where it can be one; the LSN is for the caller to check.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let kind = match u32_at(bytes, 0x20)? {
            1 => RecordKind::Update,
            2 => RecordKind::Checkpoint,
            _ => return None,
        };
        let data_length = usize::try_from(u32_at(bytes, 0x18)?).ok()?;
        let lsn = u64_at(bytes, 0)?;
        let previous_lsn = u64_at(bytes, 8)?;
        let fits = (1..=LONGEST).contains(&data_length) && previous_lsn < lsn;
        fits.then_some(Self {
            lsn,
            previous_lsn,
            undo_next_lsn: u64_at(bytes, 0x10)?,
            data_length,
            kind,
            transaction: u32_at(bytes, 0x24)?,
        })
    }

    /// The record with that header.
    pub(super) fn with(self, data: &[u8], offset: u64, length: u64) -> Record<'_> {
        Record {
            lsn: self.lsn,
            previous_lsn: self.previous_lsn,
            undo_next_lsn: self.undo_next_lsn,
            kind: self.kind,
            transaction: self.transaction,
            offset,
            length,
            data,
        }
    }
}

impl<'a> Record<'a> {
    /// Where it stands. The last two bytes of each 512 of the file are the page's update sequence
    /// number there; the record's own stand in the page's header.
    #[must_use]
    pub fn locator(&self) -> Locator {
        Locator::Bytes {
            offset: self.offset,
            length: self.length,
        }
    }

    /// What it does; `None` of a checkpoint, or where its data is too short.
    #[must_use]
    pub fn update(&self) -> Option<Update<'a>> {
        if self.kind != RecordKind::Update {
            return None;
        }
        let field = |at| u16_at(self.data, at);
        let part = |at, length| {
            let (at, length) = (usize::from(field(at)?), usize::from(field(length)?));
            slice_at(self.data, at, length)
        };
        let clusters = usize::from(field(0x0E)?);
        Some(Update {
            redo: Operation(field(0x00)?),
            undo: Operation(field(0x02)?),
            redo_data: part(0x04, 0x06),
            undo_data: part(0x08, 0x0A),
            target: Target {
                attribute: field(0x0C)?,
                record_offset: field(0x10)?,
                attribute_offset: field(0x12)?,
                cluster_offset: field(0x14)?,
                vcn: u64_at(self.data, 0x18)?,
                clusters: slice_at(self.data, 0x20, clusters.saturating_mul(8)).unwrap_or_default(),
            },
        })
    }
}

/// What a log record does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Update<'a> {
    /// What is done.
    pub redo: Operation,
    /// What would take it back.
    pub undo: Operation,
    /// What is written; `None` where the record says that it stands outside of it.
    pub redo_data: Option<&'a [u8]>,
    /// What stood there; `None` as above.
    pub undo_data: Option<&'a [u8]>,
    /// Where it is done.
    pub target: Target<'a>,
}

/// Where a log record's change is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// The attribute, by its place in the open attribute table.
    pub attribute: u16,
    /// The first cluster of the change, counted from the beginning of the attribute.
    pub vcn: u64,
    /// Where in that cluster the record or block begins, in steps of 512 bytes.
    pub cluster_offset: u16,
    /// Where in the file record the attribute begins, or 0.
    pub record_offset: u16,
    /// Where in the attribute or index block the change begins.
    pub attribute_offset: u16,
    clusters: &'a [u8],
}

impl<'a> Target<'a> {
    /// The clusters on the volume that are changed.
    pub fn lcns(&self) -> impl Iterator<Item = u64> + 'a {
        let clusters = self.clusters;
        (0..clusters.len() / 8).filter_map(move |number| u64_at(clusters, number * 8))
    }
}

/// How many bytes a record takes on a page: records begin at multiples of 8.
pub(super) fn padded(length: usize) -> usize {
    length.checked_next_multiple_of(8).unwrap_or(length)
}

/// The length of a record in bytes as records carry it.
pub(super) fn wide(length: usize) -> u64 {
    offset(length)
}
