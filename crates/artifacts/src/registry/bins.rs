//! Hive bins and the cells in them, one behind the other.

use super::cell::{NIL, index, u32_at};
use crate::Damage;

/// The header of a bin.
const HEADER: u32 = 32;
/// Bins begin at multiples of this and are multiples of it.
const UNIT: u32 = 4096;

/// What a stretch of the hive bins is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stretch {
    /// A cell in use.
    Allocated,
    /// A cell that is free; it may hold what is left of several others.
    Free,
    /// Nothing that can be told apart: the header of a bin or the size of a cell is wrong.
    Lost(&'static str),
}

/// Calls `take` with every stretch and its offsets, from the first bin to the end.
pub(super) fn each(bins: &[u8], mut take: impl FnMut(Stretch, u32, u32)) {
    let end = u32::try_from(bins.len()).unwrap_or(NIL) & !7;
    let mut at = 0;
    while at < end {
        match bin_length(bins, at, end) {
            Ok(length) => {
                let bin_end = at.saturating_add(length).min(end);
                cells(bins, at.saturating_add(HEADER), bin_end, &mut take);
                at = bin_end;
            }
            Err(reason) => {
                let next = next_bin(bins, at, end);
                take(Stretch::Lost(reason), at, next);
                at = next;
            }
        }
    }
}

/// The length of the bin at `at`, cut to what is there.
fn bin_length(bins: &[u8], at: u32, end: u32) -> Result<u32, &'static str> {
    let header = bins.get(index(at)..).unwrap_or_default();
    if !header.starts_with(b"hbin") {
        return Err("no hive bin begins here");
    }
    if u32_at(header, 4) != Some(at) {
        return Err("a hive bin says that it stands elsewhere");
    }
    match u32_at(header, 8) {
        Some(length) if length >= UNIT && length.is_multiple_of(UNIT) => Ok(length.min(end - at)),
        _ => Err("the length of a hive bin is wrong"),
    }
}

/// Where the next sound bin begins behind a broken one.
fn next_bin(bins: &[u8], at: u32, end: u32) -> u32 {
    let mut next = at.saturating_add(UNIT);
    while next < end && bin_length(bins, next, end).is_err() {
        next = next.saturating_add(UNIT);
    }
    next.min(end)
}

fn cells(bins: &[u8], start: u32, end: u32, take: &mut impl FnMut(Stretch, u32, u32)) {
    let mut at = start;
    while at < end {
        let size = u32_at(bins, index(at)).unwrap_or(0).cast_signed();
        let length = size.unsigned_abs();
        if length < 8 || !length.is_multiple_of(8) || length > end - at {
            take(Stretch::Lost("the size of a cell is wrong"), at, end);
            return;
        }
        let kind = if size < 0 {
            Stretch::Allocated
        } else {
            Stretch::Free
        };
        take(kind, at, at + length);
        at += length;
    }
}

/// What is wrong with the bins up to `stated`, their length by the header. Whatever stands
/// behind is left over and nothing that must be sound.
pub(super) fn damage(bins: &[u8], stated: u32, list: &mut Vec<Damage>) {
    each(bins, |stretch, from, to| {
        if let Stretch::Lost(reason) = stretch
            && from < stated
        {
            let length = to.min(stated).saturating_sub(from);
            Damage::new(
                u64::from(super::cell::file_offset(from)),
                u64::from(length),
                reason,
            )
            .push_to(list);
        }
    });
}
