//! Writes a small seed corpus: `seeds FOLDER` makes `FOLDER/<target>/…`.
//!
//! With `seeds FOLDER encode TARGET FILE…` the files (made by other programs) are added as lists
//! of pieces, see `kusari_evidence_fuzz::image`; with `chunk` instead of `encode` they are
//! compressed chunks whose output has 4096 bytes.

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use kusari_evidence::time::Timestamp;
use kusari_evidence_fuzz::checksums;
use kusari_evidence_fuzz::image::encode;
use kusari_fixtures::bitlocker::{BitLocker, Method, Progress, Protector};
use kusari_fixtures::dos_time::FileTimes;
use kusari_fixtures::event_log::Guid;
use kusari_fixtures::ewf::{Image, Layout as EwfLayout, LogicalFile, write_logical};
use kusari_fixtures::exfat::{ExfatWriter, Format as ExfatFormat};
use kusari_fixtures::fat::{FatWriter, Format as FatFormat, Variant};
use kusari_fixtures::shadow_copy::{
    Descriptor, Identity, Layout as StoreLayout, StoreBytes, write_catalog, write_store,
    write_volume_header,
};
use kusari_fixtures::vhd::{Layout, Vhd};
use kusari_fixtures::vhdx::Vhdx;
use kusari_fixtures::zip::{Member, archive};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = Path::new(arguments.first().expect("which folder?"));
    match arguments.get(1).map(String::as_str) {
        Some("encode") => {
            for file in &arguments[3..] {
                let name = Path::new(file)
                    .file_name()
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                put(
                    folder,
                    &arguments[2],
                    &name,
                    &encode(&fs::read(file).unwrap()),
                );
            }
        }
        Some("chunk") => {
            for file in &arguments[3..] {
                let name = Path::new(file).file_name().unwrap().to_string_lossy();
                put(
                    folder,
                    &arguments[2],
                    &name,
                    &chunk(4096, &fs::read(file).unwrap()),
                );
            }
        }
        _ => own(folder),
    }
}

fn put(folder: &Path, target: &str, name: &str, bytes: &[u8]) {
    fs::create_dir_all(folder.join(target)).unwrap();
    fs::write(folder.join(target).join(name), bytes).unwrap();
}

