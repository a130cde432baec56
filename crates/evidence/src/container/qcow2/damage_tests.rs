//! Damaged and hostile images: never a panic, never much time or memory, and what is sound stays.

use std::time::{Duration, Instant};

use kusari_fixtures::variants;

use super::super::image_folder::{ImageFolder, assert_same, judge, some_disk};
use super::*;
use crate::read_exact_at;

const CLUSTER: usize = 4096;

/// A small image with one L2 table, and the disk in it.
fn small(folder: &ImageFolder, options: &str, more: &[&str]) -> Option<(Vec<u8>, Vec<u8>)> {
    let raw = some_disk(400 * 1024, 11);
    folder.write("r.raw", &raw);
    let mut arguments = vec!["convert", "-f", "raw", "-O", "qcow2", "-o", options];
    arguments.extend(more);
    arguments.extend(["{}r.raw", "{}i.qcow2"]);
    folder.qemu_img(&arguments)?;
    Some((folder.read("i.qcow2"), raw))
}

fn be64(image: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(image[at..at + 8].try_into().unwrap())
}

fn put64(image: &mut [u8], at: usize, value: u64) {
    image[at..at + 8].copy_from_slice(&value.to_be_bytes());
}

/// Where the L1 table and the first L2 table are.
fn tables(image: &[u8]) -> (usize, usize) {
    let l1 = usize::try_from(be64(image, 40)).unwrap();
    let l2 = usize::try_from(be64(image, l1) & 0x00FF_FFFF_FFFF_FE00).unwrap();
    (l1, l2)
}

fn opened(folder: &ImageFolder, image: Vec<u8>) -> Container {
    let opened = folder.open_bytes("i.qcow2", Arc::new(image));
    opened.unwrap().unwrap()
}

#[test]
fn a_wrong_entry_costs_its_clusters_and_no_others() {
    let folder = ImageFolder::new();
    let Some((image, raw)) = small(&folder, "cluster_size=4096", &[]) else {
        return;
    };
    let (l1, l2) = tables(&image);
    let entry = (0..100)
        .find(|index| be64(&image, l2 + index * 8) != 0)
        .unwrap();
    let behind = u64::try_from(image.len().next_multiple_of(CLUSTER)).unwrap();
    for wrong in [
        behind,
        0x00FF_FFFF_FFFF_F000,
        be64(&image, l2 + entry * 8) | 0x200,
        be64(&image, l2 + entry * 8) | 0x10,
        be64(&image, l2 + entry * 8) | 1 << 56,
        u64::try_from(l1).unwrap() | 1 << 63,
        1 << 62 | 5,
        1 << 62 | behind,
    ] {
        let mut damaged = image.clone();
        put64(&mut damaged, l2 + entry * 8, wrong);
        let judgement = judge(&opened(&folder, damaged), &raw);
        let lost: Vec<u64> = (0..8)
            .map(|sector| u64::try_from(entry * CLUSTER + sector * 512).unwrap())
            .collect();
        assert_eq!(judgement.errors, lost, "{wrong:#x}");
        assert!(judgement.wrong.is_empty(), "{wrong:#x}");
    }
    // An L1 entry that leads to itself, out of the file, or has bits that must not be.
    for wrong in [u64::try_from(l1).unwrap(), behind, 0x1001, 1 << 60] {
        let mut damaged = image.clone();
        put64(&mut damaged, l1, wrong);
        let judgement = judge(&opened(&folder, damaged), &raw);
        assert_eq!(
            (judgement.right, judgement.wrong.len()),
            (0, 0),
            "{wrong:#x}"
        );
    }
}

#[test]
fn a_cut_image_gives_what_is_left_and_errors_for_the_rest() {
    let folder = ImageFolder::new();
    for more in [&[][..], &["-c"]] {
        let Some((image, raw)) = small(&folder, "cluster_size=4096", more) else {
            return;
        };
        let (_, l2) = tables(&image);
        for length in [l2 + CLUSTER, image.len() / 2 + 100, image.len() - 700] {
            if length < l2 + CLUSTER {
                continue;
            }
            let judgement = judge(&opened(&folder, image[..length].to_vec()), &raw);
            assert!(judgement.wrong.is_empty(), "{length}");
            assert!(!judgement.errors.is_empty(), "{length}");
            assert!(judgement.right > 0, "{length}");
        }
    }
}

