//! Reading the wanted events out of a whole log.

use std::collections::HashMap;

use encoding_rs::Encoding;
use kusari_evidence::ReadAt;
use kusari_evidence::time::RecordedTime;

use super::agreement::Agreement;
use super::binxml::Parser;
use super::chunk::RecordHeader;
use super::event::{self, Event};
use super::file::{FileHeader, Span, chunks};
use super::filter::Filter;
use super::history::{self, History};
use super::log::{Log, Stored};
use super::order::Order;
use super::record::{EventRecord, Wanted};
use super::walk::Records;
use crate::wire::{offset, slice_at};
use crate::{Coverage, Damage, NumberGap, Outcome, SourceState};

/// How a log is read.
#[derive(Debug, Clone, Copy)]
pub struct ScanOptions<'w> {
    /// The events asked for; `None` asks for all.
    pub wanted: Option<&'w [Wanted]>,
    /// Also look for records in space that the log no longer uses. They come after all others,
    /// marked as [`EventRecord::recovered`].
    pub carve: bool,
    /// The code page of the machine that wrote the log, for the few texts that are not Unicode.
    pub ansi: &'static Encoding,
}

impl Default for ScanOptions<'_> {
    fn default() -> Self {
        Self {
            wanted: None,
            carve: false,
            ansi: encoding_rs::WINDOWS_1252,
        }
    }
}

/// Reads the wanted events of a whole log; everything else is only skimmed.
///
/// The events come in the order of their record numbers, whatever the order of the chunks in the
/// file. The outcome covers all records, not only the wanted ones.
pub fn scan(bytes: &[u8], wanted: &[Wanted], sink: &mut dyn FnMut(EventRecord)) -> Outcome {
    let options = ScanOptions {
        wanted: Some(wanted),
        ..ScanOptions::default()
    };
    scan_with(bytes, &options, sink)
}

/// Reads all events of a log.
pub fn scan_all(bytes: &[u8], sink: &mut dyn FnMut(EventRecord)) -> Outcome {
    scan_with(bytes, &ScanOptions::default(), sink)
}

/// Reads a log as the options say.
pub fn scan_with(
    bytes: &[u8],
    options: &ScanOptions<'_>,
    sink: &mut dyn FnMut(EventRecord),
) -> Outcome {
    scan_log(bytes, options, sink)
}

/// Reads a log where it lies, chunk by chunk: for logs that are too large for memory. What of it
/// cannot be read is damage, and costs the records that lie there.
pub fn scan_stored(
    log: &dyn ReadAt,
    options: &ScanOptions<'_>,
    sink: &mut dyn FnMut(EventRecord),
) -> Outcome {
    let stored = Stored::new(log);
    let mut outcome = scan_log(&stored, options, sink);
    let unreadable = stored.unreadable();
    if !unreadable.is_empty() {
        outcome.coverage.note(SourceState::Damaged);
        for damage in std::mem::replace(&mut outcome.damage, unreadable) {
            damage.push_to(&mut outcome.damage);
        }
    }
    outcome
}

fn scan_log<L: Log + ?Sized>(
    log: &L,
    options: &ScanOptions<'_>,
    sink: &mut dyn FnMut(EventRecord),
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut spans = chunks(log, &mut outcome);
    // A full log goes on at its first chunk again, so its order in the file is not that in time.
    spans.sort_by_key(|span| (span.left_over, span.first_record, span.base));
    let mut scan = Scan {
        log,
        options,
        filter: Filter::new(options.wanted, &history::WATCHED),
        history: History::default(),
        last: None,
        seen: None,
        created: Coverage::default(),
        order: Order::default(),
        agreement: Agreement::default(),
        outcome,
        sink,
    };
    for (index, span) in spans.iter().enumerate() {
        if !span.left_over {
            scan.chunk(span, spans.get(..index).unwrap_or_default());
        }
    }
    scan.history.conclude(&spans, &mut scan.outcome);
    let coverage = &mut scan.outcome.coverage;
    std::mem::take(&mut scan.agreement).conclude(FileHeader::of(log), scan.last, coverage);
    if scan.history.exported() {
        // Who saved a selection chose the order, too.
        coverage.steps_back.clear();
    }
    if !coverage.steps_back.is_empty() {
        coverage.note(SourceState::TimeStepsBack);
    }
    if scan.history.exported() && scan.created.first.is_some() {
        scan.outcome.coverage.first = None;
        scan.outcome.coverage.last = None;
    }
    for time in [scan.created.first, scan.created.last]
        .into_iter()
        .flatten()
    {
        scan.outcome.coverage.widen(time);
    }
    if options.carve {
        scan.carve(&spans);
    }
    let mut outcome = scan.outcome;
    if !outcome.damage.is_empty() {
        outcome.coverage.note(SourceState::Damaged);
    }
    outcome
}

