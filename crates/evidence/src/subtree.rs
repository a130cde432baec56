//! A folder of a file system as a file system of its own: a drive inside a triage collection.

use crate::evidence_path::below;
use std::sync::Arc;

use crate::file_system::sort_key;
use crate::{
    Entry, EntryKind, Error, EvidenceFile, FileSystem, Result, VolumeIdentity, collector_names,
};

/// The folder `root` of another file system, with paths that begin at it.
pub struct Subtree {
    files: Arc<dyn FileSystem>,
    /// The folder, as the other file system spells it; empty for its own root.
    root: String,
    evidence: String,
    escaped: bool,
}

impl Subtree {
    /// The folder `root`, with the names as they stand there.
    #[must_use]
    pub fn new(files: Arc<dyn FileSystem>, root: &str) -> Self {
        let evidence = below(files.evidence(), root);
        Self {
            files,
            root: root.to_owned(),
            evidence,
            escaped: false,
        }
    }

    /// The folder `root`, written by a collector that escapes names (`Partition%254Diagnostic`
    /// for `Partition%4Diagnostic`); they are given as Windows had them.
    #[must_use]
    pub fn with_escaped_names(files: Arc<dyn FileSystem>, root: &str) -> Self {
        Self {
            escaped: true,
            ..Self::new(files, root)
        }
    }

    fn not_found(&self, path: &str, stream: Option<&str>) -> Error {
        Error::NotFound {
            evidence: self.evidence.clone(),
            path: stream.map_or_else(|| path.to_owned(), |name| format!("{path}:{name}")),
        }
    }

    /// An entry of the other file system as one of this.
    fn own(&self, entry: Entry) -> Entry {
        let below = entry
            .path
            .get(self.root.len()..)
            .unwrap_or_default()
            .trim_start_matches('/');
        let path = if self.escaped {
            let names: Vec<String> = below.split('/').map(unescaped).collect();
            names.join("/")
        } else {
            below.to_owned()
        };
        Entry { path, ..entry }
    }

    /// The entry at `path` as the other file system has it.
    fn locate(&self, path: &str) -> Result<Option<Entry>> {
        if !self.escaped || path.is_empty() {
            return self.files.entry(&below(&self.root, path));
        }
        let Some(mut here) = self.files.entry(&self.root)? else {
            return Ok(None);
        };
        for name in path.split('/') {
            if here.kind != EntryKind::Folder {
                return Ok(None);
            }
            let children = self.files.list(&here.path)?;
            let folded = name.to_lowercase();
            let found = children
                .iter()
                .find(|child| unescaped(child.name()) == name)
                .or_else(|| {
                    children
                        .iter()
                        .find(|child| unescaped(child.name()).to_lowercase() == folded)
                });
            let Some(found) = found else {
                return Ok(None);
            };
            here = found.clone();
        }
        Ok(Some(here))
    }
}

fn unescaped(name: &str) -> String {
    collector_names::unescape(name).unwrap_or_else(|| name.to_owned())
}

impl FileSystem for Subtree {
    fn kind(&self) -> &str {
        self.files.kind()
    }

    fn evidence(&self) -> &str {
        &self.evidence
    }

