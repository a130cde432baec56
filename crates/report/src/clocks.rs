//! What is known of each machine's clock: declared observations and recorded changes.

use chrono_tz::Tz;
use kusari::case::Reads;
use kusari::clock::Zone;
use kusari::machine::Machine;
use kusari_evidence::time::TICKS_PER_SECOND;
use serde::Serialize;

use crate::Language;
use crate::event_json::utc;
use crate::layout::visible;
use crate::shown_time;
use crate::texts::fill;

/// A machine's clock as data.
#[derive(Debug, Serialize)]
pub(crate) struct ClockJson<'a> {
    machine: &'a str,
    /// By which rules local times become UTC: `registry`, `declared` or `assumed`.
    zone_from: &'static str,
    /// The zone's name.
    zone: String,
    observations: Vec<ObservationJson<'a>>,
    steps: Vec<StepJson<'a>>,
}

#[derive(Debug, Serialize)]
struct ObservationJson<'a> {
    on: &'a str,
    /// In seconds, as written.
    offset: Seconds,
    /// In seconds.
    tolerance: Seconds,
    reads: &'static str,
    note: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct StepJson<'a> {
    before: String,
    after: String,
    by: Option<&'a str>,
    locator: String,
}

/// 100 ns as a JSON number in seconds: an integer where it is whole, else with its decimals.
#[derive(Debug, Clone, Copy)]
struct Seconds(i64);

impl Serialize for Seconds {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % TICKS_PER_SECOND == 0 {
            serializer.serialize_i64(self.0 / TICKS_PER_SECOND)
        } else {
            let size = self.0.unsigned_abs();
            let unit = TICKS_PER_SECOND.unsigned_abs();
            let sign = if self.0 < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:07}", size / unit, size % unit);
            // The shortest number that reads back the same is the decimal text itself: spans of
            // clocks have far fewer than the 15 digits that a float keeps.
            match text.parse::<f64>() {
                Ok(number) => serializer.serialize_f64(number),
                Err(_) => serializer.serialize_str(&text),
            }
        }
    }
}

pub(crate) fn clock_of(machine: &Machine) -> ClockJson<'_> {
    let (zone_from, zone) = zone(machine);
    ClockJson {
        machine: &machine.id,
        zone_from,
        zone,
        observations: machine
            .clock
            .observations
            .iter()
            .map(|seen| ObservationJson {
                on: &seen.on,
                offset: Seconds(seen.offset),
                tolerance: Seconds(seen.tolerance),
                reads: seen.reads.name(),
                note: seen.note.as_deref(),
            })
            .collect(),
        steps: machine
            .clock
            .steps
            .iter()
            .map(|recorded| StepJson {
                before: utc(recorded.step.before, 7),
                after: utc(recorded.step.after, 7),
                by: recorded.step.by.as_deref(),
                locator: recorded.step.locator.to_string(),
            })
            .collect(),
    }
}

pub(crate) fn zone(machine: &Machine) -> (&'static str, String) {
    match &machine.clock.zone {
        Zone::Registry(rules) => ("registry", rules.key_name.clone().unwrap_or_default()),
        Zone::Declared(zone) => ("declared", zone.name().to_owned()),
        Zone::Assumed(zone) => ("assumed", zone.name().to_owned()),
    }
}

/// How many recorded changes of a clock are listed to people; the data has all.
const STEPS_SAID: usize = 3;

/// What is known of a clock, in sentences for people.
pub(crate) fn describe(machine: &Machine, language: Language, timezone: Tz) -> Vec<String> {
    let texts = language.texts();
    let clock = &machine.clock;
    let mut said: Vec<String> = clock
        .observations
        .iter()
        .map(|seen| {
            let written = match &seen.note {
                Some(note) => format!(
                    "{} “{}”",
                    shown_time::signed_span(seen.offset),
                    visible(note)
                ),
                None => shown_time::signed_span(seen.offset),
            };
            let reads = match seen.reads {
                _ if seen.offset == 0 => texts.reads_the_same,
                Reads::Correction => texts.reads_correction,
                Reads::Deviation => texts.reads_deviation,
                Reads::Unknown => texts.reads_unknown,
            };
            let tolerance = shown_time::span(seen.tolerance / TICKS_PER_SECOND);
            fill(
                texts.clock_observed,
                &[&seen.on, &written, reads, &tolerance],
            )
        })
        .collect();
    if said.is_empty() {
        said.push(texts.clock_unknown.to_owned());
    }
    for recorded in clock.steps.iter().take(STEPS_SAID) {
        let step = &recorded.step;
        let shown = |at| shown_time::date_and_time(at, Tz::UTC);
        said.push(fill(
            texts.clock_step,
            &[&shown(step.before), &shown(step.after)],
        ));
    }
    if let Some(more) = clock
        .steps
        .len()
        .checked_sub(STEPS_SAID)
        .filter(|more| *more > 0)
    {
        said.push(format!("+{more}"));
    }
    let (_, zone) = zone(machine);
    if !zone.is_empty() && zone != timezone.name() {
        said.push(fill(texts.zone_of, &[&visible(&zone)]));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_exact() {
        let text = |ticks| serde_json::to_string(&Seconds(ticks)).unwrap();
        assert_eq!(text(-19 * 60 * TICKS_PER_SECOND), "-1140");
        assert_eq!(text(15_000_000), "1.5");
        assert_eq!(text(-12_345_678), "-1.2345678");
    }
}
