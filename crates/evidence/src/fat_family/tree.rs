//! Paths on a volume: folders looked up by name, with those read last kept in memory.

use std::io;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

use super::folder::{Folder, FolderPlace, Record};
use super::kept_folders::Kept;
use super::notes::Notes;
use super::open_error::refused;
use super::slots::SLOT;
use crate::{Entry, EntryKind, Error, EvidenceFile, ReadAt, sort_key};

/// How many slots of folders may be read in all: four times as many as the clusters have, within
/// these bounds (4 GiB and 256 GiB of them). No sound volume comes near it, whatever is asked of it;
/// folders that lead to the same clusters could otherwise be read without end.
const TIMES_READ: u64 = 4;
const MOST_READ: RangeInclusive<u64> = 128 << 20..=8 << 30;

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

    /// How many bytes of clusters there are.
    fn clusters_size(&self) -> u64;

    /// What a person should know.
    fn notes(&self) -> &Notes;
}

/// A volume with its paths.
pub(crate) struct Tree<V> {
    pub(crate) volume: V,
    evidence: String,
    kept: Mutex<Kept>,
    /// How many slots may be read in all.
    most_read: u64,
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
        let slots = volume.clusters_size() / u64::try_from(SLOT).unwrap_or(u64::MAX);
        let most_read = slots.saturating_mul(TIMES_READ);
        Self {
            most_read: most_read.clamp(*MOST_READ.start(), *MOST_READ.end()),
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
            Found::Root => Entry::folder(""),
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
            if kept.read >= self.most_read {
                return Err(self.read_too_often(path));
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

    fn read_too_often(&self, path: &str) -> Error {
        let limit = self.most_read;
        self.volume.notes().add(format!(
            "not all folders were read: {limit} slots of folders are the limit, many of which were \
             read again and again"
        ));
        Error::Limit {
            evidence: self.evidence.clone(),
            path: path.to_owned(),
            what: "the number of slots of folders that were read, many of them again and again,",
            limit,
        }
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    const fn place(first: u32, length: u64) -> FolderPlace {
        FolderPlace {
            first,
            contiguous: true,
            length: Some(length),
        }
    }

    /// A volume whose root holds folders that share their first cluster, each longer than the one
    /// before. Nothing can be taken from the slots in them.
    #[derive(Default)]
    struct Shared {
        notes: Notes,
        read: AtomicU64,
    }

    const FOLDERS: u64 = 1_000;
    const SLOTS: u64 = 8 << 20;

    impl Volume for Shared {
        fn root(&self) -> FolderPlace {
            place(2, 0)
        }

        fn folder(&self, at: FolderPlace) -> io::Result<Folder> {
            if at == self.root() {
                let folder = |length: u64| Record {
                    name: length.to_string(),
                    aliases: Vec::new(),
                    kind: EntryKind::Folder,
                    size: length,
                    valid: length,
                    times: crate::FileTimes::default(),
                    first: 3,
                    contiguous: true,
                    deleted: false,
                    at: length,
                    untrusted: None,
                };
                let mut root = Folder::default();
                root.live = (1..=FOLDERS).map(folder).collect();
                return Ok(root);
            }
            self.read.fetch_add(SLOTS, Ordering::Relaxed);
            let mut empty = Folder::default();
            empty.slots = SLOTS;
            Ok(empty)
        }

        fn fold(&self, name: &str) -> String {
            name.to_owned()
        }

        fn record_at(&self, _: u64, _: bool) -> io::Result<Record> {
            Err(io::ErrorKind::NotFound.into())
        }

        fn content(&self, _: &Record) -> io::Result<Arc<dyn ReadAt>> {
            Err(io::ErrorKind::NotFound.into())
        }

        fn deleted_folder(&self, _: &Record, _: u32) -> Result<Folder, String> {
            Err("none".to_owned())
        }

        fn clusters_size(&self) -> u64 {
            1 << 20
        }

        fn notes(&self) -> &Notes {
            &self.notes
        }
    }

    #[test]
    fn folders_that_share_their_clusters_are_not_read_without_end() {
        let tree = Tree::new(Shared::default(), "test");
        let lists = (1..=FOLDERS).map(|folder| tree.list(&folder.to_string()));
        let (read, refused): (Vec<_>, Vec<_>) = lists.partition(Result::is_ok);
        assert!(!read.is_empty() && !refused.is_empty());
        assert!(tree.volume.read.load(Ordering::Relaxed) <= MOST_READ.start() + SLOTS);
        let error = refused[0].as_ref().unwrap_err().to_string();
        assert!(error.contains("again and again"), "{error}");
        assert_eq!(tree.volume.notes.all().len(), 1);
    }
}
