//! Which record pages there are, and in which order they were written.
//!
//! The log is written round and round. An LSN says in which round a record was written and where
//! it stands, so a page's round follows from the LSNs in its header. The pages behind the restart
//! pages are copies of the page that was written last: two in version 1, thirty-two in version 2.
//! Source: the Linux-NTFS documentation, "tail pages"; Linux' ntfs3 for version 2.

use std::collections::HashMap;

use kusari_evidence::{ReadAt, read_full_at};

use super::page::{HEADER, PageHeader};
use super::restart::RestartPage;
use crate::Damage;

/// The longest log that is read; Windows and Linux make none longer.
const LONGEST: u64 = 1 << 32;

/// How a log is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) page_size: u64,
    pub(super) data_offset: usize,
    /// Where the pages that are copies begin.
    copies: u64,
    /// Where the pages of the round begin.
    pub(super) first_page: u64,
    end: u64,
    /// How many low bits of an LSN are its place.
    place_bits: u32,
    version: u16,
}

impl Layout {
    /// What the restart page says; without one what such a log always is.
    pub(super) fn new(restart: Option<&RestartPage>, size: u64) -> Self {
        let page_size = restart.map_or(4096, |page| u64::from(page.log_page_size));
        let system = restart.map_or(4096, |page| u64::from(page.system_page_size));
        let version = restart.map_or(1, |page| page.version.0);
        let copies = system.saturating_mul(2);
        let copied: u64 = if version >= 2 { 32 } else { 2 };
        let used = restart.map_or(size, |page| page.file_size.min(size));
        let used = used.min(LONGEST);
        // The places must reach the end of the file: in steps of 8 bytes.
        let fitting = (u64::BITS - size.min(LONGEST).leading_zeros()).saturating_sub(3);
        Self {
            page_size,
            data_offset: restart.map_or(HEADER, |page| usize::from(page.data_offset)),
            copies,
            first_page: copies.saturating_add(copied.saturating_mul(page_size)),
            end: used - used % page_size,
            place_bits: restart.map_or(fitting, |page| 64 - page.sequence_bits),
            version,
        }
    }

    /// Where the record with that LSN stands in the file.
    pub(super) const fn place(&self, lsn: u64) -> u64 {
        (lsn & ((1 << self.place_bits) - 1)) << 3
    }

    /// In which round it was written.
    pub(super) const fn round(&self, lsn: u64) -> u64 {
        lsn >> self.place_bits
    }

    /// Where the used part of the file ends.
    pub(super) const fn end(&self) -> u64 {
        self.end
    }

    /// The page behind the one that stands at `home`, and the round in which it is written.
    pub(super) const fn next(&self, round: u64, home: u64) -> (u64, u64) {
        let next = home.saturating_add(self.page_size);
        if next >= self.end {
            (round.saturating_add(1), self.first_page)
        } else {
            (round, next)
        }
    }
}

/// A page that is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    /// In which round it was written.
    pub(super) round: u64,
    /// Where it belongs.
    pub(super) home: u64,
    /// Where its bytes are: at its place, or in a copy.
    pub(super) source: u64,
    /// The last record that begins on it or before it, where the header says so.
    pub(super) last_lsn: Option<u64>,
    last_end_lsn: u64,
}

/// All pages with records, in the order in which they were written.
pub(super) fn index(bytes: &dyn ReadAt, layout: &Layout, damage: &mut Vec<Damage>) -> Vec<Page> {
    let mut pages = Vec::new();
    each_header(
        bytes,
        layout,
        layout.first_page..layout.end,
        damage,
        |at, header| {
            let lsn = header.last_lsn.max(header.last_end_lsn);
            if let Some(round) = round_of(layout, lsn, at) {
                pages.push(Page {
                    round,
                    home: at,
                    source: at,
                    last_lsn: Some(header.last_lsn),
                    last_end_lsn: header.last_end_lsn,
                });
            }
        },
    );
    let by_home: HashMap<u64, usize> = pages
        .iter()
        .enumerate()
        .map(|(number, page)| (page.home, number))
        .collect();
    let copies = layout.copies..layout.first_page.min(layout.end);
    let mut newer: HashMap<u64, Page> = HashMap::new();
    each_header(bytes, layout, copies, damage, |at, header| {
        let of = if layout.version >= 2 {
            u64::from(header.copy_of)
        } else {
            header.last_lsn
        };
        if of < layout.first_page || of >= layout.end || of % layout.page_size != 0 {
            return;
        }
        let Some(round) = round_of(layout, header.last_end_lsn, of) else {
            return;
        };
        let copy = Page {
            round,
            home: of,
            source: at,
            last_lsn: (layout.version >= 2).then_some(header.last_lsn),
            last_end_lsn: header.last_end_lsn,
        };
        let page = newer.entry(of).or_insert(copy);
        if copy.last_end_lsn > page.last_end_lsn {
            *page = copy;
        }
    });
    for (home, copy) in newer {
        match by_home.get(&home).and_then(|number| pages.get_mut(*number)) {
            Some(page) if page.round == copy.round => {
                if page.last_end_lsn < copy.last_end_lsn {
                    *page = copy;
                }
            }
            // The page itself still holds the round before.
            Some(page) if page.round > copy.round => {}
            _ => pages.push(copy),
        }
    }
    pages.sort_unstable_by_key(|page| (page.round, page.home));
    pages
}

/// The round in which the page at `home` was written, by an LSN from its header. A record that
/// began before the end of the file and goes on behind its beginning has the LSN of the round
/// before.
fn round_of(layout: &Layout, lsn: u64, home: u64) -> Option<u64> {
    let place = layout.place(lsn);
    if lsn == 0 || place >= layout.end {
        return None;
    }
    let round = layout.round(lsn);
    if place < home.saturating_add(layout.page_size) {
        Some(round)
    } else {
        round.checked_add(1)
    }
}

fn each_header(
    bytes: &dyn ReadAt,
    layout: &Layout,
    range: std::ops::Range<u64>,
    damage: &mut Vec<Damage>,
    mut sink: impl FnMut(u64, PageHeader),
) {
    let mut head = [0; HEADER];
    let mut at = range.start;
    while at < range.end {
        // A hole holds no page.
        match bytes.next_stored(at) {
            Some(stored) if stored.start > at => {
                let skipped = stored.start - stored.start % layout.page_size;
                at = at.max(skipped);
                if at >= range.end {
                    break;
                }
            }
            Some(_) => {}
            None => break,
        }
        match read_full_at(bytes, at, &mut head) {
            Ok(_) => {
                if let Some(header) = PageHeader::parse(&head) {
                    sink(at, header);
                } else if !head.iter().all(|byte| *byte == 0xFF || *byte == 0) {
                    let reason = "no record page begins there";
                    Damage::new(at, layout.page_size, reason).push_to(damage);
                }
            }
            Err(error) => {
                let reason = format!("cannot be read: {error}");
                Damage::new(at, layout.page_size, reason).push_to(damage);
            }
        }
        at = at.saturating_add(layout.page_size);
    }
}
