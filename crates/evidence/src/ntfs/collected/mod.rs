//! A file table alone, as a collector copied it: the files of a volume with their times and sizes,
//! deleted ones, too. Their contents were not collected, but for what stands in the records
//! themselves.

mod content;
mod name_lookup;
mod recognise;
mod records;
mod tree;

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::boot_sector::BootSector;
use super::deleted;
use super::entries;
use super::file::File;
use super::file_table::{FileTable, TableName};
use super::folder::MOST_NAMES;
use super::identity;
use super::notes::Notes;
use super::record_pieces::RecordPieces;
use super::volume_core::ROOT_RECORD;
use crate::evidence_path::below;
use crate::fields::widened;
use crate::{
    Entry, EntryKind, Error, EvidenceFile, FileSystem, FormatError, ReadAt, Result, VolumeIdentity,
    sort_key,
};
use content::NotThere;
use tree::{Place, Tree, UNKNOWN};

/// The file system of a volume of which the file table was collected.
pub struct CollectedFileTable {
    records: RecordPieces,
    count: u64,
    boot: Option<BootSector>,
    evidence: String,
    notes: Notes,
    tree: OnceLock<Tree>,
}

/// From so many names on, a folder's files are read on several threads.
const MANY: usize = 256;

const STRUCTURE: &str = "NTFS file table ($MFT)";

impl CollectedFileTable {
    /// Whether these bytes are a file table: one of its first records is what it has to be.
    #[must_use]
    pub fn is_one(bytes: &dyn ReadAt) -> bool {
        recognise::record_size(bytes).is_some()
    }

    /// Opens the file table whose bytes these are. `boot` is the boot sector of its volume, where
    /// that was collected, too; it tells the volume's serial number. `evidence` is what the table
    /// stands on, for messages.
    ///
    /// # Errors
    /// When none of its first records is one of a file table.
    pub fn open(
        bytes: Arc<dyn ReadAt>,
        boot: Option<BootSector>,
        evidence: &str,
    ) -> std::result::Result<Self, FormatError> {
        let size = recognise::record_size(bytes.as_ref())
            .ok_or_else(|| FormatError::malformed(STRUCTURE, 0, "its first records are damaged"))?;
        let notes = Notes::default();
        let over = bytes.size() % size;
        if over > 0 {
            notes.add(format!(
                "the file table ends inside a record; its last {over} bytes are not read"
            ));
        }
        Ok(Self {
            count: bytes.size() / size,
            records: RecordPieces::new(bytes, size),
            boot,
            evidence: evidence.to_owned(),
            notes,
            tree: OnceLock::new(),
        })
    }

    /// How many records the file table has.
    #[must_use]
    pub const fn record_count(&self) -> u64 {
        self.count
    }

    /// The whole table. Two threads that ask at the same time may both read it; no lock is held
    /// meanwhile.
    fn tree(&self) -> &Tree {
        if let Some(tree) = self.tree.get() {
            return tree;
        }
        let bytes = self.records.bytes();
        let size = self.records.record_size();
        let table = FileTable::read_records(bytes.as_ref(), size, self.count);
        let (damaged, first) = table.damaged();
        if damaged > 0 {
            let first: Vec<String> = first.iter().map(ToString::to_string).collect();
            self.notes.add(format!(
                "{damaged} records of the file table are damaged, first: {}",
                first.join("; ")
            ));
        }
        let tree = Tree::new(table);
        if !tree.lost.is_empty() {
            self.notes.add(format!(
                "files stand in {} folders that the file table does not know; they are listed \
                 below `{UNKNOWN}`, in folders that are called by their file references",
                tree.lost.len()
            ));
        }
        let twice = tree.shadowed();
        if twice > 0 {
            self.notes.add(format!(
                "{twice} folders have the name of another file in the same folder, as in a table that \
                 was copied while its machine ran; their file references stand behind their names"
            ));
        }
        self.tree.get_or_init(|| tree)
    }

