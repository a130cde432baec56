//! The two traits that everything above stands on: a file system, and a file on it.

use std::io::{Read, Seek};

use crate::Result;
use crate::time::Timestamp;

/// An open file on evidence. `Read + Seek` over its bytes, whatever they lie in.
pub trait EvidenceFile: Read + Seek + Send {
    /// What it stands on, for messages: the path on the examiner's machine that was opened.
    fn evidence(&self) -> &str;

    /// Its path on the evidence (with `:stream` behind it for an alternate stream), for messages.
    fn path(&self) -> &str;

    /// The size of the file in bytes.
    fn size(&self) -> u64;
}

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
    fn open(&self, path: &str, stream: Option<&str>) -> Result<Box<dyn EvidenceFile>>;
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
    /// Named alternate streams.
    pub streams: Vec<Stream>,
    /// The entry was deleted and is read from what is left of it.
    pub deleted: bool,
}

impl Entry {
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

/// The times of a file, as far as its file system keeps them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileTimes {
    /// Created.
    pub created: Option<Timestamp>,
    /// Content last written.
    pub modified: Option<Timestamp>,
    /// Last accessed.
    pub accessed: Option<Timestamp>,
    /// Record last changed (NTFS only).
    pub changed: Option<Timestamp>,
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
