//! Whole volumes: what ntfs-3g wrote is read back, and sleuthkit and ntfsprogs say the same.

use std::collections::BTreeMap;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use kusari_fixtures::tools;

use super::test_volumes::{TestVolume, all_entries, content, is_file};
use crate::{EntryKind, Error, FileSystem, hash, read_full_at};

/// Bytes that no compression makes shorter.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Every kind of file that ntfs-3g writes.
fn fill(at: &Path) {
    let write = |path: &str, bytes: &[u8]| {
        let path = at.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    write("Windows/System32/config/SYSTEM", b"regf");
    write(
        "Windows/System32/config/SYSTEM:Zone.Identifier",
        b"[ZoneTransfer]",
    );
    write("Windows/System32/config/SYSTEM:big", &noise(20_000, 3));
    write("empty", b"");
    let folder = "とても長い日本語の名前のフォルダー/".repeat(4);
    write(
        &format!("{folder}{}.txt", "名".repeat(200)),
        &noise(9000, 5),
    );
    // Enough names that the index has three levels.
    for number in 0..1500 {
        write(
            &format!("many/a rather long name of a file number {number}.txt"),
            b"x",
        );
    }
    for (name, bytes) in [("CASE", b"upper"), ("Case", b"mixed"), ("case", b"lower")] {
        write(&format!("many/{name}"), bytes);
    }
    // More links than fit into one record: an attribute list.
    std::fs::create_dir(at.join("links")).unwrap();
    for number in 0..60 {
        let link = format!("links/another name of the same file {number}");
        std::fs::hard_link(at.join("Windows/System32/config/SYSTEM"), at.join(link)).unwrap();
    }
    // Two files that grow in turns: many runs.
    let grow = |path: &str| {
        std::fs::File::options()
            .create(true)
            .append(true)
            .open(at.join(path))
            .unwrap()
    };
    for turn in 0..150 {
        for path in ["fragments-1", "fragments-2"] {
            std::io::Write::write_all(&mut grow(path), &noise(4096, turn)).unwrap();
        }
    }
    let sparse = std::fs::File::create(at.join("sparse")).unwrap();
    sparse.set_len(3 << 20).unwrap();
    sparse.write_all_at(b"in the middle", 1 << 20).unwrap();
    std::fs::create_dir(at.join("compressed")).unwrap();
    let folder = at.join("compressed");
    // FILE_ATTRIBUTE_COMPRESSED and FILE_ATTRIBUTE_DIRECTORY.
    let set = [
        "-n",
        "system.ntfs_attrib_be",
        "-v",
        "0x00000810",
        folder.to_str().unwrap(),
    ];
    assert!(tools::output("setfattr", &set).is_some());
    let text: Vec<u8> = (0..30_000)
        .flat_map(|n| format!("{n}\n").into_bytes())
        .collect();
    write("compressed/text", &text);
    write("compressed/noise", &noise(150_000, 9));
    let mixed = [
        &vec![0; 200_000][..],
        &text[..70_000],
        &noise(100_000, 7),
        &text[..1000],
    ]
    .concat();
    write("compressed/mixed", &mixed);
    write("compressed/short", b"short");
}

/// All files below a folder by their path, with content and the numbers that the mount shows.
fn files_below(root: &Path) -> BTreeMap<String, (Vec<u8>, std::fs::Metadata)> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.metadata().unwrap();
            if metadata.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                files.insert(name, (std::fs::read(&path).unwrap(), metadata));
            }
        }
    }
    files
}

fn filled() -> Option<TestVolume> {
    let volume = TestVolume::format(48 << 20, &["-L", "テスト"])?;
    volume.fill("streams_interface=windows,compression", fill)?;
    Some(volume)
}

