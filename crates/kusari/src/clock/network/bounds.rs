//! What follows from a network that can hold: bounds of every correction, and one choice of all.

use kusari_evidence::time::Timestamp;

use super::relax::{Labels, NONE, Sense, Step};
use super::shortest::smallest;
use super::{Conflict, InForce, Network, Row, StatementIndex, drift};

/// Bounds of the corrections at all nodes, in ticks, and one value for each that holds together with
/// all others.
#[derive(Debug, Clone)]
pub struct Bounds {
    pub(super) earliest: Labels,
    pub(super) latest: Labels,
    estimate: Vec<i64>,
}

impl Network {
    /// Whether the statements in force can all hold: corrections for which they do, found from
    /// `wished`, one a node.
    ///
    /// # Errors
    /// With statements that cannot all hold.
    pub fn hold(&self, in_force: &InForce, wished: Vec<i64>) -> Result<Vec<i64>, Conflict> {
        let mut labels = Labels::new(wished);
        match self.relax(Sense::Latest, &mut labels, in_force) {
            Ok(()) => Ok(labels.value),
            Err(cycle) => Err(smallest(self, in_force, &cycle)),
        }
    }

    /// Whether statements that were left out till now can hold, too: `held` are corrections for which
    /// all others do. They are kept so, as far as they can be, when it holds.
    ///
    /// # Errors
    /// With statements that cannot all hold.
    pub fn hold_too(
        &self,
        in_force: &InForce,
        held: &[i64],
        added: &[StatementIndex],
    ) -> Result<Vec<i64>, Conflict> {
        let mut labels = Labels::new(held.to_vec());
        let touched = self
            .links
            .iter()
            .filter(|link| added.contains(&link.statement))
            .filter_map(|link| usize::try_from(link.from).ok());
        match self.relax_from(Sense::Latest, &mut labels, in_force, touched) {
            Ok(()) => Ok(labels.value),
            Err(cycle) => Err(smallest(self, in_force, &cycle)),
        }
    }

    /// The tightest bounds that follow from the statements in force. Of all corrections inside them
    /// those are chosen that hold together and lie near `wished`, one a node.
    ///
    /// # Errors
    /// With statements that cannot all hold.
    pub fn bounds(&self, in_force: &InForce, wished: &[i64]) -> Result<Bounds, Conflict> {
        let nodes = self.nodes();
        let run = |sense: Sense, mut labels: Labels| match self.relax(sense, &mut labels, in_force)
        {
            Ok(()) => Ok(labels),
            Err(cycle) => Err(smallest(self, in_force, &cycle)),
        };
        let (latest, earliest) = rayon::join(
            || run(Sense::Latest, Labels::from_true_time(nodes)),
            || run(Sense::Earliest, Labels::from_true_time(nodes)),
        );
        let (latest, earliest) = (latest?, earliest?);
        let near: Vec<i64> = (0..nodes)
            .map(|node| {
                let wish = wished.get(node).copied().unwrap_or(0);
                let of = |labels: &Labels| labels.value.get(node).copied().filter(|v| *v != NONE);
                let wish = of(&latest).map_or(wish, |most| wish.min(most));
                of(&earliest).map_or(wish, |least| wish.max(least.saturating_neg()))
            })
            .collect();
        // The largest corrections that hold below the wished ones and the smallest above them; what
        // lies in the middle holds, too, since differences are bounded by whole numbers.
        let negated: Vec<i64> = near.iter().map(|wish| wish.saturating_neg()).collect();
        let (below, above) = rayon::join(
            || run(Sense::Latest, Labels::new(near)),
            || run(Sense::Earliest, Labels::new(negated)),
        );
        let (mut estimate, above) = (below?.value, above?.value);
        for (below, above) in estimate.iter_mut().zip(above) {
            let sum = i128::from(*below).saturating_sub(i128::from(above));
            *below = i64::try_from(sum.div_euclid(2)).unwrap_or(0);
        }
        Ok(Bounds {
            earliest,
            latest,
            estimate,
        })
    }

