//! Small built disks, each for one thing that the format can say.

use kusari_fixtures::vhd::{Layout, Parent, Vhd, seal};

use super::super::test_files::{Files, all, fact, has_note, open_alone, sectors};
use crate::read_vec_at;

const BLOCK: u32 = 16 * 512;
const SIZE: u64 = 100 * 512;

fn dynamic() -> (Vhd, Vec<u8>) {
    let mut vhd = Vhd::new(SIZE, Layout::Dynamic(BLOCK));
    let mut expected = vec![0; 100 * 512];
    for (sector, count) in [(3, 1), (14, 5), (64, 16), (98, 2)] {
        let bytes = sectors(count, 7);
        vhd.write(u64::try_from(sector).unwrap(), &bytes);
        expected[sector * 512..][..bytes.len()].copy_from_slice(&bytes);
    }
    (vhd, expected)
}

/// A base, a child of some sectors, and a grandchild of others; with what each disk holds.
fn chain() -> (Files, [Vec<u8>; 3]) {
    let (base, base_holds) = dynamic();
    let mut child = Vhd::new(SIZE, differencing(&base, "base.vhd"));
    child.id = *b"the first child!";
    let mut grandchild = Vhd::new(SIZE, differencing(&child, r"C:\disks\child.vhd"));
    grandchild.id = *b"the grand child!";
    let mut child_holds = base_holds.clone();
    for (sector, count) in [(2, 3), (15, 2), (40, 1)] {
        write(&mut child, &mut child_holds, sector, &sectors(count, 8));
    }
    let mut grandchild_holds = child_holds.clone();
    for (sector, count) in [(0, 1), (4, 1), (16, 1), (99, 1)] {
        write(
            &mut grandchild,
            &mut grandchild_holds,
            sector,
            &sectors(count, 9),
        );
    }
    let files = Files::of(&[
        ("base.vhd", &base.to_bytes()),
        ("Child.VHD", &child.to_bytes()),
        ("grandchild.avhd", &grandchild.to_bytes()),
    ]);
    (files, [base_holds, child_holds, grandchild_holds])
}

fn differencing(parent: &Vhd, name: &str) -> Layout {
    Layout::Differencing(
        BLOCK,
        Parent {
            id: parent.id,
            time_stamp: parent.time_stamp,
            name: name.to_owned(),
            ..Parent::default()
        },
    )
}

fn write(vhd: &mut Vhd, holds: &mut [u8], sector: usize, bytes: &[u8]) {
    vhd.write(u64::try_from(sector).unwrap(), bytes);
    holds[sector * 512..][..bytes.len()].copy_from_slice(bytes);
}

#[test]
fn a_fixed_disk_is_the_bytes_before_its_footer() {
    let mut vhd = Vhd::new(10 * 512, Layout::Fixed);
    let bytes = sectors(10, 1);
    vhd.write(0, &bytes);
    let container = open_alone(&vhd.to_bytes()).unwrap();
    assert_eq!(all(&container), bytes);
    assert_eq!((container.format, container.sector_size), ("VHD", 512));
    assert!(container.notes.is_empty(), "{:?}", container.notes);
    for (name, value) in [
        ("disk type", "fixed"),
        ("disk id", "{6B757361-7269-2D76-6864-2D6469736B21}"),
        ("creator application", "win (Windows)"),
        ("creator version", "6.1"),
        ("creator host system", "Windows"),
        ("time stamp", "2025-05-08T06:13:20Z"),
        ("current size", "5120 bytes"),
        ("geometry", "65535 cylinders, 16 heads, 255 sectors"),
    ] {
        assert_eq!(fact(&container, name), value);
    }
}

#[test]
fn a_dynamic_disk_is_zero_where_nothing_was_written() {
    let (vhd, expected) = dynamic();
    let container = open_alone(&vhd.to_bytes()).unwrap();
    assert_eq!(all(&container), expected);
    assert!(container.notes.is_empty(), "{:?}", container.notes);
    assert_eq!(fact(&container, "block size"), "8192 bytes");
    // From any byte, over the bounds of sectors and blocks.
    for (offset, length) in [(0, 1), (1535, 514), (7000, 3000), (51_199, 10), (51_200, 1)] {
        let there = read_vec_at(container.media.as_ref(), offset, length).unwrap();
        let start = usize::try_from(offset).unwrap();
        let end = (start + usize::try_from(length).unwrap()).min(expected.len());
        assert_eq!(there, expected[start..end]);
    }
}

#[test]
fn sectors_come_from_the_youngest_disk_that_holds_them() {
    let (files, [base, child, grandchild]) = chain();
    assert_eq!(all(&files.open("base.vhd")), base);
    assert_eq!(all(&files.open("Child.VHD")), child);
    let container = files.open("grandchild.avhd");
    assert_eq!(all(&container), grandchild);
    assert_eq!(container.files, ["Child.VHD", "base.vhd"]);
    assert!(container.notes.is_empty(), "{:?}", container.notes);
    assert_eq!(fact(&container, "parent name"), r"C:\disks\child.vhd");
    assert_eq!(
        fact(&container, "parent id"),
        "{74686520-6669-7273-7420-6368696C6421}"
    );
    let media = container.media.as_ref();
    assert_eq!(
        read_vec_at(media, 1000, 2000).unwrap(),
        grandchild[1000..3000]
    );
}

