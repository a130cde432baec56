//! What transactions did to files.

use kusari_evidence::ntfs::FileReference;
use kusari_fixtures::ntfs_log::{LogWriter, Update};

use super::super::*;
use super::{SIZE, TIME, file_name, file_record, forget, index_entry, make, target};

const ROOT: u64 = 5 | 5 << 48;

fn changes(log: LogWriter) -> Vec<FileChange> {
    let bytes = log.finish(true, false);
    let mut all = Vec::new();
    let outcome = LogFile::read(&bytes).changes(None, |change| all.push(change.clone()));
    assert_eq!(outcome.damage, []);
    all
}

fn entry(log: &mut LogWriter, previous: u64, adds: bool, file: u64, name: &[u8]) -> u64 {
    let entry = index_entry(file, name);
    let (redo_data, undo_data): (&[u8], &[u8]) = if adds { (&entry, &[]) } else { (&[], &entry) };
    let update = Update {
        redo: if adds { 0x0C } else { 0x0D },
        undo: if adds { 0x0D } else { 0x0C },
        redo_data,
        undo_data,
        record_offset: 0x100,
        ..target(5)
    };
    log.update(previous, previous, &update)
}

fn free(log: &mut LogWriter, previous: u64, record: u64, sequence: u16) -> u64 {
    let header = file_record(record, sequence, TIME, &file_name(ROOT, "x", 3, TIME));
    let update = Update {
        redo: 0x03,
        undo: 0x02,
        undo_data: &header[..24],
        ..target(record)
    };
    log.update(previous, previous, &update)
}

#[test]
fn a_file_is_made() {
    let mut log = LogWriter::new(2, SIZE);
    make(&mut log, 77, 3, "новый.txt");
    let all = changes(log);
    assert_eq!(all.len(), 1);
    assert_eq!(
        (all[0].standing, all[0].further.len()),
        (Standing::Committed, 1)
    );
    let Change::Created {
        file,
        name,
        standard,
        indexed,
        is_folder,
    } = &all[0].what
    else {
        panic!("{all:?}");
    };
    assert_eq!(*file, FileReference::new(77, 3));
    assert_eq!(name.name, "новый.txt");
    assert_eq!(name.parent, FileReference::new(5, 5));
    assert_eq!(
        standard.created.unwrap().wall.to_string(),
        "2022-06-21T00:00:00.0000000Z"
    );
    assert!(*indexed && !is_folder);
}

#[test]
fn a_file_is_renamed_and_deleted() {
    let mut log = LogWriter::new(1, SIZE);
    make(&mut log, 41, 1, "a.txt");
    let (file, a, b) = (
        41 | 1 << 48,
        file_name(ROOT, "a.txt", 3, TIME),
        file_name(60 | 2 << 48, "b.txt", 3, TIME),
    );
    let first = entry(&mut log, 0, false, file, &a);
    let second = entry(&mut log, first, true, file, &b);
    forget(&mut log, second);
    let first = entry(&mut log, 0, false, file, &b);
    let second = free(&mut log, first, 41, 1);
    forget(&mut log, second);
    let all = changes(log);
    let Change::Renamed { from, to, .. } = &all[1].what else {
        panic!("{all:?}");
    };
    assert_eq!((from.name.as_str(), to.name.as_str()), ("a.txt", "b.txt"));
    assert_eq!(to.parent, FileReference::new(60, 2));
    let Change::Deleted {
        record,
        sequence,
        name,
    } = &all[2].what
    else {
        panic!("{all:?}");
    };
    assert_eq!((*record, *sequence), (41, Some(1)));
    assert_eq!(name.as_ref().unwrap().name, "b.txt");
}

#[test]
fn an_entry_that_moves_within_the_index_is_no_change() {
    let mut log = LogWriter::new(1, SIZE);
    let name = file_name(ROOT, "same", 3, TIME);
    let first = entry(&mut log, 0, false, 50 | 1 << 48, &name);
    let second = entry(&mut log, first, true, 50 | 1 << 48, &name);
    forget(&mut log, second);
    assert_eq!(changes(log), []);
}

#[test]
fn short_names_beside_long_ones_and_other_indexes_are_no_changes() {
    let mut log = LogWriter::new(1, SIZE);
    let short = file_name(ROOT, "LONGNA~1", 2, TIME);
    let first = entry(&mut log, 0, true, 50 | 1 << 48, &short);
    let second = entry(&mut log, first, true, 50 | 1 << 48, &[7; 90]);
    forget(&mut log, second);
    assert_eq!(changes(log), []);
}

#[test]
fn a_lone_name_may_be_a_link() {
    let mut log = LogWriter::new(1, SIZE);
    let name = file_name(ROOT, "link", 3, TIME);
    let first = entry(&mut log, 0, true, 50 | 1 << 48, &name);
    forget(&mut log, first);
    let first = entry(&mut log, 0, false, 50 | 1 << 48, &name);
    forget(&mut log, first);
    let all = changes(log);
    assert!(matches!(all[0].what, Change::NameAdded { .. }));
    assert!(matches!(all[1].what, Change::NameRemoved { .. }));
}

