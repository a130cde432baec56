//! A chunk: 64 KiB with its own header, names, templates and records.
//!
//! Source: Joachim Metz, "Windows XML Event Log (EVTX) format", chunk header and event record;
//! Andreas Schuster, "Introducing the Microsoft Vista event log file format" (2007).

use kusari_evidence::time::Timestamp;

use crate::wire::{size, slice_at, u32_at, u64_at};

/// Size of a chunk.
pub(super) const CHUNK_SIZE: usize = 0x1_0000;
/// What a chunk begins with.
pub(super) const CHUNK_MAGIC: &[u8; 8] = b"ElfChnk\0";
/// Size of a chunk's header, names and template table included; the first record follows.
pub(super) const CHUNK_HEADER: usize = 512;
/// What a record begins with.
pub(super) const RECORD_MAGIC: &[u8; 4] = b"\x2a\x2a\0\0";
/// Size of a record's header.
pub(super) const RECORD_HEADER: usize = 24;
/// The least size of a record: header, one token, the copy of the size.
pub(super) const RECORD_LEAST: usize = RECORD_HEADER + 5;

/// The fields of a chunk's header that reading needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChunkHeader {
    /// The number of its first record in this file, from 1.
    pub(super) first_number: u64,
    /// The identifier of its first record.
    pub(super) first_record: u64,
    /// The identifier of its last record.
    pub(super) last_record: u64,
    /// Where its free space begins, counted from the chunk.
    pub(super) free_space: usize,
    /// CRC32 of the records.
    pub(super) records_crc: u32,
    /// Bit 0: being written to. Bit 2: carries no checksums.
    pub(super) flags: u32,
    /// CRC32 of the header.
    pub(super) header_crc: u32,
}

impl ChunkHeader {
    /// Reads the header of a chunk; `None` when there is none.
    pub(super) fn read(chunk: &[u8]) -> Option<Self> {
        if slice_at(chunk, 0, 8)? != CHUNK_MAGIC {
            return None;
        }
        Some(Self {
            first_number: u64_at(chunk, 8)?,
            first_record: u64_at(chunk, 24)?,
            last_record: u64_at(chunk, 32)?,
            free_space: size(u32_at(chunk, 48)?),
            records_crc: u32_at(chunk, 52)?,
            flags: u32_at(chunk, 120)?,
            header_crc: u32_at(chunk, 124)?,
        })
    }

    /// Whether the checksum over the header is right; also true when it carries none.
    pub(super) fn header_is_intact(&self, chunk: &[u8]) -> bool {
        if self.flags & 4 != 0 {
            return true;
        }
        let (Some(head), Some(tables)) = (slice_at(chunk, 0, 120), chunk.get(128..CHUNK_HEADER))
        else {
            return false;
        };
        let mut crc = crc32fast::Hasher::new();
        crc.update(head);
        crc.update(tables);
        crc.finalize() == self.header_crc
    }

    /// Whether the checksum over the records is right; also true when it carries none.
    pub(super) fn records_are_intact(&self, chunk: &[u8]) -> bool {
        self.flags & 4 != 0
            || chunk
                .get(CHUNK_HEADER..self.free_space)
                .is_some_and(|records| crc32fast::hash(records) == self.records_crc)
    }
}

/// The header of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordHeader {
    /// Offset in the chunk.
    pub(super) at: usize,
    /// Length, header and the copy of the length behind it included.
    pub(super) length: usize,
    /// Its number.
    pub(super) record_id: u64,
    /// The FILETIME at which it was written.
    pub(super) written: u64,
}

impl RecordHeader {
    /// Reads the record at `at`. `Err` says what is wrong with it.
    pub(super) fn read(chunk: &[u8], at: usize) -> Result<Self, &'static str> {
        const ENDS: &str = "the chunk ends inside a record's header";
        if slice_at(chunk, at, 4).ok_or(ENDS)? != RECORD_MAGIC {
            return Err("no record begins here");
        }
        let length = size(u32_at(chunk, at + 4).ok_or(ENDS)?);
        let record_id = u64_at(chunk, at + 8).ok_or(ENDS)?;
        let written = u64_at(chunk, at + 16).ok_or(ENDS)?;
        if length < RECORD_LEAST {
            return Err("a record's length is less than its header");
        }
        let copy_at = at
            .checked_add(length)
            .and_then(|end| end.checked_sub(4))
            .ok_or(ENDS)?;
        let copy = u32_at(chunk, copy_at).ok_or("a record is longer than its chunk")?;
        if size(copy) != length {
            return Err("a record's two lengths differ");
        }
        Ok(Self {
            at,
            length,
            record_id,
            written,
        })
    }

    /// Where the binary XML stands in the chunk.
    pub(super) fn content(&self) -> (usize, usize) {
        (self.at + RECORD_HEADER, self.at + self.length - 4)
    }

    /// When it was written.
    pub(super) fn written(&self) -> Option<Timestamp> {
        Timestamp::from_filetime(self.written)
    }
}
