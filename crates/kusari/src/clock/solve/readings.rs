//! Observations whose number can be read in two ways: which readings can hold.

use super::gather::{Gathered, UnknownReading};
use super::leaves::Leaves;
use super::settle::{Settled, wishes};
use super::{ASKED_UP_TO, Input, places};
use crate::case::Reads;
use crate::clock::network::{Conflict, InForce, StatementIndex};
use crate::clock::statement::{Claim, ClockConflict, OrderOfStays, Readings, RuledOut, UpToDrift};

/// What is found about readings.
pub(super) struct Found {
    /// In the order of [`Gathered::unknown`].
    pub(super) readings: Vec<Readings>,
    /// What holds under the combinations of the readings that are left; nothing when there is one
    /// combination, or when there are too many to try.
    pub(super) leaves: Leaves,
    /// How many combinations hold; `None`: too many to try.
    pub(super) combinations: Option<usize>,
}

/// More observations than this with two readings left are not tried together.
const MOST_TOGETHER: usize = 10;

/// More combinations than this are not solved for.
const MOST_LEAVES: usize = 64;

/// The largest drift that is tried, in millionths: no clock that keeps time at all is as bad.
const LARGEST_DRIFT: u32 = 2000;

/// One observation while its readings are tried.
struct Trial {
    left: Vec<(Reads, StatementIndex)>,
    ruled_out: Vec<(Reads, StatementIndex, Option<Conflict>)>,
}

/// Finds which readings hold, and takes those in that are the only ones left.
pub(super) fn find(input: &Input<'_>, gathered: &Gathered, settled: &mut Settled) -> Found {
    let mut trials: Vec<Trial> = gathered
        .unknown
        .iter()
        .map(|own| Trial {
            // An observation that is disputed however it is read says nothing.
            left: if settled.in_force.has(own.either) {
                own.each.to_vec()
            } else {
                Vec::new()
            },
            ruled_out: Vec::new(),
        })
        .collect();
    loop {
        one_by_one(gathered, settled, &mut trials);
        match together(input, gathered, settled, &mut trials) {
            Together::Again => {}
            Together::Done {
                leaves,
                combinations,
            } => {
                return Found {
                    readings: readings(gathered, settled, trials),
                    leaves,
                    combinations,
                };
            }
        }
    }
}

/// Tries each reading by itself, the others being open; until nothing more is ruled out.
fn one_by_one(gathered: &Gathered, settled: &mut Settled, trials: &mut [Trial]) {
    let network = &gathered.network;
    loop {
        let mut changed = false;
        for (trial, unknown) in trials.iter_mut().zip(&gathered.unknown) {
            if trial.left.len() < 2 {
                continue;
            }
            for (reads, statement) in std::mem::take(&mut trial.left) {
                // Of millions of corrections those of a mere trial are not kept.
                match settled.take_in(network, statement) {
                    Ok(_) => trial.left.push((reads, statement)),
                    Err(conflict) => {
                        changed = true;
                        trial.ruled_out.push((reads, statement, Some(conflict)));
                    }
                }
            }
            match trial.left.as_slice() {
                [(_, only)] => settled.go_by(network, *only, unknown.either),
                [] => neither(gathered, settled, trial, unknown),
                _ => {}
            }
        }
        if !changed {
            break;
        }
    }
}

/// Neither reading holds: the observation contradicts the others however it is read.
fn neither(gathered: &Gathered, settled: &mut Settled, trial: &Trial, unknown: &UnknownReading) {
    let own = |statement: StatementIndex| unknown.each.iter().any(|(_, each)| *each == statement);
    let mut all: Vec<usize> = places([unknown.either]);
    let mut by = i64::MAX;
    for conflict in trial
        .ruled_out
        .iter()
        .filter_map(|(_, _, why)| why.as_ref())
    {
        by = by.min(conflict.by);
        for place in gathered.explained(conflict) {
            let is_own = StatementIndex::try_from(place).is_ok_and(own);
            if !is_own && !all.contains(&place) {
                all.push(place);
            }
        }
    }
    settled.in_force.set(unknown.either, false);
    settled.conflicts.push(ClockConflict {
        statements: all,
        by,
        restored_by: places([unknown.either]),
    });
}

enum Together {
    /// A reading fits by itself but into no combination; it is ruled out, and that may rule out more.
    Again,
    Done {
        leaves: Leaves,
        combinations: Option<usize>,
    },
}

