//! A file allocation table, read piece by piece: which cluster follows which.
//!
//! Sources: Microsoft, fatgen103 ("FAT Data Structure") and the exFAT specification (4.1); libyal,
//! "File Allocation Table (FAT) file system format", sections on the tables.

use std::io;
use std::sync::Arc;

use super::heap::FIRST_CLUSTER;
use crate::{BlockCache, ReadAt, read_exact_at, read_vec_at};

/// How much of a table is read at a time.
const BLOCK: u64 = 16 * 1024;

/// How much of the tables is kept in memory.
const KEPT: u64 = 2 * 1024 * 1024;

/// How wide an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    /// 12 bits, two entries in three bytes.
    Fat12,
    /// 16 bits.
    Fat16,
    /// 32 bits, of which the upper four are not part of the entry.
    Fat32,
    /// 32 bits, all of them used.
    Exfat,
}

impl Width {
    /// The value that marks a bad cluster; those above it end a chain.
    const fn bad(self) -> u32 {
        match self {
            Self::Fat12 => 0xFF7,
            Self::Fat16 => 0xFFF7,
            Self::Fat32 => 0x0FFF_FFF7,
            Self::Exfat => 0xFFFF_FFF7,
        }
    }

    /// How many bytes the entries of so many clusters take, with the two before them.
    pub(crate) fn bytes_for(self, clusters: u32) -> u64 {
        let entries = u64::from(clusters).saturating_add(u64::from(FIRST_CLUSTER));
        match self {
            Self::Fat12 => entries.saturating_mul(3).div_ceil(2),
            Self::Fat16 => entries.saturating_mul(2),
            Self::Fat32 | Self::Exfat => entries.saturating_mul(4),
        }
    }
}

/// What the entry of a cluster says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    /// The cluster belongs to nothing.
    Free,
    /// The next cluster of the chain.
    Next(u32),
    /// The chain ends here.
    End,
    /// The cluster is marked as bad.
    Bad,
    /// No cluster, and none of the marks.
    Invalid(u32),
}

/// The file allocation table of a volume, with its copies.
pub(crate) struct Table {
    volume: Arc<dyn ReadAt>,
    /// Where each copy begins, in bytes; the one to trust first.
    copies: Vec<u64>,
    length: u64,
    width: Width,
    clusters: u32,
    cache: BlockCache,
}

impl Table {
    /// The table of `length` bytes whose copies begin at `copies`, for so many clusters.
    pub(crate) fn new(
        volume: Arc<dyn ReadAt>,
        copies: Vec<u64>,
        length: u64,
        width: Width,
        clusters: u32,
    ) -> Self {
        Self {
            volume,
            copies,
            length,
            width,
            clusters,
            cache: BlockCache::new(KEPT, BLOCK),
        }
    }

    /// How many copies may be used.
    pub(crate) fn copies(&self) -> usize {
        self.copies.len()
    }

    /// A reader of one copy, which keeps the piece at hand that it read last.
    pub(crate) fn reader(&self, copy: usize) -> TableReader<'_> {
        TableReader {
            table: self,
            copy,
            block: None,
        }
    }
}

/// Reads entries of one copy of a table.
pub(crate) struct TableReader<'a> {
    table: &'a Table,
    copy: usize,
    block: Option<(u64, Arc<[u8]>)>,
}

