//! From a machine's clock to what the picture shows of it.

use kusari::Reconstruction;
use kusari::case::{Observation, Reads};
use kusari::machine::Machine;
use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::model::{Clock, Declared, Interval, Picture};
use super::{text, words};
use crate::shown_time;
use crate::texts::fill;
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
pub(super) fn clock(machine: &Machine, number: usize, at: Option<Timestamp>, view: &View) -> Clock {
    let correction = at.map(|at| machine.clock.correction_at(at));
    let interval = correction.map_or_else(Interval::default, |correction| Interval {
        label: String::new(),
        earliest: correction.earliest,
        latest: correction.latest,
        estimate: correction.estimate,
    });
    let seen = machine.clock.observations.iter().take(DECLARED);
    Clock {
        machine: number,
        intervals: vec![interval],
        declared: seen.map(|seen| declared(seen, view)).collect(),
    }
}

fn declared(seen: &Observation, view: &View) -> Declared {
    let texts = &view.language.texts().picture;
    let opposite = seen.offset.saturating_neg();
    let (at, sentence) = match seen.reads {
        _ if seen.offset == 0 => (vec![0], texts.declared_right),
        Reads::Correction => (vec![seen.offset], texts.declared_correction),
        Reads::Deviation => (vec![opposite], texts.declared_deviation),
        Reads::Unknown => (vec![seen.offset, opposite], texts.declared_unknown),
    };
    let offset = words::correction(seen.offset / TICKS_PER_SECOND);
    let tolerance = shown_time::span(seen.tolerance / TICKS_PER_SECOND);
    let on = text::name(&seen.on, 20);
    let values: &[&str] = match seen.offset {
        0 => &[&on, &tolerance],
        _ => &[&on, &offset, &tolerance],
    };
    Declared {
        at,
        says: fill(sentence, values),
    }
}
