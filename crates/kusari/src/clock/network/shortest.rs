//! The smallest conflict: a cycle of negative length with as few links as can be.

use std::collections::{BTreeMap, BTreeSet};

use super::relax::{Cycle, Step};
use super::{Conflict, InForce, Network};

/// In a network of up to so many links a smallest conflict is looked for from every link; in a larger
/// one from the moments of the cycle that was found, and among the clocks on it.
const SEARCHED_WHOLE: usize = 400;

/// A conflict of more links than this is no explanation for anybody; the cycle that was found is taken.
const MOST_LINKS: usize = 16;

/// From where a label of one layer comes: a node of the same layer along its row, or a node of the
/// layer before over a link.
#[derive(Debug, Clone, Copy)]
enum From {
    Start,
    Along(usize),
    Over { node: usize, link: usize },
}

type Layer = BTreeMap<usize, (i64, From)>;

/// The smallest conflict that can be found from a cycle.
pub(super) fn smallest(network: &Network, in_force: &InForce, cycle: &Cycle) -> Conflict {
    let everywhere = network.links.len() <= SEARCHED_WHOLE;
    let mut starts: Vec<usize> = if everywhere {
        let links = network.links.iter();
        links
            .filter(|link| in_force.has(link.statement))
            .filter_map(|link| usize::try_from(link.from).ok())
            .collect()
    } else {
        let ends = cycle.nodes.iter().zip(&cycle.steps);
        ends.filter(|(_, step)| matches!(step, Step::Over { .. }))
            .map(|(node, _)| *node)
            .collect()
    };
    starts.sort_unstable();
    starts.dedup();
    let rows = (!everywhere).then(|| {
        cycle
            .nodes
            .iter()
            .map(|node| network.row_of(*node))
            .collect()
    });
    let search = Search {
        network,
        in_force,
        rows,
    };
    let over = |step: &&Step| matches!(step, Step::Over { .. });
    let mut most = cycle.steps.iter().filter(over).count().min(MOST_LINKS);
    let mut best: Option<Vec<Step>> = None;
    for start in starts {
        // One with as many links counts only when there is none yet.
        let limit = if best.is_some() {
            most.saturating_sub(1)
        } else {
            most
        };
        if let Some((links, steps)) = search.from(start, limit) {
            most = links;
            best = Some(steps);
        }
    }
    Conflict::new(&best.unwrap_or_else(|| {
        let mut steps = cycle.steps.clone();
        steps.reverse();
        steps
    }))
}

/// What is searched.
struct Search<'a> {
    network: &'a Network,
    in_force: &'a InForce,
    /// Only these rows; `None`: all.
    rows: Option<BTreeSet<usize>>,
}

impl Search<'_> {
    /// A cycle of negative length through `start` with at most `most` links: how many, and its
    /// steps.
    fn from(&self, start: usize, most: usize) -> Option<(usize, Vec<Step>)> {
        let network = self.network;
        let first = Layer::from([(start, (0, From::Start))]);
        let mut layers: Vec<Layer> = vec![along_rows(network, first)];
        for links in 1..=most {
            let mut next = Layer::new();
            for (&node, &(value, _)) in layers.last()? {
                for (link, end, weight) in self.links_from(node) {
                    let value = value.saturating_add(weight);
                    lower(&mut next, end, value, From::Over { node, link });
                }
            }
            let next = along_rows(network, next);
            let closed = next.get(&start).is_some_and(|(value, _)| *value < 0);
            layers.push(next);
            if closed {
                return Some((links, steps_to(network, &layers, start)?));
            }
        }
        None
    }

    /// The links that may be taken from a node: number, end, weight.
    fn links_from(&self, node: usize) -> impl Iterator<Item = (usize, usize, i64)> + '_ {
        self.network.links_from(node).filter_map(|number| {
            let link = self.network.links.get(number)?;
            let end = usize::try_from(link.to).ok()?;
            let taken = self.in_force.has(link.statement)
                && self
                    .rows
                    .as_ref()
                    .is_none_or(|rows| rows.contains(&self.network.row_of(end)));
            taken.then_some((number, end, link.weight))
        })
    }
}

fn lower(layer: &mut Layer, node: usize, value: i64, from: From) {
    let own = layer.entry(node).or_insert((i64::MAX, from));
    if value < own.0 {
        *own = (value, from);
    }
}

/// Lets every label reach all moments of its row.
fn along_rows(network: &Network, layer: Layer) -> Layer {
    let rows: BTreeSet<usize> = layer.keys().map(|node| network.row_of(*node)).collect();
    let mut reached = layer.clone();
    for row in rows {
        let nodes = network.nodes_of(row);
        // The best label so far on the way along the row, and where it comes from.
        let mut way: Vec<Option<(i64, usize)>> = nodes
            .clone()
            .map(|node| layer.get(&node).map(|(value, _)| (*value, node)))
            .collect();
        let start = nodes.start;
        for place in 1..way.len() {
            let gap = network.gap_before(start.saturating_add(place));
            carry(&mut way, place.saturating_sub(1), place, gap);
        }
        for place in (1..way.len()).rev() {
            let gap = network.gap_before(start.saturating_add(place));
            carry(&mut way, place, place.saturating_sub(1), gap);
        }
        for (node, best) in nodes.zip(way) {
            if let Some((value, from)) = best.filter(|(_, from)| *from != node) {
                lower(&mut reached, node, value, From::Along(from));
            }
        }
    }
    reached
}

fn carry(way: &mut [Option<(i64, usize)>], from: usize, to: usize, gap: i64) {
    let Some((value, origin)) = way.get(from).copied().flatten() else {
        return;
    };
    let value = value.saturating_add(gap);
    if let Some(own) = way.get_mut(to)
        && own.is_none_or(|(known, _)| value < known)
    {
        *own = Some((value, origin));
    }
}

fn steps_to(network: &Network, layers: &[Layer], end: usize) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let (mut layer, mut node) = (layers.len().checked_sub(1)?, end);
    loop {
        match layers.get(layer)?.get(&node)?.1 {
            From::Start => break,
            From::Along(from) => {
                steps.push(network.step_along(from, node)?);
                node = from;
            }
            From::Over { node: from, link } => {
                let own = network.links.get(link)?;
                steps.push(Step::Over {
                    statement: own.statement,
                    cost: own.weight,
                });
                layer = layer.checked_sub(1)?;
                node = from;
            }
        }
    }
    steps.reverse();
    Some(steps)
}

impl Network {
    fn links_from(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let at = |node: usize| self.link_starts.get(node).copied().unwrap_or(0);
        (at(node)..at(node.saturating_add(1))).filter_map(|link| usize::try_from(link).ok())
    }

    /// How far the correction at a node can differ from that of its neighbour before.
    fn gap_before(&self, node: usize) -> i64 {
        self.gaps.get(node).copied().unwrap_or(i64::MAX)
    }

    fn step_along(&self, from: usize, to: usize) -> Option<Step> {
        let row = self.row_of(to).checked_sub(1)?;
        Some(Step::Along {
            statement: self.drifts.get(row)?.1,
            cost: (from.min(to).saturating_add(1)..=from.max(to))
                .fold(0_i64, |sum, node| sum.saturating_add(self.gap_before(node))),
        })
    }
}
