//! Collected file tables: built ones, and those of whole volumes, which know the truth.

use std::collections::BTreeMap;
use std::path::Path;

use kusari_fixtures::{corpus, tools, variants};

use super::super::NtfsVolume;
use super::super::attribute::AttributeType;
use super::super::file_name::tests::value;
use super::super::record::tests::{non_resident, record, resident};
use super::super::reference::FileReference;
use super::super::test_volumes::{TestVolume, all_entries, delete_record, open_bytes, open_file};
use super::*;
use crate::test_folder::TestFolder;
use crate::{Limits, hash, read_all, walk};

const IN_USE: u16 = 1;
const FOLDER: u16 = 3;

fn table(records: &[Vec<u8>]) -> CollectedFileTable {
    let table = CollectedFileTable::open(Arc::new(records.concat()), None, "memory");
    table.unwrap_or_else(|error| panic!("{error}"))
}

/// A `$FILE_NAME` with a time of creation.
fn name(parent: FileReference, name: &str, namespace: u8) -> Vec<u8> {
    let mut value = value(parent, name, namespace, 7);
    value[8..16].copy_from_slice(&99_u64.to_le_bytes());
    resident(AttributeType::FILE_NAME, "", &value)
}

fn data(stream: &str, bytes: &[u8]) -> Vec<u8> {
    resident(AttributeType::DATA, stream, bytes)
}

const ROOT: FileReference = FileReference::new(5, 5);

/// Records 0 to 5 of a table, with the root.
fn first_records() -> Vec<Vec<u8>> {
    let mut records: Vec<Vec<u8>> = (0..6).map(|_| vec![0; 1024]).collect();
    records[0] = record(0, 1, IN_USE, &[name(ROOT, "$MFT", 3)]);
    records[5] = record(5, 5, FOLDER, &[name(ROOT, ".", 3)]);
    records
}

fn all(table: &CollectedFileTable) -> Vec<Entry> {
    let mut entries = Vec::new();
    let summary = walk(table, &Limits::default(), &mut |entry| entries.push(entry));
    assert_eq!(summary.notes, Vec::<String>::new());
    entries
}

fn paths(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.path.as_str()).collect()
}

#[test]
fn files_stand_where_their_names_say_and_sequence_numbers_are_minded() {
    let mut records = first_records();
    let folder = FileReference::new(6, 4);
    records.push(record(6, 4, FOLDER, &[name(ROOT, "Folder", 3)]));
    let long = [
        name(folder, "A LONG~1.TXT", 2),
        name(folder, "A long name.txt", 1),
        data("", b"content"),
        data("Zone.Identifier", b"[ZoneTransfer]"),
    ];
    records.push(record(7, 1, IN_USE, &long));
    // Its folder was another one with that record.
    let lost = FileReference::new(6, 3);
    records.push(record(8, 1, FOLDER, &[name(lost, "below", 3)]));
    let inner = name(FileReference::new(8, 1), "inner", 3);
    let clusters = non_resident(AttributeType::DATA, 0, &[0x11, 1, 1, 0], 5000);
    records.push(record(9, 1, IN_USE, &[inner, clusters]));
    // Deleted below a folder that is there, and below one that is not.
    records.push(record(
        10,
        2,
        0,
        &[name(folder, "gone", 3), data("", b"left")],
    ));
    records.push(record(11, 2, 0, &[name(lost, "gone too", 3)]));
    let table = table(&records);

    let entries = all(&table);
    let expected = [
        "$MFT",
        "?",
        "?/6-3",
        "?/6-3/below",
        "?/6-3/below/inner",
        "Folder",
        "Folder/A long name.txt",
    ];
    assert_eq!(paths(&entries), expected);
    assert_eq!(entries[2].reference, Some(lost.0));
    let file = table.entry("FOLDER/a long~1.txt").unwrap().unwrap();
    assert_eq!(file.path, "Folder/A long name.txt");
    assert_eq!((file.size, file.streams.len()), (7, 1));
    let created = file.name_times.created.unwrap();
    assert_eq!((created.wall.ticks(), file.times.created), (99, None));
    assert_eq!(&file, &entries[6]);
    let read = |path: &str, stream| {
        let mut file = table.open(path, stream)?;
        read_all(&mut file, 1000)
    };
    assert_eq!(read("folder/A LONG NAME.TXT", None).unwrap(), b"content");
    let zone = read("folder/a long name.txt", Some("zone.identifier"));
    assert_eq!(zone.unwrap(), b"[ZoneTransfer]");
    let missing = read("folder/a long name.txt", Some("other"));
    assert!(matches!(missing, Err(Error::NotFound { .. })));
    let said = read("?/6-3/below/inner", None).unwrap_err().to_string();
    assert!(said.contains("not collected"), "{said}");
    assert!(
        read("Folder", None)
            .unwrap_err()
            .to_string()
            .contains("folder")
    );
    for path in [
        "?/6-4",
        "?/x",
        "?/6-3/inner",
        "Folder/below",
        "Folder/gone",
        ".",
    ] {
        assert_eq!(table.entry(path).unwrap(), None, "{path}");
    }

    let mut deleted = Vec::new();
    table.deleted(&mut |entry| deleted.push(entry)).unwrap();
    assert_eq!(paths(&deleted), ["Folder/gone", "?/gone too"]);
    let mut left = table.open_entry(&deleted[0], None).unwrap();
    assert_eq!(read_all(&mut left, 10).unwrap(), b"left");
    assert!(table.notes().iter().any(|note| note.contains("1 folders")));
}

