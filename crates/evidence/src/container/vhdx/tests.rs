//! Small built disks, each for one thing that the format can say.

use kusari_fixtures::vhdx::{METADATA, TABLE, Vhdx, seal};

use super::super::test_files::{Files, all, fact, has_note, open_alone, sectors};
use crate::read_vec_at;

const MIB: usize = 1 << 20;
const BLOCK: u32 = 1 << 20;
const PER_BLOCK: usize = 2048;

/// A disk of three and a half blocks, the second of them not there.
fn dynamic() -> (Vhdx, Vec<u8>) {
    let size = 3 * MIB + MIB / 2;
    let mut vhdx = Vhdx::new(u64::try_from(size).unwrap(), BLOCK);
    let mut holds = vec![0; size];
    for (sector, count) in [
        (5, 3),
        (2 * PER_BLOCK - 10, 0),
        (2 * PER_BLOCK, 100),
        (7000, 9),
    ] {
        write(&mut vhdx, &mut holds, sector, &sectors(count, 1));
    }
    (vhdx, holds)
}

fn write(vhdx: &mut Vhdx, holds: &mut [u8], sector: usize, bytes: &[u8]) {
    vhdx.write(sector, bytes);
    holds[sector * 512..][..bytes.len()].copy_from_slice(bytes);
}

fn child_of(parent: &Vhdx, id: u8, pairs: &[(&str, &str)]) -> Vhdx {
    let mut child = Vhdx::new(parent.size, BLOCK);
    child.data_write_id = [id; 16];
    let pairs = pairs.iter();
    child.parent = Some(
        pairs
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    );
    child
}

/// The id of a fresh disk of our writer.
const BASE_ID: &str = "{6173756b-6972-762d-6864-782d64617461}";

#[test]
fn a_dynamic_disk_is_zero_where_nothing_was_written() {
    let (vhdx, holds) = dynamic();
    let container = open_alone(&vhdx.to_bytes()).unwrap();
    assert_eq!(all(&container), holds);
    assert!(container.notes.is_empty(), "{:?}", container.notes);
    assert_eq!((container.format, container.sector_size), ("VHDX", 512));
    for (name, value) in [
        ("creator", "kusari-fixtures"),
        ("disk type", "dynamic"),
        ("disk id", "{6173756B-6972-762D-6864-782D6469736B}"),
        ("data write id", BASE_ID),
        ("block size", "1048576 bytes"),
        ("logical sector size", "512 bytes"),
        ("physical sector size", "512 bytes"),
        ("log", "empty"),
    ] {
        assert_eq!(fact(&container, name).to_lowercase(), value.to_lowercase());
    }
    let media = container.media.as_ref();
    for (offset, length) in [
        (2559, 3),
        (MIB - 1, MIB + 2),
        (holds.len() - 1, 5),
        (holds.len(), 1),
    ] {
        let (at, most) = (
            u64::try_from(offset).unwrap(),
            u64::try_from(length).unwrap(),
        );
        let end = (offset + length).min(holds.len());
        assert_eq!(read_vec_at(media, at, most).unwrap(), holds[offset..end]);
    }
}

#[test]
fn each_state_of_a_block_is_read_as_the_specification_says() {
    let mut vhdx = Vhdx::new(10 << 20, BLOCK);
    for state in 0..8 {
        vhdx.write(state * PER_BLOCK, &sectors(2, 3));
        vhdx.set_state(state, u64::try_from(state).unwrap());
    }
    let mut image = vhdx.to_bytes();
    // An unmapped block that still names where it stood.
    let place = vhdx.entry_place(3);
    image[place..place + 8].copy_from_slice(&(3_u64 | 5 << 20).to_le_bytes());
    let container = open_alone(&image).unwrap();
    for state in 0..8 {
        let mut buffer = [1; 1024];
        let offset = u64::try_from(state * MIB).unwrap();
        let read = container.media.read_at(offset, &mut buffer);
        match state {
            0..=3 => assert_eq!((read.unwrap(), buffer), (1024, [0; 1024])),
            6 => assert_eq!((read.unwrap(), buffer.to_vec()), (1024, sectors(2, 3))),
            _ => assert!(read.is_err(), "{state}"),
        }
    }
    assert!(has_note(&container, "1 blocks are undefined or unmapped"));
    assert!(has_note(&container, "3 blocks of the disk cannot be read"));
}

