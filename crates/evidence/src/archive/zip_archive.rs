//! A zip archive as a file system.
//!
//! The directory is read by the `zip` crate; the content of a member is read at any place, as
//! [`super::deflated`] does, so that a disk image in an archive need not be unpacked.
//!
//! The times of members are those of the copy that the collector made, and are left out, as those
//! of a folder on the examiner's disk are.
//!
//! Source: PKWARE's APPNOTE 6.3.10 (UTF-8 flag). Zips that Windows makes in Japan have their names
//! in CP932 without saying so.

use crate::evidence_path::below;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use zip::{CompressionMethod, ZipArchive as Reader};

use super::deflated::Deflated;
use crate::file_system::sort_key;
use crate::{
    Entry, EntryKind, Error, EvidenceFile, FileSystem, FormatError, ReadAt, Result, Window,
    find_ignoring_case,
};

/// The most members of an archive; their names take memory.
const MOST_MEMBERS: usize = 5_000_000;

/// The most folders inside each other that a member's name may say.
const DEEPEST: usize = 256;

/// The most notes.
const MOST_NOTES: usize = 50;

/// A zip archive, read-only.
pub struct ZipArchive {
    bytes: Arc<dyn ReadAt>,
    evidence: String,
    reader: Mutex<Reader<EvidenceFile>>,
    /// What stands in each folder, sorted as it is listed.
    folders: BTreeMap<String, Vec<Member>>,
    notes: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
struct Member {
    entry: Entry,
    /// Its number in the archive's directory; none for a folder that only other names imply.
    index: Option<usize>,
}

impl ZipArchive {
    /// Reads the directory of an archive.
    ///
    /// # Errors
    /// When there is no directory at its end (the archive was cut off), or it cannot be read.
    pub fn open(bytes: Arc<dyn ReadAt>, evidence: &str) -> std::result::Result<Self, FormatError> {
        let file = EvidenceFile::new(evidence, "", Arc::clone(&bytes));
        let reader = Reader::new(file).map_err(|error| {
            FormatError::malformed(
                "zip archive",
                0,
                format!("its directory cannot be read: {error}; was the archive copied whole?"),
            )
        })?;
        if reader.len() > MOST_MEMBERS {
            return Err(FormatError::Unsupported(format!(
                "a zip archive of {} members; {MOST_MEMBERS} are the limit",
                reader.len()
            )));
        }
        let notes = Arc::default();
        let mut tree = Tree::default();
        for index in 0..reader.len() {
            match reader.by_index_data(index) {
                Ok(member) => tree.add(index, &Described::new(&member), &notes),
                Err(error) => note(&notes, format!("member {index}: {error}")),
            }
        }
        if reader.has_duplicate_names() {
            let text = "several members have the same name; the last of each is read";
            note(&notes, text.to_owned());
        }
        let mut folders = tree.folders;
        for members in folders.values_mut() {
            members.sort_by_cached_key(|member| sort_key(&member.entry));
        }
        Ok(Self {
            bytes,
            evidence: evidence.to_owned(),
            reader: Mutex::new(reader),
            folders,
            notes,
        })
    }

    fn locate(&self, path: &str) -> Option<Member> {
        let mut here = Member {
            entry: Entry::folder(String::new()),
            index: None,
        };
        if path.is_empty() {
            return Some(here);
        }
        for name in path.split('/') {
            let members = self.folders.get(&here.entry.path)?;
            // Sorted without case, so only those of that name are looked at.
            let folded = name.to_lowercase();
            let from = members.partition_point(|m| m.entry.name().to_lowercase() < folded);
            let same: Vec<Entry> = members
                .iter()
                .skip(from)
                .take_while(|member| member.entry.name().to_lowercase() == folded)
                .map(|member| member.entry.clone())
                .collect();
            let found = find_ignoring_case(&same, name)?;
            here = members
                .iter()
                .skip(from)
                .find(|member| member.entry.path == found.path)?
                .clone();
        }
        Some(here)
    }

    fn read_error(&self, path: &str, source: std::io::Error) -> Error {
        Error::Read {
            evidence: self.evidence.clone(),
            path: path.to_owned(),
            source,
        }
    }