#[test]
fn what_ntfs_3g_wrote_is_read_back() {
    let Some(test) = filled() else { return };
    let mut expected = BTreeMap::new();
    test.fill("ro,streams_interface=windows,compression", |at| {
        expected = files_below(at);
    });
    let volume = test.open();
    let entries = all_entries(&volume);
    let files: Vec<_> = entries
        .iter()
        .filter(|entry| is_file(entry) && !entry.path.starts_with('$'))
        .collect();
    assert_eq!(files.len(), expected.len());
    for entry in &files {
        let (bytes, metadata) = &expected[&entry.path];
        assert!(content(&volume, entry, None) == *bytes, "{}", entry.path);
        let seconds = |time: Option<crate::time::RecordedTime>| time.unwrap().wall.unix_seconds();
        assert_eq!(seconds(entry.times.modified), metadata.mtime());
        assert_eq!(seconds(entry.times.accessed), metadata.atime());
        assert_eq!(seconds(entry.times.changed), metadata.ctime());
        assert_eq!(entry.reference.unwrap() & 0xFFFF_FFFF_FFFF, metadata.ino());
    }
    assert_eq!(volume.notes(), Vec::<String>::new());

    // By path, in any case; the case that is there comes first.
    let read = |path: &str, stream| {
        let mut file = volume.open(path, stream).unwrap();
        crate::read_all(&mut file, 1 << 20).unwrap()
    };
    assert_eq!(read("windows/SYSTEM32/Config/system", None), b"regf");
    assert_eq!(
        read("Windows/System32/config/SYSTEM", Some("zone.identifier")),
        b"[ZoneTransfer]"
    );
    assert_eq!(read("many/CASE", None), b"upper");
    assert_eq!(read("many/case", None), b"lower");
    assert_eq!(read("many/Case", None), b"mixed");
    assert_eq!(read("many/cASE", None), b"upper");
    let system = volume
        .entry("WINDOWS/system32/config/SyStEm")
        .unwrap()
        .unwrap();
    assert_eq!(system.path, "Windows/System32/config/SYSTEM");
    let streams: Vec<_> = system
        .streams
        .iter()
        .map(|s| (s.name.as_str(), s.size))
        .collect();
    assert_eq!(streams, [("Zone.Identifier", 14), ("big", 20_000)]);
    assert_eq!(
        read("links/another name of the same file 59", Some("big")),
        noise(20_000, 3)
    );

    assert!(volume.entry("many/no such file").unwrap().is_none());
    assert!(volume.entry("empty/below a file").unwrap().is_none());
    assert!(matches!(
        volume.open("empty", Some("none")),
        Err(Error::NotFound { .. })
    ));
    assert!(matches!(volume.open("many", None), Err(Error::Read { .. })));
    assert!(volume.list("no such folder").unwrap().is_empty());
    assert!(volume.list("empty").unwrap().is_empty());
    assert_eq!(volume.entry("").unwrap().unwrap().kind, EntryKind::Folder);

    // The sparse file is stored in one cluster, and in pieces it reads as in one.
    let ranges = volume.data_ranges("sparse", None).unwrap();
    assert_eq!(ranges.len(), 1);
    assert!(ranges[0].contains(&(1 << 20)) && ranges[0].end - ranges[0].start <= 65_536);
    let mixed = volume.open("compressed/mixed", None).unwrap().bytes();
    let whole = &expected["compressed/mixed"].0;
    for (offset, length) in [
        (0_usize, 10),
        (65_530, 12),
        (199_999, 140_000),
        (371_000, 500),
    ] {
        let mut buffer = vec![0; length];
        let count = read_full_at(mixed.as_ref(), offset as u64, &mut buffer).unwrap();
        assert!(buffer[..count] == whole[offset..whole.len().min(offset + length)]);
    }
}

#[test]
fn identity_is_what_ntfsprogs_say() {
    let Some(test) = TestVolume::format(8 << 20, &["-L", "証拠 1", "-c", "1024"]) else {
        return;
    };
    let identity = test.open().identity();
    let path = test.path();
    let said = tools::output("ntfsinfo", &["-m", path.to_str().unwrap()]).unwrap();
    let said = String::from_utf8(said).unwrap();
    let has = |text: String| assert!(said.contains(&text), "{text}: {said}");
    has(format!("Volume Name: {}", identity.label.unwrap()));
    has(format!("Volume Version: {}", identity.version.unwrap()));
    has(format!("Cluster Size: {}", identity.cluster_size.unwrap()));
    has(format!("Sector Size: {}", identity.sector_size.unwrap()));
    assert_eq!(identity.dirty, Some(false));
    assert_eq!(identity.size, Some((8 << 20) - 512));
    let serial = identity.serial64.unwrap();
    assert_eq!(u64::from(identity.serial.unwrap()), serial & 0xFFFF_FFFF);
    if let Some(said) = tools::output("fsstat", &[path.to_str().unwrap()]) {
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(
            said.contains(&format!("Volume Serial Number: {serial:016X}")),
            "{said}"
        );
    }
}

