//! FAT12, FAT16 and FAT32 with long names, read-only, with what deleted entries left.
//!
//! Times are local times of the machine that wrote them; FAT keeps no zone. A time of creation has
//! two decimals, a time of change counts in two seconds (its `decimals` are 0, the coarsest that
//! [`crate::time::RecordedTime`] can say), and of the last access only the day is kept: a
//! [`RecordedTime`] would show it as midnight, so
//! [`FileTimes::accessed`](crate::FileTimes) stays empty and [`FatVolume::access_date`] gives the
//! day.
//!
//! What is read and what is inferred stands in `docs/evidence/fat.md`.
//!
//! Sources: Microsoft, "FAT: General Overview of On-Disk Format" (fatgen103), version 1.03; libyal,
//! "File Allocation Table (FAT) file system format"; Microsoft, Windows-driver-samples,
//! `filesys/fastfat` (dirty bits, lower-case bits).

mod boot_sector;
mod code_page;
mod deleted;
mod folder;
mod layout;
mod long_name;
mod short_name;
mod slot;

#[cfg(test)]
mod against_others;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use boot_sector::{BootSector, LENGTH};
use folder::{Label, elected};
use layout::FatLayout;
use short_name::Choice;
use slot::ShortEntry;

pub use code_page::CodePage;

use crate::fat_family::deleted as deleted_entries;
use crate::fat_family::notes::Notes;
use crate::fat_family::slots::SLOT;
use crate::fat_family::table::Width;
use crate::fat_family::tree::Tree;
use crate::time::RecordedTime;
use crate::{
    Entry, EvidenceFile, FileSystem, FormatError, ReadAt, Result, VolumeIdentity, read_exact_at,
    read_vec_at,
};

/// The sector of the backup boot sector that fatgen103 prescribes.
const BACKUP_SECTOR: u64 = 6;

/// Whether a volume whose first sector this is (its first 512 bytes at least) is a FAT volume.
///
/// FAT has no name that can be trusted, so all parameters must agree with each other. A master boot
/// record, NTFS, exFAT, BitLocker and BitLocker To Go are none.
#[must_use]
pub fn is_one(first_sector: &[u8]) -> bool {
    BootSector::parse(first_sector).is_ok()
}

/// A FAT volume.
pub struct FatVolume {
    tree: Tree<FatLayout>,
    kind: &'static str,
    identity: VolumeIdentity,
    label: Option<Label>,
    label_of_boot_sector: Option<[u8; 11]>,
}

impl FatVolume {
    /// Opens the volume whose first byte is the first of `volume`. `evidence` is what it stands
    /// on, for messages.
    ///
    /// Where the first sector is damaged, the backup boot sector of FAT32 is used, and a note says
    /// so.
    ///
    /// # Errors
    /// When neither boot sector can be read or agrees with itself, or the root folder cannot be
    /// read.
    pub fn open(volume: Arc<dyn ReadAt>, evidence: &str) -> std::result::Result<Self, FormatError> {
        let notes = Notes::default();
        let (boot, is_backup) = boot_sector_of(volume.as_ref(), &notes)?;
        if boot.size > volume.size() {
            notes.add(format!(
                "the volume says that it has {} bytes; only {} are there",
                boot.size,
                volume.size()
            ));
        }
        let mut layout = FatLayout::new(&volume, &boot, notes);
        let (labels, choice) = {
            // The code page is not known yet, and each folder is read again when it is asked
            // for: what is found meanwhile is not noted.
            let unheard = Notes::default();
            let assembly = layout.assemble_root(&unheard).map_err(|source| {
                FormatError::unreadable("the root folder", boot.root_at, source)
            })?;
            (assembly.labels, elected(&assembly.votes))
        };
        layout.choice = choice;
        let dirty = dirty(&layout, &boot, is_backup);
        let identity = VolumeIdentity {
            serial: boot.serial,
            version: boot
                .version
                .map(|(major, minor)| format!("{major}.{minor}")),
            dirty,
            sector_size: Some(boot.sector_size),
            cluster_size: Some(boot.cluster_size),
            size: Some(boot.size),
            ..VolumeIdentity::default()
        };
        let mut opened = Self {
            kind: match boot.width {
                Width::Fat12 => "FAT12",
                Width::Fat16 => "FAT16",
                Width::Fat32 | Width::Exfat => "FAT32",
            },
            identity,
            label: labels.iter().find(|label| !label.deleted).copied(),
            label_of_boot_sector: boot.label,
            tree: Tree::new(layout, evidence),
        };
        opened.identity.label = opened.read_label();
        for old in labels.iter().filter(|label| label.deleted) {
            opened.note_old_label(&old.entry);
        }
        Ok(opened)
    }

    /// Reads short names in that code page, whatever the volume seems to use.
    #[must_use]
    pub fn with_code_page(self, page: CodePage) -> Self {
        let Self {
            tree,
            kind,
            identity,
            label,
            label_of_boot_sector,
        } = self;
        let evidence = tree.evidence().to_owned();
        let mut layout = tree.volume;
        layout.choice = Choice::Set(page);
        let mut volume = Self {
            // What was read with another code page is not kept.
            tree: Tree::new(layout, &evidence),
            kind,
            identity,
            label,
            label_of_boot_sector,
        };
        volume.identity.label = volume.read_label();
        volume
    }

    /// The code page in which short names are read that have no long name and are not ASCII: the
    /// one that was set, or in which the short names of the root folder read as their long names.
    /// `None` when nothing tells; they are then read in 932 where they can be, else in 437.
    #[must_use]
    pub const fn code_page(&self) -> Option<CodePage> {
        match self.tree.volume.choice {
            Choice::Set(page) | Choice::Seen(page) => Some(page),
            Choice::Unknown => None,
        }
    }

