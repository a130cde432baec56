//! A whole journal in memory.

use std::collections::HashSet;

use kusari_evidence::ReadAt;
use kusari_evidence::ntfs::FileTable;

use super::activity::Activities;
use super::folders::Folders;
use super::record::{FileId, Record};
use super::rows::Rows;
use super::scan::scan_while;
use super::settings::Settings;
use crate::{Damage, Outcome, SourceState};

/// How a journal is read.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions {
    /// What `$Max` says, where it is there.
    pub settings: Option<Settings>,
    /// The most records that are kept; about 75 bytes of memory each.
    pub most_records: u32,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            settings: None,
            most_records: 50_000_000,
        }
    }
}

/// The records of a journal, by their number from 0 in the order in which they stand there.
pub struct Journal {
    pub(super) rows: Rows,
    /// Which rows begin a stretch: the first, and those before which records are missing.
    pub(super) stretches: Vec<u32>,
    /// Which row is about which folder, in order.
    pub(super) folder_rows: Vec<(u32, u32)>,
    outcome: Outcome,
}

impl Journal {
    /// Reads a stream `$J`, or a copy of it (see [`super::scan`]). A record that stands there
    /// twice is kept once, and the copy reported; of two that differ and have one number both are
    /// kept, and that is reported.
    #[must_use]
    pub fn read(bytes: &dyn ReadAt, options: &ReadOptions) -> Self {
        let mut building = Building::default();
        let mut outcome = scan_while(bytes, options.settings.as_ref(), |record, after_gap| {
            if building.rows.len() >= options.most_records {
                building.full = Some(record.offset);
            } else {
                building.add(record, after_gap);
            }
            building.full.is_none()
        });
        outcome.coverage.records = u64::from(building.rows.len());
        for damage in building.copies {
            damage.push_to(&mut outcome.damage);
            outcome.coverage.note(SourceState::Damaged);
        }
        if let Some(offset) = building.full {
            outcome.coverage.note(SourceState::CutShort);
            let rest = bytes.size().saturating_sub(offset);
            let reason = format!("only the first {} records are kept", building.rows.len());
            Damage::new(offset, rest, reason).push_to(&mut outcome.damage);
        }
        outcome.damage.sort_by_key(|damage| damage.offset);
        Self {
            rows: building.rows,
            stretches: building.stretches,
            folder_rows: building.folder_rows,
            outcome,
        }
    }

    /// How many records there are.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The record with that number.
    #[must_use]
    pub fn record(&self, number: u32) -> Option<Record<'_>> {
        self.rows.record(number)
    }

    /// All records, in order.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        (0..self.len()).filter_map(|number| self.record(number))
    }

    /// What the journal could have seen, and what had to be skipped.
    #[must_use]
    pub const fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The first and the last sequence number.
    #[must_use]
    pub fn span(&self) -> Option<(u64, u64)> {
        let first = self.rows.row(0)?;
        let last = self.rows.row(self.len().checked_sub(1)?)?;
        Some((first.usn, last.usn))
    }

    /// Where folders were when, by the journal and by the file table of the same volume at the
    /// time at which the journal ends.
    #[must_use]
    pub fn folders<'j>(&'j self, table: Option<&'j FileTable>) -> Folders<'j> {
        Folders::new(self, table)
    }

    /// What was done to files, in order: each change once, though its reason stands in several
    /// records.
    #[must_use]
    pub fn activities(&self) -> Activities<'_> {
        Activities::new(self, None)
    }

    /// What was done to these files, in order, as [`Self::activities`] gives it.
    #[must_use]
    pub fn activities_of<'j>(&'j self, files: &'j HashSet<FileId>) -> Activities<'j> {
        Activities::new(self, Some(files))
    }

    /// The stretch of records without a gap that a record is in, as the first and the one behind
    /// the last.
    pub(super) fn stretch_of(&self, row: u32) -> (u32, u32) {
        let behind = self.stretches.partition_point(|start| *start <= row);
        let start = behind.checked_sub(1).and_then(|at| self.stretches.get(at));
        let end = self.stretches.get(behind);
        (
            start.copied().unwrap_or(0),
            end.copied().unwrap_or(self.len()),
        )
    }
}

#[derive(Default)]
struct Building {
    rows: Rows,
    stretches: Vec<u32>,
    folder_rows: Vec<(u32, u32)>,
    copies: Vec<Damage>,
    highest: Option<u64>,
    full: Option<u64>,
}

impl Building {
    fn add(&mut self, record: &Record<'_>, after_gap: bool) {
        let goes_on = self.highest.is_none_or(|highest| record.usn > highest);
        if !goes_on && let Some(first) = self.rows.record(self.rows.first_from(record.usn)) {
            let again = Record {
                offset: first.offset,
                ..record.clone()
            };
            let length = u64::from(record.length);
            if first == again {
                Damage::new(record.offset, length, "the record stands there twice")
                    .push_to(&mut self.copies);
                return;
            }
            if first.usn == again.usn {
                // Pieces of several records make the one or the other; which, nothing says.
                Damage::new(record.offset, 0, "another record has its number")
                    .push_to(&mut self.copies);
            }
        }
        let Some(row) = self.rows.push(record) else {
            self.full = Some(record.offset);
            return;
        };
        if goes_on {
            self.highest = Some(record.usn);
        }
        if after_gap || row == 0 {
            self.stretches.push(row);
        }
        if record.is_folder() {
            let folder = self.rows.folders.intern(record.file);
            self.folder_rows.push((folder, row));
        }
    }
}
