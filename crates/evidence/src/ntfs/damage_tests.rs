//! Damaged and hostile volumes: no panic, bounded work, and what is sound is found.

use std::collections::BTreeMap;

use super::boot_sector::BootSector;
use super::test_volumes::{
    TestVolume, all_entries, change_record, content, is_file, open_bytes, record_offset,
};
use super::{FileReference, NtfsVolume};
use crate::{Entry, EntryKind, FileSystem, Limits, walk};

const SIZE: u64 = 3 << 20;

/// A small volume with folders whose indexes have blocks.
fn filled() -> Option<TestVolume> {
    let test = TestVolume::format(SIZE, &["-c", "512"])?;
    test.fill("streams_interface=windows", |at| {
        for folder in ["Windows/System32", "Users/someone"] {
            std::fs::create_dir_all(at.join(folder)).unwrap();
            for number in 0..45_u8 {
                let path = format!("{folder}/a file with a name that takes room {number}");
                let length = if number % 3 == 0 { 2000 } else { 20 };
                std::fs::write(at.join(path), vec![number; length]).unwrap();
            }
        }
        std::fs::write(at.join("Windows/System32/log:stream"), b"stream").unwrap();
    })?;
    Some(test)
}

/// The files of the sound volume: record and content, by path.
type Truth = BTreeMap<String, (u64, Vec<u8>)>;

fn truth(volume: &NtfsVolume) -> Truth {
    let entries = all_entries(volume);
    let files = entries
        .iter()
        .filter(|entry| is_file(entry) && !entry.path.starts_with('$'));
    files
        .map(|entry| {
            (
                entry.path.clone(),
                (record_of(entry), content(volume, entry, None)),
            )
        })
        .collect()
}

fn record_of(entry: &Entry) -> u64 {
    FileReference(entry.reference.unwrap()).record()
}

/// Everything that can be done with a volume, however damaged; returns what it lists.
fn read_everything(volume: &NtfsVolume) -> Vec<Entry> {
    let mut entries = Vec::new();
    let limits = Limits {
        depth: 20,
        entries: 5000,
    };
    walk(volume, &limits, &mut |entry| entries.push(entry));
    let mut deleted = Vec::new();
    volume.deleted(&mut |entry| deleted.push(entry)).unwrap();
    for entry in entries.iter().chain(&deleted) {
        let names = entry
            .streams
            .iter()
            .map(|stream| Some(stream.name.as_str()));
        for stream in std::iter::once(None).chain(names) {
            if let Ok(file) = volume.open_entry(entry, stream) {
                let mut buffer = vec![0; 3000];
                for offset in [0, 1999, file.size().saturating_sub(10)] {
                    let _ = file.bytes().read_at(offset, &mut buffer);
                }
            }
            let _ = volume.data_ranges(&entry.path, stream);
        }
    }
    assert!(volume.notes().len() <= 51);
    let _ = volume.identity();
    entries
}

/// Which bytes are metadata: the records of files, and everything that starts with `INDX`.
fn metadata(bytes: &[u8], records: u64) -> Vec<usize> {
    let first = record_offset(bytes, 0);
    let end = first + usize::try_from(records).unwrap() * 1024;
    let blocks = (0..bytes.len())
        .step_by(512)
        .filter(|at| bytes[*at..].starts_with(b"INDX"))
        .flat_map(|at| at..at + 4096);
    (first..end).chain(blocks).collect()
}

#[test]
fn a_flipped_bit_of_metadata_costs_at_most_the_file_it_stands_in() {
    let Some(test) = filled() else { return };
    let volume = test.open();
    let truth = truth(&volume);
    assert_eq!(truth.len(), 91);
    let bytes = test.bytes();
    let places = metadata(&bytes, volume.record_count());
    let table = record_offset(&bytes, 0);
    let records = usize::try_from(volume.record_count()).unwrap();
    let variants = std::env::var("KUSARI_DAMAGE_VARIANTS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(25);
    let mut state = 1_u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from((state >> 8) % below as u64).unwrap()
    };
    for _ in 0..variants {
        let at = places[next(places.len())];
        let bit = 1 << next(8);
        let mut damaged = bytes.clone();
        damaged[at] ^= bit;
        let touched = at
            .checked_sub(table)
            .map(|within| within / 1024)
            .filter(|record| *record < records);
        let Ok(volume) = NtfsVolume::open(std::sync::Arc::new(damaged), "flipped") else {
            panic!("byte {at}, bit {bit:#x}: the volume does not open");
        };
        let entries = read_everything(&volume);
        let by_path: BTreeMap<&str, &Entry> = entries
            .iter()
            .map(|entry| (entry.path.as_str(), entry))
            .collect();
        // Damage to the metadata files and to the folders above may cost more.
        let folders = [5, 64, 65, 66, 67].map(Some);
        if touched.is_some_and(|record| record < 24) || folders.contains(&touched.map(|r| r as u64))
        {
            continue;
        }
        for (path, (record, bytes)) in &truth {
            if Some(usize::try_from(*record).unwrap()) == touched {
                continue;
            }
            let what = format!("byte {at}, bit {bit:#x} (record {touched:?}): `{path}`");
            let entry = by_path.get(path.as_str()).unwrap_or_else(|| {
                panic!("{what} is lost; notes: {:?}", volume.notes());
            });
            assert!(content(&volume, entry, None) == *bytes, "{what}");
            let found = volume.entry(path).unwrap();
            assert_eq!(found.as_ref().map(record_of), Some(*record), "{what}");
        }
        for path in by_path.keys().filter(|path| !path.starts_with('$')) {
            let known = truth.contains_key(*path)
                || ["Windows", "Windows/System32", "Users", "Users/someone"].contains(path);
            assert!(
                known || touched.is_some(),
                "byte {at}, bit {bit:#x}: `{path}` is made up"
            );
        }
    }
}

