//! What each sort of damage costs, and what it must not cost.

use kusari_fixtures::shadow_copy::Descriptor;

use super::built::{Built, at, guid, media, read};
use super::*;

/// Puts a number of 64 bits into the bytes.
fn put(bytes: &mut [u8], at: u64, value: u64) {
    let at = usize::try_from(at).unwrap();
    bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
}

#[test]
fn a_damaged_list_makes_errors_and_never_bytes_of_today() {
    let mut built = Built::three();
    built.write();
    // The second store's list: its identifier.
    let list_at = built.stores[1].0.list[0].volume;
    built.bytes[usize::try_from(list_at).unwrap()] ^= 1;
    let volume: Arc<dyn ReadAt> = Arc::new(built.bytes);
    let found = list(&volume).unwrap();
    let copies = media(&volume);
    // The newest does not stand on it.
    assert_eq!(found.copies[2].notes(&volume), [""; 0]);
    assert_eq!(read(&copies[2], 40), Ok(0xC1));
    assert_eq!(read(&copies[2], 44), Ok(0x5A));
    // The oldest gives what it holds itself, and nothing that the damaged one may hold.
    assert_eq!(read(&copies[0], 40), Ok(0xA1));
    assert_eq!(read(&copies[0], 43), Ok(0xA4));
    for (copy, block) in [(0, 42), (0, 44), (1, 40), (1, 44)] {
        let error = read(&copies[copy], block).unwrap_err();
        assert!(
            error.contains("shadow copy 2 may hold this block"),
            "{error}"
        );
    }
    let note = &found.copies[0].notes(&volume)[0];
    assert!(
        note.starts_with("shadow copy 2, through which this one is read"),
        "{note}"
    );
    // A read ends before the damage, and gives what stands before.
    let mut buffer = vec![0; 0x8000];
    assert_eq!(copies[0].read_at(at(43), &mut buffer).unwrap(), 0x4000);
}

#[test]
fn a_list_that_leads_in_a_circle_ends() {
    let mut built = Built::three();
    built.write();
    let (first, other) = (
        built.stores[2].0.list[0].volume,
        built.stores[1].0.list[0].volume,
    );
    for next in [first, other, u64::MAX, at(63) + 512, at(64), 512] {
        let mut bytes = built.bytes.clone();
        put(&mut bytes, first + 40, next);
        let volume: Arc<dyn ReadAt> = Arc::new(bytes);
        let copies = media(&volume);
        assert_eq!(read(&copies[2], 40), Ok(0xC1), "what was read before holds");
        assert!(read(&copies[2], 44).is_err());
        assert_eq!(read(&copies[0], 40), Ok(0xA1));
    }
}

#[test]
fn two_stores_never_share_a_list() {
    let mut built = Built::three();
    built.write();
    // The catalog gives the second store the newest one's list.
    let entry = built.catalog[0] + 128 + 3 * 128;
    put(
        &mut built.bytes,
        entry + 8,
        built.stores[2].0.list[0].volume,
    );
    let volume: Arc<dyn ReadAt> = Arc::new(built.bytes);
    let copies = media(&volume);
    assert_eq!(read(&copies[2], 40), Ok(0xC1));
    assert!(read(&copies[1], 40).is_err());
}

#[test]
fn a_catalog_that_may_be_incomplete_leaves_what_a_copy_holds_itself() {
    for next in [at(2), at(3), 77, u64::MAX] {
        let mut built = Built::three();
        built.write();
        put(&mut built.bytes, at(2) + 40, next);
        let volume: Arc<dyn ReadAt> = Arc::new(built.bytes);
        let found = list(&volume).unwrap();
        assert!(
            found.notes[0].contains("may be missing"),
            "{:?}",
            found.notes
        );
        let copies = media(&volume);
        assert_eq!(read(&copies[0], 40), Ok(0xA1));
        assert!(read(&copies[0], 42).is_err() && read(&copies[2], 44).is_err());
    }
}

#[test]
fn a_copy_without_a_store_on_the_volume_is_listed_and_refused() {
    let mut built = Built::three();
    built.write();
    let entry = built.catalog[0] + 128 + 3 * 128;
    put(&mut built.bytes, entry, 1);
    let volume: Arc<dyn ReadAt> = Arc::new(built.bytes);
    let found = list(&volume).unwrap();
    assert_eq!(found.copies.len(), 3);
    assert!(found.copies[1].media(&volume).is_err());
    assert_eq!(found.copies[1].store_file, None);
    let oldest = found.copies[0].media(&volume).unwrap();
    assert_eq!(read(&oldest, 40), Ok(0xA1));
    assert!(read(&oldest, 42).is_err());
}