#[test]
fn all_sizes_of_sectors_and_clusters_are_read() {
    for (sector, cluster) in [
        ("512", "512"),
        ("512", "2048"),
        ("512", "65536"),
        ("512", "262144"),
        ("512", "2097152"),
        ("1024", "1024"),
        ("2048", "4096"),
        ("4096", "4096"),
        ("4096", "65536"),
    ] {
        let size = if cluster == "2097152" {
            96 << 20
        } else {
            24 << 20
        };
        let Some(test) = TestVolume::format(size, &["-s", sector, "-c", cluster]) else {
            return;
        };
        let bytes = noise(300_001, 11);
        test.copy_in("/file.bin", None, &bytes);
        test.copy_in("/file.bin", Some("stream"), &bytes[..70_000]);
        for number in 0..60 {
            let name = format!("/a name that is long enough to fill blocks {number}");
            if cluster == "65536" {
                test.copy_in(&name, None, b"x");
            }
        }
        let volume = test.open();
        let entry = volume.entry("FILE.BIN").unwrap().unwrap();
        assert!(
            content(&volume, &entry, None) == bytes,
            "{sector} {cluster}"
        );
        assert!(content(&volume, &entry, Some("STREAM")) == bytes[..70_000]);
        let identity = volume.identity();
        assert_eq!(identity.sector_size.unwrap().to_string(), sector);
        assert_eq!(identity.cluster_size.unwrap().to_string(), cluster);
        let root = volume.list("").unwrap();
        if cluster == "65536" {
            assert!(
                volume
                    .entry("A name that is long enough to fill blocks 59")
                    .unwrap()
                    .is_some()
            );
            assert!(root.len() > 70);
        }
        assert!(root.is_sorted_by_key(crate::sort_key));
        assert_eq!(volume.notes(), Vec::<String>::new(), "{sector} {cluster}");
    }
}

#[test]
fn metadata_files_are_files() {
    let Some(test) = TestVolume::format(8 << 20, &[]) else {
        return;
    };
    let path = test.path();
    let volume = test.open();
    for (name, stream, argument) in [
        ("$MFT", None, "0"),
        ("$UpCase", None, "10"),
        ("$LogFile", None, "2"),
    ] {
        let mut file = volume.open(name, stream).unwrap();
        let read = hash::sha256_of(&mut file).unwrap();
        let Some(said) = tools::output("icat", &[path.to_str().unwrap(), argument]) else {
            return;
        };
        assert_eq!(read, hash::sha256(&said), "{name}");
    }
    assert!(volume.entry("$Extend/$Quota").unwrap().is_some());
    // `$Secure` has streams, and no content.
    let error = volume.open("$Secure", None).unwrap_err().to_string();
    assert!(error.contains("no unnamed stream"), "{error}");
    assert!(volume.open("$Secure", Some("$SDS")).is_ok());
    // The whole volume but the boot sector's clusters is not bad: one hole.
    assert!(
        volume
            .data_ranges("$BadClus", Some("$Bad"))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_sparse_change_journal_tells_where_its_records_are() {
    let Some(test) = TestVolume::format(16 << 20, &[]) else {
        return;
    };
    test.copy_in("/$Extend/$UsnJrnl", None, b"");
    test.copy_in("/$Extend/$UsnJrnl", Some("$J"), b"first");
    let far = 1_u64 << 30;
    let filled = test.fill("streams_interface=windows,show_sys_files", |at| {
        let journal = std::fs::File::options()
            .write(true)
            .open(at.join("$Extend/$UsnJrnl:$J"));
        journal.unwrap().write_all_at(&[7; 5000], far).unwrap();
    });
    if filled.is_none() {
        return;
    }
    let volume = test.open();
    let entry = volume.entry("$extend/$usnjrnl").unwrap().unwrap();
    assert_eq!(entry.streams[0].size, far + 5000);
    let ranges = volume.data_ranges("$Extend/$UsnJrnl", Some("$J")).unwrap();
    assert_eq!(ranges.last().unwrap().start, far);
    assert_eq!(ranges.last().unwrap().end, far + 5000);
    let journal = volume.open("$Extend/$UsnJrnl", Some("$J")).unwrap();
    let mut buffer = vec![1; 100];
    let bytes = journal.bytes();
    assert_eq!(bytes.read_at(far - 50, &mut buffer).unwrap(), 100);
    assert_eq!(buffer, [[0; 50], [7; 50]].concat());
}
