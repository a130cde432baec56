//! Reading the wanted events out of a whole log.

use encoding_rs::Encoding;
use kusari_evidence::time::{RecordedTime, Timestamp};

use super::binxml::Parser;
use super::chunk::{CHUNK_HEADER, CHUNK_SIZE, ChunkHeader, RecordHeader};
use super::event::read_event;
use super::record::{EventRecord, Wanted};
use super::wire::offset;
use crate::{Damage, NumberGap, Outcome, SourceState};

/// Reads the wanted events of a whole log; everything else is only skimmed.
///
/// The events come in the order of their record numbers. The outcome covers all records, not
/// only the wanted ones.
pub fn scan(bytes: &[u8], wanted: &[Wanted], sink: &mut dyn FnMut(EventRecord)) -> Outcome {
    run(bytes, Some(wanted), sink)
}

/// Reads all events of a log.
pub fn scan_all(bytes: &[u8], sink: &mut dyn FnMut(EventRecord)) -> Outcome {
    run(bytes, None, sink)
}

/// Whether an event is among those asked for.
pub(super) fn is_wanted(wanted: Option<&[Wanted]>, provider: &str, event_id: u16) -> bool {
    wanted.is_none_or(|wanted| {
        wanted.iter().any(|one| {
            one.provider == provider
                && (one.event_ids.is_empty() || one.event_ids.contains(&event_id))
        })
    })
}

fn run(bytes: &[u8], wanted: Option<&[Wanted]>, sink: &mut dyn FnMut(EventRecord)) -> Outcome {
    let mut outcome = Outcome::default();
    let mut chunks: Vec<(u64, usize, &[u8], ChunkHeader)> = Vec::new();
    for (index, chunk) in bytes
        .get(4096..)
        .unwrap_or_default()
        .chunks(CHUNK_SIZE)
        .enumerate()
    {
        if let Some(header) = ChunkHeader::read(chunk) {
            chunks.push((
                header.first_record,
                4096 + index * CHUNK_SIZE,
                chunk,
                header,
            ));
        }
    }
    chunks.sort_by_key(|(first, at, ..)| (*first, *at));
    let mut last: Option<u64> = None;
    for (_, base, chunk, header) in chunks {
        let mut parser = Parser::new(chunk);
        let mut at = CHUNK_HEADER;
        while at < header.free_space.min(chunk.len()) {
            let record = match RecordHeader::read(chunk, at) {
                Ok(record) => record,
                Err(reason) => {
                    Damage::new(offset(base + at), offset(chunk.len() - at), reason)
                        .push_to(&mut outcome.damage);
                    break;
                }
            };
            at += record.length;
            outcome.coverage.records += 1;
            if let Some(written) = record.written() {
                outcome.coverage.widen(RecordedTime::utc(written));
            }
            if let Some(last) = last
                && record.record_id != last.wrapping_add(1)
            {
                outcome.coverage.gaps.push(NumberGap {
                    after: last,
                    before: record.record_id,
                    offset: offset(base + record.at),
                });
            }
            if last.is_none() && record.record_id > 1 {
                outcome.coverage.note(SourceState::RolledOver);
            }
            last = Some(record.record_id);
            match decode(&mut parser, base, &record, encoding_rs::WINDOWS_1252) {
                Ok(event) => {
                    if is_wanted(wanted, &event.provider, event.event_id) {
                        sink(event);
                    }
                }
                Err(damage) => damage.push_to(&mut outcome.damage),
            }
        }
    }
    if !outcome.damage.is_empty() {
        outcome.coverage.note(SourceState::Damaged);
    }
    outcome
}

/// Decodes one record of the chunk that begins at `base` in the file.
pub(super) fn decode(
    parser: &mut Parser<'_>,
    base: usize,
    record: &RecordHeader,
    ansi: &'static Encoding,
) -> Result<EventRecord, Damage> {
    let (start, end) = record.content();
    let event = read_event(parser, start, end, ansi).map_err(|fault| {
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
    })?;
    let epoch = Timestamp::from_ticks(0);
    let (written, created) = match (record.written().or(event.created).or(epoch), event.created) {
        (Some(written), created) => (written, created.unwrap_or(written)),
        (None, _) => {
            return Err(Damage::new(
                offset(base + record.at),
                offset(record.length),
                "an event record without a time",
            ));
        }
    };
    Ok(EventRecord {
        record_id: record.record_id,
        offset: offset(base + record.at),
        length: u32::try_from(record.length).unwrap_or(u32::MAX),
        written,
        created,
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

/// The event whose record begins at that byte offset of the log.
#[must_use]
pub fn record_at(bytes: &[u8], at: u64) -> Option<EventRecord> {
    let at = usize::try_from(at).ok()?;
    let base = at.checked_sub(4096)? / CHUNK_SIZE * CHUNK_SIZE + 4096;
    let chunk = bytes.get(base..bytes.len().min(base + CHUNK_SIZE))?;
    let record = RecordHeader::read(chunk, at - base).ok()?;
    decode(
        &mut Parser::new(chunk),
        base,
        &record,
        encoding_rs::WINDOWS_1252,
    )
    .ok()
}
