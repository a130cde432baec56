//! FAT volumes held against The Sleuth Kit, `fsck.vfat` and mtools.

use std::io::Read;
use std::sync::Arc;

use super::{FatVolume, is_one};
use crate::fat_family::sleuthkit::{self, Image, Rows};
use crate::{Entry, FileSystem};
use kusari_fixtures::dos_time::FileTimes;
use kusari_fixtures::fat::{FatWriter, Format, Variant, wall};
use kusari_fixtures::tools;

fn format(variant: Variant) -> Format {
    let (sectors, cluster_sectors) = match variant {
        Variant::Fat12 => (4096, 4),
        Variant::Fat16 => (20_000, 2),
        // 65,530 clusters: none has an upper half.
        Variant::Fat32 => (66_586, 1),
    };
    Format {
        variant,
        sectors,
        cluster_sectors,
        serial: 0x5EED_0012,
        label: Some("KUSARI 012"),
        formatted: wall((2022, 6, 20), (8, 0, 2), 0),
        clears_upper_half: false,
        dirty: false,
    }
}

fn times(minute: u32) -> FileTimes {
    FileTimes {
        created: wall((2022, 6, 21), (17, minute, 31), 570),
        modified: wall((2022, 6, 21), (18, minute, 8), 0),
        accessed: wall((2022, 6, 24), (0, 0, 0), 0),
        utc_offset_minutes: None,
    }
}

fn content(length: usize, seed: u8) -> Vec<u8> {
    (0..length)
        .map(|at| (at % 251).to_le_bytes()[0] ^ seed)
        .collect()
}

/// Folders, long and short names, pieces, and what was deleted.
fn written(variant: Variant) -> FatWriter {
    let mut volume = FatWriter::new(format(variant));
    volume.folder("名簿", &times(1));
    volume.folder("名簿/2022年度", &times(2));
    volume.file(
        "名簿/2022年度/住民税非課税世帯等に対する臨時特別給付金.csv",
        &content(5000, 1),
        &times(3),
    );
    volume.file("README.TXT", &content(100, 2), &times(4));
    volume.file("lower.txt", &content(3, 3), &times(5));
    volume.file("Empty file.bin", &[], &times(6));
    volume.file_with_gaps("in pieces.bin", &content(20_000, 4), &times(7), 2);
    for number in 0..33 {
        let path = format!("名簿/A rather long name of a file {number}.dat");
        volume.file(&path, &content(number, 5), &times(8));
    }
    volume.file(
        "Deleted with a long name.docx",
        &content(9000, 6),
        &times(9),
    );
    volume.file("SHORT.DOC", &content(700, 7), &times(10));
    volume.folder("Old folder", &times(11));
    volume.file(
        "Old folder/what stood in it.xls",
        &content(2500, 8),
        &times(12),
    );
    volume.folder("Old folder/INNER", &times(13));
    volume.file("Old folder/INNER/DEEP.TXT", &content(600, 9), &times(14));
    for path in [
        "Deleted with a long name.docx",
        "SHORT.DOC",
        "Old folder/INNER/DEEP.TXT",
        "Old folder/INNER",
        "Old folder/what stood in it.xls",
        "Old folder",
        "名簿/A rather long name of a file 30.dat",
    ] {
        volume.delete(path);
    }
    volume
}

fn open(image: &Image) -> FatVolume {
    let bytes = image.bytes();
    assert!(is_one(&bytes[..512]));
    FatVolume::open(Arc::new(bytes), image.name()).unwrap()
}

/// FAT times are local: both readers are asked for what the wall clock showed.
fn our_rows(entries: &[Entry]) -> Rows {
    sleuthkit::our_rows(entries, &|time| time.wall.unix_seconds())
}

