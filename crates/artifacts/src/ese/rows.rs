//! Walking a tree from its root to its leaves.

use std::collections::HashSet;

use super::catalog::Table;
use super::database::Database;
use super::node::Node;
use super::page::Page;
use super::row::Row;
use crate::Damage;
use crate::wire::offset;

/// Trees of the engine are four or five pages deep at most.
pub(super) const DEEPEST: usize = 12;

/// The rows of a table.
pub struct Rows<'d> {
    database: &'d Database<'d>,
    table: &'d Table,
    walk: Walk<'d>,
}

impl<'d> Rows<'d> {
    pub(super) fn new(database: &'d Database<'d>, table: &'d Table) -> Self {
        Self {
            database,
            table,
            walk: Walk::new(database, table.root),
        }
    }
}

impl<'d> Iterator for Rows<'d> {
    type Item = Result<Row<'d>, Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = self.walk.next()?;
        Some(
            found.map(|(page, node, number)| {
                Row::new(self.database, self.table, page, node, number)
            }),
        )
    }
}

/// All entries of the leaves of a tree.
pub(super) struct Walk<'d> {
    database: &'d Database<'d>,
    /// Pages on the way to the present leaf, with their numbers and the entry that comes next.
    way: Vec<(Page, u32, usize)>,
    /// The root, when it was not read yet.
    root: Option<u32>,
    object: u32,
    seen: HashSet<u32>,
}

impl<'d> Walk<'d> {
    pub(super) fn new(database: &'d Database<'d>, root: u32) -> Self {
        Self {
            database,
            way: Vec::new(),
            root: Some(root),
            object: 0,
            seen: HashSet::new(),
        }
    }

    /// Goes down to a page; its entries come next.
    fn enter(&mut self, number: u32, is_root: bool) -> Result<(), Damage> {
        let page = self.database.page(number)?;
        let lost = |reason: &str| {
            let reason = format!("page {number}: {reason}");
            Err(Damage::new(page.place, page.length(), reason))
        };
        if is_root {
            self.object = page.object;
        } else if page.object != self.object {
            return lost("it belongs to another table than the page that leads to it");
        }
        if self.way.len() >= DEEPEST {
            return lost("the tree is too deep");
        }
        if !self.seen.insert(number) {
            return lost("two pages lead to it; its rows are given once");
        }
        // Its rows are given all the same: which of them is wrong, if any, cannot be told.
        let reason = (!page.is_sound()).then(|| {
            let reason = format!("page {number}: its checksum is wrong; its entries are read");
            Damage::new(page.place, 0, reason)
        });
        self.way.push((page, number, 0));
        reason.map_or(Ok(()), Err)
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<(Page, Node, u32), Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(root) = self.root.take()
            && let Err(damage) = self.enter(root, true)
        {
            return Some(Err(damage));
        }
        loop {
            let (page, number, at) = self.way.last_mut()?;
            if *at >= page.entries() {
                self.way.pop();
                continue;
            }
            let entry = *at;
            *at = at.saturating_add(1);
            let Some(node) = Node::read(page, entry) else {
                let reason = format!(
                    "page {number}: entry {} lies outside of it",
                    entry.saturating_add(1)
                );
                return Some(Err(Damage::new(page.place, 0, reason)));
            };
            if page.is_leaf() {
                return Some(Ok((page.clone(), node, *number)));
            }
            let child = node.child(page);
            let place = page.place.saturating_add(offset(node.tag.range.start));
            let entered = match child {
                Some(child) => self.enter(child, false),
                None => Err(Damage::new(
                    place,
                    0,
                    "an entry of a branch leads to no page",
                )),
            };
            if let Err(damage) = entered {
                return Some(Err(damage));
            }
        }
    }
}
