//! FAT volumes as the writer of `kusari-fixtures` makes them, sound and damaged.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kusari_fixtures::dos_time::FileTimes;
use kusari_fixtures::fat::{FatWriter, Format, Variant, wall};
use kusari_fixtures::variants::variant;

use super::*;
use crate::{EntryKind, Limits, walk};

const CLUSTER: usize = 512;

fn format(variant: Variant) -> Format {
    Format {
        variant,
        sectors: match variant {
            Variant::Fat12 => 2000,
            Variant::Fat16 => 5000,
            // 68,922 clusters: some differ in the upper half of their number only.
            Variant::Fat32 => 70_034,
        },
        cluster_sectors: 1,
        serial: 0x0012_0013,
        label: Some("STICK"),
        formatted: wall((2022, 6, 20), (8, 0, 2), 0),
        clears_upper_half: false,
        dirty: false,
    }
}

fn times() -> FileTimes {
    FileTimes::all(wall((2022, 6, 21), (17, 39, 3), 250))
}

fn writer(variant: Variant) -> FatWriter {
    FatWriter::new(format(variant))
}

fn open(bytes: Vec<u8>) -> FatVolume {
    FatVolume::open(Arc::new(bytes), "test").unwrap()
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

fn names(volume: &FatVolume, path: &str) -> Vec<String> {
    let entries = volume.list(path).unwrap();
    entries
        .iter()
        .map(|entry| entry.name().to_owned())
        .collect()
}

fn deleted(volume: &FatVolume) -> Vec<Entry> {
    let mut entries = Vec::new();
    volume.deleted(&mut |entry| entries.push(entry)).unwrap();
    entries
}

fn deleted_paths(volume: &FatVolume) -> Vec<String> {
    deleted(volume)
        .into_iter()
        .map(|entry| entry.path)
        .collect()
}

fn said(volume: &FatVolume) -> String {
    volume.notes().join("\n")
}

#[test]
fn times_say_what_fat_keeps_and_no_more() {
    let mut writer = writer(Variant::Fat12);
    writer.file("A.TXT", b"a", &times());
    let volume = open(writer.bytes());
    let entry = volume.entry("a.txt").unwrap().unwrap();
    assert_eq!(
        entry.times.created.unwrap().to_string(),
        "2022-06-21T17:39:03.25"
    );
    assert_eq!(
        entry.times.modified.unwrap().to_string(),
        "2022-06-21T17:39:02"
    );
    assert_eq!(entry.times.accessed, None);
    assert_eq!(volume.access_date(&entry).unwrap(), Some((2022, 6, 21)));
    assert_eq!(
        volume.label_written().unwrap().to_string(),
        "2022-06-20T08:00:02"
    );
    let root = volume.entry("").unwrap().unwrap();
    assert_eq!(volume.access_date(&root).unwrap(), None);
    // 31 February is none, and said to be.
    let mut bytes = writer.bytes();
    let at = writer.entry_at("A.TXT");
    bytes[at + 24..at + 26].copy_from_slice(&(42_u16 << 9 | 2 << 5 | 31).to_le_bytes());
    let volume = open(bytes);
    let entry = volume.entry("A.TXT").unwrap().unwrap();
    assert_eq!(entry.times.modified, None);
    assert!(entry.times.created.is_some());
    assert!(said(&volume).contains("a time is none and was left out in 1 directory entries"));
}

#[test]
fn a_volume_that_was_not_taken_off_cleanly_says_so() {
    for variant in [Variant::Fat12, Variant::Fat16, Variant::Fat32] {
        for dirty in [false, true] {
            let writer = FatWriter::new(Format {
                dirty,
                ..format(variant)
            });
            let identity = open(writer.bytes()).identity();
            assert_eq!(identity.dirty, Some(dirty), "{variant:?}");
            assert_eq!(identity.serial, Some(0x0012_0013));
            let size = u64::from(format(variant).sectors) * 512;
            assert_eq!(identity.size, Some(size));
        }
    }
}

#[test]
fn names_are_found_by_any_spelling_and_by_their_short_names() {
    let mut writer = writer(Variant::Fat16);
    writer.folder("Ｄａｔａ folder", &times());
    writer.file("Ｄａｔａ folder/The Long Name.xlsx", b"x", &times());
    let volume = open(writer.bytes());
    for path in [
        "Ｄａｔａ folder/The Long Name.xlsx",
        "ｄａｔａ FOLDER/the long name.XLSX",
        "Ｄａｔａ folder/THELON~1.XLS",
    ] {
        let entry = volume.entry(path).unwrap().unwrap();
        assert_eq!(entry.path, "Ｄａｔａ folder/The Long Name.xlsx");
    }
    assert_eq!(volume.entry("Ｄａｔａ folder/none").unwrap(), None);
    assert_eq!(volume.entry("Ｄａｔａ folder/").unwrap(), None);
    assert!(volume.list("nowhere").unwrap().is_empty());
    assert!(volume.open("Ｄａｔａ folder", None).is_err());
    let stream = volume.open("Ｄａｔａ folder/THELON~1.XLS", Some("s"));
    assert!(stream.unwrap_err().to_string().contains(":s"));
}

#[test]
fn short_names_outside_ascii_are_read_and_found_either_way() {
    let mut writer = writer(Variant::Fat16);
    let mueller = *b"M\x9ALLER  TXT";
    writer.file_with_short_name("", *b"\x93\xFA\x96\x7B\x8C\xEA  TXT", b"1", &times());
    writer.file_with_short_name("", mueller, b"2", &times());
    let volume = open(writer.bytes());
    assert_eq!(volume.code_page(), None);
    assert_eq!(names(&volume, ""), ["M哭LER.TXT", "日本語.TXT"]);
    assert!(said(&volume).contains("in which code page"));
    assert_eq!(read(volume.open("müller.txt", None)).unwrap(), b"2");
    let volume = volume.with_code_page(CodePage::Cp850);
    assert_eq!(read(volume.open("müller.txt", None)).unwrap(), b"2");
    assert_eq!(read(volume.open("日本語.txt", None)).unwrap(), b"1");
    assert!(names(&volume, "").contains(&"MÜLLER.TXT".to_owned()));
}

#[test]
fn long_names_beside_short_ones_tell_the_code_page() {
    let mut japanese = writer(Variant::Fat16);
    japanese.file("日本語の名前です.txt", b"1", &times());
    japanese.file_with_short_name("", *b"\x8E\x9A      TXT", b"2", &times());
    let volume = open(japanese.bytes());
    assert_eq!(volume.code_page(), Some(CodePage::Cp932));
    // Found by its short name, which is made of the first six bytes.
    assert!(volume.entry("日本語~1.TXT").unwrap().is_some());
    assert!(!said(&volume).contains("in which code page"));
}

#[test]
fn the_backup_boot_sector_opens_a_volume_whose_first_is_gone() {
    let mut writer = writer(Variant::Fat32);
    writer.file("A.TXT", b"a", &times());
    let mut bytes = writer.bytes();
    bytes[..512].fill(0);
    assert!(!is_one(&bytes[..512]));
    let volume = open(bytes.clone());
    assert_eq!(read(volume.open("A.TXT", None)).unwrap(), b"a");
    assert!(said(&volume).contains("backup boot sector at byte 3072"));
    bytes[3072..3584].fill(0);
    let error = FatVolume::open(Arc::new(bytes), "test").err().unwrap();
    assert!(error.to_string().contains("FAT boot sector at byte 0"));
}

#[test]
fn the_second_table_serves_where_the_first_is_damaged() {
    for variant in [Variant::Fat16, Variant::Fat32] {
        let mut writer = writer(variant);
        writer.file_with_gaps("A.BIN", &content(9, 1), &times(), 1);
        let mut bytes = writer.bytes();
        let third = writer.clusters_of("A.BIN")[2];
        let at = writer.table_entry_at(0, third);
        bytes[at..at + 2].fill(0);
        let volume = open(bytes.clone());
        assert_eq!(read(volume.open("A.BIN", None)).unwrap(), content(9, 1));
        assert!(said(&volume).contains("second file allocation table"));
        // Without it, what comes before the damage is read, and then the reason.
        let at = writer.table_entry_at(1, third);
        bytes[at..at + 2].fill(0);
        let volume = open(bytes);
        let mut file = volume.open("A.BIN", None).unwrap();
        let mut three = vec![0; CLUSTER * 3];
        file.read_exact(&mut three).unwrap();
        assert_eq!(three, content(9, 1)[..CLUSTER * 3]);
        let error = file.read(&mut three).unwrap_err();
        assert!(error.to_string().contains("marked as free"), "{error}");
    }
}

#[test]
fn chains_in_circles_and_off_the_volume_end() {
    for (entry, reason) in [(0, "leads back"), (60_000, "is no cluster")] {
        let mut writer = writer(Variant::Fat16);
        writer.file("A.BIN", &content(5, 1), &times());
        writer.file("B.BIN", &content(5, 2), &times());
        let mut bytes = writer.bytes();
        let clusters = writer.clusters_of("A.BIN");
        let value = if entry == 0 {
            u16::try_from(clusters[0]).unwrap()
        } else {
            entry
        };
        for copy in 0..2 {
            let at = writer.table_entry_at(copy, clusters[3]);
            bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
        }
        let volume = open(bytes);
        assert!(
            read(volume.open("A.BIN", None))
                .unwrap_err()
                .contains(reason)
        );
        assert_eq!(read(volume.open("B.BIN", None)).unwrap(), content(5, 2));
    }
}

#[test]
fn folders_that_stand_inside_themselves_are_not_walked_for_ever() {
    for target in ["A", ""] {
        let mut writer = writer(Variant::Fat32);
        writer.folder("A", &times());
        writer.folder("A/B", &times());
        writer.file("A/F.TXT", b"f", &times());
        let mut bytes = writer.bytes();
        let first = if target.is_empty() {
            2
        } else {
            writer.clusters_of("A")[0]
        };
        let at = writer.entry_at("A/B");
        bytes[at + 26] = u8::try_from(first).unwrap();
        let volume = open(bytes);
        let mut paths = Vec::new();
        let summary = walk(&volume, &Limits::default(), &mut |entry| {
            paths.push(entry.path)
        });
        assert_eq!(paths, ["A", "A/B", "A/F.TXT"]);
        assert!(summary.notes[0].contains("stands inside itself"));
        assert!(volume.entry("A/B/B/B").is_err());
        assert!(deleted(&volume).is_empty());
    }
}

#[test]
fn deleted_files_are_opened_only_where_nothing_speaks_against_it() {
    let mut writer = writer(Variant::Fat16);
    writer.file("Deleted and whole.bin", &content(4, 1), &times());
    writer.file("Overwritten later.bin", &content(4, 2), &times());
    writer.file("AFTER.BIN", &content(1, 3), &times());
    writer.delete("Overwritten later.bin");
    writer.delete("Deleted and whole.bin");
    let volume = open(writer.bytes());
    let found = deleted(&volume);
    assert_eq!(found[1].path, "Overwritten later.bin");
    assert_eq!(
        read(volume.open_entry(&found[1], None)).unwrap(),
        content(4, 2)
    );
    assert!(volume.open("Overwritten later.bin", None).is_err());

    writer.reuse_space();
    writer.file("NEW.BIN", &content(5, 4), &times());
    let volume = open(writer.bytes());
    let found = deleted(&volume);
    for entry in &found {
        let error = read(volume.open_entry(entry, None)).unwrap_err();
        assert!(error.contains("is in use"), "{error}");
    }
    assert_eq!(found.len(), 2);
}

#[test]
fn a_lost_upper_half_of_the_first_cluster_is_not_guessed() {
    let mut writer = FatWriter::new(Format {
        clears_upper_half: true,
        ..format(Variant::Fat32)
    });
    // So much that what follows lies behind cluster 65,536, but for its first clusters.
    writer.folder("LOW", &times());
    writer.file("FILLER.BIN", &content(65_600, 1), &times());
    writer.folder("HIGH", &times());
    writer.file("HIGH/Old.bin", &content(3, 2), &times());
    let first = writer.clusters_of("HIGH/Old.bin")[0];
    assert!(first > 65_536);
    writer.delete("HIGH/Old.bin");
    writer.delete("HIGH");
    let volume = open(writer.bytes());
    let found = deleted(&volume);
    // The folder is found by what stands in it: itself, and the folder above.
    assert_eq!(
        found
            .iter()
            .map(|entry| entry.path.as_str())
            .collect::<Vec<_>>(),
        ["HIGH", "HIGH/Old.bin"].map(|path| path.replace("HIGH", "_IGH"))
    );
    // Its clusters with an upper half of 0 are the filler's.
    let error = read(volume.open_entry(&found[1], None)).unwrap_err();
    assert!(error.contains("is in use"), "{error}");
    writer.delete("FILLER.BIN");
    let volume = open(writer.bytes());
    let error = read(volume.open_entry(&deleted(&volume)[2], None)).unwrap_err();
    assert!(error.contains("upper half"), "{error}");
}

#[test]
fn what_stands_behind_the_end_of_a_folder_is_given_as_deleted() {
    let mut writer = writer(Variant::Fat16);
    writer.file("FIRST.TXT", b"1", &times());
    writer.file("A long name behind.txt", b"2", &times());
    writer.file("LAST.TXT", b"3", &times());
    writer.delete("LAST.TXT");
    let mut bytes = writer.bytes();
    let end = writer.entry_at("FIRST.TXT") + 32;
    // The first part of the long name makes room for the end.
    bytes[end..end + 32].fill(0);
    let volume = open(bytes.clone());
    assert_eq!(names(&volume, ""), ["FIRST.TXT"]);
    assert_eq!(deleted_paths(&volume), ["ALONGN~1.TXT", "_AST.TXT"]);
    // Noise behind the end is nothing.
    let mut noise = bytes.clone();
    for (index, byte) in noise[end + 32..end + 32 * 8].iter_mut().enumerate() {
        *byte = (index * 37 + 11).to_le_bytes()[0] | 1;
    }
    assert_eq!(deleted_paths(&open(noise)), Vec::<String>::new());
}

#[test]
fn a_deleted_folder_that_is_in_use_again_is_not_read() {
    let mut writer = writer(Variant::Fat16);
    writer.folder("Old folder", &times());
    writer.file("Old folder/A secret.txt", b"1", &times());
    writer.delete("Old folder/A secret.txt");
    writer.delete("Old folder");
    let volume = open(writer.bytes());
    assert_eq!(
        deleted_paths(&volume),
        ["Old folder", "Old folder/A secret.txt"]
    );
    writer.reuse_space();
    writer.folder("NEW", &times());
    let volume = open(writer.bytes());
    assert_eq!(deleted_paths(&volume), ["Old folder"]);
    assert!(said(&volume).contains("is another folder's"));
    // A file there is no folder.
    writer.delete("NEW");
    writer.reuse_space();
    writer.file("NEW.TXT", b"1", &times());
    let volume = open(writer.bytes());
    assert_eq!(deleted_paths(&volume), ["Old folder", "_EW"]);
    assert!(said(&volume).contains("does not hold this folder any more"));
}

#[test]
fn parts_of_long_names_that_belong_to_nothing_are_said() {
    let mut writer = writer(Variant::Fat16);
    writer.file("A long name.txt", b"1", &times());
    writer.file("Another name.txt", b"2", &times());
    let mut bytes = writer.bytes();
    // The short name was changed by something that knows no long names.
    bytes[writer.entry_at("A long name.txt")] = b'B';
    let volume = open(bytes);
    assert_eq!(names(&volume, ""), ["Another name.txt", "BLONGN~1.TXT"]);
    let said = said(&volume);
    assert!(
        said.contains("belongs to no entry: `A long name.txt`"),
        "{said}"
    );
}

#[test]
fn names_that_no_system_writes_cannot_leave_their_folder() {
    let mut writer = writer(Variant::Fat16);
    writer.file("a name with one.txt", b"1", &times());
    writer.file("dots.and.dots", b"2", &times());
    let mut bytes = writer.bytes();
    let at = writer.entry_at("a name with one.txt");
    // The first character of the part that stands before the short entry.
    bytes[at - 32 + 1] = b'/';
    let dots = writer.entry_at("dots.and.dots");
    bytes[dots - 32 + 1..dots - 32 + 7].copy_from_slice(&[b'.', 0, b'.', 0, 0, 0]);
    let volume = open(bytes);
    let listed = names(&volume, "");
    assert_eq!(listed, ["\\x2E\\x2E", "\\x2F name with one.txt"]);
    for name in listed {
        assert!(read(volume.open(&name, None)).is_ok());
    }
}

#[test]
fn a_cut_volume_gives_what_is_there() {
    let mut writer = writer(Variant::Fat16);
    writer.file("A.BIN", &content(20, 1), &times());
    writer.file("B.BIN", &content(20, 2), &times());
    let cut = writer.cluster_at(writer.clusters_of("B.BIN")[10]) + 100;
    let volume = open(writer.bytes()[..cut].to_vec());
    assert!(said(&volume).contains("only"));
    assert_eq!(names(&volume, ""), ["A.BIN", "B.BIN"]);
    assert_eq!(read(volume.open("A.BIN", None)).unwrap(), content(20, 1));
    let mut file = volume.open("B.BIN", None).unwrap();
    let mut there = vec![0; CLUSTER * 10 + 100];
    file.read_exact(&mut there).unwrap();
    assert_eq!(there, content(20, 2)[..there.len()]);
    assert!(
        file.read(&mut there)
            .unwrap_err()
            .to_string()
            .contains("volume ends")
    );
}

#[test]
fn a_deleted_label_is_said() {
    let mut bytes = writer(Variant::Fat32).bytes();
    let volume = open(bytes.clone());
    assert_eq!(volume.identity().label.as_deref(), Some("STICK"));
    let at = volume.tree.volume.heap.start;
    bytes[usize::try_from(at).unwrap()] = 0xE5;
    let volume = open(bytes);
    // The boot sector still has it.
    assert_eq!(volume.identity().label.as_deref(), Some("STICK"));
    assert!(said(&volume).contains("`_TICK`, written 2022-06-20T08:00:02"));
}

/// Counts what is read.
struct Counted {
    bytes: Vec<u8>,
    read: AtomicU64,
}

impl ReadAt for Counted {
    fn size(&self) -> u64 {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read_at(offset, buffer)?;
        self.read
            .fetch_add(u64::try_from(count).unwrap(), Ordering::Relaxed);
        Ok(count)
    }
}

#[test]
fn a_large_table_is_not_read_whole() {
    let mut writer = writer(Variant::Fat32);
    writer.folder("A", &times());
    writer.file("A/B.TXT", b"b", &times());
    let counted = Arc::new(Counted {
        bytes: writer.bytes(),
        read: AtomicU64::new(0),
    });
    let volume = FatVolume::open(Arc::clone(&counted) as Arc<dyn ReadAt>, "test").unwrap();
    assert_eq!(read(volume.open("A/B.TXT", None)).unwrap(), b"b");
    assert_eq!(volume.list("A").unwrap().len(), 1);
    // The table has 276 KB.
    assert!(counted.read.load(Ordering::Relaxed) < 20_000);
}

/// Looks at everything that a volume gives.
fn exhaust(volume: &FatVolume) {
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
    for kind in [Variant::Fat12, Variant::Fat16] {
        let mut writer = FatWriter::new(Format {
            sectors: if kind == Variant::Fat12 { 300 } else { 4700 },
            ..format(kind)
        });
        writer.folder("A", &times());
        writer.folder("A/Folder with a long name", &times());
        writer.file_with_gaps("A/日本語の名前です.txt", &content(7, 1), &times(), 1);
        writer.file("A/Folder with a long name/x.bin", &content(3, 2), &times());
        writer.delete("A/Folder with a long name/x.bin");
        writer.delete("A/Folder with a long name");
        let whole = writer.bytes();
        let end = writer.cluster_at(40);
        for seed in 0..400 {
            // Most of the volume is empty; the damage is where something is.
            let mut bytes = variant(&whole[..end], seed, 300).bytes;
            bytes.resize(end, 0);
            bytes.extend_from_slice(&whole[end..]);
            if let Ok(volume) = FatVolume::open(Arc::new(bytes), "test") {
                exhaust(&volume);
            }
        }
    }
}

#[test]
fn damage_to_one_entry_costs_no_other() {
    let mut writer = writer(Variant::Fat16);
    let paths: Vec<String> = (0..20)
        .map(|n| format!("File with number {n}.txt"))
        .collect();
    for path in &paths {
        writer.file(path, path.as_bytes(), &times());
    }
    let whole = writer.bytes();
    let at = writer.entry_at(&paths[7]);
    for seed in 0..200 {
        let damaged = variant(&whole[at - 32..at + 32], seed, 64).bytes;
        let mut bytes = whole.clone();
        let stretch = damaged.len().min(64);
        bytes[at - 32..at - 32 + stretch].copy_from_slice(&damaged[..stretch]);
        if bytes[at - 32] == 0 || bytes[at] == 0 {
            // An end of the folder: what follows is left over, and given as deleted.
            continue;
        }
        let volume = open(bytes);
        for (number, path) in paths.iter().enumerate() {
            if number != 7 {
                assert_eq!(
                    read(volume.open(path, None)).unwrap(),
                    path.as_bytes(),
                    "{seed}"
                );
            }
        }
    }
}
