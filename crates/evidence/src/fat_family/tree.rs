//! Paths on a volume: folders looked up by name, with those read last kept in memory.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::folder::{Folder, FolderPlace, Record};
use super::notes::Notes;
use super::open_error::refused;
use crate::{Entry, EntryKind, Error, EvidenceFile, FileTimes, ReadAt, sort_key};

/// How many records the kept folders may hold together (the last one is kept whatever it holds).
const MOST_KEPT: usize = 200_000;

/// How many records may be read in all; so many that no sound volume comes near it, whatever is
/// asked of it. Folders that lead to the same clusters could otherwise be read without end.
const MOST_READ: usize = 200_000_000;

/// The most entries of a folder that are given.
pub(crate) const MOST_OF_A_FOLDER: usize = 2_000_000;

/// The most bytes that the paths of one folder's entries may take.
const MOST_OF_PATHS: usize = 512 << 20;

/// What a format must know for its volumes to be walked.
pub(crate) trait Volume: Send + Sync {
    /// Where the root folder lies.
    fn root(&self) -> FolderPlace;

    /// Reads a folder.
    ///
    /// # Errors
    /// When nothing of it can be read.
    fn folder(&self, place: FolderPlace) -> io::Result<Folder>;

    /// A name in the form in which names are compared.
    fn fold(&self, name: &str) -> String;

    /// The record whose directory entry stands at that byte of the volume.
    ///
    /// # Errors
    /// When it cannot be read, or no such entry stands there.
    fn record_at(&self, at: u64, deleted: bool) -> io::Result<Record>;

    /// The bytes of a file.
    ///
    /// # Errors
    /// When it cannot be told where they are.
    fn content(&self, record: &Record) -> io::Result<Arc<dyn ReadAt>>;

    /// What a deleted folder held, all of it as deleted. `parent` is the first cluster of the
    /// folder that it stood in, 0 for the root folder.
    ///
    /// # Errors
    /// When its clusters hold something else now; says what.
    fn deleted_folder(&self, record: &Record, parent: u32) -> Result<Folder, String>;

    /// What a person should know.
    fn notes(&self) -> &Notes;
}

/// A volume with its paths.
pub(crate) struct Tree<V> {
    pub(crate) volume: V,
    evidence: String,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    folders: HashMap<FolderPlace, (Arc<Folder>, u64)>,
    clock: u64,
    records: usize,
    /// Records that were read so far, those of folders that are not kept any more included.
    read: usize,
}

/// What stands at a path.
enum Found {
    /// The root folder.
    Root,
    /// An entry in the folder of that path.
    In(String, Record),
    /// The path of a folder that is one of those which it stands in.
    Inside(String, Record),
}

impl<V: Volume> Tree<V> {
    pub(crate) fn new(volume: V, evidence: &str) -> Self {
        Self {
            volume,
            evidence: evidence.to_owned(),
            kept: Mutex::default(),
        }
    }

    pub(crate) fn evidence(&self) -> &str {
        &self.evidence
    }

    pub(crate) fn entry(&self, path: &str) -> crate::Result<Option<Entry>> {
        Ok(self.locate(path)?.map(|found| match found {
            Found::Root => root_entry(),
            Found::In(folder, record) | Found::Inside(folder, record) => record.entry(&folder),
        }))
    }

    pub(crate) fn list(&self, path: &str) -> crate::Result<Vec<Entry>> {
        let (path, place) = match self.locate(path)? {
            None => return Ok(Vec::new()),
            Some(Found::Root) => (String::new(), self.volume.root()),
            Some(Found::In(folder, record)) => {
                let path = record.entry(&folder).path;
                match place_of(&record).map_err(|source| self.read_error(&path, source))? {
                    Some(place) => (path, place),
                    None => return Ok(Vec::new()),
                }
            }
            Some(Found::Inside(folder, record)) => {
                return Err(self.inside_itself(&record.entry(&folder).path));
            }
        };
        let folder = self.folder(place, &path)?;
        if folder.too_many {
            return Err(Error::Limit {
                evidence: self.evidence.clone(),
                path,
                what: "the number of entries in this folder",
                limit: 2_000_000,
            });
        }
        if path.len().saturating_mul(folder.live.len()) > MOST_OF_PATHS {
            return Err(Error::Limit {
                evidence: self.evidence.clone(),
                path: String::new(),
                what: "the length of the paths in one folder",
                limit: 512 << 20,
            });
        }
        let mut entries: Vec<Entry> = folder
            .live
            .iter()
            .map(|record| record.entry(&path))
            .collect();
        entries.sort_by_cached_key(sort_key);
        Ok(entries)
    }

