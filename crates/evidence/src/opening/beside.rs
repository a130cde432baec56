//! The files that stand beside a container: in a folder on the examiner's disk, or in one on
//! evidence.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::container::Beside;
use crate::{DiskFile, EntryKind, FileSystem, ReadAt, find_ignoring_case, host_name};

/// Whether a text is the name of a file and cannot lead anywhere else.
fn is_plain(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', '\0'])
}

/// A folder on the examiner's disk.
pub(super) struct DiskFolder<'a>(pub(super) &'a Path);

impl Beside for DiskFolder<'_> {
    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(self.0)? {
            names.push(host_name::to_text(&entry?.file_name()));
        }
        names.sort();
        Ok(names)
    }

    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn ReadAt>>> {
        if !is_plain(name) {
            return Ok(None);
        }
        let exact = self.0.join(name);
        let path = if exact.is_file() {
            Some(exact)
        } else {
            let folded = name.to_lowercase();
            let names = self.names()?;
            names
                .into_iter()
                .find(|other| other.to_lowercase() == folded)
                .map(|other| self.0.join(other))
                .filter(|path| path.is_file())
        };
        path.map(|path| Ok(Arc::new(DiskFile::open(&path)?) as Arc<dyn ReadAt>))
            .transpose()
    }
}

/// A folder on evidence.
pub(super) struct EvidenceFolder<'a> {
    pub(super) files: &'a dyn FileSystem,
    pub(super) path: &'a str,
}

impl Beside for EvidenceFolder<'_> {
    fn names(&self) -> io::Result<Vec<String>> {
        let entries = self.files.list(self.path).map_err(io::Error::other)?;
        let files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
        Ok(files.map(|entry| entry.name().to_owned()).collect())
    }

    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn ReadAt>>> {
        if !is_plain(name) {
            return Ok(None);
        }
        let entries = self.files.list(self.path).map_err(io::Error::other)?;
        let Some(entry) = find_ignoring_case(&entries, name) else {
            return Ok(None);
        };
        let file = self.files.open_entry(entry, None);
        Ok(Some(file.map_err(io::Error::other)?.bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FolderFileSystem;
    use crate::test_folder::TestFolder;

    #[test]
    fn only_the_files_of_the_folder_itself() {
        let folder = TestFolder::new();
        folder.write("in/disk.E02", b"two");
        folder.write("out", b"secret");
        let here = folder.path().join("in");
        let files = FolderFileSystem::new(folder.path()).unwrap();
        let on_disk = DiskFolder(&here);
        let on_evidence = EvidenceFolder {
            files: &files,
            path: "in",
        };
        for beside in [&on_disk as &dyn Beside, &on_evidence] {
            assert_eq!(beside.names().unwrap(), ["disk.E02"]);
            assert_eq!(beside.open("DISK.e02").unwrap().unwrap().size(), 3);
            for name in ["", "..", "../out", "..\\out", "/etc/passwd", "x"] {
                assert!(beside.open(name).unwrap().is_none(), "{name}");
            }
        }
    }
}
