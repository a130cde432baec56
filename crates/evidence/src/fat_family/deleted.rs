//! Deleted entries: in all folders, and in deleted folders as far as they are left.

use std::collections::HashSet;
use std::sync::Arc;

use super::folder::{Folder, Record};
use super::tree::{Tree, Volume, place_of};
use crate::evidence_path::below;
use crate::{Entry, EntryKind, Result};

/// The most folders inside each other.
const DEEPEST: usize = 128;

/// The most deleted entries, and the most bytes of their paths.
const MOST_ENTRIES: usize = 2_000_000;
const MOST_OF_PATHS: usize = 256 << 20;

/// The most slots of folders: 4 GiB of them. Folders that share their clusters could make a small
/// volume look far larger.
const MOST_SLOTS: u64 = 128 << 20;

/// A folder that is still to be looked into.
struct Pending {
    record: Record,
    /// The path of the folder that it stands in, and its first cluster.
    parent: Arc<str>,
    parent_first: u32,
    depth: usize,
}

/// Gives every deleted entry of the volume to `visit`, by its place on the volume.
///
/// # Errors
/// When the root folder cannot be read.
pub(crate) fn visit_all<V: Volume>(tree: &Tree<V>, visit: &mut dyn FnMut(Entry)) -> Result<()> {
    let mut search = Search {
        tree,
        found: Vec::new(),
        path_bytes: 0,
        slots: 0,
        looked_into: HashSet::new(),
        live: Vec::new(),
        deleted: Vec::new(),
    };
    let root = tree.volume.root();
    let folder = tree.folder(root, "")?;
    search.looked_into.insert(root.first);
    search.take(&folder, &Arc::from(""), root.first, 0);
    // All live folders go first: what a deleted one is said to hold may be theirs by now.
    while search.has_room()
        && let Some(pending) = search.live.pop()
    {
        search.live_folder(&pending);
    }
    while search.has_room()
        && let Some(pending) = search.deleted.pop()
    {
        search.deleted_folder(&pending);
    }
    search.found.sort_by_key(|entry| entry.reference);
    search.found.dedup_by_key(|entry| entry.reference);
    search.found.into_iter().for_each(visit);
    Ok(())
}

struct Search<'a, V> {
    tree: &'a Tree<V>,
    found: Vec<Entry>,
    path_bytes: usize,
    slots: u64,
    /// The first clusters of the folders that were looked into: each is looked into once.
    looked_into: HashSet<u32>,
    live: Vec<Pending>,
    deleted: Vec<Pending>,
}

impl<V: Volume> Search<'_, V> {
    fn take(&mut self, folder: &Folder, path: &Arc<str>, first: u32, depth: usize) {
        self.slots = self.slots.saturating_add(folder.slots);
        for record in folder.live.iter().chain(&folder.deleted) {
            if record.deleted && !self.add(record, path) {
                return;
            }
            if record.kind != EntryKind::Folder {
                continue;
            }
            if depth >= DEEPEST {
                let note = format!(
                    "folders more than {DEEPEST} deep were not searched for deleted entries"
                );
                self.tree.volume.notes().add(note);
                continue;
            }
            let pending = Pending {
                record: record.clone(),
                parent: Arc::clone(path),
                parent_first: first,
                depth: depth.saturating_add(1),
            };
            if record.deleted {
                self.deleted.push(pending);
            } else {
                self.live.push(pending);
            }
        }
    }

    fn add(&mut self, record: &Record, path: &str) -> bool {
        if self.found.len() >= MOST_ENTRIES || self.path_bytes >= MOST_OF_PATHS {
            self.tree.volume.notes().add(format!(
                "there are more deleted entries than the {} that are listed",
                self.found.len()
            ));
            return false;
        }
        let entry = record.entry(path);
        self.path_bytes = self.path_bytes.saturating_add(entry.path.len());
        self.found.push(entry);
        true
    }

    /// Whether more folders may be looked into.
    fn has_room(&self) -> bool {
        if self.slots >= MOST_SLOTS {
            self.tree.volume.notes().add(format!(
                "not all folders were searched for deleted entries: {MOST_SLOTS} slots of folders \
                 are the limit"
            ));
        }
        self.slots < MOST_SLOTS
    }

    fn live_folder(&mut self, pending: &Pending) {
        let path = below(&pending.parent, &pending.record.name);
        let place = match place_of(&pending.record) {
            Ok(Some(place)) if self.looked_into.insert(place.first) => place,
            Ok(_) => return,
            Err(_) => {
                self.unread(&path, "its entry is damaged");
                return;
            }
        };
        match self.tree.folder(place, &path) {
            Ok(folder) => self.take(&folder, &Arc::from(path), place.first, pending.depth),
            Err(error) => self.unread(&path, &error.to_string()),
        }
    }

    fn deleted_folder(&mut self, pending: &Pending) {
        let record = &pending.record;
        if record.first == 0 {
            return;
        }
        let path = below(&pending.parent, &record.name);
        if self.looked_into.contains(&record.first) {
            // So it is when a folder was renamed or moved, too.
            let reason = format!("its first cluster, {}, is another folder's", record.first);
            self.unread(&path, &reason);
            return;
        }
        match self
            .tree
            .volume
            .deleted_folder(record, pending.parent_first)
        {
            Ok(folder) => {
                self.looked_into.insert(record.first);
                self.take(&folder, &Arc::from(path), record.first, pending.depth);
            }
            Err(reason) => self.unread(&path, &reason),
        }
    }

    fn unread(&self, path: &str, reason: &str) {
        self.tree.volume.notes().add(format!(
            "what was deleted in `{path}` (or with it) is not listed: {reason}"
        ));
    }
}
