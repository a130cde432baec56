//! Images that `qemu-img` writes, against the raw disk that they were made of.

use super::super::image_folder::{ImageFolder, assert_same, judge, some_disk};
use super::*;
use crate::ReadAt;

const MIB: usize = 1 << 20;

fn fact<'a>(container: &'a Container, name: &str) -> Vec<&'a str> {
    container
        .facts
        .iter()
        .filter(|fact| fact.name == name)
        .map(|fact| fact.value.as_str())
        .collect()
}

#[test]
fn every_kind_that_qemu_img_writes() {
    let folder = ImageFolder::new();
    // The disk ends inside a cluster.
    let raw = some_disk(5 * MIB + 512 * 3, 1);
    folder.write("r.raw", &raw);
    let kinds: [(&str, &[&str]); 14] = [
        ("0.10", &[]),
        ("0.10", &["-c"]),
        ("1.1", &[]),
        ("1.1", &["-c"]),
        ("1.1,compression_type=zstd", &["-c"]),
        ("1.1,cluster_size=512", &[]),
        ("1.1,cluster_size=512", &["-c"]),
        ("1.1,cluster_size=4096,compression_type=zstd", &["-c"]),
        ("1.1,cluster_size=2M", &[]),
        ("1.1,cluster_size=2M", &["-c"]),
        ("1.1,cluster_size=2M,compression_type=zstd", &["-c"]),
        ("1.1,extended_l2=on", &[]),
        ("1.1,extended_l2=on", &["-c"]),
        ("1.1,extended_l2=on,cluster_size=16k,lazy_refcounts=on", &[]),
    ];
    for (options, more) in kinds {
        let options = format!("compat={options}");
        let (from, to) = (folder.path("r.raw"), folder.path("i.qcow2"));
        let mut arguments = vec!["convert", "-f", "raw", "-O", "qcow2", "-o", &options];
        arguments.extend(more);
        arguments.extend([from.as_str(), &to]);
        if folder.qemu_img(&arguments).is_none() {
            return;
        }
        let container = folder.open("i.qcow2");
        assert_eq!(
            (container.format, container.notes.len()),
            ("QCOW2", 0),
            "{options}"
        );
        assert_same(&container, &raw);
    }
}

/// A full L1 table, with an L2 table directly behind it.
#[test]
fn a_disk_that_fills_its_l1_table() {
    let folder = ImageFolder::new();
    let raw = some_disk(8 * MIB, 7);
    folder.write("r.raw", &raw);
    let made = folder.qemu_img(&[
        "convert",
        "-f",
        "raw",
        "-O",
        "qcow2",
        "-o",
        "cluster_size=512",
        "{}r.raw",
        "{}i.qcow2",
    ]);
    if made.is_some() {
        assert_same(&folder.open("i.qcow2"), &raw);
    }
}

#[test]
fn version_one() {
    let folder = ImageFolder::new();
    let raw = some_disk(3 * MIB + 512 * 5, 2);
    folder.write("r.raw", &raw);
    let made = folder.qemu_img(&["convert", "-f", "raw", "-O", "qcow", "{}r.raw", "{}i.qcow"]);
    if made.is_none() {
        return;
    }
    let container = folder.open("i.qcow");
    assert_eq!(container.format, "QCOW");
    assert_same(&container, &raw);
}

