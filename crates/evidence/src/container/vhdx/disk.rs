//! The disk in a VHDX: payload blocks that stand where the block allocation table says, and the
//! bitmaps of sectors in differencing disks (MS-VHDX 2.4, 2.5).

use std::io;
use std::sync::Arc;

use super::super::block_notes::{BlockNotes, MOST_LOOKED};
use super::super::layers::{Below, Structures, first, read_in_runs, read_stored, run_of_bits};
use super::super::lazy_table::LazyTable;
use super::header::{Header, Regions, SECTION};
use super::metadata::Metadata;
use crate::{BlockCache, ReadAt, read_exact_at};

/// Sectors that one sector bitmap block covers.
const SECTORS_OF_CHUNK: u64 = 1 << 23;

/// Bytes of a sector bitmap block.
const BITMAP_BLOCK: u64 = 1 << 20;

/// The most bytes of sector bitmaps in memory.
const BITMAP_CACHE: u64 = 4 * 1024 * 1024;

/// The state of a sector bitmap block that stands in the file.
const BITMAP_PRESENT: u64 = 6;

/// The bytes of the disk.
pub(super) struct VhdxDisk {
    file: Arc<dyn ReadAt>,
    size: u64,
    block_size: u64,
    sector: u64,
    /// Payload blocks in a chunk: after so many entries comes one of a sector bitmap block.
    chunk_ratio: u64,
    table: LazyTable,
    structures: Structures,
    /// What is read where this disk holds nothing; `None` when it is not a differencing disk.
    parent: Option<Below>,
    bitmaps: BlockCache,
}

/// Where the bytes of a block are.
enum Payload {
    /// In the parent, or nowhere.
    Below,
    /// They are zero.
    Zeros,
    /// In the file from that byte on.
    Stored(u64),
    /// In the file or the parent, sector by sector.
    Partial(u64),
}

impl VhdxDisk {
    /// The disk that the metadata describes. A differencing disk has a `parent`.
    pub(super) fn new(
        file: Arc<dyn ReadAt>,
        header: &Header,
        regions: &Regions,
        metadata: &Metadata,
        parent: Option<Below>,
    ) -> Self {
        let sector = u64::from(metadata.logical_sector);
        let table = &regions.table;
        let chunk = SECTORS_OF_CHUNK.saturating_mul(sector);
        Self {
            size: metadata.disk_size,
            block_size: metadata.block_size,
            sector,
            chunk_ratio: (chunk / metadata.block_size).max(1),
            table: LazyTable::new(
                Arc::clone(&file),
                table.start,
                table.end.saturating_sub(table.start),
            ),
            structures: Structures::new(vec![
                ("the header section", 0..SECTION),
                ("the log", header.log()),
                ("the block allocation table", table.clone()),
                ("the metadata", regions.metadata.clone()),
            ]),
            parent,
            bitmaps: BlockCache::new(BITMAP_CACHE, metadata.block_size / sector / 8),
            file,
        }
    }

    /// The entry of a block.
    fn entry(&self, block: u64) -> io::Result<u64> {
        let bitmaps_before = block / self.chunk_ratio;
        let entry = self.table.entry(block.saturating_add(bitmaps_before))?;
        Ok(u64::from_le_bytes(entry))
    }

