//! What all parts of the reader stand on: the volume's bytes, its sizes, its file table.

use std::sync::{Arc, OnceLock};

use super::attribute::{Attribute, AttributeType};
use super::attribute_list;
use super::boot_sector::BootSector;
use super::cluster_stream::{ClusterStream, Clusters};
use super::extents::Content;
use super::file::File;
use super::mft::{Mft, list_bytes};
use super::name::Name;
use super::notes::Notes;
use super::record::{FileRecord, RecordError};
use super::record_pieces::Records;
use super::upcase::UpCase;
use crate::{FormatError, ReadAt, read_vec_at};

/// Records with a fixed number. Source: libfsntfs' format document, "The metadata files".
pub(super) const VOLUME_RECORD: u64 = 3;
pub(super) const ROOT_RECORD: u64 = 5;
pub(super) const BITMAP_RECORD: u64 = 6;
pub(super) const UPCASE_RECORD: u64 = 10;

pub(super) struct Core {
    /// What it stands on, for messages.
    pub(super) evidence: String,
    pub(super) boot: BootSector,
    pub(super) clusters: Clusters,
    pub(super) mft: Mft,
    pub(super) notes: Arc<Notes>,
    upcase: OnceLock<UpCase>,
}

impl Records for Core {
    fn record(&self, number: u64) -> Result<FileRecord<'static>, RecordError> {
        self.mft.record(number)
    }

    fn listed(&self, _base: &FileRecord<'_>, list: &Attribute<'_>) -> Result<Vec<u64>, String> {
        let list = list_bytes(&self.clusters, list)?;
        let entries = attribute_list::entries(&list);
        Ok(entries.map(|entry| entry.record.record()).collect())
    }
}

const BOOT_SECTOR: &str = "NTFS boot sector";

/// No sector is larger.
const LARGEST_SECTOR: u64 = 4096;

impl Core {
    pub(super) fn open(volume: Arc<dyn ReadAt>, evidence: &str) -> Result<Self, FormatError> {
        let first = boot_sector_at(volume.as_ref(), 0);
        let backup = backup_boot_sector(volume.as_ref());
        let notes = Arc::new(Notes::default());
        let mut failure = None;
        if let Ok(boot) = &first {
            match Self::with_boot_sector(&volume, evidence, boot, &notes) {
                Ok(core) => {
                    if let Some(backup) = backup.filter(|backup| backup != boot) {
                        core.notes.add(format!(
                            "the boot sector and its backup differ: serial {:016X} and {:016X}, \
                             {} and {} sectors; the first is used",
                            boot.serial, backup.serial, boot.sectors, backup.sectors
                        ));
                    }
                    return Ok(core);
                }
                Err(error) => failure = Some(error),
            }
        }
        // Either the boot sector is damaged, or it leads to no file table.
        let failure = first.err().or(failure);
        if let Some(boot) = backup {
            notes.add(match &failure {
                Some(problem) => format!("the backup of the boot sector is used: {problem}"),
                None => "the backup of the boot sector is used".to_owned(),
            });
            if let Ok(core) = Self::with_boot_sector(&volume, evidence, &boot, &notes) {
                return Ok(core);
            }
        }
        Err(failure.unwrap_or_else(|| FormatError::malformed(BOOT_SECTOR, 0, "it is not there")))
    }

    fn with_boot_sector(
        volume: &Arc<dyn ReadAt>,
        evidence: &str,
        boot: &BootSector,
        notes: &Arc<Notes>,
    ) -> Result<Self, FormatError> {
        let clusters = Clusters {
            volume: Arc::clone(volume),
            size: u64::from(boot.cluster_size),
        };
        let mft = Mft::open(&clusters, boot, Arc::clone(notes))?;
        if volume.size() < boot.size() {
            notes.add(format!(
                "the volume says that it has {} bytes; only {} are there",
                boot.size(),
                volume.size()
            ));
        }
        Ok(Self {
            evidence: evidence.to_owned(),
            boot: *boot,
            clusters,
            mft,
            notes: Arc::clone(notes),
            upcase: OnceLock::new(),
        })
    }

    /// The volume's table of upper case. Two threads may both read it; no lock is held meanwhile.
    pub(super) fn upcase(&self) -> &UpCase {
        if let Some(table) = self.upcase.get() {
            return table;
        }
        let read = self
            .unnamed_content(UPCASE_RECORD)
            .and_then(|bytes| UpCase::parse(&bytes));
        let table = read.unwrap_or_else(|| {
            self.notes.add(
                "the volume's table of upper case ($UpCase) is damaged; names compare by Unicode's",
            );
            UpCase::of_unicode()
        });
        self.upcase.get_or_init(|| table)
    }

    /// `$Bitmap`: which clusters are in use.
    pub(super) fn cluster_bitmap(&self) -> Result<Arc<dyn ReadAt>, String> {
        let of_bitmap = |problem: String| format!("$Bitmap cannot be read: {problem}");
        let file = File::load(self, BITMAP_RECORD).map_err(|error| of_bitmap(error.to_string()))?;
        match file.content(AttributeType::DATA, Name::new(&[])) {
            Ok(Some(Content::Resident(bytes, _))) => Ok(Arc::new(bytes)),
            Ok(Some(Content::Clusters(extents))) => {
                Ok(Arc::new(ClusterStream::new(self.clusters.clone(), extents)))
            }
            Ok(None) => Err(of_bitmap("it has no content".to_owned())),
            Err(problem) => Err(of_bitmap(problem)),
        }
    }

    /// The content of a small metadata file.
    fn unnamed_content(&self, number: u64) -> Option<Vec<u8>> {
        const MOST: u64 = 1 << 20;
        let file = File::load(self, number).ok()?;
        match file.content(AttributeType::DATA, Name::new(&[])).ok()?? {
            Content::Resident(bytes, _) => Some(bytes),
            Content::Clusters(extents) if extents.size <= MOST => {
                let size = extents.size;
                let stream = ClusterStream::new(self.clusters.clone(), extents);
                read_vec_at(&stream, 0, size).ok()
            }
            Content::Clusters(_) => None,
        }
    }
}

fn boot_sector_at(volume: &dyn ReadAt, offset: u64) -> Result<BootSector, FormatError> {
    let bytes = read_vec_at(volume, offset, 512)
        .map_err(|source| FormatError::unreadable(BOOT_SECTOR, offset, source))?;
    BootSector::parse(&bytes, offset)
}

/// The backup in the last sector, whatever the size of a sector; before Windows 2000 in the middle.
fn backup_boot_sector(volume: &dyn ReadAt) -> Option<BootSector> {
    let size = volume.size();
    let ends = [512, 1024, 2048, LARGEST_SECTOR]
        .into_iter()
        .filter_map(|sector| size.checked_sub(sector));
    let middle = (size / 512 / 2).saturating_mul(512);
    ends.chain([middle])
        .filter(|offset| *offset > 0)
        .find_map(|offset| boot_sector_at(volume, offset).ok())
}
