//! Compound files (OLE structured storage): a small file system inside a file.
//!
//! Only what Kusari needs of it: the streams, by name. Directory entries are read one by one and not
//! through their tree, so that a damaged tree loses no stream.
//!
//! The reader is our own. The `cfb` crate (0.16) is sound on hostile bytes, but gives up the whole file
//! at the first thing that is out of order (on one in ten damaged jump lists, see
//! `docs/validation/shortcuts.md`), and does not say where in the file a stream's bytes stand, which
//! every record must.
//!
//! Source: MS-CFB.

mod directory;
mod header;
mod sectors;

use directory::Entry;
use header::Header;
use sectors::{Claims, Sectors};

use crate::Damage;
use crate::wire::{offset, size};

/// A compound file's streams.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompoundFile {
    /// The streams, in the order of the directory.
    pub streams: Vec<Stream>,
    /// What could not be read.
    pub damage: Vec<Damage>,
}

/// A stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// Its name.
    pub name: String,
    /// Its bytes, as many as could be read in one piece from its beginning.
    pub bytes: Vec<u8>,
    /// How many bytes the directory says that it has.
    pub size: u64,
    /// Where its bytes stand in the file.
    pub stretches: Vec<Stretch>,
}

/// Bytes of a stream that stand together in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Where they begin in the stream.
    pub stream_offset: u64,
    /// Where they begin in the file.
    pub offset: u64,
    /// How many.
    pub length: u64,
}

impl Stream {
    /// Where the bytes `at..at + length` of the stream stand in the file.
    #[must_use]
    pub fn places(&self, at: u64, length: u64) -> Vec<Stretch> {
        let end = at.saturating_add(length);
        let mut found = Vec::new();
        let first = self
            .stretches
            .partition_point(|stretch| stretch.stream_offset.saturating_add(stretch.length) <= at);
        for stretch in self.stretches.iter().skip(first) {
            let begin = stretch.stream_offset;
            let from = at.max(begin);
            let to = end.min(begin.saturating_add(stretch.length));
            if from >= to {
                break;
            }
            found.push(Stretch {
                stream_offset: from,
                offset: stretch.offset.saturating_add(from.saturating_sub(begin)),
                length: to.saturating_sub(from),
            });
        }
        found
    }
}

/// Whether a compound file begins here.
#[must_use]
pub fn is_compound_file(bytes: &[u8]) -> bool {
    Header::is_signature(bytes)
}

/// Reads all streams. `None` when no compound file begins here, or its header can't be used.
///
/// A sector belongs to one stream: the second stream that claims it is cut there and reported. So no
/// more bytes are given than the file has.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<CompoundFile> {
    let header = Header::read(bytes)?;
    let mut damage = Vec::new();
    let sectors = Sectors::new(bytes, &header, &mut damage);
    let mut claims = Claims::new(sectors.count());
    let chain = sectors.chain(header.first_directory_sector, &mut claims);
    let directory = sectors.contents(&chain.sectors);
    if let Some(reason) = chain.fault {
        let place = chain.sectors.last().map_or(0, |&last| sectors.place(last));
        Damage::new(place, 0, format!("the directory is cut: {reason}")).push_to(&mut damage);
    }
    let entries = directory::read(&directory, header.is_version_3());
    let mini = Mini::read(&sectors, &header, &entries, &mut claims, &mut damage);
    let mut mini_claims = Claims::new(mini.count());
    let mut file = CompoundFile::default();
    for entry in entries.iter().filter(|entry| entry.is_stream()) {
        let stream = if entry.size < header.mini_cutoff {
            mini.stream(entry, &mut mini_claims, &mut damage)
        } else {
            large_stream(&sectors, entry, &mut claims, &mut damage)
        };
        file.streams.push(stream);
    }
    file.damage = damage;
    Some(file)
}

/// Where a sector stands in the file, and how long it is.
type Place = (u64, u64);

