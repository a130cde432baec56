//! One loose artifact file as a file system with one entry.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{DiskFile, Entry, Error, EvidenceFile, FileSystem, Result, folder, host_name};

/// A file on the examiner's machine that is given by itself: the only file of its volume.
#[derive(Debug, Clone)]
pub struct SingleFile {
    on_disk: PathBuf,
    evidence: String,
    name: String,
}

impl SingleFile {
    /// The file at `path`.
    ///
    /// # Errors
    /// When there is no such file, or it cannot be opened for reading.
    pub fn new(path: &Path) -> Result<Self> {
        let io = |source| Error::Io {
            path: path.to_owned(),
            source,
        };
        let metadata = std::fs::metadata(path).map_err(io)?;
        if !metadata.is_file() {
            return Err(Error::Unsupported {
                path: path.to_owned(),
                found: "something that is no file".to_owned(),
                expected: "a file",
            });
        }
        std::fs::File::open(path).map_err(io)?;
        Ok(Self {
            on_disk: path.to_owned(),
            evidence: path.display().to_string(),
            name: path
                .file_name()
                .map_or_else(|| path.display().to_string(), host_name::to_text),
        })
    }

    fn is_it(&self, path: &str) -> bool {
        path == self.name || path.to_lowercase() == self.name.to_lowercase()
    }

    fn file_entry(&self) -> Result<Entry> {
        let metadata = std::fs::metadata(&self.on_disk).map_err(|source| Error::Read {
            evidence: self.evidence.clone(),
            path: self.name.clone(),
            source,
        })?;
        Ok(folder::entry(self.name.clone(), &metadata))
    }
}

impl FileSystem for SingleFile {
    fn kind(&self) -> &str {
        "single file"
    }

    fn evidence(&self) -> &str {
        &self.evidence
    }

    fn entry(&self, path: &str) -> Result<Option<Entry>> {
        if path.is_empty() {
            Ok(Some(Entry::folder("")))
        } else if self.is_it(path) {
            self.file_entry().map(Some)
        } else {
            Ok(None)
        }
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>> {
        if path.is_empty() {
            Ok(vec![self.file_entry()?])
        } else {
            Ok(Vec::new())
        }
    }

    fn open(&self, path: &str, stream: Option<&str>) -> Result<EvidenceFile> {
        if !self.is_it(path) || stream.is_some() {
            return Err(Error::NotFound {
                evidence: self.evidence.clone(),
                path: stream.map_or_else(|| path.to_owned(), |name| format!("{path}:{name}")),
            });
        }
        DiskFile::open(&self.on_disk)
            .map(|file| EvidenceFile::new(&self.evidence, self.name.clone(), Arc::new(file)))
            .map_err(|source| Error::Read {
                evidence: self.evidence.clone(),
                path: self.name.clone(),
                source,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_folder::TestFolder;
    use crate::{Limits, read_all, walk};

    #[test]
    fn holds_only_its_file() {
        let folder = TestFolder::new();
        folder.write("NTUSER.DAT", b"regf");
        folder.write("other", b"");
        let files = SingleFile::new(&folder.path().join("NTUSER.DAT")).unwrap();
        let mut seen = Vec::new();
        walk(&files, &Limits::default(), &mut |entry| {
            seen.push((entry.path, entry.size))
        });
        assert_eq!(seen, [("NTUSER.DAT".to_owned(), 4)]);
        let mut file = files.open("ntuser.dat", None).unwrap();
        assert_eq!(read_all(&mut file, 10).unwrap(), b"regf");
        assert_eq!(files.entry("other").unwrap(), None);
        assert!(matches!(
            files.open("other", None),
            Err(Error::NotFound { .. })
        ));
        assert!(matches!(
            files.open("NTUSER.DAT", Some("s")),
            Err(Error::NotFound { .. })
        ));
    }

    #[test]
    fn a_folder_is_no_single_file() {
        let folder = TestFolder::new();
        assert!(matches!(
            SingleFile::new(folder.path()),
            Err(Error::Unsupported { .. })
        ));
    }
}
