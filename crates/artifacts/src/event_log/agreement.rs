//! Whether what a log says of itself agrees: checksums, the numbers in the headers, one record
//! behind the other.
//!
//! A log in use is dirty: its file header lags behind, and the chunk that is being written may lag
//! behind its own records. Neither is a mismatch. A chunk that Windows has filled is not written
//! again, so there everything agrees; so it does in all 136 such chunks of the logs looked at.
//!
//! Sources: Joachim Metz, "Windows XML Event Log (EVTX) format" (headers, checksums); Fox-IT,
//! "Detection and recovery of NSA's covered up tracks" (2017): a record is hidden by making the one
//! before it so long that it takes the hidden one in, after which all checksums are made anew.

use memchr::memmem;

use super::chunk::{
    CHUNK_SIZE, ChunkHeader, RECORD_HEADER, RECORD_LEAST, RECORD_MAGIC, RecordHeader,
};
use super::file::{FileHeader, Span};
use crate::wire::{offset, size, u32_at, u64_at};
use crate::{Coverage, Mismatch, SourceState};

/// What does not agree, chunk by chunk in the order of the record numbers.
#[derive(Debug, Default)]
pub(super) struct Agreement {
    /// Of the chunk that is being read.
    of_chunk: Vec<Mismatch>,
    /// The first and the last record that stand in it.
    read: Option<(u64, u64)>,
}

impl Agreement {
    /// Takes in the header of the next chunk.
    pub(super) fn enter(&mut self, span: &Span, bytes: &[u8], coverage: &mut Coverage) {
        for mismatch in self.of_chunk.drain(..) {
            mismatch.push_to(&mut coverage.mismatches);
        }
        self.read = None;
        // Of a chunk that was cut, nothing can agree.
        let Some(header) = span.header.filter(|_| span.length == CHUNK_SIZE) else {
            return;
        };
        let chunk = offset(span.base);
        if !span.intact {
            self.of_chunk.push(Mismatch::ChunkHeaderChecksum { chunk });
        } else if !header.records_are_intact(bytes) {
            self.of_chunk.push(Mismatch::RecordsChecksum { chunk });
        }
    }

    /// Takes in the next record of the chunk.
    pub(super) fn record(&mut self, span: &Span, bytes: &[u8], record: &RecordHeader) {
        let number = record.record_id;
        self.read = Some((self.read.map_or(number, |(first, _)| first), number));
        if let Some((at, inner)) = record_inside(bytes, record)
            && self.of_chunk.len() < Mismatch::MOST
        {
            self.of_chunk.push(Mismatch::RecordInsideRecord {
                offset: offset(span.base.saturating_add(at)),
                outer: number,
                inner,
            });
        }
    }

    /// All records of the chunk were taken in.
    pub(super) fn leave(&mut self, span: &Span) {
        let whole = span.intact && span.length == CHUNK_SIZE;
        if let Some(ChunkHeader {
            first_record,
            last_record,
            ..
        }) = span.header.filter(|_| whole)
            && let Some(read) = self.read
            && read != (first_record, last_record)
        {
            self.of_chunk.push(Mismatch::ChunkNumbers {
                chunk: offset(span.base),
                header: (first_record, last_record),
                read,
            });
        }
    }

    /// The whole log was taken in, up to the record `last`.
    pub(super) fn conclude(
        self,
        header: Option<FileHeader>,
        last: Option<u64>,
        coverage: &mut Coverage,
    ) {
        let has = |state| coverage.states.contains(&state);
        let dirty = has(SourceState::Dirty);
        let whole = !has(SourceState::CutShort) && !has(SourceState::Exported);
        if !dirty {
            for mismatch in self.of_chunk {
                mismatch.push_to(&mut coverage.mismatches);
            }
        }
        let Some(header) = header else { return };
        if !header.intact {
            Mismatch::FileHeaderChecksum.push_to(&mut coverage.mismatches);
        } else if !dirty
            && whole
            && let Some(last) = last
            && last.checked_add(1) != Some(header.next_record)
        {
            Mismatch::NextRecord {
                header: header.next_record,
                last,
            }
            .push_to(&mut coverage.mismatches);
        }
    }
}

/// A record among the bytes of another, with a number that goes on from the outer one's: its place
/// and its number.
fn record_inside(bytes: &[u8], outer: &RecordHeader) -> Option<(usize, u64)> {
    /// How far the number of a hidden record can be ahead: a chunk holds no more.
    const NEAR: u64 = 5000;
    let from = outer.at.checked_add(RECORD_HEADER)?;
    let end = outer.at.checked_add(outer.length)?;
    let content = bytes.get(from..end)?;
    memmem::find_iter(content, RECORD_MAGIC).find_map(|found| {
        let at = from.checked_add(found)?;
        let length = size(u32_at(bytes, at.checked_add(4)?)?);
        let number = u64_at(bytes, at.checked_add(8)?)?;
        let own_end = at.checked_add(length)?;
        // The last one's copy of its length gave way to that of the outer record.
        let ends = own_end == end
            || own_end < end && size(u32_at(bytes, own_end.checked_sub(4)?)?) == length;
        let ahead = number.checked_sub(outer.record_id)?;
        (length >= RECORD_LEAST && ends && (1..=NEAR).contains(&ahead)).then_some((at, number))
    })
}
