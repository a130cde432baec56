//! The header of the file and the places of its chunks.
//!
//! Source: Joachim Metz, "Windows XML Event Log (EVTX) format", file header and corruption
//! scenarios. That a dirty file's header lags behind its chunks, that space behind the last chunk
//! may hold what lay on the disk before, and that chunks behind the counted ones may be left from
//! before a clearing was seen in real logs.

use std::borrow::Cow;

use memchr::memmem;

use super::chunk::{CHUNK_HEADER, CHUNK_MAGIC, CHUNK_SIZE, ChunkHeader, RecordHeader};
use super::log::Log;
use crate::wire::{offset, slice_at, u16_at, u32_at, u64_at};
use crate::{Damage, Outcome, SourceState};

/// What a log begins with.
const FILE_MAGIC: &[u8; 8] = b"ElfFile\0";
/// Size of the file header's block; the first chunk follows.
pub(super) const FILE_HEADER: usize = 4096;

/// The fields of the file header that reading needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileHeader {
    chunks: u16,
    flags: u32,
    /// The number that the next record will get; lags behind in a dirty log.
    pub(super) next_record: u64,
    /// Whether the checksum over it is right.
    pub(super) intact: bool,
}

impl FileHeader {
    /// Of a log with these bytes; `None` when it begins with none.
    pub(super) fn of(log: &(impl Log + ?Sized)) -> Option<Self> {
        Self::read(&log.at(0..FILE_HEADER))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        if slice_at(bytes, 0, 8)? != FILE_MAGIC {
            return None;
        }
        let crc = u32_at(bytes, 124)?;
        Some(Self {
            chunks: u16_at(bytes, 42)?,
            flags: u32_at(bytes, 120)?,
            next_record: u64_at(bytes, 24)?,
            intact: crc32fast::hash(slice_at(bytes, 0, 120)?) == crc,
        })
    }
}

/// One chunk of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// Offset in the file.
    pub(super) base: usize,
    /// How many bytes it has; fewer than 64 KiB where the file was cut.
    pub(super) length: usize,
    /// Its header; `None` when that is destroyed.
    pub(super) header: Option<ChunkHeader>,
    /// Whether the checksum over its header is right.
    pub(super) intact: bool,
    /// Whether the header says where the live records end.
    pub(super) knows_its_end: bool,
    /// The number of its first record, by its header or else by the record itself.
    pub(super) first_record: u64,
    /// It stands behind the chunks that the log uses and its numbers do not go on from theirs:
    /// left over from before the log was cleared, or from another log.
    pub(super) left_over: bool,
}

impl Span {
    fn with_header(
        base: usize,
        length: usize,
        header: ChunkHeader,
        log: &(impl Log + ?Sized),
    ) -> Self {
        let head = log.at(base..base.saturating_add(length.min(CHUNK_HEADER)));
        let intact = header.header_is_intact(&head);
        let mut span = Self {
            base,
            length,
            header: Some(header),
            intact,
            knows_its_end: knows_its_end(length, &header, intact),
            first_record: header.first_record,
            left_over: false,
        };
        // A damaged header must not decide where its records belong in the order.
        if !intact && let Some(record) = first_record_from(&span.bytes(log), CHUNK_HEADER) {
            span.first_record = record.record_id;
        }
        span
    }

    /// A chunk whose header is destroyed but whose records still stand where they should.
    fn without_header(base: usize, bytes: &[u8]) -> Option<Self> {
        let record = first_record_from(bytes, CHUNK_HEADER.min(bytes.len()))?;
        Some(Self {
            base,
            length: bytes.len(),
            header: None,
            intact: false,
            knows_its_end: false,
            first_record: record.record_id,
            left_over: false,
        })
    }

    /// Its bytes.
    pub(super) fn bytes<'l>(&self, log: &'l (impl Log + ?Sized)) -> Cow<'l, [u8]> {
        log.at(self.base..self.base.saturating_add(self.length))
    }

    /// Where its live records end, counted from the chunk. When the header is damaged that is
    /// not known and the chunk's end is given.
    pub(super) fn live_end(&self) -> usize {
        match self.header {
            Some(header) if self.knows_its_end => header.free_space,
            _ => self.length,
        }
    }
}

