//! File ids as small numbers.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use super::record::FileId;

/// A hash of file ids: quick, and keyed anew in each run, so that evidence cannot be made that
/// fills one bucket. Nothing depends on the order that it gives.
#[derive(Clone)]
pub(super) struct Keyed {
    start: u64,
    key: u64,
}

impl Default for Keyed {
    fn default() -> Self {
        let random = RandomState::new();
        Self {
            start: random.hash_one(1_u64),
            key: random.hash_one(2_u64) | 1,
        }
    }
}

impl BuildHasher for Keyed {
    type Hasher = KeyedHasher;

    fn build_hasher(&self) -> KeyedHasher {
        KeyedHasher {
            state: self.start,
            key: self.key,
        }
    }
}

pub(super) struct KeyedHasher {
    state: u64,
    key: u64,
}

impl Hasher for KeyedHasher {
    fn finish(&self) -> u64 {
        self.state
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        // Both halves of the product: every bit of the number reaches every bit of the state.
        let (low, high) = (self.state ^ number).carrying_mul(self.key, 0);
        self.state = low ^ high;
    }
}

/// File ids, numbered in the order in which they came.
#[derive(Clone, Default)]
pub(super) struct Interner {
    numbers: HashMap<FileId, u32, Keyed>,
    ids: Vec<FileId>,
    /// The last ones, by their lowest bits: most records have the folder of one shortly before.
    recent: Vec<(FileId, u32)>,
}

const RECENT: u64 = 4096;

impl Interner {
    /// The number of an id.
    #[inline]
    pub(super) fn intern(&mut self, id: FileId) -> u32 {
        let slot = usize::try_from(id.low % RECENT).unwrap_or_default();
        if let Some((recent, number)) = self.recent.get(slot)
            && *recent == id
            && *number != u32::MAX
        {
            return *number;
        }
        let next = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(id).or_insert(next);
        if number == next {
            self.ids.push(id);
        }
        if self.recent.is_empty() {
            let slots = usize::try_from(RECENT).unwrap_or_default();
            self.recent = vec![(FileId::default(), u32::MAX); slots];
        }
        if let Some(recent) = self.recent.get_mut(slot) {
            *recent = (id, number);
        }
        number
    }

    /// The number of an id that was interned.
    pub(super) fn get(&self, id: FileId) -> Option<u32> {
        self.numbers.get(&id).copied()
    }

    /// The id with that number.
    #[inline]
    pub(super) fn id(&self, number: u32) -> Option<FileId> {
        self.ids.get(usize::try_from(number).ok()?).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }
}