fn read(volume: &FatVolume, entry: &Entry) -> Vec<u8> {
    let mut bytes = Vec::new();
    volume
        .open_entry(entry, None)
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

/// Same entries, same times, same bytes, live and deleted.
fn compare(image: &Image) -> usize {
    let volume = open(image);
    let Some(lines) = sleuthkit::lines(image) else {
        return 0;
    };
    let entries = sleuthkit::entries(&volume);
    assert_eq!(
        our_rows(&entries),
        sleuthkit::rows(&lines),
        "{:?}",
        volume.notes()
    );
    let mut read_files = 0;
    for entry in sleuthkit::files_to_read(&entries) {
        let line = lines
            .iter()
            .find(|line| line.path == entry.path && line.deleted == entry.deleted)
            .unwrap();
        let day = volume
            .access_date(entry)
            .unwrap()
            .map(|(year, month, day)| wall((year, month, day), (0, 0, 0), 0).and_utc().timestamp());
        assert_eq!(day.unwrap_or(0), line.accessed, "{}", entry.path);
        let theirs = sleuthkit::content(image, &line.inode);
        assert!(read(&volume, entry) == theirs, "{}", entry.path);
        read_files += 1;
    }
    read_files
}

#[test]
fn written_volumes_are_sound_and_read_alike() {
    for variant in [Variant::Fat12, Variant::Fat16, Variant::Fat32] {
        let image = Image::new(&written(variant).bytes());
        if let Some(said) = tools::run("fsck.vfat", &["-n", image.name()]) {
            let text = String::from_utf8_lossy(&said.stdout).into_owned();
            assert!(said.status.success(), "{variant:?}: {text}");
        }
        let count = compare(&image);
        assert!(count == 0 || count == 13, "{count}");
    }
}

/// Runs an mtools program on the image; `None` where mtools is not installed.
fn mtool(image: &Image, program: &str, arguments: &[&str]) -> Option<()> {
    let all = [&["-i", image.name()], arguments].concat();
    tools::output(program, &all).map(|_| ())
}

/// Volumes formatted by mkfs.vfat and filled by mtools: files copied, deleted and copied again, so
/// that space and slots of deleted ones are used again.
fn filled_by_mtools(options: &[&str], bytes: u64) -> Option<Image> {
    let image = Image::new(&[]);
    let file = std::fs::File::create(image.name()).unwrap();
    file.set_len(bytes).unwrap();
    let common = ["-i", "CAFE2022", "-n", "STICK 008", image.name()];
    tools::output("mkfs.vfat", &[options, &common].concat())?;
    let sources: Vec<Image> = (0..6_u8)
        .map(|seed| Image::new(&content(2000 * usize::from(seed) + 7, seed)))
        .collect();
    mtool(&image, "mmd", &["::資料", "::資料/下書き", "::GONE"])?;
    for round in 0..3 {
        for (number, source) in sources.iter().enumerate() {
            for path in [
                format!("::資料/{round}回目の名簿と振込先の一覧 {number}.xlsx"),
                format!("::資料/下書き/DRAFT{round}{number}.TXT"),
                format!("::GONE/Round {round} of file {number}.bin"),
            ] {
                mtool(&image, "mcopy", &["-m", source.name(), &path])?;
            }
        }
        for number in [1, 4] {
            mtool(
                &image,
                "mdel",
                &[&format!("::資料/下書き/DRAFT{round}{number}.TXT")],
            )?;
            let path = format!("::資料/{round}回目の名簿と振込先の一覧 {number}.xlsx");
            mtool(&image, "mdel", &[&path])?;
        }
    }
    mtool(
        &image,
        "mattrib",
        &["+h", "+s", "::資料/下書き/DRAFT00.TXT"],
    )?;
    // Deletes a folder with all that stands in it.
    mtool(&image, "mdeltree", &["::GONE"])?;
    Some(image)
}

#[test]
fn volumes_filled_by_mtools_read_alike() {
    for (kind, options, bytes) in [
        ("FAT12", &["-F", "12", "-s", "2"][..], 2 << 20),
        ("FAT16", &["-F", "16", "-s", "4"], 10 << 20),
        // One table, larger sectors, a small root folder.
        (
            "FAT16",
            &["-F", "16", "-S", "2048", "-s", "1", "-f", "1", "-r", "256"],
            20 << 20,
        ),
        ("FAT32", &["-F", "32", "-s", "1"], 66_600 * 512),
    ] {
        let Some(image) = filled_by_mtools(options, bytes) else {
            return;
        };
        let volume = open(&image);
        let identity = volume.identity();
        assert_eq!(volume.kind(), kind);
        assert_eq!(identity.serial, Some(0xCAFE_2022));
        assert_eq!(identity.label.as_deref(), Some("STICK 008"));
        assert_eq!(identity.dirty, Some(false));
        let Some(said) = tools::output("fsstat", &[image.name()]) else {
            return;
        };
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(said.contains("Volume ID: 0xcafe2022"), "{said}");
        let cluster = format!("Cluster Size: {}", identity.cluster_size.unwrap());
        assert!(said.contains(&cluster), "{said}");
        compare(&image);
    }
}

#[test]
fn volumes_of_other_file_systems_are_none() {
    for name in ["testfs1", "ntfs_img.dd"] {
        let Some(bytes) = kusari_fixtures::corpus::bytes(&format!("images/{name}")) else {
            return;
        };
        for at in (0..bytes.len() - 512).step_by(512) {
            let sector = &bytes[at..at + 512];
            assert!(!is_one(sector), "{name} at byte {at}");
            assert!(!crate::exfat::is_one(sector), "{name} at byte {at}");
        }
    }
}

/// Run in release: `cargo test --release -p kusari-evidence listing_50 -- --ignored --nocapture`.
#[test]
#[ignore = "measures; run in release"]
fn listing_50_000_files() {
    let mut writer = FatWriter::new(Format {
        sectors: 300_000,
        ..format(Variant::Fat32)
    });
    for folder in 0..50 {
        writer.folder(&format!("Folder {folder}"), &times(1));
        for number in 0..1000 {
            let path = format!("Folder {folder}/{number} 住民の名簿と振込先の一覧.xlsx");
            writer.file(&path, b"content", &times(2));
        }
    }
    let image = Image::new(&writer.bytes());
    let disk = crate::DiskFile::open(std::path::Path::new(image.name())).unwrap();
    let bytes: Arc<dyn crate::ReadAt> = Arc::new(disk);
    for _ in 0..3 {
        let start = std::time::Instant::now();
        let volume = FatVolume::open(Arc::clone(&bytes), image.name()).unwrap();
        let mut count = 0;
        let limits = crate::Limits::default();
        crate::walk(&volume, &limits, &mut |_| count += 1);
        let listed = start.elapsed();
        let mut read = 0;
        for folder in volume.list("").unwrap() {
            for entry in volume.list(&folder.path).unwrap() {
                let mut file = volume.open(&entry.path, None).unwrap();
                read += std::io::copy(&mut file, &mut std::io::sink()).unwrap();
            }
        }
        let opened = start.elapsed() - listed;
        let start = std::time::Instant::now();
        let out = tools::output("fls", &["-r", "-p", image.name()]).unwrap();
        let lines = String::from_utf8_lossy(&out).lines().count();
        println!(
            "{count} entries in {listed:?}; {read} bytes of all files by path in {opened:?}; fls: \
             {lines} lines in {:?}",
            start.elapsed()
        );
    }
}
