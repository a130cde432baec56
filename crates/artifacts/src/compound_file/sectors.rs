//! Sectors and their chains (MS-CFB 2.3 and 2.5).

use super::header::Header;
use crate::Damage;
use crate::wire::{offset, size, u32_at};

/// The last number that a sector can have; above are marks.
const LAST_SECTOR: u32 = 0xFFFF_FFFA;
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;

/// Where the list of table sectors begins in the header, and how many it holds.
const TABLE_LIST: usize = 76;
const TABLES_IN_HEADER: usize = 109;

/// The sectors of a file, and the table that chains them.
pub(super) struct Sectors<'b> {
    bytes: &'b [u8],
    length: usize,
    /// The sectors that hold the table.
    tables: Vec<u32>,
}

/// A chain of sectors.
#[derive(Default)]
pub(super) struct Chain {
    pub(super) sectors: Vec<u32>,
    /// Why it ends before its end.
    pub(super) fault: Option<&'static str>,
}

/// Which sectors belong to a stream already.
pub(super) struct Claims(Vec<bool>);

impl Claims {
    pub(super) fn new(count: usize) -> Self {
        Self(vec![false; count])
    }

    /// Takes a sector. `false` where it is not there; `None` where it is taken.
    fn take(&mut self, sector: u32) -> Option<bool> {
        match self.0.get_mut(size(sector)) {
            Some(taken) if *taken => None,
            Some(taken) => {
                *taken = true;
                Some(true)
            }
            None => Some(false),
        }
    }
}

/// Follows a chain from `first` on by `next`. Each sector is claimed, so a chain is no longer than
/// there are sectors.
pub(super) fn follow(first: u32, claims: &mut Claims, next: impl Fn(u32) -> Option<u32>) -> Chain {
    let mut chain = Chain::default();
    let mut sector = first;
    while sector <= LAST_SECTOR {
        match claims.take(sector) {
            Some(true) => chain.sectors.push(sector),
            Some(false) => {
                chain.fault = Some("a sector behind the end");
                return chain;
            }
            None => {
                chain.fault = Some("a sector that belongs to another chain");
                return chain;
            }
        }
        match next(sector) {
            Some(found) => sector = found,
            None => {
                chain.fault = Some("a sector without an entry in the table");
                return chain;
            }
        }
    }
    if sector != END_OF_CHAIN {
        chain.fault = Some("a sector that the table has as free");
    }
    chain
}

impl<'b> Sectors<'b> {
    pub(super) fn new(bytes: &'b [u8], header: &Header, damage: &mut Vec<Damage>) -> Self {
        let mut sectors = Self {
            bytes,
            length: 1 << header.sector_shift,
            tables: Vec::new(),
        };
        let mut listed: Vec<u32> = (0..TABLES_IN_HEADER)
            .filter_map(|number| u32_at(bytes, TABLE_LIST + number * 4))
            .collect();
        sectors.add_table_lists(header, &mut listed, damage);
        listed.retain(|&sector| sector <= LAST_SECTOR);
        // More table sectors than sectors can't be.
        listed.truncate(sectors.count());
        sectors.tables = listed;
        sectors
    }

    /// The lists of table sectors that did not fit into the header.
    fn add_table_lists(&self, header: &Header, listed: &mut Vec<u32>, damage: &mut Vec<Damage>) {
        let mut claims = Claims::new(self.count());
        let entries = (self.length / 4).saturating_sub(1);
        let chain = follow(header.first_table_list_sector, &mut claims, |sector| {
            u32_at(self.sector(sector), entries * 4)
        });
        for &sector in &chain.sectors {
            let list = self.sector(sector);
            listed.extend((0..entries).filter_map(|number| u32_at(list, number * 4)));
        }
        if let (Some(reason), Some(&last)) = (chain.fault, chain.sectors.last()) {
            let reason = format!("the list of table sectors is cut: {reason}");
            Damage::new(self.place(last), 0, reason).push_to(damage);
        }
    }

    /// How many sectors the file has, a cut last one included.
    pub(super) fn count(&self) -> usize {
        self.bytes
            .len()
            .saturating_sub(self.length)
            .div_ceil(self.length)
    }

    /// Where a sector stands in the file: the header takes the place of one.
    pub(super) fn place(&self, sector: u32) -> u64 {
        u64::from(sector)
            .saturating_add(1)
            .saturating_mul(offset(self.length))
    }

    /// How long a sector is; shorter, or nothing, where the file ends.
    pub(super) fn length_of(&self, sector: u32) -> u64 {
        offset(self.sector(sector).len())
    }

    /// A sector's bytes; fewer, or none, where the file ends.
    fn sector(&self, sector: u32) -> &'b [u8] {
        let at = usize::try_from(self.place(sector)).unwrap_or(usize::MAX);
        let end = at.saturating_add(self.length).min(self.bytes.len());
        self.bytes.get(at..end).unwrap_or_default()
    }

    pub(super) fn chain(&self, first: u32, claims: &mut Claims) -> Chain {
        let in_table = self.length / 4;
        follow(first, claims, |sector| {
            let table = self.tables.get(size(sector) / in_table)?;
            u32_at(self.sector(*table), size(sector) % in_table * 4)
        })
    }

    pub(super) fn contents(&self, sectors: &[u32]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for &sector in sectors {
            bytes.extend_from_slice(self.sector(sector));
        }
        bytes
    }
}