    /// The bytes of the member with that number.
    fn member(&self, path: &str, index: usize) -> std::io::Result<Arc<dyn ReadAt>> {
        let invalid = |error: zip::result::ZipError| std::io::Error::other(error.to_string());
        let (method, start, packed, size, crc32) = {
            // Whoever panicked left the reader whole: it keeps no state between members.
            let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
            let member = reader.by_index_raw(index).map_err(invalid)?;
            if member.encrypted() {
                return Err(std::io::Error::other(
                    "it is encrypted; unpack the archive with its password and give the folder",
                ));
            }
            let start = member.data_start();
            let start = start.ok_or_else(|| std::io::Error::other("it has no local header"))?;
            (
                member.compression(),
                start,
                member.compressed_size(),
                member.size(),
                member.crc32(),
            )
        };
        let packed = Window::new(Arc::clone(&self.bytes), start, packed);
        match method {
            CompressionMethod::Stored => Ok(Arc::new(packed)),
            CompressionMethod::DEFLATE => {
                let (notes, path) = (Arc::clone(&self.notes), path.to_owned());
                let wrong = move || {
                    note(
                        &notes,
                        format!("`{path}`: its CRC-32 does not fit; it was changed or damaged"),
                    );
                };
                let packed: Arc<dyn ReadAt> = Arc::new(packed);
                Ok(Arc::new(Deflated::new(
                    packed,
                    size,
                    crc32,
                    Box::new(wrong),
                )))
            }
            other => Err(std::io::Error::other(format!(
                "it is compressed by {other}; stored and deflated members are read, so unpack the \
                 archive and give the folder"
            ))),
        }
    }
}

fn note(notes: &Mutex<Vec<String>>, text: String) {
    let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
    match notes.len() {
        0..MOST_NOTES => notes.push(text),
        MOST_NOTES => notes.push("more such notes were left out".to_owned()),
        _ => {}
    }
}

/// What the directory says of a member.
struct Described {
    name: String,
    is_folder: bool,
    is_link: bool,
    size: u64,
}

impl Described {
    fn new(member: &zip::read::ZipFileEntry<'_>) -> Self {
        Self {
            name: decoded(member.name_raw()),
            is_folder: member.is_dir(),
            is_link: member.is_symlink(),
            size: member.size(),
        }
    }
}

/// A name as text: UTF-8 where it is that (with or without the flag), else CP932, in which bytes
/// that mean nothing become `U+FFFD`.
fn decoded(name: &[u8]) -> String {
    match std::str::from_utf8(name) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::SHIFT_JIS
            .decode_without_bom_handling(name)
            .0
            .into_owned(),
    }
}

#[derive(Default)]
struct Tree {
    folders: BTreeMap<String, Vec<Member>>,
    known: std::collections::HashSet<String>,
}

impl Tree {
    fn add(&mut self, index: usize, member: &Described, notes: &Mutex<Vec<String>>) {
        // Some collectors write the separator of Windows, which the format forbids.
        let name = member.name.replace('\\', "/");
        let names: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
        if names.iter().any(|part| matches!(*part, "." | "..")) || names.len() > DEEPEST {
            note(
                notes,
                format!("`{name}`: not a path inside the archive; left out"),
            );
            return;
        }
        let Some((last, folders)) = names.split_last() else {
            return;
        };
        let mut here = String::new();
        for folder in folders {
            here = self.folder(&here, folder);
        }
        if member.is_folder {
            self.folder(&here, last);
            return;
        }
        let path = below(&here, last);
        if !self.known.insert(path.clone()) {
            note(
                notes,
                format!("`{path}` stands there twice; the first is read"),
            );
            return;
        }
        let entry = Entry {
            kind: if member.is_link {
                EntryKind::Link
            } else {
                EntryKind::File
            },
            size: member.size,
            ..Entry::folder(path)
        };
        self.folders.entry(here).or_default().push(Member {
            entry,
            index: Some(index),
        });
    }

    /// The folder `name` in `parent`, made when it is not there.
    fn folder(&mut self, parent: &str, name: &str) -> String {
        let path = below(parent, name);
        if self.known.insert(path.clone()) {
            self.folders
                .entry(parent.to_owned())
                .or_default()
                .push(Member {
                    entry: Entry::folder(path.clone()),
                    index: None,
                });
        }
        path
    }
}

impl FileSystem for ZipArchive {
    fn kind(&self) -> &str {
        "zip"
    }

    fn evidence(&self) -> &str {
        &self.evidence
    }

    fn entry(&self, path: &str) -> Result<Option<Entry>> {
        Ok(self.locate(path).map(|member| member.entry))
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>> {
        let folder = self.locate(path).map(|member| member.entry.path);
        let members = folder.and_then(|folder| self.folders.get(&folder));
        Ok(members
            .into_iter()
            .flatten()
            .map(|member| member.entry.clone())
            .collect())
    }

    fn open(&self, path: &str, stream: Option<&str>) -> Result<EvidenceFile> {
        let not_found = |path| Error::NotFound {
            evidence: self.evidence.clone(),
            path,
        };
        if let Some(stream) = stream {
            return Err(not_found(format!("{path}:{stream}")));
        }
        let member = self
            .locate(path)
            .ok_or_else(|| not_found(path.to_owned()))?;
        let index = member
            .index
            .filter(|_| member.entry.kind == EntryKind::File)
            .ok_or_else(|| {
                let reason = "it is a folder or a link, which is never followed";
                self.read_error(path, std::io::Error::other(reason))
            })?;
        let bytes = self
            .member(&member.entry.path, index)
            .map_err(|source| self.read_error(path, source))?;
        Ok(EvidenceFile::new(&self.evidence, member.entry.path, bytes))
    }

    fn notes(&self) -> Vec<String> {
        self.notes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests;
