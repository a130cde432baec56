//! Tagged columns of a row: an array of column numbers and offsets in the order of the numbers, then
//! the values. The first offset tells how long the array is.
//!
//! Source: Microsoft, Extensible-Storage-Engine, `tagfld.hxx`.

use crate::wire::{slice_at, u16_at};

/// The column comes from the table's template.
const DERIVED: u16 = 0x8000;
/// In short pages: a byte with flags comes first. In long pages it always does.
const HAS_FLAGS: u16 = 0x4000;
/// In short pages: the value is NULL, against a default.
const IS_NULL: u16 = 0x2000;

/// The value is compressed.
pub(super) const COMPRESSED: u8 = 0x02;
/// The value stands in the tree of long values.
pub(super) const SEPARATED: u8 = 0x04;
const MANY: u8 = 0x08;
const TWO: u8 = 0x10;
const NULL: u8 = 0x20;
/// The value is encrypted.
pub(super) const ENCRYPTED: u8 = 0x40;

pub(super) type TaggedFault = &'static str;

/// A tagged column of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'r> {
    pub(super) flags: u8,
    pub(super) is_null: bool,
    pub(super) bytes: &'r [u8],
}

/// One of the values of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'r> {
    pub(super) bytes: &'r [u8],
    pub(super) compressed: bool,
    pub(super) separated: bool,
}

/// The field of a column, when the row has one.
pub(super) fn find(
    tagged: &[u8],
    id: u32,
    from_template: bool,
    large: bool,
) -> Result<Option<Field<'_>>, TaggedFault> {
    if tagged.len() < 4 {
        return Ok(None);
    }
    let mask = if large { 0x7FFF } else { 0x1FFF };
    let entry = |index: usize| -> Option<(u16, u16)> {
        let at = index.checked_mul(4)?;
        Some((u16_at(tagged, at)?, u16_at(tagged, at.checked_add(2)?)?))
    };
    let fault = "a tagged column lies outside of the row";
    let (_, first) = entry(0).ok_or(fault)?;
    let array = usize::from(first & mask);
    if array < 4 || !array.is_multiple_of(4) || array > tagged.len() {
        return Err("the row's tagged columns make no sense");
    }
    let count = array / 4;
    // Columns of the template come first.
    let wanted = (!from_template, id);
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low.midpoint(high);
        let (number, place) = entry(middle).ok_or(fault)?;
        if (place & DERIVED == 0, u32::from(number)) < wanted {
            low = middle.saturating_add(1);
        } else {
            high = middle;
        }
    }
    let Some((number, place)) = entry(low).filter(|_| low < count) else {
        return Ok(None);
    };
    if (place & DERIVED == 0, u32::from(number)) != wanted {
        return Ok(None);
    }
    let start = usize::from(place & mask);
    let end = match low.checked_add(1).filter(|next| *next < count) {
        Some(next) => usize::from(entry(next).ok_or(fault)?.1 & mask),
        None => tagged.len(),
    };
    let mut bytes = tagged
        .get(start..end)
        .filter(|_| start >= array)
        .ok_or(fault)?;
    let mut flags = 0;
    if large || place & HAS_FLAGS != 0 {
        let (first, rest) = bytes.split_first().ok_or(fault)?;
        (flags, bytes) = (*first, rest);
    }
    let is_null = flags & NULL != 0 || (!large && place & IS_NULL != 0);
    Ok(Some(Field {
        flags,
        is_null,
        bytes,
    }))
}

impl<'r> Field<'r> {
    pub(super) const fn is_many(&self) -> bool {
        self.flags & (MANY | TWO) != 0
    }

    /// The values of the field in their order; one where it is not multi-valued.
    pub(super) fn parts(&self) -> Result<Vec<Part<'r>>, TaggedFault> {
        let part = |bytes, compressed, separated| Part {
            bytes,
            compressed,
            separated,
        };
        let compressed = self.flags & COMPRESSED != 0;
        if !self.is_many() {
            let separated = self.flags & SEPARATED != 0;
            return Ok(vec![part(self.bytes, compressed, separated)]);
        }
        let fault = "a multi-valued column's values lie outside of it";
        if self.flags & TWO != 0 {
            let (length, rest) = self.bytes.split_first().ok_or(fault)?;
            let (first, second) = rest.split_at_checked(usize::from(*length)).ok_or(fault)?;
            return Ok(vec![part(first, false, false), part(second, false, false)]);
        }
        let offset = |index: usize| u16_at(self.bytes, index.checked_mul(2)?);
        let array = usize::from(offset(0).ok_or(fault)? & 0x7FFF);
        if array < 2 || !array.is_multiple_of(2) || array > self.bytes.len() {
            return Err(fault);
        }
        let count = array / 2;
        let mut parts = Vec::with_capacity(count);
        for index in 0..count {
            let place = offset(index).ok_or(fault)?;
            let start = usize::from(place & 0x7FFF);
            let end = match index.checked_add(1).filter(|next| *next < count) {
                Some(next) => usize::from(offset(next).ok_or(fault)? & 0x7FFF),
                None => self.bytes.len(),
            };
            let length = end.checked_sub(start).ok_or(fault)?;
            let bytes = slice_at(self.bytes, start, length).ok_or(fault)?;
            // Only the first of several values is ever compressed in place.
            parts.push(part(bytes, compressed && index == 0, place & 0x8000 != 0));
        }
        Ok(parts)
    }
}
