//! exFAT volumes as the writer of `kusari-fixtures` makes them, sound and damaged.

use std::io::Read;
use std::sync::Arc;

use kusari_fixtures::dos_time::FileTimes;
use kusari_fixtures::exfat::{ExfatWriter, Format, Placement};
use kusari_fixtures::fat::wall;
use kusari_fixtures::variants::variant;

use super::*;
use crate::{EntryKind, Limits, walk};

const CLUSTER: usize = 512;

const FORMAT: Format = Format {
    bytes: 1 << 20,
    sector: 512,
    cluster: CLUSTER,
    serial: 0x1234_5678,
    label: Some("持出用"),
    guid: Some([7; 16]),
    dirty: false,
    second_table: false,
};

fn times() -> FileTimes {
    FileTimes {
        utc_offset_minutes: Some(9 * 60),
        ..FileTimes::all(wall((2022, 6, 21), (17, 39, 3), 250))
    }
}

fn open(bytes: Vec<u8>) -> ExfatVolume {
    ExfatVolume::open(Arc::new(bytes), "test").unwrap()
}

fn content(clusters: usize, seed: u8) -> Vec<u8> {
    let length = clusters * CLUSTER - 7;
    (0..length)
        .map(|at| (at % 249).to_le_bytes()[0] ^ seed)
        .collect()
}

fn read(file: Result<EvidenceFile>) -> std::result::Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    file.map_err(|error| error.to_string())?
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn names(volume: &ExfatVolume, path: &str) -> Vec<String> {
    let entries = volume.list(path).unwrap();
    entries
        .iter()
        .map(|entry| entry.name().to_owned())
        .collect()
}

fn deleted(volume: &ExfatVolume) -> Vec<Entry> {
    let mut entries = Vec::new();
    volume.deleted(&mut |entry| entries.push(entry)).unwrap();
    entries
}

fn said(volume: &ExfatVolume) -> String {
    volume.notes().join("\n")
}

const GAPS: Placement = Placement {
    gap: 1,
    valid: None,
};

#[test]
fn the_volume_says_what_it_is() {
    for dirty in [false, true] {
        let volume = open(ExfatWriter::new(Format { dirty, ..FORMAT }).bytes());
        let identity = volume.identity();
        assert_eq!(identity.serial, Some(0x1234_5678));
        assert_eq!(identity.label.as_deref(), Some("持出用"));
        assert_eq!(identity.guid, Some(Guid([7; 16])));
        assert_eq!(identity.version.as_deref(), Some("1.00"));
        assert_eq!(identity.dirty, Some(dirty));
        assert_eq!(identity.sector_size, Some(512));
        assert_eq!(identity.cluster_size, Some(512));
        assert_eq!(identity.size, Some(1 << 20));
        assert_eq!(volume.notes(), Vec::<String>::new());
    }
}

#[test]
fn times_carry_the_offset_that_was_written() {
    let mut writer = ExfatWriter::new(FORMAT);
    writer.file("a", b"a", &times());
    let none = FileTimes {
        utc_offset_minutes: None,
        ..times()
    };
    writer.file("b", b"b", &none);
    let volume = open(writer.bytes());
    let a = volume.entry("a").unwrap().unwrap().times;
    assert_eq!(
        a.created.unwrap().to_string(),
        "2022-06-21T17:39:03.25+09:00"
    );
    assert_eq!(
        a.modified.unwrap().to_string(),
        "2022-06-21T17:39:03.25+09:00"
    );
    assert_eq!(a.accessed.unwrap().to_string(), "2022-06-21T17:39:02+09:00");
    let utc = a.created.unwrap().to_utc().unwrap();
    assert_eq!(utc.to_text(2), "2022-06-21T08:39:03.25");
    let b = volume.entry("b").unwrap().unwrap().times;
    assert_eq!(b.created.unwrap().to_string(), "2022-06-21T17:39:03.25");
    assert_eq!(b.created.unwrap().to_utc(), None);
}

#[test]
fn what_was_never_written_is_zeros() {
    let mut writer = ExfatWriter::new(FORMAT);
    let valid = Placement {
        gap: 0,
        valid: Some(700),
    };
    writer.file_placed("a", &content(3, 1), &times(), valid);
    let volume = open(writer.bytes());
    let bytes = read(volume.open("a", None)).unwrap();
    assert_eq!(bytes[..700], content(3, 1)[..700]);
    assert_eq!(bytes.len(), content(3, 1).len());
    assert!(bytes[700..].iter().all(|byte| *byte == 0));
}

