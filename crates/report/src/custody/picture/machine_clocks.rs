//! From a machine's clock to what the picture shows of it.

use kusari::Reconstruction;
use kusari::case::{Observation, Reads};
use kusari::clock::{Claim, Correction, Readings};
use kusari::event::MachineIndex;
use kusari::machine::Machine;
use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::model::{Clock, Declared, Interval, Picture, READINGS};
use super::{text, words};
use crate::shown_time;
use crate::texts::{Texts, fill};
use crate::view::View;

/// So many observations of one clock are shown.
const DECLARED: usize = 6;

/// The moment of interest: the first that the lanes show, else the first day of the case, else the
/// first day on which a clock was seen.
pub(super) fn moment(r: &Reconstruction, picture: &Picture) -> Option<Timestamp> {
    let stays = picture.lanes.iter().flat_map(|lane| &lane.stays);
    let seen = || {
        let machines = r.machines().iter();
        machines
            .flat_map(|machine| &machine.clock.observations)
            .map(|seen| seen.from)
            .min()
    };
    stays
        .filter_map(|stay| Some(stay.span()?.0))
        .min()
        .or(r.case().from)
        .or_else(seen)
}

/// What is known of a machine's clock at a moment.
pub(super) fn clock(
    r: &Reconstruction,
    (index, machine): (MachineIndex, &Machine),
    number: usize,
    at: Option<Timestamp>,
    view: &View,
) -> Clock {
    let seen = machine.clock.observations.iter().enumerate().take(DECLARED);
    Clock {
        machine: number,
        intervals: intervals(machine, at, view),
        declared: seen
            .map(|(place, seen)| declared(seen, left(r, index, place), view))
            .collect(),
    }
}

/// The interval of the correction, or one for each reading that nothing rules out.
fn intervals(machine: &Machine, at: Option<Timestamp>, view: &View) -> Vec<Interval> {
    let Some(at) = at else {
        return vec![Interval::default()];
    };
    let mut each: Vec<Interval> = machine
        .clock
        .corrections_at(at)
        .take(READINGS)
        .map(|(readings, correction)| interval(reading_words(machine, readings, view), correction))
        .collect();
    if each.is_empty() {
        each.push(interval(String::new(), machine.clock.correction_at(at)));
    }
    each
}

fn interval(label: String, correction: Correction) -> Interval {
    Interval {
        label,
        earliest: correction.earliest,
        latest: correction.latest,
        estimate: correction.estimate,
    }
}

/// How observations are read: each with its number.
fn reading_words(machine: &Machine, readings: &[(usize, Reads)], view: &View) -> String {
    let texts = view.language.texts();
    let words = readings.iter().filter_map(|(place, reads)| {
        let seen = machine.clock.observations.get(*place)?;
        let offset = words::correction(seen.offset / TICKS_PER_SECOND);
        let read = reads_words(texts, *reads);
        Some(fill(texts.picture.reading, &[&offset, read]))
    });
    words.collect::<Vec<_>>().join(", ")
}

fn reads_words(texts: &Texts, reads: Reads) -> &'static str {
    match reads {
        Reads::Correction => texts.reads_correction,
        Reads::Deviation => texts.reads_deviation,
        Reads::Unknown => texts.reads_unknown,
    }
}

/// The only reading that is left of an observation whose reading was not written down.
fn left(r: &Reconstruction, index: MachineIndex, place: usize) -> Option<Reads> {
    let clocks = r.clocks();
    let is_its = |own: &&Readings| {
        let statement = clocks.statements.get(own.statement);
        statement.is_some_and(|statement| {
            matches!(statement.claim, Claim::Observation { machine, observation, .. }
                if machine == index && observation == place)
        })
    };
    let readings = clocks.readings.iter().find(is_its)?;
    match readings.left.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// An observation: where it puts the correction as it is read, and in words.
fn declared(seen: &Observation, left: Option<Reads>, view: &View) -> Declared {
    let texts = view.language.texts();
    let picture = &texts.picture;
    let opposite = seen.offset.saturating_neg();
    let at = match left.unwrap_or(seen.reads) {
        _ if seen.offset == 0 => vec![0],
        Reads::Correction => vec![seen.offset],
        Reads::Deviation => vec![opposite],
        Reads::Unknown => vec![seen.offset, opposite],
    };
    let on = text::name(&seen.on, 20);
    let offset = words::correction(seen.offset / TICKS_PER_SECOND);
    let tolerance = shown_time::span(seen.tolerance / TICKS_PER_SECOND);
    let with_offset = [on.as_str(), &offset, &tolerance];
    let says = match (seen.reads, left) {
        _ if seen.offset == 0 => fill(picture.declared_right, &[&on, &tolerance]),
        (Reads::Correction, _) => fill(picture.declared_correction, &with_offset),
        (Reads::Deviation, _) => fill(picture.declared_deviation, &with_offset),
        (Reads::Unknown, None) => fill(picture.declared_unknown, &with_offset),
        (Reads::Unknown, Some(only)) => {
            let read = reads_words(texts, only);
            fill(picture.declared_solved, &[&on, &offset, &tolerance, read])
        }
    };
    Declared { at, says }
}