/// A stream of whole sectors.
fn large_stream(
    sectors: &Sectors<'_>,
    entry: &Entry,
    claims: &mut Claims,
    damage: &mut Vec<Damage>,
) -> Stream {
    let chain = sectors.chain(entry.first_sector, claims);
    let places: Vec<Place> = chain
        .sectors
        .iter()
        .map(|&sector| (sectors.place(sector), sectors.length_of(sector)))
        .collect();
    let bytes = sectors.contents(&chain.sectors);
    finish(entry, bytes, places, chain.fault, damage)
}

/// The small streams, which share one stream of the root entry.
struct Mini {
    bytes: Vec<u8>,
    table: Vec<u8>,
    root: Stream,
}

/// How long the sectors of small streams are.
const MINI_SECTOR: usize = 64;

impl Mini {
    fn read(
        sectors: &Sectors<'_>,
        header: &Header,
        entries: &[Entry],
        claims: &mut Claims,
        damage: &mut Vec<Damage>,
    ) -> Self {
        let table = sectors.chain(header.first_mini_table_sector, claims);
        let root = entries.iter().find(|entry| entry.is_root());
        let root = match root {
            Some(root) if root.size > 0 => large_stream(sectors, root, claims, damage),
            _ => Stream {
                name: String::new(),
                bytes: Vec::new(),
                size: 0,
                stretches: Vec::new(),
            },
        };
        Self {
            bytes: root.bytes.clone(),
            table: sectors.contents(&table.sectors),
            root,
        }
    }

    fn count(&self) -> usize {
        self.bytes.len().div_ceil(MINI_SECTOR)
    }

    fn stream(&self, entry: &Entry, claims: &mut Claims, damage: &mut Vec<Damage>) -> Stream {
        let chain = sectors::follow(entry.first_sector, claims, |sector| {
            crate::wire::u32_at(&self.table, size(sector).checked_mul(4)?)
        });
        let mut bytes = Vec::new();
        let mut places = Vec::new();
        for &sector in &chain.sectors {
            let at = size(sector).saturating_mul(MINI_SECTOR);
            let end = at.saturating_add(MINI_SECTOR).min(self.bytes.len());
            bytes.extend_from_slice(self.bytes.get(at..end).unwrap_or_default());
            places.extend(
                self.root
                    .places(offset(at), offset(end.saturating_sub(at)))
                    .into_iter()
                    .map(|place| (place.offset, place.length)),
            );
        }
        // A stream without bytes has no sectors, whatever stands in its first sector's field.
        let fault = chain.fault.filter(|_| entry.size > 0);
        finish(entry, bytes, places, fault, damage)
    }
}

/// Cuts what was read to the stream's size, and says so when there is less.
fn finish(
    entry: &Entry,
    mut bytes: Vec<u8>,
    places: Vec<Place>,
    fault: Option<&'static str>,
    damage: &mut Vec<Damage>,
) -> Stream {
    bytes.truncate(usize::try_from(entry.size).unwrap_or(usize::MAX));
    let mut left = offset(bytes.len());
    let mut stretches: Vec<Stretch> = Vec::new();
    for (place, length) in places {
        let length = length.min(left);
        if length == 0 {
            continue;
        }
        match stretches.last_mut() {
            Some(last) if last.offset.saturating_add(last.length) == place => {
                last.length = last.length.saturating_add(length);
            }
            _ => stretches.push(Stretch {
                stream_offset: offset(bytes.len()).saturating_sub(left),
                offset: place,
                length,
            }),
        }
        left = left.saturating_sub(length);
    }
    let found = offset(bytes.len());
    if found < entry.size {
        let place = stretches
            .last()
            .map_or(0, |last| last.offset.saturating_add(last.length));
        let reason = fault.unwrap_or("its sectors end before");
        Damage::new(
            place,
            0,
            format!(
                "stream `{}`: {found} of {} bytes are there: {reason}",
                entry.name, entry.size
            ),
        )
        .push_to(damage);
    }
    Stream {
        name: entry.name.clone(),
        bytes,
        size: entry.size,
        stretches,
    }
}

#[cfg(test)]
mod tests;