#[test]
fn the_parent_is_found_by_the_last_part_of_any_of_its_paths() {
    let (base, holds) = dynamic();
    let base_bytes = base.to_bytes();
    let named = |name: &str, relative: Option<&str>, absolute: Option<&str>| {
        let parent = Parent {
            id: base.id,
            time_stamp: base.time_stamp,
            name: name.to_owned(),
            relative: relative.map(str::to_owned),
            absolute: absolute.map(str::to_owned),
        };
        let child = Vhd::new(SIZE, Layout::Differencing(BLOCK, parent));
        let mut child = child;
        child.id = [9; 16];
        child.to_bytes()
    };
    for (name, relative, absolute) in [
        ("base.vhd", None, None),
        (r"D:\gone\base.vhd", None, None),
        ("", Some(r"..\disks\base.vhd"), None),
        ("", None, Some(r"C:\disks\base.vhd")),
        ("x.vhd", Some(r".\y.vhd"), Some(r"C:\disks\base.vhd")),
    ] {
        let files = Files::of(&[
            ("base.vhd", &base_bytes),
            ("child.vhd", &named(name, relative, absolute)),
        ]);
        let container = files.open("child.vhd");
        assert_eq!(all(&container), holds);
        assert_eq!(container.files, ["base.vhd"]);
    }
}

#[test]
fn what_needs_a_missing_parent_is_an_error_and_the_rest_is_read() {
    let (base, _) = dynamic();
    let mut child = Vhd::new(SIZE, differencing(&base, "base.vhd"));
    child.id = *b"the first child!";
    let bytes = sectors(2, 3);
    child.write(20, &bytes);
    let child = child.to_bytes();

    let missing = Files::of(&[("child.vhd", &child)]);
    let mut other = base.clone();
    other.id = *b"another vhd disk";
    let wrong = Files::of(&[("child.vhd", &child), ("base.vhd", &other.to_bytes())]);
    let broken = Files::of(&[("child.vhd", &child), ("base.vhd", &[0; 5000])]);
    for (files, reasons) in [
        (missing, vec!["`base.vhd`", "not in the same folder"]),
        (
            wrong,
            vec![
                "`base.vhd` is not the parent disk",
                "expected the id {6B757361-7269-2D76-6864-2D6469736B21}",
                "found {616E6F74-6865-7220-7668-64206469736B}",
            ],
        ),
        (
            broken,
            vec!["`base.vhd` is not the parent disk", "no sound VHD"],
        ),
    ] {
        let container = files.open("child.vhd");
        let media = container.media.as_ref();
        let mut whole = [0; 4096];
        assert_eq!(media.read_at(20 * 512, &mut whole).unwrap(), 1024);
        assert_eq!(whole[..1024], bytes);
        for offset in [0, 19 * 512, 22 * 512, 99 * 512] {
            let error = media.read_at(offset, &mut whole).unwrap_err().to_string();
            for reason in &reasons {
                assert!(error.contains(reason), "{error}");
                assert!(has_note(&container, reason), "{:?}", container.notes);
            }
        }
        assert!(container.files.is_empty());
    }
}

#[test]
fn parents_in_a_circle_are_refused() {
    let ids = [[1; 16], [2; 16], [3; 16]];
    let disk = |own: usize, parent: usize, name: &str| {
        let parent = Parent {
            id: ids[parent],
            name: name.to_owned(),
            ..Parent::default()
        };
        let mut vhd = Vhd::new(SIZE, Layout::Differencing(BLOCK, parent));
        vhd.id = ids[own];
        vhd.to_bytes()
    };
    let files = Files::of(&[
        ("a.vhd", &disk(0, 1, "b.vhd")),
        ("b.vhd", &disk(1, 2, "c.vhd")),
        ("c.vhd", &disk(2, 0, "a.vhd")),
        ("self.vhd", &disk(1, 1, "self.vhd")),
    ]);
    for name in ["a.vhd", "b.vhd", "self.vhd"] {
        let Err(error) = files.try_open(name) else {
            panic!("{name} opened");
        };
        assert!(error.to_string().contains("circle"), "{error}");
    }
}

#[test]
fn a_parent_that_bears_a_later_time_is_said() {
    let (mut base, holds) = dynamic();
    let mut child = Vhd::new(SIZE, differencing(&base, "base.vhd"));
    child.id = [9; 16];
    base.time_stamp += 3600;
    let files = Files::of(&[
        ("base.vhd", &base.to_bytes()),
        ("child.vhd", &child.to_bytes()),
    ]);
    let container = files.open("child.vhd");
    assert_eq!(all(&container), holds);
    assert!(
        has_note(&container, "2025-05-08T07:13:20Z"),
        "{:?}",
        container.notes
    );
}

