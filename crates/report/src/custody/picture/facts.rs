//! The facts of the case as flags.

use kusari::Reconstruction;
use kusari::case::Fact;
use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::model::Flag;
use super::text;
use crate::shown_time;
use crate::texts::fill;
use crate::view::View;

/// So many flags at most.
const FLAGS: usize = 40;

/// The longest sentence of a fact that is shown, in characters.
const SENTENCE: usize = 300;

/// The facts with a moment that the view selects, in the order of time.
pub(super) fn flags(r: &Reconstruction, view: &View, left_out: &mut Vec<String>) -> Vec<Flag> {
    let shown = r.case().facts.iter().filter(|fact| is_shown(r, view, fact));
    let mut flags: Vec<Flag> = shown.filter_map(|fact| flag(fact, view)).collect();
    flags.sort_by_key(|flag| flag.at);
    if let Some(more) = flags.len().checked_sub(FLAGS).filter(|more| *more > 0) {
        let texts = &view.language.texts().picture;
        left_out.push(fill(texts.flags_left_out, &[&more.to_string()]));
    }
    flags.truncate(FLAGS);
    flags
}

/// Whether a fact speaks of no machine and no device, or of ones that are asked for.
fn is_shown(r: &Reconstruction, view: &View, fact: &Fact) -> bool {
    let Some(event) = &fact.event else {
        return true;
    };
    let machine = event.machine.as_ref().is_none_or(|id| {
        let found = (0..)
            .zip(r.machines())
            .find(|(_, machine)| machine.id == *id);
        found.is_none_or(|(index, _)| view.selection.has_machine(Some(index)))
    });
    let device = event.device.as_ref().is_none_or(|label| {
        let found = (0..)
            .zip(r.devices())
            .find(|(_, device)| device.label.as_ref() == Some(label));
        found.is_none_or(|(index, _)| view.selection.has_device(Some(index)))
    });
    machine && device
}

fn flag(fact: &Fact, view: &View) -> Option<Flag> {
    let texts = &view.language.texts().picture;
    let moved = |at: Timestamp, by: i64| at.checked_add_ticks(by).unwrap_or(at);
    let early = |at| moved(at, fact.tolerance.saturating_neg());
    let late = |at| moved(at, fact.tolerance);
    let (earliest, latest) = match fact.at {
        Some(at) => (Some(early(at)), Some(late(at))),
        None => (fact.not_before.map(early), fact.not_after.map(late)),
    };
    let at = fact.at.or(fact.not_before).or(fact.not_after)?;
    if !view
        .selection
        .has_moment(earliest.unwrap_or(at), latest.unwrap_or(at))
    {
        return None;
    }
    let shown = |at| shown_time::date_and_time(at, view.timezone);
    let mut when: Vec<String> = Vec::new();
    when.extend(fact.at.map(shown));
    when.extend(
        fact.not_before
            .map(|at| fill(texts.not_before, &[&shown(at)])),
    );
    when.extend(
        fact.not_after
            .map(|at| fill(texts.not_after, &[&shown(at)])),
    );
    let mut says = when.join(", ");
    if fact.tolerance > 0 {
        says.push_str(&format!(
            " ±{}",
            shown_time::span(fact.tolerance / TICKS_PER_SECOND)
        ));
    }
    says.push_str(&format!(
        ": {}",
        text::name(view.language.of(&fact.says), SENTENCE)
    ));
    if let Some(source) = &fact.source {
        says.push_str(&fill(texts.said_by, &[&text::name(source, SENTENCE)]));
    }
    Some(Flag {
        id: text::name(&fact.id, 20),
        at,
        earliest,
        latest,
        says,
    })
}
