//! Blocks that cost something to make (decompressed, decrypted), kept for a while.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// A cache of blocks by number, in bounded memory, for many threads. The block that was used
/// longest ago goes first.
pub struct BlockCache {
    shards: Vec<Mutex<Shard>>,
    /// The most blocks of one shard.
    most: usize,
}

#[derive(Default)]
struct Shard {
    blocks: HashMap<u64, (Arc<[u8]>, u64)>,
    clock: u64,
}

/// Threads that read at the same time seldom meet in one shard of so many.
const SHARDS: u64 = 8;

impl BlockCache {
    /// A cache of at most `capacity` bytes for blocks of at most `block_size` bytes (but of one
    /// block a shard at least).
    #[must_use]
    pub fn new(capacity: u64, block_size: u64) -> Self {
        let blocks = capacity / block_size.max(1) / SHARDS;
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            most: usize::try_from(blocks).unwrap_or(usize::MAX).max(1),
        }
    }

    /// The block with that number, made by `make` when it is not there. Two threads that ask for
    /// the same block at the same time may both make it; the lock is not held meanwhile.
    ///
    /// # Errors
    /// What `make` returns; a failure is not kept.
    pub fn get_or_make(
        &self,
        number: u64,
        make: impl FnOnce() -> io::Result<Vec<u8>>,
    ) -> io::Result<Arc<[u8]>> {
        let index = usize::try_from(number % SHARDS).unwrap_or(0);
        let Some(shard) = self.shards.get(index) else {
            return make().map(Arc::from);
        };
        // A thread that panicked left whole blocks behind, so its shard is sound.
        let lock = || shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(block) = lock().get(number) {
            return Ok(block);
        }
        let block: Arc<[u8]> = make()?.into();
        lock().put(number, Arc::clone(&block), self.most);
        Ok(block)
    }
}

impl Shard {
    fn get(&mut self, number: u64) -> Option<Arc<[u8]>> {
        self.clock = self.clock.saturating_add(1);
        let clock = self.clock;
        let (block, used) = self.blocks.get_mut(&number)?;
        *used = clock;
        Some(Arc::clone(block))
    }

    fn put(&mut self, number: u64, block: Arc<[u8]>, most: usize) {
        if self.blocks.len() >= most {
            self.make_room();
        }
        self.clock = self.clock.saturating_add(1);
        self.blocks.insert(number, (block, self.clock));
    }

    /// Drops the eighth that was used longest ago, at least one block. All blocks are looked at
    /// for it: to do so for each single block would make a cache of many small ones slow.
    fn make_room(&mut self) {
        let mut uses: Vec<u64> = self.blocks.values().map(|(_, used)| *used).collect();
        let last = (uses.len() / 8).max(1).saturating_sub(1);
        if last < uses.len() {
            let (_, newest, _) = uses.select_nth_unstable(last);
            let newest = *newest;
            self.blocks.retain(|_, (_, used)| *used > newest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_made_once_while_it_is_kept() {
        let cache = BlockCache::new(8 * 2 * 10, 10);
        let mut made = 0;
        for number in [0, 8, 0, 16, 0, 8] {
            // 0, 8 and 16 share a shard of two blocks; 16 drives out 8, the one used longest ago.
            let block = cache
                .get_or_make(number, || {
                    made += 1;
                    Ok(vec![u8::try_from(number).unwrap()])
                })
                .unwrap();
            assert_eq!(block.as_ref(), [u8::try_from(number).unwrap()]);
        }
        assert_eq!(made, 4);
    }

    #[test]
    fn the_blocks_used_last_are_kept_among_many() {
        let cache = BlockCache::new(8 * 64 * 10, 10);
        let get = |number: u64| {
            let mut made = false;
            let block = cache.get_or_make(number * 8, || {
                made = true;
                Ok(number.to_le_bytes().to_vec())
            });
            assert_eq!(block.unwrap().as_ref(), number.to_le_bytes());
            made
        };
        assert!((0..64).all(get));
        assert!(!get(0), "it is full, and nothing was dropped");
        assert!(get(64), "this drops the oldest eighth: 1 to 8");
        let kept: Vec<u64> = [0, 9, 63, 64].into_iter().filter(|at| !get(*at)).collect();
        assert_eq!(kept, [0, 9, 63, 64]);
        assert!((1..9).all(get));
        let held: usize = (cache.shards.iter())
            .map(|shard| shard.lock().unwrap().blocks.len())
            .sum();
        assert!(held <= 64);
    }

    #[test]
    fn a_failure_is_not_kept() {
        let cache = BlockCache::new(0, 0);
        assert!(
            cache
                .get_or_make(1, || Err(io::Error::other("no")))
                .is_err()
        );
        assert!(cache.get_or_make(1, || Ok(vec![1])).is_ok());
    }
}
