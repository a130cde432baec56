//! Where a result goes: standard output, or a file that appears whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What kept a result from being written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    /// Whoever reads standard output has had enough. Not a failure.
    #[error("standard output was closed")]
    Closed,
    /// Standard output cannot be written to.
    #[error("standard output: {0}")]
    Standard(io::Error),
    /// The file is there already.
    #[error("{}: is there already and is not replaced; give another name, or --force", .0.display())]
    Exists(PathBuf),
    /// The file would stand in the evidence.
    #[error(
        "{}: stands inside the evidence `{}`, which is never written to; give another place",
        file.display(), evidence.display()
    )]
    InEvidence {
        /// The file that was asked for.
        file: PathBuf,
        /// The evidence.
        evidence: PathBuf,
    },
    /// The file cannot be written.
    #[error("{}: cannot be written: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Where a result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Standard,
    File { path: PathBuf, force: bool },
}

impl Target {
    /// Refuses a file that is there already, or that would stand in the evidence, before any
    /// work is done for it.
    ///
    /// # Errors
    /// When the result could not be written there.
    pub(crate) fn check(&self, evidence: &[PathBuf]) -> Result<(), OutputError> {
        let Self::File { path, force } = self else {
            return Ok(());
        };
        if !force && path.symlink_metadata().is_ok() {
            return Err(OutputError::Exists(path.clone()));
        }
        let file_error = |source| OutputError::File {
            path: path.clone(),
            source,
        };
        let folder = folder_of(path).canonicalize().map_err(file_error)?;
        let place = path
            .file_name()
            .map(|name| folder.join(name))
            .unwrap_or_default();
        for own in evidence {
            let Ok(own_place) = own.canonicalize() else {
                continue;
            };
            let inside = own_place.is_dir() && folder.starts_with(&own_place);
            if inside || place == own_place {
                return Err(OutputError::InEvidence {
                    file: path.clone(),
                    evidence: own.clone(),
                });
            }
        }
        Ok(())
    }

    /// Lets `write` write the result; a file appears only when all of it is there.
    ///
    /// # Errors
    /// When it cannot be written; then no file appears and one that was there stays as it was.
    pub(crate) fn write(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), OutputError> {
        match self {
            Self::Standard => {
                let mut out = BufWriter::new(io::stdout().lock());
                write(&mut out).and_then(|()| out.flush()).map_err(|error| {
                    if error.kind() == io::ErrorKind::BrokenPipe {
                        OutputError::Closed
                    } else {
                        OutputError::Standard(error)
                    }
                })
            }
            Self::File { path, force } => {
                let temporary = Temporary::beside(path).map_err(|source| OutputError::File {
                    path: path.clone(),
                    source,
                })?;
                temporary.fill_and_publish(path, *force, write)
            }
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A file beside the wanted one, on the same file system; gone if it is not published.
struct Temporary {
    path: PathBuf,
    file: Option<File>,
}

impl Temporary {
    fn beside(path: &Path) -> io::Result<Self> {
        let name = path
            .file_name()
            .ok_or_else(|| io::Error::other("this is the name of a folder, not of a file"))?
            .to_string_lossy();
        let process = std::process::id();
        for attempt in 0..100 {
            let own = folder_of(path).join(format!(".{name}.{process}-{attempt}.partial"));
            match OpenOptions::new().write(true).create_new(true).open(&own) {
                Ok(file) => {
                    return Ok(Self {
                        path: own,
                        file: Some(file),
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other(
            "no name is free for a temporary file beside it",
        ))
    }

    fn fill_and_publish(
        mut self,
        path: &Path,
        force: bool,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), OutputError> {
        let file_error = |source| OutputError::File {
            path: path.to_owned(),
            source,
        };
        if let Some(file) = self.file.take() {
            let mut out = BufWriter::new(file);
            write(&mut out)
                .and_then(|()| out.flush())
                .map_err(file_error)?;
            out.get_ref().sync_all().map_err(file_error)?;
        }
        if force {
            return std::fs::rename(&self.path, path).map_err(file_error);
        }
        // A hard link never replaces a file, not even one that appeared just now.
        match std::fs::hard_link(&self.path, path) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(OutputError::Exists(path.to_owned()))
            }
            // File systems such as FAT have no hard links.
            Err(_) if path.symlink_metadata().is_ok() => Err(OutputError::Exists(path.to_owned())),
            Err(_) => std::fs::rename(&self.path, path).map_err(file_error),
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        self.file.take();
        // After a rename there is nothing to remove.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("kusari-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }
        fn names(&self) -> Vec<String> {
            let entries = std::fs::read_dir(&self.0).unwrap();
            let mut names: Vec<String> = entries
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn target(folder: &Folder, force: bool) -> Target {
        Target::File {
            path: folder.0.join("out.json"),
            force,
        }
    }

    #[test]
    fn a_file_appears_whole_and_is_never_replaced_unasked() {
        let folder = Folder::new("whole");
        target(&folder, false)
            .write(|out| out.write_all(b"first"))
            .unwrap();
        let again = target(&folder, false).write(|out| out.write_all(b"second"));
        assert!(matches!(again, Err(OutputError::Exists(_))));
        assert!(matches!(
            target(&folder, false).check(&[]),
            Err(OutputError::Exists(_))
        ));
        assert_eq!(std::fs::read(folder.0.join("out.json")).unwrap(), b"first");
        target(&folder, true)
            .write(|out| out.write_all(b"third"))
            .unwrap();
        assert_eq!(std::fs::read(folder.0.join("out.json")).unwrap(), b"third");
        assert_eq!(folder.names(), ["out.json"]);
    }

    #[test]
    fn nothing_appears_when_writing_fails() {
        let folder = Folder::new("fails");
        for force in [false, true] {
            let failed = target(&folder, force).write(|out| {
                out.write_all(b"half")?;
                Err(io::Error::other("no more"))
            });
            assert!(matches!(failed, Err(OutputError::File { .. })));
            assert!(folder.names().is_empty());
        }
    }

    #[test]
    fn evidence_is_never_written_to() {
        let folder = Folder::new("evidence");
        let inside = folder.0.join("C/Windows");
        std::fs::create_dir_all(&inside).unwrap();
        let out = Target::File {
            path: inside.join("out.json"),
            force: true,
        };
        let refused = out.check(std::slice::from_ref(&folder.0));
        assert!(matches!(refused, Err(OutputError::InEvidence { .. })));
        let file = folder.0.join("SYSTEM");
        std::fs::write(&file, b"regf").unwrap();
        let out = Target::File {
            path: file.clone(),
            force: true,
        };
        assert!(matches!(
            out.check(&[file]),
            Err(OutputError::InEvidence { .. })
        ));
    }

    #[test]
    fn a_folder_that_is_not_there_is_said_before_the_work() {
        let out = Target::File {
            path: "/no/such/folder/out.json".into(),
            force: false,
        };
        assert!(matches!(out.check(&[]), Err(OutputError::File { .. })));
    }
}
