//! Damaged and hostile disks: no panic, bounded work, and damage costs only what is damaged.

use kusari_fixtures::variants::{Kind, variant};
use kusari_fixtures::vhd::{Layout, Parent, Vhd, seal};

use super::super::test_files::{Files, has_note, open_alone, sectors, steps};

const BLOCK: u32 = 16 * 512;
const STEP: usize = 16 * 512;
const BLOCKS: usize = 12;

/// A disk whose blocks are all in the file.
fn full() -> Vhd {
    let size = u64::from(BLOCK) * u64::try_from(BLOCKS).unwrap();
    let mut vhd = Vhd::new(size, Layout::Dynamic(BLOCK));
    vhd.write(0, &sectors(BLOCKS * 16, 1));
    vhd
}

#[test]
fn a_bad_entry_of_the_table_costs_its_block_alone() {
    let image = full().to_bytes();
    let sound = steps(open_alone(&image).unwrap().media.as_ref(), STEP);
    assert_eq!(sound.iter().flatten().count(), BLOCKS);
    // Behind the end of the file; on the footer, the header, the table.
    let far = u32::try_from(image.len() / 512).unwrap();
    for entry in [u32::MAX - 1, far, far - 2, 0, 1, 3] {
        let mut damaged = image.clone();
        damaged[1536 + 4 * 5..][..4].copy_from_slice(&entry.to_be_bytes());
        let container = open_alone(&damaged).unwrap();
        for (number, step) in steps(container.media.as_ref(), STEP).iter().enumerate() {
            if number != 5 {
                assert_eq!(step, &sound[number]);
            } else if entry != far - 2 {
                assert_eq!(step, &None, "{entry}");
            }
        }
        let note = container.notes.join("\n");
        assert!(
            note.contains("one block") || note.contains("block 5"),
            "{note}"
        );
    }
}

#[test]
fn two_blocks_at_one_place_are_said() {
    let mut image = full().to_bytes();
    image.copy_within(1536..1540, 1536 + 4 * 7);
    assert!(has_note(
        &open_alone(&image).unwrap(),
        "share bytes of the file"
    ));
}

#[test]
fn a_file_that_is_cut_gives_what_is_there() {
    let image = full().to_bytes();
    let sound = steps(open_alone(&image).unwrap().media.as_ref(), 512);
    for cut in [
        512,
        513,
        1024,
        5000,
        image.len() / 2,
        image.len() - 1536 - 48,
    ] {
        let length = image.len() - cut;
        let container = open_alone(&image[..length]).unwrap();
        assert!(!container.notes.is_empty());
        let there = steps(container.media.as_ref(), 512);
        // Each block: its bitmap of one sector and its 16 sectors.
        for (number, step) in there.iter().enumerate() {
            let end = 2048 + (number / 16) * 17 * 512 + 512 + (number % 16 + 1) * 512;
            if end <= length {
                assert_eq!(
                    step, &sound[number],
                    "sector {number} of a file of {length}"
                );
            } else {
                assert_eq!(step, &None, "sector {number} of a file of {length}");
            }
        }
    }
}

#[test]
fn absurd_sizes_open_in_bounded_memory_and_read_as_errors() {
    let image = full().to_bytes();
    let changed = |header: &[(usize, &[u8])], size: u64| {
        let mut image = image.clone();
        let end = image.len() - 512;
        for start in [0, end] {
            image[start + 48..start + 56].copy_from_slice(&size.to_be_bytes());
            seal(&mut image[start..start + 512], 64);
        }
        for (place, bytes) in header {
            image[512 + place..][..bytes.len()].copy_from_slice(bytes);
        }
        seal(&mut image[512..1536], 36);
        open_alone(&image)
    };
    let mut buffer = [0; 512];
    let many = changed(&[(28, &[0xFF; 4])], 98_304).unwrap();
    assert_eq!(many.media.read_at(0, &mut buffer).unwrap(), 512);
    let large = changed(&[], u64::MAX).unwrap();
    assert_eq!(large.media.read_at(0, &mut buffer).unwrap(), 512);
    assert!(has_note(&large, "covers only 98304"));
    let huge = changed(&[(28, &[0xFF; 4])], u64::MAX).unwrap();
    assert!(!huge.notes.is_empty());
    for offset in [0, 1 << 30, 1 << 50, u64::MAX - 512] {
        assert!(huge.media.read_at(offset, &mut buffer).is_err());
        assert_eq!(
            large.media.read_at(offset, &mut buffer).is_err(),
            offset > 0
        );
    }
    // A table outside the file, and blocks of sizes that cannot be.
    let outside = changed(&[(16, &[0xFF; 8])], 98_304).unwrap();
    assert!(outside.media.read_at(0, &mut buffer).is_err());
    for block in [0_u32, 1, 256, 3 * 512, 0xFFFF_FFFF] {
        assert!(changed(&[(32, &block.to_be_bytes())], 98_304).is_err());
    }
    let large = changed(&[(32, &(1_u32 << 31).to_be_bytes())], 98_304).unwrap();
    assert!(large.media.read_at(0, &mut buffer).is_err());
    assert!(changed(&[(0, b"x")], 98_304).is_err());
}

#[test]
fn damage_anywhere_costs_no_more_than_what_it_touches() {
    let parent = full();
    let mut child = Vhd::new(
        parent.size,
        Layout::Differencing(
            BLOCK,
            Parent {
                id: parent.id,
                time_stamp: parent.time_stamp,
                name: "parent.vhd".to_owned(),
                relative: Some(r".\parent.vhd".to_owned()),
                ..Parent::default()
            },
        ),
    );
    child.id = [9; 16];
    for sector in [0, 5, 6, 40, 100, 101, 102, 191] {
        child.write(sector, &sectors(1, u8::try_from(sector).unwrap()));
    }
    let (parent, child) = (parent.to_bytes(), child.to_bytes());
    let open = |child: &[u8]| {
        Files::of(&[("parent.vhd", &parent), ("child.vhd", child)]).try_open("child.vhd")
    };
    let sound = steps(open(&child).unwrap().media.as_ref(), STEP);
    let mut opened = 0;
    for seed in 0..1500 {
        let variant = variant(&child, seed, 24);
        let Ok(container) = open(&variant.bytes) else {
            continue;
        };
        opened += 1;
        assert!(container.notes.len() <= 51);
        if container.media.size() > 1 << 20 {
            continue;
        }
        let there = steps(container.media.as_ref(), STEP);
        if matches!(variant.kind, Kind::Flip | Kind::Zero | Kind::Noise) {
            let lost = there.iter().zip(&sound).filter(|(a, b)| a != b).count();
            // An entry of the table is four bytes; a block is touched wholly or in part.
            assert!(lost <= 24 / 4 + 1, "{lost} blocks: {:?}", variant.touched);
        }
    }
    assert!(opened > 500, "{opened}");
}
