//! Damaged, cut and hostile volumes.

use kusari_fixtures::shadow_copy::Descriptor;

use super::built::{Built, at, guid, media, read};
use super::*;

/// Bytes of which one bit is turned over.
struct Flipped {
    bytes: Arc<Vec<u8>>,
    at: u64,
    bit: u8,
}

impl ReadAt for Flipped {
    fn size(&self) -> u64 {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.bytes.read_at(offset, buffer)?;
        if let Some(within) = self.at.checked_sub(offset)
            && let Some(byte) = buffer[..count].get_mut(usize::try_from(within).unwrap())
        {
            *byte ^= self.bit;
        }
        Ok(count)
    }
}

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

/// The first bytes of each block of a copy; `None` where a block cannot be read.
type Blocks = Vec<Option<Vec<u8>>>;

/// The bytes of all copies.
fn blocks(volume: &Arc<dyn ReadAt>) -> Vec<([u8; 16], Blocks)> {
    let Ok(found) = list(volume) else {
        return Vec::new();
    };
    let copies = found.copies.iter().filter_map(|copy| {
        let media = copy.media(volume).ok()?;
        assert!(media.size() <= volume.size() && copy.notes(volume).len() <= 51);
        let read = (0..64).map(|block| read_vec_at(media.as_ref(), at(block), 0x400).ok());
        Some((copy.store_id.0, read.collect()))
    });
    copies.collect()
}

/// Every bit of everything that is written down. What a flip may change without being seen is
/// counted out: the copied blocks' own bytes, times and sizes, which block a descriptor is for,
/// its flags and sectors, and the bits of the bitmaps.
#[test]
fn no_flipped_bit_in_a_header_or_a_place_gives_other_bytes() {
    let mut built = Built::three();
    built.stores[2].1.unused[47] = true;
    built.write();
    let bytes = Arc::new(built.bytes);
    let sound: Arc<dyn ReadAt> = bytes.clone();
    let expected = blocks(&sound);
    // Each with its length: the structures' headers, catalog entries, places of stored blocks.
    let mut places = vec![(0x1E00, 32), (at(2), 48)];
    let entry = |number: u64| at(2) + 128 + number * 128;
    for number in 0..6 {
        places.push((entry(number), if number % 2 == 0 { 8 } else { 56 }));
        places.push((entry(number) + 16, 16));
    }
    for (layout, store) in &built.stores {
        for place in [
            layout.header,
            layout.list[0],
            layout.ranges[0],
            layout.bitmap[0],
        ] {
            places.push((place.volume, 48));
        }
        for number in 0..u64::try_from(store.descriptors.len()).unwrap() {
            places.push((layout.list[0].volume + 128 + number * 32 + 16, 8));
        }
    }
    let (mut refused, mut same) = (0, 0);
    for (start, length) in places {
        for bit in 0..length * 8 {
            let volume: Arc<dyn ReadAt> = Arc::new(Flipped {
                bytes: Arc::clone(&bytes),
                at: start + bit / 8,
                bit: 1 << (bit % 8),
            });
            for (store, read) in blocks(&volume) {
                let Some((_, sound)) = expected.iter().find(|(id, _)| *id == store) else {
                    continue;
                };
                for (number, (now, before)) in read.iter().zip(sound).enumerate() {
                    // What holds the flipped byte itself is not asked for.
                    let own = u64::try_from(number).unwrap() == (start + bit / 8) / 0x4000;
                    match now {
                        None => refused += 1,
                        Some(now) if !own => {
                            same += 1;
                            let message = format!("bit {bit} at {start}: block {number}");
                            assert!(Some(now) == before.as_ref(), "{message}");
                        }
                        Some(_) => {}
                    }
                }
            }
        }
    }
    assert!(refused > 1000 && same > 1000, "{refused} {same}");
}

#[test]
fn a_volume_that_is_cut_gives_what_is_there_or_errors() {
    let mut built = Built::three();
    let whole = built.write();
    let expected = blocks(&whole);
    for length in (0..64).flat_map(|block| [at(block), at(block) + 700]) {
        let volume: Arc<dyn ReadAt> = Arc::new(crate::Window::new(Arc::clone(&whole), 0, length));
        for (store, read) in blocks(&volume) {
            let (_, sound) = expected.iter().find(|(id, _)| *id == store).unwrap();
            for (now, before) in read.iter().zip(sound) {
                if let (Some(now), Some(before)) = (now, before) {
                    assert!(before.starts_with(now), "cut at {length}");
                }
            }
        }
    }
}

/// Random damage anywhere in the structures: nothing may panic or take long.
#[test]
fn random_damage_never_panics() {
    let mut built = Built::three();
    built.write();
    for seed in 0..300 {
        let variant = kusari_fixtures::variants::variant(&built.bytes, seed, 0x4000);
        let volume: Arc<dyn ReadAt> = Arc::new(variant.bytes);
        blocks(&volume);
    }
    // And in the places that matter most.
    for seed in 0..1500 {
        let mut bytes = built.bytes.clone();
        let start = [at(2), at(5), at(6), at(7), at(15), at(25), 0x1E00][seed % 7];
        let mut random = u64::try_from(seed)
            .unwrap()
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            | 1;
        for _ in 0..1 + seed % 5 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let place = usize::try_from(start + random % 400).unwrap();
            bytes[place] = random.to_le_bytes()[5];
        }
        let volume: Arc<dyn ReadAt> = Arc::new(bytes);
        blocks(&volume);
    }
}