/// Tries the readings that are left in every combination.
fn together(
    input: &Input<'_>,
    gathered: &Gathered,
    settled: &mut Settled,
    trials: &mut [Trial],
) -> Together {
    let open: Vec<usize> = (0..trials.len())
        .filter(|place| trials.get(*place).is_some_and(|trial| trial.left.len() > 1))
        .collect();
    if open.is_empty() {
        settled.wished = wishes_of(input, gathered, settled, trials, &[]);
        return Together::Done {
            leaves: Leaves::default(),
            combinations: Some(1),
        };
    }
    let too_many = || Together::Done {
        leaves: Leaves::default(),
        combinations: None,
    };
    settled.wished = wishes_of(input, gathered, settled, trials, &[]);
    if open.len() > MOST_TOGETHER {
        return too_many();
    }
    let mut found: Vec<(Vec<(usize, Reads)>, InForce)> = Vec::new();
    let start = (Vec::new(), settled.in_force.clone(), settled.held.clone());
    let mut stack = vec![start];
    while let Some((chosen, in_force, held)) = stack.pop() {
        let Some(place) = open.get(chosen.len()).copied() else {
            found.push((chosen, in_force));
            if found.len() > MOST_LEAVES {
                return too_many();
            }
            continue;
        };
        let left = trials.get(place).map_or(&[][..], |trial| &trial.left);
        for (reads, statement) in left.iter().rev() {
            let mut with = in_force.clone();
            with.set(*statement, true);
            if let Ok(held) = gathered.network.hold_too(&with, &held, &[*statement]) {
                let mut chosen = chosen.clone();
                chosen.push((place, *reads));
                stack.push((chosen, with, held));
            }
        }
    }
    if found.is_empty() {
        none_together(gathered, settled, trials, &open);
        return Together::Again;
    }
    let fits =
        |place: usize, reads: Reads| found.iter().any(|(own, _)| own.contains(&(place, reads)));
    let mut again = false;
    for &place in &open {
        let Some(trial) = trials.get_mut(place) else {
            continue;
        };
        let (left, out): (Vec<_>, Vec<_>) = std::mem::take(&mut trial.left)
            .into_iter()
            .partition(|(reads, _)| fits(place, *reads));
        again |= !out.is_empty();
        let out = out.into_iter().map(|(reads, own)| (reads, own, None));
        trial.ruled_out.extend(out);
        trial.left = left;
        if let ([(_, only)], Some(unknown)) = (trial.left.as_slice(), gathered.unknown.get(place)) {
            settled.go_by(&gathered.network, *only, unknown.either);
        }
    }
    if again {
        return Together::Again;
    }
    let combinations = Some(found.len());
    let mut leaves = Leaves::default();
    for (readings, in_force) in found {
        let wished = wishes_of(input, gathered, settled, trials, &readings);
        if let Ok(bounds) = gathered.network.bounds(&in_force, &wished) {
            leaves.take(gathered, &readings, bounds);
        }
    }
    Together::Done {
        leaves,
        combinations,
    }
}

/// What corrections should be near to under some readings; observations that are disputed, or whose
/// reading is open, wish for nothing.
fn wishes_of(
    input: &Input<'_>,
    gathered: &Gathered,
    settled: &Settled,
    trials: &[Trial],
    chosen: &[(usize, Reads)],
) -> Vec<i64> {
    wishes(input, gathered, &|seen, machine, observation| {
        let unknown = gathered
            .unknown
            .iter()
            .position(|own| (own.machine, own.observation) == (machine, observation));
        let Some(place) = unknown else {
            let statement = gathered.plain.get(&(machine, observation));
            let in_force = statement.is_some_and(|own| settled.in_force.has(*own));
            return in_force.then_some(seen.reads);
        };
        let by_choice = chosen.iter().find(|(own, _)| *own == place);
        let trial = trials.get(place)?;
        let only = match trial.left.as_slice() {
            [(reads, _)] => Some(*reads),
            _ => None,
        };
        by_choice.map(|(_, reads)| *reads).or(only)
    })
}

