//! Lists of subkeys: `lf`, `lh`, `li`, and `ri`, which lists the others.

use super::cell::{allocated, index, u16_at, u32_at};

/// The offset of a key node in a list, or of a list that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Key(u32),
    /// The cell at this offset should have been a list.
    BrokenList(u32),
}

/// Calls `take` with every entry of the list at `offset`, in the list's order, until it says
/// `false`. `list_cell` is called with the offset of each list cell that was read.
pub(super) fn each(
    bins: &[u8],
    offset: u32,
    mut list_cell: impl FnMut(u32),
    mut take: impl FnMut(Entry) -> bool,
) {
    let Some(list) = allocated(bins, offset) else {
        take(Entry::BrokenList(offset));
        return;
    };
    if list.get(..2) != Some(b"ri") {
        match leaf(list) {
            Some(mut keys) => {
                list_cell(offset);
                let _ = keys.all(|key| take(Entry::Key(key)));
            }
            None => {
                take(Entry::BrokenList(offset));
            }
        }
        return;
    }
    list_cell(offset);
    for leaf_offset in offsets(list, 4) {
        // An index root lists leaves only, so the way down is never deeper than this.
        let keys = allocated(bins, leaf_offset).and_then(leaf);
        let go_on = match keys {
            Some(mut keys) => {
                list_cell(leaf_offset);
                keys.all(|key| take(Entry::Key(key)))
            }
            None => take(Entry::BrokenList(leaf_offset)),
        };
        if !go_on {
            return;
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

/// The offsets in a list whose elements are so many bytes long; never more than the cell holds.
fn offsets(list: &[u8], element: usize) -> impl Iterator<Item = u32> + '_ {
    let count = usize::from(u16_at(list, 2).unwrap_or(0));
    list.get(4..)
        .unwrap_or_default()
        .chunks_exact(element)
        .take(count)
        .filter_map(|element| u32_at(element, 0))
}

/// How many elements a list says it has beyond those that its cell can hold.
pub(super) fn missing(list: &[u8]) -> usize {
    let count = usize::from(u16_at(list, 2).unwrap_or(0));
    let element = match list.get(..2) {
        Some(b"lf" | b"lh") => 8,
        _ => 4,
    };
    count.saturating_sub(list.len().saturating_sub(4) / element)
}

/// The offsets of a value list of `count` entries that its cell holds, and those behind them
/// that the list no longer counts.
pub(super) fn values(list: &[u8], count: u32) -> (impl Iterator<Item = u32> + '_, &[u8]) {
    let length = index(count).saturating_mul(4).min(list.len());
    let (counted, rest) = list.split_at_checked(length).unwrap_or((list, &[]));
    (
        counted.chunks_exact(4).filter_map(|entry| u32_at(entry, 0)),
        rest,
    )
}
