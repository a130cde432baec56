//! What people and other records say about true time.

use super::gather::Gatherer;
use super::{Input, TimedEvent};
use crate::case::{Fact, FactEvent};
use crate::clock::network::{Point, StatementIndex};
use crate::clock::statement::{Claim, Standing, WhyUnused};
use crate::event::Confidence;

/// States all facts of the case.
pub(super) fn state(gatherer: &mut Gatherer<'_>) {
    let input = gatherer.input;
    for (number, fact) in input.case.facts.iter().enumerate() {
        let events = match &fact.event {
            None => Err(WhyUnused::NoEvent),
            Some(event) => events_of(input, event),
        };
        let events = match events {
            Ok(_) if fact.not_before.or(fact.not_after).or(fact.at).is_none() => {
                Err(WhyUnused::NoMoment)
            }
            other => other,
        };
        let (events, standing) = match events {
            Ok(events) => (events, Standing::InForce),
            Err(why) => (Vec::new(), Standing::Unused(why)),
        };
        let timed: Vec<TimedEvent> = events
            .iter()
            .filter_map(|event| gatherer.event(*event))
            .collect();
        let claim = Claim::Fact {
            fact: number,
            events: events.into(),
        };
        let statement = gatherer.state(claim, standing);
        for event in timed {
            bound(gatherer, fact, event, statement);
        }
    }
}

fn bound(gatherer: &mut Gatherer<'_>, fact: &Fact, event: TimedEvent, statement: StatementIndex) {
    let moved = |at: kusari_evidence::time::Timestamp, by: i64| at.checked_add_ticks(by);
    let low = fact.not_before.or(fact.at);
    if let Some(low) = low.and_then(|at| moved(at, fact.tolerance.saturating_neg())) {
        let (low, last) = (Point::True(low), Point::Shown(event.last));
        let cut_off = i64::from(event.cut_off).saturating_neg();
        gatherer.builder.at_least(low, last, cut_off, statement);
    }
    let high = fact.not_after.or(fact.at);
    if let Some(high) = high.and_then(|at| moved(at, fact.tolerance)) {
        let (first, high) = (Point::Shown(event.first), Point::True(high));
        gatherer.builder.at_least(first, high, 0, statement);
    }
}

/// The events that a fact means, within the case's days: all that fit, or the first or the last of them
/// by their machine's own clock.
fn events_of(input: &Input<'_>, event: &FactEvent) -> Result<Vec<usize>, WhyUnused> {
    let fits = |index: &usize| {
        let (Some(row), Some(placed)) = (input.events.row(*index), input.events.placed(*index))
        else {
            return false;
        };
        let machine = placed.machine.and_then(|machine| input.machine(machine));
        let device = placed.device.and_then(|device| input.device(device));
        row.confidence == Confidence::Recorded
            && input.case.is_of_interest(placed.own)
            && event
                .action
                .as_ref()
                .is_none_or(|action| row.action.name() == action)
            && event.machine.as_ref().is_none_or(|id| {
                machine.is_some_and(|machine| machine.id == *id || machine.is_named(id))
            })
            && event.device.as_ref().is_none_or(|id| {
                device.is_some_and(|device| device.id == *id || device.label.as_ref() == Some(id))
            })
    };
    let mut all: Vec<usize> = (0..input.events.len()).filter(fits).collect();
    all.sort_by_key(|index| (input.events.own_time(*index), *index));
    let clock = |index: &usize| {
        input
            .events
            .placed(*index)
            .and_then(|placed| placed.machine)
    };
    let several = all
        .iter()
        .any(|index| Some(clock(index)) != all.first().map(clock));
    if several && event.which.is_some() {
        return Err(WhyUnused::SeveralClocks);
    }
    match event.which.as_deref() {
        Some("first") => all.truncate(1),
        Some("last") => all = all.last().copied().into_iter().collect(),
        _ => {}
    }
    if all.is_empty() {
        return Err(WhyUnused::NotInEvidence);
    }
    Ok(all)
}