    /// By how much the correction at a moment of one row exceeds that at a moment of another, at least
    /// and at most, in ticks; `None` where nothing bounds it. The moments need be none of the network's.
    ///
    /// # Errors
    /// With statements that cannot all hold.
    pub fn between(
        &self,
        in_force: &InForce,
        first: (Row, Timestamp),
        second: (Row, Timestamp),
    ) -> Result<(Option<i64>, Option<i64>), Conflict> {
        let (near_first, near_second) = (self.beside(first), self.beside(second));
        let same_row = (first.0 == second.0).then(|| self.drift_in(first.0, first.1, second.1));
        let run = |sense: Sense| {
            let mut labels = Labels::new(vec![NONE; self.nodes()]);
            for (node, drift) in &near_first {
                if let Some(own) = labels.value.get_mut(*node) {
                    *own = *drift;
                }
            }
            let from = near_first.iter().map(|(node, _)| *node);
            if let Err(cycle) = self.relax_from(sense, &mut labels, in_force, from) {
                return Err(smallest(self, in_force, &cycle));
            }
            let reached = near_second.iter().filter_map(|(node, drift)| {
                let label = labels
                    .value
                    .get(*node)
                    .copied()
                    .filter(|label| *label != NONE)?;
                Some(label.saturating_add(*drift))
            });
            Ok(reached.chain(same_row).min())
        };
        let most = run(Sense::Latest)?;
        let least = run(Sense::Earliest)?.map(i64::saturating_neg);
        Ok((least, most))
    }

    /// The nodes before and behind a moment of a row, each with how far the clock can drift to it.
    fn beside(&self, (row, at): (Row, Timestamp)) -> Vec<(usize, i64)> {
        let nodes = self.row_nodes(row);
        let shown = self.shown.get(nodes.clone()).unwrap_or(&[]);
        let next = nodes
            .start
            .saturating_add(shown.partition_point(|own| *own < at.ticks()));
        let before = next.checked_sub(1).filter(|node| nodes.contains(node));
        let behind = Some(next).filter(|node| nodes.contains(node));
        let both = before.into_iter().chain(behind);
        both.map(|node| {
            let ppm = self.ppm(row);
            (node, drift(self.shown(node), at.ticks(), ppm))
        })
        .collect()
    }

    fn drift_in(&self, row: Row, a: Timestamp, b: Timestamp) -> i64 {
        drift(a.ticks(), b.ticks(), self.ppm(row))
    }

    /// On what the upper bound of a correction rests: the statements of the shortest path, each once, in
    /// the order of the path from true time.
    #[must_use]
    pub fn latest_rests_on(&self, bounds: &Bounds, node: usize) -> Vec<StatementIndex> {
        statements(self.path(Sense::Latest, &bounds.latest, node))
    }

    /// The same for the lower bound.
    #[must_use]
    pub fn earliest_rests_on(&self, bounds: &Bounds, node: usize) -> Vec<StatementIndex> {
        statements(self.path(Sense::Earliest, &bounds.earliest, node))
    }
}

/// The statements of steps that were gathered from the end.
fn statements(steps: Vec<Step>) -> Vec<StatementIndex> {
    let mut all = Vec::new();
    for step in steps.into_iter().rev() {
        let statement = step.statement();
        if !all.contains(&statement) {
            all.push(statement);
        }
    }
    all
}

impl Bounds {
    /// The least correction at a node; `None` when nothing bounds it.
    #[must_use]
    pub fn earliest(&self, node: usize) -> Option<i64> {
        let least = self.earliest.value.get(node).copied();
        least.filter(|v| *v != NONE).map(i64::saturating_neg)
    }

    /// The greatest correction at a node; `None` when nothing bounds it.
    #[must_use]
    pub fn latest(&self, node: usize) -> Option<i64> {
        let most = self.latest.value.get(node).copied();
        most.filter(|v| *v != NONE)
    }

    /// The chosen correction at a node.
    #[must_use]
    pub fn estimate(&self, node: usize) -> i64 {
        self.estimate.get(node).copied().unwrap_or(0)
    }
}
