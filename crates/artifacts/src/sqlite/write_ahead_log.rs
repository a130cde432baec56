//! The write-ahead log: pages that were changed and not yet moved into the database.
//!
//! Source: "Database File Format", 4; the corpus's log.

use std::collections::HashMap;

use super::page::{PageNumber, u32_be};
use crate::Damage;
use crate::wire::{offset, size};

const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// What a write-ahead log holds.
///
/// A frame counts when it carries the header's two salts and its checksum, which goes on from the
/// frame before it. Frames behind the last commit were never part of the database. When the log is
/// begun anew, the salts change and its older frames stay behind the newer ones: pages as they were
/// once, already in the database or overwritten there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteAheadLog {
    /// How often the log was begun anew.
    pub checkpoint: u32,
    /// Frames up to the last commit, which were applied.
    pub applied: u64,
    /// How many commits they are.
    pub commits: u64,
    /// Frames that count and belong to no commit.
    pub uncommitted: u64,
    /// Whole frames behind those, of earlier rounds of the log or damaged.
    pub behind: u64,
    /// How many pages the database has after the last commit.
    pub page_count: Option<u32>,
    /// Why nothing of it was applied.
    pub refused: Option<String>,
    /// Where each page that it gives begins in the log.
    places: HashMap<PageNumber, u64>,
}

impl WriteAheadLog {
    /// Reads a log that belongs to a database with pages of that size. `None` for one without a byte,
    /// which a database that was closed in order leaves.
    pub(super) fn read(
        bytes: &[u8],
        page_size: Option<u32>,
        damage: &mut Vec<Damage>,
    ) -> Option<Self> {
        if bytes.is_empty() {
            return None;
        }
        let mut log = Self::default();
        match LogHeader::read(bytes) {
            Ok(header) if page_size.is_some_and(|own| own != header.page_size) => {
                log.refuse(
                    bytes,
                    "its pages have another size than the database's",
                    damage,
                );
            }
            Ok(header) => log.frames(bytes, &header, damage),
            Err(reason) => log.refuse(bytes, reason, damage),
        }
        Some(log)
    }

    /// The size of pages that a log's header states.
    pub(super) fn page_size(bytes: &[u8]) -> Option<u32> {
        LogHeader::read(bytes).ok().map(|header| header.page_size)
    }

    fn refuse(&mut self, bytes: &[u8], reason: &str, damage: &mut Vec<Damage>) {
        let length = offset(bytes.len());
        Damage::new(
            0,
            length,
            format!("the write-ahead log is not applied: {reason}"),
        )
        .push_to(damage);
        self.refused = Some(reason.to_owned());
    }

    fn frames(&mut self, bytes: &[u8], header: &LogHeader, damage: &mut Vec<Damage>) {
        self.checkpoint = header.checkpoint;
        let frame_size = size(header.page_size).saturating_add(FRAME_HEADER);
        let body = bytes.get(LOG_HEADER..).unwrap_or_default();
        let mut sum = header.checksum;
        let mut at = LOG_HEADER;
        // What a commit will make part of the database.
        let mut open: Vec<(PageNumber, u64)> = Vec::new();
        let mut frames = body.chunks_exact(frame_size);
        let mut counted = 0_u64;
        for frame in frames.by_ref() {
            let Some(read) = Frame::read(frame) else {
                break;
            };
            if read.salts != header.salts {
                break;
            }
            let page = frame.get(FRAME_HEADER..).unwrap_or_default();
            sum = header.order.sum(sum, frame.get(..8).unwrap_or_default());
            sum = header.order.sum(sum, page);
            if sum != read.checksum || read.page == 0 {
                let reason = "in the write-ahead log: a frame whose checksum is wrong; it and all behind it are not applied";
                Damage::new(offset(at), offset(frame.len()), reason).push_to(damage);
                break;
            }
            counted = counted.saturating_add(1);
            open.push((read.page, offset(at.saturating_add(FRAME_HEADER))));
            if read.commit > 0 {
                self.places.extend(open.drain(..));
                self.applied = counted;
                self.commits = self.commits.saturating_add(1);
                self.page_count = Some(read.commit);
            }
            at = at.saturating_add(frame_size);
        }
        self.uncommitted = counted.saturating_sub(self.applied);
        let whole = offset(body.len().checked_div(frame_size).unwrap_or(0));
        self.behind = whole.saturating_sub(counted);
    }

    /// Where the page begins in the log, when the log gives it.
    pub(super) fn place_of(&self, number: PageNumber) -> Option<u64> {
        self.places.get(&number).copied()
    }

    /// The highest page that it gives.
    pub(super) fn highest_page(&self) -> Option<PageNumber> {
        self.places.keys().max().copied()
    }

    /// How many different pages it gives.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.places.len()
    }
}

/// The order of bytes in which checksums take words.
#[derive(Debug, Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    /// The sum of `from` and these bytes, whose number divides by eight.
    fn sum(self, from: (u32, u32), bytes: &[u8]) -> (u32, u32) {
        let word = |bytes: &[u8]| -> u32 {
            let bytes: [u8; 4] = bytes.try_into().unwrap_or_default();
            match self {
                Self::Little => u32::from_le_bytes(bytes),
                Self::Big => u32::from_be_bytes(bytes),
            }
        };
        let (mut a, mut b) = from;
        for pair in bytes.chunks_exact(8) {
            let (first, second) = pair.split_at_checked(4).unwrap_or_default();
            a = a.wrapping_add(word(first)).wrapping_add(b);
            b = b.wrapping_add(word(second)).wrapping_add(a);
        }
        (a, b)
    }
}

struct LogHeader {
    order: Order,
    page_size: u32,
    checkpoint: u32,
    salts: (u32, u32),
    checksum: (u32, u32),
}

impl LogHeader {
    fn read(bytes: &[u8]) -> Result<Self, &'static str> {
        let number = |at| u32_be(bytes, at).ok_or("its header is cut");
        let order = match number(0)? {
            0x377F_0682 => Order::Little,
            0x377F_0683 => Order::Big,
            _ => return Err("it does not begin like one"),
        };
        if number(4)? != 3_007_000 {
            return Err("its version is unknown");
        }
        let page_size = number(8)?;
        if !page_size.is_power_of_two() || !(512..=65_536).contains(&page_size) {
            return Err("its page size is impossible");
        }
        let checksum = (number(24)?, number(28)?);
        if order.sum((0, 0), bytes.get(..24).unwrap_or_default()) != checksum {
            return Err("the checksum of its header is wrong");
        }
        Ok(Self {
            order,
            page_size,
            checkpoint: number(12)?,
            salts: (number(16)?, number(20)?),
            checksum,
        })
    }
}

struct Frame {
    page: PageNumber,
    /// How many pages the database has after this commit; 0 in frames that are none.
    commit: u32,
    salts: (u32, u32),
    checksum: (u32, u32),
}

impl Frame {
    fn read(frame: &[u8]) -> Option<Self> {
        Some(Self {
            page: u32_be(frame, 0)?,
            commit: u32_be(frame, 4)?,
            salts: (u32_be(frame, 8)?, u32_be(frame, 12)?),
            checksum: (u32_be(frame, 16)?, u32_be(frame, 20)?),
        })
    }
}
