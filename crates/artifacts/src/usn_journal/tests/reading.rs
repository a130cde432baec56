//! What is written is read, however the source lies.

use std::ops::Range;

use kusari_evidence::ReadAt;
use kusari_fixtures::usn_journal::{Change, JournalWriter, Ranges, settings};
use proptest::prelude::*;

use super::super::*;
use super::{change, id, plain};
use crate::SourceState;

fn changes() -> impl Strategy<Value = Change> {
    let ids = || (1_u64.., prop::sample::select(vec![0_u64, 0, 7]));
    (
        2_u16..=3,
        ids(),
        ids(),
        1_u64..2_650_467_743_999_999_999,
        1_u32..,
        any::<u32>(),
        (any::<u32>(), any::<u32>()),
        prop::collection::vec(1_u16.., 1..=255),
    )
        .prop_map(
            |(version, file, parent, time, reasons, source, rest, name)| {
                let narrow = |id: (u64, u64)| if version == 2 { (id.0, 0) } else { id };
                Change {
                    version,
                    file: narrow(file),
                    parent: narrow(parent),
                    time,
                    reasons,
                    source,
                    security_id: rest.0,
                    attributes: rest.1,
                    name,
                }
            },
        )
}

fn ranges() -> impl Strategy<Value = Ranges> {
    let extents = prop::collection::vec((0..1_u64 << 63, 0..1_u64 << 63), 0..40);
    (
        1_u64..,
        1_u64..,
        1_u32..,
        any::<u32>(),
        any::<u32>(),
        extents,
    )
        .prop_map(
            |(file, parent, reasons, source, remaining, extents)| Ranges {
                file: (file, 3),
                parent: (parent, 0),
                reasons,
                source,
                remaining,
                extents,
            },
        )
}

fn file_id((low, high): (u64, u64)) -> FileId {
    FileId { low, high }
}

proptest! {
    #[test]
    fn every_field_comes_back(
        list in prop::collection::vec(prop_oneof![
            changes().prop_map(Ok),
            ranges().prop_map(Err),
        ], 1..60),
        first in (0_u64..1 << 40).prop_map(|first| first * 8),
    ) {
        let mut writer = JournalWriter::new(first);
        let numbers: Vec<u64> = list.iter().map(|one| match one {
            Ok(change) => writer.change(change),
            Err(ranges) => writer.ranges(ranges),
        }).collect();
        let start = writer.start();
        let bytes = writer.into_bytes();
        let journal = Journal::read(&bytes, &ReadOptions::default());
        prop_assert!(journal.outcome().damage.is_empty(), "{:?}", journal.outcome().damage);
        prop_assert!(journal.outcome().coverage.gaps.is_empty());
        prop_assert_eq!(usize::try_from(journal.len()).unwrap(), list.len());
        for ((record, usn), one) in journal.records().zip(numbers).zip(&list) {
            prop_assert_eq!((record.usn, record.offset, record.minor), (usn, usn - start, 0));
            match one {
                Ok(change) => {
                    prop_assert_eq!(record.version as u16, change.version);
                    prop_assert_eq!(record.file, file_id(change.file));
                    prop_assert_eq!(record.parent, file_id(change.parent));
                    prop_assert_eq!(record.time.unwrap().ticks(), i64::try_from(change.time).unwrap());
                    prop_assert_eq!(record.reasons.0, change.reasons);
                    prop_assert_eq!(record.source.0, change.source);
                    prop_assert_eq!(record.security_id, Some(change.security_id));
                    prop_assert_eq!(record.attributes, Some(change.attributes));
                    prop_assert!(record.name.unwrap().units().eq(change.name.iter().copied()));
                    prop_assert_eq!((record.extents.len(), record.remaining_extents), (0, None));
                }
                Err(ranges) => {
                    prop_assert_eq!(record.version, Version::V4);
                    prop_assert_eq!(record.file, file_id(ranges.file));
                    prop_assert_eq!(record.parent, file_id(ranges.parent));
                    prop_assert_eq!(record.reasons.0, ranges.reasons);
                    prop_assert_eq!(record.source.0, ranges.source);
                    prop_assert_eq!(record.remaining_extents, Some(ranges.remaining));
                    let extents: Vec<_> =
                        record.extents.iter().map(|extent| (extent.offset, extent.length)).collect();
                    prop_assert_eq!(&extents, &ranges.extents);
                    prop_assert_eq!((record.name, record.time, record.attributes), (None, None, None));
                }
            }
        }
    }
}

/// A stream with a hole before its bytes; reading in the hole is an error, so that a test sees it.
struct Sparse {
    hole: u64,
    bytes: Vec<u8>,
    most: usize,
}

impl ReadAt for Sparse {
    fn size(&self) -> u64 {
        self.hole + u64::try_from(self.bytes.len()).unwrap()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        let offset = offset
            .checked_sub(self.hole)
            .ok_or(std::io::ErrorKind::Other)?;
        let most = buffer.len().min(self.most);
        self.bytes.read_at(offset, &mut buffer[..most])
    }