    fn payload(&self, block: u64) -> io::Result<Payload> {
        let entry = self.entry(block)?;
        let invalid = |problem: String| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("block {block} {problem}"),
            )
        };
        let stored = || {
            let start = place(entry);
            match self.problem(start, self.block_size) {
                None => Ok(start),
                Some(problem) => Err(invalid(problem)),
            }
        };
        match entry & 7 {
            0 => Ok(Payload::Below),
            // Undefined, zero, unmapped: the specification lets each be read as zeros.
            1..=3 => Ok(Payload::Zeros),
            6 => Ok(Payload::Stored(stored()?)),
            7 if self.parent.is_some() => Ok(Payload::Partial(stored()?)),
            7 => Err(invalid(
                "is there in part, which only one of a differencing disk can be".to_owned(),
            )),
            state => Err(invalid(format!("has the reserved state {state}"))),
        }
    }

    /// Why no block can stand there.
    fn problem(&self, start: u64, length: u64) -> Option<String> {
        let size = self.file.size();
        if start >= size {
            return Some(format!(
                "should stand at byte {start} of the file, which is behind its end ({size})"
            ));
        }
        let structure = self.structures.hit_by(start, length)?;
        Some(format!(
            "should stand at byte {start} of the file, where {structure} stands"
        ))
    }

    fn read_run(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let block = offset / self.block_size;
        let within = offset % self.block_size;
        let left = self.block_size.saturating_sub(within);
        let (file, end) = (self.file.as_ref(), self.file.size());
        let below = self.parent.as_ref().unwrap_or(&Below::Zeros);
        match self.payload(block)? {
            Payload::Below => below.read(offset, first(buffer, left)),
            Payload::Zeros => Below::Zeros.read(offset, first(buffer, left)),
            Payload::Stored(start) => {
                read_stored(file, end, start.saturating_add(within), first(buffer, left))
            }
            Payload::Partial(start) => {
                let bitmap = self.bitmap(block)?;
                let length = u64::try_from(buffer.len()).unwrap_or(u64::MAX);
                let last = within.saturating_add(length).min(self.block_size);
                let sector = within / self.sector;
                let most = last.div_ceil(self.sector).saturating_sub(sector);
                let Some((is_here, sectors)) =
                    run_of_bits(sector, most, |bit| is_set(&bitmap, bit))
                else {
                    return Err(io::Error::other(format!(
                        "the sector bitmap of block {block} is too short"
                    )));
                };
                let run_end = sector.saturating_add(sectors).saturating_mul(self.sector);
                let run = first(buffer, run_end.saturating_sub(within));
                if is_here {
                    read_stored(file, end, start.saturating_add(within), run)
                } else {
                    below.read(offset, run)
                }
            }
        }
    }

    /// The bits of the sectors of a block.
    fn bitmap(&self, block: u64) -> io::Result<Arc<[u8]>> {
        self.bitmaps.get_or_make(block, || {
            let chunk = block / self.chunk_ratio;
            let number = chunk
                .saturating_add(1)
                .saturating_mul(self.chunk_ratio)
                .saturating_add(chunk);
            let entry = u64::from_le_bytes(self.table.entry(number)?);
            let in_words = |problem: String| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("the sector bitmap of block {block} {problem}"),
                )
            };
            if entry & 7 != BITMAP_PRESENT {
                return Err(in_words("is not in the file".to_owned()));
            }
            let start = place(entry);
            if let Some(problem) = self.problem(start, BITMAP_BLOCK) {
                return Err(in_words(problem));
            }
            let length = self.block_size / self.sector / 8;
            let at = (block % self.chunk_ratio).saturating_mul(length);
            let mut bitmap = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
            read_exact_at(self.file.as_ref(), start.saturating_add(at), &mut bitmap)
                .map_err(|error| in_words(format!("cannot be read: {error}")))?;
            Ok(bitmap)
        })
    }

    /// Looks through the table, in bounded time, for what a person should know.
    pub(super) fn look_through(&self) -> Vec<String> {
        let blocks = self.size.div_ceil(self.block_size);
        let mut notes = BlockNotes::default();
        let mut left_behind = 0_u64;
        for block in 0..blocks.min(MOST_LOOKED) {
            let place = match self.payload(block) {
                Ok(Payload::Stored(start) | Payload::Partial(start)) => Ok(Some(start)),
                Ok(Payload::Below) => Ok(None),
                Ok(Payload::Zeros) => {
                    let entry = self.entry(block).unwrap_or(0);
                    // Undefined and unmapped blocks may still name where their bytes were.
                    let may_remain = matches!(entry & 7, 1 | 3) && place(entry) != 0;
                    left_behind = left_behind.saturating_add(u64::from(may_remain));
                    Ok(None)
                }
                Err(error) => Err(error),
            };
            if !notes.add(block, place) {
                break;
            }
        }
        let mut notes = notes.finish(self.block_size, self.file.size());
        if left_behind > 0 {
            notes.push(format!(
                "{left_behind} blocks are undefined or unmapped and still name a place in the \
                 file, where what they held may stand; they are read as zeros"
            ));
        }
        notes
    }
}

/// Where the block of an entry begins: the upper 44 bits count MiB.
const fn place(entry: u64) -> u64 {
    entry & !0xF_FFFF
}

/// Whether a sector stands in the file: the first sector is the lowest bit of the first byte.
fn is_set(bitmap: &[u8], sector: u64) -> Option<bool> {
    let byte = bitmap.get(usize::try_from(sector / 8).ok()?)?;
    Some((byte >> (sector % 8)) & 1 != 0)
}

impl ReadAt for VhdxDisk {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        read_in_runs(self.size, offset, buffer, |at, rest| {
            self.read_run(at, rest)
        })
    }
}
