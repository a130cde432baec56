//! The trait that everything above stands on: a file system.

use std::sync::Arc;

use crate::ntfs::FileTable;
use crate::time::RecordedTime;
use crate::{EvidenceFile, Guid, Result};

/// A file system on evidence, read-only.
///
/// Paths are relative to the root of the volume, with `/` between names and no leading `/`:
/// `Windows/System32/config/SYSTEM`. Names compare without case, as Windows compares them, but
/// an [`Entry`] carries the name in the case the evidence has it.
pub trait FileSystem: Send + Sync {
    /// What it is, for people: `folder`, `NTFS`, `FAT32`.
    fn kind(&self) -> &str;

    /// What it stands on, for messages: the path on the examiner's machine that was opened.
    fn evidence(&self) -> &str;

    /// The entry at `path`, or `None` when there is none. The root is the empty path.
    ///
    /// # Errors
    /// When the evidence cannot be read at that place.
    fn entry(&self, path: &str) -> Result<Option<Entry>>;

    /// What stands in the folder `path`, sorted by name without case, then by the name itself.
    /// Empty for a missing folder and for a file.
    ///
    /// # Errors
    /// When the evidence cannot be read at that place, or the folder holds more than can be
    /// sorted in bounded memory.
    fn list(&self, path: &str) -> Result<Vec<Entry>>;

    /// Opens the file at `path` (or the alternate stream of it) for reading.
    ///
    /// # Errors
    /// When there is no such file or stream, when it is no file, or when it cannot be read.
    fn open(&self, path: &str, stream: Option<&str>) -> Result<EvidenceFile>;

    /// Opens what `entry`, which this file system gave, stands for. This is how a deleted entry is
    /// opened: its path may be another file's by now.
    ///
    /// # Errors
    /// As [`FileSystem::open`]; and when nothing is left of a deleted file's content.
    fn open_entry(&self, entry: &Entry, stream: Option<&str>) -> Result<EvidenceFile> {
        self.open(&entry.path, stream)
    }

    /// Gives every deleted entry of which something is left to `visit`, in the order in which they
    /// stand on the volume. Their paths are as far as they can be followed; a part that is not
    /// known is `?`.
    ///
    /// # Errors
    /// When the evidence cannot be read at all.
    fn deleted(&self, visit: &mut dyn FnMut(Entry)) -> Result<()> {
        let _ = visit;
        Ok(())
    }

    /// The names of all its files with their references, where it is NTFS: what its change journal
    /// is held against.
    ///
    /// # Errors
    /// When the evidence cannot be read at all.
    fn file_table(&self) -> Result<Option<Arc<FileTable>>> {
        Ok(None)
    }

    /// What the volume says about itself.
    fn identity(&self) -> VolumeIdentity {
        VolumeIdentity::default()
    }

    /// What was damaged and had to be skipped so far, and what is not read, in sentences for
    /// people. Bounded in number.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What a volume says about itself: the names by which other evidence speaks of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VolumeIdentity {
    /// The volume serial number as Windows shows it; of NTFS the low half of the 64 bits.
    pub serial: Option<u32>,
    /// The volume serial number of 64 bits (NTFS).
    pub serial64: Option<u64>,
    /// The volume's label.
    pub label: Option<String>,
    /// The volume's own GUID (exFAT's volume GUID entry, the object id of NTFS's `$Volume`).
    pub guid: Option<Guid>,
    /// The version of the file system, as it writes it: `3.1`.
    pub version: Option<String>,
    /// Whether the volume was not taken off cleanly.
    pub dirty: Option<bool>,
    /// Bytes in a sector, as the file system counts them.
    pub sector_size: Option<u32>,
    /// Bytes in a cluster.
    pub cluster_size: Option<u32>,
    /// The length of the file system in bytes.
    pub size: Option<u64>,
}

/// One file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The path from the volume's root, as the evidence spells it.
    pub path: String,
    /// File, folder or link.
    pub kind: EntryKind,
    /// Size in bytes; 0 for what is no file.
    pub size: u64,
    /// The times the file system keeps for it. A triage folder's times are those of the copy
    /// that the collector made, so they are left out there.
    pub times: FileTimes,
    /// The times that NTFS keeps beside the name that the entry has (`$FILE_NAME`), as they were
    /// when the name was written. Empty in other file systems.
    pub name_times: FileTimes,
    /// Named alternate streams.
    pub streams: Vec<Stream>,
    /// The entry was deleted and is read from what is left of it.
    pub deleted: bool,
    /// Where its record stands on the volume: of NTFS the file reference (record number in the low
    /// 48 bits, sequence number in the high 16), of FAT and exFAT the byte offset of its directory
    /// entry on the volume. `None` where the file system has none.
    pub reference: Option<u64>,
}

impl Entry {
    /// A folder of which nothing but its path is known.
    pub(crate) fn folder(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            kind: EntryKind::Folder,
            size: 0,
            times: FileTimes::default(),
            name_times: FileTimes::default(),
            streams: Vec::new(),
            deleted: false,
            reference: None,
        }
    }

    /// With the times that stand beside its name.
    pub(crate) fn with_name_times(mut self, times: FileTimes) -> Self {
        self.name_times = times;
        self
    }

    /// The last name of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, junction or the like. It is listed and never followed: it could lead off
    /// the evidence, or round in a circle.
    Link,
    /// A device, pipe or socket of the examiner's machine. It is listed and never opened.
    Special,
}

impl EntryKind {
    /// Why what is of this kind is never opened; `None` of a file.
    pub(crate) const fn why_not_opened(self) -> Option<&'static str> {
        match self {
            Self::File => None,
            Self::Folder => Some("it is a folder"),
            Self::Link => Some("it is a link, which is never followed"),
            Self::Special => Some("it is a device, pipe or socket, which is never opened"),
        }
    }
}

/// The times of a file, as far as its file system keeps them: NTFS in UTC at 100 ns, FAT in local
/// time without a zone, exFAT in local time with its offset where it was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct FileTimes {
    /// Created.
    pub created: Option<RecordedTime>,
    /// Content last written.
    pub modified: Option<RecordedTime>,
    /// Last accessed.
    pub accessed: Option<RecordedTime>,
    /// Record last changed (NTFS only).
    pub changed: Option<RecordedTime>,
}

/// A named alternate stream of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// Its name, without the colon.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// Finds the entry with that name among `entries`: spelled exactly so, else without case.
#[must_use]
pub fn find_ignoring_case<'a>(entries: &'a [Entry], name: &str) -> Option<&'a Entry> {
    let folded = name.to_lowercase();
    entries
        .iter()
        .find(|entry| entry.name() == name)
        .or_else(|| {
            entries
                .iter()
                .find(|entry| entry.name().to_lowercase() == folded)
        })
}

/// The order in which [`FileSystem::list`] returns entries: by name without case, then by the
/// name itself, so that it is the same on every examiner's machine.
#[must_use]
pub fn sort_key(entry: &Entry) -> (String, String) {
    (entry.name().to_lowercase(), entry.name().to_owned())
}
