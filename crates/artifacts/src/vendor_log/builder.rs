//! From the named values of a record to the record.

use kusari_evidence::time::RecordedTime;

use super::numbering::Numbering;
use super::order::Order;
use super::profile::{Field, Zone};
use super::record::{LoginAction, LoginRecord};
use super::{Profile, Redaction};
use crate::{Damage, Locator, Outcome, SourceState};

/// Where a record stands in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) line: u64,
    pub(super) offset: u64,
    pub(super) end: u64,
}

/// Makes records of what a layout found.
pub(super) struct Builder<'p, 's> {
    pub(super) profile: &'p Profile,
    redaction: Redaction,
    sink: &'s mut dyn FnMut(LoginRecord),
    outcome: Outcome,
    numbering: Numbering,
    order: Order,
}

impl<'p, 's> Builder<'p, 's> {
    pub(super) fn new(
        profile: &'p Profile,
        redaction: Redaction,
        sink: &'s mut dyn FnMut(LoginRecord),
    ) -> Self {
        Self {
            profile,
            redaction,
            sink,
            outcome: Outcome::default(),
            numbering: Numbering::default(),
            order: Order::default(),
        }
    }

    /// Says what was skipped. `reason` must not quote the log: a shifted column can put a
    /// password anywhere.
    pub(super) fn damage(&mut self, place: Place, reason: &str) {
        let length = place.end.saturating_sub(place.offset);
        let reason = format!("line {}: {reason}", place.line);
        Damage::new(place.offset, length, reason).push_to(&mut self.outcome.damage);
    }

    /// A record of which only some values could be read. Its number still counts: the record is
    /// damaged, not missing.
    pub(super) fn damaged(&mut self, place: Place, values: &[(&str, &str)], reason: &str) {
        if let Some(Some(number)) = self.number(values) {
            self.numbering.push(number, place.offset);
        }
        self.damage(place, reason);
    }

    /// A whole record: the values of its fields by name.
    pub(super) fn record(&mut self, place: Place, values: &[(&str, &str)]) {
        let profile = self.profile;
        let number = match self.number(values) {
            Some(Some(number)) => {
                self.numbering.push(number, place.offset);
                Some(number)
            }
            Some(None) => return self.damage(place, "the record's number is none"),
            None => None,
        };
        let missing = profile
            .fields()
            .find(|(_, field)| !field.optional && value(field, values).is_none());
        if let Some((role, _)) = missing {
            return self.damage(place, &format!("a record without its field `{role}`"));
        }
        let Some(time) = self.time(values) else {
            return self.damage(
                place,
                "a record whose time is missing or not as the profile says",
            );
        };
        let recorded = value(&profile.action, values).map_or("", |(_, value)| value);
        let action = profile
            .actions
            .iter()
            .find(|(value, _)| value == recorded)
            .map_or(LoginAction::Other, |(_, action)| *action);
        if action == LoginAction::LogCleared {
            self.outcome.coverage.note(SourceState::Cleared);
        }
        self.outcome.coverage.widen(time);
        self.outcome.coverage.records += 1;
        let computer = self.shown(profile.computer.as_ref(), values);
        // Names that are hidden cannot be told apart.
        let told_apart = computer
            .as_ref()
            .filter(|name| *name != LoginRecord::REDACTED);
        if let (Some(number), Some(computer)) = (number, told_apart) {
            self.order.push(computer, number, time, place.offset);
        }
        let record = LoginRecord {
            number,
            time,
            computer,
            user: self.shown(profile.user.as_ref(), values),
            mac: self.shown(profile.mac.as_ref(), values),
            action,
            action_recorded: recorded.to_owned(),
            note: self.shown(profile.note.as_ref(), values),
            locator: Locator::Lines {
                line: place.line,
                offset: place.offset,
                length: place.end.saturating_sub(place.offset),
            },
        };
        (self.sink)(record);
    }

    pub(super) fn finish(mut self) -> Outcome {
        let coverage = &mut self.outcome.coverage;
        coverage.gaps = self.numbering.gaps();
        coverage.steps_back = self.order.steps_back();
        if !coverage.steps_back.is_empty() {
            coverage.note(SourceState::TimeStepsBack);
        }
        if !self.outcome.damage.is_empty() {
            self.outcome.coverage.note(SourceState::Damaged);
        }
        self.outcome
    }

    /// Outer `None`: the log has no numbers, or none here. Inner `None`: it is no number.
    fn number(&self, values: &[(&str, &str)]) -> Option<Option<u64>> {
        let field = self.profile.number.as_ref()?;
        let (_, digits) = value(field, values).filter(|(_, digits)| !digits.is_empty())?;
        let number = digits.bytes().all(|digit| digit.is_ascii_digit());
        Some(number.then(|| digits.parse().ok()).flatten())
    }

    fn time(&self, values: &[(&str, &str)]) -> Option<RecordedTime> {
        let source = self.profile.times.iter().find(|source| {
            source
                .fields
                .iter()
                .all(|name| by_name(name, values).is_some())
        })?;
        let parts: Vec<&str> = source
            .fields
            .iter()
            .filter_map(|name| by_name(name, values))
            .collect();
        let text = parts.join(" ");
        let (wall, decimals) = source
            .formats
            .iter()
            .find_map(|format| format.read(&text))?;
        Some(match self.profile.zone {
            Zone::PcLocal => RecordedTime::local(wall, decimals),
            Zone::Offset(seconds) => RecordedTime::with_offset(wall, seconds, decimals),
        })
    }

    fn shown(&self, field: Option<&Field>, values: &[(&str, &str)]) -> Option<String> {
        let (name, value) = value(field?, values)?;
        if value.is_empty() {
            return None;
        }
        let hidden = self.redaction == Redaction::Hide
            && self.profile.redact.iter().any(|redacted| redacted == name);
        Some(if hidden { LoginRecord::REDACTED } else { value }.to_owned())
    }
}

fn by_name<'v>(name: &str, values: &[(&str, &'v str)]) -> Option<&'v str> {
    values
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| *value)
}

/// The first of the field's names that stands in the record, with its value.
fn value<'f, 'v>(field: &'f Field, values: &[(&str, &'v str)]) -> Option<(&'f str, &'v str)> {
    field
        .names
        .iter()
        .find_map(|name| Some((name.as_str(), by_name(name, values)?)))
}
