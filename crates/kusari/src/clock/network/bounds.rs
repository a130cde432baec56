//! What follows from a network that can hold: bounds of every correction, and one choice of all.

use super::relax::{Labels, NONE, Sense, Step};
use super::shortest::smallest;
use super::{Conflict, InForce, Moment, Network, StatementIndex};

/// Bounds of the corrections at all nodes, in ticks, and one value for each that holds together with
/// all others.
#[derive(Debug, Clone)]
pub struct Bounds {
    earliest: Labels,
    latest: Labels,
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
        let (below, above) = (below?, above?);
        let middle = |(below, above): (&i64, &i64)| {
            let sum = i128::from(*below).saturating_sub(i128::from(*above));
            i64::try_from(sum.div_euclid(2)).unwrap_or(0)
        };
        let estimate = below.value.iter().zip(&above.value).map(middle).collect();
        Ok(Bounds {
            earliest,
            latest,
            estimate,
        })
    }

    /// The least and the most time from one moment to another, in ticks; `None` where nothing bounds
    /// it. Times are those of the clocks' readings at the moments, corrected.
    ///
    /// # Errors
    /// With statements that cannot all hold.
    pub fn between(
        &self,
        in_force: &InForce,
        first: Moment,
        second: Moment,
    ) -> Result<(Option<i64>, Option<i64>), Conflict> {
        let (a, b) = (self.node(first), self.node(second));
        let apart = self.shown(b).saturating_sub(self.shown(a));
        let run = |sense: Sense| {
            let mut value = vec![NONE; self.nodes()];
            if let Some(own) = value.get_mut(a) {
                *own = 0;
            }
            let mut labels = Labels::new(value);
            match self.relax_from(sense, &mut labels, in_force, std::iter::once(a)) {
                Ok(()) => Ok(labels.value.get(b).copied().filter(|value| *value != NONE)),
                Err(cycle) => Err(smallest(self, in_force, &cycle)),
            }
        };
        let most = run(Sense::Latest)?.map(|most| apart.saturating_add(most));
        let least = run(Sense::Earliest)?.map(|least| apart.saturating_sub(least));
        Ok((least, most))
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