#[test]
fn the_backup_and_the_mirror_stand_in() {
    let Some(test) = filled() else { return };
    let sound = truth(&test.open());
    let bytes = test.bytes();
    let boot = BootSector::parse(&bytes, 0).unwrap();

    let mut no_boot = bytes.clone();
    no_boot[..512].fill(0);
    let volume = open_bytes(no_boot);
    assert_eq!(truth(&volume), sound);
    assert!(volume.notes()[0].contains("backup of the boot sector"));

    // A boot sector that is sound and leads nowhere.
    let mut wrong = bytes.clone();
    wrong[48..56].copy_from_slice(&77_u64.to_le_bytes());
    wrong[56..64].copy_from_slice(&78_u64.to_le_bytes());
    let volume = open_bytes(wrong);
    assert_eq!(truth(&volume), sound);
    assert!(volume.notes()[0].contains("backup of the boot sector"));

    let mut serial = bytes.clone();
    serial[72] ^= 1;
    assert!(open_bytes(serial).notes()[0].contains("differ"));

    for number in 0..4 {
        let mut torn = bytes.clone();
        let at = record_offset(&torn, number);
        torn[at + 510] ^= 1;
        let volume = open_bytes(torn);
        assert_eq!(truth(&volume), sound);
        let identity = volume.identity();
        assert_eq!(identity.version.as_deref(), Some("3.1"));
        assert!(
            volume.notes()[0].contains("$MFTMirr"),
            "{:?}",
            volume.notes()
        );
    }
    let mut neither = bytes;
    let at = record_offset(&neither, 0);
    neither[at + 510] ^= 1;
    let mirror = usize::try_from(boot.mirror_cluster * 512).unwrap();
    neither[mirror + 510] ^= 1;
    let error = NtfsVolume::open(std::sync::Arc::new(neither), "x")
        .err()
        .unwrap();
    assert!(
        error.to_string().contains("written only in part"),
        "{error}"
    );
}

#[test]
fn a_damaged_index_is_completed_by_the_file_table() {
    let Some(test) = filled() else { return };
    let sound = truth(&test.open());
    let bytes = test.bytes();
    let mut without_indexes = bytes.clone();
    for at in (0..bytes.len()).step_by(512) {
        if bytes[at..].starts_with(b"INDX") {
            without_indexes[at..at + 4096].fill(0);
        }
    }
    let volume = open_bytes(without_indexes);
    assert_eq!(truth(&volume), sound);
    for (path, (record, _)) in &sound {
        let entry = volume.entry(&path.to_uppercase()).unwrap().unwrap();
        assert_eq!((&entry.path, record_of(&entry)), (path, *record));
    }
    assert!(
        volume
            .notes()
            .iter()
            .any(|note| note.contains("through the file table"))
    );

    // The root's own record is torn: everything is still there.
    let mut no_root = bytes.clone();
    let at = record_offset(&no_root, 5);
    no_root[at + 510] ^= 1;
    let volume = open_bytes(no_root);
    assert_eq!(truth(&volume), sound);

    // A folder's record is torn: what is in it is found by its parent references.
    let mut no_folder = bytes;
    let folder = test.open().entry("Windows/System32").unwrap().unwrap();
    let at = record_offset(&no_folder, record_of(&folder));
    no_folder[at + 510] ^= 1;
    let volume = open_bytes(no_folder);
    assert_eq!(truth(&volume), sound);
    let entry = volume.entry("windows/system32").unwrap().unwrap();
    assert_eq!((entry.kind, entry.times.created), (EntryKind::Folder, None));
}