/// Whether the header says where the live records end.
fn knows_its_end(length: usize, header: &ChunkHeader, intact: bool) -> bool {
    intact && (CHUNK_HEADER..=length).contains(&header.free_space)
}

/// The first readable record at or behind `from`.
pub(super) fn first_record_from(chunk: &[u8], from: usize) -> Option<RecordHeader> {
    let rest = chunk.get(from..)?;
    memmem::find_iter(rest, super::chunk::RECORD_MAGIC)
        .find_map(|at| RecordHeader::read(chunk, from + at).ok())
}

/// Finds the chunks of a log in file order, and says what is wrong with the file.
pub(super) fn chunks(log: &(impl Log + ?Sized), outcome: &mut Outcome) -> Vec<Span> {
    let header = FileHeader::of(log);
    match header {
        None => {
            let length = FILE_HEADER.min(log.size());
            Damage::new(
                0,
                offset(length),
                "expected the header of an event log (`ElfFile`)",
            )
            .push_to(&mut outcome.damage);
        }
        Some(header) => {
            if !header.intact {
                Damage::new(
                    0,
                    0,
                    "the file header's checksum is wrong; it was read all the same",
                )
                .push_to(&mut outcome.damage);
            }
            if header.flags & 1 != 0 {
                outcome.coverage.note(SourceState::Dirty);
            }
        }
    }
    let counted = header
        .filter(|header| header.intact)
        .map(|header| usize::from(header.chunks));

    let mut spans = find_chunks(log, outcome);
    // The count has 16 bits, so at its highest it says nothing.
    if let Some(counted) = counted.filter(|counted| *counted < usize::from(u16::MAX)) {
        if spans.len() < counted {
            outcome.coverage.note(SourceState::CutShort);
        }
        mark_left_over(&mut spans, counted);
    }
    spans
}

/// How far the numbers of two chunks in a row may lie apart. One chunk holds about 2200 of the
/// smallest records, so this allows for a chunk that cannot be read between them.
const NEAR: u64 = 5000;

/// A dirty header lags behind, so a chunk behind the counted ones may be the newest. It may also
/// be left from before the log was cleared, or from another log that once had that place on the
/// disk. It is live when its numbers go on from the live ones: numbers only grow, and the
/// difference between a record's two numbers is the same in the whole file.
fn mark_left_over(spans: &mut [Span], counted: usize) {
    let mut newest: Option<(u64, u64)> = None;
    let mut difference = None;
    let mut with_header = 0_usize;
    for span in spans.iter_mut() {
        // Which chunk of the log it is. Where bytes were put in, what lies between two chunks can
        // make a span of its own, which must not push a counted chunk behind the count.
        let index = match span.base.checked_sub(FILE_HEADER) {
            Some(behind) if behind.is_multiple_of(CHUNK_SIZE) => behind / CHUNK_SIZE,
            _ => with_header,
        };
        with_header += usize::from(span.header.is_some());
        let header = span.header.filter(|_| span.intact);
        let first = span.first_record;
        let last = header.map_or(first, |header| header.last_record.max(first));
        let own = header.map(|header| first.wrapping_sub(header.first_number));
        if index >= counted
            && let Some((newest_first, newest_last)) = newest
        {
            let same = own.is_none() || difference.is_none() || own == difference;
            let goes_on = first > newest_last && first - newest_last <= NEAR;
            if !same || !(goes_on || first == newest_first) {
                span.left_over = true;
                continue;
            }
        }
        difference = difference.or(own);
        if newest.is_none_or(|(_, newest_last)| last > newest_last) {
            newest = Some((first, last));
        }
    }
}

