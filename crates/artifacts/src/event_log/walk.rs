//! From record to record through a chunk, past what is damaged.

use memchr::memmem;

use super::chunk::{CHUNK_HEADER, RECORD_MAGIC, RecordHeader};
use super::file::Span;
use super::wire::offset;
use crate::Damage;

/// The live records of a chunk in their order; each damaged stretch is skipped and reported.
pub(super) struct Records<'s, 'a> {
    span: &'s Span,
    bytes: &'a [u8],
    at: usize,
    end: usize,
    last: Option<u64>,
}

impl<'s, 'a> Records<'s, 'a> {
    /// From the first record on, of the chunk with these bytes.
    pub(super) fn of(span: &'s Span, bytes: &'a [u8]) -> Self {
        Self {
            span,
            bytes,
            at: CHUNK_HEADER.min(bytes.len()),
            end: span.live_end().min(bytes.len()),
            last: None,
        }
    }

    /// Where the live records ended. Behind it lies the chunk's slack.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The next record; a damaged stretch before it goes to `damage`.
    pub(super) fn next(&mut self, damage: &mut Vec<Damage>) -> Option<RecordHeader> {
        if self.at >= self.end {
            return None;
        }
        let bytes = self.bytes;
        let found = RecordHeader::read(bytes, self.at);
        let record = match found {
            Ok(record) if self.continues(&record) => record,
            found => {
                let reason = found.err();
                let next = self.resync();
                let to = next.map_or(self.end, |record| record.at);
                self.report(to, next.is_some(), reason, damage);
                self.at = to;
                next?
            }
        };
        self.at = record.at + record.length;
        self.last = Some(record.record_id);
        Some(record)
    }

    /// Whether a readable record belongs to the live ones. Where the chunk's header does not say
    /// where they end, older records may follow, left from the chunk's last use.
    fn continues(&self, record: &RecordHeader) -> bool {
        self.span.knows_its_end || self.last.is_none_or(|last| record.record_id > last)
    }

    /// The next readable record behind a damaged place. Its number must go on from the last.
    fn resync(&self) -> Option<RecordHeader> {
        let from = self.at + 1;
        let rest = self.bytes.get(from..self.end)?;
        memmem::find_iter(rest, RECORD_MAGIC)
            .filter_map(|at| RecordHeader::read(self.bytes, from + at).ok())
            .find(|record| self.last.is_none_or(|last| record.record_id > last))
    }

    fn report(
        &self,
        to: usize,
        resumed: bool,
        reason: Option<&'static str>,
        damage: &mut Vec<Damage>,
    ) {
        if !resumed {
            let rest = self.bytes.get(self.at..to).unwrap_or_default();
            // Exported logs may name the chunk's end as the begin of free space, with zeroes
            // behind the last record. Without a header nobody knows where the records should end,
            // unless the chunk itself was cut.
            if rest.iter().all(|byte| *byte == 0) || !self.span.knows_its_end {
                return;
            }
        }
        let reason = reason.unwrap_or("a record's number does not go on from the one before");
        let after = self.last.map_or(String::new(), |last| {
            format!(", behind event record {last}")
        });
        Damage::new(
            offset(self.span.base + self.at),
            offset(to.saturating_sub(self.at)),
            format!("{reason}{after}"),
        )
        .push_to(damage);
    }
}
