//! Writes a small seed corpus: `seeds FOLDER` makes `FOLDER/<target>/…`.
//!
//! With `seeds FOLDER encode TARGET FILE…` the files (made by other programs) are added as lists
//! of pieces, see `kusari_evidence_fuzz::image`; with `chunk` instead of `encode` they are
//! compressed chunks whose output has 4096 bytes.

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use kusari_evidence::time::Timestamp;
use kusari_evidence_fuzz::image::encode;
use kusari_fixtures::bitlocker::{BitLocker, Method, Progress, Protector};
use kusari_fixtures::dos_time::FileTimes;
use kusari_fixtures::ewf::{Image, Layout as EwfLayout, LogicalFile, write_logical};
use kusari_fixtures::exfat::{ExfatWriter, Format as ExfatFormat};
use kusari_fixtures::fat::{FatWriter, Format as FatFormat, Variant};
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
    put(folder, "partition", "mbr", &encode(&mbr(&fat)));

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
