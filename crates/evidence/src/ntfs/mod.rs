//! NTFS: files by path, alternate streams, compressed files, deleted entries; read-only.
//!
//! [`NtfsVolume`] is the file system. Below it everything is usable by itself: [`record`] reads a
//! file record wherever its bytes come from.
//!
//! Sources: libyal's "New Technologies File System (NTFS)" format document (libfsntfs), the
//! documentation of the Linux-NTFS project, MS-FSCC, MS Learn (FILE_RECORD_SEGMENT_HEADER,
//! MULTI_SECTOR_HEADER, WOF_EXTERNAL_INFO); the volumes of the corpus and of mkntfs.

pub mod record;

mod attribute;
mod attribute_list;
mod boot_sector;
mod chunks;
mod cluster_stream;
mod collected;
mod compressed;
mod deleted;
mod entries;
mod extents;
mod file;
mod file_name;
mod file_table;
mod fixups;
mod folder;
mod folder_cache;
mod folder_paths;
mod identity;
mod index;
mod index_slack;
mod mft;
mod name;
mod notes;
mod overlay;
mod paths;
mod record_pieces;
mod reference;
mod reparse;
mod runs;
mod standard_information;
mod streams;
mod upcase;
mod volume_core;

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod overlay_tests;
#[cfg(test)]
mod sleuthkit_tests;
#[cfg(test)]
mod test_volumes;
#[cfg(test)]
#[cfg(unix)]
mod volume_tests;

use crate::evidence_path::below;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use entries::Standing;
use folder_cache::FolderCache;
use volume_core::Core;

pub use attribute::{Attribute, AttributeFlags, AttributeType, Form, NonResident};
pub use attribute_list::{ListEntry, entries as attribute_list_entries};
pub use boot_sector::{BootSector, is_one};
pub use collected::CollectedFileTable;
pub use file_name::{FileName, Namespace};
pub use file_table::{FileTable, TableName};
pub use index_slack::{SlackName, SlackPlace};
pub use name::Name;
pub use record::{FileRecord, RecordError};
pub use reference::{FileReference, sequence_when_freed};
pub use reparse::{ReparsePoint, ReparseTag};
pub use runs::{Run, decode as decode_runs};
pub use standard_information::{FileFlags, StandardInformation};

use crate::{
    Entry, Error, EvidenceFile, FileSystem, FormatError, ReadAt, Result, VolumeIdentity, sort_key,
};

/// An NTFS volume.
pub struct NtfsVolume {
    core: Core,
    folders: FolderCache,
    table: OnceLock<Arc<FileTable>>,
}

/// From so many names on, a folder's files are read on several threads.
const MANY: usize = 256;

impl NtfsVolume {
    /// Opens the volume that these bytes are. `evidence` is what it stands on, for messages.
    ///
    /// # Errors
    /// When the boot sector and its backup, or the first record of the file table and its mirror,
    /// are damaged.
    pub fn open(volume: Arc<dyn ReadAt>, evidence: &str) -> std::result::Result<Self, FormatError> {
        Ok(Self {
            core: Core::open(volume, evidence)?,
            folders: FolderCache::default(),
            table: OnceLock::new(),
        })
    }

    /// The boot sector.
    #[must_use]
    pub const fn boot_sector(&self) -> &BootSector {
        &self.core.boot
    }

    /// How many records the file table has.
    #[must_use]
    pub const fn record_count(&self) -> u64 {
        self.core.mft.count()
    }

    /// The record with that number, in use or not.
    ///
    /// # Errors
    /// When nothing was ever written there, or it is damaged.
    pub fn record(&self, number: u64) -> std::result::Result<FileRecord<'static>, RecordError> {
        self.core.mft.record(number)
    }

    /// All records, in order. They are read in pieces, so this is much faster than one by one.
    pub fn records(
        &self,
    ) -> impl Iterator<Item = std::result::Result<FileRecord<'static>, RecordError>> + '_ {
        (0..self.record_count()).map(|number| self.record(number))
    }

    /// The names of all files, deleted ones, too. Read once, when it is asked for first.
    ///
    /// Two threads that ask at the same time may both read it; no lock is held meanwhile.
    ///
    /// # Errors
    /// None today; damage is in the table.
    pub fn file_table(&self) -> Result<Arc<FileTable>> {
        if let Some(table) = self.table.get() {
            return Ok(Arc::clone(table));
        }
        let mft = &self.core.mft;
        let bytes = mft.bytes();
        let table = FileTable::read_records(bytes.as_ref(), mft.record_size(), mft.count());
        let (count, first) = table.damaged();
        if count > 0 {
            let first: Vec<String> = first.iter().map(ToString::to_string).collect();
            self.core.notes.add(format!(
                "{count} records of the file table are damaged, first: {}",
                first.join("; ")
            ));
        }
        Ok(Arc::clone(self.table.get_or_init(|| Arc::new(table))))
    }

    fn unreadable(&self, path: &str, problem: impl Into<String>) -> Error {
        Error::Read {
            evidence: self.core.evidence.clone(),
            path: path.to_owned(),
            source: std::io::Error::new(std::io::ErrorKind::InvalidData, problem.into()),
        }
    }

    fn entries_of(
        &self,
        at: &paths::Resolved,
        names: &[index::IndexedName],
    ) -> Vec<(Standing, Entry)> {
        let describe = |name: &index::IndexedName| {
            let path = below(&at.path, &name.to_text());
            entries::of_indexed(&self.core, at.reference, &path, name)
        };
        if names.len() < MANY {
            names.iter().map(describe).collect()
        } else {
            names.par_iter().map(describe).collect()
        }
    }

    /// What stands in a folder, in any order.
    fn entries_in(
        &self,
        at: &paths::Resolved,
        folder: &folder::Folder,
        mut found: folder::Found,
    ) -> std::result::Result<Vec<Entry>, String> {
        found.names.retain(|name| self.is_listed(&at.path, name));
        // Neighbours in the file table are read together.
        found.names.sort_by_key(|name| name.reference.record());
        let described = self.entries_of(at, &found.names);
        let asked = found.names.iter().zip(&described);
        let mut wrong = asked.filter(|(_, (standing, _))| *standing != Standing::Confirmed);
        let Some(damage) = wrong.next().map(|(name, _)| paths::unconfirmed(name)) else {
            return Ok(described.into_iter().map(|(_, entry)| entry).collect());
        };
        // The index may be damaged where nothing else shows it: the names that it hides are found
        // through the file table, and what it says wrongly is left out.
        let known = found.names.iter().zip(&described);
        let known = known.filter(|(_, (standing, _))| *standing == Standing::Confirmed);
        let known: Vec<_> = known.map(|(name, _)| name.clone()).collect();
        let mut more = self.names_of_table(folder, &known)?;
        more.retain(|name| self.is_listed(&at.path, name));
        self.note_completed(at, Some(&damage), more.len());
        let more = self.entries_of(at, &more);
        let found_again: HashSet<String> = more.iter().map(|(_, e)| e.path.clone()).collect();
        let kept = described
            .into_iter()
            .filter(|(standing, entry)| match standing {
                Standing::Confirmed => true,
                Standing::Unknown | Standing::Gone => !found_again.contains(&entry.path),
                Standing::Contradicted => false,
            });
        Ok(kept.chain(more).map(|(_, entry)| entry).collect())
    }

    /// Whether a name of a folder's index is listed: not the short name beside a long one, and
    /// not the root's entry for itself.
    fn is_listed(&self, path: &str, name: &index::IndexedName) -> bool {
        if name.namespace.is_short_only() {
            return false;
        }
        let dots = matches!(name.units.as_slice(), [0x2E] | [0x2E, 0x2E]);
        if dots && name.reference.record() != volume_core::ROOT_RECORD {
            self.core.notes.add(format!(
                "`/{path}`: a file named `{}` is left out, no path can name it",
                name.to_text()
            ));
        }
        !dots
    }
}

