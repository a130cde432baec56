//! Hives built for one question each: old logs, lost headers, deleted keys, crossed pointers.

// A test may fail loudly.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

use kusari_artifacts::SourceState::{CutShort, Damaged, Dirty, LogsMissing, LogsReplayed};
use kusari_artifacts::registry::{Hive, HiveError, HiveKind, PathStanding, Recovered};
use kusari_fixtures::hive::{self as written, Key, Value};

mod split_log;
use split_log::split_log;

const TIME: u64 = 132_000_000_000_000_000;

fn tree(keys: u32) -> Key {
    let mut root = Key::new("ROOT", TIME);
    for number in 0..keys {
        let value = Value::sz("Name", &format!("device {number}"));
        root.put(Key::new(format!("Key{number:02}"), TIME).with(value));
    }
    root
}

fn get(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn put(bytes: &mut [u8], at: usize, number: u32) {
    bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
}

fn seal(bytes: &mut [u8]) {
    let sum = (0..127).fold(0, |sum, at| sum ^ get(bytes, at * 4));
    put(bytes, 508, sum);
}

/// The log that Windows 7 writes before it writes `after` over `before`.
fn dirty_vector(before: &[u8], after: &[u8]) -> Vec<u8> {
    let mut log = after[..512].to_vec();
    put(&mut log, 28, 1);
    seal(&mut log);
    let pages: Vec<&[u8]> = after[4096..].chunks(512).collect();
    let mut bitmap = vec![0_u8; pages.len() / 8];
    let mut changed = Vec::new();
    for (number, page) in pages.iter().enumerate() {
        if before.get(4096 + number * 512..4608 + number * 512) != Some(page) {
            bitmap[number / 8] |= 1 << (number % 8);
            changed.extend_from_slice(page);
        }
    }
    log.extend_from_slice(b"DIRT");
    log.extend(bitmap);
    log.resize(log.len().next_multiple_of(512), 0);
    log.extend(changed);
    log
}

/// A hive before a change, marked as being written, and after it, with the log between.
fn windows_7() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let mut hive = written::Hive::new("SYSTEM", &tree(30), TIME, 7);
    let mut before = hive.to_bytes();
    for number in 0..60 {
        let value = Value::binary("Data", vec![7; 500]);
        hive.add_key(
            "Key05",
            &Key::new(format!("Added{number}"), TIME).with(value),
        );
    }
    let mut after = hive.to_bytes();
    put(&mut before, 4, 8);
    seal(&mut before);
    for at in [4, 8] {
        put(&mut after, at, 8);
    }
    seal(&mut after);
    assert!(after.len() > before.len());
    let log = dirty_vector(&before, &after);
    (before, after, log)
}

#[test]
fn a_log_of_windows_7_brings_its_pages() {
    let (before, after, log) = windows_7();
    let hive = Hive::open(before.clone(), &[vec![], log.clone()]).unwrap();
    assert_eq!(hive.bytes(), after);
    let outcome = hive.outcome();
    assert_eq!(outcome.damage, []);
    assert_eq!(outcome.coverage.states, [Dirty, LogsReplayed]);
    assert!(hive.key(r"key05\ADDED59").is_some());
    assert_eq!(hive.base_block().kind(), Some(HiveKind::System));

    // A log of another moment is left alone.
    let mut other = log.clone();
    other[12] ^= 1;
    seal(&mut other);
    let hive = Hive::open(before.clone(), &[other]).unwrap();
    assert_eq!(hive.outcome().coverage.states, [Dirty, LogsMissing]);
    assert!(hive.key(r"Key05\Added0").is_none());

    // A log that is cut short brings what it has.
    let short = log[..log.len() - 512].to_vec();
    let hive = Hive::open(before, &[short]).unwrap();
    let outcome = hive.outcome();
    assert_eq!(
        outcome.coverage.states,
        [Dirty, LogsReplayed, CutShort, Damaged]
    );
}