/// `qemu-img` 10 reads compressed clusters of version 1 and fails to write them, so they are
/// written here and must read the same there.
#[test]
fn compressed_clusters_of_version_one() {
    const CLUSTER: usize = 4096;
    let folder = ImageFolder::new();
    let raw: Vec<u8> = b"0123456789 a text that repeats"
        .iter()
        .copied()
        .cycle()
        .take(CLUSTER * 3)
        .collect();
    let mut image = vec![0; 8192];
    image[..8].copy_from_slice(b"QFI\xFB\0\0\0\x01");
    image[24..32].copy_from_slice(&as_u64(raw.len()).to_be_bytes());
    image[32] = 12;
    image[33] = 9;
    image[40..48].copy_from_slice(&48_u64.to_be_bytes());
    image[48..56].copy_from_slice(&4096_u64.to_be_bytes());
    for (index, cluster) in raw.chunks(CLUSTER).enumerate() {
        let mut packed = Vec::with_capacity(CLUSTER);
        flate2::Compress::new(flate2::Compression::best(), false)
            .compress_vec(cluster, &mut packed, flate2::FlushCompress::Finish)
            .unwrap();
        let entry = 1 << 63 | as_u64(packed.len()) << 51 | as_u64(image.len());
        image[4096 + index * 8..][..8].copy_from_slice(&entry.to_be_bytes());
        image.extend(packed);
    }
    image.resize(image.len() + 512, 0);
    folder.write("c.qcow", &image);
    assert_same(&folder.open("c.qcow"), &raw);
    let read = folder.qemu_img(&["convert", "-f", "qcow", "-O", "raw", "{}c.qcow", "{}c.raw"]);
    if read.is_some() {
        assert_eq!(folder.read("c.raw"), raw);
    }
}

#[test]
fn zero_clusters_hide_the_backing_file_and_subclusters_do_not() {
    let folder = ImageFolder::new();
    let mut raw = some_disk(2 * MIB, 3);
    for at in (0..raw.len()).step_by(1024) {
        raw[at] = 7;
    }
    folder.write("base.raw", &raw);
    for options in ["extended_l2=on", "extended_l2=off"] {
        let made = folder.qemu_img(&[
            "create",
            "-q",
            "-f",
            "qcow2",
            "-o",
            options,
            "-b",
            "base.raw",
            "-F",
            "raw",
            "{}top.qcow2",
        ]);
        if made.is_none() {
            return;
        }
        let mut expected = raw.clone();
        let top = folder.path("top.qcow2");
        for (command, value, from, length) in [
            ("write -z 65536 131072", 0, 65_536, 131_072),
            ("write -P 171 1000448 5632", 171, 1_000_448, 5632),
            ("write -z 700416 4096", 0, 700_416, 4096),
        ] {
            if folder.tool("qemu-io", &["-c", command, &top]).is_none() {
                return;
            }
            expected[from..from + length].fill(value);
        }
        let container = folder.open("top.qcow2");
        assert_eq!(container.files, ["base.raw"]);
        assert_eq!(fact(&container, "backing file"), ["base.raw"]);
        assert_same(&container, &expected);
        // Without the backing file, only what the image holds itself can be read.
        std::fs::rename(folder.path("base.raw"), folder.path("away")).unwrap();
        let container = folder.open("top.qcow2");
        let judgement = judge(&container, &expected);
        assert!(judgement.wrong.is_empty());
        assert!(
            judgement.right >= (131_072 + 5632) / 512,
            "{}",
            judgement.right
        );
        assert!(judgement.errors.len() >= (2 * MIB - 4 * 131_072) / 512);
        assert!(container.notes[0].contains("`base.raw` is not in the same folder"));
        std::fs::rename(folder.path("away"), folder.path("base.raw")).unwrap();
    }
}

#[test]
fn a_chain_of_three_formats() {
    let folder = ImageFolder::new();
    let raw = some_disk(3 * MIB, 4);
    folder.write("r.raw", &raw);
    let steps: [&[&str]; 3] = [
        &[
            "convert",
            "-f",
            "raw",
            "-O",
            "vmdk",
            "{}r.raw",
            "{}one.vmdk",
        ],
        &[
            "create",
            "-q",
            "-f",
            "qcow2",
            "-b",
            "one.vmdk",
            "-F",
            "vmdk",
            "{}two.qcow2",
        ],
        // The path is that of another machine; the disk is longer than the one below.
        &[
            "create",
            "-q",
            "-f",
            "qcow2",
            "-u",
            "-b",
            "/srv/vm/two.qcow2",
            "-F",
            "qcow2",
            "{}three.qcow2",
            "4M",
        ],
    ];
    for step in steps {
        if folder.qemu_img(step).is_none() {
            return;
        }
    }
    let mut expected = raw;
    if folder
        .tool("qemu-io", &["-c", "write -P 5 1M 70k", "{}two.qcow2"])
        .is_none()
    {
        return;
    }
    expected[MIB..MIB + 70 * 1024].fill(5);
    expected.resize(4 * MIB, 0);
    let container = folder.open("three.qcow2");
    assert_eq!(container.files, ["two.qcow2", "one.vmdk"]);
    assert_eq!(container.notes, Vec::<String>::new());
    assert_same(&container, &expected);
}

