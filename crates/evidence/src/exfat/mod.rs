//! exFAT, read-only, with what deleted entries left.
//!
//! Times are local times of the machine that wrote them, with their offset from UTC where it was
//! written. Times of creation and change have two decimals; the last access counts in two seconds
//! (its `decimals` are 0, the coarsest that [`crate::time::RecordedTime`] can say).
//!
//! What is read and what is inferred stands in `docs/evidence/fat.md`.
//!
//! Sources: Microsoft, "exFAT file system specification" (revision 1.00); libyal, "File Allocation
//! Table (FAT) file system format".

mod bitmap;
mod boot_region;
mod entry_set;
mod folder;
mod layout;
mod up_case;

#[cfg(test)]
mod against_others;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use bitmap::Bitmap;
use boot_region::BootSector;
use layout::ExfatLayout;
use up_case::UpCase;

use crate::fat_family::deleted as deleted_entries;
use crate::fat_family::name;
use crate::fat_family::notes::Notes;
use crate::fat_family::slots::Slot;
use crate::fat_family::tree::{Tree, Volume};
use crate::fat_family::{array, u8_at, u16_at, u32_at, u64_at};
use crate::{Entry, EvidenceFile, FileSystem, FormatError, Guid, ReadAt, Result, VolumeIdentity};

/// The most characters of a label.
const LONGEST_LABEL: usize = 11;

/// Whether a volume whose first sector this is (its first 512 bytes at least) is an exFAT volume:
/// its name, the zeros that must be there, and parameters that agree with each other.
#[must_use]
pub fn is_one(first_sector: &[u8]) -> bool {
    BootSector::parse(first_sector).is_ok()
}

/// An exFAT volume.
pub struct ExfatVolume {
    tree: Tree<ExfatLayout>,
    identity: VolumeIdentity,
}

impl ExfatVolume {
    /// Opens the volume whose first byte is the first of `volume`. `evidence` is what it stands
    /// on, for messages.
    ///
    /// Where the boot region is damaged, the backup is used, and a note says so.
    ///
    /// # Errors
    /// When neither boot region can be read or agrees with itself, or the root folder cannot be
    /// read.
    pub fn open(volume: Arc<dyn ReadAt>, evidence: &str) -> std::result::Result<Self, FormatError> {
        let notes = Notes::default();
        let found = boot_region::find(volume.as_ref(), &notes)?;
        let boot = found.boot;
        if boot.size > volume.size() {
            notes.add(format!(
                "the volume says that it has {} bytes; only {} are there",
                boot.size,
                volume.size()
            ));
        }
        if found.is_main && boot.has_media_failure() {
            notes.add("the volume says that its medium failed to read or write".to_owned());
        }
        let mut layout = ExfatLayout::new(&volume, &boot, notes);
        let of_volume = layout
            .assemble(layout.root())
            .map_err(|source| FormatError::unreadable("the root folder", boot.heap_at, source))?
            .of_volume;
        let mut identity = VolumeIdentity {
            serial: Some(boot.serial),
            version: Some(format!("{}.{:02}", boot.revision.0, boot.revision.1)),
            dirty: found.is_main.then(|| boot.is_dirty()),
            sector_size: Some(boot.sector_size),
            cluster_size: Some(boot.cluster_size),
            size: Some(boot.size),
            ..VolumeIdentity::default()
        };
        for slot in &of_volume {
            describe(slot, &layout.notes, &mut identity);
        }
        layout.up_case = up_case(&layout, &of_volume);
        layout.bitmap = bitmap(&layout, &of_volume, &boot);
        Ok(Self {
            tree: Tree::new(layout, evidence),
            identity,
        })
    }
}

/// Takes the label and the GUID from the entries of the root folder.
fn describe(slot: &Slot, notes: &Notes, identity: &mut VolumeIdentity) {
    match u8_at(&slot.bytes, 0) {
        folder::LABEL => {
            let label = label(slot);
            if !label.is_empty() && identity.label.is_none() {
                identity.label = Some(label);
            }
        }
        folder::GUID => {
            let stored = u16_at(&slot.bytes, 2);
            if entry_set::checksum(std::slice::from_ref(slot)) != stored {
                notes.add("the sum of the volume GUID entry is wrong; it is left out".to_owned());
            } else if identity.guid.is_none() {
                identity.guid = array(&slot.bytes, 6)
                    .map(Guid)
                    .filter(|guid| *guid != Guid::NIL);
            }
        }
        kind if kind == folder::LABEL & !entry_set::IN_USE => {
            let label = label(slot);
            if !label.is_empty() {
                notes.add(format!(
                    "a deleted label is left in the root folder: `{label}`"
                ));
            }
        }
        _ => {}
    }
}

fn label(slot: &Slot) -> String {
    let length = usize::from(u8_at(&slot.bytes, 1)).min(LONGEST_LABEL);
    let units: Vec<u16> = (0..length)
        .map(|index| u16_at(&slot.bytes, 2 + index * 2))
        .collect();
    name::from_utf16(&units)
}

fn up_case(layout: &ExfatLayout, of_volume: &[Slot]) -> UpCase {
    let table = of_volume
        .iter()
        .find(|slot| u8_at(&slot.bytes, 0) == folder::UP_CASE)
        .ok_or_else(|| "the root folder names none".to_owned())
        .and_then(|slot| {
            let (first, length) = place(slot);
            if length > up_case::LONGEST {
                return Err(format!("it has {length} bytes"));
            }
            let file = layout
                .system_file(first, length)
                .map_err(|error| error.to_string())?;
            UpCase::read(&file, u32_at(&slot.bytes, 4))
        });
    table.unwrap_or_else(|reason| {
        layout.notes.add(format!(
            "the up-case table cannot be used ({reason}); names compare as Unicode says"
        ));
        UpCase::OfUnicode
    })
}

fn bitmap(layout: &ExfatLayout, of_volume: &[Slot], boot: &BootSector) -> Option<Bitmap> {
    let slot = of_volume.iter().find(|slot| {
        u8_at(&slot.bytes, 0) == folder::BITMAP && u8_at(&slot.bytes, 1) & 1 == boot.active()
    });
    let file = slot
        .ok_or_else(|| "the root folder names none".to_owned())
        .and_then(|slot| {
            let (first, length) = place(slot);
            let needed = u64::from(boot.clusters).div_ceil(8);
            if length < needed {
                return Err(format!("it has {length} bytes, expected {needed}"));
            }
            layout
                .system_file(first, needed)
                .map_err(|error| error.to_string())
        });
    match file {
        Ok(file) => Some(Bitmap::new(file)),
        Err(reason) => {
            layout.notes.add(format!(
                "the allocation bitmap cannot be used ({reason}); deleted files are not opened"
            ));
            None
        }
    }
}

/// The first cluster and the length of what an entry describes.
fn place(slot: &Slot) -> (u32, u64) {
    (u32_at(&slot.bytes, 20), u64_at(&slot.bytes, 24))
}

impl FileSystem for ExfatVolume {
    fn kind(&self) -> &str {
        "exFAT"
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

    /// A deleted file is opened only where all clusters that its entry names are free. That they
    /// still hold what it held is an inference: another file may have been there since, and been
    /// deleted, too.
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