#[test]
fn a_lost_header_comes_from_the_log() {
    let (mut before, after, log) = windows_7();
    // The first bin keeps a copy of the header's time.
    let time = before[12..20].to_vec();
    before[4096 + 20..4096 + 28].copy_from_slice(&time);
    before[..512].fill(0);
    let hive = Hive::open(before.clone(), &[log]).unwrap();
    assert!(hive.base_block().is_valid);
    assert_eq!(hive.base_block().file_name, "SYSTEM");
    assert!(hive.key(r"Key05\Added59").is_some());
    assert_eq!(hive.bytes().len(), after.len());
    assert_eq!(
        hive.outcome().coverage.states,
        [Dirty, LogsReplayed, Damaged]
    );

    let hive = Hive::open(before, &[]).unwrap();
    assert!(hive.key("Key05").is_some());
    assert_eq!(
        hive.outcome().coverage.states,
        [Dirty, LogsMissing, Damaged]
    );
}

#[test]
fn new_logs_apply_in_the_order_of_their_entries() {
    let mut hive = written::Hive::new("SYSTEM", &tree(30), TIME, 7);
    for number in 0..4 {
        hive.add_key("Key01", &Key::new(format!("Added{number}"), TIME));
        hive.log_changes();
    }
    let dirty = hive.to_dirty();
    let both = split_log(&dirty.log1, 2);
    let swapped = [both[1].clone(), both[0].clone()];
    for logs in [&both, &swapped] {
        let replayed = Hive::open(dirty.primary.clone(), logs).unwrap();
        assert_eq!(replayed.bytes(), hive.to_bytes());
        assert_eq!(replayed.outcome().damage, []);
    }
    // LOG2 goes on where LOG1 ends.
    let first = Hive::open(dirty.primary.clone(), &both[..1]).unwrap();
    assert!(first.key(r"Key01\Added1").is_some());
    assert!(first.key(r"Key01\Added2").is_none());
    // And without what LOG1 brings, LOG2 is as Windows finds it: later than the hive, and used.
    let second = Hive::open(dirty.primary.clone(), &both[1..]).unwrap();
    assert_eq!(second.outcome().coverage.states[..2], [Dirty, LogsReplayed]);

    // A wrong byte in the second entry of LOG1 ends the replay behind the first one.
    let mut broken = both.clone();
    let second = 512 + get(&broken[0], 516) as usize;
    broken[0][second + 200] ^= 1;
    let hive = Hive::open(dirty.primary, &broken).unwrap();
    assert!(hive.key(r"Key01\Added0").is_some());
    assert!(hive.key(r"Key01\Added1").is_none());
    let outcome = hive.outcome();
    assert_eq!(outcome.damage.len(), 1);
    assert!(outcome.damage[0].reason.contains("transaction log 1"));
}

#[test]
fn a_deleted_key_keeps_its_values_and_what_is_known_of_its_path() {
    let mut hive = written::Hive::new("SYSTEM", &tree(30), TIME, 7);
    hive.delete_key("Key07", TIME + 10);
    let hive = Hive::open(hive.to_bytes(), &[]).unwrap();
    assert!(hive.key("Key07").is_none());
    let found: Vec<_> = hive.recovered_keys().collect();
    assert_eq!(found.len(), 1);
    let key = found[0];
    assert_eq!(key.recovery(), Some(Recovered::Deleted));
    assert_eq!(key.name(), "Key07");
    assert_eq!(
        key.value("name").unwrap().text().as_deref(),
        Some("device 7")
    );
    assert!(key.value("name").unwrap().is_recovered());
    assert_eq!(hive.recovered_values().count(), 0);
    // Whether the old list of subkeys is still there is the writer's matter; either way the path
    // holds nothing that is not proved.
    match key.path_standing() {
        PathStanding::Listed => assert_eq!(key.path(), "Key07"),
        standing => {
            assert_eq!(standing, PathStanding::Unknown);
            assert_eq!(key.path(), r"?\Key07");
            assert_eq!(key.possible_path().as_deref(), Some("Key07"));
        }
    }
}