fn own(folder: &Path) {
    let text: Vec<u8> = (0..4096_u32).map(|at| (at * at >> 5) as u8).collect();
    for (name, layout) in [("fixed", Layout::Fixed), ("dynamic", Layout::Dynamic(4096))] {
        let mut disk = Vhd::new(64 << 10, layout);
        disk.write(3, &text[..1024]);
        put(folder, "vhd", name, &encode(&disk.to_bytes()));
    }
    let mut disk = Vhdx::new(4 << 20, 1 << 20);
    disk.write(3, &text[..1024]);
    put(folder, "vhdx", "dynamic", &encode(&disk.to_bytes()));

    for (name, layout) in [
        ("encase6", EwfLayout::EnCase6),
        ("ex01", EwfLayout::Version2),
    ] {
        let image = Image {
            layout,
            chunks_per_table: 2,
            ..Image::default()
        };
        let segments = image.write(&[text.clone(), vec![0; 60 << 10]].concat());
        put(folder, "ewf", name, &segments[0].bytes);
    }

    let fat = fat();
    put(folder, "fat", "fat12", &encode(&fat));
    put(folder, "exfat", "exfat", &encode(&exfat()));
    for (name, protector) in [
        ("clear", Protector::ClearKey),
        ("bek", Protector::StartupKey),
    ] {
        let written = BitLocker {
            method: Method::AesXts128,
            protectors: vec![protector],
            description: "KUSARI".to_owned(),
            created: Timestamp::from_civil((2022, 6, 21), (9, 27, 45), 0).unwrap(),
            progress: Progress::UpTo(64 << 10),
            seed: 1,
        }
        .write(&fat)
        .unwrap();
        let mut input = written.startup_keys.first().cloned().unwrap_or_default();
        input.resize(256, 0);
        input.extend(encode(&written.volume));
        put(folder, "bitlocker", name, &input);
    }
    let mut parts = vec![0];
    for name in ["disk.001", "disk.002", "disk.004", "disk.005"] {
        parts.push(8);
        parts.extend(name.as_bytes());
        parts.push(4);
    }
    put(folder, "split_raw", "numbers", &parts);
    let logical = write_logical(&[LogicalFile {
        name: "C".to_owned(),
        children: vec![
            LogicalFile {
                name: "a.txt".to_owned(),
                content: Some(text.clone()),
                times: [1_655_774_865; 4],
                ..LogicalFile::default()
            },
            LogicalFile {
                name: "zeros".to_owned(),
                content: Some(vec![0; 9000]),
                ..LogicalFile::default()
            },
        ],
        ..LogicalFile::default()
    }]);
    put(folder, "ewf_logical", "encase6", &logical);

    let members = [
        Member::stored("C/Windows/a.txt", b"stored"),
        Member::deflated("b.txt", &[b'x'; 300], DEFLATED.to_vec()),
    ];
    put(folder, "zip", "two", &archive(&members));
    let (mbr, gpt) = (mbr(&fat), gpt(&exfat()));
    for (name, disk) in [("mbr", &mbr), ("gpt", &gpt)] {
        put(folder, "partition", name, &encode(disk));
        put(folder, "opening", name, &encode(disk));
    }
    let with_copies = shadow_copies();
    put(folder, "shadow_copy", "three", &encode(&with_copies));

    // The whole way: disks in containers, a disk in an archive, files in logical evidence.
    let mut disk = Vhd::new(u64::try_from(mbr.len()).unwrap(), Layout::Dynamic(4096));
    for (sector, bytes) in (0_u64..).zip(mbr.chunks(512)) {
        if bytes.iter().any(|byte| *byte != 0) {
            disk.write(sector, bytes);
        }
    }
    let vhd = disk.to_bytes();
    put(folder, "opening", "vhd", &encode(&vhd));
    let collected = [
        Member::stored("C/Windows/a.txt", b"stored"),
        Member::stored("disk.vhd", &vhd),
    ];
    put(folder, "opening", "zip", &encode(&archive(&collected)));
    let image = Image::default().write(&mbr);
    put(folder, "opening", "ewf", &encode(&image[0].bytes));
    put(folder, "opening", "logical", &encode(&logical));

    put(folder, "lznt1", "run", &chunk(4096, &LZNT1_RUN));
    let mut huffman = vec![0; 256];
    for (symbol, length) in [(97, 3), (98, 3), (99, 2), (256, 2), (287, 2)] {
        huffman[symbol / 2] |= length << (symbol % 2 * 4);
    }
    huffman.extend([0xa8, 0xdc, 0x00, 0x00, 0xff, 0x26, 0x01]);
    put(folder, "xpress_huffman", "abc", &chunk(300, &huffman));
    // LZX is written by others only; the text makes the fuzzer begin somewhere.
    put(folder, "lzx", "text", &chunk(4096, &text));
}

/// `x` three hundred times: one literal, then copies, with the fixed codes of deflate.
const DEFLATED: [u8; 7] = [0xab, 0xa8, 0x18, 0x05, 0xc4, 0x02, 0x00];

/// LZNT1: one byte, and a copy from it of 4095.
const LZNT1_RUN: [u8; 6] = [0x03, 0xB0, 0x02, b'z', 0xFC, 0x0F];

/// A compressed chunk behind the length of its output.
fn chunk(length: u16, bytes: &[u8]) -> Vec<u8> {
    [&length.to_be_bytes(), bytes].concat()
}

/// A disk with one volume in a partition and an empty extended partition.
fn mbr(volume: &[u8]) -> Vec<u8> {
    let mut disk = vec![0; 64 << 10];
    for (slot, kind, start, sectors) in [(0, 1, 128, volume.len() / 512), (1, 5, 2, 100)] {
        let at = 446 + slot * 16;
        disk[at + 4] = kind;
        disk[at + 8..at + 12].copy_from_slice(&u32::to_le_bytes(start));
        let sectors = u32::try_from(sectors).unwrap();
        disk[at + 12..at + 16].copy_from_slice(&sectors.to_le_bytes());
    }
    for sector in [0, 2 * 512] {
        disk[sector + 510..sector + 512].copy_from_slice(&[0x55, 0xaa]);
    }
    disk.extend(volume);
    disk
}

