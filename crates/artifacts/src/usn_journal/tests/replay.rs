//! Paths are those at the time of the record; what is called known is never wrong.

use super::super::*;
use super::volume::TestVolume;
use super::{change, id, plain};
use kusari_fixtures::usn_journal::JournalWriter;

fn volume(seed: u64) -> TestVolume {
    let mut volume = TestVolume::new(seed, 0);
    for _ in 0..400 {
        volume.step();
    }
    volume
}

/// How many paths are known, and how many may be; each that is known is held against the truth.
fn check(volume: &TestVolume, bytes: &Vec<u8>, table: bool, seed: u64) -> (usize, usize, usize) {
    let all = Journal::read(&volume.journal(), &ReadOptions::default());
    let numbers: Vec<u64> = all.records().map(|record| record.usn).collect();
    assert_eq!(numbers.len(), volume.truth.len());
    let table = table.then(|| volume.table());
    let journal = Journal::read(bytes, &ReadOptions::default());
    let folders = journal.folders(table.as_ref());
    let mut paths = folders.paths();
    let mut backwards = folders.paths();
    let (mut known, mut across, mut unknown) = (0, 0, 0);
    for number in (0..journal.len()).rev() {
        let _ = backwards.of(number);
    }
    for (number, record) in (0..).zip(journal.records()) {
        let truth = &volume.truth[numbers.binary_search(&record.usn).unwrap()];
        let mut path = String::new();
        match paths.append(number, &mut path) {
            PathStanding::Known => {
                assert_eq!(&path, truth, "seed {seed}, record {number} {record:?}");
                known += 1;
            }
            PathStanding::AcrossGap => across += 1,
            PathStanding::Unknown => {
                assert!(path.starts_with('?'), "{path}");
                let end = path.trim_start_matches('?');
                assert!(truth.ends_with(end), "{path} {truth}");
                unknown += 1;
            }
        }
        // What is remembered does not depend on the order of the questions.
        assert_eq!(backwards.of(number), path);
    }
    (known, across, unknown)
}

#[test]
fn a_whole_journal_gives_every_path_with_and_without_the_table() {
    for seed in 0..40 {
        let volume = volume(seed);
        let bytes = volume.journal();
        for table in [true, false] {
            let (known, across, unknown) = check(&volume, &bytes, table, seed);
            assert_eq!(
                (known, across, unknown),
                (volume.truth.len(), 0, 0),
                "{seed}"
            );
        }
    }
}

#[test]
fn a_journal_that_rolled_over_gives_every_path_with_the_table() {
    for seed in 0..40 {
        let volume = volume(seed);
        let mut bytes = volume.journal();
        bytes.drain(..bytes.len() / 4096 / 2 * 4096);
        let (known, across, unknown) = check(&volume, &bytes, true, seed);
        assert!(
            known > 0 && across == 0 && unknown == 0,
            "{known} {across} {unknown}"
        );
        let (known_without, across, unknown) = check(&volume, &bytes, false, seed);
        assert_eq!(across, 0);
        assert_eq!(known_without + unknown, known);
    }
}

#[test]
fn behind_a_gap_nothing_is_called_known_that_may_be_wrong() {
    let (mut sum_known, mut sum_across) = (0, 0);
    for seed in 0..60 {
        let volume = volume(seed);
        let mut bytes = volume.journal();
        let pages = bytes.len() / 4096;
        let lost = usize::try_from(seed).unwrap() % (pages - 2) + 1;
        bytes[lost * 4096..(lost + 1) * 4096].fill(0);
        for table in [true, false] {
            let (known, across, _) = check(&volume, &bytes, table, seed);
            sum_known += known;
            sum_across += across;
        }
    }
    assert!(
        sum_known > 10_000 && sum_across > 100,
        "{sum_known} {sum_across}"
    );
}

#[test]
fn a_record_that_another_folder_has_by_now_is_not_mistaken_for_it() {
    let mut writer = JournalWriter::new(0);
    let folder = |sequence, reasons, name: &str| {
        let mut folder = change(id(50, sequence), id(5, 5), reasons, name);
        folder.attributes = 0x10;
        folder
    };
    writer.change(&change(id(60, 1), id(50, 3), 0x2, "unknown.txt"));
    writer.change(&change(id(61, 1), id(50, 4), 0x2, "old.txt"));
    writer.change(&folder(4, 0x8000_0200, "deleted"));
    writer.change(&folder(5, 0x100, "new"));
    writer.change(&change(id(61, 2), id(50, 5), 0x2, "new.txt"));
    let bytes = writer.into_bytes();
    let journal = Journal::read(&bytes, &ReadOptions::default());
    let folders = journal.folders(None);
    let mut paths = folders.paths();
    assert_eq!(paths.of(0), "?/unknown.txt");
    assert_eq!(paths.of(1), "deleted/old.txt");
    assert_eq!(paths.of(4), "new/new.txt");
    assert_eq!(paths.folder_of(4), ("new", PathStanding::Known));
    assert_eq!(paths.of(99), "?/?");
}

#[test]
fn folders_inside_each_other_end() {
    let mut writer = plain(2, 0);
    for (at, inside) in [(70, 71), (71, 70), (72, 72)] {
        let mut folder = change(id(at, 1), id(inside, 1), 0x8000, "round");
        folder.attributes = 0x10;
        writer.change(&folder);
    }
    writer.change(&change(id(80, 1), id(71, 1), 0x2, "lost.txt"));
    let bytes = writer.into_bytes();
    let journal = Journal::read(&bytes, &ReadOptions::default());
    let folders = journal.folders(None);
    assert_eq!(folders.paths().of(5), "?/lost.txt");
}

#[test]
fn carved_records_get_paths_by_their_number() {
    let volume = volume(3);
    let bytes = volume.journal();
    let half = bytes.len() / 4096 / 2 * 4096;
    let (old, live) = (bytes[..half].to_vec(), bytes[half..].to_vec());
    let (journal, table) = (
        Journal::read(&live, &ReadOptions::default()),
        volume.table(),
    );
    let folders = journal.folders(Some(&table));
    let mut truth = volume.truth.iter();
    let (mut right, mut count) = (0, 0);
    carve(&old, |record| {
        let (path, standing) = folders.path_of_carved(record);
        count += 1;
        assert_ne!(standing, PathStanding::Known, "older than the journal");
        right += i32::from(&path == truth.next().unwrap());
    });
    assert!(count > 50 && right > count / 4, "{right} of {count}");
    // Those that are live, too, are where they were.
    let mut truth = volume.truth.iter().skip(count.try_into().unwrap());
    let mut known = 0;
    carve(&live, |record| {
        let (path, standing) = folders.path_of_carved(record);
        let truth = truth.next().unwrap();
        known += i32::from(standing == PathStanding::Known);
        assert!(standing != PathStanding::Known || &path == truth);
    });
    assert!(known > 50);
}
