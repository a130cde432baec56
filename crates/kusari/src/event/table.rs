//! Events in columns. A row takes about a hundred bytes, and no row holds a string of its own.

use std::num::NonZeroU64;

use kusari_artifacts::Locator;
use kusari_evidence::time::{RecordedTime, TimeBasis, Timestamp};

use super::action::Action;
use crate::identity::Identifier;
use crate::strings::{Remap, StringPool, Text};

/// How far a row may be leant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Carved from unused space or from a deleted key: its place in the story may have been lost.
    Recovered,
    /// The record stands, but what it says about the action is inferred.
    Inferred,
    /// The record says it.
    Recorded,
}

impl Confidence {
    /// The word in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::Inferred => "inferred",
            Self::Recorded => "recorded",
        }
    }
}

/// On whose clock, and at which machine, an event was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// The machine that the source was found on.
    ThisMachine,
    /// The machine that the record names by its computer name, as a stick's own log does.
    ComputerNamed(&'a str),
}

/// One event, as an intake module hands it over.
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    /// The time as recorded.
    pub time: RecordedTime,
    /// What this time says, in the field's words: `DEVPKEY_Device_LastArrivalDate (0066)`.
    pub meaning: &'a str,
    /// What happened.
    pub action: Action,
    /// Where, and on whose clock.
    pub whose: Whose<'a>,
    /// The device that it happened to, by the name that the record uses.
    pub device: Option<Identifier>,
    /// The volume, by the name that the record uses.
    pub volume: Option<Identifier>,
    /// The user, as a SID or as the name that the record uses.
    pub user: Option<&'a str>,
    /// The file or folder.
    pub file: Option<&'a str>,
    /// What the record says, in one line for people, without the time.
    pub message: &'a str,
    /// Where the record stands.
    pub locator: &'a Locator,
    /// The record's own number, where its source numbers its records in the order of writing.
    pub number: Option<u64>,
    /// How far it may be leant on.
    pub confidence: Confidence,
}

/// An identifier in columns: its kind and its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentifierText {
    /// What kind of name.
    pub kind: crate::identity::IdentifierKind,
    /// The name.
    pub value: Text,
}

/// A number into the list of machines of a reconstruction.
pub type MachineIndex = u32;

/// A number into the list of sources of a reconstruction.
pub type SourceIndex = u32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LocatorTag {
    RegistryKey,
    RegistryValue,
    EventRecord,
    Lines,
    Bytes,
    WriteAheadLog,
}

/// All that an event says, and in which record of its source, but not where that source and its
/// bytes lie: what is equal stands for the same record in two copies of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct EventContent {
    time: RecordedTime,
    meaning: Text,
    action: Action,
    computer: Text,
    device: Option<IdentifierText>,
    volume: Option<IdentifierText>,
    user: Text,
    file: Text,
    message: Text,
    /// The record's own number; a line's number is none, since lines before it may go.
    record: u64,
    key: Text,
    value: Text,
}

/// A record's number in eight bytes: one higher than it is, so that zero stands for none. The last
/// of all numbers is taken for the one before it.
fn stored(number: u64) -> NonZeroU64 {
    NonZeroU64::MIN.saturating_add(number)
}

/// The number that is stored.
fn said(stored: NonZeroU64) -> u64 {
    stored.get().saturating_sub(1)
}

/// Events in columns. All columns are of the same length.
#[derive(Debug, Clone, Default)]
pub struct EventTable {
    wall: Vec<Timestamp>,
    basis: Vec<TimeBasis>,
    decimals: Vec<u8>,
    meaning: Vec<Text>,
    action: Vec<Action>,
    computer: Vec<Text>,
    device: Vec<Option<IdentifierText>>,
    volume: Vec<Option<IdentifierText>>,
    user: Vec<Text>,
    file: Vec<Text>,
    message: Vec<Text>,
    source: Vec<SourceIndex>,
    number: Vec<Option<NonZeroU64>>,
    confidence: Vec<Confidence>,
    locator_tag: Vec<LocatorTag>,
    locator_number: Vec<u64>,
    locator_offset: Vec<u64>,
    locator_length: Vec<u64>,
    locator_key: Vec<Text>,
    locator_value: Vec<Text>,
}

/// One row of an [`EventTable`], with its texts still as numbers.
#[derive(Debug, Clone, Copy)]
pub struct EventRow {
    /// The time as recorded.
    pub time: RecordedTime,
    /// What this time says.
    pub meaning: Text,
    /// What happened.
    pub action: Action,
    /// The computer name that the record gives, when it is not of the source's own machine.
    pub computer: Text,
    /// The device by the record's name for it.
    pub device: Option<IdentifierText>,
    /// The volume by the record's name for it.
    pub volume: Option<IdentifierText>,
    /// The user.
    pub user: Text,
    /// The file or folder.
    pub file: Text,
    /// What the record says.
    pub message: Text,
    /// The source that it stands in.
    pub source: SourceIndex,
    /// The record's own number, where its source numbers its records in the order of writing.
    pub number: Option<u64>,
    /// How far it may be leant on.
    pub confidence: Confidence,
}