#[test]
fn a_raw_backing_file_is_not_looked_into() {
    let folder = ImageFolder::new();
    folder.write("secret.raw", &vec![0x53; MIB]);
    // The guest has written an image into its raw disk that names another file.
    let steps: [&[&str]; 2] = [
        &[
            "create",
            "-q",
            "-f",
            "qcow2",
            "-b",
            "secret.raw",
            "-F",
            "raw",
            "{}guest.img",
        ],
        &[
            "create",
            "-q",
            "-f",
            "qcow2",
            "-b",
            "guest.img",
            "-F",
            "raw",
            "{}said.qcow2",
        ],
    ];
    for step in steps {
        if folder.qemu_img(step).is_none() {
            return;
        }
    }
    let mut guest = folder.read("guest.img");
    guest.resize(guest.len().next_multiple_of(512), 0);
    assert_same(&folder.open("said.qcow2"), &guest);
    // The same without the extension that says the format, as older versions of QEMU wrote it.
    let mut silent = folder.read("said.qcow2");
    let extension = [0xE2, 0x79, 0x2A, 0xCA];
    let at = silent.windows(4).position(|bytes| bytes == extension);
    silent[at.unwrap()] = 0x11;
    folder.write("silent.qcow2", &silent);
    let silent = folder.open("silent.qcow2");
    assert_same(&silent, &vec![0x53; guest.len()]);
    assert!(
        silent
            .notes
            .iter()
            .any(|note| note.contains("told by its content"))
    );
}

#[test]
fn an_external_data_file() {
    let folder = ImageFolder::new();
    let raw = some_disk(2 * MIB, 5);
    folder.write("r.raw", &raw);
    for raw_data in ["off", "on"] {
        let options = format!(
            "data_file={}data.bin,data_file_raw={raw_data}",
            folder.path("")
        );
        let made = folder.qemu_img(&[
            "convert",
            "-f",
            "raw",
            "-O",
            "qcow2",
            "-o",
            &options,
            "{}r.raw",
            "{}x.qcow2",
        ]);
        if made.is_none() {
            return;
        }
        let container = folder.open("x.qcow2");
        assert_eq!(container.files, ["data.bin"]);
        assert_same(&container, &raw);
        std::fs::remove_file(folder.path("data.bin")).unwrap();
        let container = folder.open("x.qcow2");
        let judgement = judge(&container, &raw);
        assert!(judgement.wrong.is_empty() && !judgement.errors.is_empty());
        assert!(container.notes[0].contains("`data.bin` is not in the same folder"));
    }
}