#[test]
fn a_volume_that_is_cut_gives_what_is_there() {
    let Some(test) = filled() else { return };
    let bytes = test.bytes();
    let sound = truth(&test.open());
    for keep in [bytes.len() / 2, bytes.len() / 3, 100_000, 30_000] {
        let Ok(volume) = NtfsVolume::open(std::sync::Arc::new(bytes[..keep].to_vec()), "cut")
        else {
            continue;
        };
        let entries = read_everything(&volume);
        for entry in entries.iter().filter(|entry| is_file(entry)) {
            let Some((_, expected)) = sound.get(&entry.path) else {
                continue;
            };
            if let Ok(file) = volume.open_entry(entry, None) {
                let mut buffer = vec![0; 4000];
                if let Ok(count) = file.bytes().read_at(0, &mut buffer) {
                    assert!(buffer[..count] == expected[..count], "{}", entry.path);
                }
            }
        }
        assert!(volume.notes().iter().any(|note| note.contains("are there")));
    }
}

#[test]
fn folders_that_lead_round_in_a_circle_end() {
    let Some(test) = filled() else { return };
    let volume = test.open();
    let record = |path: &str| volume.entry(path).unwrap().unwrap();
    let (outer, inner) = (record("Windows"), record("Windows/System32"));
    let mut bytes = test.bytes();
    // `Windows` stands in `System32`, which stands in `Windows`; the root knows neither.
    change_record(&mut bytes, record_of(&outer), |record| {
        let at = find(record, &5_u64.to_le_bytes()[..6]);
        record[at..at + 8].copy_from_slice(&inner.reference.unwrap().to_le_bytes());
    });
    let volume = open_bytes(bytes.clone());
    read_everything(&volume);
    let table = volume.file_table().unwrap();
    assert_eq!(
        table.folder_path(FileReference(inner.reference.unwrap())),
        "?"
    );

    // The index of `Windows` gives `Windows` itself in the place of `System32`.
    let mut bytes = test.bytes();
    change_record(&mut bytes, record_of(&outer), |record| {
        let at = find(record, &inner.reference.unwrap().to_le_bytes());
        record[at..at + 8].copy_from_slice(&outer.reference.unwrap().to_le_bytes());
    });
    let volume = open_bytes(bytes);
    read_everything(&volume);
    // The record does not confirm it, so the file table's answer is taken.
    let entry = volume.entry("Windows/System32").unwrap().unwrap();
    assert_eq!(entry.reference, inner.reference);
}

fn find(bytes: &[u8], pattern: &[u8]) -> usize {
    bytes
        .windows(pattern.len())
        .position(|window| window == pattern)
        .unwrap()
}

/// A volume that claims everything that its bytes do not hold.
#[test]
fn absurd_sizes_cost_nothing() {
    let Some(test) = filled() else { return };
    let bytes = test.bytes();
    let boot = BootSector::parse(&bytes, 0).unwrap();
    // The table says that it has 2^60 bytes.
    let mut huge = bytes.clone();
    for at in [
        record_offset(&bytes, 0),
        usize::try_from(boot.mirror_cluster * 512).unwrap(),
    ] {
        let record = &mut huge[at..at + 1024];
        super::fixups::apply(record).unwrap();
        let data = find(record, &[0x80, 0, 0, 0]);
        record[data + 48..data + 56].copy_from_slice(&(1_u64 << 60).to_le_bytes());
        record[data + 56..data + 64].copy_from_slice(&(1_u64 << 60).to_le_bytes());
        super::fixups::tests::protect(record, 48, 1);
    }
    let volume = open_bytes(huge);
    assert!(volume.record_count() <= SIZE / 1024);
    read_everything(&volume);
    assert!(
        volume
            .notes()
            .iter()
            .any(|note| note.contains("more than the"))
    );

    // A file of 2^62 bytes in one cluster: read where it is mapped, an error behind.
    let path = "Users/someone/a file with a name that takes room 3";
    let record = record_of(&test.open().entry(path).unwrap().unwrap());
    let mut bytes = bytes;
    change_record(&mut bytes, record, |record| {
        let data = find(record, &[0x80, 0, 0, 0]);
        record[data + 48..data + 56].copy_from_slice(&(1_u64 << 62).to_le_bytes());
        record[data + 56..data + 64].copy_from_slice(&(1_u64 << 62).to_le_bytes());
    });
    let volume = open_bytes(bytes);
    let file = volume.open(path, None).unwrap().bytes();
    let mut buffer = vec![0; 4096];
    assert_eq!(file.size(), 1 << 62);
    assert_eq!(file.read_at(0, &mut buffer).unwrap(), 2048);
    assert!(file.read_at(1 << 61, &mut buffer).is_err());
}
