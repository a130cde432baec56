//! Folders that were looked into lately, so that looking up neighbours reads few blocks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::folder::Folder;

/// Folders by the number of their record, the one that was used longest ago goes first.
#[derive(Default)]
pub(super) struct FolderCache(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    folders: HashMap<u64, (Arc<Folder>, u64)>,
    clock: u64,
}

const MOST: usize = 128;

/// A folder whose index lies in more pieces takes more memory than it saves.
const MOST_RUNS: usize = 10_000;

impl FolderCache {
    /// The folder, made by `make` when it is not there. The lock is not held meanwhile.
    ///
    /// # Errors
    /// What `make` returns; a failure is not kept.
    pub(super) fn get_or_make<E>(
        &self,
        number: u64,
        make: impl FnOnce() -> Result<Folder, E>,
    ) -> Result<Arc<Folder>, E> {
        // A thread that panicked left whole folders behind.
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = lock().get(number) {
            return Ok(folder);
        }
        let folder = Arc::new(make()?);
        if folder.runs() <= MOST_RUNS {
            lock().put(number, Arc::clone(&folder));
        }
        Ok(folder)
    }
}

impl Kept {
    fn get(&mut self, number: u64) -> Option<Arc<Folder>> {
        self.clock = self.clock.saturating_add(1);
        let (folder, used) = self.folders.get_mut(&number)?;
        *used = self.clock;
        Some(Arc::clone(folder))
    }

    fn put(&mut self, number: u64, folder: Arc<Folder>) {
        if self.folders.len() >= MOST
            && let Some(oldest) = self
                .folders
                .iter()
                .min_by_key(|(_, (_, used))| *used)
                .map(|(number, _)| *number)
        {
            self.folders.remove(&oldest);
        }
        self.folders.insert(number, (folder, self.clock));
    }
}
