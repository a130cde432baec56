//! Dynamic and differencing disks: blocks that stand where the block allocation table says.

use std::io;
use std::sync::Arc;

use super::super::block_notes::{BlockNotes, MOST_LOOKED};
use super::super::layers::{Below, Structures, first, read_in_runs, read_stored, run_of_bits};
use super::super::lazy_table::LazyTable;
use super::dynamic_header::{DynamicHeader, SECTOR};
use crate::{BlockCache, ReadAt, read_exact_at};

/// The entry of a block that does not stand in the file.
const UNUSED: u32 = u32::MAX;

/// The most bytes of sector bitmaps in memory.
const BITMAP_CACHE: u64 = 4 * 1024 * 1024;

/// The bytes of a dynamic or differencing disk.
pub(super) struct DynamicDisk {
    file: Arc<dyn ReadAt>,
    size: u64,
    /// Where the blocks must end.
    end: u64,
    block_size: u64,
    bitmap_size: u64,
    table: LazyTable,
    structures: Structures,
    /// What is read where this disk holds nothing; `None` for a dynamic disk.
    parent: Option<Below>,
    bitmaps: BlockCache,
}

impl DynamicDisk {
    /// The disk of `size` bytes in `file`, its blocks before byte `end`. A differencing disk has a
    /// `parent`.
    pub(super) fn new(
        file: Arc<dyn ReadAt>,
        header: &DynamicHeader,
        (size, end): (u64, u64),
        parent: Option<Below>,
    ) -> Self {
        let table = header.table(size);
        Self {
            size,
            end,
            block_size: header.block_size,
            bitmap_size: header.bitmap_size(),
            table: LazyTable::new(
                Arc::clone(&file),
                table.start,
                table.end.saturating_sub(table.start),
            ),
            structures: Structures::new(vec![
                ("the copy of the footer", 0..SECTOR),
                ("the dynamic disk header", header.place.clone()),
                ("the block allocation table", table),
            ]),
            parent,
            bitmaps: BlockCache::new(BITMAP_CACHE, header.bitmap_size()),
            file,
        }
    }

    /// Where the bitmap and the data of a block begin, or `None` when the file does not hold it.
    fn place(&self, block: u64) -> io::Result<Option<u64>> {
        let entry = self.table.entry(block)?;
        let entry = u32::from_be_bytes(entry);
        if entry == UNUSED {
            return Ok(None);
        }
        let start = u64::from(entry).saturating_mul(SECTOR);
        let problem = self.problem(start);
        match problem {
            None => Ok(Some(start)),
            Some(problem) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("block {block} should stand at byte {start} of the file, {problem}"),
            )),
        }
    }

    /// Why no block can begin there.
    fn problem(&self, start: u64) -> Option<String> {
        if start.saturating_add(self.bitmap_size) >= self.end {
            return Some(format!("which is behind its end ({})", self.end));
        }
        let length = self.bitmap_size.saturating_add(self.block_size);
        let structure = self.structures.hit_by(start, length)?;
        Some(format!("where {structure} stands"))
    }

    fn read_run(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let block = offset / self.block_size;
        let within = offset % self.block_size;
        let left = self.block_size.saturating_sub(within);
        let Some(start) = self.place(block)? else {
            let below = self.parent.as_ref().unwrap_or(&Below::Zeros);
            return below.read(offset, first(buffer, left));
        };
        let data = start.saturating_add(self.bitmap_size);
        let at = data.saturating_add(within);
        let Some(parent) = &self.parent else {
            // The specification wants zeros on disk where the bit of a sector is clear, so the
            // bitmap of a dynamic disk decides nothing: what stands there is given.
            return read_stored(self.file.as_ref(), self.end, at, first(buffer, left));
        };
        let bitmap = self.bitmap(block, start)?;
        let length = u64::try_from(buffer.len()).unwrap_or(u64::MAX);
        let last = within.saturating_add(length).min(self.block_size);
        let sector = within / SECTOR;
        let most = last.div_ceil(SECTOR).saturating_sub(sector);
        let Some((is_here, sectors)) = run_of_bits(sector, most, |bit| is_set(&bitmap, bit)) else {
            return Err(io::Error::other(format!(
                "the sector bitmap of block {block} is too short"
            )));
        };
        let end = sector.saturating_add(sectors).saturating_mul(SECTOR);
        let run = first(buffer, end.saturating_sub(within));
        if is_here {
            read_stored(self.file.as_ref(), self.end, at, run)
        } else {
            parent.read(offset, run)
        }
    }

    fn bitmap(&self, block: u64, start: u64) -> io::Result<Arc<[u8]>> {
        self.bitmaps.get_or_make(block, || {
            let length = usize::try_from(self.bitmap_size).unwrap_or(usize::MAX);
            let mut bitmap = vec![0; length];
            read_exact_at(self.file.as_ref(), start, &mut bitmap).map_err(|error| {
                io::Error::new(
                    error.kind(),
                    format!("the sector bitmap of block {block} cannot be read: {error}"),
                )
            })?;
            Ok(bitmap)
        })
    }

    /// Looks through the table, in bounded time, for what a person should know.
    pub(super) fn look_through(&self) -> Vec<String> {
        let blocks = self.size.div_ceil(self.block_size);
        let mut notes = BlockNotes::default();
        for block in 0..blocks.min(MOST_LOOKED) {
            if !notes.add(block, self.place(block)) {
                break;
            }
        }
        notes.finish(self.bitmap_size.saturating_add(self.block_size), self.end)
    }
}

/// Whether a sector stands in the file: the first sector is the highest bit of the first byte.
fn is_set(bitmap: &[u8], sector: u64) -> Option<bool> {
    let byte = bitmap.get(usize::try_from(sector / 8).ok()?)?;
    Some(byte & (0x80 >> (sector % 8)) != 0)
}

impl ReadAt for DynamicDisk {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        read_in_runs(self.size, offset, buffer, |at, rest| {
            self.read_run(at, rest)
        })
    }
}
