//! Folders that were read last, kept in memory.

use std::collections::HashMap;
use std::sync::Arc;

use super::folder::{Folder, FolderPlace};

/// How many records the kept folders may hold together (the last one is kept whatever it holds).
const MOST_KEPT: usize = 200_000;

/// Folders that were read last.
#[derive(Default)]
pub(super) struct Kept {
    folders: HashMap<FolderPlace, (Arc<Folder>, u64)>,
    clock: u64,
    records: usize,
    /// Slots that were read so far, those of folders that are not kept any more included.
    pub(super) read: u64,
}

impl Kept {
    /// The folder at that place, when it is kept.
    pub(super) fn get(&mut self, place: FolderPlace) -> Option<Arc<Folder>> {
        self.clock = self.clock.saturating_add(1);
        let clock = self.clock;
        let (folder, used) = self.folders.get_mut(&place)?;
        *used = clock;
        Some(Arc::clone(folder))
    }

    /// Keeps a folder that was read.
    pub(super) fn put(&mut self, place: FolderPlace, folder: Arc<Folder>) {
        self.read = self.read.saturating_add(folder.slots.max(1));
        self.records = self.records.saturating_add(weight(&folder));
        if self.records > MOST_KEPT {
            self.drop_older_half();
        }
        self.clock = self.clock.saturating_add(1);
        if let Some((twice, _)) = self.folders.insert(place, (folder, self.clock)) {
            self.records = self.records.saturating_sub(weight(&twice));
        }
    }

    /// Makes room, as all kept folders are looked at for it, for many at a time: a volume may
    /// have hundreds of thousands of empty folders. The one that was used last stays: it is the one
    /// whose folders are being looked into.
    fn drop_older_half(&mut self) {
        let mut by_use: Vec<(u64, FolderPlace)> = self
            .folders
            .iter()
            .map(|(place, (_, used))| (*used, *place))
            .collect();
        by_use.sort_unstable_by_key(|(used, _)| *used);
        by_use.pop();
        for (_, place) in by_use {
            if self.records <= MOST_KEPT / 2 {
                break;
            }
            if let Some((gone, _)) = self.folders.remove(&place) {
                self.records = self.records.saturating_sub(weight(&gone));
            }
        }
    }
}

/// How many records a folder counts as: one for itself, so that empty ones are bounded, too.
fn weight(folder: &Folder) -> usize {
    let records = folder.live.len().saturating_add(folder.deleted.len());
    records.saturating_add(1)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::folder::Record;
    use super::*;
    use crate::{EntryKind, FileTimes};

    const fn place(first: u32) -> FolderPlace {
        FolderPlace {
            first,
            contiguous: false,
            length: None,
        }
    }

    #[test]
    fn a_large_folder_stays_while_its_folders_are_looked_into() {
        let large = || {
            let record = Record {
                name: "a".to_owned(),
                aliases: Vec::new(),
                kind: EntryKind::File,
                size: 0,
                valid: 0,
                times: FileTimes::default(),
                first: 0,
                contiguous: false,
                deleted: false,
                at: 0,
                untrusted: None,
            };
            let mut folder = Folder::default();
            folder.live = vec![record; MOST_KEPT + 1];
            folder
        };
        let mut kept = Kept::default();
        kept.put(place(1), Arc::new(large()));
        for folder in 10..100 {
            assert!(kept.get(place(1)).is_some(), "{folder}");
            kept.put(place(folder), Arc::default());
        }
        // One that is not looked into any more goes.
        kept.put(place(2), Arc::new(large()));
        kept.put(place(3), Arc::default());
        assert!(kept.get(place(1)).is_none());
    }

    #[test]
    fn hundreds_of_thousands_of_empty_folders_are_kept_in_bounds_and_time() {
        let mut kept = Kept::default();
        let start = Instant::now();
        for first in 0..500_000 {
            kept.put(place(first), Arc::new(Folder::default()));
            assert!(kept.records <= MOST_KEPT + 1);
        }
        // Each folder that is added may not look at all that are kept.
        assert!(start.elapsed() < Duration::from_secs(60));
        assert_eq!(kept.records, kept.folders.len());
        assert!(kept.get(place(499_999)).is_some() && kept.get(place(0)).is_none());
    }
}
