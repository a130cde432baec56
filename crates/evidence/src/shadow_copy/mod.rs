//! Volume shadow copies: an NTFS volume as it was at earlier times, as Windows Vista and later
//! keep it on the volume itself.
//!
//! A header at byte 0x1E00 leads to a catalog of the copies. Each copy has a store: the blocks of
//! 16 KiB that were changed since it was made, as they were before. A copy is read from its own
//! store, then from those of the newer copies, and last from the volume as it is now.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::path::Path;
//! use std::sync::Arc;
//!
//! use kusari_evidence::{DiskFile, ReadAt, read_vec_at, shadow_copy};
//!
//! let volume: Arc<dyn ReadAt> = Arc::new(DiskFile::open(Path::new("volume.raw"))?);
//! for copy in shadow_copy::list(&volume)?.copies {
//!     let then = copy.media(&volume)?;
//!     println!("{} {:?} {:02x?}", copy.number, copy.created, read_vec_at(then.as_ref(), 3, 8)?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Damage
//! What a store holds and where is written down once, without checksums. Where a part of that is
//! missing or contradicts itself, the bytes that may depend on it are an error, in that copy and
//! in the older ones: bytes of today are never given for bytes of then because a list could not be
//! read. [`ShadowCopy::notes`] says what is affected.
//!
//! # A copy is no evidence of its own
//! The header at byte 0x1E00 is in every copy as it is on the volume now, so [`list`] of a copy's
//! bytes would find the same catalog again. Ask for the copies of the volume itself only.
//!
//! # Not read
//! Copies that were deleted (the catalog no longer names them), copies whose store lies on another
//! volume, and those of Windows Server 2003, whose catalog does not say where the store lies: the
//! latter two are listed, and [`ShadowCopy::media`] refuses them.
//!
//! Sources: Joachim Metz, "Volume Shadow Snapshot (VSS) format" (libyal/libvshadow); Microsoft's
//! documentation of `_VSS_VOLUME_SNAPSHOT_ATTRIBUTES`; two copies of a Windows 7 volume; and
//! libvshadow's answers for what the document leaves open.

mod attributes;
mod bitmap;
mod block;
mod block_list;
mod catalog;
mod descriptor;
mod media;
mod notes;
mod order;
mod ranges;
mod store_information;
mod stores;
mod volume_header;

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use crate::time::Timestamp;
use crate::{FormatError, Guid, ReadAt};
use catalog::{Catalog, CatalogEntry};
use notes::Notes;
use store_information::StoreInformation;
use stores::Stores;
use volume_header::VolumeHeader;

/// The shadow copies of a volume.
#[derive(Debug, Default)]
pub struct ShadowCopies {
    /// The copies in the order in which they were made.
    pub copies: Vec<ShadowCopy>,
    /// What a person should know: what is damaged, missing, or looks wrong.
    pub notes: Vec<String>,
}

/// One shadow copy of a volume.
#[derive(Debug, Clone)]
pub struct ShadowCopy {
    /// Its number; 1 is the oldest that is still there.
    pub number: usize,
    /// The shadow copy's own GUID, by which Windows names it in `vssadmin` and in device paths;
    /// [`Guid::NIL`] when the store header cannot be read.
    pub id: Guid,
    /// The set of copies of several volumes that were made together; [`Guid::NIL`] likewise.
    pub set_id: Guid,
    /// The GUID in the name of the store's file in `System Volume Information`.
    pub store_id: Guid,
    /// When it was made, UTC by the machine's clock; `None` when no such time can be.
    pub created: Option<Timestamp>,
    /// The size of the volume then, in bytes.
    pub size: u64,
    /// `_VSS_VOLUME_SNAPSHOT_ATTRIBUTES`; 0 when the store header cannot be read.
    pub attribute_flags: u32,
    /// The attributes in words.
    pub attributes: Vec<&'static str>,
    /// The number that the store information calls type or context; 0 likewise.
    pub context: u32,
    /// The number that the store information calls provider; 0 likewise.
    pub provider: u32,
    /// The machine on which the copy was asked for, as the store says it.
    pub originating_machine: Option<String>,
    /// The machine on which it was made, as the store says it.
    pub service_machine: Option<String>,
    /// The NTFS file reference of the store's file; `None` when the catalog does not say where
    /// the store lies.
    pub store_file: Option<u64>,
    /// All copies of the volume, and this one's place among them.
    stores: Arc<Stores>,
    index: usize,
}

