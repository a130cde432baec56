//! Flipped bits, cut volumes and random damage.

use super::built::{Built, at};
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

/// The blocks behind the catalog and the stores: those that the stores speak of, and some that none
/// does.
const BEHIND: std::ops::Range<u64> = 38..52;

/// The first bytes of each of these blocks of a copy; `None` where a block cannot be read.
type Blocks = Vec<Option<Vec<u8>>>;

/// The bytes of all copies.
fn blocks(volume: &Arc<dyn ReadAt>) -> Vec<([u8; 16], Blocks)> {
    let Ok(found) = list(volume) else {
        return Vec::new();
    };
    let copies = found.copies.iter().filter_map(|copy| {
        let media = copy.media(volume).ok()?;
        assert!(media.size() <= volume.size() && copy.notes(volume).len() <= 51);
        let read = BEHIND.map(|block| read_vec_at(media.as_ref(), at(block), 0x400).ok());
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
                for (number, (now, before)) in BEHIND.zip(read.iter().zip(sound)) {
                    match now {
                        None => refused += 1,
                        Some(now) => {
                            same += 1;
                            let message = format!("bit {bit} at {start}: block {number}");
                            assert!(Some(now) == before.as_ref(), "{message}");
                        }
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
