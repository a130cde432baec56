//! One event with everything that outputs show of it.

use std::fmt;
use std::str::FromStr;

use kusari_artifacts::Locator;
use kusari_evidence::time::RecordedTime;
use sha2::{Digest, Sha256};

use super::{Placed, Reconstruction};
use crate::clock::CorrectedTime;
use crate::event::{Action, Confidence, SourceIndex};
use crate::source::Source;

/// The id of an event: the first 8 bytes of a SHA-256 over its source's hash, its locator, its
/// action, and what its time means. The same evidence gives the same ids wherever it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(u64);

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A text that is no event id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an event id; expected 16 hexadecimal digits, as in `kusari timeline`")]
pub struct NotAnEventId(String);

impl FromStr for EventId {
    type Err = NotAnEventId;

    fn from_str(text: &str) -> Result<Self, NotAnEventId> {
        if text.len() != 16 {
            return Err(NotAnEventId(text.to_owned()));
        }
        u64::from_str_radix(text, 16)
            .map(Self)
            .map_err(|_| NotAnEventId(text.to_owned()))
    }
}

/// One event with its texts.
#[derive(Debug, Clone)]
pub struct EventView<'a> {
    /// Its number in this reconstruction.
    pub index: usize,
    /// Its id.
    pub id: EventId,
    /// The time as recorded.
    pub recorded: RecordedTime,
    /// What this time says.
    pub meaning: &'a str,
    /// The time after correction.
    pub time: CorrectedTime,
    /// The machine's id; on its clock the time was recorded.
    pub machine: Option<&'a str>,
    /// The device's label or own id.
    pub device: Option<&'a str>,
    /// The volume, by the record's name for it.
    pub volume: Option<&'a str>,
    /// The user.
    pub user: Option<&'a str>,
    /// What happened.
    pub action: Action,
    /// The file or folder.
    pub file: Option<&'a str>,
    /// What the record says.
    pub message: &'a str,
    /// The number of the source.
    pub source_index: SourceIndex,
    /// The source.
    pub source: &'a Source,
    /// Where in the source.
    pub locator: Locator,
    /// How far it may be leant on.
    pub confidence: Confidence,
    /// What it was placed to.
    pub placed: Placed,
}

impl Reconstruction {
    /// The event with that number.
    #[must_use]
    pub fn event(&self, index: usize) -> Option<EventView<'_>> {
        let row = self.events.row(index)?;
        let placed = self.events.placed(index)?;
        let source = self.sources.get(usize::try_from(row.source).ok()?)?;
        let strings = self.events.strings();
        let locator = self.events.locator(index)?;
        let meaning = strings.get(row.meaning).unwrap_or_default();
        let device_name = row.device.and_then(|name| strings.get(name.value));
        Some(EventView {
            index,
            id: event_id(source, &locator, row.action, meaning, device_name),
            recorded: row.time,
            meaning,
            time: placed.corrected,
            machine: placed
                .machine
                .and_then(|machine| self.machine(machine))
                .map(|machine| machine.id.as_str()),
            device: placed
                .device
                .and_then(|device| self.device(device))
                .map(|device| device.id.as_str()),
            volume: row.volume.and_then(|volume| strings.get(volume.value)),
            user: strings.get(row.user),
            action: row.action,
            file: strings.get(row.file),
            message: strings.get(row.message).unwrap_or_default(),
            source_index: row.source,
            source,
            locator,
            confidence: row.confidence,
            placed,
        })
    }

    /// All events in the order of corrected time.
    pub fn timeline(&self) -> impl Iterator<Item = EventView<'_>> {
        self.events
            .order()
            .iter()
            .filter_map(|&index| self.event(index))
    }

    /// The event with that id.
    #[must_use]
    pub fn find_event(&self, id: EventId) -> Option<EventView<'_>> {
        self.timeline().find(|event| event.id == id)
    }
}

fn event_id(
    source: &Source,
    locator: &Locator,
    action: Action,
    meaning: &str,
    device: Option<&str>,
) -> EventId {
    let mut hasher = Sha256::new();
    match &source.sha256 {
        Some(hash) => hasher.update(hash.as_bytes()),
        // Not all of its bytes are known, so only its name tells it from others.
        None => hasher.update(source.name.as_bytes()),
    }
    for part in [
        locator.to_string().as_str(),
        action.name(),
        meaning,
        device.unwrap_or_default(),
    ] {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    let digest = hasher.finalize();
    let first: [u8; 8] = digest.first_chunk().copied().unwrap_or_default();
    EventId(u64::from_be_bytes(first))
}