#[test]
fn a_list_in_free_space_proves_a_path_and_a_used_cell_does_not() {
    let mut built = written::Hive::new("SYSTEM", &tree(30), TIME, 7);
    built.add_key("Key03", &Key::new("Stays", TIME + 5));
    built.add_key("Key03", &Key::new("Goes", TIME + 5));
    // The list of the two moves to a longer cell, and the old one stays as it was.
    built.add_key("Key03", &Key::new("Third", TIME + 6));
    let mut bytes = built.to_bytes();
    let live = Hive::open(bytes.clone(), &[]).unwrap();
    let (parent, goes) = (live.key("Key03").unwrap(), live.key(r"Key03\Goes").unwrap());
    let stays = live.key(r"Key03\Stays").unwrap();
    let offsets = [stays.cell() - 4096, goes.cell() - 4096];
    let (parent, goes) = (parent.cell() as usize, goes.cell() as usize);

    // Delete `Goes` as Windows does: out of the list, the count down, the cell free.
    let list = 4096 + get(&bytes, parent + 4 + 28) as usize;
    let entries: Vec<[u8; 8]> = (0..3)
        .map(|at| {
            bytes[list + 8 + at * 8..list + 16 + at * 8]
                .try_into()
                .unwrap()
        })
        .collect();
    let rest: Vec<[u8; 8]> = entries
        .iter()
        .copied()
        .filter(|entry| get(entry, 0) + 4096 != goes as u32)
        .collect();
    assert_eq!(rest.len(), 2);
    for (at, entry) in rest.iter().enumerate() {
        bytes[list + 8 + at * 8..list + 16 + at * 8].copy_from_slice(entry);
    }
    bytes[list + 6] = 2;
    put(&mut bytes, parent + 4 + 20, 2);
    let size = get(&bytes, goes).wrapping_neg();
    put(&mut bytes, goes, size);
    bytes[parent + 8..parent + 16].copy_from_slice(&(TIME + 20).to_le_bytes());

    let hive = Hive::open(bytes.clone(), &[]).unwrap();
    let key = hive
        .recovered_keys()
        .find(|key| key.name() == "Goes")
        .unwrap();
    let old_list_is_there = bytes.windows(4).enumerate().any(|(at, window)| {
        window == [b'l', b'h', 2, 0]
            && at != list + 4
            && [get(&bytes, at + 4), get(&bytes, at + 12)]
                .iter()
                .all(|offset| offsets.contains(offset))
    });
    assert!(old_list_is_there);
    assert_eq!(key.path_standing(), PathStanding::Listed);
    assert_eq!(key.path(), r"Key03\Goes");
    assert_eq!(key.possible_path(), None);

    // With another sibling in the sibling's cell, the list proves nothing any more.
    let name = stays_name(&hive);
    bytes[name] = b'X';
    let hive = Hive::open(bytes.clone(), &[]).unwrap();
    let key = hive
        .recovered_keys()
        .find(|key| key.name() == "Goes")
        .unwrap();
    assert_eq!(key.path_standing(), PathStanding::Unknown);
    assert_eq!(key.path(), r"?\Goes");
    assert_eq!(key.possible_path().as_deref(), Some(r"Key03\Goes"));

    // A parent that is older than the key it has lost is another key in the same cell.
    bytes[parent + 8..parent + 16].copy_from_slice(&(TIME + 1).to_le_bytes());
    let hive = Hive::open(bytes, &[]).unwrap();
    let key = hive
        .recovered_keys()
        .find(|key| key.name() == "Goes")
        .unwrap();
    assert_eq!((key.path(), key.possible_path()), (r"?\Goes".into(), None));
}

/// Where the first letter of the name of `Key03\Stays` stands.
fn stays_name(hive: &Hive) -> usize {
    hive.key(r"Key03\Stays").unwrap().cell() as usize + 4 + 76
}

#[test]
fn a_key_whose_list_is_lost_is_cut_off_and_keeps_its_path() {
    let mut built = written::Hive::new("SYSTEM", &tree(30), TIME, 7);
    built.add_key("Key03", &Key::new("Below", TIME));
    let mut bytes = built.to_bytes();
    let hive = Hive::open(bytes.clone(), &[]).unwrap();
    let parent = hive.key("Key03").unwrap().cell() as usize;
    put(&mut bytes, parent + 4 + 28, 8);
    let hive = Hive::open(bytes, &[]).unwrap();
    assert!(hive.key(r"Key03\Below").is_none());
    let key = hive.recovered_keys().next().unwrap();
    assert_eq!(key.recovery(), Some(Recovered::CutOff));
    assert_eq!(key.path_standing(), PathStanding::ByParent);
    assert_eq!(key.path(), r"Key03\Below");
    assert_eq!(hive.outcome().coverage.states, [Damaged]);
}