struct Scan<'w, 'a, 's, L: ?Sized> {
    log: &'a L,
    options: &'s ScanOptions<'w>,
    filter: Filter,
    history: History,
    /// The last record's number.
    last: Option<u64>,
    /// Where each record number stands; only kept once a number came twice.
    seen: Option<HashMap<u64, (usize, usize)>>,
    /// The span of the events' own times, as far as the headers' times do not serve.
    created: Coverage,
    order: Order,
    agreement: Agreement,
    outcome: Outcome,
    sink: &'s mut dyn FnMut(EventRecord),
}

impl<L: Log + ?Sized> Scan<'_, '_, '_, L> {
    fn chunk(&mut self, span: &Span, before: &[Span]) {
        let log = self.log;
        let bytes = &*span.bytes(log);
        if let Some(header) = span.header {
            let wrong = match (span.intact, header.records_are_intact(bytes)) {
                (true, true) => None,
                (true, false) => Some("the checksum over the chunk's records is wrong"),
                (false, true) => Some("the checksum over the chunk's header is wrong"),
                (false, false) => {
                    Some("the checksums over the chunk's header and its records are wrong")
                }
            };
            if let Some(wrong) = wrong {
                Damage::new(
                    offset(span.base),
                    0,
                    format!("{wrong}; it was read all the same"),
                )
                .push_to(&mut self.outcome.damage);
            }
        }
        self.agreement
            .enter(span, bytes, &mut self.outcome.coverage);
        self.filter.enter_chunk();
        let mut parser = Parser::new(bytes);
        let mut records = Records::of(span, bytes);
        while let Some(record) = records.next(&mut self.outcome.damage) {
            self.agreement.record(span, bytes, &record);
            if self.number(span, &record, before) {
                self.record(&mut parser, bytes, span, &record);
            }
        }
        self.agreement.leave(span);
        if let Some(last) = span.header.map(|header| header.last_record)
            && span.knows_its_end
            && let Some(read) = self.last
            && read < last
        {
            Damage::new(
                offset(span.base + records.position()),
                0,
                format!("the chunk's last event records, up to {last}, are missing"),
            )
            .push_to(&mut self.outcome.damage);
        }
    }

    /// Counts the record and sees whether its number follows from the last one. `false` for a
    /// copy of a record that was already read.
    fn number(&mut self, span: &Span, record: &RecordHeader, before: &[Span]) -> bool {
        let place = (span.base + record.at, record.length);
        if self.last.is_some_and(|last| record.record_id <= last) && self.seen.is_none() {
            self.seen = Some(places(self.log, before, span, record.at));
        }
        if let Some(seen) = &mut self.seen {
            if let Some((at, length)) = seen.get(&record.record_id).copied() {
                let stretch = |at: usize, length| self.log.at(at..at.saturating_add(length));
                let first = stretch(at, length);
                if !first.is_empty() && first == stretch(place.0, place.1) {
                    Damage::new(
                        offset(place.0),
                        offset(place.1),
                        format!(
                            "event record {} stands here a second time; it was read at {:#x}",
                            record.record_id,
                            offset(at)
                        ),
                    )
                    .push_to(&mut self.outcome.damage);
                    return false;
                }
            }
            seen.insert(record.record_id, place);
        }
        let coverage = &mut self.outcome.coverage;
        coverage.records += 1;
        if let Some(written) = record.written() {
            coverage.widen(RecordedTime::utc(written));
        }
        let step = self.order.next(self.log, span, record, self.options.ansi);
        if let Some(step) = step {
            step.push_to(&mut coverage.steps_back);
        }
        if let Some(last) = self.last
            && Some(record.record_id) != last.checked_add(1)
        {
            coverage.gaps.push(NumberGap {
                after: last,
                before: record.record_id,
                offset: offset(place.0),
            });
        }
        self.last = Some(record.record_id);
        true
    }

    fn record<'c>(
        &mut self,
        parser: &mut Parser<'c>,
        bytes: &'c [u8],
        span: &Span,
        record: &RecordHeader,
    ) {
        // In exported logs the header's time is missing or another than the event's own.
        let timeless = record.written().is_none();
        let watched = self.history.watches() || timeless || self.history.exported();
        if !watched && !self.filter.lets_through(bytes, record) {
            return;
        }
        let (start, end) = record.content();
        match event::read(parser, start, end, self.options.ansi) {
            Ok(event) => {
                self.history.saw(record, &event);
                if (timeless || self.history.exported())
                    && let Some(created) = event.created
                {
                    self.created.widen(RecordedTime::utc(created));
                }
                if !is_wanted(self.options.wanted, &event.provider, event.event_id) {
                    return;
                }
                match assemble(event, span.base, record) {
                    Some(event) => (self.sink)(event),
                    None => Damage::new(
                        offset(span.base + record.at),
                        offset(record.length),
                        format!("event record {} has no time", record.record_id),
                    )
                    .push_to(&mut self.outcome.damage),
                }
            }
            Err(fault) => {
                broken(span.base, record, fault).push_to(&mut self.outcome.damage);
            }
        }
    }

    /// Looks for records in slack and in chunks that are left over.
    fn carve(&mut self, spans: &[Span]) {
        let log = self.log;
        let mut known: HashMap<(u64, u64), ()> = HashMap::new();
        let mut slack: Vec<(&Span, usize)> = Vec::new();
        for span in spans {
            if span.left_over {
                slack.push((span, super::chunk::CHUNK_HEADER));
                continue;
            }
            let bytes = span.bytes(log);
            let mut records = Records::of(span, &bytes);
            while let Some(record) = records.next(&mut Vec::new()) {
                known.insert((record.record_id, record.written), ());
            }
            slack.push((span, records.position()));
        }
        for (span, from) in slack {
            self.filter.enter_chunk();
            let bytes = &*span.bytes(log);
            let mut parser = Parser::strict(bytes);
            let mut at = from;
            while let Some(record) = super::file::first_record_from(bytes, at) {
                at = record.at + 1;
                // The same record often lies in the slack of many chunks: what Windows had in
                // the buffer from which it wrote them.
                if known.contains_key(&(record.record_id, record.written))
                    || record.written().is_none()
                {
                    continue;
                }
                let (start, end) = record.content();
                if let Ok(event) = event::read(&mut parser, start, end, self.options.ansi) {
                    at = record.at + record.length;
                    known.insert((record.record_id, record.written), ());
                    if is_wanted(self.options.wanted, &event.provider, event.event_id)
                        && let Some(mut found) = assemble(event, span.base, &record)
                    {
                        found.recovered = true;
                        (self.sink)(found);
                    }
                }
            }
        }
    }
}

