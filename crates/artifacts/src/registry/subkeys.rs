//! Lists of subkeys: `lf`, `lh`, `li`, and `ri`, which lists the others.

use super::cell::{allocated, index, u16_at, u32_at};

/// The offset of a key node in a list, or of a list that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Key(u32),
    /// The cell at this offset should have been a list.
    BrokenList(u32),
}

/// The shortest cell of a key, and of a value. Lists with more entries than the hive can hold
/// such cells are damaged, and reading on would only repeat.
const SHORTEST_KEY: usize = 80;
const SHORTEST_VALUE: usize = 24;

/// Calls `take` with every entry of the list at `offset`, in the list's order, until it says
/// `false`. `may_read` is asked before each list cell is read.
pub(super) fn each(
    bins: &[u8],
    offset: u32,
    mut may_read: impl FnMut(u32) -> bool,
    mut take: impl FnMut(Entry) -> bool,
) {
    let mut most = bins.len() / SHORTEST_KEY;
    let mut leaf = |offset: u32| {
        let list = allocated(bins, offset).filter(|_| may_read(offset));
        let Some(mut keys) = list.and_then(leaf) else {
            return take(Entry::BrokenList(offset));
        };
        keys.all(|key| {
            most = most.saturating_sub(1);
            most > 0 && take(Entry::Key(key))
        })
    };
    let root = allocated(bins, offset).filter(|list| list.starts_with(b"ri"));
    match root {
        // An index root lists leaves only, so the way down is never deeper than this.
        Some(root) => {
            let _ = offsets(root, 4).all(leaf);
        }
        None => {
            leaf(offset);
        }
    }
}

fn leaf(list: &[u8]) -> Option<impl Iterator<Item = u32> + '_> {
    match list.get(..2)? {
        b"lf" | b"lh" => Some(offsets(list, 8)),
        b"li" => Some(offsets(list, 4)),
        _ => None,
    }
}

/// How many bytes the entries that a list counts take, with what stands in front of them.
pub(super) fn length(list: &[u8]) -> usize {
    let count = usize::from(u16_at(list, 2).unwrap_or(0));
    let element = match list.get(..2) {
        Some(b"lf" | b"lh") => 8,
        _ => 4,
    };
    4 + count * element
}

/// The offsets in a list whose elements are so many bytes long; never more than the cell holds.
fn offsets(list: &[u8], element: usize) -> impl Iterator<Item = u32> + '_ {
    let count = usize::from(u16_at(list, 2).unwrap_or(0));
    list.get(4..)
        .unwrap_or_default()
        .chunks_exact(element)
        .take(count)
        .filter_map(|element| u32_at(element, 0))
}

/// The offsets in a list of `count` values, as far as its cell holds them.
pub(super) fn values<'l>(
    bins: &[u8],
    list: &'l [u8],
    count: u32,
) -> impl Iterator<Item = u32> + use<'l> {
    list.chunks_exact(4)
        .take(index(count).min(bins.len() / SHORTEST_VALUE))
        .filter_map(|entry| u32_at(entry, 0))
}