    pub(crate) fn open(&self, path: &str, stream: Option<&str>) -> crate::Result<EvidenceFile> {
        match self.locate(path)? {
            None => Err(self.not_found(path.to_owned())),
            Some(Found::Root) => Err(self.read_error(path, refused("it is a folder"))),
            Some(Found::In(folder, record) | Found::Inside(folder, record)) => {
                self.open_record(record.entry(&folder).path, &record, stream)
            }
        }
    }

    pub(crate) fn open_entry(
        &self,
        entry: &Entry,
        stream: Option<&str>,
    ) -> crate::Result<EvidenceFile> {
        let Some(at) = entry.reference else {
            return self.open(&entry.path, stream);
        };
        let record = self
            .volume
            .record_at(at, entry.deleted)
            .map_err(|source| self.read_error(&entry.path, source))?;
        if record.kind != entry.kind
            || (record.size != entry.size && record.kind == EntryKind::File)
        {
            return Err(self.not_found(entry.path.clone()));
        }
        self.open_record(entry.path.clone(), &record, stream)
    }

    fn open_record(
        &self,
        path: String,
        record: &Record,
        stream: Option<&str>,
    ) -> crate::Result<EvidenceFile> {
        if let Some(stream) = stream {
            // Neither format has alternate streams.
            return Err(self.not_found(format!("{path}:{stream}")));
        }
        if record.kind != EntryKind::File {
            return Err(self.read_error(&path, refused("it is a folder")));
        }
        match self.volume.content(record) {
            Ok(bytes) => Ok(EvidenceFile::new(&self.evidence, path, bytes)),
            Err(source) => Err(self.read_error(&path, source)),
        }
    }

    /// What stands at `path`. A folder that stands inside itself is not entered a second time.
    fn locate(&self, path: &str) -> crate::Result<Option<Found>> {
        if path.is_empty() {
            return Ok(Some(Found::Root));
        }
        let mut place = self.volume.root();
        let mut above = vec![place.first];
        let mut so_far = String::new();
        let mut names = path.split('/').peekable();
        while let Some(name) = names.next() {
            let folder = self.folder(place, &so_far)?;
            let fold = |name: &str| self.volume.fold(name);
            let Some(record) = folder.find(name, &fold) else {
                return Ok(None);
            };
            let is_above = record.kind == EntryKind::Folder && above.contains(&record.first);
            if names.peek().is_none() {
                let record = record.clone();
                return Ok(Some(if is_above {
                    Found::Inside(so_far, record)
                } else {
                    Found::In(so_far, record)
                }));
            }
            so_far = record.entry(&so_far).path;
            if is_above {
                return Err(self.inside_itself(&so_far));
            }
            place = match place_of(record).map_err(|source| self.read_error(&so_far, source))? {
                Some(next) => next,
                None => return Ok(None),
            };
            above.push(place.first);
        }
        Ok(None)
    }

