//! Which statements are gone by: all, unless they cannot all hold.

use super::gather::Gathered;
use super::{Input, places};
use crate::case::{Observation, Reads};
use crate::clock::network::{Bounds, Conflict, InForce, Network, StatementIndex};
use crate::clock::statement::{Claim, ClockConflict, OrderOfStays};
use crate::machine::Machine;

/// Statements that hold together, corrections for which they do, and the conflicts that were found on
/// the way.
pub(super) struct Settled {
    pub(super) in_force: InForce,
    /// Corrections for which everything in force holds, one a node.
    pub(super) held: Vec<i64>,
    /// What the corrections should be near to, one a node.
    pub(super) wished: Vec<i64>,
    pub(super) conflicts: Vec<ClockConflict>,
}

/// After so many conflicts orders of records and stays are no longer gone by.
const MOST_CONFLICTS: usize = 200;

impl Settled {
    /// Finds statements that hold together. While some cannot, all of the smallest such set that can be
    /// doubted are left out; at the end those come back that do not help to let the others hold.
    pub(super) fn new(input: &Input<'_>, gathered: &Gathered) -> Self {
        let network = &gathered.network;
        let mut in_force = network.all_in_force();
        for unknown in &gathered.unknown {
            for (_, reading) in unknown.each {
                in_force.set(reading, false);
            }
        }
        let wished = wishes(input, gathered, &|observation, _, _| {
            Some(observation.reads)
        });
        let mut own = Self {
            in_force,
            held: wished.clone(),
            wished,
            conflicts: Vec::new(),
        };
        let mut left_out: Vec<(Conflict, Vec<StatementIndex>)> = Vec::new();
        loop {
            match network.hold(&own.in_force, own.held.clone()) {
                Ok(held) => {
                    own.held = held;
                    break;
                }
                Err(conflict) => {
                    let doubtful = gathered.doubtful(&conflict);
                    if doubtful.is_empty() {
                        // Clocks that run by themselves contradict nothing.
                        break;
                    }
                    for statement in &doubtful {
                        own.in_force.set(*statement, false);
                    }
                    left_out.push((conflict, doubtful));
                    if left_out.len() >= MOST_CONFLICTS {
                        own.give_orders_up(gathered);
                    }
                }
            }
        }
        let disputed = !left_out.is_empty();
        for (conflict, doubtful) in left_out {
            let restored_by = own.take_back(network, &doubtful);
            own.conflicts.push(ClockConflict {
                by: conflict.by,
                restored_by: places(restored_by),
                statements: gathered.explained(&conflict),
            });
        }
        if disputed {
            // With fewer statements what was found to hold still does.
            gathered.drop_unfounded(&mut own.in_force);
        }
        own
    }

    /// Leaves all orders of records and stays out: a log that contradicts the clocks so often orders
    /// nothing.
    fn give_orders_up(&mut self, gathered: &Gathered) {
        for (number, statement) in (0..).zip(&gathered.statements) {
            if matches!(
                statement.claim,
                Claim::RecordOrder { .. } | Claim::OnePlace { .. }
            ) {
                self.in_force.set(number, false);
            }
        }
    }

    /// Takes those of some statements in again that do not keep the others from holding: the rest is
    /// what, left out, lets all hold. Nothing comes back when no single one does.
    fn take_back(&mut self, network: &Network, doubtful: &[StatementIndex]) -> Vec<StatementIndex> {
        let holds_without = |left_out: &[StatementIndex]| {
            let mut in_force = self.in_force.clone();
            let others: Vec<StatementIndex> = doubtful
                .iter()
                .copied()
                .filter(|statement| !left_out.contains(statement))
                .collect();
            for statement in &others {
                in_force.set(*statement, true);
            }
            let held = network.hold_too(&in_force, &self.held, &others);
            held.ok().map(|held| (in_force, held))
        };
        let restored_by: Vec<StatementIndex> = doubtful
            .iter()
            .copied()
            .filter(|one| holds_without(&[*one]).is_some())
            .collect();
        let settled = (!restored_by.is_empty())
            .then(|| holds_without(&restored_by))
            .flatten();
        if let Some((in_force, held)) = settled {
            (self.in_force, self.held) = (in_force, held);
        }
        restored_by
    }

    /// The bounds that follow from what is in force.
    pub(super) fn bounds(&self, network: &Network) -> Option<Bounds> {
        network.bounds(&self.in_force, &self.wished).ok()
    }

    /// Takes a statement in, when it holds together with the others.
    pub(super) fn take_in(
        &self,
        network: &Network,
        added: StatementIndex,
    ) -> Result<(InForce, Vec<i64>), Conflict> {
        let mut in_force = self.in_force.clone();
        in_force.set(added, true);
        let held = network.hold_too(&in_force, &self.held, &[added])?;
        Ok((in_force, held))
    }

