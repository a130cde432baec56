//! An event as every machine-readable output has it.

use kusari::EventView;
use kusari::clock::CorrectedTime;
use kusari_evidence::time::Timestamp;
use serde::Serialize;

use crate::rows::or_empty;

/// An event, with the fields that people and scripts rely on. Every field is always there;
/// `None` is `null`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EventJson<'a> {
    pub(crate) event_id: String,
    pub(crate) time: String,
    pub(crate) time_earliest: Option<String>,
    pub(crate) time_latest: Option<String>,
    pub(crate) time_recorded: String,
    pub(crate) time_meaning: &'a str,
    pub(crate) clock: Option<&'a str>,
    pub(crate) machine: Option<&'a str>,
    pub(crate) device: Option<&'a str>,
    pub(crate) volume: Option<&'a str>,
    pub(crate) user: Option<&'a str>,
    pub(crate) action: &'static str,
    pub(crate) file: Option<&'a str>,
    pub(crate) message: &'a str,
    pub(crate) artifact: &'static str,
    pub(crate) source: &'a str,
    pub(crate) source_sha256: Option<String>,
    pub(crate) locator: String,
    pub(crate) confidence: &'static str,
}

impl<'a> EventJson<'a> {
    pub(crate) fn new(event: &EventView<'a>) -> Self {
        let decimals = event.recorded.decimals;
        let time = Times::new(&event.time, decimals);
        Self {
            event_id: event.id.to_string(),
            time: time.estimate,
            time_earliest: time.earliest,
            time_latest: time.latest,
            time_recorded: event.recorded.to_string(),
            time_meaning: event.meaning,
            // A machine's records carry the times of its own clock.
            clock: event.machine,
            machine: event.machine,
            device: event.device,
            volume: event.volume,
            user: event.user,
            action: event.action.name(),
            file: event.file,
            message: event.message,
            artifact: event.source.artifact,
            source: &event.source.name,
            source_sha256: event.source.sha256.map(|hash| hash.to_string()),
            locator: event.locator.to_string(),
            confidence: event.confidence.name(),
        }
    }

    pub(crate) const COLUMNS: [&'static str; 19] = [
        "event_id",
        "time",
        "time_earliest",
        "time_latest",
        "time_recorded",
        "time_meaning",
        "clock",
        "machine",
        "device",
        "volume",
        "user",
        "action",
        "file",
        "message",
        "artifact",
        "source",
        "source_sha256",
        "locator",
        "confidence",
    ];

    pub(crate) fn into_row(self) -> [String; 19] {
        [
            self.event_id,
            self.time,
            or_empty(self.time_earliest),
            or_empty(self.time_latest),
            self.time_recorded,
            self.time_meaning.to_owned(),
            or_empty(self.clock),
            or_empty(self.machine),
            or_empty(self.device),
            or_empty(self.volume),
            or_empty(self.user),
            self.action.to_owned(),
            or_empty(self.file),
            self.message.to_owned(),
            self.artifact.to_owned(),
            self.source.to_owned(),
            or_empty(self.source_sha256),
            self.locator,
            self.confidence.to_owned(),
        ]
    }
}

/// A corrected time as text: RFC 3339 in UTC, with as many decimals as the source has.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Times {
    pub(crate) estimate: String,
    pub(crate) earliest: Option<String>,
    pub(crate) latest: Option<String>,
}

impl Times {
    pub(crate) fn new(time: &CorrectedTime, decimals: u8) -> Self {
        Self {
            estimate: utc(time.estimate, decimals),
            earliest: time.earliest.map(|at| utc(at, decimals)),
            // Decimals are cut, so the last one is the last moment that it may stand for.
            latest: time.latest.map(|at| utc(at, decimals)),
        }
    }
}

/// RFC 3339 in UTC.
pub(crate) fn utc(at: Timestamp, decimals: u8) -> String {
    format!("{}Z", at.to_text(decimals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_decimals_as_the_source_has() {
        let at = Timestamp::from_civil((2022, 6, 21), (8, 39, 3), 1_234_567).unwrap();
        let time = CorrectedTime {
            estimate: at,
            earliest: None,
            latest: Some(at),
        };
        let seconds = Times::new(&time, 0);
        assert_eq!(seconds.estimate, "2022-06-21T08:39:03Z");
        assert_eq!(seconds.earliest, None);
        assert_eq!(
            Times::new(&time, 7).latest.unwrap(),
            "2022-06-21T08:39:03.1234567Z"
        );
    }
}
