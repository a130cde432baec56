//! Statements that cannot all hold.

use super::StatementIndex;
use super::relax::Step;

/// Statements that cannot all hold, and by how much they miss it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The statements, each once, in the order in which they lead around.
    pub statements: Vec<StatementIndex>,
    /// By how many ticks they contradict each other.
    pub by: i64,
}

impl Conflict {
    pub(super) fn new(steps: &[Step]) -> Self {
        let mut statements = Vec::new();
        for step in steps {
            if !statements.contains(&step.statement()) {
                statements.push(step.statement());
            }
        }
        let cost = steps
            .iter()
            .fold(0_i64, |sum, step| sum.saturating_add(step.cost()));
        Self {
            statements,
            by: cost.saturating_neg(),
        }
    }
}
