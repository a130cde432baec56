//! The catalog: which shadow copies there are, and where their stores lie on the volume.

use std::collections::HashSet;

use super::block::{Chain, Kind, u64_at};
use super::notes::Notes;
use crate::{Guid, ReadAt};

/// The most blocks of a catalog. Windows keeps 512 copies of a volume at most, for which nine
/// blocks are enough.
const MOST_BLOCKS: usize = 64;

/// The most copies that are read.
const MOST_COPIES: usize = 4096;

/// A copy in the catalog.
#[derive(Debug, Clone)]
pub(super) struct CatalogEntry {
    /// The size of the volume, in bytes.
    pub(super) size: u64,
    /// The name of the store's file.
    pub(super) store_id: Guid,
    /// Counts the copies, as far as is known.
    pub(super) sequence: u64,
    /// When the copy was made, as a FILETIME.
    pub(super) created: u64,
    /// Where its store lies; `None` when the catalog does not say it.
    pub(super) place: Option<Place>,
}

/// Where the parts of a store lie on the volume, in bytes; 0 for none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) header: u64,
    pub(super) block_list: u64,
    pub(super) ranges: u64,
    pub(super) bitmap: u64,
    pub(super) previous_bitmap: u64,
    /// The file reference of the store's file.
    pub(super) file: u64,
}

/// What was read of the catalog.
pub(super) struct Catalog {
    /// The copies by the time at which they were made, the oldest first.
    pub(super) entries: Vec<CatalogEntry>,
    pub(super) notes: Notes,
    /// Why there may be copies that are not known.
    pub(super) incomplete: Option<String>,
}

impl Catalog {
    /// Reads the catalog that begins at `first`.
    pub(super) fn read(volume: &dyn ReadAt, first: u64) -> Self {
        let mut entries: Vec<CatalogEntry> = Vec::new();
        let mut places: Vec<(Guid, Place)> = Vec::new();
        let mut notes = Notes::default();
        let mut incomplete = None;
        let mut seen = HashSet::new();
        for (count, block) in Chain::new(volume, first, Kind::Catalog, &mut seen).enumerate() {
            let block = match block {
                Ok(block) if count < MOST_BLOCKS => block,
                Ok(_) => {
                    incomplete = Some(format!("its catalog has more than {MOST_BLOCKS} blocks"));
                    break;
                }
                Err(error) => {
                    incomplete = Some(error.to_string());
                    break;
                }
            };
            for (at, record) in block.records::<128>() {
                let store_id = record.get(16..).and_then(Guid::from_bytes);
                let store_id = store_id.unwrap_or(Guid::NIL);
                match u64_at(record, 0) {
                    // Empty, or no longer used.
                    0 | 1 => {}
                    2 if entries.iter().any(|entry| entry.store_id == store_id) => {
                        notes.add(format!(
                            "the catalog names the store {store_id} twice; its entry at byte {at} \
                             is not used"
                        ));
                    }
                    2 if entries.len() >= MOST_COPIES => {
                        incomplete = Some(format!("it has more than {MOST_COPIES} shadow copies"));
                    }
                    2 => entries.push(copy(record, store_id)),
                    3 if places.iter().any(|(known, _)| *known == store_id) => {
                        notes.add(format!(
                            "the catalog says twice where the store {store_id} lies; what it says \
                             at byte {at} is not used"
                        ));
                    }
                    3 if places.len() < MOST_COPIES => places.push((store_id, place(record))),
                    3 => {}
                    other => notes.add(format!(
                        "the catalog entry at byte {at} has the unknown type {other}"
                    )),
                }
            }
        }
        for (store_id, place) in places {
            match entries.iter_mut().find(|entry| entry.store_id == store_id) {
                Some(entry) => entry.place = Some(place),
                None => notes.add(format!(
                    "the store {store_id} holds a shadow copy of another volume, or of one that \
                     the catalog no longer names; it is not read"
                )),
            }
        }
        // The order in which libvshadow counts and stacks them. The sort is stable.
        entries.sort_by_key(|entry| entry.created);
        Self {
            entries,
            notes,
            incomplete,
        }
    }
}

fn copy(record: &[u8], store_id: Guid) -> CatalogEntry {
    CatalogEntry {
        size: u64_at(record, 8),
        store_id,
        sequence: u64_at(record, 32),
        created: u64_at(record, 48),
        place: None,
    }
}

fn place(record: &[u8]) -> Place {
    Place {
        block_list: u64_at(record, 8),
        header: u64_at(record, 32),
        ranges: u64_at(record, 40),
        bitmap: u64_at(record, 48),
        file: u64_at(record, 56),
        previous_bitmap: u64_at(record, 72),
    }
}