#[test]
fn what_is_taken_back_is_said_to_be() {
    let mut log = LogWriter::new(1, SIZE);
    make(&mut log, 41, 1, "stays");
    let name = file_name(ROOT, "goes", 3, TIME);
    let written = file_record(42, 1, TIME, &name);
    let update = Update {
        redo: 0x02,
        undo: 0x03,
        redo_data: &written,
        ..target(42)
    };
    let first = log.update(0, 0, &update);
    let second = entry(&mut log, first, true, 42 | 1 << 48, &name);
    // Back from the last record to the first.
    let compensation = |redo| Update {
        redo,
        undo: 0x01,
        ..target(42)
    };
    let third = log.update(second, first, &compensation(0x0D));
    let fourth = log.update(third, 0, &compensation(0x03));
    forget(&mut log, fourth);
    let all = changes(log);
    let standing: Vec<Standing> = all.iter().map(|change| change.standing).collect();
    assert_eq!(standing, [Standing::Committed, Standing::Undone]);
}

#[test]
fn a_transaction_without_an_end_is_unfinished() {
    let mut log = LogWriter::new(1, SIZE);
    make(&mut log, 41, 1, "whole");
    free(&mut log, 0, 41, 1);
    let all = changes(log);
    assert_eq!(all.len(), 2);
    assert_eq!(all[1].standing, Standing::Unfinished);
    assert_eq!(all[1].what.record(), 41);
}

#[test]
fn times_are_told_where_all_their_bytes_are_written() {
    let mut log = LogWriter::new(1, SIZE);
    make(&mut log, 41, 1, "file");
    let times = |first: u64| -> Vec<u8> {
        (0..4)
            .flat_map(|number| (first + number).to_le_bytes())
            .collect()
    };
    let (before, after) = (times(TIME), times(TIME + 1000));
    // From the second byte of the creation time on.
    let update = Update {
        redo: 0x07,
        undo: 0x07,
        redo_data: &after[1..],
        undo_data: &before[1..],
        record_offset: 0x38,
        attribute_offset: 0x19,
        ..target(41)
    };
    let first = log.update(0, 0, &update);
    forget(&mut log, first);
    let all = changes(log);
    let Change::TimesChanged {
        record,
        before,
        after,
    } = &all[1].what
    else {
        panic!("{all:?}");
    };
    assert_eq!(*record, 41);
    assert_eq!((before.created, after.created), (None, None));
    let ticks = |time: Option<kusari_evidence::time::RecordedTime>| time.unwrap().wall.ticks();
    assert_eq!(ticks(after.modified) - ticks(before.modified), 1000);
    assert_eq!(ticks(after.accessed), i64::try_from(TIME + 1003).unwrap());
}

#[test]
fn the_geometry_is_found_in_the_log() {
    let mut log = LogWriter::new(1, SIZE);
    make(&mut log, 41, 1, "file");
    let bytes = log.clone().finish(true, false);
    let geometry = LogFile::read(&bytes).geometry().unwrap();
    assert_eq!((geometry.cluster_size, geometry.record_size), (4096, 1024));
    assert_eq!(geometry.first_attribute(), 0x38);
    // One that contradicts: no geometry is better than a wrong one.
    let name = file_name(ROOT, "other", 3, TIME);
    let written = file_record(90, 1, TIME, &name);
    let update = Update {
        redo: 0x02,
        undo: 0x03,
        redo_data: &written,
        vcn: 90,
        ..Update::default()
    };
    log.update(0, 0, &update);
    let bytes = log.finish(true, false);
    assert_eq!(LogFile::read(&bytes).geometry(), None);
}

#[test]
fn open_attributes_get_their_names() {
    let mut log = LogWriter::new(1, SIZE);
    let mut opened = vec![0; 0x28];
    opened[..4].fill(0xFF);
    opened[8..12].copy_from_slice(&0xA0_u32.to_le_bytes());
    opened[0x10..0x18].copy_from_slice(&ROOT.to_le_bytes());
    let name: Vec<u8> = "$I30".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let update = Update {
        redo: 0x1C,
        redo_data: &opened,
        undo_data: &name,
        attribute: 0x40,
        ..Update::default()
    };
    log.update(0, 0, &update);
    let mut table = vec![0; 0x18];
    table[..2].copy_from_slice(&0x28_u16.to_le_bytes());
    table[2] = 2;
    table.extend([0; 0x28]);
    table.extend(&opened);
    let dump = Update {
        redo: 0x1D,
        redo_data: &table,
        ..Update::default()
    };
    let mut names = vec![0x40, 0, 8, 0];
    names.extend(&name);
    names.extend([0, 0]);
    let named = Update {
        redo: 0x1E,
        redo_data: &names,
        ..Update::default()
    };
    let bytes_of = |log: &LogWriter| log.clone().finish(true, false);
    let state = |bytes: &Vec<u8>| {
        let mut open = OpenAttributes::default();
        LogFile::read(bytes).records(|record| open.take(record));
        open.get(0x40).cloned().unwrap()
    };
    let first = state(&bytes_of(&log));
    assert_eq!(first.name.as_deref(), Some("$I30"));
    assert_eq!(first.file, FileReference::new(5, 5));
    let second = log.update(0, 0, &dump);
    log.update(second, second, &named);
    assert_eq!(state(&bytes_of(&log)), first);
}
