//! Pages and records.

use super::super::*;
use super::{SIZE, files};
use crate::SourceState;

fn lsns(bytes: &Vec<u8>) -> (Vec<u64>, crate::Outcome) {
    let mut all = Vec::new();
    let outcome = LogFile::read(bytes).records(|record| all.push(record.lsn));
    assert!(all.is_sorted_by(|a, b| a < b));
    (all, outcome)
}

#[test]
fn records_are_read_across_pages_in_both_versions() {
    for version in [1, 2] {
        let bytes = files(version, 30).finish(true, false);
        let (all, outcome) = lsns(&bytes);
        assert_eq!((all.len(), outcome.coverage.records), (91, 91));
        assert_eq!((outcome.damage, outcome.coverage.states), (vec![], vec![]));
        let mut crossing = 0;
        LogFile::read(&bytes).records(|record| {
            if record.offset % 4096 + record.length > 4096 {
                crossing += 1;
                let header = u64::try_from(record.data.len()).unwrap() + 0x30;
                assert_eq!(record.length, header + 0x40);
            }
        });
        assert!(crossing >= 3, "{crossing}");
    }
}

#[test]
fn the_restart_page_says_how_the_log_is_laid_out() {
    let bytes = files(2, 3).finish(false, false);
    let log = LogFile::read(&bytes);
    let page = &log.restart_pages()[0];
    assert_eq!(page.version, (2, 0));
    assert_eq!((page.log_page_size, page.data_offset), (4096, 0x40));
    assert_eq!(page.clients[0].name, "NTFS");
    assert!(!page.is_clean());
    let outcome = log.records(|_| {});
    assert_eq!(outcome.coverage.states, [SourceState::Dirty]);
}

#[test]
fn a_log_that_went_round_is_read_from_its_oldest_record() {
    for version in [1, 2] {
        let bytes = files(version, 400).finish(true, false);
        let (all, outcome) = lsns(&bytes);
        assert!(all.len() > 200 && all.len() < 1201, "{}", all.len());
        assert_eq!(outcome.coverage.states, [SourceState::RolledOver]);
        assert_eq!(outcome.damage, []);
        // Nothing is missing between the oldest and the newest record.
        let whole: Vec<u64> = {
            let mut log = files(version, 0);
            let mut all = Vec::new();
            for number in 0..400_u64 {
                let name = format!(
                    "file {number} {}.txt",
                    "x".repeat(usize::try_from(number % 50).unwrap())
                );
                all.push(super::make(&mut log, 40 + number, 1, &name));
            }
            all
        };
        let first = all[0];
        assert!(
            whole
                .iter()
                .filter(|end| **end >= first)
                .all(|end| all.contains(end))
        );
    }
}

#[test]
fn the_last_page_may_stand_only_in_its_copy() {
    for version in [1, 2] {
        let (whole, _) = lsns(&files(version, 60).finish(true, false));
        let (copied, outcome) = lsns(&files(version, 60).finish(true, true));
        assert_eq!((whole, outcome.damage), (copied, vec![]));
    }
}

#[test]
fn without_restart_pages_records_are_still_found() {
    let whole = files(1, 60).finish(true, false);
    let mut bytes = whole.clone();
    bytes[..2 * 4096].fill(0x11);
    let (all, outcome) = lsns(&bytes);
    assert_eq!(all, lsns(&whole).0);
    assert_eq!(outcome.damage.len(), 2);
}

#[test]
fn a_log_that_was_never_written_to_has_no_records() {
    let bytes = vec![0xFF; SIZE];
    let (all, outcome) = lsns(&bytes);
    assert_eq!((all, outcome), (vec![], crate::Outcome::default()));
    let (all, outcome) = lsns(&Vec::new());
    assert!(all.is_empty());
    assert_eq!(outcome.coverage.records, 0);
}

#[test]
fn operations_have_names() {
    assert_eq!(Operation(2).to_string(), "InitializeFileRecordSegment");
    assert_eq!(Operation(0x25).to_string(), "ZeroEndOfFileRecord");
    assert_eq!(Operation(0x26).to_string(), "0x26");
}
