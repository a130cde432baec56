//! Logs: which entries are applied, and which files may not be used.

use kusari_fixtures::vhdx::{Change, Entry, LOG, LOG_SECTOR, Vhdx, put_log};

use super::super::test_files::{all, fact, has_note, open_alone, sectors};

const BLOCK: u32 = 1 << 20;
const ID: [u8; 16] = *b"a log of kusari!";

/// An image whose table lacks the entry of block 1, what that disk holds with it, and the sector
/// of the table that has it.
fn crashed() -> (Vec<u8>, Vec<u8>, Change) {
    let mut vhdx = Vhdx::new(3 << 20, BLOCK);
    vhdx.write(0, &sectors(10, 1));
    vhdx.write(2048, &sectors(2048, 2));
    let image = vhdx.to_bytes();
    let holds = all(&open_alone(&image).unwrap());
    let place = vhdx.entry_place(0);
    let change = Change::Sector {
        at: place,
        bytes: image[place..place + LOG_SECTOR].to_vec(),
    };
    let mut old = image;
    old[place + 8..place + 16].fill(0);
    (old, holds, change)
}

fn entry(image: &[u8], sequence: u64, tail: usize, changes: Vec<Change>) -> Entry {
    let size = u64::try_from(image.len()).unwrap();
    Entry {
        sequence,
        tail,
        flushed_size: size,
        last_size: size,
        changes,
    }
}

/// Where a change is to be written.
fn at_of(change: &Change) -> usize {
    match change {
        Change::Sector { at, .. } | Change::Zeros { at, .. } => *at,
    }
}

fn refused(image: &[u8], reason: &str) {
    let error = open_alone(image).err().unwrap().to_string();
    assert!(error.contains(reason), "{error}");
    assert!(error.contains("not closed cleanly"), "{error}");
}

#[test]
fn a_change_that_stands_only_in_the_log_is_applied() {
    let (mut image, holds, change) = crashed();
    assert!(all(&open_alone(&image).unwrap()) != holds);
    let entries = [entry(&image, 7, 0, vec![change])];
    put_log(&mut image, ID, 0, &entries);
    let before = image.clone();
    let container = open_alone(&image).unwrap();
    assert!(all(&container) == holds);
    assert!(has_note(
        &container,
        "not closed cleanly: the 1 entries of its log (7 to 7)"
    ));
    assert_eq!(fact(&container, "log"), "1 entries to replay (7 to 7)");
    assert_eq!(image, before);
}

#[test]
fn a_sequence_may_reach_over_the_end_of_the_ring_and_is_applied_in_order() {
    let (image, holds, change) = crashed();
    let at = at_of(&change);
    let garbage = Change::Sector {
        at,
        bytes: vec![0xAB; LOG_SECTOR],
    };
    let zeros = Change::Zeros {
        at,
        length: 2 * LOG_SECTOR,
    };
    let right = change;
    for from in [0, 3, 250, 253, 254, 255] {
        let mut image = image.clone();
        let entries = [
            entry(&image, 20, from, vec![zeros.clone(), garbage.clone()]),
            entry(&image, 21, from, vec![garbage.clone(), zeros.clone()]),
            entry(&image, 22, from, vec![zeros.clone(), right.clone()]),
        ];
        put_log(&mut image, ID, from, &entries);
        let container = open_alone(&image).unwrap();
        assert!(all(&container) == holds, "from sector {from}");
        assert!(has_note(&container, "(20 to 22)"));
    }
}