#[test]
fn snapshots_are_listed_and_the_current_state_is_read() {
    let folder = ImageFolder::new();
    let raw = some_disk(MIB, 6);
    folder.write("r.raw", &raw);
    let steps: [(&str, &[&str]); 5] = [
        (
            "qemu-img",
            &[
                "convert",
                "-f",
                "raw",
                "-O",
                "qcow2",
                "{}r.raw",
                "{}s.qcow2",
            ],
        ),
        (
            "qemu-img",
            &["snapshot", "-c", "before update", "{}s.qcow2"],
        ),
        ("qemu-io", &["-c", "write -P 9 128k 128k", "{}s.qcow2"]),
        ("qemu-img", &["snapshot", "-c", "zwei", "{}s.qcow2"]),
        ("qemu-io", &["-c", "write -P 8 0 64k", "{}s.qcow2"]),
    ];
    for (program, arguments) in steps {
        if folder.tool(program, arguments).is_none() {
            return;
        }
    }
    let mut expected = raw;
    expected[128 << 10..256 << 10].fill(9);
    expected[..64 << 10].fill(8);
    let container = folder.open("s.qcow2");
    assert_same(&container, &expected);
    let snapshots = fact(&container, "snapshot");
    assert_eq!(snapshots.len(), 2);
    assert!(
        snapshots[0].starts_with("1 `before update`, taken 20"),
        "{snapshots:?}"
    );
    assert!(
        snapshots[1].starts_with("2 `zwei`, taken 20"),
        "{snapshots:?}"
    );
    assert!(container.notes[0].contains("2 snapshots"));
}

#[test]
fn what_is_not_read_is_refused_by_name() {
    let folder = ImageFolder::new();
    let made = folder.qemu_img(&["create", "-q", "-f", "qcow2", "{}n.qcow2", "1M"]);
    if made.is_none() {
        return;
    }
    let image = folder.read("n.qcow2");
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut image = image.clone();
        change(&mut image);
        let opened = folder.open_bytes("n.qcow2", Arc::new(image));
        opened.err().expect("a refusal").to_string()
    };
    assert!(refused(&|i| i[35] = 1).contains("encrypted (AES)"));
    assert!(refused(&|i| i[35] = 2).contains("encrypted (LUKS)"));
    assert!(refused(&|i| i[7] = 4).contains("version 4"));
    let features = refused(&|i| i[78] = 3);
    assert!(features.contains("bit 8, bit 9"), "{features}");
    // Its name stands in the feature name table, which begins at 112 with a head of 8 bytes.
    let named = refused(&|i| {
        i[79] |= 0x20;
        i[121] = 5;
    });
    assert!(named.contains("bit 5 (dirty bit)"), "{named}");
    assert!(refused(&|i| i[23] = 8).contains("2^8"));
    assert!(refused(&|i| i[23] = 40).contains("2^40"));
    assert!(refused(&|i| i[24] = 0x80).contains("a disk of"));
    assert!(refused(&|i| i[47] = 1).contains("no cluster boundary"));
    assert!(refused(&|i| i[40] = 1).contains("behind the end"));
    assert!(refused(&|i| i.truncate(60)).contains("ends after 60"));

    let mut dirty = image.clone();
    dirty[79] |= 3;
    let container = folder
        .open_bytes("n.qcow2", Arc::new(dirty))
        .unwrap()
        .unwrap();
    assert!(container.notes[0].contains("dirty bit"));
    assert!(container.notes[1].contains("corrupt bit"));
}

#[test]
fn the_image_with_shadow_copies_of_the_corpus() {
    let Some(path) = kusari_fixtures::corpus::path("images/vsstest.qcow2") else {
        return;
    };
    let folder = ImageFolder::new();
    let from = path.display().to_string();
    let made = folder.qemu_img(&["convert", "-O", "raw", &from, "{}vss.raw"]);
    if made.is_none() {
        return;
    }
    let bytes = crate::DiskFile::open(&path).unwrap();
    let container = folder.open_bytes("vsstest.qcow2", Arc::new(bytes));
    let media = container.unwrap().unwrap().media;
    let raw = crate::DiskFile::open(folder.path("vss.raw").as_ref()).unwrap();
    assert_eq!(media.size(), raw.size());
    let (mut ours, mut theirs) = (vec![0; 4 * MIB], vec![0; 4 * MIB]);
    for at in (0..raw.size()).step_by(4 * MIB) {
        let count = crate::read_full_at(media.as_ref(), at, &mut ours).unwrap();
        assert_eq!(crate::read_full_at(&raw, at, &mut theirs).unwrap(), count);
        assert!(ours[..count] == theirs[..count], "{at}");
    }
}
