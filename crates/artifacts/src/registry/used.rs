//! Which bytes of the hive bins the living keys use.

use super::cell::index;

/// One bit for each eight bytes, the alignment of cells.
#[derive(Debug)]
pub(super) struct Used {
    words: Vec<u64>,
}

impl Used {
    pub(super) fn new(length: usize) -> Self {
        Self {
            words: vec![0; length.div_ceil(8 * 64)],
        }
    }

    /// Marks the stretch of `length` bytes at `from`.
    pub(super) fn mark(&mut self, from: u32, length: usize) {
        let mut unit = index(from) / 8;
        let end = index(from).saturating_add(length).div_ceil(8);
        while unit < end {
            let Some(word) = self.words.get_mut(unit / 64) else {
                return;
            };
            let first = unit % 64;
            let count = (end - unit).min(64 - first);
            *word |= (u64::MAX >> (64 - count)) << first;
            unit += count;
        }
    }

    /// Whether the eight bytes at `offset` are marked.
    pub(super) fn is(&self, offset: u32) -> bool {
        let unit = index(offset) / 8;
        self.words
            .get(unit / 64)
            .is_some_and(|word| word >> (unit % 64) & 1 == 1)
    }

    /// The first marked offset from `from` on that is below `to`, else `to`.
    pub(super) fn next(&self, from: u32, to: u32) -> u32 {
        let mut at = from & !7;
        while at < to {
            let unit = index(at) / 8;
            match self.words.get(unit / 64) {
                Some(0) if unit.is_multiple_of(64) => at = at.saturating_add(8 * 64),
                Some(word) if word >> (unit % 64) & 1 == 0 => at = at.saturating_add(8),
                Some(_) => return at,
                None => return to,
            }
        }
        to
    }

    /// All marked offsets, in order.
    pub(super) fn offsets(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(at, &word)| {
            (0..64)
                .filter(move |bit| word >> bit & 1 == 1)
                .filter_map(move |bit| u32::try_from((at * 64 + bit) * 8).ok())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_again() {
        let mut used = Used::new(8192);
        used.mark(0x20, 12);
        used.mark(0x800, 8);
        assert!(used.is(0x20) && used.is(0x28) && !used.is(0x30));
        assert_eq!(used.next(0x30, 4096), 0x800);
        assert_eq!(used.next(0x808, 8192), 8192);
        assert_eq!(used.offsets().collect::<Vec<_>>(), [0x20, 0x28, 0x800]);
        used.mark(8184, 1_000_000);
        assert!(used.is(8184));
        used.mark(0x0C00, 8 * 130);
        assert_eq!(used.next(0x0C00 + 8 * 130, 8176), 8176);
        assert!(used.is(0x0C00 + 8 * 129) && !used.is(0x0BF8));
    }
}