#[test]
fn crossed_and_circular_pointers_end() {
    let bytes = written::Hive::new("SYSTEM", &tree(30), TIME, 7).to_bytes();
    let hive = Hive::open(bytes.clone(), &[]).unwrap();
    let root = hive.root().unwrap().cell() as usize;
    let (first, second) = (hive.key("Key00").unwrap(), hive.key("Key01").unwrap());
    let (first, second) = (first.cell() as usize, second.cell() as usize);
    let root_list = get(&bytes, root + 4 + 28);

    // A subkey that lists its own parent's subkeys, and so itself.
    let mut circle = bytes.clone();
    put(&mut circle, first + 4 + 28, root_list);
    put(&mut circle, first + 4 + 20, 30);
    let hive = Hive::open(circle, &[]).unwrap();
    assert_eq!(hive.outcome().coverage.records, 31);
    assert_eq!(hive.key("Key00").unwrap().subkeys().count(), 0);

    // A list that names one key thirty times.
    let mut repeats = bytes.clone();
    let list = 4096 + root_list as usize;
    let entry: [u8; 8] = repeats[list + 8..list + 16].try_into().unwrap();
    for at in 0..30 {
        repeats[list + 8 + at * 8..list + 16 + at * 8].copy_from_slice(&entry);
    }
    let hive = Hive::open(repeats, &[]).unwrap();
    assert_eq!(hive.root().unwrap().subkeys().count(), 1);
    assert_eq!(hive.outcome().coverage.records, 2);

    // Two keys with one list of values: the values are not counted for both.
    let mut shared = bytes;
    let values = get(&shared, first + 4 + 40);
    put(&mut shared, second + 4 + 40, values);
    let hive = Hive::open(shared, &[]).unwrap();
    let outcome = hive.outcome();
    assert_eq!(outcome.damage.len(), 1, "{:?}", outcome.damage);
    assert_eq!(outcome.coverage.states, [Damaged]);
}

#[test]
fn a_log_cannot_make_the_hive_longer_than_both() {
    let mut hive = written::Hive::new("SYSTEM", &tree(30), TIME, 7);
    hive.add_key("Key01", &Key::new("Added", TIME));
    hive.log_changes();
    let mut dirty = hive.to_dirty();
    let log = &mut dirty.log1;
    put(log, 512 + 16, 0x7FFF_F000);
    let header = written::marvin32(&log[512..512 + 32]);
    log[512 + 32..512 + 40].copy_from_slice(&header.to_le_bytes());
    let opened = Hive::open(dirty.primary.clone(), &[dirty.log1.clone()]).unwrap();
    assert_eq!(opened.bytes().len(), dirty.primary.len());
    assert_eq!(
        opened.outcome().coverage.states,
        [Dirty, LogsMissing, Damaged]
    );
}

#[test]
fn big_data_is_joined_and_values_are_typed() {
    let long: Vec<u8> = (0..40_000_u32).map(|n| (n % 251) as u8).collect();
    let root = tree(2)
        .with(Value::binary("long", long.clone()))
        .with(Value::dword("number", 7))
        .with(Value::qword("large", 1 << 40))
        .with(Value::multi_sz("texts", &["a", "b"]))
        .with(Value::sz("guid", "{83da6326-97a6-4088-9453-a1923f573b29}"))
        .with(Value::binary("when", TIME.to_le_bytes().to_vec()));
    let hive = Hive::open(written::Hive::new("SYSTEM", &root, TIME, 7).to_bytes(), &[]).unwrap();
    let root = hive.root().unwrap();
    assert_eq!(root.path(), "");
    let value = |name: &str| root.value(name).unwrap();
    assert_eq!(value("LONG").data(), long);
    assert!(value("long").is_complete());
    assert_eq!(value("number").number(), Some(7));
    assert_eq!(value("large").number(), Some(1 << 40));
    assert_eq!(value("texts").texts().unwrap(), ["a", "b"]);
    assert_eq!(
        value("guid").guid().unwrap(),
        "{83DA6326-97A6-4088-9453-A1923F573B29}"
    );
    assert_eq!(value("when").time().unwrap().ticks(), TIME.cast_signed());
    assert!(root.value("none").is_none());
}

#[test]
fn other_bytes_are_no_hive() {
    assert_eq!(
        Hive::open(b"MZ\x90\0".to_vec(), &[]).unwrap_err(),
        HiveError::NotAHive(b"MZ\x90\0".to_vec())
    );
    assert_eq!(
        Hive::open(b"regf".to_vec(), &[]).unwrap_err(),
        HiveError::TooShort(4)
    );
    assert!(Hive::open(Vec::new(), &[]).is_err());
}
