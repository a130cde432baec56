//! Walks a tree of pages, cell by cell, in the tree's order.
//!
//! Source: "Database File Format", 1.6.

use std::collections::BTreeMap;

use super::cell::{self, Cell, PageKind};
use super::page::{Page, PageNumber, Pages, u16_be, u32_be};
use super::write_ahead_log::WriteAheadLog;
use crate::Damage;
use crate::wire::size;

/// The deepest tree. SQLite itself goes no deeper (`BTCURSOR_MAX_DEPTH`).
const DEEPEST: usize = 20;

/// Pages that a walk has been to: none is visited twice, so a walk ends and gives no more than there
/// is.
pub(super) struct Claims {
    bits: Vec<u64>,
}

impl Claims {
    pub(super) fn new(pages: usize) -> Self {
        let words = pages.saturating_add(1).div_ceil(64);
        Self {
            bits: vec![0; words],
        }
    }

    /// Takes a page; false when it was taken before.
    pub(super) fn claim(&mut self, number: PageNumber) -> bool {
        let number = size(number);
        let Some(word) = self.bits.get_mut(number / 64) else {
            return false;
        };
        let bit = 1_u64 << (number % 64);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

/// A page on the way down.
struct Level<'a> {
    page: Page<'a>,
    kind: PageKind,
    /// Where its cells are named.
    array: usize,
    count: usize,
    next: usize,
    /// The page behind the last cell, while it has not been entered.
    right: Option<PageNumber>,
    /// What cells were read so far: beginning and end.
    taken: BTreeMap<usize, usize>,
    /// A cell of an interior page of an index that comes when the pages on its left are done.
    held: Option<(usize, Cell<'a>)>,
}

/// A cell with a payload.
pub(super) struct Found<'a> {
    pub(super) page: Page<'a>,
    pub(super) at: usize,
    pub(super) cell: Cell<'a>,
}

/// A walk.
pub(super) struct Walk<'a> {
    pages: Pages<'a>,
    is_table: bool,
    levels: Vec<Level<'a>>,
    pub(super) claims: Claims,
}

impl<'a> Walk<'a> {
    /// Begins at the tree's root. `is_table` says whether rows have rowids.
    pub(super) fn new(
        pages: &Pages<'a>,
        log: Option<&WriteAheadLog>,
        root: PageNumber,
        is_table: bool,
        damage: &mut Vec<Damage>,
    ) -> Self {
        let mut walk = Self {
            pages: pages.clone(),
            is_table,
            levels: Vec::new(),
            claims: Claims::new(pages.most(log)),
        };
        walk.enter(root, log, damage);
        walk
    }

    fn enter(&mut self, number: PageNumber, log: Option<&WriteAheadLog>, damage: &mut Vec<Damage>) {
        let Some(page) = self.pages.get(number, log) else {
            self.pages.missing(number).push_to(damage);
            return;
        };
        let refuse = |reason: &str, damage: &mut Vec<Damage>| {
            page.damage(0, page.bytes.len(), reason).push_to(damage);
        };
        if self.levels.len() >= DEEPEST {
            return refuse("the tree is too deep", damage);
        }
        if !self.claims.claim(number) {
            return refuse("it stands in a tree more than once", damage);
        }
        match Level::read(page, self.is_table) {
            Ok(level) => self.levels.push(level),
            Err(reason) => refuse(reason, damage),
        }
    }

    /// The next cell with a payload.
    pub(super) fn next(
        &mut self,
        log: Option<&WriteAheadLog>,
        damage: &mut Vec<Damage>,
    ) -> Option<Found<'a>> {
        loop {
            let usable = self.pages.usable();
            let level = self.levels.last_mut()?;
            let page = level.page;
            if let Some((at, cell)) = level.held.take() {
                return Some(Found { page, at, cell });
            }
            match level.cell(usable, damage) {
                Some((at, cell)) => match cell.child {
                    Some(child) => {
                        level.held = cell.payload.is_some().then_some((at, cell));
                        self.enter(child, log, damage);
                    }
                    None => return Some(Found { page, at, cell }),
                },
                None => match level.right.take() {
                    Some(right) => self.enter(right, log, damage),
                    None => {
                        self.levels.pop();
                    }
                },
            }
        }
    }
}

impl<'a> Level<'a> {
    fn read(page: Page<'a>, is_table: bool) -> Result<Self, &'static str> {
        const CUT: &str = "it is cut";
        let at = page.header_at();
        let byte = *page.bytes.get(at).ok_or(CUT)?;
        let kind = PageKind::read(byte).ok_or("it is no page of a tree")?;
        if kind.is_table() != is_table {
            return Err("it is a page of another kind of tree");
        }
        let count = u16_be(page.bytes, at.saturating_add(3)).ok_or(CUT)?;
        let (right, array) = if kind.is_interior() {
            let right = u32_be(page.bytes, at.saturating_add(8)).ok_or(CUT)?;
            (Some(right), at.saturating_add(12))
        } else {
            (None, at.saturating_add(8))
        };
        Ok(Self {
            page,
            kind,
            array,
            count: usize::from(count),
            next: 0,
            right,
            taken: BTreeMap::new(),
            held: None,
        })
    }

    /// The next cell that can be read.
    fn cell(&mut self, usable: usize, damage: &mut Vec<Damage>) -> Option<(usize, Cell<'a>)> {
        while self.next < self.count {
            let index = self.next;
            self.next = self.next.saturating_add(1);
            let Some(at) = cell::pointer_at(&self.page, self.array, index) else {
                let rest = self.count.saturating_sub(index);
                let reason = format!("the places of {rest} cells are cut off");
                let end = self.page.bytes.len();
                self.page.damage(end, 0, &reason).push_to(damage);
                self.next = self.count;
                return None;
            };
            match self.read_cell(at, usable) {
                Ok(cell) => return Some((at, cell)),
                // Words that nobody will see cost hostile pages too much time.
                Err(_) if damage.len() >= Damage::MOST => {}
                Err(reason) => {
                    let pointer = self.array.saturating_add(index.saturating_mul(2));
                    let reason = format!("cell {index} at {at:#x}: {reason}");
                    self.page.damage(pointer, 2, &reason).push_to(damage);
                }
            }
        }
        None
    }

    fn read_cell(&mut self, at: usize, usable: usize) -> Result<Cell<'a>, &'static str> {
        let first = self.array.saturating_add(self.count.saturating_mul(2));
        if at < first {
            return Err("it lies before the cells");
        }
        let cell = cell::read(&self.page, self.kind, at, usable)?;
        let end = at.saturating_add(cell.length.max(cell::LEAST));
        // Cells that overlap would let one page give more than it holds.
        let before = self.taken.range(..end).next_back();
        if before.is_some_and(|(_, &other)| other > at) {
            return Err("it overlaps another one");
        }
        self.taken.insert(at, end);
        Ok(cell)
    }
}
