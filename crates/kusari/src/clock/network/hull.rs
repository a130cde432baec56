//! Bounds that hold whichever of several choices of statements is true.

use super::Bounds;
use super::relax::NONE;

/// Bounds of the corrections at all nodes, in ticks, that hold all of several [`Bounds`]. On what they
/// rest is not kept: of millions of nodes under many choices no more is kept than two numbers a node.
#[derive(Debug, Clone)]
pub struct Hull {
    /// With its sign changed, as in [`Bounds`]: nothing is farther than [`NONE`].
    earliest: Vec<i64>,
    latest: Vec<i64>,
}

impl Hull {
    /// Holds some bounds of the same network, too.
    pub fn widen(&mut self, other: &Bounds) {
        let widen = |own: &mut Vec<i64>, other: &[i64]| {
            for (own, other) in own.iter_mut().zip(other) {
                *own = (*own).max(*other);
            }
        };
        widen(&mut self.earliest, &other.earliest.value);
        widen(&mut self.latest, &other.latest.value);
    }

    /// The least correction at a node; `None` when nothing bounds it.
    #[must_use]
    pub fn earliest(&self, node: usize) -> Option<i64> {
        let least = self.earliest.get(node).copied();
        least.filter(|v| *v != NONE).map(i64::saturating_neg)
    }

    /// The greatest correction at a node; `None` when nothing bounds it.
    #[must_use]
    pub fn latest(&self, node: usize) -> Option<i64> {
        let most = self.latest.get(node).copied();
        most.filter(|v| *v != NONE)
    }
}

impl From<Bounds> for Hull {
    fn from(bounds: Bounds) -> Self {
        Self {
            earliest: bounds.earliest.value,
            latest: bounds.latest.value,
        }
    }
}
