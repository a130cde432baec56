//! Damaged and hostile disks: no panic, bounded work, and damage costs only what is damaged.

use kusari_fixtures::variants::{Kind, variant};
use kusari_fixtures::vhdx::{Change, Entry, LOG, LOG_SECTOR, METADATA, TABLE, Vhdx, put_log};

use super::super::test_files::{Files, has_note, open_alone, sectors, steps};

const MIB: usize = 1 << 20;

/// The entry of a block that is there, as far behind as an entry can say.
const BEHIND_ALL: u64 = !0xF_FFFF | 6;

fn full() -> Vhdx {
    let mut vhdx = Vhdx::new(4 << 20, 1 << 20);
    for block in 0..4 {
        vhdx.write(block * 2048, &sectors(2048, u8::try_from(block).unwrap()));
    }
    vhdx
}

#[test]
fn a_bad_entry_of_the_table_costs_its_block_alone() {
    let vhdx = full();
    let image = vhdx.to_bytes();
    let sound = steps(open_alone(&image).unwrap().media.as_ref(), MIB);
    assert_eq!(sound.iter().flatten().count(), 4);
    let place = vhdx.entry_place(2);
    let mib = |count: usize| u64::try_from(count * MIB).unwrap();
    // Behind the end; in the header section; on log, metadata and table; reserved states.
    for entry in [
        BEHIND_ALL,
        mib(image.len() / MIB) | 6,
        mib(0) | 6,
        mib(LOG / MIB) | 6,
        mib(METADATA / MIB) | 6,
        mib(TABLE / MIB) | 6,
        mib(4) | 7,
        4,
        5,
    ] {
        let mut damaged = image.clone();
        damaged[place..place + 8].copy_from_slice(&entry.to_le_bytes());
        let container = open_alone(&damaged).unwrap();
        let there = steps(container.media.as_ref(), MIB);
        for (number, step) in there.iter().enumerate() {
            let expected = (number != 2).then(|| sound[number].clone()).flatten();
            assert!(*step == expected, "entry {entry:x}, block {number}");
        }
        assert!(has_note(&container, "one block of the disk cannot be read"));
    }
    let mut shared = image;
    shared.copy_within(place..place + 8, place + 8);
    assert!(has_note(
        &open_alone(&shared).unwrap(),
        "share bytes of the file"
    ));
}

#[test]
fn a_file_that_is_cut_gives_what_is_there() {
    let image = full().to_bytes();
    let sound = steps(open_alone(&image).unwrap().media.as_ref(), 4096);
    for cut in [1, MIB / 2, MIB, 2 * MIB + 5, 4 * MIB] {
        let container = open_alone(&image[..image.len() - cut]).unwrap();
        assert!(!container.notes.is_empty());
        let there = steps(container.media.as_ref(), 4096);
        let whole = (4 * MIB - cut) / 4096;
        assert!(there[..whole] == sound[..whole]);
        assert!(there[whole..].iter().all(Option::is_none));
    }
}

#[test]
fn a_child_whose_bitmap_is_gone_keeps_its_whole_blocks() {
    let base = full();
    let mut child = Vhdx::new(base.size, base.block_size);
    child.data_write_id = [9; 16];
    child.parent = Some(vec![
        (
            "parent_linkage".to_owned(),
            "{6173756b-6972-762d-6864-782d64617461}".to_owned(),
        ),
        ("relative_path".to_owned(), "base.vhdx".to_owned()),
    ]);
    child.write(10, &sectors(5, 50));
    child.write(2048, &sectors(2048, 51));
    let (base, image) = (base.to_bytes(), child.to_bytes());
    // Behind the 4096 blocks of the first chunk.
    let place = TABLE + 4096 * 8;
    let bitmap = u64::from_le_bytes(image[place..place + 8].try_into().unwrap());
    assert_eq!(bitmap & 7, 6);
    for entry in [0, 4, BEHIND_ALL, 6] {
        let mut damaged = image.clone();
        damaged[place..place + 8].copy_from_slice(&u64::to_le_bytes(entry));
        let files = Files::of(&[("base.vhdx", &base), ("child.vhdx", &damaged)]);
        let there = steps(files.open("child.vhdx").media.as_ref(), MIB);
        let missing: Vec<bool> = there.iter().map(Option::is_none).collect();
        assert_eq!(missing, [true, false, false, false]);
        assert!(there[1].as_deref() == Some(&sectors(2048, 51)));
    }
}

#[test]
fn damage_anywhere_costs_no_more_than_what_it_touches() {
    let vhdx = full();
    let mut clean = vhdx.to_bytes();
    let sound = steps(open_alone(&clean).unwrap().media.as_ref(), MIB);
    let size = u64::try_from(clean.len()).unwrap();
    let place = vhdx.entry_place(0);
    let entry = |sequence, at: usize| Entry {
        sequence,
        tail: 0,
        flushed_size: size,
        last_size: size,
        changes: vec![Change::Sector {
            at,
            bytes: clean[at..at + LOG_SECTOR].to_vec(),
        }],
    };
    let entries = [entry(1, place), entry(2, METADATA), entry(3, place)];
    put_log(&mut clean, *b"a log of kusari!", 0, &entries);

    // The structures alone, with the gaps between them left out of what is damaged.
    let stretches = [
        (0_usize, 600_usize),
        (64 * 1024, 80),
        (128 * 1024, 80),
        (192 * 1024, 80),
        (256 * 1024, 80),
        (LOG, 6 * LOG_SECTOR),
        (METADATA, 256),
        (METADATA + 65_536, 40),
        (TABLE, 64),
    ];
    let mut opened = 0;
    for (start, length) in stretches {
        for seed in 0..15 {
            let variant = variant(&clean[start..start + length], seed, 24);
            if !matches!(variant.kind, Kind::Flip | Kind::Zero | Kind::Noise) {
                continue;
            }
            let mut image = clean.clone();
            image[start..start + length].copy_from_slice(&variant.bytes);
            let Ok(container) = open_alone(&image) else {
                continue;
            };
            opened += 1;
            assert!(container.notes.len() <= 51);
            if container.media.size() == 4 << 20 && container.sector_size == 512 {
                let there = steps(container.media.as_ref(), MIB);
                let lost = there.iter().zip(&sound).filter(|(a, b)| a != b).count();
                // Where the log does not mend it: the table, and what the metadata says.
                let may_lose = if start == TABLE || start > METADATA {
                    4
                } else {
                    0
                };
                assert!(
                    lost <= may_lose,
                    "{lost} blocks: {start} {:?}",
                    variant.touched
                );
            }
        }
    }
    assert!(opened > 25, "{opened}");
    // Files of other lengths.
    for seed in 0..60 {
        let variant = variant(&clean, seed, 2 * MIB);
        if let Ok(container) = open_alone(&variant.bytes) {
            let mut buffer = vec![0; 4096];
            for offset in (0..4 << 20).step_by(MIB / 2) {
                let _ = container.media.read_at(offset, &mut buffer);
            }
        }
    }
}