impl TableReader<'_> {
    /// What stands in the entry of that number, without a look at its meaning.
    ///
    /// # Errors
    /// When it cannot be read, or lies behind the end of the table.
    pub(crate) fn raw(&mut self, index: u32) -> io::Result<u32> {
        let wide = u64::from(index);
        match self.table.width {
            Width::Fat12 => {
                let pair = self.bytes::<2>(wide.saturating_add(wide / 2))?;
                let pair = u32::from(u16::from_le_bytes(pair));
                Ok(if index.is_multiple_of(2) {
                    pair & 0xFFF
                } else {
                    pair >> 4
                })
            }
            Width::Fat16 => {
                let bytes = self.bytes::<2>(wide.saturating_mul(2))?;
                Ok(u32::from(u16::from_le_bytes(bytes)))
            }
            Width::Fat32 => {
                let bytes = self.bytes::<4>(wide.saturating_mul(4))?;
                Ok(u32::from_le_bytes(bytes) & 0x0FFF_FFFF)
            }
            Width::Exfat => {
                let bytes = self.bytes::<4>(wide.saturating_mul(4))?;
                Ok(u32::from_le_bytes(bytes))
            }
        }
    }

    /// What the entry of a cluster says.
    ///
    /// # Errors
    /// As [`TableReader::raw`].
    pub(crate) fn link(&mut self, cluster: u32) -> io::Result<Link> {
        let value = self.raw(cluster)?;
        let exists = value
            .checked_sub(FIRST_CLUSTER)
            .is_some_and(|index| index < self.table.clusters);
        // The largest FAT12 and FAT16 volumes number clusters up into the reserved values, so
        // what exists is asked first.
        Ok(match value {
            0 => Link::Free,
            _ if exists => Link::Next(value),
            _ if value == self.table.width.bad() => Link::Bad,
            _ if value > self.table.width.bad() => Link::End,
            _ => Link::Invalid(value),
        })
    }

    fn bytes<const N: usize>(&mut self, at: u64) -> io::Result<[u8; N]> {
        let behind = at.saturating_add(u64::try_from(N).unwrap_or(u64::MAX));
        if behind > self.table.length {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file allocation table ends before this cluster's entry",
            ));
        }
        let number = at / BLOCK;
        let inside = usize::try_from(at % BLOCK).unwrap_or(usize::MAX);
        if let Ok(block) = self.block(number)
            && let Some(bytes) = super::array(&block, inside)
        {
            return Ok(bytes);
        }
        // Across two blocks, or in a block that cannot be read whole: only these bytes.
        let start = self.start()?;
        let mut bytes = [0; N];
        read_exact_at(
            self.table.volume.as_ref(),
            start.saturating_add(at),
            &mut bytes,
        )?;
        Ok(bytes)
    }

    fn start(&self) -> io::Result<u64> {
        self.table
            .copies
            .get(self.copy)
            .copied()
            .ok_or_else(|| io::Error::other("no such copy of the file allocation table"))
    }

    fn block(&mut self, number: u64) -> io::Result<Arc<[u8]>> {
        if let Some((have, block)) = &self.block
            && *have == number
        {
            return Ok(Arc::clone(block));
        }
        let start = self.start()?.saturating_add(number.saturating_mul(BLOCK));
        // The tables have at most 2^34 bytes, so the copies' numbers stay apart.
        let copy = u64::try_from(self.copy).unwrap_or(u64::MAX);
        let key = number.saturating_add(copy.saturating_mul(1 << 40));
        let block = self.table.cache.get_or_make(key, || {
            read_vec_at(self.table.volume.as_ref(), start, BLOCK)
        })?;
        self.block = Some((number, Arc::clone(&block)));
        Ok(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(bytes: Vec<u8>, width: Width, clusters: u32) -> Table {
        let length = u64::try_from(bytes.len()).unwrap();
        Table::new(Arc::new(bytes), vec![0], length, width, clusters)
    }

    #[test]
    fn twelve_bits_are_packed_two_in_three_bytes() {
        // 0xABC, 0xDEF, 0x123, 0x456.
        let bytes = vec![0xBC, 0xFA, 0xDE, 0x23, 0x61, 0x45];
        let table = table(bytes, Width::Fat12, 2);
        let mut reader = table.reader(0);
        let read: Vec<u32> = (0..4).map(|index| reader.raw(index).unwrap()).collect();
        assert_eq!(read, [0xABC, 0xDEF, 0x123, 0x456]);
        assert!(reader.raw(4).is_err());
    }

    #[test]
    fn an_entry_across_two_blocks_is_read() {
        let block = usize::try_from(BLOCK).unwrap();
        let mut bytes = vec![0; block + 6];
        // Entry 10922 of FAT12 begins at byte 16383, the last of the first block.
        bytes[block - 1] = 0x34;
        bytes[block] = 0xF2;
        let table = table(bytes, Width::Fat12, 10_922);
        assert_eq!(table.reader(0).raw(10_922).unwrap(), 0x234);
    }

    #[test]
    fn the_marks_are_told_apart() {
        let values: [u32; 8] = [
            0x0FFF_FFF8,
            0xFFFF_FFFF,
            0,
            1,
            0xF000_0005,
            0x0FFF_FFF7,
            0x0FFF_FFF8,
            9,
        ];
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let table = table(bytes, Width::Fat32, 6);
        let mut reader = table.reader(0);
        let links: Vec<Link> = (2..8).map(|index| reader.link(index).unwrap()).collect();
        let expected = [
            Link::Free,
            Link::Invalid(1),
            Link::Next(5),
            Link::Bad,
            Link::End,
            Link::Invalid(9),
        ];
        assert_eq!(links, expected);
    }

    #[test]
    fn the_last_cluster_of_the_largest_fat12_is_no_mark() {
        let mut bytes = vec![0; usize::try_from(Width::Fat12.bytes_for(4084)).unwrap()];
        bytes[3] = 0xF5;
        bytes[4] = 0x0F;
        let table = table(bytes, Width::Fat12, 4084);
        assert_eq!(table.reader(0).link(2).unwrap(), Link::Next(0xFF5));
    }
}