#[test]
fn names_compare_by_the_up_case_table() {
    let mut writer = ExfatWriter::new(FORMAT);
    writer.file("Übersicht Ａ.txt", b"a", &times());
    let mut bytes = writer.bytes();
    let volume = open(bytes.clone());
    assert!(volume.entry("übersicht ａ.TXT").unwrap().is_some());
    // The table stands behind the bitmap; another byte in it makes its sum wrong.
    let of_volume = volume
        .tree
        .volume
        .assemble(volume.tree.volume.root())
        .unwrap()
        .of_volume;
    let slot = of_volume
        .iter()
        .find(|slot| slot.bytes[0] == folder::UP_CASE)
        .unwrap();
    let at = volume.tree.volume.heap.offset_of(place(slot).0).unwrap();
    bytes[usize::try_from(at).unwrap() + 9] ^= 1;
    let volume = open(bytes);
    assert!(said(&volume).contains("up-case table cannot be used (its sum is"));
    assert!(volume.entry("übersicht ａ.TXT").unwrap().is_some());
}

#[test]
fn a_damaged_boot_region_is_replaced_by_its_backup() {
    let mut writer = ExfatWriter::new(Format {
        dirty: true,
        ..FORMAT
    });
    writer.file("a", b"a", &times());
    let whole = writer.bytes();
    let mut gone = whole.clone();
    gone[..512].fill(0);
    let mut serial = whole.clone();
    serial[0x64] ^= 1;
    let mut code = whole.clone();
    code[600] ^= 1;
    for (bytes, dirty) in [(gone.clone(), None), (serial, None), (code, Some(true))] {
        let volume = open(bytes);
        assert!(said(&volume).contains("backup boot region at byte 6144"));
        assert_eq!(volume.identity().serial, Some(0x1234_5678));
        assert_eq!(volume.identity().dirty, dirty);
        assert_eq!(names(&volume, ""), ["a"]);
    }
    let mut both = whole;
    both[600] ^= 1;
    both[6144 + 600] ^= 1;
    assert!(said(&open(both)).contains("and its backup have wrong sums"));
    gone[6144..6656].fill(0);
    assert!(ExfatVolume::open(Arc::new(gone), "test").is_err());
}

#[test]
fn the_active_table_and_bitmap_are_used() {
    let mut writer = ExfatWriter::new(Format {
        second_table: true,
        ..FORMAT
    });
    writer.file_placed("in pieces", &content(5, 1), &times(), GAPS);
    writer.file_placed("deleted", &content(5, 2), &times(), GAPS);
    writer.delete("deleted");
    let volume = open(writer.bytes());
    assert_eq!(read(volume.open("in pieces", None)).unwrap(), content(5, 1));
    let found = deleted(&volume);
    assert_eq!(
        read(volume.open_entry(&found[0], None)).unwrap(),
        content(5, 2)
    );
}

#[test]
fn an_entry_that_was_changed_is_listed_without_what_it_cannot_prove() {
    let mut writer = ExfatWriter::new(FORMAT);
    writer.file("changed", b"a", &times());
    writer.file("sound", b"b", &times());
    writer.folder("folder", &times());
    let mut bytes = writer.bytes();
    bytes[writer.entry_at("changed") + 12] ^= 4;
    bytes[writer.entry_at("folder") + 12] ^= 4;
    let volume = open(bytes);
    assert_eq!(names(&volume, ""), ["changed", "folder", "sound"]);
    let entry = volume.entry("changed").unwrap().unwrap();
    assert_eq!(entry.times, crate::FileTimes::default());
    for error in [
        read(volume.open("changed", None)).unwrap_err(),
        read(volume.open_entry(&entry, None)).unwrap_err(),
        volume.list("folder").unwrap_err().to_string(),
    ] {
        assert!(
            error.contains("sum of its directory entries is wrong"),
            "{error}"
        );
    }
    assert!(said(&volume).contains("`changed`"));
    assert_eq!(read(volume.open("sound", None)).unwrap(), b"b");
}

