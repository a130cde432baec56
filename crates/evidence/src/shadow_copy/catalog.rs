//! The catalog: which shadow copies there are, and where their stores lie on the volume.

use std::collections::{HashMap, HashSet};

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
    /// What of the catalog is damaged, so that there may be copies that are not known.
    pub(super) incomplete: Option<String>,
}

impl Catalog {
    /// Reads the catalog that begins at `first`.
    pub(super) fn read(volume: &dyn ReadAt, first: u64) -> Self {
        let mut made = Making::default();
        let mut seen = HashSet::new();
        let chain = Chain::new(volume, first, Kind::Catalog, None, &mut seen);
        for (count, block) in chain.enumerate() {
            match block {
                Ok(block) if count < MOST_BLOCKS => {
                    for (at, record) in block.records::<128>() {
                        made.add(at, record);
                    }
                }
                Ok(_) => {
                    made.wrong(format!("it has more than {MOST_BLOCKS} blocks"));
                    break;
                }
                Err(error) => made.wrong(error.to_string()),
            }
        }
        made.into_catalog()
    }
}

/// A catalog that is being read.
#[derive(Default)]
struct Making {
    entries: Vec<CatalogEntry>,
    places: HashMap<Guid, Place>,
    /// Stores of which two entries say the same sort of thing: which is right is not known.
    twice: HashSet<Guid>,
    incomplete: Option<String>,
}

impl Making {
    fn wrong(&mut self, reason: String) {
        self.incomplete.get_or_insert(reason);
    }

    fn add(&mut self, at: u64, record: &[u8; 128]) {
        let store_id = record.get(16..).and_then(Guid::from_bytes);
        let store_id = store_id.unwrap_or(Guid::NIL);
        match u64_at(record, 0) {
            // Empty, or no longer used.
            0 if record.iter().all(|byte| *byte == 0) => {}
            1 => {}
            2 if self.entries.len() >= MOST_COPIES => {
                self.wrong(format!("it has more than {MOST_COPIES} shadow copies"));
            }
            2 => {
                if self.entries.iter().any(|entry| entry.store_id == store_id) {
                    self.twice.insert(store_id);
                    self.wrong(format!("the entry at byte {at} names a store again"));
                }
                self.entries.push(copy(record, store_id));
            }
            3 => {
                if self.places.len() < MOST_COPIES
                    && self.places.insert(store_id, place(record)).is_some()
                {
                    self.twice.insert(store_id);
                    self.wrong(format!("the entry at byte {at} places a store again"));
                }
            }
            other => self.wrong(format!(
                "the entry at byte {at} has the unknown type {other}"
            )),
        }
    }

    fn into_catalog(mut self) -> Catalog {
        for entry in &mut self.entries {
            let place = self.places.remove(&entry.store_id);
            entry.place = place.filter(|_| !self.twice.contains(&entry.store_id));
        }
        let mut others: Vec<Guid> = self.places.into_keys().collect();
        others.sort_unstable();
        let mut notes = Notes::default();
        for store in others {
            notes.add(format!(
                "the store {store} holds a shadow copy of another volume, or of one that the \
                 catalog no longer names; it is not read"
            ));
        }
        // The order in which libvshadow counts and stacks them. The sort is stable.
        self.entries.sort_by_key(|entry| entry.created);
        Catalog {
            entries: self.entries,
            notes,
            incomplete: self.incomplete,
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