impl EventTable {
    /// How many events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.wall.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wall.is_empty()
    }

    /// Adds an event; its texts go into `strings`.
    pub fn push(&mut self, strings: &mut StringPool, source: SourceIndex, event: &NewEvent<'_>) {
        self.wall.push(event.time.wall);
        self.basis.push(event.time.basis);
        self.decimals.push(event.time.decimals);
        self.meaning.push(strings.intern(event.meaning));
        self.action.push(event.action);
        self.computer.push(match event.whose {
            Whose::ThisMachine => Text::NONE,
            Whose::ComputerNamed(name) => strings.intern(name),
        });
        let mut intern_identifier = |identifier: &Option<Identifier>| {
            identifier.as_ref().map(|identifier| IdentifierText {
                kind: identifier.kind,
                value: strings.intern(&identifier.value),
            })
        };
        self.device.push(intern_identifier(&event.device));
        self.volume.push(intern_identifier(&event.volume));
        self.user.push(strings.intern_option(event.user));
        self.file.push(strings.intern_option(event.file));
        self.message.push(strings.intern(event.message));
        self.source.push(source);
        self.number.push(event.number.map(stored));
        self.confidence.push(event.confidence);
        self.push_locator(strings, event.locator);
    }

    fn push_locator(&mut self, strings: &mut StringPool, locator: &Locator) {
        let (tag, number, offset, length, key, value) = match locator {
            Locator::Registry {
                cell,
                key,
                value: None,
            } => (
                LocatorTag::RegistryKey,
                0,
                u64::from(*cell),
                0,
                strings.intern(key),
                Text::NONE,
            ),
            Locator::Registry {
                cell,
                key,
                value: Some(value),
            } => (
                LocatorTag::RegistryValue,
                0,
                u64::from(*cell),
                0,
                strings.intern(key),
                strings.intern(value),
            ),
            Locator::EventRecord { record, offset } => (
                LocatorTag::EventRecord,
                *record,
                *offset,
                0,
                Text::NONE,
                Text::NONE,
            ),
            Locator::Lines {
                line,
                offset,
                length,
            } => (
                LocatorTag::Lines,
                *line,
                *offset,
                *length,
                Text::NONE,
                Text::NONE,
            ),
            Locator::Bytes { offset, length } => (
                LocatorTag::Bytes,
                0,
                *offset,
                *length,
                Text::NONE,
                Text::NONE,
            ),
            Locator::WriteAheadLog { offset, length } => (
                LocatorTag::WriteAheadLog,
                0,
                *offset,
                *length,
                Text::NONE,
                Text::NONE,
            ),
        };
        self.locator_tag.push(tag);
        self.locator_number.push(number);
        self.locator_offset.push(offset);
        self.locator_length.push(length);
        self.locator_key.push(key);
        self.locator_value.push(value);
    }

    /// The row with that number.
    #[must_use]
    pub fn row(&self, index: usize) -> Option<EventRow> {
        Some(EventRow {
            time: RecordedTime {
                wall: *self.wall.get(index)?,
                basis: *self.basis.get(index)?,
                decimals: *self.decimals.get(index)?,
            },
            meaning: *self.meaning.get(index)?,
            action: *self.action.get(index)?,
            computer: *self.computer.get(index)?,
            device: *self.device.get(index)?,
            volume: *self.volume.get(index)?,
            user: *self.user.get(index)?,
            file: *self.file.get(index)?,
            message: *self.message.get(index)?,
            source: *self.source.get(index)?,
            number: self.number.get(index)?.map(said),
            confidence: *self.confidence.get(index)?,
        })
    }

    /// All rows in their order.
    pub fn rows(&self) -> impl Iterator<Item = EventRow> + '_ {
        (0..self.len()).filter_map(|index| self.row(index))
    }

    /// Where the row's record stands in its source.
    #[must_use]
    pub fn locator(&self, strings: &StringPool, index: usize) -> Option<Locator> {
        let offset = *self.locator_offset.get(index)?;
        let length = *self.locator_length.get(index)?;
        let number = *self.locator_number.get(index)?;
        let text = |text: Text| strings.get(text).unwrap_or_default().to_owned();
        Some(match self.locator_tag.get(index)? {
            LocatorTag::RegistryKey => Locator::Registry {
                cell: u32::try_from(offset).ok()?,
                key: text(*self.locator_key.get(index)?),
                value: None,
            },
            LocatorTag::RegistryValue => Locator::Registry {
                cell: u32::try_from(offset).ok()?,
                key: text(*self.locator_key.get(index)?),
                value: Some(text(*self.locator_value.get(index)?)),
            },
            LocatorTag::EventRecord => Locator::EventRecord {
                record: number,
                offset,
            },
            LocatorTag::Lines => Locator::Lines {
                line: number,
                offset,
                length,
            },
            LocatorTag::Bytes => Locator::Bytes { offset, length },
            LocatorTag::WriteAheadLog => Locator::WriteAheadLog { offset, length },
        })
    }

    /// What the row says.
    pub(crate) fn content(&self, index: usize) -> Option<EventContent> {
        let row = self.row(index)?;
        Some(EventContent {
            time: row.time,
            meaning: row.meaning,
            action: row.action,
            computer: row.computer,
            device: row.device,
            volume: row.volume,
            user: row.user,
            file: row.file,
            message: row.message,
            record: match self.locator_tag.get(index)? {
                LocatorTag::EventRecord => *self.locator_number.get(index)?,
                _ => 0,
            },
            key: *self.locator_key.get(index)?,
            value: *self.locator_value.get(index)?,
        })
    }

    /// Gives the row another message.
    pub(crate) fn set_message(&mut self, index: usize, message: Text) {
        if let Some(own) = self.message.get_mut(index) {
            *own = message;
        }
    }

    /// Gives the row another file.
    pub(crate) fn set_file(&mut self, index: usize, file: Text) {
        if let Some(own) = self.file.get_mut(index) {
            *own = file;
        }
    }

    /// Says that the row may be leant on less far than its record alone.
    pub(crate) fn lower_confidence(&mut self, index: usize, to: Confidence) {
        if let Some(own) = self.confidence.get_mut(index) {
            *own = to.min(*own);
        }
    }

    /// Takes out the rows from `start` on whose place (counted from there) in `keep` is false.
    pub(crate) fn retain_from(&mut self, start: usize, keep: &[bool]) {
        fn column<T: Copy>(values: &mut Vec<T>, start: usize, keep: &[bool]) {
            let tail = values.split_off(start.min(values.len()));
            let kept = tail.into_iter().zip(keep).filter(|(_, keep)| **keep);
            values.extend(kept.map(|(value, _)| value));
        }
        column(&mut self.wall, start, keep);
        column(&mut self.basis, start, keep);
        column(&mut self.decimals, start, keep);
        column(&mut self.meaning, start, keep);
        column(&mut self.action, start, keep);
        column(&mut self.computer, start, keep);
        column(&mut self.device, start, keep);
        column(&mut self.volume, start, keep);
        column(&mut self.user, start, keep);
        column(&mut self.file, start, keep);
        column(&mut self.message, start, keep);
        column(&mut self.source, start, keep);
        column(&mut self.number, start, keep);
        column(&mut self.confidence, start, keep);
        column(&mut self.locator_tag, start, keep);
        column(&mut self.locator_number, start, keep);
        column(&mut self.locator_offset, start, keep);
        column(&mut self.locator_length, start, keep);
        column(&mut self.locator_key, start, keep);
        column(&mut self.locator_value, start, keep);
    }

    /// Takes over all rows of `other`, whose texts are renumbered by `remap` and whose source
    /// becomes `source`.
    pub fn absorb(&mut self, other: Self, remap: &Remap, source: SourceIndex) {
        let identifier = |identifier: Option<IdentifierText>| {
            identifier.map(|own| IdentifierText {
                kind: own.kind,
                value: remap.get(own.value),
            })
        };
        self.source
            .extend(std::iter::repeat_n(source, other.wall.len()));
        self.number.extend(other.number);
        self.wall.extend(other.wall);
        self.basis.extend(other.basis);
        self.decimals.extend(other.decimals);
        self.meaning
            .extend(other.meaning.into_iter().map(|text| remap.get(text)));
        self.action.extend(other.action);
        self.computer
            .extend(other.computer.into_iter().map(|text| remap.get(text)));
        self.device.extend(other.device.into_iter().map(identifier));
        self.volume.extend(other.volume.into_iter().map(identifier));
        self.user
            .extend(other.user.into_iter().map(|text| remap.get(text)));
        self.file
            .extend(other.file.into_iter().map(|text| remap.get(text)));
        self.message
            .extend(other.message.into_iter().map(|text| remap.get(text)));
        self.confidence.extend(other.confidence);
        self.locator_tag.extend(other.locator_tag);
        self.locator_number.extend(other.locator_number);
        self.locator_offset.extend(other.locator_offset);
        self.locator_length.extend(other.locator_length);
        self.locator_key
            .extend(other.locator_key.into_iter().map(|text| remap.get(text)));
        self.locator_value
            .extend(other.locator_value.into_iter().map(|text| remap.get(text)));
    }
}