    fn next_stored(&self, offset: u64) -> Option<Range<u64>> {
        // In stretches that adjoin each other, as the runs of a fragmented file.
        let start = offset.max(self.hole);
        let end = (start / 512 + 1) * 512;
        (start < self.size()).then(|| start..end.min(self.size()))
    }
}

#[test]
fn a_hole_of_terabytes_is_not_read_and_small_pieces_are_joined() {
    let writer = plain(5000, 3 << 40);
    let hole = writer.start();
    let bytes = writer.into_bytes();
    let whole = Journal::read(&bytes, &ReadOptions::default());
    for most in [100, 512, 4096, usize::MAX] {
        let sparse = Sparse {
            hole,
            bytes: bytes.clone(),
            most,
        };
        let journal = Journal::read(&sparse, &ReadOptions::default());
        assert_eq!(journal.outcome().damage, []);
        assert_eq!(journal.outcome().coverage.gaps, []);
        assert_eq!(journal.outcome().coverage.states, [SourceState::RolledOver]);
        assert_eq!(journal.len(), 5000);
        for (record, other) in journal.records().zip(whole.records()) {
            // The stream as a whole: the offset is the number.
            assert_eq!(record.offset, record.usn);
            assert_eq!(
                record,
                Record {
                    offset: record.offset,
                    ..other
                }
            );
        }
    }
}

#[test]
fn zeros_before_and_behind_are_no_records() {
    let mut bytes = vec![0; 3 << 20];
    bytes.extend(plain(100, 3 << 20).into_bytes());
    bytes.extend([0; 10_000]);
    let journal = Journal::read(&bytes, &ReadOptions::default());
    assert_eq!((journal.len(), journal.outcome().damage.len()), (100, 0));
    assert_eq!(journal.span().unwrap().0, 3 << 20);
}

#[test]
fn settings_tell_a_restart_from_a_roll_over() {
    let bytes = plain(10, 0x5000).into_bytes();
    let states = |lowest: Option<u64>| {
        let max = lowest.map(|lowest| settings(32 << 20, 8 << 20, super::TIME, lowest));
        let settings = max.map(|max| Settings::parse(&max).unwrap());
        let options = ReadOptions {
            settings,
            ..ReadOptions::default()
        };
        Journal::read(&bytes, &options)
            .outcome()
            .coverage
            .states
            .clone()
    };
    assert_eq!(states(None), [SourceState::RolledOver]);
    assert_eq!(states(Some(0)), [SourceState::RolledOver]);
    assert_eq!(states(Some(0x5000)), [SourceState::Cleared]);
    assert_eq!(
        states(Some(0x1000)),
        [SourceState::Cleared, SourceState::RolledOver]
    );
}

#[test]
fn missing_numbers_are_gaps_and_full_pages_are_none() {
    let mut writer = plain(300, 0);
    let before = writer.next();
    writer.skip(64);
    writer.change(&change(id(9, 1), id(5, 5), 1, "behind"));
    let bytes = writer.into_bytes();
    let outcome = scan(&bytes, None, |_| {});
    let [gap] = outcome.coverage.gaps[..] else {
        panic!("{:?}", outcome.coverage.gaps);
    };
    assert!(gap.after < before && gap.before > before);
    assert_eq!((gap.before, outcome.coverage.records), (gap.offset, 301));
}

#[test]
fn clocks_set_back_are_seen() {
    let mut writer = plain(3, 0);
    let mut late = change(id(9, 1), id(5, 5), 1, "late");
    late.time -= 3_600 * 10_000_000;
    writer.change(&late);
    let outcome = scan(&writer.into_bytes(), None, |_| {});
    assert_eq!(outcome.coverage.states, [SourceState::TimeStepsBack]);
    let first = outcome.coverage.first.unwrap().wall;
    assert_eq!(first.to_string(), "2022-06-20T23:00:00.0000000Z");
}

#[test]
fn records_are_found_in_any_bytes() {
    let mut bytes: Vec<u8> = (0..100_000_u32)
        .flat_map(|n| n.wrapping_mul(0x9E37_79B9).to_le_bytes())
        .collect();
    let records = plain(50, 0x7000).into_bytes();
    let at = 70_000;
    bytes[at..at + records.len()].copy_from_slice(&records);
    let mut found = Vec::new();
    let outcome = carve(&bytes, |record| found.push((record.usn, record.offset)));
    assert_eq!(outcome.coverage.records, 50);
    let live = Journal::read(&records, &ReadOptions::default());
    let start = u64::try_from(at).unwrap();
    let expected: Vec<_> = live.records().map(|r| (r.usn, r.offset + start)).collect();
    assert_eq!(found, expected);
}

#[test]
fn names_say_reasons_and_sources() {
    let reasons = Reasons(0x8000_2102 | 0x8);
    assert_eq!(
        reasons.to_string(),
        "DATA_EXTEND|FILE_CREATE|RENAME_NEW_NAME|CLOSE|0x8"
    );
    assert_eq!(SourceInfo(0).to_string(), "");
    assert_eq!(
        SourceInfo(0xA).to_string(),
        "AUXILIARY_DATA|CLIENT_REPLICATION_MANAGEMENT"
    );
}
