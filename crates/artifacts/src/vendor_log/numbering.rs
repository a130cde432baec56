//! The log's own numbering: what is missing, and in which order the records were written.

use crate::NumberGap;

/// The numbers of a log's records with the byte offset of each, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    seen: Vec<(u64, u64)>,
}

impl Numbering {
    pub(super) fn push(&mut self, number: u64, offset: u64) {
        self.seen.push((number, offset));
    }

    /// Where the next number is not the one after the last, from the oldest record to the newest.
    /// Some tools print the newest first: then most numbers are followed by the one before.
    pub(super) fn gaps(mut self) -> Vec<NumberGap> {
        let steps = |forward: bool| {
            let pairs = self.seen.iter().zip(self.seen.iter().skip(1));
            pairs
                .filter(|((a, _), (b, _))| {
                    let (a, b) = if forward { (a, b) } else { (b, a) };
                    a.checked_add(1) == Some(*b)
                })
                .count()
        };
        let falls = |list: &[(u64, u64)]| {
            list.first()
                .zip(list.last())
                .is_some_and(|(first, last)| first.0 > last.0)
        };
        let (up, down) = (steps(true), steps(false));
        if down > up || (down == up && falls(&self.seen)) {
            self.seen.reverse();
        }
        let pairs = self.seen.iter().zip(self.seen.iter().skip(1));
        pairs
            .filter(|((a, _), (b, _))| a.checked_add(1) != Some(*b))
            .map(|((after, _), (before, offset))| NumberGap {
                after: *after,
                before: *before,
                offset: *offset,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gaps(numbers: &[u64]) -> Vec<(u64, u64)> {
        let mut numbering = Numbering::default();
        for (number, offset) in numbers.iter().zip(0..) {
            numbering.push(*number, offset);
        }
        numbering
            .gaps()
            .iter()
            .map(|gap| (gap.after, gap.before))
            .collect()
    }

    #[test]
    fn missing_repeated_and_falling_numbers_are_gaps() {
        assert_eq!(gaps(&[425, 426, 427]), []);
        assert_eq!(gaps(&[425, 427, 428]), [(425, 427)]);
        assert_eq!(gaps(&[1, 2, 2, 3]), [(2, 2)]);
        assert_eq!(gaps(&[7, 8, 9, 1, 2]), [(9, 1)]);
        assert_eq!(gaps(&[9, 8, 6, 5]), [(6, 8)]);
        assert_eq!(gaps(&[9, 5]), [(5, 9)]);
        assert_eq!(gaps(&[u64::MAX, 0]), [(0, u64::MAX)]);
        assert_eq!(gaps(&[]), []);
    }

    proptest! {
        #[test]
        fn what_is_taken_out_is_what_is_missing(
            first in 0_u64..1000,
            kept in proptest::collection::vec(any::<bool>(), 4..60),
            newest_first in any::<bool>(),
        ) {
            let mut numbers: Vec<u64> = (first..)
                .zip(&kept)
                .filter(|(_, kept)| **kept)
                .map(|(number, _)| number)
                .collect();
            let (low, high) = match (numbers.first(), numbers.last()) {
                (Some(low), Some(high)) => (*low, *high),
                _ => return Ok(()),
            };
            let missing: Vec<u64> = (low..=high).filter(|n| !numbers.contains(n)).collect();
            if newest_first {
                numbers.reverse();
            }
            let found: Vec<u64> = gaps(&numbers)
                .iter()
                .flat_map(|(after, before)| after + 1..*before)
                .collect();
            prop_assert_eq!(found, missing);
        }
    }
}