#[test]
fn an_attribute_list_in_clusters_is_made_up_for_by_the_records_themselves() {
    let mut records = first_records();
    let list = non_resident(AttributeType::ATTRIBUTE_LIST, 0, &[0x11, 1, 1, 0], 500);
    records.push(record(6, 2, IN_USE, &[list, name(ROOT, "large", 3)]));
    let of_base = |number: u32, base: FileReference, bytes: &[u8]| {
        let mut own = record(number, 1, IN_USE, &[data("", bytes)]);
        own[32..40].copy_from_slice(&base.0.to_le_bytes());
        own
    };
    // One is of the file that had the record before.
    records.push(of_base(7, FileReference::new(6, 1), b"another's"));
    records.push(of_base(8, FileReference::new(6, 2), b"its own"));
    let table = table(&records);
    let mut file = table.open("large", None).unwrap();
    assert_eq!(read_all(&mut file, 100).unwrap(), b"its own");
    assert_eq!(table.entry("large").unwrap().unwrap().size, 7);
}

#[test]
fn two_folders_with_one_name_are_both_walked() {
    let mut records = first_records();
    for number in [6_u32, 7] {
        records.push(record(number, 1, FOLDER, &[name(ROOT, "same", 3)]));
    }
    for (number, folder) in [(8_u32, 6), (9, 7)] {
        let folder = FileReference::new(folder, 1);
        records.push(record(
            number,
            1,
            IN_USE,
            &[name(folder, "file", 3), data("", b"x")],
        ));
    }
    let table = table(&records);
    let entries = all(&table);
    let expected = ["$MFT", "same", "same/file", "same?7-1", "same?7-1/file"];
    assert_eq!(paths(&entries), expected);
    for entry in &entries {
        assert_eq!(table.entry(&entry.path).unwrap().as_ref(), Some(entry));
    }
    assert_eq!(table.entry("same?6-1").unwrap(), None);
    assert!(
        table.notes()[0].starts_with("1 folders"),
        "{:?}",
        table.notes()
    );
}

#[test]
fn folders_in_a_circle_and_names_that_are_none_end() {
    let mut records = first_records();
    let (a, b) = (FileReference::new(6, 1), FileReference::new(7, 1));
    records.push(record(6, 1, FOLDER, &[name(ROOT, "a", 3), name(b, "a", 3)]));
    records.push(record(7, 1, FOLDER, &[name(a, "b", 3)]));
    records.push(record(
        8,
        1,
        FOLDER,
        &[name(FileReference::new(8, 1), "own", 3)],
    ));
    records.push(record(9, 1, IN_USE, &[name(ROOT, "..", 3)]));
    let table = table(&records);
    let said = table.list("a/b/a").unwrap_err().to_string();
    assert!(said.contains("circle"), "{said}");
    let mut seen = 0;
    let summary = walk(&table, &Limits::default(), &mut |_| seen += 1);
    assert_eq!((seen, summary.notes.len()), (4, 1));
}

