//! On what bounds rest, and how they would move if one statement were left out.

use super::gather::Gathered;
use super::settle::Settled;
use super::{ASKED_UP_TO, Input, places};
use crate::clock::network::{Bounds, StatementIndex};
use crate::clock::statement::{MomentBounds, Without};

/// The moments that matter with their bounds.
pub(super) fn moments(
    input: &Input<'_>,
    gathered: &Gathered,
    settled: &Settled,
    bounds: &Bounds,
) -> Vec<MomentBounds> {
    let network = &gathered.network;
    let mut all: Vec<MomentBounds> = gathered
        .moments
        .iter()
        .filter_map(|(event, moment)| {
            let node = network.node(*moment);
            Some(MomentBounds {
                machine: input.events.placed(*event)?.machine?,
                event: *event,
                earliest: bounds.earliest(node),
                earliest_rests_on: places(network.earliest_rests_on(bounds, node)),
                latest: bounds.latest(node),
                latest_rests_on: places(network.latest_rests_on(bounds, node)),
                without: Vec::new(),
            })
        })
        .collect();
    if network.nodes() > ASKED_UP_TO {
        return all;
    }
    let rests_on = all.iter().flat_map(|own| {
        let both = [&own.earliest_rests_on, &own.latest_rests_on];
        both.into_iter().flatten().copied()
    });
    let mut asked: Vec<usize> = rests_on.collect();
    asked.sort_unstable();
    asked.dedup();
    for place in asked {
        let Ok(statement) = StatementIndex::try_from(place) else {
            continue;
        };
        if !gathered.can_be_doubted(statement) {
            continue;
        }
        let in_force = gathered.without(&settled.in_force, statement);
        let Ok(other) = network.bounds(&in_force, &settled.wished) else {
            continue;
        };
        for (own, (_, moment)) in all.iter_mut().zip(&gathered.moments) {
            let node = network.node(*moment);
            let without = Without {
                statement: place,
                earliest: other.earliest(node),
                latest: other.latest(node),
            };
            if (without.earliest, without.latest) != (own.earliest, own.latest) {
                own.without.push(without);
            }
        }
    }
    all
}