#[test]
fn sectors_come_from_the_youngest_disk_that_holds_them() {
    let (base, base_holds) = dynamic();
    let relative = [
        ("parent_linkage", BASE_ID),
        ("relative_path", r"..\x\base.vhdx"),
        ("absolute_win32_path", r"\\?\C:\vm\other.vhdx"),
    ];
    let mut child = child_of(&base, 7, &relative);
    let mut child_holds = base_holds.clone();
    for (sector, count) in [(6, 1), (100, 20), (PER_BLOCK + 7, 2), (7004, 1)] {
        write(&mut child, &mut child_holds, sector, &sectors(count, 2));
    }
    let linkage = "{07070707-0707-0707-0707-070707070707}";
    let mut grandchild = child_of(
        &child,
        8,
        &[
            ("parent_linkage", "{00000000-0000-0000-0000-000000000001}"),
            ("parent_linkage2", linkage),
            ("volume_path", r"\\?\Volume{26A21BDA}\vm\child.vhdx"),
        ],
    );
    let mut grandchild_holds = child_holds.clone();
    // A whole block, one that is there in part, and one that was emptied.
    write(
        &mut grandchild,
        &mut grandchild_holds,
        0,
        &sectors(PER_BLOCK, 4),
    );
    write(
        &mut grandchild,
        &mut grandchild_holds,
        PER_BLOCK + 8,
        &sectors(1, 5),
    );
    grandchild.set_state(2, 2);
    grandchild_holds[2 * MIB..3 * MIB].fill(0);
    let files = Files::of(&[
        ("base.vhdx", &base.to_bytes()),
        ("child.vhdx", &child.to_bytes()),
        ("grandchild.avhdx", &grandchild.to_bytes()),
    ]);
    assert!(all(&files.open("child.vhdx")) == child_holds);
    let container = files.open("grandchild.avhdx");
    assert!(all(&container) == grandchild_holds);
    assert_eq!(container.files, ["child.vhdx", "base.vhdx"]);
    assert!(container.notes.is_empty(), "{:?}", container.notes);
    assert_eq!(fact(&container, "disk type"), "differencing");
    assert_eq!(fact(&container, "parent name"), "child.vhdx");
    let at = u64::try_from(MIB + 3000).unwrap();
    let there = read_vec_at(container.media.as_ref(), at, 3000).unwrap();
    assert!(there == grandchild_holds[MIB + 3000..MIB + 6000]);
}

#[test]
fn a_differencing_disk_of_large_sectors() {
    let size = 2 * MIB;
    let mut base = Vhdx::new(u64::try_from(size).unwrap(), BLOCK);
    base.sector = 4096;
    base.write(0, &sectors(size / 512, 1));
    let mut child = child_of(
        &base,
        9,
        &[("parent_linkage", BASE_ID), ("relative_path", "base.vhdx")],
    );
    child.sector = 4096;
    child.write(300, &sectors(16, 2));
    let mut holds = sectors(size / 512, 1);
    holds[300 * 4096..302 * 4096].copy_from_slice(&sectors(16, 2));
    let files = Files::of(&[
        ("base.vhdx", &base.to_bytes()),
        ("child.vhdx", &child.to_bytes()),
    ]);
    let container = files.open("child.vhdx");
    assert_eq!(container.sector_size, 4096);
    assert!(all(&container) == holds);
}