/// Each reading fits by itself, and no combination of all: the observations contradict each other however
/// they are read.
fn none_together(gathered: &Gathered, settled: &mut Settled, trials: &mut [Trial], open: &[usize]) {
    let mut statements = Vec::new();
    for &place in open {
        let (Some(trial), Some(unknown)) = (trials.get_mut(place), gathered.unknown.get(place))
        else {
            continue;
        };
        settled.in_force.set(unknown.either, false);
        statements.extend(places([unknown.either]));
        let left = std::mem::take(&mut trial.left).into_iter();
        trial
            .ruled_out
            .extend(left.map(|(reads, own)| (reads, own, None)));
    }
    settled.conflicts.push(ClockConflict {
        statements,
        by: 0,
        restored_by: Vec::new(),
    });
}

fn readings(gathered: &Gathered, settled: &Settled, trials: Vec<Trial>) -> Vec<Readings> {
    let small = gathered.network.nodes() <= ASKED_UP_TO;
    let of_each = gathered.unknown.iter().zip(trials);
    of_each
        .map(|(unknown, trial)| {
            let ruled_out = trial.ruled_out.iter().map(|(reads, statement, why)| {
                let by = why.as_ref().map_or(Vec::new(), |conflict| {
                    let mut by = gathered.explained(conflict);
                    by.retain(|place| places([*statement]) != [*place]);
                    by
                });
                let decisive = if small {
                    decisive(gathered, settled, unknown, *statement, &by)
                } else {
                    Vec::new()
                };
                RuledOut {
                    reads: *reads,
                    by,
                    decisive,
                }
            });
            let ruled_out = ruled_out.collect();
            let drift = |statement| match small {
                true => up_to_drift(gathered, settled, unknown, statement),
                false => UpToDrift::NotAsked,
            };
            Readings {
                statement: usize::try_from(unknown.either).unwrap_or(usize::MAX),
                left: trial.left.iter().map(|(reads, _)| *reads).collect(),
                ruled_out,
                up_to_drift: unknown
                    .each
                    .iter()
                    .map(|(reads, statement)| (*reads, drift(*statement)))
                    .collect(),
            }
        })
        .collect()
}

/// What is in force when one reading of an observation is tried against all others.
fn with_reading(settled: &Settled, unknown: &UnknownReading, reading: StatementIndex) -> InForce {
    let mut in_force = settled.in_force.clone();
    for (_, each) in unknown.each {
        in_force.set(each, each == reading);
    }
    in_force.set(unknown.either, false);
    in_force
}

/// Those statements of an explanation without which the reading could hold.
fn decisive(
    gathered: &Gathered,
    settled: &Settled,
    unknown: &UnknownReading,
    reading: StatementIndex,
    by: &[usize],
) -> Vec<usize> {
    let with = with_reading(settled, unknown, reading);
    let holds_without = |place: &usize| {
        let Ok(statement) = StatementIndex::try_from(*place) else {
            return false;
        };
        gathered.can_be_doubted(statement)
            && gathered
                .network
                .hold_too(
                    &gathered.without(&with, statement),
                    &settled.held,
                    &[reading],
                )
                .is_ok()
    };
    by.iter().copied().filter(holds_without).collect()
}

/// Up to which drift of all clocks a reading cannot hold. Orders of stays that bounds gave were found
/// with the case's drift and do not count here.
fn up_to_drift(
    gathered: &Gathered,
    settled: &Settled,
    unknown: &UnknownReading,
    reading: StatementIndex,
) -> UpToDrift {
    let mut with = with_reading(settled, unknown, reading);
    for (number, statement) in (0..).zip(&gathered.statements) {
        if let Claim::OnePlace {
            known_by: OrderOfStays::Clocks(_),
            ..
        } = statement.claim
        {
            with.set(number, false);
        }
    }
    let mut without = with.clone();
    without.set(reading, false);
    without.set(unknown.either, true);
    let holds = |ppm: u32, in_force: &InForce| {
        let network = gathered.network.with_drift(ppm);
        network.hold(in_force, settled.wished.clone()).is_ok()
    };
    // Where all else does not hold with so little drift, the reading is not what is wrong.
    let ruled_out = |ppm: u32| !holds(ppm, &with);
    if !ruled_out(0) {
        return UpToDrift::Never;
    }
    if ruled_out(LARGEST_DRIFT) {
        return UpToDrift::Beyond(LARGEST_DRIFT);
    }
    let (mut low, mut high) = (0, LARGEST_DRIFT);
    while high.saturating_sub(low) > 1 {
        let middle = low.midpoint(high);
        if ruled_out(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    if holds(low, &without) {
        UpToDrift::Ppm(low)
    } else {
        UpToDrift::Never
    }
}
