//! Times that run backwards while the record numbers go on.
//!
//! A record bears the time at which its event was made; it gets its number when the event log
//! service writes it. Three things put an earlier time behind a later one though nobody set the
//! clock back, all of them seen in real logs:
//!
//! - Events of several sessions are written in the order in which their buffers are emptied. In the
//!   logs looked at, the largest such step was 0.26 s.
//! - What was made while the service was not running is written after the service's own first
//!   records, which bear the time of its start: shutdowns of minutes before, and the same of hours
//!   before where the machine was off that long. So the service's own records are no measure.
//! - A clock that is put forward (a virtual machine that goes on, a sleep that ends) lets what was
//!   made before be written after what was made behind it. The step is then as wide as the change,
//!   and the change is on record; that is for those to judge who know the changes.

use std::collections::VecDeque;

use encoding_rs::Encoding;
use kusari_evidence::time::{RecordedTime, TICKS_PER_SECOND, Timestamp};

use super::binxml::Parser;
use super::chunk::RecordHeader;
use super::event::{self, Event};
use super::file::Span;
use super::log::Log;
use crate::TimeStepBack;
use crate::wire::offset;

/// Steps of less are not said. They come of how buffers are emptied; this is two hundred times the
/// largest of those seen.
const LEAST_STEP: i64 = 60 * TICKS_PER_SECOND;

/// How many records are remembered, to look behind those of the service itself. It writes three or
/// four in a row.
const REMEMBERED: usize = 16;

/// How many records are decoded at most to learn whose they are. A start of Windows takes four; a
/// hostile log could ask for each of its records. Behind that no step is said.
const MOST_DECODED: usize = 10_000;

/// The names under which the event log service writes records of its own.
const SERVICE: [&str; 2] = ["EventLog", "Microsoft-Windows-Eventlog"];

/// A record, and where its chunk stands.
#[derive(Debug, Clone, Copy)]
struct Seen {
    base: usize,
    length: usize,
    record: RecordHeader,
    written: Timestamp,
}

/// The last records, in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Order {
    last: VecDeque<Seen>,
    decoded: usize,
}

impl Order {
    /// Takes in the next record, and says when its time lies before that of the record before.
    pub(super) fn next(
        &mut self,
        log: &(impl Log + ?Sized),
        span: &Span,
        record: &RecordHeader,
        ansi: &'static Encoding,
    ) -> Option<TimeStepBack> {
        let seen = Seen {
            base: span.base,
            length: span.length,
            record: *record,
            written: record.written()?,
        };
        let step = self.step_to(&seen, log, ansi);
        if self.last.len() == REMEMBERED {
            self.last.pop_front();
        }
        self.last.push_back(seen);
        step
    }

    fn step_to(
        &mut self,
        seen: &Seen,
        log: &(impl Log + ?Sized),
        ansi: &'static Encoding,
    ) -> Option<TimeStepBack> {
        // Only where there is a step, records are decoded to learn whose they are.
        while let Some(last) = self.last.back() {
            if last.written.ticks_since(seen.written) < LEAST_STEP {
                return None;
            }
            if self.decoded >= MOST_DECODED {
                return None;
            }
            self.decoded += 2;
            let event = decode(last, log, ansi);
            if event.as_ref().is_none_or(is_of_service) {
                self.last.pop_back();
                continue;
            }
            let own = decode(seen, log, ansi);
            // Forwarded events are of other computers' logs, and come when they come.
            let same_log = event.zip(own).is_some_and(|(a, b)| {
                a.computer.eq_ignore_ascii_case(&b.computer) && a.channel == b.channel
            });
            return same_log.then(|| TimeStepBack {
                computer: None,
                after: last.record.record_id,
                from: RecordedTime::utc(last.written),
                before: seen.record.record_id,
                to: RecordedTime::utc(seen.written),
                offset: offset(seen.base.saturating_add(seen.record.at)),
            });
        }
        None
    }
}

/// The record's event; `None` when it cannot be decoded, which makes it no measure.
fn decode(seen: &Seen, log: &(impl Log + ?Sized), ansi: &'static Encoding) -> Option<Event> {
    let chunk = log.at(seen.base..seen.base.saturating_add(seen.length));
    let (start, end) = seen.record.content();
    event::read(&mut Parser::new(&chunk), start, end, ansi).ok()
}

/// Whether the service wrote the record of itself.
fn is_of_service(event: &Event) -> bool {
    SERVICE.contains(&event.provider.as_str())
}
