use std::io::ErrorKind;

use kusari_fixtures::tools;

use super::super::tool_tests::Image;
use super::*;
use crate::read_vec_at;

const MIB: u64 = 1 << 20;

/// Start, length and kind of a volume.
type Place = (u64, u64, &'static str);

/// Makes a volume of that many MiB with a program, and gives its bytes.
fn made(name: &str, size: u64, program: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let image = Image::new(name, size * MIB);
    tools::output(program, &[arguments, &[image.path()]].concat())?;
    Some(std::fs::read(image.path()).unwrap())
}

fn found(image: &Image) -> Vec<Place> {
    let result = search(&image.disk(), 512, &mut |_| ());
    assert_eq!(result.notes, [""; 0]);
    let found = result.partitions.iter();
    found
        .map(|one| (one.start, one.length, one.kind.name()))
        .collect()
}

/// A disk without a table, with one volume of each kind.
fn disk(name: &str) -> Option<(Image, Vec<Place>)> {
    let ntfs = made(&format!("{name}-1"), 8, "mkntfs", &["-F", "-Q", "-q"])?;
    let fat12 = made(&format!("{name}-2"), 4, "mkfs.vfat", &["-F", "12"])?;
    let fat16 = made(&format!("{name}-3"), 16, "mkfs.vfat", &["-F", "16"])?;
    let fat32 = made(&format!("{name}-4"), 40, "mkfs.vfat", &["-F", "32"])?;
    let exfat = made(&format!("{name}-5"), 8, "mkfs.exfat", &[])?;
    let image = Image::new(name, 100 * MIB);
    let mut volumes = Vec::new();
    // At a sector that is no multiple of anything.
    let mut at = MIB + 512 * 63;
    for (kind, bytes) in [
        ("NTFS", ntfs),
        ("FAT12", fat12),
        ("FAT16", fat16),
        ("FAT32", fat32),
        ("exFAT", exfat),
    ] {
        image.write(at, &bytes);
        let length = u64::try_from(bytes.len()).unwrap();
        volumes.push((at, length, kind));
        at += length + 512 * 5;
    }
    Some((image, volumes))
}

#[test]
fn volumes_are_found_by_their_boot_sectors() {
    let Some((image, volumes)) = disk("search") else {
        return;
    };
    assert_eq!(found(&image), volumes);
}

#[test]
fn volumes_are_found_by_the_copies_of_their_boot_sectors() {
    let Some((image, volumes)) = disk("search-copies") else {
        return;
    };
    for (start, ..) in &volumes {
        image.write(*start, &[0; 512]);
    }
    let with_copies: Vec<_> = volumes
        .into_iter()
        .filter(|(_, _, kind)| matches!(*kind, "NTFS" | "FAT32" | "exFAT"))
        .collect();
    assert_eq!(found(&image), with_copies);
}

#[test]
fn boot_sectors_without_their_volume_are_not_taken() {
    let Some((sound, volumes)) = disk("search-alone") else {
        return;
    };
    let image = Image::new("search-bare", 100 * MIB);
    for (start, length, kind) in volumes {
        // The tables of small FAT volumes begin in the next sector.
        let before = if matches!(kind, "FAT12" | "FAT16") {
            1
        } else {
            12
        };
        for (at, sectors) in [(start, before), (start + length - 512, 1)] {
            let bytes = read_vec_at(sound.disk().as_ref(), at, sectors * 512).unwrap();
            image.write(at, &bytes);
        }
    }
    assert_eq!(found(&image), []);
}

#[test]
fn bitlocker_volumes_of_the_corpus_are_found() {
    let Some(archive) = kusari_fixtures::corpus::path("bitlocker/bitlk-images.tar.xz") else {
        return;
    };
    let name = format!("kusari-search-bitlocker-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    // One of each kind of header; all 21 were tried once.
    let images = ["aes-xts-128", "aes-xts-128-eow", "togo-aes-xts-128"]
        .map(|kind| format!("bitlk-images/bitlk-{kind}.img"));
    let [first, second, third] = &images;
    let (from, to) = (archive.to_str().unwrap(), folder.to_str().unwrap());
    let arguments = ["-xJf", from, "-C", to, first, second, third];
    if tools::output("tar", &arguments).is_some() {
        for image in &images {
            let disk = crate::DiskFile::open(&folder.join(image)).unwrap();
            let disk: Arc<dyn ReadAt> = Arc::new(disk);
            let result = search(&disk, 4096, &mut |_| ());
            let [one] = result.partitions.as_slice() else {
                panic!("{image}: {result:?}");
            };
            assert_eq!((one.start, one.kind.name()), (0, "BitLocker"), "{image}");
            assert_eq!(one.length, disk.size(), "{image}");
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Bytes of which a stretch cannot be read.
struct Damaged {
    bytes: Vec<u8>,
    from: u64,
    to: u64,
}

impl ReadAt for Damaged {
    fn size(&self) -> u64 {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if (self.from..self.to).contains(&offset) {
            return Err(ErrorKind::InvalidData.into());
        }
        let room = match self.from.checked_sub(offset) {
            Some(before) => buffer.len().min(usize::try_from(before).unwrap()),
            None => buffer.len(),
        };
        self.bytes.read_at(offset, &mut buffer[..room])
    }
}

#[test]
fn damage_costs_only_what_is_damaged() {
    let Some(ntfs) = made("search-damage", 8, "mkntfs", &["-F", "-Q", "-q"]) else {
        return;
    };
    let mut bytes = vec![0; 24 << 20];
    bytes[5 << 20..13 << 20].copy_from_slice(&ntfs);
    let damaged = Damaged {
        bytes,
        from: 100_000,
        to: (5 << 20) + 512,
    };
    let disk: Arc<dyn ReadAt> = Arc::new(damaged);
    let mut done = Vec::new();
    let result = search(&disk, 512, &mut |bytes| done.push(bytes));
    // Its boot sector cannot be read, but the copy can.
    assert_eq!(result.partitions.len(), 1);
    assert_eq!(result.partitions[0].start, 5 << 20);
    assert_eq!(result.notes.len(), 1, "{:?}", result.notes);
    assert!(
        result.notes[0].contains("from byte 99840 on"),
        "{:?}",
        result.notes
    );
    assert_eq!(done.last(), Some(&(24 << 20)));
    assert!(done.is_sorted());
}

/// How fast a disk is searched: `KUSARI_DISK=file cargo test --release -p kusari-evidence
/// how_fast_a_disk -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement of a disk that is named"]
fn how_fast_a_disk_is_searched() {
    let path = std::env::var("KUSARI_DISK").unwrap();
    let disk = crate::DiskFile::open(path.as_ref()).unwrap();
    let disk: Arc<dyn ReadAt> = Arc::new(disk);
    let start = std::time::Instant::now();
    let result = search(&disk, 512, &mut |_| ());
    let seconds = start.elapsed().as_secs_f64();
    let megabytes = f64::from(u32::try_from(disk.size() / 1_000_000).unwrap());
    println!(
        "{megabytes:.0} MB in {seconds:.3} s: {:.0} MB/s",
        megabytes / seconds
    );
    for one in result.partitions {
        println!("{} {} {}", one.start, one.length, one.kind.name());
    }
}
