//! Solves for the clocks of a case: gathers what is stated, finds what can hold together, and gives each
//! clock its corrections with bounds.

mod dependence;
mod facts;
mod gather;
mod leaves;
mod readings;
mod result;
mod settle;
mod stays;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use self::gather::{Gathered, gather};
use self::settle::Settled;
use self::stays::InferredOrder;
use super::machine_clock::{Alternative, SolvedMoments};
use super::network::Moment;
use super::statement::Clocks;
use crate::case::Case;
use crate::custody::Session;
use crate::event::MachineIndex;
use crate::identity::{Device, DeviceIndex};
use crate::machine::Machine;
use crate::reconstruction::Events;
use crate::source::Source;

/// What the solver is given: events placed to machines and devices, and the sessions that they make.
pub(crate) struct Input<'a> {
    pub(crate) case: &'a Case,
    pub(crate) machines: &'a [Machine],
    pub(crate) devices: &'a [Device],
    pub(crate) events: &'a Events,
    pub(crate) sessions: &'a [Session],
    pub(crate) sources: &'a [Source],
}

/// What the solver found.
pub(crate) struct Solution {
    pub(crate) clocks: Clocks,
    /// For each machine what its clock takes.
    pub(crate) machines: Vec<(SolvedMoments, Vec<Alternative>)>,
}

/// An event on its machine's clock: the first and the last moment that its recorded time can mean, and
/// what the record cuts off of the time, which can make it later.
#[derive(Debug, Clone, Copy)]
struct TimedEvent {
    first: Moment,
    last: Moment,
    /// In ticks; at most a second.
    cut_off: u32,
}

/// Orders that bounds give make bounds tighter, which can give more orders; so often it is looked for
/// them.
const ROUNDS_OF_ORDERS: usize = 4;

/// In a network of more moments than this it is not asked how far bounds depend on single statements
/// and on drift: that takes a solution for each.
const ASKED_UP_TO: usize = 20_000;

/// Solves for the clocks.
pub(crate) fn solve(input: &Input<'_>) -> Solution {
    let mut inferred: Vec<InferredOrder> = Vec::new();
    let mut gathered = gather(input, &inferred);
    let mut settled = Settled::new(input, &gathered);
    for _ in 0..ROUNDS_OF_ORDERS {
        if gathered.stays.are_ordered() {
            break;
        }
        let Some(bounds) = settled.bounds(&gathered.network) else {
            break;
        };
        let found = gathered.stays.by_bounds(input, &gathered.network, &bounds);
        let before = inferred.len();
        let pair = |order: &InferredOrder| (order.first, order.second);
        let known: BTreeSet<(usize, usize)> = inferred.iter().map(pair).collect();
        inferred.extend(
            found
                .into_iter()
                .filter(|order| !known.contains(&pair(order))),
        );
        if inferred.len() == before {
            break;
        }
        gathered = gather(input, &inferred);
        settled = Settled::new(input, &gathered);
    }
    // They are many, and nothing below asks for them.
    gathered.stays = stays::Stays::default();
    let readings = readings::find(input, &gathered, &mut settled);
    result::solution(input, gathered, settled, readings)
}

impl Input<'_> {
    fn machine(&self, index: MachineIndex) -> Option<&Machine> {
        self.machines.get(usize::try_from(index).ok()?)
    }

    fn device(&self, index: DeviceIndex) -> Option<&Device> {
        self.devices.get(usize::try_from(index).ok()?)
    }

    /// Whether a device is one that the case is about: one that it names, or any when it names none.
    fn is_named(&self, index: DeviceIndex) -> bool {
        let any_label = self.devices.iter().any(|device| device.label.is_some());
        self.device(index)
            .is_some_and(|device| device.label.is_some() || (!any_label && device.carried))
    }

    /// How long it takes to carry a device from one machine to another at least, in ticks.
    fn travel(&self, a: MachineIndex, b: MachineIndex) -> i64 {
        let id = |index| self.machine(index).map(|machine| machine.id.as_str());
        let (Some(a), Some(b)) = (id(a), id(b)) else {
            return 0;
        };
        let ways = self.case.travel.iter().filter(|travel| {
            let (one, other) = (travel.between.0.as_str(), travel.between.1.as_str());
            (one, other) == (a, b) || (one, other) == (b, a)
        });
        ways.map(|travel| travel.at_least).max().unwrap_or(0)
    }
}

/// The numbers of statements as the network has them, as places in the list of statements.
fn places(statements: impl IntoIterator<Item = super::network::StatementIndex>) -> Vec<usize> {
    let all = statements.into_iter();
    all.filter_map(|own| usize::try_from(own).ok()).collect()
}

impl Gathered {
    fn can_be_doubted(&self, statement: super::network::StatementIndex) -> bool {
        let own = usize::try_from(statement).ok();
        own.and_then(|own| self.statements.get(own))
            .is_some_and(super::statement::Statement::can_be_doubted)
    }
}