#[test]
fn the_newest_whole_sequence_is_the_one() {
    let (image, holds, change) = crashed();
    let at = at_of(&change);
    let wrong = Change::Zeros {
        at,
        length: LOG_SECTOR,
    };
    // An older sequence, and one whose head was torn: neither counts.
    let mut with = image.clone();
    let old = [entry(&image, 3, 10, vec![wrong.clone()])];
    put_log(&mut with, ID, 10, &old);
    let new = [entry(&image, 8, 40, vec![change.clone()])];
    put_log(&mut with, ID, 40, &new);
    let torn = [entry(&image, 9, 100, vec![wrong.clone(), wrong.clone()])];
    put_log(&mut with, ID, 100, &torn);
    with[LOG + 100 * LOG_SECTOR + 70] ^= 1;
    let container = open_alone(&with).unwrap();
    assert!(all(&container) == holds);
    assert!(has_note(&container, "(8 to 8)"));

    // The entries of another session do not count, however new.
    let mut with = image.clone();
    let foreign = [entry(&image, 99, 60, vec![wrong.clone()])];
    put_log(&mut with, *b"another session!", 60, &foreign);
    put_log(&mut with, ID, 40, &new);
    assert!(all(&open_alone(&with).unwrap()) == holds);

    // What stands before the tail of the head has reached its place: it is not applied again.
    let mut with = image.clone();
    let entries = [
        entry(&image, 5, 0, vec![wrong]),
        entry(&image, 6, 1, vec![change]),
    ];
    put_log(&mut with, ID, 0, &entries);
    let container = open_alone(&with).unwrap();
    assert!(has_note(&container, "(6 to 6)"));
    assert!(all(&container) == holds);
}

#[test]
fn a_log_may_make_the_file_larger() {
    let mut vhdx = Vhdx::new(3 << 20, BLOCK);
    vhdx.write(0, &sectors(2048, 1));
    let mut image = vhdx.to_bytes();
    let size = u64::try_from(image.len()).unwrap();
    let place = vhdx.entry_place(0);
    let mut table = image[place..place + LOG_SECTOR].to_vec();
    table[8..16].copy_from_slice(&(size | 6).to_le_bytes());
    let mut entry = entry(
        &image,
        1,
        0,
        vec![Change::Sector {
            at: place,
            bytes: table,
        }],
    );
    put_log(&mut image, ID, 0, std::slice::from_ref(&entry));
    // Block 1 is behind the end of the file, which the log does not move.
    let container = open_alone(&image).unwrap();
    assert!(container.media.read_at(1 << 20, &mut [0; 512]).is_err());
    entry.last_size = size + (1 << 20);
    put_log(&mut image, ID, 0, &[entry]);
    let container = open_alone(&image).unwrap();
    let mut expected = sectors(2048, 1);
    expected.resize(3 << 20, 0);
    assert!(all(&container) == expected);
}

#[test]
fn a_file_without_a_log_that_can_be_applied_is_refused() {
    let (image, _, change) = crashed();
    let sound = entry(&image, 7, 0, vec![change]);

    let mut none = image.clone();
    put_log(&mut none, ID, 0, &[]);
    refused(&none, "no whole sequence");

    let mut lost_tail = image.clone();
    let head = Entry {
        tail: 9,
        ..sound.clone()
    };
    put_log(&mut lost_tail, ID, 0, &[head]);
    refused(&lost_tail, "no whole sequence");

    let mut cut = image.clone();
    let larger = Entry {
        flushed_size: sound.flushed_size + (1 << 20),
        ..sound.clone()
    };
    put_log(&mut cut, ID, 0, &[larger]);
    refused(&cut, "it is cut");

    let mut whole = image;
    put_log(&mut whole, ID, 0, &[sound]);
    assert!(open_alone(&whole).is_ok());
    // Each part of the entry: header, descriptor, data.
    for place in [0, 4, 8, 16, 24, 33, 64, 80, 88, 4096, 4100, 6000, 8191] {
        let mut damaged = whole.clone();
        damaged[LOG + place] ^= 1;
        refused(&damaged, "no whole sequence");
    }
    refused(&whole[..LOG + 100_000], "ends inside it");
}

#[test]
fn a_log_made_to_cost_time_is_given_up() {
    let (mut image, _, _) = crashed();
    put_log(&mut image, ID, 0, &[]);
    // Every sector claims to begin an entry as long as the whole log.
    let entry = entry(&image, 1, 0, Vec::new());
    for sector in 0..256 {
        put_log(&mut image, ID, sector, std::slice::from_ref(&entry));
        let at = LOG + sector * LOG_SECTOR + 8;
        image[at..at + 4].copy_from_slice(&(1_u32 << 20).to_le_bytes());
    }
    refused(&image, "lie over each other");
}