impl FileSystem for NtfsVolume {
    fn kind(&self) -> &str {
        "NTFS"
    }

    fn evidence(&self) -> &str {
        &self.core.evidence
    }

    fn entry(&self, path: &str) -> Result<Option<Entry>> {
        let unreadable = |problem: String| self.unreadable(path, problem);
        match self.resolve(path).map_err(unreadable)? {
            Some(at) => self.describe(at).map(Some).map_err(unreadable),
            None => Ok(None),
        }
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>> {
        let unreadable = |problem: String| self.unreadable(path, problem);
        let Some(at) = self.resolve(path).map_err(unreadable)? else {
            return Ok(Vec::new());
        };
        let Some(folder) = self.folder(&at).map_err(unreadable)? else {
            return Ok(Vec::new());
        };
        let found = folder.names(self.core.upcase());
        let found = self.completed(&at, &folder, found).map_err(unreadable)?;
        if found.too_many || found.names.len() > folder::MOST_NAMES {
            return Err(Error::Limit {
                evidence: self.core.evidence.clone(),
                path: at.path,
                what: "the number of names in one folder",
                limit: crate::fields::widened(folder::MOST_NAMES),
            });
        }
        let mut entries = self.entries_in(&at, &folder, found).map_err(unreadable)?;
        entries.sort_by_cached_key(sort_key);
        Ok(entries)
    }

    fn open(&self, path: &str, stream: Option<&str>) -> Result<EvidenceFile> {
        let (path, file) = self.file_at(path)?;
        self.open_stream(&path, &file, stream)
    }

    fn open_entry(&self, entry: &Entry, stream: Option<&str>) -> Result<EvidenceFile> {
        if entry.reference.is_none() {
            return self.open(&entry.path, stream);
        }
        let file = deleted::file_of_entry(&self.core, entry)
            .map_err(|problem| self.unreadable(&entry.path, problem))?;
        self.open_stream(&entry.path, &file, stream)
    }

    fn deleted(&self, visit: &mut dyn FnMut(Entry)) -> Result<()> {
        let table = self.file_table()?;
        deleted::visit_records(&table, &self.core, visit);
        self.visit_slack(&table, visit);
        Ok(())
    }

    fn file_table(&self) -> Result<Option<Arc<FileTable>>> {
        Self::file_table(self).map(Some)
    }

    fn identity(&self) -> VolumeIdentity {
        identity::read(&self.core)
    }

    fn notes(&self) -> Vec<String> {
        self.core.notes.list()
    }
}

impl NtfsVolume {
    /// Where bytes of a stream are stored, as ranges of the stream, in order. What lies between
    /// them reads as zeros: of a sparse stream such as the change journal's `$J`, that is most.
    ///
    /// # Errors
    /// As [`FileSystem::open`].
    pub fn data_ranges(&self, path: &str, stream: Option<&str>) -> Result<Vec<Range<u64>>> {
        let (path, file) = self.file_at(path)?;
        self.stream_ranges(&path, &file, stream)
    }
}

/// Records for tests elsewhere.
#[cfg(test)]
pub(crate) mod testing {
    use super::{AttributeType, FileReference, file_name, record};

    pub(crate) use super::record::tests::record;

    /// A name in a folder whose sequence number is its record's number.
    pub(crate) fn name(folder: u16, name: &str) -> Vec<u8> {
        let folder = FileReference::new(u64::from(folder), folder);
        let value = file_name::tests::value(folder, name, 3, 0);
        record::tests::resident(AttributeType::FILE_NAME, "", &value)
    }
}
