//! From pages to records: those that cross pages are put together.

use kusari_evidence::{ReadAt, read_exact_at};

use super::page::{self, PageHeader};
use super::page_index::{Layout, Page};
use super::record::{self, Record, RecordHeader, padded, wide};
use crate::wire::slice_at;
use crate::{Damage, NumberGap};

/// A record of which more is to come.
struct Pending {
    header: RecordHeader,
    start: u64,
    data: Vec<u8>,
}

/// Takes pages in order, and gives records.
pub(super) struct Assembler<S> {
    layout: Layout,
    sink: S,
    pending: Option<Pending>,
    /// The round and place of the page that follows the last one.
    next: Option<(u64, u64)>,
    /// Whether what stands behind the header of that page is known to be a record's beginning.
    begins: bool,
    buffer: Vec<u8>,
    records: u64,
    last_lsn: u64,
    /// Pages are missing since the last record.
    jumped: bool,
    gaps: Vec<NumberGap>,
    damage: Vec<Damage>,
}

/// What is known when all pages are read.
pub(super) struct Assembled {
    /// How many records were given.
    pub(super) records: u64,
    /// The LSN of the last one.
    pub(super) last_lsn: u64,
    /// Where pages are missing between records.
    pub(super) gaps: Vec<NumberGap>,
    /// What was lost.
    pub(super) damage: Vec<Damage>,
}

/// The most gaps that are listed.
const MOST_GAPS: usize = 1000;