    /// The day of the last access, as `(year, month, day)` in local time: FAT keeps no time of
    /// day with it. `None` where none was recorded, and for the root folder.
    ///
    /// # Errors
    /// When the directory entry cannot be read.
    pub fn access_date(&self, entry: &Entry) -> Result<Option<(i32, u32, u32)>> {
        let Some(at) = entry.reference else {
            return Ok(None);
        };
        let mut slot = [0; SLOT];
        read_exact_at(self.tree.volume.heap.volume.as_ref(), at, &mut slot)
            .map_err(|source| self.tree.read_error(&entry.path, source))?;
        let entry = ShortEntry::parse(&slot, self.tree.volume.width);
        Ok(entry.access_date().unwrap_or_default())
    }

    /// When the label in the root folder was last written, which most often is when the volume was
    /// formatted. `None` when there is none.
    #[must_use]
    pub fn label_written(&self) -> Option<RecordedTime> {
        self.label.and_then(|label| label.entry.times().0.modified)
    }

    fn read_label(&self) -> Option<String> {
        let bytes = match self.label {
            Some(label) => label.entry.name,
            None => self
                .label_of_boot_sector
                .filter(|label| label != b"NO NAME    ")?,
        };
        let text = self.label_text(&bytes);
        (!text.is_empty()).then_some(text)
    }

    /// A label has no extension: its 11 bytes are one text.
    fn label_text(&self, bytes: &[u8; 11]) -> String {
        let mut bytes = *bytes;
        if let Some(first) = bytes.first_mut().filter(|first| **first == slot::REALLY_E5) {
            *first = slot::ERASED;
        }
        let bytes = bytes.trim_ascii_end();
        let pages = match self.tree.volume.choice {
            Choice::Set(page) | Choice::Seen(page) => [page, CodePage::Cp437],
            Choice::Unknown => [CodePage::Cp932, CodePage::Cp437],
        };
        let text = pages.iter().find_map(|page| page.decode(bytes));
        text.unwrap_or_default()
            .trim_end_matches(['\0', ' '])
            .to_owned()
    }

    fn note_old_label(&self, entry: &ShortEntry) {
        let mut name = entry.name;
        if let Some(first) = name.first_mut() {
            *first = b'_';
        }
        let written = entry
            .times()
            .0
            .modified
            .map_or_else(String::new, |at| format!(", written {at}"));
        self.tree.volume.notes.add(format!(
            "a deleted label is left in the root folder: `{}`{written} (the first letter is lost)",
            self.label_text(&name)
        ));
    }
}

/// The boot sector, or the backup of it; and whether it is the backup.
fn boot_sector_of(
    volume: &dyn ReadAt,
    notes: &Notes,
) -> std::result::Result<(BootSector, bool), FormatError> {
    let wanted = u64::try_from(LENGTH).unwrap_or(u64::MAX);
    let first = match read_vec_at(volume, 0, wanted) {
        Ok(sector) => match BootSector::parse(&sector) {
            Ok(boot) => return Ok((boot, false)),
            Err(problem) => FormatError::malformed("FAT boot sector", 0, problem),
        },
        Err(source) => FormatError::unreadable("FAT boot sector", 0, source),
    };
    for sector_size in [512_u64, 1024, 2048, 4096] {
        let at = sector_size * BACKUP_SECTOR;
        let Ok(sector) = read_vec_at(volume, at, wanted) else {
            continue;
        };
        if let Ok(boot) = BootSector::parse(&sector)
            && boot.width == Width::Fat32
            && u64::from(boot.sector_size) == sector_size
        {
            notes.add(format!(
                "the backup boot sector at byte {at} was used: {first}"
            ));
            return Ok((boot, true));
        }
    }
    Err(first)
}

/// Whether the volume was not taken off cleanly, by either of the two places where systems say so.
fn dirty(layout: &FatLayout, boot: &BootSector, is_backup: bool) -> Option<bool> {
    // The backup is not kept up to date.
    let by_boot_sector = (!is_backup).then_some(boot.dirty);
    let (clean, no_error) = match layout.width {
        Width::Fat16 => (0x8000, 0x4000),
        Width::Fat32 => (0x0800_0000, 0x0400_0000),
        Width::Fat12 | Width::Exfat => return by_boot_sector,
    };
    let Ok(entry) = layout.table.reader(0).raw(1) else {
        return by_boot_sector.filter(|dirty| *dirty);
    };
    if entry & no_error == 0 {
        layout
            .notes
            .add("the volume says that the system met read or write errors on it".to_owned());
    }
    Some(entry & clean == 0 || by_boot_sector == Some(true))
}

impl FileSystem for FatVolume {
    fn kind(&self) -> &str {
        self.kind
    }

    fn evidence(&self) -> &str {
        self.tree.evidence()
    }

    fn entry(&self, path: &str) -> Result<Option<Entry>> {
        self.tree.entry(path)
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>> {
        self.tree.list(path)
    }

    fn open(&self, path: &str, stream: Option<&str>) -> Result<EvidenceFile> {
        self.tree.open(path, stream)
    }

    /// Of a deleted file only the first cluster and the size are left. It is opened as the
    /// clusters behind each other from there on, which is an inference: only where all of them are
    /// free, and only where no other beginning is possible.
    fn open_entry(&self, entry: &Entry, stream: Option<&str>) -> Result<EvidenceFile> {
        self.tree.open_entry(entry, stream)
    }

    fn deleted(&self, visit: &mut dyn FnMut(Entry)) -> Result<()> {
        deleted_entries::visit_all(&self.tree, visit)
    }

    fn identity(&self) -> VolumeIdentity {
        self.identity.clone()
    }

    fn notes(&self) -> Vec<String> {
        self.tree.volume.notes.all()
    }
}