    fn place(&self, path: &str) -> Result<Option<Place<'_>>> {
        let place = self.tree().resolve(path);
        place.map_err(|problem| self.unreadable(path, problem))
    }

    /// The entry of a name that is in the table.
    fn entry_of(&self, name: &TableName<'_>, path: String) -> Entry {
        match File::load(self, name.file.record()) {
            Ok(file) => {
                for problem in file.problems() {
                    self.notes.add(format!("`{path}`: {problem}"));
                }
                let times = entries::name_times(&file, name.parent, name.name.units());
                entries::of_file(path, &file).with_name_times(times)
            }
            Err(problem) => {
                self.notes.add(format!("`{path}`: {problem}"));
                Entry {
                    kind: EntryKind::Special,
                    reference: Some(name.file.0),
                    ..Entry::folder(path)
                }
            }
        }
    }

    fn root(&self) -> Entry {
        match File::load(self, ROOT_RECORD) {
            Ok(file) => {
                let own = file.names().next().map(|name| name.times);
                entries::of_file(String::new(), &file).with_name_times(own.unwrap_or_default())
            }
            Err(_) => Entry::folder(""),
        }
    }

    fn unreadable(&self, path: &str, problem: impl Into<String>) -> Error {
        Error::Read {
            evidence: self.evidence.clone(),
            path: path.to_owned(),
            source: std::io::Error::new(std::io::ErrorKind::InvalidData, problem.into()),
        }
    }

    fn open_file(&self, path: &str, file: &File, stream: Option<&str>) -> Result<EvidenceFile> {
        let same = |left: &str, right: &str| self.tree().lookup.same(left, right);
        let full = match stream.filter(|stream| !stream.is_empty()) {
            Some(stream) => format!("{path}:{stream}"),
            None => path.to_owned(),
        };
        match content::content(file, stream, &same) {
            Ok(bytes) => Ok(EvidenceFile::new(&self.evidence, full, Arc::new(bytes))),
            Err(NotThere::NoStream) => Err(Error::NotFound {
                evidence: self.evidence.clone(),
                path: full,
            }),
            Err(NotThere::Unreadable(problem)) => Err(self.unreadable(&full, problem)),
        }
    }
}

impl FileSystem for CollectedFileTable {
    fn kind(&self) -> &str {
        "NTFS file table"
    }

    fn evidence(&self) -> &str {
        &self.evidence
    }

    fn entry(&self, path: &str) -> Result<Option<Entry>> {
        Ok(self.place(path)?.map(|place| match place {
            Place::Root => self.root(),
            Place::Lost => Entry::folder(UNKNOWN),
            Place::Unknown(folder) => tree::unknown_folder(folder),
            Place::Name { name, path } => self.entry_of(&name, path),
        }))
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>> {
        let tree = self.tree();
        let Some(place) = self.place(path)? else {
            return Ok(Vec::new());
        };
        let mut own = Vec::new();
        let path = match &place {
            Place::Root => {
                if !tree.lost.is_empty() {
                    own.push(Entry::folder(UNKNOWN));
                }
                String::new()
            }
            Place::Lost => {
                own.extend(tree.lost.iter().map(|folder| tree::unknown_folder(*folder)));
                UNKNOWN.to_owned()
            }
            Place::Unknown(folder) => tree::unknown_path(*folder),
            // What stands behind a link does not stand in it.
            Place::Name { name, path } => {
                if self.entry_of(name, path.clone()).kind != EntryKind::Folder {
                    return Ok(own);
                }
                path.clone()
            }
        };
        let names = tree.names_in(&place);
        if names.len() > MOST_NAMES || own.len() > MOST_NAMES {
            return Err(Error::Limit {
                evidence: self.evidence.clone(),
                path,
                what: "the number of names in one folder",
                limit: widened(MOST_NAMES),
            });
        }
        let describe =
            |name: &TableName<'_>| self.entry_of(name, below(&path, &tree.text_of(name)));
        if names.len() < MANY {
            own.extend(names.iter().map(describe));
        } else {
            own.par_extend(names.par_iter().map(describe));
        }
        own.sort_by_cached_key(sort_key);
        Ok(own)
    }

    fn open(&self, path: &str, stream: Option<&str>) -> Result<EvidenceFile> {
        let (file, path) = match self.place(path)? {
            Some(Place::Name { name, path }) => {
                let file = entries::file_of(self, name.file);
                (
                    file.map_err(|no| self.unreadable(&path, no.to_string()))?,
                    path,
                )
            }
            Some(Place::Root | Place::Lost | Place::Unknown(_)) => {
                return Err(self.unreadable(path, "it is a folder"));
            }
            None => {
                return Err(Error::NotFound {
                    evidence: self.evidence.clone(),
                    path: path.to_owned(),
                });
            }
        };
        self.open_file(&path, &file, stream)
    }

    fn open_entry(&self, entry: &Entry, stream: Option<&str>) -> Result<EvidenceFile> {
        if entry.reference.is_none() {
            return self.open(&entry.path, stream);
        }
        let file = deleted::file_of_entry(self, entry)
            .map_err(|problem| self.unreadable(&entry.path, problem))?;
        self.open_file(&entry.path, &file, stream)
    }

    fn deleted(&self, visit: &mut dyn FnMut(Entry)) -> Result<()> {
        deleted::visit_records(&self.tree().table, self, visit);
        Ok(())
    }

    fn file_table(&self) -> Result<Option<Arc<FileTable>>> {
        Ok(Some(Arc::clone(&self.tree().table)))
    }

    fn identity(&self) -> VolumeIdentity {
        identity::of_records(self, self.boot.as_ref(), &self.notes)
    }

    fn notes(&self) -> Vec<String> {
        self.notes.list()
    }
}

#[cfg(test)]
mod tests;