#[test]
fn what_needs_a_missing_parent_is_an_error_and_the_rest_is_read() {
    let (base, _) = dynamic();
    let mut child = child_of(
        &base,
        7,
        &[
            ("parent_linkage", BASE_ID),
            ("relative_path", r".\base.vhdx"),
        ],
    );
    child.write(20, &sectors(2, 3));
    let child = child.to_bytes();
    let mut other = base.clone();
    other.data_write_id = [5; 16];
    let mut without_locator = child.clone();
    // The type of the locator, the last item behind those of 8, 8, 16, 4 and 4 bytes.
    without_locator[METADATA + 65_536 + 40] ^= 1;
    let expected = format!("expected the id {}", BASE_ID.to_uppercase());
    for (files, reasons) in [
        (
            Files::of(&[("child.vhdx", &child)]),
            vec!["`base.vhdx`", "not in the same folder"],
        ),
        (
            Files::of(&[("child.vhdx", &child), ("base.vhdx", &other.to_bytes())]),
            vec![&expected, "found {05050505-0505-0505-0505-050505050505}"],
        ),
        (
            Files::of(&[("child.vhdx", &child), ("base.vhdx", b"raw")]),
            vec!["`base.vhdx` is not the parent disk: it is no VHDX"],
        ),
        (
            Files::of(&[("child.vhdx", &without_locator)]),
            vec!["a parent of the type", "only VHDX"],
        ),
    ] {
        let container = files.open("child.vhdx");
        let mut buffer = [0; 4096];
        assert_eq!(
            container.media.read_at(20 * 512, &mut buffer).unwrap(),
            1024
        );
        assert_eq!(buffer[..1024], sectors(2, 3));
        for offset in [0, 22 * 512, 1 << 20] {
            let error = container.media.read_at(offset, &mut buffer).unwrap_err();
            for reason in &reasons {
                assert!(error.to_string().contains(reason), "{error}");
                assert!(has_note(&container, reason), "{:?}", container.notes);
            }
        }
    }
}

#[test]
fn parents_in_a_circle_are_refused() {
    let (base, _) = dynamic();
    let disk = |id: u8, parent: u8, name: &str| {
        let linkage = format!(
            "{{{p}{p}{p}{p}-{p}{p}-{p}{p}-{p}{p}-{p}{p}{p}{p}{p}{p}}}",
            p = format_args!("{parent:02x}")
        );
        let pairs = [
            ("parent_linkage", linkage.as_str()),
            ("relative_path", name),
        ];
        child_of(&base, id, &pairs).to_bytes()
    };
    let files = Files::of(&[
        ("a.vhdx", &disk(1, 2, "b.vhdx")),
        ("b.vhdx", &disk(2, 1, "a.vhdx")),
        ("self.vhdx", &disk(3, 3, "self.vhdx")),
    ]);
    for name in ["a.vhdx", "b.vhdx", "self.vhdx"] {
        let Err(error) = files.try_open(name) else {
            panic!("{name} opened");
        };
        assert!(error.to_string().contains("circle"), "{error}");
    }
}

#[test]
fn the_current_header_is_the_sound_one_with_the_higher_number() {
    let (vhdx, holds) = dynamic();
    let image = vhdx.to_bytes();
    let with = |changes: &dyn Fn(&mut [u8], &mut [u8])| {
        let mut image = image.clone();
        let (first, second) = image[64 * 1024..].split_at_mut(64 * 1024);
        changes(&mut first[..4096], &mut second[..4096]);
        open_alone(&image)
    };
    let named = |header: &mut [u8], id: u8, sequence: u8| {
        header[8] = sequence;
        header[32..48].fill(id);
        seal(header);
    };
    let first = with(&|a, b| (named(a, 1, 9), named(b, 2, 8)).0).unwrap();
    assert!(fact(&first, "data write id").starts_with("{01"));
    let second = with(&|a, b| (named(a, 1, 7), named(b, 2, 8)).0).unwrap();
    assert!(fact(&second, "data write id").starts_with("{02"));
    assert!(second.notes.is_empty());
    for damaged in [0, 10, 4000] {
        let container = with(&|a, _| a[damaged] ^= 1).unwrap();
        assert!(all(&container) == holds);
        assert!(has_note(
            &container,
            "the header at byte 65536 of the file is damaged"
        ));
        let container = with(&|_, b| b[damaged] ^= 1).unwrap();
        assert!(has_note(
            &container,
            "the header at byte 131072 of the file is damaged"
        ));
        assert!(with(&|a, b| (a[damaged] ^= 1, b[damaged] ^= 1).0).is_err());
    }
    // The same number: Disk2vhd writes the same header twice; else none is current.
    assert!(with(&|a, b| b.copy_from_slice(a)).is_ok());
    assert!(with(&|a, b| (named(a, 1, 5), named(b, 2, 5)).0).is_err());
    let version = with(&|a, b| {
        for header in [a, b] {
            header[66] = 2;
            seal(header);
        }
    });
    assert!(version.err().unwrap().to_string().contains("version 2"));
}

