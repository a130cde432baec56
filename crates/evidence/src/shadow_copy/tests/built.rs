//! Small volumes with shadow copies, built block by block. They hold no file system: shadow copies
//! know nothing of it.

use kusari_fixtures::event_log::Guid as FixtureGuid;
use kusari_fixtures::shadow_copy::{
    BLOCK, Descriptor, Identity, Layout, Place, StoreBytes, write_catalog, write_store,
    write_volume_header,
};

use super::*;

/// A volume with copies.
pub(super) struct Built {
    pub(super) bytes: Vec<u8>,
    /// The blocks of the catalog, by their first bytes.
    pub(super) catalog: Vec<u64>,
    /// The stores, the oldest first.
    pub(super) stores: Vec<(Layout, StoreBytes)>,
    /// How many places for data of each store are taken.
    taken: Vec<usize>,
}

/// The first byte of a block.
pub(super) fn at(block: u64) -> u64 {
    block * 0x4000
}

/// A GUID that is told from others by its first byte.
pub(super) fn guid(first: u8) -> FixtureGuid {
    let mut bytes = [0x11; 16];
    bytes[0] = first;
    FixtureGuid(bytes)
}

impl Built {
    /// A volume of so many blocks, each sector of which holds its own number, with a catalog in
    /// `catalog` and a store in each of the areas (block numbers). Nothing is in the stores yet.
    pub(super) fn new(blocks: u64, catalog: &[u64], areas: &[Vec<u64>]) -> Self {
        let sectors = blocks * 32;
        let bytes = (0..sectors)
            .flat_map(|sector| {
                let mut bytes = [0x5A; 512];
                bytes[..8].copy_from_slice(&sector.to_le_bytes());
                bytes
            })
            .collect();
        let count = usize::try_from(blocks).unwrap();
        let stores = areas.iter().zip(1_u8..).map(|(area, number)| {
            let area: Vec<u64> = area.iter().map(|block| at(*block)).collect();
            let store = StoreBytes {
                identity: Identity {
                    store: guid(number),
                    copy: guid(0x20 + number),
                    set: guid(0x40 + number),
                    created: 133_000_000_000_000_000 + u64::from(number) * 36_000_000_000,
                    sequence: u64::from(number),
                    attributes: 0x0042_0009,
                    machine: "BENEFITS".to_owned(),
                    file: 0x0001_0000_0000_0025,
                },
                size: at(blocks),
                descriptors: Vec::new(),
                unused: vec![false; count],
                previously_unused: None,
            };
            (Layout::new(&area, 1, count, true), store)
        });
        Self {
            bytes,
            catalog: catalog.iter().map(|block| at(*block)).collect(),
            stores: stores.collect(),
            taken: vec![0; areas.len()],
        }
    }

    /// Lets the store hold `content` for a block, in the next place for data that is free.
    pub(super) fn hold(&mut self, store: usize, block: u64, content: u8) {
        let place = self.place(store, content);
        let descriptor = Descriptor::stored(at(block), place);
        self.stores[store].1.descriptors.push(descriptor);
    }

    /// Fills the next place for data that is free.
    pub(super) fn place(&mut self, store: usize, content: u8) -> Place {
        let place = self.stores[store].0.data[self.taken[store]];
        self.taken[store] += 1;
        let start = usize::try_from(place.volume).unwrap();
        self.bytes[start..start + BLOCK].fill(content);
        place
    }

    /// Writes the structures; the volume, for reading.
    pub(super) fn write(&mut self) -> Arc<dyn ReadAt> {
        write_volume_header(&mut self.bytes, guid(0xEE), self.catalog[0]);
        for (layout, store) in &self.stores {
            write_store(&mut self.bytes, layout, store);
        }
        let stores: Vec<_> = self.stores.iter().map(|(l, s)| (l, s)).collect();
        write_catalog(&mut self.bytes, &self.catalog, &stores);
        Arc::new(self.bytes.clone())
    }

    /// Three copies over 64 blocks, as most tests need them: block 40 is held by all, 41 by the
    /// first two, 42 by the newest, 43 by the oldest, and 44 by none.
    pub(super) fn three() -> Self {
        let areas = [(4..14).collect(), (14..24).collect(), (24..34).collect()];
        let mut built = Self::new(64, &[2], &areas);
        for (store, block, content) in [
            (0, 40, 0xA1),
            (1, 40, 0xB1),
            (2, 40, 0xC1),
            (0, 41, 0xA2),
            (1, 41, 0xB2),
            (2, 42, 0xC3),
            (0, 43, 0xA4),
        ] {
            built.hold(store, block, content);
        }
        built
    }
}

/// The first byte that a copy has in a block behind the sector's number, or why none is given.
pub(super) fn read(copy: &Arc<dyn ReadAt>, block: u64) -> Result<u8, String> {
    let mut byte = [0];
    match copy.read_at(at(block) + 8, &mut byte) {
        Ok(count) => {
            assert_eq!(count, 1, "block {block}");
            Ok(byte[0])
        }
        Err(error) => Err(error.to_string()),
    }
}

/// The copies of a volume, the oldest first.
pub(super) fn media(volume: &Arc<dyn ReadAt>) -> Vec<Arc<dyn ReadAt>> {
    let copies = list(volume).unwrap().copies;
    copies
        .iter()
        .map(|copy| copy.media(volume).unwrap())
        .collect()
}