    fn entry(&self, path: &str) -> Result<Option<Entry>> {
        Ok(self.locate(path)?.map(|entry| self.own(entry)))
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>> {
        let Some(folder) = self.locate(path)? else {
            return Ok(Vec::new());
        };
        let entries = self.files.list(&folder.path)?;
        let mut entries: Vec<Entry> = entries.into_iter().map(|entry| self.own(entry)).collect();
        if self.escaped {
            entries.sort_by_cached_key(sort_key);
        }
        Ok(entries)
    }

    fn open(&self, path: &str, stream: Option<&str>) -> Result<EvidenceFile> {
        let entry = self
            .locate(path)?
            .ok_or_else(|| self.not_found(path, stream))?;
        let file = self.files.open_entry(&entry, stream)?;
        let shown = self.own(entry).path;
        let shown = stream.map_or_else(|| shown.clone(), |name| format!("{shown}:{name}"));
        Ok(EvidenceFile::new(&self.evidence, shown, file.bytes()))
    }

    fn open_entry(&self, entry: &Entry, stream: Option<&str>) -> Result<EvidenceFile> {
        if !entry.deleted {
            return self.open(&entry.path, stream);
        }
        let other = Entry {
            path: below(&self.root, &entry.path),
            ..entry.clone()
        };
        self.files.open_entry(&other, stream)
    }

    fn deleted(&self, visit: &mut dyn FnMut(Entry)) -> Result<()> {
        self.files.deleted(&mut |entry| {
            let inside = entry
                .path
                .strip_prefix(&self.root)
                .is_some_and(|below| self.root.is_empty() || below.starts_with('/'));
            if inside {
                visit(self.own(entry));
            }
        })
    }

    fn identity(&self) -> VolumeIdentity {
        // A folder is no volume; only the root of one is.
        if self.root.is_empty() {
            self.files.identity()
        } else {
            VolumeIdentity::default()
        }
    }

    fn notes(&self) -> Vec<String> {
        self.files.notes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_folder::TestFolder;
    use crate::{FolderFileSystem, read_all};

    fn folder(folder: &TestFolder) -> Arc<dyn FileSystem> {
        Arc::new(FolderFileSystem::new(folder.path()).unwrap())
    }

    #[test]
    fn paths_begin_at_the_folder_and_never_leave_it() {
        let on_disk = TestFolder::new();
        on_disk.write("out/C/Windows/x", b"x");
        on_disk.write("out/other", b"secret");
        let files = Subtree::new(folder(&on_disk), "out/C");
        assert_eq!(files.entry("windows/X").unwrap().unwrap().path, "Windows/x");
        assert_eq!(files.list("").unwrap()[0].path, "Windows");
        assert_eq!(files.entry("").unwrap().unwrap().path, "");
        let mut file = files.open("windows/x", None).unwrap();
        assert_eq!(file.path(), "Windows/x");
        assert!(file.evidence().ends_with("/out/C"), "{}", file.evidence());
        assert_eq!(read_all(&mut file, 10).unwrap(), b"x");
        for path in ["../other", "..", "Windows/../../other", "C"] {
            assert_eq!(files.entry(path).unwrap(), None, "{path}");
            assert!(files.open(path, None).is_err(), "{path}");
        }
    }

    #[test]
    fn escaped_names_are_given_as_windows_had_them() {
        let on_disk = TestFolder::new();
        on_disk.write(
            "C%3A/Logs/Microsoft-Windows-Partition%254Diagnostic.evtx",
            b"ElfFile",
        );
        let files = Subtree::with_escaped_names(folder(&on_disk), "C%3A");
        let path = "Logs/Microsoft-Windows-Partition%4Diagnostic.evtx";
        assert_eq!(files.list("logs").unwrap()[0].path, path);
        assert_eq!(files.open(&path.to_uppercase(), None).unwrap().path(), path);
        assert!(
            files
                .open("Logs/Microsoft-Windows-Partition%254Diagnostic.evtx", None)
                .is_err()
        );
    }

    #[test]
    fn odd_names_are_found_as_they_are_listed() {
        let on_disk = TestFolder::new();
        for name in [
            "台帳（写）.xlsx",
            "a b&c;d'e.txt",
            "%4D.evtx",
            "..a",
            "-x",
            "é",
            "%3A",
        ] {
            on_disk.write(&format!("x/{name}"), name.as_bytes());
        }
        for files in [
            Subtree::new(folder(&on_disk), "x"),
            Subtree::with_escaped_names(folder(&on_disk), "x"),
        ] {
            let entries = files.list("").unwrap();
            assert_eq!(entries.len(), 7);
            for entry in entries {
                let mut file = files.open(&entry.path, None).unwrap();
                let stored = String::from_utf8(read_all(&mut file, 1000).unwrap()).unwrap();
                assert!(
                    stored == entry.path || (stored == "%3A" && entry.path == ":"),
                    "{stored} {}",
                    entry.path
                );
            }
        }
    }
}