impl<S: FnMut(&Record<'_>)> Assembler<S> {
    pub(super) fn new(layout: Layout, sink: S) -> Self {
        Self {
            layout,
            sink,
            pending: None,
            next: None,
            begins: false,
            buffer: Vec::new(),
            records: 0,
            last_lsn: 0,
            jumped: false,
            gaps: Vec::new(),
            damage: Vec::new(),
        }
    }

    /// Ends with what was read.
    pub(super) fn finish(mut self) -> Assembled {
        self.lose("the page that it goes on with was not written");
        Assembled {
            records: self.records,
            last_lsn: self.last_lsn,
            gaps: self.gaps,
            damage: self.damage,
        }
    }

    /// Reads one page.
    pub(super) fn read(&mut self, bytes: &dyn ReadAt, page: &Page) {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(usize::try_from(self.layout.page_size).unwrap_or(0), 0);
        let read = read_exact_at(bytes, page.source, &mut buffer)
            .map_err(|error| format!("cannot be read: {error}"))
            .and_then(|()| page::restore(&mut buffer));
        match (read, PageHeader::parse(&buffer)) {
            (Ok(()), Some(header)) => self.page(page, &header, &buffer),
            (read, _) => {
                self.lose("the page that it goes on with is damaged");
                let reason = read.err().unwrap_or_default();
                Damage::new(page.source, self.layout.page_size, reason).push_to(&mut self.damage);
                self.next = None;
            }
        }
        self.buffer = buffer;
    }

    fn page(&mut self, page: &Page, header: &PageHeader, bytes: &[u8]) {
        if self.next != Some((page.round, page.home)) {
            self.lose("the page that it goes on with was not written or is written over");
            self.begins = false;
            self.jumped = self.records > 0;
        }
        self.next = Some(self.layout.next(page.round, page.home));
        let Some(mut at) = self.go_on(page, bytes) else {
            return;
        };
        let end = header.end().unwrap_or(at).min(bytes.len());
        // A record that begins on the page and ends on a later one stands behind that end.
        let last = page
            .last_lsn
            .filter(|lsn| self.layout.round(*lsn) == page.round)
            .and_then(|lsn| self.layout.place(lsn).checked_sub(page.home))
            .and_then(|place| usize::try_from(place).ok())
            .filter(|place| *place < bytes.len());
        let mut lost_from = None;
        loop {
            if at >= end {
                match last {
                    Some(last) if last >= at => at = last,
                    _ => break,
                }
            }
            if at.saturating_add(record::HEADER) > bytes.len() {
                break;
            }
            let Some(begun) = self.header(page, bytes, at) else {
                lost_from.get_or_insert(at);
                at = at.saturating_add(8);
                continue;
            };
            self.skipped(page, lost_from.take(), at);
            self.begins = true;
            let data = at.saturating_add(record::HEADER);
            let start = page.home.saturating_add(wide(at));
            match slice_at(bytes, data, begun.data_length) {
                Some(data) => {
                    let length = wide(record::HEADER.saturating_add(data.len()));
                    self.give(&begun, data, start, length);
                    at = at.saturating_add(padded(record::HEADER.saturating_add(data.len())));
                }
                None => {
                    self.pending = Some(Pending {
                        header: begun,
                        start,
                        data: bytes.get(data..).unwrap_or_default().to_vec(),
                    });
                    return;
                }
            }
        }
        self.skipped(page, lost_from, at.min(bytes.len()));
        self.begins = page.last_lsn.is_some();
    }

    /// Takes what belongs to the record that the page before began, and says where the next one
    /// begins; `None` when all of the page belongs to it.
    fn go_on(&mut self, page: &Page, bytes: &[u8]) -> Option<usize> {
        let first = self.layout.data_offset;
        let Some(mut pending) = self.pending.take() else {
            return Some(first);
        };
        if page.last_lsn.is_some_and(|last| last < pending.header.lsn) {
            self.pending = Some(pending);
            self.lose("the page that it goes on with is older");
            self.begins = false;
            return Some(first);
        }
        let wanted = pending
            .header
            .data_length
            .saturating_sub(pending.data.len());
        let there = bytes.get(first..).unwrap_or_default();
        let taken = there.get(..wanted.min(there.len())).unwrap_or_default();
        pending.data.extend_from_slice(taken);
        if taken.len() < wanted {
            self.pending = Some(pending);
            return None;
        }
        let end = page
            .home
            .saturating_add(wide(first.saturating_add(taken.len())));
        let length = end
            .checked_sub(pending.start)
            .unwrap_or_else(|| self.layout.end().saturating_sub(pending.start));
        self.give(&pending.header, &pending.data, pending.start, length);
        self.begins = true;
        Some(first.saturating_add(padded(taken.len())))
    }

    /// The header at that place, where it is one: a record's LSN says where it stands.
    fn header(&self, page: &Page, bytes: &[u8], at: usize) -> Option<RecordHeader> {
        let header = RecordHeader::parse(slice_at(bytes, at, record::HEADER)?)?;
        let here = page.home.saturating_add(wide(at));
        let fits =
            self.layout.place(header.lsn) == here && self.layout.round(header.lsn) == page.round;
        fits.then_some(header)
    }

    fn give(&mut self, header: &RecordHeader, data: &[u8], start: u64, length: u64) {
        self.records = self.records.saturating_add(1);
        if self.jumped && self.gaps.len() < MOST_GAPS {
            self.gaps.push(NumberGap {
                after: self.last_lsn,
                before: header.lsn,
                offset: start,
            });
        }
        self.jumped = false;
        self.last_lsn = header.lsn;
        (self.sink)(&header.with(data, start, length));
    }

    /// Bytes between two records are none.
    fn skipped(&mut self, page: &Page, from: Option<usize>, to: usize) {
        // Before the first record that is found stands the rest of one whose beginning is gone.
        if let Some(from) = from
            && self.begins
        {
            let offset = page.source.saturating_add(wide(from));
            let length = wide(to.saturating_sub(from));
            Damage::new(offset, length, "no record begins there").push_to(&mut self.damage);
        }
    }

    fn lose(&mut self, reason: &str) {
        if let Some(pending) = self.pending.take() {
            let length = wide(record::HEADER.saturating_add(pending.data.len()));
            let reason = format!("record {:#x}: {reason}", pending.header.lsn);
            Damage::new(pending.start, length, reason).push_to(&mut self.damage);
        }
    }
}