#[test]
fn behind_the_end_of_a_smaller_parent_nothing_was_written() {
    let (base, mut holds) = dynamic();
    let mut child = Vhd::new(SIZE * 2, differencing(&base, "base.vhd"));
    child.id = [9; 16];
    let bytes = sectors(1, 5);
    child.write(150, &bytes);
    holds.resize(holds.len() * 2, 0);
    holds[150 * 512..151 * 512].copy_from_slice(&bytes);
    let files = Files::of(&[
        ("base.vhd", &base.to_bytes()),
        ("child.vhd", &child.to_bytes()),
    ]);
    assert_eq!(all(&files.open("child.vhd")), holds);
}

#[test]
fn the_copy_of_the_footer_stands_in_for_it() {
    let (vhd, expected) = dynamic();
    let image = vhd.to_bytes();
    let mut damaged = image.clone();
    let at = damaged.len() - 400;
    damaged[at] ^= 1;
    let mut longer = image.clone();
    longer.extend([0; 1000]);
    for image in [damaged, image[..image.len() - 512].to_vec(), longer] {
        let container = open_alone(&image).unwrap();
        assert_eq!(all(&container), expected);
        assert!(has_note(&container, "its copy at the start is used"));
    }
    let mut start = image.clone();
    start[100] ^= 1;
    let container = open_alone(&start).unwrap();
    assert_eq!(all(&container), expected);
    assert!(has_note(
        &container,
        "copy of the footer at the start of the file is damaged"
    ));

    let mut both = start;
    both[at] ^= 1;
    assert!(open_alone(&both).is_err());
}

#[test]
fn a_fixed_disk_is_known_by_its_size_where_the_checksum_is_wrong() {
    let mut vhd = Vhd::new(10 * 512, Layout::Fixed);
    vhd.write(0, &sectors(10, 1));
    let image = vhd.to_bytes();
    let mut damaged = image.clone();
    damaged[10 * 512 + 30] ^= 1;
    let container = open_alone(&damaged).unwrap();
    assert_eq!(all(&container), sectors(10, 1));
    assert!(has_note(&container, "checksum"));
    damaged[10 * 512 + 54] ^= 1;
    assert!(open_alone(&damaged).is_err());
}

#[test]
fn a_fixed_disk_of_another_size_than_its_file_is_said() {
    let mut vhd = Vhd::new(10 * 512, Layout::Fixed);
    vhd.write(0, &sectors(10, 1));
    let image = vhd.to_bytes();
    for (size, note) in [(8_u64, "1024 bytes stand between"), (12, "cannot be read")] {
        let mut changed = image.clone();
        let footer = &mut changed[10 * 512..];
        footer[48..56].copy_from_slice(&(size * 512).to_be_bytes());
        seal(footer, 64);
        let container = open_alone(&changed).unwrap();
        assert_eq!(container.media.size(), size * 512);
        assert!(has_note(&container, note), "{:?}", container.notes);
        let mut sector = [0; 512];
        assert_eq!(
            container.media.read_at(10 * 512, &mut sector).is_err(),
            size == 12
        );
    }
}

#[test]
fn a_footer_of_before_2004_has_a_byte_less() {
    let mut vhd = Vhd::new(10 * 512, Layout::Fixed);
    vhd.write(0, &sectors(10, 1));
    let mut image = vhd.to_bytes();
    image.pop();
    let container = open_alone(&image).unwrap();
    assert_eq!(all(&container), sectors(10, 1));
    assert!(container.notes.is_empty());
}

#[test]
fn the_stored_size_is_read_and_a_smaller_geometry_said() {
    let (mut vhd, expected) = dynamic();
    vhd.geometry = (1, 4, 17);
    for (creator, is_said) in [(*b"vpc ", true), (*b"qemu", true), (*b"win ", false)] {
        vhd.creator = creator;
        let container = open_alone(&vhd.to_bytes()).unwrap();
        assert_eq!(all(&container), expected);
        assert_eq!(has_note(&container, "34816 bytes"), is_said);
    }
}

#[test]
fn a_saved_state_and_unknown_versions_are_said() {
    let (vhd, _) = dynamic();
    let image = vhd.to_bytes();
    let changed = |place: usize, value: u8| {
        let mut image = image.clone();
        let end = image.len() - 512;
        for start in [0, end] {
            image[start + place] = value;
            seal(&mut image[start..start + 512], 64);
        }
        open_alone(&image)
    };
    assert!(has_note(&changed(84, 1).unwrap(), "saved state"));
    assert!(
        changed(13, 2)
            .err()
            .unwrap()
            .to_string()
            .contains("version 2.0")
    );
    assert!(
        changed(63, 5)
            .err()
            .unwrap()
            .to_string()
            .contains("disk type 5")
    );
}
