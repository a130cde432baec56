//! Writes a small seed corpus: `seeds FOLDER` makes `FOLDER/<target>/…`.
//!
//! With `seeds FOLDER encode TARGET FILE…` the files (made by other programs) are added as lists
//! of pieces, see `kusari_evidence_fuzz::image`.

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use kusari_evidence::time::Timestamp;
use kusari_evidence_fuzz::image::encode;
use kusari_fixtures::bitlocker::{BitLocker, Method, Progress, Protector};
use kusari_fixtures::dos_time::FileTimes;
use kusari_fixtures::ewf::{Image, Layout as EwfLayout};
use kusari_fixtures::exfat::{ExfatWriter, Format as ExfatFormat};
use kusari_fixtures::fat::{FatWriter, Format as FatFormat, Variant};
use kusari_fixtures::vhd::{Layout, Vhd};
use kusari_fixtures::vhdx::Vhdx;

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
    // Nothing compressed of ours is written; the fuzzer finds these small formats by itself.
    for target in ["lznt1", "xpress_huffman", "lzx"] {
        put(folder, target, "some", &[&[1, 0], text.as_slice()].concat());
    }
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
