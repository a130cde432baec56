//! Evidence that was opened: its volumes, and the disks that they stand on.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Layer, LockedVolume};
use crate::container::StoredHash;
use crate::partition::PartitionTable;
use crate::time::Timestamp;
use crate::{FileSystem, Guid, ReadAt};

/// What an investigator has of one machine or stick, opened for reading.
pub struct Evidence {
    /// Where it stands on the examiner's machine, as it was given.
    pub path: PathBuf,
    /// The name under which outputs cite it: the last part of its path. Not unique among several
    /// pieces of evidence.
    pub id: String,
    /// What it is, for people: `E01`, `triage folder with 2 drives`, `single file`.
    pub description: String,
    /// The volumes whose files can be read, in an order that depends only on the evidence. Empty
    /// when nothing on it can be read (every volume is locked, say).
    pub volumes: Vec<Volume>,
    /// The encrypted volumes that stayed locked.
    pub locked: Vec<LockedVolume>,
    /// The disks or volumes that images hold. Empty for folders and files.
    pub media: Vec<Media>,
    /// What was opened, layer by layer.
    pub layer: Layer,
    /// What a person should know about how it was opened: what was not looked at, and what looks
    /// wrong. Not errors. The same notes stand at their layers.
    pub notes: Vec<String>,
}

impl std::fmt::Debug for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evidence")
            .field("path", &self.path)
            .field("description", &self.description)
            .finish_non_exhaustive()
    }
}

impl Evidence {
    /// Whether it shows what volumes held as a whole, by an image or a collected file table, and not
    /// only what somebody collected of them.
    #[must_use]
    pub fn shows_files(&self) -> bool {
        let is_table = |volume: &Volume| volume.layout == Layout::FileTable;
        !self.media.is_empty() || self.volumes.iter().any(is_table)
    }

    /// Whether it is the image of a disk that holds no Windows: a stick, a card, a data disk.
    #[must_use]
    pub fn is_data_medium(&self) -> bool {
        !self.media.is_empty() && !self.volumes.iter().any(Volume::holds_windows)
    }
}

/// One volume of a piece of evidence.
pub struct Volume {
    /// Its name among the volumes of this evidence, unique there: `C`, `C-2`, `p3`, `files`.
    pub id: String,
    /// The drive letter that the collection says; `None` where it says none.
    pub letter: Option<char>,
    /// Whether paths on it are those of Windows.
    pub layout: Layout,
    /// Its place inside the evidence (`uploads/auto/C%3A`, `p3`), empty when it is all of it.
    pub place: String,
    /// What it is, for people.
    pub description: String,
    /// Its files.
    pub file_system: Arc<dyn FileSystem>,
    /// Where it stands on a disk image.
    pub stands: Option<VolumePlace>,
    /// The snapshot that it is; `None` for a volume as it was when the image was made.
    pub snapshot: Option<Snapshot>,
    /// Of a collected file table: the volume among whose files it was, by its place in
    /// [`Evidence::volumes`]. `None` for everything else.
    pub table_of: Option<usize>,
}

impl Volume {
    /// Whether all files of the volume are here: it is read from an image, and not collected file by
    /// file.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.stands.is_some() || self.snapshot.is_some()
    }

    /// Whether a Windows is installed on it, or was collected from it.
    #[must_use]
    pub fn holds_windows(&self) -> bool {
        const TELLING: &[&str] = &["Windows/System32", "WINNT/system32"];
        self.layout == Layout::Loose
            || TELLING
                .iter()
                .any(|path| matches!(self.file_system.entry(path), Ok(Some(_))))
    }
}

/// Whether paths on a volume are those of Windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Paths are those of a Windows drive: an artifact stands at its own place.
    Drive,
    /// Loose files: an artifact is known by its name and content only.
    Loose,
    /// Paths are those of the volume whose file table (`$MFT`) was collected. The files are known by
    /// name, times and size; their contents are not there, so no artifact is looked for.
    FileTable,
}

/// Where a volume stands on a disk image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumePlace {
    /// The place of the disk in [`Evidence::media`].
    pub media: usize,
    /// The byte on the disk at which it begins.
    pub start: u64,
    /// Its length in bytes.
    pub length: u64,
    /// The GUID of its partition (GPT).
    pub partition_guid: Option<Guid>,
    /// Whether it stands in a partition, and not on a disk without a partition table.
    pub in_partition: bool,
}

/// A snapshot of a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its number, 1 for the oldest.
    pub number: usize,
    /// Its id.
    pub id: Guid,
    /// When it was made, by the machine's clock, UTC; `None` when it does not say.
    pub created: Option<Timestamp>,
    /// The place of the volume that it is a snapshot of, in [`Evidence::volumes`].
    pub of: usize,
}

/// A disk or volume inside an image.
pub struct Media {
    /// Its place inside the evidence; empty when it is all of it.
    pub place: String,
    /// The container's format: `E01`, `raw`.
    pub format: &'static str,
    /// Its bytes.
    pub bytes: Arc<dyn ReadAt>,
    /// Bytes in a sector.
    pub sector_size: u32,
    /// The hashes of the bytes that the container stores.
    pub stored_hashes: Vec<StoredHash>,
    /// Its partition table.
    pub table: PartitionTable,
}