/// Chunks stand 64 KiB apart. Where bytes were lost or added the next chunk is found by what it
/// begins with.
fn find_chunks(log: &(impl Log + ?Sized), outcome: &mut Outcome) -> Vec<Span> {
    let size = log.size();
    let mut spans = Vec::new();
    let mut at = FILE_HEADER.min(size);
    if header_at(log, at).is_none()
        && let Some(first) = next_chunk(log, 0)
        && first < at
    {
        at = first;
    }
    while at < size {
        if let Some(header) = header_at(log, at) {
            let end = chunk_end(log, at);
            let length = end.saturating_sub(at);
            if length < CHUNK_SIZE {
                cut_short(at, length, end == size, outcome);
            }
            spans.push(Span::with_header(at, length, header, log));
            at = end;
        } else {
            let next = next_chunk(log, at).unwrap_or(size);
            without_chunks(log, at, next, &mut spans, outcome);
            at = next;
        }
    }
    spans
}

fn cut_short(at: usize, length: usize, at_end: bool, outcome: &mut Outcome) {
    outcome.coverage.note(SourceState::CutShort);
    let reason = if at_end {
        "the file ends inside a chunk"
    } else {
        "the next chunk begins before this one's 64 KiB are over"
    };
    Damage::new(offset(at + length), 0, reason).push_to(&mut outcome.damage);
}

/// A stretch in which no chunk begins: unused space, what lay on the disk before, or chunks whose
/// headers are destroyed.
fn without_chunks(
    log: &(impl Log + ?Sized),
    from: usize,
    to: usize,
    spans: &mut Vec<Span>,
    outcome: &mut Outcome,
) {
    let last = to == log.size();
    let mut at = from;
    while at < to {
        let end = to.min(at.saturating_add(CHUNK_SIZE));
        let cell = log.at(at..end);
        if let Some(span) = Span::without_header(at, &cell) {
            Damage::new(
                offset(at),
                offset(CHUNK_HEADER.min(cell.len())),
                "expected the header of a chunk (`ElfChnk`); its records are read without it",
            )
            .push_to(&mut outcome.damage);
            spans.push(span);
        } else if !last && cell.iter().any(|byte| *byte != 0) {
            Damage::new(
                offset(at),
                offset(cell.len()),
                "expected a chunk (`ElfChnk`), and no record stands there",
            )
            .push_to(&mut outcome.damage);
        }
        at = end;
    }
}

/// The header of a chunk that begins at `at`.
fn header_at(log: &(impl Log + ?Sized), at: usize) -> Option<ChunkHeader> {
    ChunkHeader::read(&log.at(at..at.checked_add(CHUNK_HEADER)?))
}

/// Where the chunk at `at` ends: after 64 KiB, unless another begins before and none there.
fn chunk_end(log: &(impl Log + ?Sized), at: usize) -> usize {
    let whole = at.saturating_add(CHUNK_SIZE);
    if header_at(log, whole).is_some() || whole == log.size() {
        return whole;
    }
    next_chunk_before(log, at + CHUNK_MAGIC.len(), whole)
        .unwrap_or(whole)
        .min(log.size())
}

/// How much is searched at a time for the next chunk.
const PIECE: usize = 1 << 20;

/// The next place at or behind `from` where a chunk with a plausible header begins.
fn next_chunk(log: &(impl Log + ?Sized), from: usize) -> Option<usize> {
    next_chunk_before(log, from, usize::MAX)
}

/// The same, if that place is before `until`.
fn next_chunk_before(log: &(impl Log + ?Sized), from: usize, until: usize) -> Option<usize> {
    let until = until.min(log.size());
    let mut at = from;
    while at < until {
        let end = until.min(at.saturating_add(PIECE));
        // A beginning at the end of the piece reaches behind it.
        let piece = log.at(at..end.saturating_add(CHUNK_MAGIC.len() - 1));
        let found = memmem::find_iter(&piece, CHUNK_MAGIC)
            .map(|found| at + found)
            .find(|at| {
                // Header size, and first number before last number; and not so close to the
                // file's end that the header is cut, since nothing can be read by it then.
                let head = log.at(*at..at.saturating_add(CHUNK_HEADER));
                u32_at(&head, 40) == Some(128)
                    && u64_at(&head, 8) <= u64_at(&head, 16)
                    && ChunkHeader::read(&head).is_some()
            });
        if found.is_some() {
            return found;
        }
        at = end;
    }
    None
}
