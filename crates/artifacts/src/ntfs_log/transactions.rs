//! From records to transactions: which records belong together, and how each ended.
//!
//! Each record names the one before it in its transaction. Places of transactions are given again,
//! and tables at checkpoints are written under one, so it is that chain that counts.

use std::collections::HashMap;

use super::change::{FileChange, Standing};
use super::combine::combine;
use super::facts::{Fact, fact};
use super::geometry::Geometry;
use super::open_attributes::OpenAttributes;
use super::operation::Operation;
use super::record::{Record, Update};

/// The most facts of a transaction that are looked at together; Windows writes some tens.
const MOST_FACTS: usize = 512;

/// The most transactions that are open at a time; Windows has some tens.
const MOST_OPEN: usize = 4096;

/// Puts transactions together.
pub(super) struct Transactions<S> {
    geometry: Option<Geometry>,
    attributes: OpenAttributes,
    /// By the LSN of their last record so far.
    open: HashMap<u64, Vec<Fact>>,
    sink: S,
}

impl<S: FnMut(&FileChange)> Transactions<S> {
    pub(super) fn new(geometry: Option<Geometry>, sink: S) -> Self {
        Self {
            geometry,
            attributes: OpenAttributes::default(),
            open: HashMap::new(),
            sink,
        }
    }

    /// Takes the next record.
    pub(super) fn take(&mut self, record: &Record<'_>) {
        self.attributes.take(record);
        let Some(update) = record.update() else {
            return;
        };
        if is_table(update.redo) {
            return;
        }
        let mut facts = match record.previous_lsn {
            0 => Vec::new(),
            before => self.open.remove(&before).unwrap_or_default(),
        };
        if update.redo == Operation::FORGET_TRANSACTION {
            self.tell(facts, Standing::Committed);
            return;
        }
        if update.undo == Operation::COMPENSATION {
            take_back(&mut facts, record, &update);
        } else if let Some(fact) = fact(record, &update, self.geometry, &self.attributes) {
            if facts.len() >= MOST_FACTS {
                self.tell(std::mem::take(&mut facts), Standing::Unfinished);
            }
            facts.push(fact);
        }
        if self.open.len() >= MOST_OPEN {
            self.finish();
        }
        self.open.insert(record.lsn, facts);
    }

    /// What is still open stays unfinished.
    pub(super) fn finish(&mut self) {
        let mut open: Vec<(u64, Vec<Fact>)> = self.open.drain().collect();
        open.sort_unstable_by_key(|(lsn, _)| *lsn);
        for (_, facts) in open {
            self.tell(facts, Standing::Unfinished);
        }
    }

    fn tell(&mut self, facts: Vec<Fact>, standing: Standing) {
        for change in combine(facts, standing) {
            (self.sink)(&change);
        }
    }
}

/// Whether a record is a table of a checkpoint, which is no part of a transaction.
const fn is_table(operation: Operation) -> bool {
    matches!(operation.0, 0x1D..=0x20)
}

/// Marks the fact that a compensation record takes back: what it does is that fact's undo, and it
/// leads on to the same record as that fact.
fn take_back(facts: &mut [Fact], record: &Record<'_>, update: &Update<'_>) {
    // With nothing done, it only says that what came before is not to be undone any more.
    if update.redo == Operation::NOOP {
        return;
    }
    let fact = facts.iter_mut().rev().find(|fact| {
        !fact.undone && fact.undo == update.redo && fact.undo_next_lsn == record.undo_next_lsn
    });
    if let Some(fact) = fact {
        fact.undone = true;
    }
}
