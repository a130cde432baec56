//! Making a network: rows, moments, constraints.

use kusari_evidence::time::Timestamp;

use super::{Link, Network, StatementIndex};

/// A run of a clock: as long as nobody sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row(u32);

impl Row {
    pub(super) fn number(self) -> usize {
        usize::try_from(self.0).unwrap_or(0)
    }
}

/// A moment that a clock showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u32);

impl Moment {
    pub(super) fn number(self) -> usize {
        usize::try_from(self.0).unwrap_or(0)
    }
}

/// One end of a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A moment of true time, UTC.
    True(Timestamp),
    /// A moment that a clock showed.
    Shown(Moment),
}

struct Constraint {
    earlier: Point,
    later: Point,
    at_least: i64,
    statement: StatementIndex,
}

/// Collects what a [`Network`] is made of.
#[derive(Default)]
pub struct NetworkBuilder {
    rows: Vec<(u32, StatementIndex)>,
    moments: Vec<(u32, i64)>,
    constraints: Vec<Constraint>,
}

impl NetworkBuilder {
    /// Adds a run of a clock that drifts by at most so many millionths, as that statement says.
    pub fn row(&mut self, drift_ppm: u32, statement: StatementIndex) -> Row {
        self.rows.push((drift_ppm, statement));
        Row(number(self.rows.len().saturating_sub(1)))
    }

    /// Adds a moment that the clock showed in that run; UTC by that clock.
    pub fn moment(&mut self, row: Row, shown: Timestamp) -> Moment {
        self.moments.push((row.0, shown.ticks()));
        Moment(number(self.moments.len().saturating_sub(1)))
    }

    /// States that `later` came at least `at_least` ticks behind `earlier`; a negative number states
    /// that it came no earlier than that much before it. Between two moments of true time nothing can
    /// be stated.
    pub fn at_least(
        &mut self,
        earlier: Point,
        later: Point,
        at_least: i64,
        statement: StatementIndex,
    ) {
        self.constraints.push(Constraint {
            earlier,
            later,
            at_least,
            statement,
        });
    }

    /// The network.
    #[must_use]
    pub fn build(mut self) -> Network {
        let mut order: Vec<u32> = (0..number(self.moments.len())).collect();
        let key = |index: &u32| {
            let moment = usize::try_from(*index).ok();
            moment.and_then(|index| self.moments.get(index)).copied()
        };
        order.sort_unstable_by_key(key);
        let mut node_of = vec![0_u32; self.moments.len()];
        let (mut shown, mut row_of) = (vec![0_i64], vec![0_u32]);
        // Row 0 is true time; the others stand one number higher than they were made with.
        let mut row_starts = vec![0_u32, 1];
        let mut last = None;
        for index in order {
            let Some((row, at)) = key(&index) else {
                continue;
            };
            if last != Some((row, at)) {
                while row_starts.len() < usize::try_from(row).unwrap_or(0).saturating_add(2) {
                    row_starts.push(number(shown.len()));
                }
                shown.push(at);
                row_of.push(row.saturating_add(1));
                last = Some((row, at));
            }
            let slot = usize::try_from(index).ok();
            if let Some(own) = slot.and_then(|slot| node_of.get_mut(slot)) {
                *own = number(shown.len().saturating_sub(1));
            }
        }
        while row_starts.len() < self.rows.len().saturating_add(2) {
            row_starts.push(number(shown.len()));
        }
        // Of millions of moments and constraints none is kept twice for longer than it must be.
        self.moments = Vec::new();
        let statements = self.rows.iter().map(|(_, statement)| *statement);
        let statements = statements
            .chain(
                self.constraints
                    .iter()
                    .map(|constraint| constraint.statement),
            )
            .max()
            .map_or(0, |most| {
                usize::try_from(most).unwrap_or(0).saturating_add(1)
            });
        let place = |point: Point| match point {
            Point::True(at) => (0_u32, at.ticks()),
            Point::Shown(moment) => {
                let node = node_of.get(moment.number()).copied().unwrap_or(0);
                let at = usize::try_from(node).ok().and_then(|node| shown.get(node));
                (node, at.copied().unwrap_or(0))
            }
        };
        let constraints = std::mem::take(&mut self.constraints);
        let mut links: Vec<Link> = constraints
            .into_iter()
            .filter_map(|constraint| {
                let (earlier, earlier_at) = place(constraint.earlier);
                let (later, later_at) = place(constraint.later);
                // later_at + later's correction >= earlier_at + earlier's correction + at_least
                let weight = later_at
                    .saturating_sub(earlier_at)
                    .saturating_sub(constraint.at_least);
                (earlier != later || weight < 0).then_some(Link {
                    from: later,
                    to: earlier,
                    weight,
                    statement: constraint.statement,
                })
            })
            .collect();
        links.sort_by_key(|link| (link.from, link.to, link.weight, link.statement));
        let nodes = shown.len();
        let link_starts = starts(nodes, links.iter().map(|link| link.from));
        let mut links_to: Vec<u32> = (0..number(links.len())).collect();
        let target = |index: &u32| {
            let link = usize::try_from(*index).ok();
            link.and_then(|index| links.get(index)).map(|link| link.to)
        };
        links_to.sort_by_key(target);
        let link_to_starts = starts(nodes, links_to.iter().filter_map(target));
        let mut network = Network {
            node_of,
            gaps: vec![i64::MAX; nodes],
            shown,
            row_of,
            row_starts,
            drifts: self.rows,
            links,
            link_starts,
            links_to,
            link_to_starts,
            statements,
        };
        network.set_gaps();
        network
    }
}

/// The place of the first item of each node in a list that is sorted by nodes.
fn starts(nodes: usize, sorted: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = vec![0_u32; nodes.saturating_add(1)];
    for node in sorted {
        let next = usize::try_from(node).unwrap_or(0).saturating_add(1);
        if let Some(count) = starts.get_mut(next) {
            *count = count.saturating_add(1);
        }
    }
    let mut sum = 0_u32;
    for count in &mut starts {
        sum = sum.saturating_add(*count);
        *count = sum;
    }
    starts
}

/// A count as the network numbers things; a case of four thousand million moments is past its reach.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
