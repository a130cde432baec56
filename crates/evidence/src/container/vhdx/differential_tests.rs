//! Against other readers: QEMU writes and reads, libvhdi and 7-Zip read; QEMU replays logs, and
//! 7-Zip reads the differencing disks of our own writer.

use std::path::Path;

use kusari_fixtures::tools;
use kusari_fixtures::vhdx::{Change, Entry, LOG_SECTOR, Vhdx, put_log};

use super::super::test_files::{
    Files, all, fact, has_note, libvhdi, open_alone, patterned, sectors, seven_zip,
};
use crate::test_folder::TestFolder;

fn qemu_raw(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let (image, raw) = (folder.join(name), folder.join("qemu.raw"));
    let (image, raw) = (image.to_str().unwrap(), raw.to_str().unwrap());
    tools::output(
        "qemu-img",
        &["convert", "-f", "vhdx", "-O", "raw", image, raw],
    )?;
    Some(std::fs::read(raw).unwrap())
}

#[test]
fn disks_that_qemu_writes_hold_the_bytes_that_others_read() {
    let folder = TestFolder::new();
    // No whole number of blocks.
    let even = patterned(5 * 1024 * 1024 + 4096 * 77, 300 * 1024);
    let odd = patterned(5 * 1024 * 1024 + 512 * 77, 300 * 1024);
    folder.write("even.raw", &even);
    folder.write("odd.raw", &odd);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (name, options, kind) in [
        ("even.vhdx", "subformat=dynamic", "dynamic"),
        ("odd.vhdx", "subformat=dynamic,block_size=1M", "dynamic"),
        (
            "even.vhdx",
            "subformat=dynamic,block_size=2M,block_state_zero=off",
            "dynamic",
        ),
        ("even.vhdx", "subformat=fixed,block_size=1M", "fixed"),
        ("odd.vhdx", "subformat=fixed,block_size=4M", "fixed"),
    ] {
        let (raw, raw_path) = match name {
            "odd.vhdx" => (&odd, path("odd.raw")),
            _ => (&even, path("even.raw")),
        };
        let image = path(name);
        let convert = [
            "convert", "-f", "raw", "-O", "vhdx", "-o", options, &raw_path, &image,
        ];
        if tools::output("qemu-img", &convert).is_none() {
            return;
        }
        let container = open_alone(&std::fs::read(&image).unwrap()).unwrap();
        let ours = all(&container);
        assert!(ours == *raw, "{name}");
        assert!(container.notes.is_empty(), "{name}: {:?}", container.notes);
        assert_eq!(fact(&container, "disk type"), kind);
        let mut readers = vec![qemu_raw, libvhdi];
        if name == "even.vhdx" {
            // 7-Zip opens no disk that is not whole physical sectors (4096 bytes here).
            readers.push(seven_zip);
        }
        for reader in readers {
            if let Some(theirs) = reader(folder.path(), name) {
                assert!(ours == theirs, "{name}");
            }
        }
    }
}

#[test]
fn others_read_the_disks_of_our_writer_as_we_do() {
    let folder = TestFolder::new();
    let size = 5 << 20;
    let mut base = Vhdx::new(size, 1 << 20);
    base.write(0, &sectors(3000, 1));
    base.write(9000, &sectors(100, 2));
    let child_of = |parent: &str, id: u8, name: &str| {
        let mut child = Vhdx::new(size, 1 << 20);
        child.data_write_id = [id; 16];
        child.parent = Some(vec![
            ("parent_linkage".to_owned(), parent.to_owned()),
            ("relative_path".to_owned(), format!(r".\{name}")),
            (
                "absolute_win32_path".to_owned(),
                format!(r"\\?\C:\disks\{name}"),
            ),
        ]);
        child
    };
    let mut child = child_of("{6173756b-6972-762d-6864-782d64617461}", 2, "base.vhdx");
    for sector in (0..10_000).filter(|sector| sector % 301 == 7 || sector % 1200 < 9) {
        child.write(sector, &sectors(1, u8::try_from(sector % 200).unwrap()));
    }
    let mut grandchild = child_of("{02020202-0202-0202-0202-020202020202}", 3, "child.vhdx");
    grandchild.write(2048, &sectors(2048, 90));
    for sector in (0..10_000).filter(|sector| sector % 170 == 1) {
        grandchild.write(sector, &sectors(1, u8::try_from(sector % 100 + 3).unwrap()));
    }
    let images = [
        ("base.vhdx", base.to_bytes()),
        ("child.vhdx", child.to_bytes()),
        ("grandchild.vhdx", grandchild.to_bytes()),
    ];
    let files: Vec<(&str, &[u8])> = images
        .iter()
        .map(|(name, bytes)| (*name, bytes.as_slice()))
        .collect();
    let files = Files::of(&files);
    for (name, bytes) in &images {
        folder.write(name, bytes);
        let ours = all(&files.open(name));
        for reader in [seven_zip, libvhdi] {
            if let Some(theirs) = reader(folder.path(), name) {
                assert!(ours == theirs, "{name}");
            }
        }
    }
    if let Some(theirs) = qemu_raw(folder.path(), "base.vhdx") {
        assert!(all(&files.open("base.vhdx")) == theirs);
    }
}

