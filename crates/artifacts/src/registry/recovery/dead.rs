//! Readers of cells that no living key uses.

use kusari_evidence::time::Timestamp;

use crate::registry::cell::{KeyNode, KeyValue, NIL, SIZE_FIELD, cell as sized_cell, index};
use crate::registry::subkeys;
use crate::registry::used::Used;

/// The bytes at `offset` up to the next cell in use.
fn bytes<'h>(bins: &'h [u8], used: &Used, offset: u32, most: usize) -> Option<&'h [u8]> {
    if !offset.is_multiple_of(8) {
        return None;
    }
    let start = index(offset).checked_add(SIZE_FIELD)?;
    let limit = u32::try_from(start.saturating_add(most).min(bins.len())).ok()?;
    bins.get(start..index(used.next(offset, limit)))
}

/// The key node at `offset` that no living key uses, when it can be one.
pub(in super::super) fn node<'h>(bins: &'h [u8], used: &Used, offset: u32) -> Option<KeyNode<'h>> {
    const LONGEST: usize = KeyNode::FIXED + 512;
    let node = KeyNode::read(bytes(bins, used, offset, LONGEST)?)?;
    let is_named = node.name_bytes().is_some_and(|name| !name.is_empty());
    let has_time = Timestamp::from_filetime(node.last_written()).is_some();
    let points_to_cell = |offset: u32| offset == NIL || offset.is_multiple_of(8);
    (is_named
        && has_time
        && points_to_cell(node.parent())
        && points_to_cell(node.subkeys_list())
        && points_to_cell(node.values_list()))
    .then_some(node)
}

/// The value at `offset` that no living key uses, when it can be one.
pub(in super::super) fn value<'h>(
    bins: &'h [u8],
    used: &Used,
    offset: u32,
) -> Option<KeyValue<'h>> {
    const LONGEST: usize = KeyValue::FIXED + 2 * 16_383;
    let value = KeyValue::read(bytes(bins, used, offset, LONGEST)?)?;
    let data_can_be = if value.is_resident() {
        value.data_length() <= 4
    } else {
        index(value.data_length()) <= bins.len()
            && (value.data_length() == 0 || value.data_offset().is_multiple_of(8))
    };
    (data_can_be && value.has_known_type()).then_some(value)
}

/// The offsets of the values that a dead key lists, as far as they still are values.
pub(in super::super) fn value_offsets(bins: &[u8], used: &Used, node: KeyNode<'_>) -> Vec<u32> {
    let count = node.value_count();
    if count == 0 || node.values_list() == NIL {
        return Vec::new();
    }
    let list = cell(bins, used, node.values_list()).unwrap_or_default();
    subkeys::values(bins, list, count)
        .filter(|&offset| value(bins, used, offset).is_some())
        .collect()
}

/// The content of a cell that no living key uses, as long as its size field says. A wrong size
/// means that something else has been written over it.
pub(in super::super) fn cell<'h>(bins: &'h [u8], used: &Used, offset: u32) -> Option<&'h [u8]> {
    let length = sized_cell(bins, offset)?.data.len();
    bytes(bins, used, offset, length).filter(|bytes| !bytes.is_empty())
}
