//! All names of the file table, read once and kept small: which record has which name in which
//! folder, deleted ones, too. Usable over a volume and over a `$MFT` that was collected.

use std::collections::HashSet;

use rayon::prelude::*;

use super::file_name::Namespace;
use super::index::IndexedName;
use super::mft::of_number;
use super::name::Name;
use super::record::{FileRecord, RecordError, parse_in_place};
use super::reference::{FileReference, sequence_when_freed};
use super::standard_information::FileFlags;
use crate::fields::{narrowed, widened};
use crate::{ReadAt, read_vec_at};

/// The names of all files of a file table.
#[derive(Default)]
pub struct FileTable {
    states: Vec<State>,
    /// By record, then in the order in which they stand in it.
    names: Vec<Row>,
    /// The rows by the record of their parent.
    by_parent: Vec<u32>,
    /// Extension records, each behind the record that it says it is an extension of.
    extensions: Vec<(u32, u32)>,
    /// The units of all names.
    pool: Vec<u8>,
    /// The first damaged records, for messages.
    damaged: Vec<RecordError>,
    damaged_count: u64,
}

/// One name in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableName<'a> {
    /// The base record of the file, with the sequence number that it has now.
    pub file: FileReference,
    /// The folder that the name stands in.
    pub parent: FileReference,
    /// Which rules it follows.
    pub namespace: Namespace,
    /// The name.
    pub name: Name<'a>,
}

/// What is kept of one record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct State {
    /// Its sequence number.
    pub sequence: u16,
    /// It could be read.
    pub readable: bool,
    /// A file has it.
    pub in_use: bool,
    /// It is a folder's.
    pub folder: bool,
    /// It is an extension of another record.
    pub extension: bool,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    parent: FileReference,
    record: u32,
    /// Where the name starts in the pool, in units.
    start: u32,
    /// The sequence number of the base record, as the record with the name says it.
    base_sequence: u16,
    units: u8,
    namespace: Namespace,
    in_use: bool,
}

/// What is read at a time, and how many of it at the same time.
const PIECE: u64 = 1 << 20;
const PIECES: u64 = 64;

/// The most records that are read; a table of 100 GiB has as many.
const MOST_RECORDS: u64 = 100_000_000;

const MOST_DAMAGED: usize = 5;

impl FileTable {
    /// Reads the table whose bytes these are. A record that is damaged, or cannot be read, costs
    /// only itself.
    #[must_use]
    pub fn read(bytes: &dyn ReadAt, record_size: u32) -> Self {
        let record_size = u64::from(record_size).max(1);
        let count = (bytes.size() / record_size).min(MOST_RECORDS);
        Self::read_records(bytes, record_size, count)
    }

    pub(super) fn read_records(bytes: &dyn ReadAt, record_size: u64, count: u64) -> Self {
        let count = count.min(MOST_RECORDS);
        let in_piece = (PIECE / record_size).max(1);
        let pieces = count.div_ceil(in_piece);
        let mut table = Self::default();
        let mut next = 0;
        while next < pieces {
            let end = next.saturating_add(PIECES).min(pieces);
            let read: Vec<Self> = (next..end)
                .into_par_iter()
                .map(|piece| {
                    let first = piece.saturating_mul(in_piece);
                    let records = in_piece.min(count.saturating_sub(first));
                    Self::read_piece(bytes, record_size, first, records)
                })
                .collect();
            for piece in read {
                table.append(piece);
            }
            next = end;
        }
        table.finish();
        table
    }

    fn read_piece(bytes: &dyn ReadAt, record_size: u64, first: u64, records: u64) -> Self {
        let mut piece = Self::default();
        let start = first.saturating_mul(record_size);
        let length = records.saturating_mul(record_size);
        match read_vec_at(bytes, start, length) {
            Ok(mut read) if widened(read.len()) == length => {
                let chunks = read.chunks_exact_mut(narrowed(record_size));
                for (number, record) in (first..).zip(chunks) {
                    piece.add(number, parse_in_place(record, number).and_then(of_number));
                }
            }
            // Something in it cannot be read: each record by itself.
            _ => {
                for number in first..first.saturating_add(records) {
                    let at = number.saturating_mul(record_size);
                    let read = read_vec_at(bytes, at, record_size);
                    let record = read
                        .map_err(|error| RecordError::Damaged {
                            number,
                            problem: error.to_string(),
                        })
                        .and_then(|bytes| super::record::parse(bytes, number))
                        .and_then(of_number);
                    piece.add(number, record);
                }
            }
        }
        piece
    }

