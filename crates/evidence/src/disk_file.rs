//! Files on the examiner's machine, read in place.
//!
//! A large image has more parts than an operating system lets a program keep open: a terabyte in
//! segments of 640 MB has 1,600, and 1,024 or 256 are common limits. So only the files that were
//! read last are open; another one is opened again when it is read.

use std::collections::VecDeque;
use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::SystemTime;

use crate::ReadAt;

/// How many files are open at a time.
const MOST_OPEN: usize = 128;

/// The files that are open, those that were opened last at the end.
static OPEN: Mutex<VecDeque<Weak<Handle>>> = Mutex::new(VecDeque::new());

/// A file on the examiner's machine, opened for reading.
pub struct DiskFile {
    path: PathBuf,
    size: u64,
    written: Option<SystemTime>,
    handle: Arc<Handle>,
}

/// The open file, or none while it is closed.
#[derive(Default)]
struct Handle(Mutex<Option<Arc<File>>>);

impl Handle {
    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Arc<File>>> {
        // What stands there is whole at any moment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps `file` open in `handle` and closes those that were opened longest ago. Whoever reads one
/// of these goes on to the end of that read.
fn keep_open(handle: &Arc<Handle>, file: &Arc<File>) {
    *handle.slot() = Some(Arc::clone(file));
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.push_back(Arc::downgrade(handle));
    while open.len() > MOST_OPEN {
        let oldest = open.pop_front().and_then(|oldest| oldest.upgrade());
        if let Some(oldest) = oldest.filter(|oldest| !Arc::ptr_eq(oldest, handle)) {
            oldest.slot().take();
        }
    }
}

impl DiskFile {
    /// Opens the file at `path`. Its size is taken now; what is written behind it later is not
    /// seen.
    ///
    /// # Errors
    /// When the operating system refuses it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let opened = Self {
            // Another working folder later must not lead to another file.
            path: std::path::absolute(path)?,
            size: metadata.len(),
            written: metadata.modified().ok(),
            handle: Arc::default(),
        };
        keep_open(&opened.handle, &Arc::new(file));
        Ok(opened)
    }

    /// The open file; opened again when it was closed meanwhile.
    fn file(&self) -> io::Result<Arc<File>> {
        if let Some(file) = self.handle.slot().as_ref() {
            return Ok(Arc::clone(file));
        }
        let file = File::open(&self.path)?;
        if !self.is_same(&file.metadata()?) {
            return Err(io::Error::other(format!(
                "{} was changed while it was read",
                self.path.display()
            )));
        }
        let file = Arc::new(file);
        keep_open(&self.handle, &file);
        Ok(file)
    }

    fn is_same(&self, now: &Metadata) -> bool {
        now.len() == self.size && now.modified().ok() == self.written
    }
}

impl ReadAt for DiskFile {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.size.saturating_sub(offset);
        let wanted = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted) else {
            return Ok(0);
        };
        let file = self.file()?;
        #[cfg(unix)]
        let count = std::os::unix::fs::FileExt::read_at(file.as_ref(), buffer, offset);
        #[cfg(windows)]
        let count = std::os::windows::fs::FileExt::seek_read(file.as_ref(), buffer, offset);
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_vec_at;
    use crate::test_folder::TestFolder;

    #[test]
    fn more_files_are_read_than_may_be_open() {
        let folder = TestFolder::new();
        let files: Vec<DiskFile> = (0..MOST_OPEN * 3)
            .map(|number| {
                let name = format!("disk.{number:03}");
                folder.write(&name, name.as_bytes());
                DiskFile::open(&folder.path().join(name)).unwrap()
            })
            .collect();
        let open = || {
            let open = files.iter().filter(|file| file.handle.slot().is_some());
            open.count()
        };
        assert!(open() <= MOST_OPEN);
        for _ in 0..2 {
            for (number, file) in files.iter().enumerate() {
                let name = format!("disk.{number:03}");
                assert_eq!(read_vec_at(file, 0, 100).unwrap(), name.as_bytes());
            }
            assert!(open() <= MOST_OPEN);
        }
        std::thread::scope(|scope| {
            for first in 0..4 {
                let files = &files;
                scope.spawn(move || {
                    for file in files.iter().skip(first).step_by(3) {
                        assert_eq!(read_vec_at(file, 0, 5).unwrap(), b"disk.");
                    }
                });
            }
        });
    }

    #[test]
    fn a_file_that_was_changed_meanwhile_is_not_read_on() {
        let folder = TestFolder::new();
        folder.write("disk.raw", b"before");
        let file = DiskFile::open(&folder.path().join("disk.raw")).unwrap();
        assert_eq!(read_vec_at(&file, 0, 10).unwrap(), b"before");
        file.handle.slot().take();
        folder.write("disk.raw", b"and after");
        let error = read_vec_at(&file, 0, 10).unwrap_err();
        assert!(error.to_string().contains("was changed"), "{error}");
        std::fs::remove_file(folder.path().join("disk.raw")).unwrap();
        assert!(read_vec_at(&file, 0, 10).is_err());
    }
}
