//! A network of difference constraints between moments that clocks showed.
//!
//! A *simple temporal network* (Dechter, Meiri, Pearl 1991). Its unknowns are the corrections of
//! clocks at the moments that matter: what to add to the time that a clock showed to get true time. A
//! constraint says that one moment came at least so much later than another, or than a moment of true
//! time. In the graph of all constraints shortest paths give the tightest bounds, and a cycle of
//! negative length is a set of statements that cannot all hold.
//!
//! The moments of one run of a clock stand in one row in the order of the time shown. Two neighbours
//! differ in their corrections by no more than the drift between them, so a row needs no more than one
//! link between neighbours, and what is said between any two of its moments follows from those. That is
//! what makes millions of moments cheap: a row is gone through forth and back instead of being searched.
//!
//! The network knows nothing of evidence: it has rows, moments, constraints and the numbers of
//! statements that they come from. Everything is whole ticks of 100 ns.

mod bounds;
mod build;
mod conflict;
mod hull;
mod relax;
mod shortest;
#[cfg(test)]
mod tests;

pub use bounds::Bounds;
pub use build::{Moment, NetworkBuilder, Point, Row};
pub use conflict::Conflict;
pub use hull::Hull;

/// The number of a statement.
pub type StatementIndex = u32;

/// A link of the graph: the correction at `to` is at most that at `from` plus `weight`.
#[derive(Debug, Clone, Copy)]
struct Link {
    from: u32,
    to: u32,
    weight: i64,
    statement: StatementIndex,
}

/// The network, made by a [`NetworkBuilder`]. Node 0 is true time itself, whose correction is 0.
#[derive(Debug, Clone)]
pub struct Network {
    /// The node of each moment, by the moment's number.
    node_of: Vec<u32>,
    /// What the clock showed, by node; 0 for true time.
    shown: Vec<i64>,
    /// The row of each node; row 0 is true time.
    row_of: Vec<u32>,
    /// The first node of each row, and behind the last row the number of nodes.
    row_starts: Vec<u32>,
    /// How far the correction can differ from that of the node before it in its row; `i64::MAX` for
    /// the first of a row.
    gaps: Vec<i64>,
    /// The drift of each row in millionths, and the statement that says it.
    drifts: Vec<(u32, StatementIndex)>,
    /// All links, by the node that they come from.
    links: Vec<Link>,
    /// The first link from each node, and behind the last node the number of links.
    link_starts: Vec<u32>,
    /// The numbers of all links, by the node that they lead to.
    links_to: Vec<u32>,
    /// The first of [`Self::links_to`] for each node.
    link_to_starts: Vec<u32>,
    /// How many statements there are.
    statements: usize,
}

/// Which statements count: all but those that are left out.
#[derive(Debug, Clone)]
pub struct InForce {
    left_out: Vec<bool>,
}

impl InForce {
    /// Whether a statement counts.
    #[must_use]
    pub fn has(&self, statement: StatementIndex) -> bool {
        !usize::try_from(statement)
            .ok()
            .and_then(|index| self.left_out.get(index).copied())
            .unwrap_or(false)
    }

    /// Leaves a statement out, or takes it in again.
    pub fn set(&mut self, statement: StatementIndex, in_force: bool) {
        if let Some(own) = usize::try_from(statement)
            .ok()
            .and_then(|index| self.left_out.get_mut(index))
        {
            *own = !in_force;
        }
    }

    /// The same with one statement left out.
    #[must_use]
    pub fn without(&self, statement: StatementIndex) -> Self {
        let mut other = self.clone();
        other.set(statement, false);
        other
    }
}

impl Network {
    /// All statements in force.
    #[must_use]
    pub fn all_in_force(&self) -> InForce {
        InForce {
            left_out: vec![false; self.statements],
        }
    }

    /// How many nodes there are.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.shown.len()
    }

    /// How many links there are, those between neighbours of a row aside.
    #[must_use]
    pub fn links(&self) -> usize {
        self.links.len()
    }

    /// The node of a moment.
    #[must_use]
    pub fn node(&self, moment: Moment) -> usize {
        let number = self.node_of.get(moment.number()).copied().unwrap_or(0);
        usize::try_from(number).unwrap_or(0)
    }

    /// What the clock showed at a node, in ticks.
    #[must_use]
    pub fn shown(&self, node: usize) -> i64 {
        self.shown.get(node).copied().unwrap_or(0)
    }

    /// The nodes of a row, in the order of the time shown.
    #[must_use]
    pub fn row_nodes(&self, row: Row) -> std::ops::Range<usize> {
        // Row 0 is true time.
        self.nodes_of(row.number().saturating_add(1))
    }

    /// The drift of a row, in millionths.
    fn ppm(&self, row: Row) -> u32 {
        self.drifts.get(row.number()).map_or(0, |(ppm, _)| *ppm)
    }

    fn nodes_of(&self, row: usize) -> std::ops::Range<usize> {
        let bound = |index: usize| {
            let start = self.row_starts.get(index).copied().unwrap_or(0);
            usize::try_from(start).unwrap_or(0)
        };
        bound(row)..bound(row.saturating_add(1))
    }

    fn row_of(&self, node: usize) -> usize {
        let row = self.row_of.get(node).copied().unwrap_or(0);
        usize::try_from(row).unwrap_or(0)
    }

    /// The same network with another drift for every row that drifts.
    #[must_use]
    pub fn with_drift(&self, ppm: u32) -> Self {
        let mut other = self.clone();
        for (drift, _) in &mut other.drifts {
            if *drift > 0 {
                *drift = ppm;
            }
        }
        other.set_gaps();
        other
    }

    fn set_gaps(&mut self) {
        for row in 1..self.row_starts.len().saturating_sub(1) {
            let ppm = row
                .checked_sub(1)
                .and_then(|row| self.drifts.get(row))
                .map_or(0, |(ppm, _)| *ppm);
            let nodes = self.nodes_of(row);
            let mut before = None;
            for node in nodes {
                let shown = self.shown(node);
                let gap = before.map_or(i64::MAX, |before| drift(shown, before, ppm));
                if let Some(own) = self.gaps.get_mut(node) {
                    *own = gap;
                }
                before = Some(shown);
            }
        }
    }
}

/// How far a clock can drift between two moments that it shows, in ticks, rounded up.
#[must_use]
pub fn drift(a: i64, b: i64, ppm: u32) -> i64 {
    let span = i128::from(a.abs_diff(b));
    let parts = span.saturating_mul(i128::from(ppm));
    i64::try_from(parts.div_euclid(1_000_000) + i128::from(parts % 1_000_000 != 0))
        .unwrap_or(i64::MAX)
}
