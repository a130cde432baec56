//! What the block table of a disk shows at a look: damage that a person should know of before
//! relying on what the disk holds.

use std::io;

/// What was seen in the entries of a table.
#[derive(Default)]
pub(super) struct BlockNotes {
    /// Where blocks stand in the file, with their numbers.
    starts: Vec<(u64, u64)>,
    bad: usize,
    /// Why the first bad block cannot be read.
    first: Option<io::Error>,
}

/// The most entries that are looked at when a disk is opened: those of a disk of 2 TiB in blocks
/// of 2 MiB.
pub(super) const MOST_LOOKED: u64 = 1 << 20;

/// The most damaged entries that are counted: where a table is gone, the rest is not looked at.
const MOST_BAD: usize = 1000;

impl BlockNotes {
    /// Takes the place of a block; false when enough was seen.
    pub(super) fn add(&mut self, block: u64, place: io::Result<Option<u64>>) -> bool {
        match place {
            Ok(Some(start)) => self.starts.push((start, block)),
            Ok(None) => {}
            Err(error) => {
                self.bad = self.bad.saturating_add(1);
                self.first.get_or_insert(error);
            }
        }
        self.bad < MOST_BAD
    }

    /// What was seen, where each block takes `length` bytes of the file and must end at `end`.
    pub(super) fn finish(mut self, length: u64, end: u64) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(error) = self.first {
            let count = match self.bad {
                MOST_BAD.. => format!("{MOST_BAD} blocks or more"),
                1 => "one block".to_owned(),
                count => format!("{count} blocks"),
            };
            notes.push(format!("{count} of the disk cannot be read: {error}"));
        }
        self.starts.sort_unstable();
        let shared = self
            .starts
            .windows(2)
            .filter(|pair| matches!(pair, [(a, _), (b, _)] if b.saturating_sub(*a) < length))
            .count();
        if shared > 0 {
            notes.push(format!(
                "{shared} blocks of the disk share bytes of the file with another block: of each \
                 two, one at most is right"
            ));
        }
        if let Some((start, block)) = self.starts.last()
            && start.saturating_add(length) > end
        {
            notes.push(format!(
                "the file ends inside block {block} of the disk: it is cut"
            ));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_counted_and_bounded() {
        let mut notes = BlockNotes::default();
        for (block, start) in [(0, 100), (1, 300), (2, 150), (3, 400)] {
            assert!(notes.add(block, Ok(Some(start))));
        }
        assert!(notes.add(4, Ok(None)));
        assert!(notes.add(5, Err(io::Error::other("why"))));
        let notes = notes.finish(100, 499).join("\n");
        for part in ["one block", "why", "1 blocks", "inside block 3"] {
            assert!(notes.contains(part), "{notes}");
        }

        let mut notes = BlockNotes::default();
        let seen = (0..5000).take_while(|block| notes.add(*block, Err(io::Error::other("x"))));
        assert_eq!(seen.count(), MOST_BAD - 1);
        assert!(notes.finish(1, 1)[0].contains("or more"));
        assert!(BlockNotes::default().finish(1, 1).is_empty());
    }
}
