//! Times of one PC that run backwards while the log's own numbers go on.
//!
//! A stick has no clock: each record bears the time of the PC that it was in. Times of different
//! PCs are not held against each other.

use std::collections::BTreeMap;

use kusari_evidence::time::{RecordedTime, TICKS_PER_SECOND};

use crate::TimeStepBack;

/// Steps of less are not said: a PC's time service puts its clock back by seconds.
const LEAST_STEP: i64 = 60 * TICKS_PER_SECOND;

/// The records of a log, PC by PC.
#[derive(Debug, Default)]
pub(super) struct Order {
    of_computer: BTreeMap<String, Vec<Numbered>>,
}

#[derive(Debug, Clone, Copy)]
struct Numbered {
    number: u64,
    time: RecordedTime,
    offset: u64,
}

impl Order {
    /// Takes in a record, in whatever order the file has them.
    pub(super) fn push(&mut self, computer: &str, number: u64, time: RecordedTime, offset: u64) {
        let of_computer = self.of_computer.entry(computer.to_owned()).or_default();
        of_computer.push(Numbered {
            number,
            time,
            offset,
        });
    }

    /// The steps back in the order of the numbers. Local times are compared as written, so the end
    /// of summer time is among them.
    pub(super) fn steps_back(self) -> Vec<TimeStepBack> {
        let mut steps = Vec::new();
        for (computer, mut records) in self.of_computer {
            records.sort_by_key(|record| (record.number, record.offset));
            for (one, next) in records.iter().zip(records.iter().skip(1)) {
                let back = one.time.wall.ticks_since(next.time.wall) >= LEAST_STEP;
                if back && one.number != next.number {
                    TimeStepBack {
                        computer: Some(computer.clone()),
                        after: one.number,
                        from: one.time,
                        before: next.number,
                        to: next.time,
                        offset: next.offset,
                    }
                    .push_to(&mut steps);
                }
            }
        }
        steps.sort_by_key(|step| step.after);
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kusari_evidence::time::Timestamp;

    fn at(minute: u32) -> RecordedTime {
        RecordedTime::local(
            Timestamp::from_civil((2022, 6, 21), (9, minute, 0), 0).unwrap(),
            0,
        )
    }

    fn steps(records: &[(&str, u64, u32)]) -> Vec<(u64, u64)> {
        let mut order = Order::default();
        for (computer, number, minute) in records {
            order.push(computer, *number, at(*minute), 0);
        }
        let steps = order.steps_back();
        steps.iter().map(|step| (step.after, step.before)).collect()
    }

    #[test]
    fn only_times_of_one_pc_are_held_against_each_other() {
        assert_eq!(steps(&[("A", 1, 30), ("B", 2, 10), ("A", 3, 31)]), []);
        assert_eq!(steps(&[("A", 1, 30), ("B", 2, 40), ("A", 3, 10)]), [(1, 3)]);
    }

    #[test]
    fn a_log_that_lists_its_newest_first_does_not_run_backwards() {
        assert_eq!(steps(&[("A", 3, 30), ("A", 2, 20), ("A", 1, 10)]), []);
    }

    #[test]
    fn the_same_minute_is_no_step() {
        assert_eq!(steps(&[("A", 1, 30), ("A", 2, 30)]), []);
    }
}
