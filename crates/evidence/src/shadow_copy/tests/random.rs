//! Volumes with copies whose lists hold everything that a list can hold, in any order.

use kusari_fixtures::shadow_copy::Descriptor;

use super::built::{Built, at};

/// How many blocks these volumes have.
const BLOCKS: u64 = 256;

/// xorshift64* (Vigna 2016): small, and enough to choose.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) % limit
    }
}

/// A volume with one to four copies. Stored, moved, overlaid and unused blocks come from a few
/// dozen, so that each is described many times.
pub(super) fn volume(seed: u64) -> Built {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    // The areas: blocks from 64 on, shuffled, so that the stores lie in many ranges.
    let mut free: Vec<u64> = (64..BLOCKS).collect();
    for index in (1..free.len()).rev() {
        let other = random.below(u64::try_from(index + 1).unwrap());
        free.swap(index, usize::try_from(other).unwrap());
    }
    let copies = usize::try_from(1 + random.below(4)).unwrap();
    let areas: Vec<Vec<u64>> = free.chunks(40).take(copies).map(<[u64]>::to_vec).collect();
    let mut built = Built::new(BLOCKS, &[2, 3], &areas);
    for store in 0..copies {
        let count = random.below(34);
        let mut overlays: Vec<Descriptor> = Vec::new();
        for _ in 0..count {
            let block = 8 + random.below(24);
            match random.below(12) {
                0..=4 => built.hold(store, block, u8::try_from(random.below(250)).unwrap()),
                5..=7 => {
                    let to = at(8 + random.below(24));
                    let descriptors = &mut built.stores[store].1.descriptors;
                    descriptors.push(Descriptor::moved(at(block), to));
                }
                8..=10 => {
                    let sectors = u32::try_from(random.below(1 << 32)).unwrap()
                        & u32::try_from(random.below(1 << 32)).unwrap();
                    let known = overlays.iter().find(|known| known.original == at(block));
                    let descriptor = match known {
                        Some(known) => Descriptor {
                            relative: 1,
                            sectors,
                            ..*known
                        },
                        None => {
                            let place = built.place(store, 0xEE);
                            Descriptor::overlay(at(block), place, sectors)
                        }
                    };
                    overlays.push(descriptor);
                    built.stores[store].1.descriptors.push(descriptor);
                }
                _ => {
                    let descriptors = &mut built.stores[store].1.descriptors;
                    descriptors.push(Descriptor {
                        flags: 4,
                        ..Descriptor::moved(at(block), at(block + 1))
                    });
                }
            }
        }
        let blocks = usize::try_from(BLOCKS).unwrap();
        let mut bits = || {
            (0..blocks)
                .map(|_| random.below(2) == 0)
                .collect::<Vec<_>>()
        };
        built.stores[store].1.unused = bits();
        if seed.is_multiple_of(2) {
            built.stores[store].1.previously_unused = Some(bits());
        }
    }
    built
}
