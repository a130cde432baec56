//! Shortest paths by going through rows forth and back, until nothing changes or a negative cycle
//! shows.

use super::{InForce, Network, StatementIndex};

/// In which sense links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    /// As they are: labels are upper bounds of corrections.
    Latest,
    /// Backwards: labels are upper bounds of corrections with their sign changed.
    Earliest,
}

/// No path leads here.
pub(super) const NONE: i64 = i64::MAX;

/// From where a node has its label: a link's number, a neighbour, or nowhere.
mod parent {
    pub(super) const NOWHERE: u32 = u32::MAX;
    pub(super) const BEFORE: u32 = u32::MAX - 1;
    pub(super) const BEHIND: u32 = u32::MAX - 2;
}

/// One step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Along a row; the statement is that of the row's drift.
    Along {
        statement: StatementIndex,
        cost: i64,
    },
    /// Along a link.
    Over {
        statement: StatementIndex,
        cost: i64,
    },
}

impl Step {
    pub(super) const fn statement(self) -> StatementIndex {
        match self {
            Self::Along { statement, .. } | Self::Over { statement, .. } => statement,
        }
    }

    pub(super) const fn cost(self) -> i64 {
        match self {
            Self::Along { cost, .. } | Self::Over { cost, .. } => cost,
        }
    }
}

/// The labels of all nodes.
#[derive(Debug, Clone)]
pub(super) struct Labels {
    pub(super) value: Vec<i64>,
    parent: Vec<u32>,
}

impl Labels {
    pub(super) fn new(value: Vec<i64>) -> Self {
        Self {
            parent: vec![parent::NOWHERE; value.len()],
            value,
        }
    }

    /// Only true time has a label.
    pub(super) fn from_true_time(nodes: usize) -> Self {
        let mut value = vec![NONE; nodes];
        if let Some(origin) = value.first_mut() {
            *origin = 0;
        }
        Self::new(value)
    }

    fn get(&self, node: usize) -> i64 {
        self.value.get(node).copied().unwrap_or(NONE)
    }
}

/// A cycle of negative length.
#[derive(Debug, Clone)]
pub(super) struct Cycle {
    pub(super) steps: Vec<Step>,
    pub(super) nodes: Vec<usize>,
}

/// In the first rounds no cycle can have closed; then it is looked for in every second.
const FIRST_LOOK: usize = 3;

struct Work {
    /// Whether the node's label is newer than what its links have made of it.
    fresh: Vec<bool>,
    queued: Vec<bool>,
    now: Vec<usize>,
    next: Vec<usize>,
}

impl Work {
    fn mark(&mut self, node: usize, row: usize) {
        if let Some(fresh) = self.fresh.get_mut(node) {
            *fresh = true;
        }
        if let Some(queued) = self.queued.get_mut(row)
            && !*queued
        {
            *queued = true;
            self.next.push(row);
        }
    }
}

impl Network {
    /// Lowers labels until every link and every drift between neighbours holds.
    ///
    /// # Errors
    /// With a cycle of negative length, when there is one that can be reached.
    pub(super) fn relax(
        &self,
        sense: Sense,
        labels: &mut Labels,
        in_force: &InForce,
    ) -> Result<(), Cycle> {
        let all = 0..self.nodes();
        self.relax_from(sense, labels, in_force, all)
    }

    /// The same when only the labels of some nodes are new.
    pub(super) fn relax_from(
        &self,
        sense: Sense,
        labels: &mut Labels,
        in_force: &InForce,
        nodes: impl Iterator<Item = usize>,
    ) -> Result<(), Cycle> {
        let rows = self.row_starts.len().saturating_sub(1);
        let mut work = Work {
            fresh: vec![false; self.nodes()],
            queued: vec![false; rows],
            now: Vec::new(),
            next: Vec::new(),
        };
        for node in nodes {
            if labels.get(node) != NONE {
                work.mark(node, self.row_of(node));
            }
        }
        let mut round = 0_usize;
        while !work.next.is_empty() {
            work.now.clear();
            std::mem::swap(&mut work.now, &mut work.next);
            work.now.sort_unstable();
            for row in std::mem::take(&mut work.now) {
                if let Some(queued) = work.queued.get_mut(row) {
                    *queued = false;
                }
                self.sweep(row, labels, &mut work.fresh);
                self.follow_links(row, sense, labels, in_force, &mut work);
            }
            round = round.saturating_add(1);
            if round >= FIRST_LOOK
                && round % 2 == 1
                && let Some(cycle) = self.cycle(sense, labels)
            {
                return Err(cycle);
            }
        }
        Ok(())
    }