/// Lists the shadow copies of a volume. A volume without any gives an empty list.
///
/// # Errors
/// When the header at byte 0x1E00 cannot be read, or says what cannot be.
pub fn list(volume: &Arc<dyn ReadAt>) -> Result<ShadowCopies, FormatError> {
    let volume = volume.as_ref();
    let Some(header) = VolumeHeader::read(volume)? else {
        return Ok(ShadowCopies::default());
    };
    let catalog = Catalog::read(volume, header.catalog);
    let mut notes = catalog.notes;
    if let Some(reason) = &catalog.incomplete {
        notes.add(format!(
            "shadow copies may be missing, since the catalog is damaged ({reason}); what a copy \
             does not hold itself cannot be read: a missing one may hold it"
        ));
    }
    if header.storage != header.volume {
        notes.add("the stores of this volume's shadow copies lie on another volume");
    }
    let order = order::doubts(&catalog.entries, catalog.incomplete.as_deref());
    if order.iter().any(Option::is_some) && catalog.incomplete.is_none() {
        notes.add(
            "the shadow copies' times and sequence numbers are not in one order; what a copy does \
             not hold itself cannot be read where that matters",
        );
    }
    let entries = catalog.entries.clone();
    let stores = Arc::new(Stores::new(catalog.entries, order));
    let copies = entries
        .iter()
        .enumerate()
        .map(|(index, entry)| copy(volume, entry, index, &stores, &mut notes))
        .collect();
    Ok(ShadowCopies {
        copies,
        notes: notes.into_sentences(),
    })
}

fn copy(
    volume: &dyn ReadAt,
    entry: &CatalogEntry,
    index: usize,
    stores: &Arc<Stores>,
    notes: &mut Notes,
) -> ShadowCopy {
    let number = index.saturating_add(1);
    let information = match entry.place {
        Some(place) => StoreInformation::read(volume, place.header)
            .map_err(|error| notes.add(format!("shadow copy {number}: {error}")))
            .ok(),
        None => {
            notes.add(format!(
                "shadow copy {number}: the catalog does not say where its store lies"
            ));
            None
        }
    };
    let created = Timestamp::from_filetime(entry.created);
    if created.is_none() {
        notes.add(format!(
            "shadow copy {number}: {} is no time at which it can have been made",
            entry.created
        ));
    }
    if entry.size > volume.size() {
        notes.add(format!(
            "shadow copy {number}: it says that the volume had {} bytes, of which {} are there",
            entry.size,
            volume.size()
        ));
    }
    let flags = information.as_ref().map_or(0, |known| known.attributes);
    ShadowCopy {
        number,
        id: information.as_ref().map_or(Guid::NIL, |known| known.copy),
        set_id: information.as_ref().map_or(Guid::NIL, |known| known.set),
        store_id: entry.store_id,
        created,
        size: entry.size,
        attribute_flags: flags,
        attributes: attributes::words(flags),
        context: information.as_ref().map_or(0, |known| known.context),
        provider: information.as_ref().map_or(0, |known| known.provider),
        originating_machine: (information.as_ref())
            .and_then(|known| known.originating_machine.clone()),
        service_machine: information.and_then(|known| known.service_machine),
        store_file: entry.place.map(|place| place.file),
        stores: Arc::clone(stores),
        index,
    }
}

impl ShadowCopy {
    /// The bytes of the volume as it was when the copy was made; `volume` is the one that was
    /// given to [`list`]. Its size is the copy's, but never more than is there now.
    ///
    /// A part that was not in use then, and of which the newest copy therefore keeps nothing,
    /// reads as zeros there (as with libvshadow; Windows itself leaves the reader's buffer as it
    /// was). In an older copy it reads as whatever newer copies or the volume have there now.
    ///
    /// The lists of the copy's store and of the newer ones are read on the first call; then the
    /// bytes are read without locks.
    ///
    /// # Errors
    /// When it is not known where the copy's store lies.
    pub fn media(&self, volume: &Arc<dyn ReadAt>) -> io::Result<Arc<dyn ReadAt>> {
        self.stores.media(volume, self.index)
    }

    /// What a person should know about the bytes that [`ShadowCopy::media`] gives: which lists of
    /// its store and of the newer ones are damaged. Bounded in number.
    #[must_use]
    pub fn notes(&self, volume: &Arc<dyn ReadAt>) -> Vec<String> {
        self.stores.notes(volume, self.index)
    }
}