#[test]
fn deleted_files_are_opened_only_while_their_clusters_are_free() {
    let mut writer = ExfatWriter::new(FORMAT);
    writer.folder("Old folder", &times());
    writer.file("Old folder/one piece", &content(4, 1), &times());
    writer.file_placed("Old folder/in pieces", &content(4, 2), &times(), GAPS);
    for path in ["Old folder/one piece", "Old folder/in pieces", "Old folder"] {
        writer.delete(path);
    }
    let volume = open(writer.bytes());
    let found = deleted(&volume);
    let paths: Vec<&str> = found.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(
        paths,
        ["Old folder", "Old folder/one piece", "Old folder/in pieces"]
    );
    assert_eq!(
        read(volume.open_entry(&found[1], None)).unwrap(),
        content(4, 1)
    );
    assert_eq!(
        read(volume.open_entry(&found[2], None)).unwrap(),
        content(4, 2)
    );
    assert!(volume.open(paths[1], None).is_err());

    writer.reuse_space();
    writer.file("new", &content(2, 3), &times());
    let volume = open(writer.bytes());
    let found = deleted(&volume);
    assert_eq!(found.len(), 1);
    assert!(
        said(&volume).contains("is in use again"),
        "{}",
        said(&volume)
    );

    writer.delete("new");
    writer.file("and another", &content(9, 4), &times());
    writer.delete("and another");
    writer.file("last", &content(1, 5), &times());
    let volume = open(writer.bytes());
    let found = deleted(&volume);
    let another = found
        .iter()
        .find(|entry| entry.path == "and another")
        .unwrap();
    // `reuse_space` began at the start: `last` lies behind it.
    assert_eq!(
        read(volume.open_entry(another, None)).unwrap(),
        content(9, 4)
    );
    writer.reuse_space();
    writer.file("over it", &content(3, 6), &times());
    let volume = open(writer.bytes());
    let error = read(volume.open_entry(another, None)).unwrap_err();
    assert!(error.contains("in use by another now"), "{error}");
}

#[test]
fn a_deleted_entry_that_was_changed_since_is_said_and_not_listed() {
    let mut writer = ExfatWriter::new(FORMAT);
    writer.file("a name that takes two entries", b"a", &times());
    let at = writer.entry_at("a name that takes two entries");
    writer.delete("a name that takes two entries");
    let mut bytes = writer.bytes();
    bytes[at + 64 + 4] = b'Z';
    let volume = open(bytes);
    assert!(deleted(&volume).is_empty());
    assert!(said(&volume).contains("reads `aZname that takes two entries`"));
}

#[test]
fn chains_in_circles_and_off_the_volume_end() {
    for (value, reason) in [(None, "leads back"), (Some(70_000), "is no cluster")] {
        let mut writer = ExfatWriter::new(FORMAT);
        writer.file_placed("a", &content(5, 1), &times(), GAPS);
        writer.file("b", &content(5, 2), &times());
        let clusters = writer.clusters_of("a");
        let mut bytes = writer.bytes();
        let at = writer.table_entry_at(clusters[3]);
        let value: u32 = value.unwrap_or(clusters[0]);
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        let volume = open(bytes);
        let mut file = volume.open("a", None).unwrap();
        let mut there = vec![0; CLUSTER * 4];
        file.read_exact(&mut there).unwrap();
        assert_eq!(there, content(5, 1)[..CLUSTER * 4]);
        let error = file.read(&mut there).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(read(volume.open("b", None)).unwrap(), content(5, 2));
    }
}

#[test]
fn folders_grow_over_clusters_and_sets_go_across_them() {
    let mut writer = ExfatWriter::new(FORMAT);
    writer.folder("many", &times());
    for number in 0..40 {
        writer.file(
            &format!("many/{number}"),
            format!("{number}").as_bytes(),
            &times(),
        );
    }
    let volume = open(writer.bytes());
    let entries = volume.list("many").unwrap();
    assert_eq!(entries.len(), 40);
    for entry in &entries {
        let bytes = read(volume.open_entry(entry, None)).unwrap();
        assert_eq!(bytes, entry.name().as_bytes());
    }
}

#[test]
fn a_cut_volume_gives_what_is_there() {
    let mut writer = ExfatWriter::new(FORMAT);
    writer.file("a", &content(20, 1), &times());
    writer.file("b", &content(20, 2), &times());
    let cut = writer.cluster_at(writer.clusters_of("b")[10]) + 100;
    let volume = open(writer.bytes()[..cut].to_vec());
    assert!(said(&volume).contains("only"));
    assert_eq!(read(volume.open("a", None)).unwrap(), content(20, 1));
    let mut file = volume.open("b", None).unwrap();
    let mut there = vec![0; CLUSTER * 10 + 100];
    file.read_exact(&mut there).unwrap();
    assert!(
        file.read(&mut there)
            .unwrap_err()
            .to_string()
            .contains("volume ends")
    );
}

