//! Damaged and hostile images: never a panic, never much time or memory, and what is sound stays.

use std::time::{Duration, Instant};

use kusari_fixtures::variants;

use super::super::image_folder::{ImageFolder, assert_same, judge, some_disk};
use super::built::{self, Layout};
use super::*;
use crate::read_exact_at;

const GRAIN: usize = 65_536;
const MIB: usize = 1 << 20;

fn opened(folder: &ImageFolder, image: Vec<u8>) -> Container {
    let opened = folder.open_bytes("i.vmdk", Arc::new(image));
    opened.unwrap().unwrap()
}

fn sparse(folder: &ImageFolder, raw: &[u8]) -> Option<Vec<u8>> {
    folder.write("r.raw", raw);
    folder.qemu_img(&["convert", "-f", "raw", "-O", "vmdk", "{}r.raw", "{}i.vmdk"])?;
    Some(folder.read("i.vmdk"))
}

fn u64_at(image: &[u8], at: usize) -> usize {
    usize::try_from(u64::from_le_bytes(image[at..at + 8].try_into().unwrap())).unwrap()
}

fn u32_at(image: &[u8], at: usize) -> usize {
    usize::try_from(u32::from_le_bytes(image[at..at + 4].try_into().unwrap())).unwrap()
}

#[test]
fn the_redundant_grain_directory_stands_in() {
    let folder = ImageFolder::new();
    let raw = some_disk(3 * MIB, 41);
    let Some(image) = sparse(&folder, &raw) else {
        return;
    };
    let (first, second) = (u64_at(&image, 56) * 512, u64_at(&image, 48) * 512);
    for value in [0_u32, u32::MAX, 0x7000_0000] {
        let mut damaged = image.clone();
        damaged[first..first + 4].copy_from_slice(&value.to_le_bytes());
        let container = opened(&folder, damaged.clone());
        assert_same(&container, &raw);
        assert_eq!(container.notes.is_empty(), value == 0);
        if value != 0 {
            damaged[second..second + 4].copy_from_slice(&value.to_le_bytes());
            let judgement = judge(&opened(&folder, damaged), &raw);
            assert_eq!((judgement.right, judgement.wrong.len()), (0, 0));
        }
    }
    // One entry of the first grain table.
    let table = u32_at(&image, first) * 512;
    let mut damaged = image.clone();
    damaged[table..table + 4].copy_from_slice(&[0xFF; 4]);
    assert_same(&opened(&folder, damaged), &raw);
}

#[test]
fn a_cut_sparse_file_gives_what_is_left() {
    let folder = ImageFolder::new();
    let raw = some_disk(3 * MIB, 42);
    let Some(image) = sparse(&folder, &raw) else {
        return;
    };
    for length in [
        image.len() - 100,
        image.len() - 3 * GRAIN,
        image.len() / 2 + 1,
    ] {
        let judgement = judge(&opened(&folder, image[..length].to_vec()), &raw);
        assert!(judgement.wrong.is_empty() && !judgement.errors.is_empty());
        assert!(judgement.right > 0);
    }
}

#[test]
fn a_cut_stream_is_read_by_its_markers() {
    let folder = ImageFolder::new();
    let raw = some_disk(3 * MIB, 43);
    let whole = built::stream(&raw, Layout::Footer);
    let grains = built::stream(&raw, Layout::Cut);
    // Without the footer only, everything is still there.
    let container = opened(&folder, whole[..whole.len() - 1024].to_vec());
    assert_same(&container, &raw);
    assert!(container.notes[0].contains("found by their markers"));
    // Behind the last grain: what is after it may have been lost.
    let judgement = judge(&opened(&folder, grains.clone()), &raw);
    assert!(judgement.wrong.is_empty());
    // In the middle of a grain.
    let mut before = usize::MAX;
    for length in [grains.len() - 700, grains.len() * 2 / 3, grains.len() / 3] {
        let judgement = judge(&opened(&folder, whole[..length].to_vec()), &raw);
        assert!(judgement.wrong.is_empty(), "{length}");
        assert!(judgement.right > 0 && judgement.right < before, "{length}");
        assert!(!judgement.errors.is_empty());
        before = judgement.right;
    }
    // Damage in the middle of what is left: no missing grain near it is taken for zeros.
    let mut damaged = grains;
    let middle = damaged.len() / 2;
    damaged[middle..middle + 100_000].fill(0x77);
    let judgement = judge(&opened(&folder, damaged), &raw);
    assert!(judgement.wrong.is_empty(), "{:?}", judgement.wrong);
    assert!(judgement.right > raw.len() / 512 / 3);
}

#[test]
fn a_flipped_byte_in_a_grain_is_found_by_its_checksum() {
    let folder = ImageFolder::new();
    let raw = some_disk(2 * MIB, 44);
    let image = built::stream(&raw, Layout::Footer);
    let tables = image.len() - 7 * 512;
    for step in 1..40 {
        let at = 128 * 512 + step * (tables - 128 * 512) / 41;
        let mut damaged = image.clone();
        damaged[at] ^= 0x10;
        let judgement = judge(&opened(&folder, damaged), &raw);
        assert!(judgement.wrong.is_empty(), "{at}");
        assert!(judgement.errors.len() <= GRAIN / 512, "{at}");
    }
}