#[test]
fn a_store_of_another_volume_is_no_copy_of_this_one() {
    let mut built = Built::three();
    built.write();
    put(&mut built.bytes, built.catalog[0] + 128 + 2 * 128, 0);
    let volume: Arc<dyn ReadAt> = Arc::new(built.bytes);
    let found = list(&volume).unwrap();
    assert_eq!(found.copies.len(), 2);
    assert!(
        found.notes[0].contains("of another volume"),
        "{:?}",
        found.notes
    );
}

#[test]
fn copies_whose_order_is_not_sure_are_not_read_through_each_other() {
    let mut built = Built::three();
    built.stores[0].1.identity.sequence = 2;
    built.stores[1].1.identity.sequence = 1;
    let volume = built.write();
    let found = list(&volume).unwrap();
    assert!(
        found.notes[0].contains("not in one order"),
        "{:?}",
        found.notes
    );
    let copies = media(&volume);
    assert_eq!(read(&copies[2], 44), Ok(0x5A));
    assert_eq!(read(&copies[0], 40), Ok(0xA1));
    assert!(read(&copies[0], 44).is_err());
}

#[test]
fn a_damaged_store_header_costs_the_names_only() {
    let mut built = Built::three();
    built.write();
    let header = usize::try_from(built.stores[0].0.header.volume).unwrap();
    built.bytes[header + 20] = 9;
    let volume: Arc<dyn ReadAt> = Arc::new(built.bytes);
    let found = list(&volume).unwrap();
    assert_eq!(found.copies[0].id, crate::Guid::NIL);
    assert_eq!(found.copies[0].store_id.0, guid(1).0);
    assert!(
        found.notes[0].contains("record type is 9"),
        "{:?}",
        found.notes
    );
    assert_eq!(read(&media(&volume)[0], 42), Ok(0xC3));
}

#[test]
fn a_damaged_bitmap_costs_what_only_it_can_tell() {
    let mut built = Built::three();
    built.write();
    let bitmap = usize::try_from(built.stores[2].0.bitmap[0].volume).unwrap();
    built.bytes[bitmap + 32] ^= 0x40;
    let volume: Arc<dyn ReadAt> = Arc::new(built.bytes);
    let copies = media(&volume);
    assert_eq!(read(&copies[2], 42), Ok(0xC3));
    assert!(read(&copies[2], 44).is_err());
    assert_eq!(read(&copies[1], 44), Ok(0x5A));
    assert_eq!(list(&volume).unwrap().copies[2].notes(&volume).len(), 1);
}

#[test]
fn descriptors_that_cannot_be_cost_their_block_or_all_that_may_be_theirs() {
    type Spoil = fn(Descriptor) -> Descriptor;
    let of_its_block: [(&str, Spoil); 5] = [
        ("place outside", |d| Descriptor { at: at(64), ..d }),
        ("place no block", |d| Descriptor {
            at: d.at + 512,
            ..d
        }),
        ("place not that of the range", |d| Descriptor {
            at: d.at ^ 0x4000,
            ..d
        }),
        ("moved to outside", |d| {
            Descriptor::moved(d.original, u64::MAX - 0x3FFF)
        }),
        ("moved and stored", |d| Descriptor {
            flags: 1,
            relative: at(50),
            ..d
        }),
    ];
    for (what, spoil) in of_its_block {
        let mut built = Built::three();
        let sound = Descriptor::stored(at(45), built.place(2, 0xEE));
        built.stores[2].1.descriptors.push(spoil(sound));
        let volume = built.write();
        let copies = media(&volume);
        assert!(read(&copies[2], 45).is_err(), "{what}");
        assert_eq!(read(&copies[2], 44), Ok(0x5A), "{what}");
        assert_eq!(
            list(&volume).unwrap().copies[0].notes(&volume).len(),
            1,
            "{what}"
        );
    }
    let of_any: [Spoil; 2] = [
        |d| Descriptor {
            original: at(64),
            ..d
        },
        |d| Descriptor {
            original: d.original + 512,
            ..d
        },
    ];
    for spoil in of_any {
        let mut built = Built::three();
        let sound = Descriptor::stored(at(45), built.place(2, 0xEE));
        built.stores[2].1.descriptors.push(spoil(sound));
        let copies = media(&built.write());
        assert!(read(&copies[2], 44).is_err() && read(&copies[0], 44).is_err());
        assert_eq!(read(&copies[2], 40), Ok(0xC1));
    }
}

#[test]
fn absurd_sizes_are_bounded_by_what_is_there() {
    let mut built = Built::three();
    built.stores[2].1.size = u64::MAX;
    built.stores[1].1.size = 0;
    let volume = built.write();
    let found = list(&volume).unwrap();
    assert_eq!(found.copies[2].size, u64::MAX);
    assert_eq!(found.notes.len(), 1);
    let newest = found.copies[2].media(&volume).unwrap();
    assert_eq!(newest.size(), volume.size());
    assert_eq!(read(&newest, 44), Ok(0x5A));
    assert_eq!(found.copies[1].media(&volume).unwrap().size(), 0);
}
