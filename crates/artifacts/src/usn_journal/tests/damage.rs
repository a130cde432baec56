//! Damage costs what is damaged, and nothing panics or hangs.

use std::collections::HashMap;

use kusari_evidence::ReadAt;
use kusari_fixtures::variants::{Kind, variant};

use super::super::*;
use super::plain;
use super::volume::TestVolume;
use crate::SourceState;

#[test]
fn only_damaged_records_are_lost() {
    let bytes = plain(400, 0x10_0000).into_bytes();
    let whole = Journal::read(&bytes, &ReadOptions::default());
    for seed in 0..3000 {
        let damaged = variant(&bytes, seed, 3000);
        let journal = Journal::read(&damaged.bytes, &ReadOptions::default());
        let found: HashMap<u64, Record<'_>> = journal
            .records()
            .map(|record| (record.usn, record))
            .collect();
        let doubtful = journal.outcome().damage.iter();
        let doubtful = doubtful.filter(|damage| damage.reason == "another record has its number");
        let all = usize::try_from(journal.len()).unwrap();
        assert_eq!(found.len() + doubtful.count(), all, "seed {seed}");
        for record in whole.records() {
            let range = record.offset..record.offset + u64::from(record.length);
            let touched = u64::try_from(damaged.touched.start).unwrap()
                ..u64::try_from(damaged.touched.end).unwrap();
            let apart = range.end <= touched.start || touched.end <= range.start;
            let inserted =
                touched.is_empty() && touched.start > range.start && touched.start < range.end;
            if apart && !inserted {
                let other = found.get(&record.usn);
                let other =
                    other.unwrap_or_else(|| panic!("seed {seed} {:?}: {record:?}", damaged.kind));
                assert_eq!(
                    Record {
                        offset: 0,
                        ..other.clone()
                    },
                    Record {
                        offset: 0,
                        ..record
                    }
                );
            }
        }
        let said = &journal.outcome().coverage;
        if journal.len() < whole.len() && damaged.kind != Kind::Truncate {
            let seen = !said.gaps.is_empty() || !journal.outcome().damage.is_empty();
            let first_or_last =
                damaged.touched.start < 200 || bytes.len() - damaged.touched.end < 200;
            assert!(seen || first_or_last, "seed {seed} {:?}", damaged.kind);
        }
        for damage in &journal.outcome().damage {
            assert!(damage.offset + damage.length <= damaged.bytes.len() as u64);
        }
    }
}

#[test]
fn hostile_bytes_end() {
    let mut volume = TestVolume::new(7, 0);
    for _ in 0..200 {
        volume.step();
    }
    let (bytes, table) = (volume.journal(), volume.table());
    for seed in 0..500 {
        let mut damaged = bytes.clone();
        for more in 0..20 {
            damaged = variant(&damaged, seed * 100 + more, 50).bytes;
        }
        let journal = Journal::read(&damaged, &ReadOptions::default());
        let folders = journal.folders(Some(&table));
        let mut paths = folders.paths();
        for number in 0..journal.len() {
            assert!(paths.of(number).len() < 100_000);
        }
        assert!(journal.activities().count() <= 12 * usize::try_from(journal.len()).unwrap());
        carve(&damaged, |record| {
            let _ = folders.path_of_carved(record);
        });
    }
}

/// Bytes of which a stretch cannot be read.
struct Bad(Vec<u8>, std::ops::Range<u64>);

impl ReadAt for Bad {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.1.contains(&offset) {
            return Err(std::io::Error::other("bad sector"));
        }
        let count = self.0.read_at(offset, buffer)?;
        let before = self
            .1
            .start
            .checked_sub(offset)
            .map(|n| usize::try_from(n).unwrap());
        Ok(before.map_or(count, |before| count.min(before)))
    }
}

#[test]
fn unreadable_bytes_cost_only_themselves() {
    let bytes = plain(2000, 0).into_bytes();
    let all = scan(&bytes, None, |_| {}).coverage.records;
    let bad = Bad(bytes, 40_960..49_152);
    let mut inside = 0;
    let outcome = scan(&bad, None, |record| {
        inside += u64::from((40_960..49_152).contains(&record.offset));
    });
    assert_eq!(inside, 0);
    assert!(all - outcome.coverage.records < 150);
    assert_eq!(outcome.coverage.gaps.len(), 1);
    assert!(outcome.coverage.states.contains(&SourceState::Damaged));
    let lengths: u64 = outcome.damage.iter().map(|damage| damage.length).sum();
    assert_eq!(lengths, 8192, "{:?}", outcome.damage);
}

#[test]
fn a_limit_is_kept_and_said() {
    let bytes = plain(100, 0).into_bytes();
    let options = ReadOptions {
        most_records: 40,
        ..ReadOptions::default()
    };
    let journal = Journal::read(&bytes, &options);
    assert_eq!(
        (journal.len(), journal.outcome().coverage.records),
        (40, 40)
    );
    assert!(
        journal
            .outcome()
            .coverage
            .states
            .contains(&SourceState::CutShort)
    );
    assert_eq!(journal.outcome().damage.len(), 1);
}
