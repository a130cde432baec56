//! What a log's own records and numbers say about why it begins where it begins.
//!
//! Windows counts an event twice: its number in this file, from 1, and its identifier, which goes
//! on when the log is cleared or archived. Seen in real logs: a System log that was archived
//! (event 105 stands first) begins with number 1 and identifier 12049.

use super::binxml::value::plain_text;
use super::chunk::RecordHeader;
use super::event::Event;
use super::file::Span;
use super::record::Wanted;
use crate::{Outcome, SourceState};

/// The event log service, which records what is done to the logs.
const SERVICE: &str = "Microsoft-Windows-Eventlog";
/// The Security log was cleared; stands in that log itself.
const SECURITY_CLEARED: u16 = 1102;
/// A log was cleared; stands in the System log and names the log.
const LOG_CLEARED: u16 = 104;
/// A log was full and moved to another file; stands first in the new one.
const LOG_ARCHIVED: u16 = 105;

/// The events that are looked at for the log's own past, whatever else is asked for.
pub(super) const WATCHED: Wanted = Wanted {
    provider: SERVICE,
    event_ids: &[SECURITY_CLEARED, LOG_CLEARED, LOG_ARCHIVED],
};

/// What the records say about the log's past.
#[derive(Debug, Default)]
pub(super) struct History {
    looked: bool,
    exported: bool,
    cleared_at: Option<u64>,
    archived_at: Option<u64>,
}

impl History {
    /// Whether a record must be looked at although nobody asked for it: the first one is.
    pub(super) fn watches(&mut self) -> bool {
        !std::mem::replace(&mut self.looked, true)
    }

    /// Whether the log was seen to be a copy with records numbered anew.
    pub(super) fn exported(&self) -> bool {
        self.exported
    }

    /// Takes in one event.
    pub(super) fn saw(&mut self, record: &RecordHeader, event: &Event) {
        // A log that was saved with a selection numbers its records anew; the events keep the
        // number that the machine gave them.
        if event
            .record_number
            .is_some_and(|number| number != record.record_id)
        {
            self.exported = true;
        }
        if event.provider != SERVICE {
            return;
        }
        let names_this_log = event.data.iter().any(|(name, value)| {
            name.ends_with("/Channel") && plain_text(value, false) == event.channel
        });
        match event.event_id {
            SECURITY_CLEARED => self.cleared_at = self.cleared_at.or(Some(record.record_id)),
            LOG_CLEARED if names_this_log => {
                self.cleared_at = self.cleared_at.or(Some(record.record_id));
            }
            LOG_ARCHIVED if names_this_log => {
                self.archived_at = self.archived_at.or(Some(record.record_id));
            }
            _ => {}
        }
    }

    /// Says how the log began.
    pub(super) fn conclude(&self, spans: &[Span], outcome: &mut Outcome) {
        let coverage = &mut outcome.coverage;
        if self.exported {
            coverage.note(SourceState::Exported);
        }
        if self.cleared_at.is_some() {
            coverage.note(SourceState::Cleared);
        }
        let Some(first) = spans.iter().find(|span| !span.left_over) else {
            return;
        };
        let id = first.first_record;
        let explained = |at: Option<u64>| at == Some(id);
        if id <= 1 || explained(self.cleared_at) {
            return;
        }
        if explained(self.archived_at) {
            coverage.note(SourceState::Archived);
        } else if first.intact && first.header.map(|header| header.first_number) == Some(1) {
            // The file was begun anew while the counting went on.
            coverage.note(SourceState::Cleared);
        } else {
            coverage.note(SourceState::RolledOver);
        }
    }
}
