//! The stores of all copies of a volume, read when they are first needed.

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::bitmap::Unused;
use super::block_list::BlockList;
use super::catalog::CatalogEntry;
use super::media::{Layer, Snapshot};
use super::notes::Notes;
use crate::ReadAt;

/// The stores of all copies.
pub(super) struct Stores {
    /// The copies, the oldest first.
    entries: Vec<CatalogEntry>,
    /// For each copy, why it is not sure which one was made next.
    order: Vec<Option<Arc<str>>>,
    /// The block list of each copy, once it was read. They are read from the newest on, so whoever
    /// asks for a newer one never waits for an older one.
    lists: Vec<OnceLock<Arc<BlockList>>>,
    /// The blocks of all chains that were read. None may belong to two stores: so what is kept in
    /// memory never grows beyond what stands on the volume.
    seen: Mutex<HashSet<u64>>,
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.entries).finish()
    }
}

impl Stores {
    pub(super) fn new(entries: Vec<CatalogEntry>, order: Vec<Option<Arc<str>>>) -> Self {
        Self {
            lists: entries.iter().map(|_| OnceLock::new()).collect(),
            entries,
            order,
            seen: Mutex::default(),
        }
    }

    /// The volume as it was when the copy was made.
    pub(super) fn media(
        &self,
        volume: &Arc<dyn ReadAt>,
        index: usize,
    ) -> io::Result<Arc<dyn ReadAt>> {
        let entry = self.entries.get(index);
        let Some((entry, place)) = entry.and_then(|entry| Some((entry, entry.place?))) else {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "the catalog does not say where the store of this shadow copy lies",
            ));
        };
        let size = entry.size.min(volume.size());
        let newest = index.saturating_add(1) == self.entries.len();
        let unused = newest.then(|| Unused::read(volume.as_ref(), &place, size));
        Ok(Arc::new(Snapshot {
            volume: Arc::clone(volume),
            size,
            layers: self.layers(volume, index),
            unused,
        }))
    }

    /// What is wrong with the lists on which the copy stands.
    pub(super) fn notes(&self, volume: &Arc<dyn ReadAt>, index: usize) -> Vec<String> {
        let mut notes = Notes::default();
        for (distance, layer) in self.layers(volume, index).iter().enumerate() {
            for note in layer.list.notes.sentences() {
                let number = layer.number;
                notes.add(if distance == 0 {
                    format!("shadow copy {number}: {note}")
                } else {
                    format!("shadow copy {number}, through which this one is read: {note}")
                });
            }
        }
        if index.saturating_add(1) == self.entries.len()
            && let Some(entry) = self.entries.get(index)
            && let Some(place) = entry.place
        {
            let size = entry.size.min(volume.size());
            for damage in Unused::read(volume.as_ref(), &place, size).damage() {
                notes.add(format!(
                    "blocks that are in no list cannot be read: {damage}"
                ));
            }
        }
        notes.into_sentences()
    }

    /// The copy's own store and the newer ones, in this order.
    fn layers(&self, volume: &Arc<dyn ReadAt>, index: usize) -> Vec<Layer> {
        let stores = self.entries.iter().zip(&self.lists).zip(&self.order);
        let mut layers: Vec<Layer> = stores
            .enumerate()
            .skip(index)
            .rev()
            .map(|(index, ((entry, list), order))| Layer {
                list: Arc::clone(list.get_or_init(|| Arc::new(self.read(volume, entry)))),
                number: index.saturating_add(1),
                order: order.clone(),
            })
            .collect();
        layers.reverse();
        layers
    }

    /// Reads a list. Those of the newer copies were read before, so no two are read at a time and
    /// nobody waits for what was seen.
    fn read(&self, volume: &Arc<dyn ReadAt>, entry: &CatalogEntry) -> BlockList {
        let Some(place) = &entry.place else {
            return BlockList::unreadable(
                "the catalog does not say where its store lies".to_owned(),
            );
        };
        let size = entry.size.min(volume.size());
        // A thread that panicked left whole blocks behind.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        BlockList::read(volume.as_ref(), place, size, &mut seen)
    }
}