/// Where the records of earlier chunks, and of this one up to `until`, stand in the file.
fn places(
    log: &(impl Log + ?Sized),
    before: &[Span],
    span: &Span,
    until: usize,
) -> HashMap<u64, (usize, usize)> {
    let mut places = HashMap::new();
    let mut add = |span: &Span, until: usize| {
        let bytes = span.bytes(log);
        let mut records = Records::of(span, &bytes);
        while let Some(record) = records.next(&mut Vec::new()) {
            if record.at >= until {
                break;
            }
            places
                .entry(record.record_id)
                .or_insert((span.base + record.at, record.length));
        }
    };
    for span in before.iter().filter(|span| !span.left_over) {
        add(span, usize::MAX);
    }
    add(span, until);
    places
}

/// Whether an event is among those asked for.
fn is_wanted(wanted: Option<&[Wanted]>, provider: &str, event_id: u16) -> bool {
    wanted.is_none_or(|wanted| {
        wanted.iter().any(|one| {
            one.provider == provider
                && (one.event_ids.is_empty() || one.event_ids.contains(&event_id))
        })
    })
}

fn broken(base: usize, record: &RecordHeader, fault: super::binxml::Fault) -> Damage {
    Damage::new(
        offset(base + record.at),
        offset(record.length),
        format!(
            "event record {}: {} (at {:#x})",
            record.record_id,
            fault.reason,
            offset(base.saturating_add(fault.at))
        ),
    )
}

/// The record from its header and its content; `None` when neither of its two times is one.
fn assemble(event: Event, base: usize, record: &RecordHeader) -> Option<EventRecord> {
    let written = record.written().or(event.created)?;
    Some(EventRecord {
        record_id: record.record_id,
        offset: offset(base + record.at),
        length: u32::try_from(record.length).unwrap_or(u32::MAX),
        written,
        created: event.created.unwrap_or(written),
        provider: event.provider,
        event_id: event.event_id,
        version: event.version,
        task: event.task,
        keywords: event.keywords,
        channel: event.channel,
        computer: event.computer,
        user_sid: event.user_sid,
        process_id: event.process_id,
        data: event.data,
        recovered: false,
    })
}

/// The event whose record begins at that byte offset of the log; `None` when no record begins
/// there or it cannot be decoded. Its bytes are [`EventRecord::offset`] and
/// [`EventRecord::length`].
#[must_use]
pub fn record_at(bytes: &[u8], at: u64) -> Option<EventRecord> {
    let (span, record) = find(bytes, at)?;
    let (start, end) = record.content();
    let mut parser = Parser::new(span_bytes(bytes, &span));
    let event = event::read(&mut parser, start, end, encoding_rs::WINDOWS_1252).ok()?;
    let mut found = assemble(event, span.base, &record)?;
    found.recovered = span.left_over || record.at >= span.live_end();
    Some(found)
}

/// The chunk and record at that byte offset of the log.
pub(super) fn find(bytes: &[u8], at: u64) -> Option<(Span, RecordHeader)> {
    let at = usize::try_from(at).ok()?;
    let span = chunks(bytes, &mut Outcome::default())
        .into_iter()
        .find(|span| {
            at.checked_sub(span.base)
                .is_some_and(|in_chunk| in_chunk < span.length)
        })?;
    let record = RecordHeader::read(span_bytes(bytes, &span), at - span.base).ok()?;
    Some((span, record))
}

/// The bytes of a chunk of a log in memory.
pub(super) fn span_bytes<'a>(bytes: &'a [u8], span: &Span) -> &'a [u8] {
    slice_at(bytes, span.base, span.length).unwrap_or_default()
}
