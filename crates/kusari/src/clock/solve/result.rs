//! What each clock takes from a solution, and what is said of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use kusari_evidence::time::Timestamp;

use super::gather::Gathered;
use super::readings::{Found, Leaf};
use super::settle::Settled;
use super::{Input, Solution, dependence};
use crate::case::Reads;
use crate::clock::machine_clock::{Alternative, Correction, SolvedMoment, SolvedMoments, between};
use crate::clock::network::{Bounds, Row};
use crate::clock::statement::{Claim, Clocks, SolvedNetwork, Standing};

pub(super) fn solution(
    input: &Input<'_>,
    gathered: Gathered,
    settled: Settled,
    found: Found,
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
        .map(|machine| of_machine(&gathered, machine, &bounds, &found.leaves))
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

/// The combinations in which the observations of one clock are read the same way.
struct Group<'a> {
    readings: Vec<(usize, Reads)>,
    bounds: Vec<&'a Bounds>,
}

/// The corrections of one clock: under all readings that are left, and under each reading of its own
/// observations.
fn of_machine(
    gathered: &Gathered,
    machine: usize,
    bounds: &Bounds,
    leaves: &[Leaf],
) -> (SolvedMoments, Vec<Alternative>) {
    let all: Vec<&Bounds> = leaves.iter().map(|leaf| &leaf.bounds).collect();
    let solved = if all.is_empty() {
        corrections(gathered, machine, &[bounds], bounds)
    } else {
        corrections(gathered, machine, &all, bounds)
    };
    let mut by_reading: BTreeMap<Vec<(usize, &str)>, Group<'_>> = BTreeMap::new();
    for leaf in leaves {
        let own: Vec<(usize, Reads)> = leaf
            .readings
            .iter()
            .filter_map(|(place, reads)| {
                let unknown = gathered.unknown.get(*place)?;
                (unknown.machine == machine).then_some((unknown.observation, *reads))
            })
            .collect();
        if !own.is_empty() {
            let key = own
                .iter()
                .map(|(place, reads)| (*place, reads.name()))
                .collect();
            let group = by_reading.entry(key).or_insert_with(|| Group {
                readings: own,
                bounds: Vec::new(),
            });
            group.bounds.push(&leaf.bounds);
        }
    }
    let alternatives = by_reading
        .into_values()
        .filter_map(|group| {
            let first = group.bounds.first().copied()?;
            Some(Alternative {
                moments: corrections(gathered, machine, &group.bounds, first),
                readings: group.readings,
            })
        })
        .collect();
    (solved, alternatives)
}

/// The corrections that hold all of some bounds; the estimate is that of `chosen`.
fn corrections(
    gathered: &Gathered,
    machine: usize,
    all: &[&Bounds],
    chosen: &Bounds,
) -> SolvedMoments {
    let network = &gathered.network;
    let drift_ppm = gathered.drifts.get(machine).copied().unwrap_or(0);
    let rows = gathered.rows.get(machine).map_or(&[][..], Vec::as_slice);
    let at = |node: usize| {
        let own = |bounds: &Bounds| Correction {
            earliest: bounds.earliest(node),
            latest: bounds.latest(node),
            estimate: chosen.estimate(node),
        };
        let mut each = all.iter().map(|bounds| own(bounds));
        let first = each.next().unwrap_or(Correction::UNKNOWN);
        let mut hull = each.fold(first, Correction::or);
        if hull.earliest.or(hull.latest).is_none() {
            // Of a clock of which nothing is known, times stay as they were recorded.
            return Correction::UNKNOWN;
        }
        // The estimate was made before readings were ruled out in combination.
        let low = hull.earliest.unwrap_or(i64::MIN);
        let high = hull.latest.unwrap_or(i64::MAX);
        hull.estimate = hull.estimate.max(low).min(high);
        hull
    };
    let moment = |node: usize| {
        let shown = Timestamp::EPOCH.checked_add_ticks(network.shown(node))?;
        Some(SolvedMoment {
            shown,
            correction: at(node),
        })
    };
    let row = |row: &Row| network.row_nodes(*row).filter_map(moment).collect();
    rows.iter()
        .map(row)
        .map(|all| thinned(all, drift_ppm))
        .collect()
}

/// Leaves out the moments that follow from those beside them: of many moments few bound the others.
fn thinned(all: Vec<SolvedMoment>, drift_ppm: u32) -> Vec<SolvedMoment> {
    let mut kept: Vec<SolvedMoment> = Vec::new();
    let mut rest = all.into_iter().peekable();
    while let Some(own) = rest.next() {
        let beside = kept.last().copied().into_iter().chain(rest.peek().copied());
        let beside: Vec<SolvedMoment> = beside.collect();
        let follows = beside.len() == 2 && between(&beside, own.shown, drift_ppm) == own.correction;
        if !follows {
            kept.push(own);
        }
    }
    kept
}
