//! Entries of a page: a key, and a row, the number of a page, or a piece of a long value.

use std::ops::Range;

use super::page::{Page, Tag};
use crate::wire::{u16_at, u32_at};

/// An entry.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) tag: Tag,
    /// How many bytes of the page's common key its key begins with.
    shared: usize,
    /// Where the rest of its key lies in the page.
    rest: Range<usize>,
    /// Where what it holds lies in the page.
    pub(super) data: Range<usize>,
}

impl Node {
    /// The entry by its number from 0. `None` when it does not fit into the page.
    pub(super) fn read(page: &Page, number: usize) -> Option<Self> {
        let tag = page.tag(number.checked_add(1)?)?;
        let bytes = page.bytes(tag.range.clone());
        let mut at = 0_usize;
        let mut shared = 0;
        // In long pages the flags stand in the upper bits of whichever word comes first.
        if tag.shares_key {
            shared = usize::from(u16_at(bytes, at)? & 0x1FFF);
            at = 2;
        }
        let length = usize::from(u16_at(bytes, at)? & 0x1FFF);
        let start = at.checked_add(2)?;
        let end = start.checked_add(length)?;
        if end > bytes.len() {
            return None;
        }
        let base = tag.range.start;
        Some(Self {
            shared,
            rest: base.checked_add(start)?..base.checked_add(end)?,
            data: base.checked_add(end)?..tag.range.end,
            tag,
        })
    }

    /// Its key, written over `key`.
    pub(super) fn key(&self, page: &Page, key: &mut Vec<u8>) {
        key.clear();
        if self.shared > 0
            && !page.is_root()
            && let Some(common) = page.tag(0)
        {
            let common = page.bytes(common.range);
            key.extend_from_slice(common.get(..self.shared.min(common.len())).unwrap_or(&[]));
        }
        key.extend_from_slice(page.bytes(self.rest.clone()));
    }

    /// The page that an entry of a branch leads to.
    pub(super) fn child(&self, page: &Page) -> Option<u32> {
        u32_at(page.bytes(self.data.clone()), 0)
    }
}
