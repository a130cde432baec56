//! A solution: what each clock takes from it, and what is said of its statements.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::gather::Gathered;
use super::readings::Found;
use super::settle::Settled;
use super::{Input, Solution, dependence};
use crate::clock::statement::{Claim, Clocks, SolvedNetwork, Standing};

/// The solution from what is settled and what was found about readings.
pub(super) fn solution(
    input: &Input<'_>,
    gathered: Gathered,
    settled: Settled,
    mut found: Found,
) -> Solution {
    // What is in force holds together, so it has bounds.
    let Some(bounds) = settled.bounds(&gathered.network) else {
        return Solution {
            clocks: Clocks::default(),
            machines: Vec::new(),
        };
    };
    let moments = dependence::moments(input, &gathered, &settled, &bounds);
    let machines = (0..input.machines.len())
        .map(|machine| found.leaves.of_machine(&gathered, machine, &bounds))
        .collect();
    let mut statements = gathered.statements;
    for (number, statement) in (0..).zip(&mut statements) {
        // Of an observation that can be read in two ways, its readings are no statements of their own.
        let is_left_out = statement.standing == Standing::InForce && !settled.in_force.has(number);
        let by_itself = !gathered
            .unknown
            .iter()
            .any(|own| own.either == number || own.each.iter().any(|(_, each)| *each == number));
        if is_left_out && by_itself {
            statement.standing = Standing::Disputed;
        }
    }
    for (unknown, readings) in gathered.unknown.iter().zip(&found.readings) {
        let standing = match readings.left.len() {
            0 => Standing::Disputed,
            _ => Standing::InForce,
        };
        let place = usize::try_from(unknown.either).ok();
        if let Some(own) = place.and_then(|place| statements.get_mut(place)) {
            own.standing = standing;
        }
    }
    let mut observations = BTreeMap::new();
    for (place, statement) in statements.iter().enumerate() {
        if let Claim::Observation {
            machine,
            observation,
            ..
        } = statement.claim
        {
            // The readings of one that can be read in two ways stand behind it.
            observations.entry((machine, observation)).or_insert(place);
        }
    }
    Solution {
        clocks: Clocks {
            statements,
            observations,
            readings: found.readings,
            conflicts: settled.conflicts,
            moments,
            combinations: found.combinations,
            solved: Some(Arc::new(SolvedNetwork {
                network: gathered.network,
                in_force: settled.in_force,
                rows: gathered.rows,
            })),
        },
        machines,
    }
}
