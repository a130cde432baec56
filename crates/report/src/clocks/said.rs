//! What is known of a clock, in words for people.

use chrono_tz::Tz;
use kusari::Reconstruction;
use kusari::case::Reads;
use kusari::clock::{Claim, Readings, Standing, Statement, UpToDrift, Zone};
use kusari::machine::Machine;
use kusari_evidence::time::TICKS_PER_SECOND;

use crate::Language;
use crate::layout::visible;
use crate::shown_time;
use crate::texts::{Texts, fill};

/// An observation of a machine's clock, and what became of it.
pub(super) struct Observed<'a> {
    pub(super) statement: &'a Statement,
    /// Its place among the machine's observations.
    pub(super) place: usize,
    /// How the case reads it.
    reads: Reads,
    /// What is found about its readings, where it can be read in two ways.
    pub(super) readings: Option<&'a Readings>,
}

impl Observed<'_> {
    /// The readings that are left.
    pub(super) fn surviving(&self) -> Vec<Reads> {
        match (self.readings, self.reads, self.statement.standing) {
            (Some(readings), ..) => readings.left.clone(),
            (None, _, Standing::Disputed) => Vec::new(),
            (None, Reads::Unknown, _) => vec![Reads::Correction, Reads::Deviation],
            (None, reads, _) => vec![reads],
        }
    }
}

/// The observations of one machine.
pub(super) fn observations(r: &Reconstruction, index: u32) -> impl Iterator<Item = Observed<'_>> {
    let clocks = r.clocks();
    let own = clocks.observations.range((index, 0)..=(index, usize::MAX));
    own.filter_map(move |(&(_, place), &number)| {
        let statement = clocks.statements.get(number)?;
        let seen = r.machine(index)?.clock.observations.get(place)?;
        Some(Observed {
            statement,
            place,
            reads: seen.reads,
            readings: clocks.readings.iter().find(|own| own.statement == number),
        })
    })
}

/// The statements that are listed: all but the single readings of observations.
pub(super) fn listed(r: &Reconstruction) -> impl Iterator<Item = &Statement> {
    let own = |statement: &&Statement| match statement.claim {
        Claim::Observation {
            machine,
            observation,
            reads,
        } => r
            .machine(machine)
            .and_then(|machine| machine.clock.observations.get(observation))
            .is_some_and(|seen| seen.reads == reads),
        _ => true,
    };
    r.clocks().statements.iter().filter(own)
}

/// The id of a machine's observation.
pub(super) fn observation_id(r: &Reconstruction, index: u32, place: usize) -> String {
    let own = observations(r, index).find(|own| own.place == place);
    own.map_or_else(String::new, |own| r.statement_id(own.statement))
}

/// By which rules a machine's local times become UTC, and the zone's name.
pub(crate) fn zone(machine: &Machine) -> (&'static str, String) {
    match &machine.clock.zone {
        Zone::Registry(rules) => ("registry", rules.key_name.clone().unwrap_or_default()),
        Zone::Declared(zone) => ("declared", zone.name().to_owned()),
        Zone::Assumed(zone) => ("assumed", zone.name().to_owned()),
    }
}

/// How many recorded changes of a clock are listed to people; the data has all.
const STEPS_SAID: usize = 3;

/// What is known of a clock, in sentences for people: what was seen, and what became of it; what was
/// recorded; its zone.
pub(crate) fn describe(
    r: &Reconstruction,
    index: u32,
    machine: &Machine,
    language: Language,
    timezone: Tz,
) -> Vec<String> {
    let texts = language.texts();
    let clock = &machine.clock;
    let mut said: Vec<String> = Vec::new();
    for own in observations(r, index) {
        let Some(seen) = clock.observations.get(own.place) else {
            continue;
        };
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
            reads => reads_text(texts, reads),
        };
        let tolerance = shown_time::span(seen.tolerance / TICKS_PER_SECOND);
        let mut line = fill(
            texts.clock_observed,
            &[&seen.on, &written, reads, &tolerance],
        );
        if let Some(outcome) = outcome(texts, &own) {
            line.push_str(&format!(": {outcome}"));
        }
        said.push(line);
    }
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

/// How a number is read.
pub(super) fn reads_text(texts: &Texts, reads: Reads) -> &'static str {
    match reads {
        Reads::Correction => texts.reads_correction,
        Reads::Deviation => texts.reads_deviation,
        Reads::Unknown => texts.reads_unknown,
    }
}

/// What became of an observation that can be read in two ways, or that is disputed.
fn outcome(texts: &Texts, own: &Observed<'_>) -> Option<String> {
    if own.statement.standing == Standing::Disputed {
        return Some(texts.observation_disputed.to_owned());
    }
    if let Standing::Unused(_) = own.statement.standing {
        return Some(texts.observation_unused.to_owned());
    }
    match own.readings?.left.as_slice() {
        [only] => Some(fill(texts.only_reading_left, &[reads_text(texts, *only)])),
        _ => Some(texts.both_readings_left.to_owned()),
    }
}

/// Why each reading of a machine's observations holds or not, in sentences with the ids of statements.
pub(super) fn readings_said(r: &Reconstruction, index: u32, language: Language) -> Vec<String> {
    let texts = language.texts();
    let ids = |places: &[usize]| r.statement_ids(places).join(", ");
    let mut said = Vec::new();
    for own in observations(r, index) {
        let Some(readings) = own.readings else {
            continue;
        };
        let id = r.statement_id(own.statement);
        for out in &readings.ruled_out {
            let reads = reads_text(texts, out.reads);
            let mut line = if out.by.is_empty() {
                fill(texts.ruled_out_together, &[&id, reads])
            } else {
                fill(texts.ruled_out, &[&id, reads, &ids(&out.by)])
            };
            let rests_on = match out.decisive.len() {
                0 => "",
                1 => texts.ruled_out_decisive_one,
                _ => texts.ruled_out_decisive,
            };
            line.push_str(&fill(rests_on, &[&ids(&out.decisive)]));
            line.push_str(&drift_said(texts, readings, out.reads, true));
            said.push(line);
        }
        for reads in readings.left.iter().filter(|_| readings.left.len() > 1) {
            let mut line = fill(texts.reading_left, &[&id, reads_text(texts, *reads)]);
            line.push_str(&drift_said(texts, readings, *reads, false));
            said.push(line);
        }
    }
    said
}

/// Up to which drift a reading is ruled out.
fn drift_said(texts: &Texts, readings: &Readings, reads: Reads, is_ruled_out: bool) -> String {
    let own = readings.up_to_drift.iter().find(|(own, _)| *own == reads);
    match own.map(|(_, up_to)| *up_to) {
        Some(UpToDrift::Ppm(ppm)) if is_ruled_out => {
            fill(texts.ruled_out_up_to, &[&ppm.to_string()])
        }
        Some(UpToDrift::Ppm(ppm)) => fill(texts.would_be_ruled_out_up_to, &[&ppm.to_string()]),
        Some(UpToDrift::Beyond(_)) if is_ruled_out => texts.ruled_out_whatever_drift.to_owned(),
        _ => String::new(),
    }
}