    /// Goes by the only reading of an observation that is left, instead of by either.
    pub(super) fn go_by(
        &mut self,
        network: &Network,
        reading: StatementIndex,
        either: StatementIndex,
    ) {
        if let Ok(taken_in) = self.take_in(network, reading) {
            (self.in_force, self.held) = taken_in;
            self.in_force.set(either, false);
        }
    }
}

impl Gathered {
    /// What is left in force without one statement: orders of stays that were inferred from it go, too.
    pub(super) fn without(&self, in_force: &InForce, statement: StatementIndex) -> InForce {
        let mut left = in_force.without(statement);
        self.drop_unfounded(&mut left);
        left
    }

    /// Leaves out orders of stays that were inferred from statements that are not in force. Where it was
    /// not kept from which, all go as soon as anything is left out.
    fn drop_unfounded(&self, in_force: &mut InForce) {
        loop {
            let mut changed = false;
            for (number, statement) in (0..).zip(&self.statements) {
                let Claim::OnePlace {
                    known_by: OrderOfStays::Clocks(because),
                    ..
                } = &statement.claim
                else {
                    continue;
                };
                let stands = |place: &usize| {
                    StatementIndex::try_from(*place).is_ok_and(|own| self.stands(in_force, own))
                };
                if in_force.has(number) && (because.is_empty() || !because.iter().all(stands)) {
                    in_force.set(number, false);
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
    }

    /// Whether a statement is gone by. One that says that either reading of a number holds is, as long as
    /// one of its readings is.
    fn stands(&self, in_force: &InForce, statement: StatementIndex) -> bool {
        let readings = self.unknown.iter().find(|own| own.either == statement);
        let by_reading =
            readings.is_some_and(|own| own.each.iter().any(|(_, each)| in_force.has(*each)));
        in_force.has(statement) || by_reading
    }

    /// The statements of a conflict that can be doubted.
    pub(super) fn doubtful(&self, conflict: &Conflict) -> Vec<StatementIndex> {
        let mut all: Vec<StatementIndex> = self
            .explained(conflict)
            .into_iter()
            .filter_map(|place| StatementIndex::try_from(place).ok())
            .filter(|statement| self.can_be_doubted(*statement))
            .collect();
        all.dedup();
        all
    }

    /// The statements of a conflict, with those on which an order in it rests that was inferred.
    pub(super) fn explained(&self, conflict: &Conflict) -> Vec<usize> {
        let mut all = places(conflict.statements.iter().copied());
        let mut next = 0;
        while let Some(place) = all.get(next).copied() {
            next = next.saturating_add(1);
            if let Some(Claim::OnePlace {
                known_by: OrderOfStays::Clocks(because),
                ..
            }) = self.statements.get(place).map(|own| &own.claim)
            {
                for more in because {
                    if !all.contains(more) {
                        all.push(*more);
                    }
                }
            }
        }
        all
    }
}

/// The correction that the nearest observation gives each moment, as `reads` reads it; 0 where there is
/// none, or none that can be read.
pub(super) fn wishes(
    input: &Input<'_>,
    gathered: &Gathered,
    reads: &dyn Fn(&Observation, usize, usize) -> Option<Reads>,
) -> Vec<i64> {
    let network = &gathered.network;
    let mut wished = vec![0_i64; network.nodes()];
    for (number, (machine, rows)) in input.machines.iter().zip(&gathered.rows).enumerate() {
        let seen: Vec<(i64, i64, i64, usize)> = machine
            .clock
            .observations
            .iter()
            .enumerate()
            .filter_map(|(place, own)| {
                let correction = match reads(own, number, place)? {
                    Reads::Correction => own.offset,
                    Reads::Deviation => own.offset.saturating_neg(),
                    Reads::Unknown => return None,
                };
                let segment = machine.clock.segments_of(own.from).last().copied()?;
                Some((own.from.ticks(), own.to.ticks(), correction, segment))
            })
            .collect();
        if seen.is_empty() {
            continue;
        }
        for (segment, row) in rows.iter().enumerate() {
            for node in network.row_nodes(*row) {
                let shown = network.shown(node);
                let nearest = seen.iter().min_by_key(|(from, to, ..)| {
                    from.saturating_sub(shown)
                        .max(shown.saturating_sub(*to))
                        .max(0)
                });
                if let (Some((_, _, correction, at)), Some(own)) = (nearest, wished.get_mut(node)) {
                    *own = correction.saturating_add(stepped(machine, segment, *at));
                }
            }
        }
    }
    wished
}

/// By how much changes between two segments moved the clock: a clock that is put forward by a minute
/// lacked that minute before.
fn stepped(machine: &Machine, segment: usize, seen_in: usize) -> i64 {
    let size = |range: std::ops::Range<usize>| {
        let steps = machine.clock.steps.get(range).unwrap_or(&[]).iter();
        steps
            .filter(|recorded| !recorded.step.may_hide_a_pause())
            .map(|recorded| recorded.step.step())
            .fold(0_i64, i64::saturating_add)
    };
    if segment <= seen_in {
        size(segment..seen_in)
    } else {
        size(seen_in..segment).saturating_neg()
    }
}
