//! The grains of a stream whose end is lost: found again by the markers that stand before them.

use std::io;

use super::header::{Header, SECTOR};
use super::sparse_file::{Grain, longest_packed};
use crate::{FormatError, ReadAt, read_full_at};

/// Grains by their markers.
pub(super) struct Walked {
    /// Index and sector of each grain, by index.
    grains: Vec<(u32, u32)>,
    /// Grains (from, behind) of which the file may have held one that is lost.
    unknown: Vec<(u32, u32)>,
}

/// The most grains that are kept; as many of 64 KiB are 1 TiB.
const MOST_GRAINS: usize = 1 << 24;

/// The most places with damage; where there are more, no missing grain is taken for zeros.
const MOST_UNKNOWN: usize = 1000;

/// Types of markers without data.
const END_OF_STREAM: u32 = 0;
const GRAIN_TABLE: u32 = 1;
const GRAIN_DIRECTORY: u32 = 2;
const FOOTER: u32 = 3;

/// One sector where a marker should be.
enum Marker {
    Grain {
        index: u32,
        sectors: u64,
    },
    /// Not of a grain: its type, and the sectors behind it that belong to it.
    Other {
        kind: u32,
        sectors: u64,
    },
}

impl Walked {
    /// Walks from marker to marker. Behind damage it looks for the next marker sector by sector.
    pub(super) fn walk(
        bytes: &dyn ReadAt,
        header: &Header,
        notes: &mut Vec<String>,
    ) -> Result<Self, FormatError> {
        if u32::try_from(header.capacity.div_ceil(header.grain)).is_err() {
            return Err(FormatError::Unsupported(
                "a stream of more than 2^32 grains whose footer is missing".to_owned(),
            ));
        }
        let mut found = Found::default();
        let mut sectors = Sectors::new(bytes);
        let end = bytes.size().div_ceil(SECTOR);
        // Behind the header, the descriptor and what else the header counts as overhead.
        let mut at = header.overhead.max(1);
        if at >= end {
            at = 1;
        }
        while at < end {
            let marker = sectors
                .at(at)
                .and_then(|sector| Marker::read(sector, header));
            let step = match marker {
                Some(Marker::Grain { index, sectors }) => {
                    if found.grains.len() >= MOST_GRAINS {
                        found.damaged = true;
                        break;
                    }
                    match u32::try_from(at) {
                        Ok(at) => found.grain(index, at),
                        Err(_) => found.damaged = true,
                    }
                    sectors
                }
                Some(Marker::Other { kind, sectors }) => {
                    found.directory_seen |= kind == GRAIN_DIRECTORY;
                    sectors + 1
                }
                None => {
                    found.damaged = true;
                    1
                }
            };
            at = at.saturating_add(step);
        }
        let walked = found.finish();
        notes.push(format!(
            "the footer with the grain directory is missing, as in a file that is cut: {} grains \
             were found by their markers; what may have stood in the missing part cannot be read",
            walked.grains.len()
        ));
        Ok(walked)
    }

    pub(super) fn grain(&self, index: u64) -> io::Result<Grain> {
        let Ok(index) = u32::try_from(index) else {
            return Err(lost());
        };
        if let Ok(place) = self
            .grains
            .binary_search_by_key(&index, |(index, _)| *index)
            && let Some((_, sector)) = self.grains.get(place)
        {
            return Ok(Grain::At(u64::from(*sector)));
        }
        let unknown = self
            .unknown
            .iter()
            .any(|(from, behind)| (*from..*behind).contains(&index));
        if unknown {
            return Err(lost());
        }
        Ok(Grain::Unallocated)
    }
}

fn lost() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "no marker of this grain is left in the file, which is cut or damaged",
    )
}

/// What was found so far.
#[derive(Default)]
struct Found {
    grains: Vec<(u32, u32)>,
    unknown: Vec<(u32, u32)>,
    /// The grain that would follow the last one. A stream has its grains in order.
    next: u32,
    /// Something since the last grain was no marker.
    damaged: bool,
    unordered: bool,
    /// The grain directory follows the last grain, so none is missing.
    directory_seen: bool,
}

impl Found {
    fn grain(&mut self, index: u32, sector: u32) {
        self.unordered |= index < self.next;
        if self.damaged && index > self.next {
            self.unknown.push((self.next, index));
        }
        self.damaged = false;
        self.directory_seen = false;
        self.next = index.saturating_add(1);
        self.grains.push((index, sector));
    }

