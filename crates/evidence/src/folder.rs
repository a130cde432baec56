//! A folder on the examiner's machine as a file system.

use crate::evidence_path::below;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::file_system::sort_key;
use crate::{DiskFile, Entry, EntryKind, Error, EvidenceFile, FileSystem, Result, host_name};

/// The most entries of one folder: sorting them takes memory.
const MOST_ENTRIES_OF_A_FOLDER: usize = 2_000_000;

/// A folder that stands for a volume: a triage collection's drive, a mounted volume, or loose
/// files. Read-only. Links inside it are listed and never followed.
#[derive(Debug, Clone)]
pub struct FolderFileSystem {
    root: PathBuf,
    evidence: String,
}

impl FolderFileSystem {
    /// The folder `root`, with the names as they stand there.
    ///
    /// # Errors
    /// When there is no such folder, or it cannot be read.
    pub fn new(root: &Path) -> Result<Self> {
        std::fs::read_dir(root).map_err(|source| Error::Io {
            path: root.to_owned(),
            source,
        })?;
        Ok(Self {
            root: root.to_owned(),
            evidence: root.display().to_string(),
        })
    }

    fn read_error(&self, path: &str, source: std::io::Error) -> Error {
        Error::Read {
            evidence: self.evidence.clone(),
            path: path.to_owned(),
            source,
        }
    }

    /// What stands in the folder `on_disk`, which is `path` on the evidence, sorted, each with
    /// its place on the disk.
    fn children(&self, on_disk: &Path, path: &str) -> Result<Vec<(Entry, PathBuf)>> {
        let read = |source| self.read_error(path, source);
        let mut children = Vec::new();
        for child in std::fs::read_dir(on_disk).map_err(read)? {
            let child = child.map_err(read)?;
            if children.len() == MOST_ENTRIES_OF_A_FOLDER {
                return Err(Error::Limit {
                    evidence: self.evidence.clone(),
                    path: path.to_owned(),
                    what: "the number of entries in this folder",
                    limit: 2_000_000,
                });
            }
            let name = host_name::to_text(&child.file_name());
            let entry = match child.metadata() {
                Ok(metadata) => entry(below(path, &name), &metadata),
                // What vanished or cannot be asked is still said to stand there.
                Err(_) => Entry {
                    kind: EntryKind::Special,
                    ..Entry::folder(below(path, &name))
                },
            };
            children.push((entry, child.path()));
        }
        children.sort_by_cached_key(|(entry, _)| sort_key(entry));
        Ok(children)
    }

    /// Where `path` stands on the examiner's disk, without following a link on the way.
    fn locate(&self, path: &str) -> Result<Option<(Entry, PathBuf)>> {
        let mut here = (Entry::folder(String::new()), self.root.clone());
        if path.is_empty() {
            return Ok(Some(here));
        }
        for name in path.split('/') {
            if here.0.kind != EntryKind::Folder {
                return Ok(None);
            }
            let Some(next) = self.child(&here, name)? else {
                return Ok(None);
            };
            here = next;
        }
        Ok(Some(here))
    }

    fn child(&self, folder: &(Entry, PathBuf), name: &str) -> Result<Option<(Entry, PathBuf)>> {
        if matches!(name, "" | "." | "..") || name.contains('\0') {
            return Ok(None);
        }
        let (parent, on_disk) = folder;
        // Where the host minds case, a name that is there as asked for needs no search.
        if cfg!(target_os = "linux") {
            let exact = on_disk.join(name);
            if let Ok(metadata) = std::fs::symlink_metadata(&exact) {
                return Ok(Some((entry(below(&parent.path, name), &metadata), exact)));
            }
        }
        let mut children = self.children(on_disk, &parent.path)?;
        let folded = name.to_lowercase();
        let found = children
            .iter()
            .position(|(entry, _)| entry.name() == name)
            .or_else(|| {
                children
                    .iter()
                    .position(|(entry, _)| entry.name().to_lowercase() == folded)
            });
        Ok(found.map(|index| children.swap_remove(index)))
    }
}

impl FileSystem for FolderFileSystem {
    fn kind(&self) -> &str {
        "folder"
    }

    fn evidence(&self) -> &str {
        &self.evidence
    }