#[test]
fn what_is_a_file_table_is_told_by_its_first_records() {
    let mut records = first_records();
    assert!(CollectedFileTable::is_one(&records.concat()));
    records[3] = record(3, 3, IN_USE, &[name(ROOT, "$Volume", 3)]);
    records[0][1022] ^= 1;
    assert!(CollectedFileTable::is_one(&records.concat()));
    records[3][1022] ^= 1;
    assert!(!CollectedFileTable::is_one(&records.concat()));
    assert!(!CollectedFileTable::is_one(&Vec::new()));
    assert!(!CollectedFileTable::is_one(&record(
        30,
        1,
        1,
        &[name(ROOT, "x", 3)]
    )));
    let cut = [first_records().concat(), vec![1; 100]].concat();
    let cut = CollectedFileTable::open(Arc::new(cut), None, "memory").unwrap();
    assert!(cut.notes()[0].contains("last 100 bytes"));
}

/// The collected table of a volume against the volume itself: every entry in every field, and every
/// content that is there.
fn compare(volume: &NtfsVolume) {
    let of_volume: BTreeMap<String, Entry> = all_entries(volume)
        .into_iter()
        .map(|entry| (entry.path.clone(), entry))
        .collect();
    let mut bytes = volume.open("$MFT", None).unwrap();
    let bytes = read_all(&mut bytes, 1 << 30).unwrap();
    let boot = Some(*volume.boot_sector());
    let table = CollectedFileTable::open(Arc::new(bytes), boot, "memory").unwrap();
    let of_table: BTreeMap<String, Entry> = all(&table)
        .into_iter()
        .map(|entry| (entry.path.clone(), entry))
        .collect();
    assert_eq!(of_table.len(), of_volume.len());
    let mut contents = 0;
    for (path, entry) in &of_volume {
        assert_eq!(of_table.get(path), Some(entry), "{path}");
        let streams = entry.streams.iter().map(|own| Some(own.name.as_str()));
        for stream in streams.chain([None]) {
            let Ok(mut of_table) = table.open_entry(entry, stream) else {
                continue;
            };
            let mut of_volume = volume.open_entry(entry, stream).unwrap();
            let hash = hash::sha256_of(&mut of_table).unwrap();
            assert_eq!(hash, hash::sha256_of(&mut of_volume).unwrap(), "{path}");
            contents += 1;
        }
    }
    assert!(contents > 0);
    let deleted = |files: &dyn FileSystem| {
        let mut entries = Vec::new();
        files.deleted(&mut |entry| entries.push(entry)).unwrap();
        entries
    };
    let mut known = deleted(volume);
    // What stands in slack of indexes is not in the table.
    known.retain(|entry| table.records_a_deleted(entry));
    assert_eq!(deleted(&table), known);
    assert_eq!(table.identity(), volume.identity());
}

impl CollectedFileTable {
    fn records_a_deleted(&self, entry: &Entry) -> bool {
        deleted::file_of_entry(self, entry).is_ok()
    }
}

#[test]
fn the_table_of_a_volume_lists_what_the_volume_lists() {
    let Some(test) = TestVolume::format(8 << 20, &["-c", "512"]) else {
        return;
    };
    let filled = test.fill("streams_interface=windows", |at| {
        for folder in ["Windows/System32", "Users/日本語"] {
            std::fs::create_dir_all(at.join(folder)).unwrap();
            for number in 0..300_u16 {
                let bytes = vec![7; usize::from(number)];
                std::fs::write(at.join(format!("{folder}/file {number}")), bytes).unwrap();
            }
        }
        let first = at.join("Windows/System32/file 1");
        std::fs::write(at.join("Windows/System32/file 1:stream"), b"stream").unwrap();
        for number in 0..60 {
            let link = format!("Users/another name of the first {number}");
            std::fs::hard_link(&first, at.join(link)).unwrap();
        }
    });
    if filled.is_none() {
        return;
    }
    let volume = test.open();
    compare(&volume);
    let mut bytes = test.bytes();
    for entry in all_entries(&volume)
        .iter()
        .filter(|own| own.path.contains("file 2"))
    {
        delete_record(&mut bytes, FileReference(entry.reference.unwrap()).record());
    }
    // The indexes still hold the names, which the table alone does not.
    let volume = open_bytes(bytes);
    let mut mft = volume.open("$MFT", None).unwrap();
    let mft = read_all(&mut mft, 1 << 30).unwrap();
    let table = CollectedFileTable::open(Arc::new(mft), None, "memory").unwrap();
    let mut deleted = Vec::new();
    let mut add = |path: String| deleted.extend(path.contains("file 2").then_some(path));
    table.deleted(&mut |entry| add(entry.path)).unwrap();
    assert_eq!(deleted.len(), 222);
    assert!(deleted.contains(&"Users/日本語/file 299".to_owned()));
    assert!(!all(&table).iter().any(|own| own.path.contains("file 2")));
}