    pub(crate) fn folder(&self, place: FolderPlace, path: &str) -> crate::Result<Arc<Folder>> {
        // A thread that panicked left whole folders behind.
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut kept = lock();
            if let Some(folder) = kept.get(place) {
                return Ok(folder);
            }
            if kept.read > MOST_READ {
                return Err(Error::Limit {
                    evidence: self.evidence.clone(),
                    path: path.to_owned(),
                    what: "the number of directory entries that were read, many of them again and again,",
                    limit: 200_000_000,
                });
            }
        }
        let folder = self
            .volume
            .folder(place)
            .map_err(|source| self.read_error(path, source))?;
        let folder = Arc::new(folder);
        lock().put(place, Arc::clone(&folder));
        Ok(folder)
    }

    pub(crate) fn read_error(&self, path: &str, source: io::Error) -> Error {
        Error::Read {
            evidence: self.evidence.clone(),
            path: path.to_owned(),
            source,
        }
    }

    fn inside_itself(&self, path: &str) -> Error {
        self.read_error(path, refused("this folder stands inside itself"))
    }

    fn not_found(&self, path: String) -> Error {
        Error::NotFound {
            evidence: self.evidence.clone(),
            path,
        }
    }
}

/// Where the slots of that folder lie; `None` for a file and for a folder without any.
pub(crate) fn place_of(record: &Record) -> io::Result<Option<FolderPlace>> {
    if record.kind != EntryKind::Folder {
        return Ok(None);
    }
    if let Some(reason) = record.untrusted {
        return Err(refused(reason));
    }
    // A folder without a cluster is empty in exFAT, and damaged in FAT, where it would be the
    // root folder of the older variants.
    Ok((record.first != 0).then_some(FolderPlace {
        first: record.first,
        contiguous: record.contiguous,
        length: (record.size > 0).then_some(record.size),
    }))
}

impl Kept {
    fn get(&mut self, place: FolderPlace) -> Option<Arc<Folder>> {
        self.clock = self.clock.saturating_add(1);
        let clock = self.clock;
        let (folder, used) = self.folders.get_mut(&place)?;
        *used = clock;
        Some(Arc::clone(folder))
    }

    fn put(&mut self, place: FolderPlace, folder: Arc<Folder>) {
        self.read = self.read.saturating_add(weight(&folder));
        self.records = self.records.saturating_add(weight(&folder));
        if self.records > MOST_KEPT {
            self.drop_older_half();
        }
        self.clock = self.clock.saturating_add(1);
        if let Some((twice, _)) = self.folders.insert(place, (folder, self.clock)) {
            self.records = self.records.saturating_sub(weight(&twice));
        }
    }

    /// Makes room, as all kept folders are looked at for it, for many at a time: a volume may
    /// have hundreds of thousands of empty folders.
    fn drop_older_half(&mut self) {
        let mut by_use: Vec<(u64, FolderPlace)> = self
            .folders
            .iter()
            .map(|(place, (_, used))| (*used, *place))
            .collect();
        by_use.sort_unstable_by_key(|(used, _)| *used);
        for (_, place) in by_use {
            if self.records <= MOST_KEPT / 2 {
                break;
            }
            if let Some((gone, _)) = self.folders.remove(&place) {
                self.records = self.records.saturating_sub(weight(&gone));
            }
        }
    }
}

/// How many records a folder counts as: one for itself, so that empty ones are bounded, too.
fn weight(folder: &Folder) -> usize {
    let records = folder.live.len().saturating_add(folder.deleted.len());
    records.saturating_add(1)
}

fn root_entry() -> Entry {
    Entry {
        path: String::new(),
        kind: EntryKind::Folder,
        size: 0,
        times: FileTimes::default(),
        streams: Vec::new(),
        deleted: false,
        reference: None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn hundreds_of_thousands_of_empty_folders_are_kept_in_bounds_and_time() {
        let place = |first| FolderPlace {
            first,
            contiguous: false,
            length: None,
        };
        let mut kept = Kept::default();
        let start = Instant::now();
        for first in 0..500_000 {
            kept.put(place(first), Arc::new(Folder::default()));
            assert!(kept.records <= MOST_KEPT + 1);
        }
        // Each folder that is added may not look at all that are kept.
        assert!(start.elapsed() < Duration::from_secs(60));
        assert_eq!(kept.records, kept.folders.len());
        assert!(kept.get(place(499_999)).is_some() && kept.get(place(0)).is_none());
    }
}