#[test]
fn either_region_table_is_enough() {
    let (vhdx, holds) = dynamic();
    let image = vhdx.to_bytes();
    for (damaged, note) in [(192, "the second"), (256, "the first")] {
        let mut image = image.clone();
        image[damaged * 1024 + 60_000] ^= 1;
        let container = open_alone(&image).unwrap();
        assert!(all(&container) == holds);
        assert!(has_note(
            &container,
            &format!("{note} of the two region tables is used")
        ));
    }
    let with_entry = |place: usize, bytes: &[u8]| {
        let mut image = image.clone();
        for at in [192 * 1024, 256 * 1024] {
            image[at + place..][..bytes.len()].copy_from_slice(bytes);
            seal(&mut image[at..at + 65_536]);
        }
        open_alone(&image).err().map(|error| error.to_string())
    };
    let refused = |place, bytes: &[u8], reason: &str| {
        let error = with_entry(place, bytes).unwrap();
        assert!(error.contains(reason), "{error}");
    };
    // An unknown region that must be understood; the same one twice; places that cannot be.
    refused(16, &[9; 16], "must be understood");
    refused(8, &[0xFF; 4], "4294967295 entries");
    refused(8, &[1, 0, 0, 0], "no metadata region");
    refused(32, &[0; 8], "whole number of MiB");
    refused(32, &[0xFF; 8], "behind all bytes");
    let metadata = u64::try_from(METADATA).unwrap().to_le_bytes();
    refused(32, &metadata, "share bytes");
}

#[test]
fn metadata_that_cannot_be_is_refused() {
    let (vhdx, _) = dynamic();
    let image = vhdx.to_bytes();
    let items = METADATA + 65_536;
    let refused = |place: usize, bytes: &[u8], reason: &str| {
        let mut image = image.clone();
        image[place..][..bytes.len()].copy_from_slice(bytes);
        let error = open_alone(&image).err().unwrap().to_string();
        assert!(error.contains(reason), "{error}");
    };
    refused(METADATA, b"x", "`metadata`");
    refused(METADATA + 10, &[0xFF; 2], "65535 entries");
    refused(METADATA + 10, &[3, 0], "is not there");
    refused(METADATA + 32, &[9; 16], "must be understood");
    refused(METADATA + 48, &[0; 4], "outside the region");
    refused(METADATA + 52, &[0xFF; 4], "outside the region");
    refused(METADATA + 52, &[2], "is cut");
    refused(items, &3_000_000_u32.to_le_bytes(), "power of two");
    refused(items, &(512_u32 << 20).to_le_bytes(), "power of two");
    refused(items + 8, &((64_u64 << 40) + 512).to_le_bytes(), "64 TiB");
    refused(items + 8, &[1], "whole sectors");
    refused(items + 32, &[1], "expected 512 or 4096");
    let mut twice = image.clone();
    twice.copy_within(METADATA + 32..METADATA + 64, METADATA + 64);
    assert!(open_alone(&twice).is_err());
}

#[test]
fn the_largest_disk_opens_from_a_small_file() {
    let vhdx = Vhdx::new(4 << 20, BLOCK);
    let mut image = vhdx.to_bytes();
    let size = 64_u64 << 40;
    image[METADATA + 65_536 + 8..][..8].copy_from_slice(&size.to_le_bytes());
    for at in [192 * 1024, 256 * 1024] {
        // The table that such a disk needs is larger than the file.
        let length = u32::try_from(514 * MIB).unwrap();
        image[at + 40..at + 44].copy_from_slice(&length.to_le_bytes());
        seal(&mut image[at..at + 65_536]);
    }
    assert_eq!(image.len(), TABLE + MIB);
    let container = open_alone(&image).unwrap();
    assert_eq!(container.media.size(), size);
    assert!(has_note(&container, "1000 blocks or more"));
    let mut buffer = [1; 512];
    assert_eq!(container.media.read_at(1 << 30, &mut buffer).unwrap(), 512);
    assert_eq!(buffer, [0; 512]);
    assert!(container.media.read_at(size - 512, &mut buffer).is_err());
}
