//! Damage costs what it touches.

use kusari_fixtures::ese::write;
use proptest::prelude::*;

use super::super::*;
use super::{plan, read};

const PAGE: usize = 4096;

/// The pages of rows, not those of other tables: number and place, by their object and flags.
fn leaves(bytes: &[u8]) -> Vec<usize> {
    (2..bytes.len() / PAGE)
        .map(|page| page * PAGE)
        .filter(|&at| bytes[at + 24..at + 28] == [4, 0, 0, 0] && bytes[at + 36] == 0x02)
        .collect()
}

#[test]
fn no_database_is_none() {
    for bytes in [
        vec![],
        vec![0; 100],
        vec![0; 100_000],
        b"SQLite format 3".to_vec(),
    ] {
        let error = Database::open(&bytes).err().unwrap();
        assert_eq!(error, NotADatabase::NoHeader);
    }
}

#[test]
fn a_damaged_header_gives_way_to_its_copy() {
    for page_size in [4096, 32_768] {
        let mut bytes = write(&plan(page_size, 10));
        bytes[100] ^= 1;
        let database = Database::open(&bytes).unwrap();
        assert!(database.header().from_copy);
        assert_eq!(database.outcome().damage.len(), 1);
        bytes[..200].fill(0);
        assert_eq!(read(&bytes).unwrap().0.len(), 10);
        bytes[page_size + 100] ^= 1;
        assert!(Database::open(&bytes).is_err());
    }
    // Both are damaged: the first is used and said to be wrong.
    let mut bytes = write(&plan(4096, 10));
    bytes[100] ^= 1;
    bytes[PAGE + 100] ^= 1;
    let database = Database::open(&bytes).unwrap();
    assert!(!database.header().sound);
    assert_eq!(database.outcome().damage.len(), 1);
}

#[test]
fn a_lost_page_costs_its_rows() {
    let bytes = write(&plan(PAGE, 500));
    let all = read(&bytes).unwrap().0;
    let places = leaves(&bytes);
    assert!(places.len() > 10);
    for place in places {
        let mut damaged = bytes.clone();
        damaged[place..place + PAGE].fill(0);
        let (numbers, damage) = read(&damaged).unwrap();
        assert_eq!(damage, 1);
        assert!(numbers.len() < all.len() && numbers.len() + 80 > all.len());
        assert!(numbers.iter().all(|number| all.contains(number)));
    }
}

#[test]
fn a_changed_page_is_read_and_said_to_be_wrong() {
    for (page_size, places) in [(PAGE, [60, 3000]), (32_768, [100, 20_000])] {
        let bytes = write(&plan(page_size, 1500));
        let database = Database::open(&bytes).unwrap();
        let table = database.table("every way").unwrap();
        let row = database.rows(table).nth(700).unwrap().unwrap();
        let page = usize::try_from(row.page()).unwrap() * page_size + page_size;
        for place in places {
            let mut damaged = bytes.clone();
            damaged[page + place] ^= 0x40;
            let database = Database::open(&damaged).unwrap();
            let (mut unsound, mut damage) = (0, Vec::new());
            for row in database.rows(table) {
                match row {
                    Ok(row) => unsound += usize::from(!row.is_sound()),
                    Err(found) => damage.push(found),
                }
            }
            assert!(unsound > 5);
            assert_eq!(damage.len(), 1);
            assert!(damage[0].reason.contains("checksum"), "{}", damage[0]);
        }
    }
}

#[test]
fn a_tree_that_leads_back_into_itself_ends() {
    let mut bytes = write(&plan(PAGE, 500));
    // All children of the table's root are the root itself.
    let root = (2..bytes.len() / PAGE)
        .map(|page| page * PAGE)
        .find(|&at| bytes[at + 24..at + 28] == [4, 0, 0, 0] && bytes[at + 36] & 1 != 0)
        .unwrap();
    let number = u32::try_from(root / PAGE - 1).unwrap().to_le_bytes();
    let tags = usize::from(u16::from_le_bytes([bytes[root + 34], bytes[root + 35]]));
    for tag in 1..tags {
        let at = root + PAGE - (tag + 1) * 4;
        let length = usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
        let start = usize::from(u16::from_le_bytes([bytes[at + 2], bytes[at + 3]]) & 0x1FFF);
        let end = root + 40 + start + length;
        bytes[end - 4..end].copy_from_slice(&number);
    }
    let (numbers, damage) = read(&bytes).unwrap();
    assert_eq!(numbers, Vec::<u64>::new());
    assert!(damage >= tags - 1);
}

#[test]
fn a_file_that_is_cut_off_gives_what_is_there() {
    let bytes = write(&plan(PAGE, 300));
    let mut most = 0;
    for end in (0..=bytes.len()).step_by(PAGE * 3 + 100) {
        if let Some((numbers, _)) = read(&bytes[..end].to_vec()) {
            most = most.max(numbers.len());
        }
    }
    assert!(most > 100);
}

#[test]
fn a_damaged_catalogue_gives_way_to_its_copy() {
    let mut bytes = write(&plan(PAGE, 50));
    let catalogue = 5 * PAGE;
    bytes[catalogue..catalogue + PAGE].fill(0);
    let (numbers, damage) = read(&bytes).unwrap();
    assert_eq!(numbers.len(), 50);
    assert!(damage > 1);
}

#[test]
fn one_long_value_cannot_be_asked_for_without_end() {
    let bytes = write(&plan(PAGE, 40));
    let database = Database::open(&bytes).unwrap();
    let table = database.table("every way").unwrap();
    let row = database.rows(table).nth(3).unwrap().unwrap();
    assert!(row.named("long text").is_ok());
    // All that may be made of a file of this size, but for some bytes.
    for bit in (0..64).rev() {
        database.made.spend(1 << bit);
    }
    let damage = row.named("long text").unwrap_err();
    assert!(damage.reason.contains("too many"), "{damage}");
    assert!(row.named("number").is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..20_000)) {
        read(&bytes);
    }

    #[test]
    fn any_changes_are_survived(
        large in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
    ) {
        let size = if large { 32_768 } else { PAGE };
        let mut bytes = write(&plan(size, 40));
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        read(&bytes);
    }

    #[test]
    fn any_change_of_structure_is_survived(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..200, any::<u8>()), 1..10),
    ) {
        // Headers and tags of pages, where most of the sense lies.
        let mut bytes = write(&plan(PAGE, 40));
        for (page, place, byte) in changes {
            let page = page.index(bytes.len() / PAGE) * PAGE;
            let at = if place < 60 { page + place } else { page + PAGE - 1 - (place - 60) };
            bytes[at] = byte;
        }
        read(&bytes);
    }

    #[test]
    fn any_compressed_value_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let made = super::super::compressed::decompress(&bytes, 5000);
        prop_assert!(made.map_or(0, |made| made.len()) <= 5000);
    }
}
