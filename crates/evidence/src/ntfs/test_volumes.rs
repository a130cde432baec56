//! Volumes for tests: made by mkntfs, filled through ntfscp or a mount of ntfs-3g, and changed by
//! hand where Windows does what these programs do not.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kusari_fixtures::tools;

use super::NtfsVolume;
use super::boot_sector::BootSector;
use super::fixups;
use crate::test_folder::TestFolder;
use crate::{DiskFile, Entry, EntryKind, Limits, ReadAt, walk};

/// A volume in a file.
pub(crate) struct TestVolume {
    folder: TestFolder,
}

impl TestVolume {
    /// Formats a volume of so many bytes; `None` where mkntfs is not installed.
    pub(crate) fn format(size: u64, options: &[&str]) -> Option<Self> {
        let volume = Self {
            folder: TestFolder::new(),
        };
        let file = std::fs::File::create(volume.path()).unwrap();
        file.set_len(size).unwrap();
        let path = volume.path();
        let mut arguments = vec!["-F", "-Q", "-q"];
        arguments.extend(options);
        arguments.push(path.to_str().unwrap());
        tools::output("mkntfs", &arguments)?;
        Some(volume)
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("volume.raw")
    }

    /// Copies bytes to a path (and stream) of the volume with ntfscp.
    pub(crate) fn copy_in(&self, to: &str, stream: Option<&str>, bytes: &[u8]) {
        self.folder.write("source", bytes);
        let source = self.folder.path().join("source");
        let path = self.path();
        let mut arguments = vec!["-f", "-q"];
        if let Some(stream) = stream {
            arguments.extend(["-N", stream]);
        }
        let (path, source) = (path.to_str().unwrap(), source.to_str().unwrap());
        arguments.extend([path, source, to]);
        tools::output("ntfscp", &arguments).expect("ntfscp comes with mkntfs");
    }

    /// Mounts the volume, fills it and unmounts it; `None` (said as a skip) where that does not
    /// work.
    pub(crate) fn fill(&self, options: &str, fill: impl FnOnce(&Path)) -> Option<()> {
        let mount = self.folder.path().join("mount");
        std::fs::create_dir_all(&mount).unwrap();
        let (volume, at) = (self.path(), mount.to_str().unwrap().to_owned());
        let mounted = tools::run("ntfs-3g", &["-o", options, volume.to_str().unwrap(), &at])?;
        if !mounted.status.success() {
            let said = "skipped: ntfs-3g cannot mount here\n";
            let _ = std::io::stderr().write_all(said.as_bytes());
            return None;
        }
        let filled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| fill(&mount)));
        let unmounted = tools::run("umount", &[&at])?;
        assert!(unmounted.status.success(), "{unmounted:?}");
        if let Err(panic) = filled {
            std::panic::resume_unwind(panic);
        }
        Some(())
    }

    pub(crate) fn open(&self) -> NtfsVolume {
        open_file(&self.path())
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }

    pub(crate) fn set_bytes(&self, bytes: &[u8]) {
        std::fs::write(self.path(), bytes).unwrap();
    }
}

pub(crate) fn open_file(path: &Path) -> NtfsVolume {
    let bytes: Arc<dyn ReadAt> = Arc::new(DiskFile::open(path).unwrap());
    NtfsVolume::open(bytes, path.to_str().unwrap()).unwrap()
}

pub(crate) fn open_bytes(bytes: Vec<u8>) -> NtfsVolume {
    NtfsVolume::open(Arc::new(bytes), "memory").unwrap()
}

/// Everything on a volume; what could not be seen is a failure.
pub(crate) fn all_entries(volume: &NtfsVolume) -> Vec<Entry> {
    let mut entries = Vec::new();
    let summary = walk(volume, &Limits::default(), &mut |entry| entries.push(entry));
    assert_eq!(summary.notes, Vec::<String>::new());
    entries
}

/// The content of a file.
pub(crate) fn content(volume: &NtfsVolume, entry: &Entry, stream: Option<&str>) -> Vec<u8> {
    use crate::FileSystem;
    let mut file = volume.open_entry(entry, stream).unwrap();
    crate::read_all(&mut file, 64 << 20).unwrap()
}

pub(crate) fn is_file(entry: &Entry) -> bool {
    entry.kind == EntryKind::File
}

/// Where a record stands in the bytes of a small volume, whose file table is in one piece.
pub(crate) fn record_offset(bytes: &[u8], number: u64) -> usize {
    let boot = BootSector::parse(bytes, 0).unwrap();
    let at = boot.mft_cluster * u64::from(boot.cluster_size) + number * u64::from(boot.record_size);
    let at = usize::try_from(at).unwrap();
    assert_eq!(&bytes[at..at + 4], b"FILE", "record {number}");
    at
}

/// Changes a record, with its update sequence taken away before and put back behind.
pub(crate) fn change_record(bytes: &mut [u8], number: u64, change: impl FnOnce(&mut [u8])) {
    let size = BootSector::parse(bytes, 0).unwrap().record_size;
    let at = record_offset(bytes, number);
    let record = &mut bytes[at..at + usize::try_from(size).unwrap()];
    let array = usize::from(u16::from_le_bytes([record[4], record[5]]));
    let sequence = u16::from_le_bytes([record[array], record[array + 1]]);
    fixups::apply(record).unwrap();
    change(record);
    fixups::tests::protect(record, array, sequence);
}

/// Deletes a file as Windows does: its record is marked as free and its sequence number counted
/// up; everything else in it stays. (ntfs-3g takes the names out of the record, too.)
pub(crate) fn delete_record(bytes: &mut [u8], number: u64) {
    change_record(bytes, number, |record| {
        let sequence = u16::from_le_bytes([record[16], record[17]]) + 1;
        record[16..18].copy_from_slice(&sequence.to_le_bytes());
        record[22] &= !1;
    });
}