#[test]
fn other_volumes_are_none() {
    let good = ExfatWriter::new(FORMAT).bytes();
    assert!(is_one(&good[..512]));
    assert!(!crate::fat::is_one(&good[..512]));
    for (at, byte) in [
        (0, 0),
        (3, b'N'),
        (0x0B, 2),
        (0x50, 1),
        (0x58, 0),
        (0x5F, 1),
        (0x60, 0),
        (0x69, 2),
        (0x6C, 8),
        (0x6C, 13),
        (0x6D, 17),
        (0x6E, 0),
        (0x6E, 3),
        (510, 0),
    ] {
        let mut sector = good[..512].to_vec();
        sector[at] = byte;
        assert!(!is_one(&sector), "byte {at}");
    }
    assert!(!is_one(&good[..511]));
}

/// Looks at everything that a volume gives.
fn exhaust(volume: &ExfatVolume) {
    let mut entries = Vec::new();
    let limits = Limits {
        depth: 16,
        entries: 5000,
    };
    walk(volume, &limits, &mut |entry| entries.push(entry));
    let _ = volume.deleted(&mut |entry| entries.push(entry));
    for entry in entries.iter().filter(|entry| entry.kind == EntryKind::File) {
        if let Ok(mut file) = volume.open_entry(entry, None) {
            let mut buffer = vec![0; 4096];
            let mut left = 400_u32;
            while left > 0 && matches!(file.read(&mut buffer), Ok(count) if count > 0) {
                left -= 1;
            }
        }
    }
    assert!(volume.notes().len() <= 51);
}

#[test]
fn damage_anywhere_is_survived() {
    let mut writer = ExfatWriter::new(FORMAT);
    writer.folder("a", &times());
    writer.folder("a/folder with a name of two entries", &times());
    writer.file_placed("a/名簿.csv", &content(7, 1), &times(), GAPS);
    writer.file(
        "a/folder with a name of two entries/x",
        &content(3, 2),
        &times(),
    );
    writer.delete("a/folder with a name of two entries/x");
    writer.delete("a/folder with a name of two entries");
    let whole = writer.bytes();
    // Where something is: the boot regions and the table, and the clusters in use.
    let (heap, end) = (writer.cluster_at(2), writer.cluster_at(60));
    for seed in 0..400 {
        let (from, to) = if seed % 4 == 0 {
            (0, 13_000)
        } else {
            (heap, end)
        };
        let mut damaged = variant(&whole[from..to], seed, 300).bytes;
        damaged.resize(to - from, 0);
        let mut bytes = whole.clone();
        bytes[from..to].copy_from_slice(&damaged);
        if let Ok(volume) = ExfatVolume::open(Arc::new(bytes), "test") {
            exhaust(&volume);
        }
    }
}

#[test]
fn damage_to_one_set_costs_no_other() {
    let mut writer = ExfatWriter::new(FORMAT);
    let paths: Vec<String> = (0..20).map(|n| format!("file {n}")).collect();
    for path in &paths {
        writer.file(path, path.as_bytes(), &times());
    }
    let whole = writer.bytes();
    // Neither this set nor the next crosses the end of a cluster.
    let at = writer.entry_at(&paths[8]);
    assert_eq!(writer.entry_at(&paths[9]), at + 96);
    for seed in 0..200 {
        let damaged = variant(&whole[at..at + 96], seed, 96).bytes;
        let mut bytes = whole.clone();
        let stretch = damaged.len().min(96);
        bytes[at..at + stretch].copy_from_slice(&damaged[..stretch]);
        if (0..3).any(|slot| bytes[at + slot * 32] == 0) {
            // An end of the folder: what follows is left over, and given as deleted.
            continue;
        }
        let volume = open(bytes);
        for (number, path) in paths.iter().enumerate() {
            if number != 8 {
                assert_eq!(
                    read(volume.open(path, None)).unwrap(),
                    path.as_bytes(),
                    "{seed}"
                );
            }
        }
    }
}