    fn entry(&self, path: &str) -> Result<Option<Entry>> {
        Ok(self.locate(path)?.map(|(entry, _)| entry))
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>> {
        match self.locate(path)? {
            Some((folder, on_disk)) if folder.kind == EntryKind::Folder => {
                let children = self.children(&on_disk, &folder.path)?;
                Ok(children.into_iter().map(|(entry, _)| entry).collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    fn open(&self, path: &str, stream: Option<&str>) -> Result<EvidenceFile> {
        let not_found = |path| Error::NotFound {
            evidence: self.evidence.clone(),
            path,
        };
        let (entry, on_disk) = self
            .locate(path)?
            .ok_or_else(|| not_found(path.to_owned()))?;
        if let Some(stream) = stream {
            // A folder on the examiner's disk keeps no alternate streams.
            return Err(not_found(format!("{path}:{stream}")));
        }
        if let Some(reason) = entry.kind.why_not_opened() {
            return Err(self.read_error(path, std::io::Error::other(reason)));
        }
        DiskFile::open(&on_disk)
            .map(|file| EvidenceFile::new(&self.evidence, entry.path, Arc::new(file)))
            .map_err(|source| self.read_error(path, source))
    }
}

/// An entry without times: those on the examiner's disk are the copy's, not the evidence's.
pub(crate) fn entry(path: String, metadata: &Metadata) -> Entry {
    let kind = if metadata.is_symlink() {
        EntryKind::Link
    } else if metadata.is_dir() {
        EntryKind::Folder
    } else if metadata.is_file() {
        EntryKind::File
    } else {
        EntryKind::Special
    };
    Entry {
        kind,
        size: if kind == EntryKind::File {
            metadata.len()
        } else {
            0
        },
        ..Entry::folder(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_all;
    use crate::test_folder::TestFolder;

    fn names(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(Entry::name).collect()
    }

    #[test]
    fn finds_without_case_and_spells_as_the_evidence_does() {
        let folder = TestFolder::new();
        folder.write("Windows/System32/Config/SYSTEM", b"regf");
        let files = FolderFileSystem::new(folder.path()).unwrap();
        let entry = files
            .entry("WINDOWS/system32/config/system")
            .unwrap()
            .unwrap();
        assert_eq!(entry.path, "Windows/System32/Config/SYSTEM");
        assert_eq!((entry.kind, entry.size), (EntryKind::File, 4));
        let mut file = files.open("windows/SYSTEM32/config/System", None).unwrap();
        assert_eq!(file.path(), "Windows/System32/Config/SYSTEM");
        assert_eq!(read_all(&mut file, 100).unwrap(), b"regf");
        assert_eq!(names(&files.list("windows/system32").unwrap()), ["Config"]);
        assert_eq!(files.entry("").unwrap().unwrap().kind, EntryKind::Folder);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn names_that_differ_in_case_only_are_both_reached() {
        let folder = TestFolder::new();
        folder.write("a.txt", b"lower");
        folder.write("A.TXT", b"upper");
        let files = FolderFileSystem::new(folder.path()).unwrap();
        assert_eq!(names(&files.list("").unwrap()), ["A.TXT", "a.txt"]);
        for (name, expected) in [
            ("a.txt", b"lower"),
            ("A.TXT", b"upper"),
            ("A.txt", b"upper"),
        ] {
            let mut file = files.open(name, None).unwrap();
            assert_eq!(read_all(&mut file, 100).unwrap(), expected, "{name}");
        }
    }

    #[test]
    fn what_is_not_there_is_nothing_and_never_leads_out() {
        let folder = TestFolder::new();
        folder.write("inside/file", b"x");
        let files = FolderFileSystem::new(&folder.path().join("inside")).unwrap();
        let outside = folder.path().join("inside/file").display().to_string();
        for path in [
            "..",
            "../inside/file",
            "./file",
            "file/..",
            "file/x",
            "/file",
            "file/",
            "a\0b",
            &outside,
        ] {
            assert_eq!(files.entry(path).unwrap(), None, "{path}");
            assert!(files.list(path).unwrap().is_empty(), "{path}");
            assert!(
                matches!(files.open(path, None), Err(Error::NotFound { .. })),
                "{path}"
            );
        }
        assert!(matches!(
            files.open("file", Some("Zone.Identifier")),
            Err(Error::NotFound { path, .. }) if path == "file:Zone.Identifier"
        ));
        assert!(files.open("", None).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn links_and_special_files_are_listed_and_not_followed() {
        let folder = TestFolder::new();
        folder.write("secret", b"outside");
        folder.write("drive/real", b"inside");
        let drive = folder.path().join("drive");
        let link = |to: &str, name: &str| {
            std::os::unix::fs::symlink(to, drive.join(name)).unwrap();
        };
        link("../secret", "to-file");
        link("..", "up");
        link(".", "loop");
        link("nowhere", "broken");
        let _socket = std::os::unix::net::UnixListener::bind(drive.join("socket")).unwrap();

        let files = FolderFileSystem::new(&drive).unwrap();
        let kinds: Vec<_> = files
            .list("")
            .unwrap()
            .iter()
            .map(|entry| (entry.name().to_owned(), entry.kind))
            .collect();
        let expected = [
            ("broken", EntryKind::Link),
            ("loop", EntryKind::Link),
            ("real", EntryKind::File),
            ("socket", EntryKind::Special),
            ("to-file", EntryKind::Link),
            ("up", EntryKind::Link),
        ];
        assert_eq!(kinds, expected.map(|(name, kind)| (name.to_owned(), kind)));
        for path in ["to-file", "broken", "up", "loop", "socket"] {
            assert!(
                matches!(files.open(path, None), Err(Error::Read { .. })),
                "{path}"
            );
        }
        for path in ["up/secret", "loop/real", "UP/secret", "Loop/real"] {
            assert!(
                matches!(files.open(path, None), Err(Error::NotFound { .. })),
                "{path}"
            );
        }
        let mut count = 0;
        let summary = crate::walk(&files, &crate::Limits::default(), &mut |_| count += 1);
        assert_eq!((count, summary.notes.len()), (6, 0));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn names_that_are_no_text_are_reached() {
        use std::os::unix::ffi::OsStrExt;
        let folder = TestFolder::new();
        let name = std::ffi::OsStr::from_bytes(b"\x91\xfe\x92.log");
        std::fs::write(folder.path().join(name), b"x").unwrap();
        let files = FolderFileSystem::new(folder.path()).unwrap();
        let entry = files.list("").unwrap().remove(0);
        assert_eq!(entry.path, r"\x91\xFE\x92.log");
        assert_eq!(files.open(&entry.path, None).unwrap().size(), 1);
    }
}