/// A disk with one volume in a partition of a GPT, which has its backup at the end.
fn gpt(volume: &[u8]) -> Vec<u8> {
    let mut disk = vec![0; 64 << 10];
    disk.extend(volume);
    disk.resize(disk.len() + 33 * 512, 0);
    let last = disk.len() / 512 - 1;
    disk[446 + 4] = 0xee;
    disk[446 + 8] = 1;
    disk[446 + 12..446 + 16].copy_from_slice(&u32::try_from(last).unwrap().to_le_bytes());
    disk[510..512].copy_from_slice(&[0x55, 0xaa]);
    for (here, other, entries) in [(1, last, 2), (last, 1, last - 32)] {
        let header = &mut disk[here * 512..][..92];
        header[..16].copy_from_slice(b"EFI PART\0\0\x01\0\x5c\0\0\0");
        let places = [here, other, 34, last - 33];
        for (place, sector) in header[24..56].chunks_exact_mut(8).zip(places) {
            place.copy_from_slice(&u64::try_from(sector).unwrap().to_le_bytes());
        }
        header[56..72].fill(0x11);
        header[72..80].copy_from_slice(&u64::try_from(entries).unwrap().to_le_bytes());
        header[80] = 128;
        header[84] = 128;
        let entry = &mut disk[entries * 512..][..128];
        // Basic data, as Windows partitions its disks.
        entry[..16].copy_from_slice(&[
            0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9, 0x33, 0x44, 0x87, 0xc0, 0x68, 0xb6, 0xb7, 0x26,
            0x99, 0xc7,
        ]);
        entry[16..32].fill(0x22);
        let sectors = volume.len() / 512;
        entry[32..40].copy_from_slice(&128_u64.to_le_bytes());
        entry[40..48].copy_from_slice(&u64::try_from(127 + sectors).unwrap().to_le_bytes());
    }
    checksums::gpt(&mut disk);
    disk
}

/// A volume of 64 blocks without a file system, with three copies that hold some of its blocks.
fn shadow_copies() -> Vec<u8> {
    const BLOCKS: usize = 64;
    let at = |block: usize| u64::try_from(block).unwrap() * 0x4000;
    let guid = |first: u8| Guid([first; 16]);
    let mut volume = vec![0; BLOCKS * 0x4000];
    write_volume_header(&mut volume, guid(0xEE), at(2));
    let mut stores = Vec::new();
    for number in 1..4_u8 {
        let first = usize::from(number) * 10;
        let area: Vec<u64> = (first..first + 10).map(at).collect();
        let layout = StoreLayout::new(&area, 1, BLOCKS, true);
        let mut descriptors = vec![
            Descriptor::stored(at(42), layout.data[0]),
            Descriptor::stored(at(42 + usize::from(number)), layout.data[1]),
            Descriptor::moved(at(50), at(52)),
        ];
        descriptors.push(Descriptor::overlay(at(44), layout.data[2], 0xff));
        for (place, content) in layout.data.iter().zip(number..) {
            volume[usize::try_from(place.volume).unwrap()] = content;
        }
        let store = StoreBytes {
            identity: Identity {
                store: guid(number),
                copy: guid(0x20 + number),
                set: guid(0x40 + number),
                created: 133_000_000_000_000_000 + u64::from(number) * 36_000_000_000,
                sequence: u64::from(number),
                attributes: 0x0042_0009,
                machine: "BENEFITS".to_owned(),
                file: 0x0001_0000_0000_0025,
            },
            size: at(BLOCKS),
            descriptors,
            unused: vec![false; BLOCKS],
            previously_unused: None,
        };
        write_store(&mut volume, &layout, &store);
        stores.push((layout, store));
    }
    let stores: Vec<_> = stores
        .iter()
        .map(|(layout, store)| (layout, store))
        .collect();
    write_catalog(&mut volume, &[at(2)], &stores);
    volume
}

fn times() -> FileTimes {
    let day = NaiveDate::from_ymd_opt(2022, 6, 21).unwrap();
    FileTimes::all(day.and_hms_opt(9, 27, 44).unwrap())
}

fn fat() -> Vec<u8> {
    let mut volume = FatWriter::new(FatFormat {
        variant: Variant::Fat12,
        sectors: 2048,
        cluster_sectors: 1,
        serial: 0x1234_5678,
        label: Some("KUSARI"),
        formatted: times().created,
        clears_upper_half: false,
        dirty: false,
    });
    volume.folder("folder", &times());
    volume.file("folder/a long name of a file.txt", &[b'x'; 1500], &times());
    volume.file_with_gaps("gaps.bin", &[b'y'; 1500], &times(), 1);
    volume.file("gone.txt", b"gone", &times());
    volume.delete("gone.txt");
    volume.bytes()
}

fn exfat() -> Vec<u8> {
    let mut volume = ExfatWriter::new(ExfatFormat {
        bytes: 1 << 20,
        sector: 512,
        cluster: 4096,
        serial: 0x1234_5678,
        label: Some("KUSARI"),
        guid: None,
        dirty: false,
        second_table: false,
    });
    volume.folder("folder", &times());
    volume.file("folder/a long name of a file.txt", &[b'x'; 5000], &times());
    volume.file("gone.txt", b"gone", &times());
    volume.delete("gone.txt");
    volume.bytes()
}