    fn finish(mut self) -> Walked {
        if self.damaged || !self.directory_seen {
            self.unknown.push((self.next, u32::MAX));
        }
        if self.unordered || self.unknown.len() > MOST_UNKNOWN {
            self.unknown = vec![(0, u32::MAX)];
        }
        self.grains.sort_unstable();
        // Two markers that say the same grain: neither is believed.
        let mut twice: Vec<u32> = self
            .grains
            .windows(2)
            .filter_map(|pair| match pair {
                [(one, _), (two, _)] if one == two => Some(*one),
                _ => None,
            })
            .collect();
        if !twice.is_empty() {
            twice.dedup();
            self.grains
                .retain(|(index, _)| twice.binary_search(index).is_err());
            self.unknown = vec![(0, u32::MAX)];
        }
        Walked {
            grains: self.grains,
            unknown: self.unknown,
        }
    }
}

impl Marker {
    /// What a sector says, if it can be a marker.
    fn read(sector: &[u8; 512], header: &Header) -> Option<Self> {
        let [a, b, c, d, e, f, g, h, s0, s1, s2, s3, rest @ ..] = sector;
        let value = u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]);
        let size = u64::from(u32::from_le_bytes([*s0, *s1, *s2, *s3]));
        if size > 0 {
            let [method, flags, ..] = rest;
            // RFC 1950, 2.2: method 8, and the two bytes are a multiple of 31.
            let zlib = method & 15 == 8
                && (u16::from(*method) << 8 | u16::from(*flags)).is_multiple_of(31);
            let plausible = zlib
                && value < header.capacity
                && value.is_multiple_of(header.grain)
                && size <= longest_packed(header.grain * SECTOR);
            let index = u32::try_from(value / header.grain).ok()?;
            return plausible.then_some(Self::Grain {
                index,
                sectors: (12 + size).div_ceil(SECTOR),
            });
        }
        let [t0, t1, t2, t3, padding @ ..] = rest;
        let kind = u32::from_le_bytes([*t0, *t1, *t2, *t3]);
        if padding.iter().any(|byte| *byte != 0) {
            return None;
        }
        let entries_sectors = |entries: u64| (entries * 4).div_ceil(SECTOR);
        let follow = match kind {
            END_OF_STREAM if value == 0 => 0,
            GRAIN_TABLE => entries_sectors(header.table_entries),
            GRAIN_DIRECTORY => {
                let grains = header.capacity.div_ceil(header.grain);
                entries_sectors(grains.div_ceil(header.table_entries))
            }
            FOOTER => 1,
            _ => return None,
        };
        // The marker may say how many sectors follow it; the last grain table may be shorter.
        let sectors = if (1..=follow).contains(&value) {
            value
        } else {
            follow
        };
        Some(Self::Other { kind, sectors })
    }
}

/// Sectors of a file one after the other: a step to the next reads ahead, a jump does not.
struct Sectors<'a> {
    bytes: &'a dyn ReadAt,
    buffer: Vec<u8>,
    start: u64,
    ahead: u64,
}

impl<'a> Sectors<'a> {
    const FURTHEST: u64 = 1 << 20;

    fn new(bytes: &'a dyn ReadAt) -> Self {
        Self {
            bytes,
            buffer: Vec::new(),
            start: 0,
            ahead: SECTOR,
        }
    }

    /// The sector, filled with zeros behind the end of the file; `None` when it cannot be read.
    fn at(&mut self, sector: u64) -> Option<&[u8; 512]> {
        let at = sector.checked_mul(SECTOR)?;
        let held = super::as_u64(self.buffer.len());
        let end = self.start.saturating_add(held);
        if at < self.start || at >= end {
            self.ahead = if at == end {
                (self.ahead * 2).min(Self::FURTHEST)
            } else {
                SECTOR
            };
            self.fill(at);
        }
        let within = usize::try_from(at.checked_sub(self.start)?).ok()?;
        self.buffer.get(within..)?.first_chunk()
    }

    fn fill(&mut self, at: u64) {
        self.start = at;
        for length in [self.ahead, SECTOR] {
            self.buffer.clear();
            self.buffer.resize(usize::try_from(length).unwrap_or(0), 0);
            if read_full_at(self.bytes, at, &mut self.buffer).is_ok() {
                return;
            }
        }
        // One sector that cannot be read is stepped over.
        self.buffer.clear();
    }
}
