//! Which folders there are, by the journal and by the file table.

use std::collections::HashMap;

use kusari_evidence::ntfs::{FileReference, FileTable};

use super::folder_versions::{self, FolderRows, Found, Place, at};
use super::intern::Keyed;
use super::journal::Journal;
use super::paths::{PathStanding, Paths};
use super::record::{FileId, Record};

/// Where the folders of a volume were while its journal was written.
pub struct Folders<'j> {
    pub(super) journal: &'j Journal,
    rows: FolderRows,
    /// Where the file table has each folder, by its number. Behind the numbers of the journal
    /// stand those that only the table knows.
    table: Vec<Option<Place<'j>>>,
    only_in_table: HashMap<FileReference, u32, Keyed>,
    root: Vec<u32>,
}

const ROOT_RECORD: u64 = 5;

impl<'j> Folders<'j> {
    pub(super) fn new(journal: &'j Journal, table: Option<&'j FileTable>) -> Self {
        let mut folders = Self {
            journal,
            rows: FolderRows::new(journal),
            table: Vec::new(),
            only_in_table: HashMap::default(),
            root: Vec::new(),
        };
        // Ids of the table's parents come behind those of the journal while this goes on.
        let mut behind: Vec<FileReference> = Vec::new();
        let known = journal.rows.folders.len();
        let mut number = 0_usize;
        while number < known.saturating_add(behind.len()) {
            let reference = match number.checked_sub(known) {
                Some(extra) => behind.get(extra).copied(),
                None => u32::try_from(number)
                    .ok()
                    .and_then(|number| journal.rows.folders.id(number))
                    .and_then(FileId::reference),
            };
            let is_root = reference.is_some_and(|reference| is_root(reference, table));
            if is_root {
                folders.root.extend(u32::try_from(number));
            }
            let named = reference
                .filter(|_| !is_root)
                .and_then(|reference| table?.folder(reference));
            let place = named.map(|named| Place {
                name: named.name,
                parent: folders.number_of(named.parent, known, &mut behind),
            });
            folders.table.push(place);
            number = number.saturating_add(1);
        }
        folders
    }

    fn number_of(
        &mut self,
        reference: FileReference,
        known: usize,
        behind: &mut Vec<FileReference>,
    ) -> u32 {
        if let Some(number) = self.journal.rows.folders.get(FileId::from(reference)) {
            return number;
        }
        let next = known.saturating_add(behind.len());
        let next = u32::try_from(next).unwrap_or(u32::MAX);
        *self.only_in_table.entry(reference).or_insert_with(|| {
            behind.push(reference);
            next
        })
    }

    /// How many folders have a number.
    pub(super) fn count(&self) -> usize {
        self.table.len()
    }

    pub(super) fn is_root(&self, folder: u32) -> bool {
        self.root.contains(&folder)
    }

    pub(super) fn find(&self, folder: u32, row: u32) -> Found<'j> {
        let table = self.table.get(at(folder)).copied().flatten();
        folder_versions::find(self.journal, &self.rows, folder, row, table)
    }

    /// The paths of records.
    #[must_use]
    pub fn paths(&self) -> Paths<'_, 'j> {
        Paths::new(self)
    }

    /// The path of a record that is not in the journal: one that was carved. It is held against
    /// the journal by its sequence number, and is [`PathStanding::AcrossGap`] at best when that
    /// does not lie in the span that the journal covers.
    #[must_use]
    pub fn path_of_carved(&self, record: &Record<'_>) -> (String, PathStanding) {
        let journal = self.journal;
        let last = journal.len().saturating_sub(1);
        let row = journal.rows.first_from(record.usn).min(last);
        let (start, _) = journal.stretch_of(row);
        let inside = row > start
            && journal
                .rows
                .row(row)
                .is_some_and(|row| row.usn >= record.usn);
        let number = journal.rows.folders.get(record.parent).or_else(|| {
            let reference = record.parent.reference()?;
            self.only_in_table.get(&reference).copied()
        });
        let mut path = String::new();
        let standing = self.paths().append_at(number, record.name, row, &mut path);
        match standing {
            PathStanding::Known if !inside => (path, PathStanding::AcrossGap),
            standing => (path, standing),
        }
    }
}

/// The root's record is never another file's.
fn is_root(reference: FileReference, table: Option<&FileTable>) -> bool {
    reference.record() == ROOT_RECORD
        && (u64::from(reference.sequence()) == ROOT_RECORD
            || table.is_some_and(|table| table.state(ROOT_RECORD).sequence == reference.sequence()))
}