#[test]
fn tables_of_the_corpus_list_what_their_volumes_list() {
    let folder = TestFolder::new();
    if let Some(path) = corpus::path("images/testfs1") {
        compare(&open_file(&path));
    }
    if let Some(bytes) = corpus::bytes("images/ntfs_img.dd") {
        compare(&open_bytes(bytes[63 * 512..].to_vec()));
    }
    if let Some(path) = corpus::path("images/SampleTinyNtfsVolume.zip") {
        let out = format!("-o{}", folder.path().display());
        if tools::output("7z", &["x", "-y", &out, path.to_str().unwrap()]).is_some() {
            let path = folder.path().join("SampleTinyNtfsVolume/partition.dd");
            compare(&open_file(Path::new(&path)));
        }
    }
}

/// A real table, edited by hand, with torn records.
#[test]
fn a_damaged_table_of_the_corpus_gives_what_is_sound() {
    let Some(bytes) = corpus::bytes("ntfs-meta/$MFT") else {
        return;
    };
    let table = CollectedFileTable::open(Arc::new(bytes), None, "corpus").unwrap();
    let entries = all(&table);
    assert_eq!(table.record_count(), 628);
    let mut deleted = 0;
    table.deleted(&mut |_| deleted += 1).unwrap();
    let said = table.notes();
    assert!(
        said.iter().any(|note| note.starts_with("13 records")),
        "{said:?}"
    );
    // Every name of a file in use that is shown, and the root's name for itself.
    let whole = &table.tree().table;
    let in_use = whole
        .names()
        .filter(|own| whole.state(own.file.record()).in_use && !own.namespace.is_short_only());
    let made_up = entries.iter().filter(|own| own.path.starts_with('?'));
    let made_up = made_up.filter(|own| own.path.matches('/').count() < 2);
    assert_eq!(entries.len() - made_up.count(), in_use.count() - 1);
    assert!(deleted > 0);
}

/// Everything that can be done with a table, however damaged.
fn read_everything(bytes: Vec<u8>) {
    let Ok(table) = CollectedFileTable::open(Arc::new(bytes), None, "memory") else {
        return;
    };
    let mut entries = Vec::new();
    let limits = Limits {
        depth: 20,
        entries: 5000,
    };
    walk(&table, &limits, &mut |entry| entries.push(entry));
    table.deleted(&mut |entry| entries.push(entry)).unwrap();
    for entry in &entries {
        let _ = table.open_entry(entry, None);
        let _ = table.open_entry(entry, Some("stream"));
        let _ = table.entry(&entry.path);
    }
    let _ = table.identity();
}

#[test]
fn damaged_tables_end_in_no_panic() {
    let mut records = first_records();
    records.push(record(6, 4, FOLDER, &[name(ROOT, "Folder", 3)]));
    let list = non_resident(AttributeType::ATTRIBUTE_LIST, 0, &[0x11, 1, 1, 0], 500);
    records.push(record(7, 1, IN_USE, &[list, name(ROOT, "large", 3)]));
    for number in 8..24_u32 {
        let own = [
            name(FileReference::new(6, 4), &format!("{number}"), 3),
            data("", b"x"),
            data("stream", b"y"),
        ];
        records.push(record(number, 1, u16::from(number < 20), &own));
    }
    let bytes = records.concat();
    for seed in 0..1_000 {
        read_everything(variants::variant(&bytes, seed, 3_000).bytes);
    }
    // With sound update sequences, so that what stands in the records is met.
    for seed in 0..1_000_u64 {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
        };
        let mut damaged = bytes.clone();
        for _ in 0..=next(40) {
            let at = next(damaged.len());
            if at % 512 < 510 {
                damaged[at] = u8::try_from(next(256)).unwrap();
            }
        }
        damaged.truncate(bytes.len() - next(3000));
        read_everything(damaged);
    }
}