#[test]
fn a_cluster_decompressed_to_something_else_is_an_error_where_it_shows() {
    let folder = ImageFolder::new();
    let Some((image, raw)) = small(&folder, "cluster_size=64k,compression_type=zstd", &["-c"])
    else {
        return;
    };
    assert_same(&opened(&folder, image.clone()), &raw);
    let start = Instant::now();
    for seed in 0..400 {
        let variant = variants::variant(&image, seed, 300);
        if let Ok(Some(container)) = folder.open_bytes("i.qcow2", Arc::new(variant.bytes)) {
            judge_all_at_once(&container);
        }
    }
    assert!(start.elapsed() < Duration::from_secs(60));
}

/// Reads on behind every error.
fn judge_all_at_once(container: &Container) {
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
fn variants_of_every_kind_neither_panic_nor_hang() {
    let folder = ImageFolder::new();
    for (options, more) in [
        ("compat=0.10,cluster_size=4096", &[][..]),
        ("cluster_size=4096", &["-c"]),
        ("extended_l2=on,cluster_size=16k", &[]),
    ] {
        let Some((image, _)) = small(&folder, options, more) else {
            return;
        };
        for seed in 0..300 {
            let variant = variants::variant(&image, seed, 300);
            if let Ok(Some(container)) = folder.open_bytes("i.qcow2", Arc::new(variant.bytes)) {
                judge_all_at_once(&container);
            }
        }
        // The header and the tables, byte by byte.
        for at in (0..600).chain(12_288..12_400) {
            let mut damaged = image.clone();
            damaged[at] ^= 0xFF;
            if let Ok(Some(container)) = folder.open_bytes("i.qcow2", Arc::new(damaged)) {
                judge_all_at_once(&container);
            }
        }
    }
}

#[test]
fn sizes_that_cannot_be_take_no_memory() {
    let folder = ImageFolder::new();
    let Some((image, raw)) = small(&folder, "cluster_size=4096", &[]) else {
        return;
    };
    let mut sector = [0; 512];
    let mut huge = image.clone();
    put64(&mut huge, 24, (1 << 62) + 77);
    let container = opened(&folder, huge);
    assert_eq!(container.media.size(), (1 << 62) + 77);
    read_exact_at(container.media.as_ref(), 0, &mut sector).unwrap();
    assert_eq!(sector[..], raw[..512]);
    assert!(read_exact_at(container.media.as_ref(), 1 << 61, &mut sector).is_err());
    assert!(container.notes[0].contains("L1 table stands for"));

    let mut huge = image;
    huge[36..40].fill(0xFF); // L1 entries
    huge[60..64].fill(0xFF); // snapshots
    put64(&mut huge, 64, 4096);
    let container = opened(&folder, huge);
    assert_same(&container, &raw);
    assert!(container.notes.len() <= 51);
}

#[test]
fn images_that_stand_on_themselves_end() {
    let folder = ImageFolder::new();
    let steps: [&[&str]; 2] = [
        &[
            "create",
            "-q",
            "-f",
            "qcow2",
            "-u",
            "-b",
            "b.qcow2",
            "-F",
            "qcow2",
            "{}a.qcow2",
            "1M",
        ],
        &[
            "create",
            "-q",
            "-f",
            "qcow2",
            "-u",
            "-b",
            "../a.qcow2",
            "-F",
            "qcow2",
            "{}b.qcow2",
            "1M",
        ],
    ];
    for step in steps {
        if folder.qemu_img(step).is_none() {
            return;
        }
    }
    let start = Instant::now();
    let container = folder.open("a.qcow2");
    assert!(container.media.read_at(0, &mut [0; 512]).is_err());
    assert!(
        container
            .notes
            .iter()
            .any(|note| note.contains("stand on each other"))
    );
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn names_that_lead_out_of_the_folder_do_not() {
    let folder = ImageFolder::new();
    for name in [
        "/etc/passwd",
        "../../../etc/passwd",
        r"..\..\passwd",
        "..",
        "json:{}",
        "nbd://h/x",
    ] {
        let made = folder.qemu_img(&[
            "create",
            "-q",
            "-f",
            "qcow2",
            "-u",
            "-b",
            "XXXXXXXXXXXXXXXXXXXX",
            "-F",
            "raw",
            "{}o.qcow2",
            "1M",
        ]);
        if made.is_none() {
            return;
        }
        let mut image = folder.read("o.qcow2");
        let at = usize::try_from(be64(&image, 8)).unwrap();
        image[at..at + name.len()].copy_from_slice(name.as_bytes());
        let length = u32::try_from(name.len()).unwrap();
        image[16..20].copy_from_slice(&length.to_be_bytes());
        // The folder itself asserts that it is asked for no path.
        let container = opened(&folder, image);
        assert!(container.media.read_at(0, &mut [0; 512]).is_err(), "{name}");
        assert_eq!(container.notes.len(), 1, "{name}");
    }
}