#[test]
fn grains_that_are_bombs_or_of_another_place_are_refused() {
    let folder = ImageFolder::new();
    let raw = vec![0x41; MIB];
    let image = built::stream(&raw, Layout::Footer);
    let first = 128 * 512;
    let wrong: [(usize, &[u8]); 4] = [
        (first, &[1]),
        (first + 8, &[0xFF, 0xFF, 0xFF, 0x7F]),
        (first + 8, &[0, 0, 0, 0]),
        (first + 12, &[0, 0]),
    ];
    for (at, bytes) in wrong {
        let mut damaged = image.clone();
        damaged[at..at + bytes.len()].copy_from_slice(bytes);
        let judgement = judge(&opened(&folder, damaged), &raw);
        assert_eq!(judgement.errors.len(), GRAIN / 512, "{at}");
        assert!(judgement.wrong.is_empty());
    }
    // A grain that unpacks to a whole MiB.
    let bomb = built::stream_packed(&raw[..GRAIN], Layout::Footer, |_| built::zlib(&raw));
    let container = opened(&folder, bomb);
    assert!(read_exact_at(container.media.as_ref(), 0, &mut [0; 512]).is_err());
}

#[test]
fn variants_of_every_kind_neither_panic_nor_hang() {
    let folder = ImageFolder::new();
    let raw = some_disk(400 * 1024, 45);
    let mut images = vec![built::stream(&raw, Layout::Footer), built::cowd(&raw)];
    images.extend(sparse(&folder, &raw));
    images.push(
        b"# Disk DescriptorFile\nCID=1\nparentCID=2\nparentFileNameHint=\"i.vmdk\"\n\
        RW 8 FLAT \"r.raw\" 0\nRW 99 SPARSE \"i.vmdk\"\n"
            .to_vec(),
    );
    let start = Instant::now();
    for image in images {
        let bytes = (0..250_usize).map(|at| {
            let mut damaged = image.clone();
            let at = at % damaged.len();
            damaged[at] ^= 0xFF;
            damaged
        });
        let variants = (0..300).map(|seed| variants::variant(&image, seed, 300).bytes);
        for damaged in bytes.chain(variants) {
            if let Ok(Some(container)) = folder.open_bytes("other.vmdk", Arc::new(damaged)) {
                read_on_behind_errors(&container);
            }
        }
    }
    assert!(start.elapsed() < Duration::from_secs(120));
}

fn read_on_behind_errors(container: &Container) {
    let size = container.media.size().min(1 << 20);
    let mut buffer = vec![0; 64 * 1024];
    let mut at = 0;
    while at < size {
        match container.media.read_at(at, &mut buffer) {
            Ok(0) => panic!("no byte and no error at {at}"),
            Ok(count) => at += as_u64(count),
            Err(_) => at += 4096,
        }
    }
}

#[test]
fn disks_that_stand_on_themselves_end() {
    let folder = ImageFolder::new();
    for (name, parent) in [("a.vmdk", "b.vmdk"), ("b.vmdk", r"C:\x\a.vmdk")] {
        folder.write(
            name,
            format!(
                "# Disk DescriptorFile\nCID=1\nparentCID=1\nparentFileNameHint=\"{parent}\"\n\
                 RW 128 SPARSE \"{name}\"\nRW 8 FLAT \"../../etc/passwd\" 0\n\
                 RW 8 FLAT \"/etc/passwd\" 0\nRW 8 FLAT \"..\" 0\n"
            )
            .as_bytes(),
        );
    }
    let start = Instant::now();
    let container = folder.open("a.vmdk");
    let mut buffer = [0; 512];
    for sector in (0..152).step_by(8) {
        assert!(container.media.read_at(sector * 512, &mut buffer).is_err());
    }
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!(container.notes.len() <= 51);
}

#[test]
fn a_descriptor_with_endless_extents_is_bounded() {
    let folder = ImageFolder::new();
    let raw = some_disk(400 * 1024, 46);
    folder.write("cut.vmdk", &built::stream(&raw, Layout::Cut));
    let mut text = b"# Disk DescriptorFile\nCID=1\nparentCID=ffffffff\n".to_vec();
    for _ in 0..70_000 {
        text.extend(b"RW 8 SPARSE \"cut.vmdk\"\n");
    }
    folder.write("many.vmdk", &text);
    let start = Instant::now();
    let container = folder.open("many.vmdk");
    assert_eq!(container.media.size(), 65_536 * 4096);
    assert_eq!(container.files, ["cut.vmdk"]);
    assert!(start.elapsed() < Duration::from_secs(10));
    let mut grain = vec![0; 4096];
    read_exact_at(container.media.as_ref(), 4096 * 9, &mut grain).unwrap();
    assert_eq!(grain, raw[..4096]);
}
