//! One record's time, place and standing, and the rows made of it.

use kusari_artifacts::Locator;
use kusari_artifacts::event_log::EventRecord;
use kusari_evidence::time::RecordedTime;

use crate::event::{Action, Confidence, NewEvent, Whose};
use crate::harvest::Harvest;
use crate::identity::Identifier;

/// What all rows of a record share.
pub(super) struct Row {
    pub(super) time: RecordedTime,
    pub(super) locator: Locator,
    recovered: bool,
}

/// What a row says beside the shared part.
pub(super) struct Says<'a> {
    pub(super) action: Action,
    pub(super) meaning: &'a str,
    pub(super) message: &'a str,
    pub(super) device: Option<&'a Identifier>,
    pub(super) user: Option<&'a str>,
    pub(super) file: Option<&'a str>,
    pub(super) inferred: bool,
}

impl<'a> Says<'a> {
    pub(super) fn new(action: Action, meaning: &'a str, message: &'a str) -> Self {
        Self {
            action,
            meaning,
            message,
            device: None,
            user: None,
            file: None,
            inferred: false,
        }
    }
}

impl Row {
    pub(super) fn new(record: &EventRecord) -> Self {
        Self {
            time: RecordedTime::utc(record.created),
            locator: Locator::EventRecord {
                record: record.record_id,
                offset: record.offset,
            },
            recovered: record.recovered,
        }
    }

    /// Adds a row with the record's time.
    pub(super) fn add(&self, harvest: &mut Harvest, says: &Says<'_>) {
        harvest.event(&NewEvent {
            time: self.time,
            meaning: says.meaning,
            action: says.action,
            whose: Whose::ThisMachine,
            device: says.device.cloned(),
            volume: None,
            user: says.user,
            file: says.file,
            message: says.message,
            locator: &self.locator,
            number: match self.locator {
                // A carved record stands outside the log's order.
                Locator::EventRecord { record, .. } if !self.recovered => Some(record),
                _ => None,
            },
            confidence: match (self.recovered, says.inferred) {
                (true, _) => Confidence::Recovered,
                (false, true) => Confidence::Inferred,
                (false, false) => Confidence::Recorded,
            },
        });
    }
}