    fn add(&mut self, number: u64, record: Result<FileRecord<'_>, RecordError>) {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                self.states.push(State::default());
                if matches!(error, RecordError::Damaged { .. }) {
                    self.damaged_count = self.damaged_count.saturating_add(1);
                    if self.damaged.len() < MOST_DAMAGED {
                        self.damaged.push(error);
                    }
                }
                return;
            }
        };
        let base = record.base();
        self.states.push(State {
            sequence: record.sequence(),
            readable: true,
            in_use: record.in_use(),
            folder: record.is_folder(),
            extension: base.is_some(),
        });
        let owner = base.map_or(number, FileReference::record);
        let Ok(owner) = u32::try_from(owner) else {
            return;
        };
        if let (Some(_), Ok(own)) = (base, u32::try_from(number)) {
            self.extensions.push((owner, own));
        }
        for name in record.file_names() {
            let units = name.name.bytes();
            let (Ok(start), Ok(count)) = (
                u32::try_from(self.pool.len() / 2),
                u8::try_from(units.len() / 2),
            ) else {
                continue;
            };
            self.pool.extend_from_slice(units);
            self.names.push(Row {
                parent: name.parent,
                record: owner,
                start,
                base_sequence: base.map_or(record.sequence(), FileReference::sequence),
                units: count,
                namespace: name.namespace,
                in_use: record.in_use(),
            });
        }
    }

    fn append(&mut self, piece: Self) {
        let shift = u32::try_from(self.pool.len() / 2).ok();
        self.states.extend(piece.states);
        self.extensions.extend(piece.extensions);
        self.damaged_count = self.damaged_count.saturating_add(piece.damaged_count);
        let left = MOST_DAMAGED.saturating_sub(self.damaged.len());
        self.damaged.extend(piece.damaged.into_iter().take(left));
        let moved = piece.names.into_iter().filter_map(|row| {
            Some(Row {
                start: row.start.checked_add(shift?)?,
                ..row
            })
        });
        self.names.extend(moved);
        if shift.is_some() {
            self.pool.extend(piece.pool);
        }
    }

    /// Drops names of extension records that are another file's by now, and sorts.
    fn finish(&mut self) {
        let states = std::mem::take(&mut self.states);
        self.names.retain(|row| {
            let owner = states
                .get(narrowed(u64::from(row.record)))
                .copied()
                .unwrap_or_default();
            let of_deleted =
                !owner.in_use && sequence_when_freed(row.base_sequence) == owner.sequence;
            owner.readable
                && !owner.extension
                && owner.in_use == row.in_use
                && (owner.sequence == row.base_sequence || of_deleted)
        });
        self.states = states;
        self.names.sort_by_key(|row| row.record);
        self.extensions.sort_unstable();
        self.states.shrink_to_fit();
        self.names.shrink_to_fit();
        let names = &self.names;
        self.by_parent = (0..u32::try_from(names.len()).unwrap_or(u32::MAX)).collect();
        self.by_parent.sort_by_key(|index| {
            names
                .get(narrowed(u64::from(*index)))
                .map(|row| (row.parent.record(), row.parent.sequence()))
        });
    }

    /// How many records there are.
    #[must_use]
    pub fn record_count(&self) -> u64 {
        widened(self.states.len())
    }

    /// How many records are damaged, and what is wrong with the first of them.
    #[must_use]
    pub fn damaged(&self) -> (u64, &[RecordError]) {
        (self.damaged_count, &self.damaged)
    }

    /// What is known of a record; all `false` behind the end.
    #[must_use]
    pub fn state(&self, record: u64) -> State {
        self.states
            .get(narrowed(record))
            .copied()
            .unwrap_or_default()
    }

    /// The names of the file with that base record.
    pub fn names_of(&self, record: u64) -> impl Iterator<Item = TableName<'_>> {
        let from = self
            .names
            .partition_point(|row| u64::from(row.record) < record);
        self.names
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(move |row| u64::from(row.record) == record)
            .map(|row| self.name(row))
    }

    /// The names whose parent is that record, whatever sequence number they say.
    pub fn names_in(&self, parent: u64) -> impl Iterator<Item = TableName<'_>> {
        self.names_from(FileReference::new(parent, 0))
            .take_while(move |name| name.parent.record() == parent)
    }

    /// The names whose parent is just that file.
    pub(super) fn names_in_just(
        &self,
        parent: FileReference,
    ) -> impl Iterator<Item = TableName<'_>> {
        self.names_from(parent)
            .take_while(move |name| name.parent == parent)
    }

    /// The names by their parents, from that one on.
    fn names_from(&self, parent: FileReference) -> impl Iterator<Item = TableName<'_>> {
        let row = |index: &u32| self.names.get(narrowed(u64::from(*index)));
        let place = |parent: FileReference| (parent.record(), parent.sequence());
        let from = self.by_parent.partition_point(|index| {
            row(index).is_some_and(|row| place(row.parent) < place(parent))
        });
        let rows = self.by_parent.get(from..).unwrap_or_default().iter();
        rows.map_while(row).map(|row| self.name(row))
    }

    /// The records that say that they are extensions of that record, whatever sequence number they
    /// give it.
    pub(super) fn extensions_of(&self, record: u64) -> impl Iterator<Item = u64> {
        let base_of = |(base, _): &(u32, u32)| u64::from(*base);
        let from = self.extensions.partition_point(|own| base_of(own) < record);
        self.extensions
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(move |own| base_of(own) == record)
            .map(|(_, own)| u64::from(*own))
    }

    /// The name with that place among [`FileTable::names`].
    pub(super) fn name_at(&self, place: usize) -> Option<TableName<'_>> {
        self.names.get(place).map(|row| self.name(row))
    }

    /// All names, by record.
    pub fn names(&self) -> impl Iterator<Item = TableName<'_>> {
        self.names.iter().map(|row| self.name(row))
    }

    /// The name of a folder that a reference of one of its files names, where it is that folder
    /// still: in use with that sequence number, or deleted after it had it.
    #[must_use]
    pub fn folder(&self, reference: FileReference) -> Option<TableName<'_>> {
        let state = self.state(reference.record());
        let fits = if state.in_use {
            reference.sequence() == 0 || state.sequence == reference.sequence()
        } else {
            sequence_when_freed(reference.sequence()) == state.sequence
        };
        if !state.readable || !state.folder || state.extension || !fits {
            return None;
        }
        let mut names = self.names_of(reference.record());
        let first = names.next()?;
        if first.namespace.is_short_only() {
            return names.next().or(Some(first));
        }
        Some(first)
    }

    fn name(&self, row: &Row) -> TableName<'_> {
        let record = u64::from(row.record);
        let start = narrowed(u64::from(row.start).saturating_mul(2));
        let length = usize::from(row.units).saturating_mul(2);
        let units = self.pool.get(start..start.saturating_add(length));
        TableName {
            file: FileReference::new(record, self.state(record).sequence),
            parent: row.parent,
            namespace: row.namespace,
            name: Name::new(units.unwrap_or_default()),
        }
    }
}

/// The names of files in use that name `folder` as their parent and are not among the known ones.
pub(super) fn further_children(
    table: &FileTable,
    folder: FileReference,
    known: &[IndexedName],
) -> Vec<IndexedName> {
    let there: HashSet<(u64, Vec<u16>)> = known
        .iter()
        .map(|name| (name.reference.record(), name.units.clone()))
        .collect();
    let mut added: Vec<IndexedName> = Vec::new();
    for name in table.names_in(folder.record()) {
        let state = table.state(name.file.record());
        let fits = [0, folder.sequence()].contains(&name.parent.sequence());
        let units: Vec<u16> = name.name.units().collect();
        if !state.in_use || !fits || there.contains(&(name.file.record(), units.clone())) {
            continue;
        }
        added.push(IndexedName {
            reference: name.file,
            units,
            namespace: name.namespace,
            size: 0,
            flags: FileFlags(if state.folder { 0x1000_0000 } else { 0 }),
        });
    }
    added
}