    /// One row, forth and back.
    fn sweep(&self, row: usize, labels: &mut Labels, fresh: &mut [bool]) {
        let nodes = self.nodes_of(row);
        let mut lower = |node: usize, from: usize, gap: i64, by: u32| {
            let value = labels.get(from);
            if value == NONE {
                return;
            }
            let value = value.saturating_add(gap);
            if let Some(own) = labels.value.get_mut(node)
                && value < *own
            {
                *own = value;
                if let Some(own) = labels.parent.get_mut(node) {
                    *own = by;
                }
                if let Some(own) = fresh.get_mut(node) {
                    *own = true;
                }
            }
        };
        for node in nodes.clone().skip(1) {
            let gap = self.gaps.get(node).copied().unwrap_or(NONE);
            lower(node, node.saturating_sub(1), gap, parent::BEFORE);
        }
        for node in nodes.skip(1).rev() {
            let gap = self.gaps.get(node).copied().unwrap_or(NONE);
            lower(node.saturating_sub(1), node, gap, parent::BEHIND);
        }
    }

    fn follow_links(
        &self,
        row: usize,
        sense: Sense,
        labels: &mut Labels,
        in_force: &InForce,
        work: &mut Work,
    ) {
        for node in self.nodes_of(row) {
            let Some(fresh) = work.fresh.get_mut(node).filter(|fresh| **fresh) else {
                continue;
            };
            *fresh = false;
            let value = labels.get(node);
            if value == NONE {
                continue;
            }
            for number in self.links_at(node, sense) {
                let Some(link) = usize::try_from(number).ok().and_then(|n| self.links.get(n))
                else {
                    continue;
                };
                if !in_force.has(link.statement) {
                    continue;
                }
                let end = match sense {
                    Sense::Latest => link.to,
                    Sense::Earliest => link.from,
                };
                let end = usize::try_from(end).unwrap_or(0);
                let lowered = value.saturating_add(link.weight);
                if let Some(own) = labels.value.get_mut(end)
                    && lowered < *own
                {
                    *own = lowered;
                    if let Some(own) = labels.parent.get_mut(end) {
                        *own = number;
                    }
                    work.mark(end, self.row_of(end));
                }
            }
        }
    }

    /// The numbers of the links that lead on from a node.
    fn links_at(&self, node: usize, sense: Sense) -> impl Iterator<Item = u32> + '_ {
        let starts = match sense {
            Sense::Latest => &self.link_starts,
            Sense::Earliest => &self.link_to_starts,
        };
        let at = |node: usize| starts.get(node).copied().unwrap_or(0);
        let range = at(node)..at(node.saturating_add(1));
        range.filter_map(move |place| match sense {
            Sense::Latest => Some(place),
            Sense::Earliest => self.links_to.get(usize::try_from(place).ok()?).copied(),
        })
    }

    /// The step by which a node has its label, and the node that it comes from.
    fn step_to(&self, sense: Sense, labels: &Labels, node: usize) -> Option<(Step, usize)> {
        let by = labels.parent.get(node).copied()?;
        let along = |from: usize, behind: usize| {
            let row = self.row_of(node).checked_sub(1)?;
            let statement = self.drifts.get(row)?.1;
            let step = Step::Along {
                statement,
                cost: self.gaps.get(behind).copied()?,
            };
            Some((step, from))
        };
        match by {
            parent::NOWHERE => None,
            parent::BEFORE => along(node.checked_sub(1)?, node),
            parent::BEHIND => along(node.checked_add(1)?, node.checked_add(1)?),
            number => {
                let link = self.links.get(usize::try_from(number).ok()?)?;
                let from = match sense {
                    Sense::Latest => link.from,
                    Sense::Earliest => link.to,
                };
                let step = Step::Over {
                    statement: link.statement,
                    cost: link.weight,
                };
                Some((step, usize::try_from(from).ok()?))
            }
        }
    }

    /// The steps by which a node has its label, the last first.
    pub(super) fn path(&self, sense: Sense, labels: &Labels, mut node: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        // A path visits no node twice.
        while steps.len() <= self.nodes()
            && let Some((step, from)) = self.step_to(sense, labels, node)
        {
            steps.push(step);
            node = from;
        }
        steps
    }

    /// A cycle among the steps by which nodes have their labels. Such a cycle is always of negative
    /// length: each label on it was made of the one before, the last of a lower one than the first.
    fn cycle(&self, sense: Sense, labels: &Labels) -> Option<Cycle> {
        let mut seen = vec![0_u32; self.nodes()];
        let mut walk = 0_u32;
        for start in 0..self.nodes() {
            walk = walk.saturating_add(1);
            let mut node = start;
            while seen.get(node) == Some(&0) {
                if let Some(own) = seen.get_mut(node) {
                    *own = walk;
                }
                match self.step_to(sense, labels, node) {
                    Some((_, from)) => node = from,
                    None => break,
                }
            }
            if seen.get(node) == Some(&walk)
                && let Some(cycle) = self.cycle_at(sense, labels, node)
            {
                return Some(cycle);
            }
        }
        None
    }

    fn cycle_at(&self, sense: Sense, labels: &Labels, node: usize) -> Option<Cycle> {
        let mut cycle = Cycle {
            steps: Vec::new(),
            nodes: Vec::new(),
        };
        let mut at = node;
        loop {
            let (step, from) = self.step_to(sense, labels, at)?;
            cycle.steps.push(step);
            cycle.nodes.push(at);
            at = from;
            if at == node {
                return Some(cycle);
            }
        }
    }
}
