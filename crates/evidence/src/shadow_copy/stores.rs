//! The stores of all copies of a volume, read when they are first needed.

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

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
    lists: Mutex<Lists>,
}

/// The block lists that were read so far: those of the newest copies.
#[derive(Default)]
struct Lists {
    /// The newest first.
    read: Vec<Arc<BlockList>>,
    /// The blocks of all chains that were read. None may belong to two stores: so what is kept in
    /// memory never grows beyond what stands on the volume.
    seen: HashSet<u64>,
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.entries).finish()
    }
}

impl Stores {
    pub(super) fn new(entries: Vec<CatalogEntry>, order: Vec<Option<Arc<str>>>) -> Self {
        Self {
            entries,
            order,
            lists: Mutex::default(),
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
        let wanted = self.entries.len().saturating_sub(index);
        // A thread that panicked left whole lists behind.
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let Lists { read, seen } = &mut *lists;
        let missing = self.entries.iter().rev().skip(read.len());
        for entry in missing.take(wanted.saturating_sub(read.len())) {
            let size = entry.size.min(volume.size());
            read.push(Arc::new(match &entry.place {
                Some(place) => BlockList::read(volume.as_ref(), place, size, seen),
                None => BlockList::unreadable(
                    "the catalog does not say where its store lies".to_owned(),
                ),
            }));
        }
        (read.iter().take(wanted).rev().zip(index..))
            .map(|(list, index)| Layer {
                list: Arc::clone(list),
                number: index.saturating_add(1),
                order: self.order.get(index).cloned().flatten(),
            })
            .collect()
    }
}