#[test]
fn qemu_replays_our_logs_to_the_same_bytes() {
    let mut vhdx = Vhdx::new(4 << 20, 1 << 20);
    for block in 0..3 {
        vhdx.write(block * 2048, &sectors(2048, u8::try_from(block).unwrap()));
    }
    let image = vhdx.to_bytes();
    let size = u64::try_from(image.len()).unwrap();
    let place = vhdx.entry_place(0);
    let table = |present: usize| {
        let mut bytes = image[place..place + LOG_SECTOR].to_vec();
        bytes[present * 8..32].fill(0);
        bytes
    };
    let entry = |sequence, tail, changes| Entry {
        sequence,
        tail,
        flushed_size: size,
        last_size: size,
        changes,
    };
    let write = |bytes| Change::Sector { at: place, bytes };
    let zeros = Change::Zeros {
        at: place,
        length: LOG_SECTOR,
    };
    for (from, entries) in [
        (0, vec![entry(5, 0, vec![write(table(3))])]),
        (
            2,
            vec![entry(
                5,
                2,
                vec![write(table(1)), zeros.clone(), write(table(2))],
            )],
        ),
        (
            7,
            vec![
                entry(30, 7, vec![write(table(1))]),
                entry(31, 7, vec![zeros, write(table(2))]),
                entry(32, 7, vec![write(table(3))]),
            ],
        ),
    ] {
        let mut dirty = image.clone();
        dirty[place..place + 24].fill(0);
        put_log(&mut dirty, *b"a log of kusari!", from, &entries);
        let folder = TestFolder::new();
        folder.write("dirty.vhdx", &dirty);
        let path = folder.path().join("dirty.vhdx");
        let check = ["check", "-r", "all", path.to_str().unwrap()];
        if tools::output("qemu-img", &check).is_none() {
            return;
        }
        let mended = std::fs::read(&path).unwrap();
        assert!(mended[place..place + 24] != [0; 24]);
        let ours = all(&open_alone(&dirty).unwrap());
        assert!(ours == all(&open_alone(&mended).unwrap()));
        assert!(ours == qemu_raw(folder.path(), "dirty.vhdx").unwrap());
    }
}

#[test]
fn a_disk_that_a_crash_of_qemu_left_is_read_as_qemu_mends_it() {
    let folder = TestFolder::new();
    let image = folder.path().join("crashed.vhdx");
    let image = image.to_str().unwrap();
    let create = ["create", "-f", "vhdx", "-o", "block_size=1M", image, "32M"];
    let before = ["-f", "vhdx", "-c", "write -P 17 0 3M", image];
    // QEMU has written its log when it writes the block allocation table, at 2 MiB; there every
    // write fails, so what changed stands in the log alone.
    let crash = format!(
        r#"json:{{"driver":"vhdx","file":{{"driver":"blkdebug","image":{{"driver":"file",
        "filename":"{image}"}},"inject-error":[{{"event":"none","iotype":"write","errno":5,
        "sector":4096,"once":false}}]}}}}"#
    );
    let write = ["-c", "write -P 170 16M 64k", &crash];
    if tools::output("qemu-img", &create).is_none() || tools::output("qemu-io", &before).is_none() {
        return;
    }
    let Some(output) = tools::run("qemu-io", &write) else {
        return;
    };
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(said.contains("write failed"), "{said}");

    let container = open_alone(&std::fs::read(image).unwrap()).unwrap();
    assert!(has_note(&container, "not closed cleanly"));
    let ours = all(&container);
    let written = 16 * 1024 * 1024;
    assert!(
        ours[written..written + 65_536]
            .iter()
            .all(|byte| *byte == 170)
    );
    tools::output("qemu-img", &["check", "-r", "all", image]).unwrap();
    assert!(ours == qemu_raw(folder.path(), "crashed.vhdx").unwrap());
    let mended = open_alone(&std::fs::read(image).unwrap()).unwrap();
    assert!(mended.notes.is_empty());
    assert!(ours == all(&mended));
}
