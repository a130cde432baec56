//! Cells: what a page of a tree holds.
//!
//! Source: "Database File Format", 1.6 (cells, payload, overflow pages).

use super::btree::Claims;
use super::page::{Page, PageNumber, Pages, u32_be};
use super::varint;
use super::write_ahead_log::WriteAheadLog;
use crate::Locator;
use crate::wire::size;

/// The four kinds of pages of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageKind {
    IndexInterior,
    TableInterior,
    IndexLeaf,
    TableLeaf,
}

impl PageKind {
    pub(super) const fn read(byte: u8) -> Option<Self> {
        match byte {
            2 => Some(Self::IndexInterior),
            5 => Some(Self::TableInterior),
            10 => Some(Self::IndexLeaf),
            13 => Some(Self::TableLeaf),
            _ => None,
        }
    }

    pub(super) const fn is_interior(self) -> bool {
        matches!(self, Self::IndexInterior | Self::TableInterior)
    }

    pub(super) const fn is_table(self) -> bool {
        matches!(self, Self::TableInterior | Self::TableLeaf)
    }
}

/// A cell's fields, without what stands on overflow pages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell<'a> {
    /// The page below it, on the left.
    pub(super) child: Option<PageNumber>,
    pub(super) rowid: Option<i64>,
    /// What of the payload stands on this page, and how long all of it is.
    pub(super) payload: Option<Payload<'a>>,
    /// How many bytes of the page it takes.
    pub(super) length: usize,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Payload<'a> {
    pub(super) length: u64,
    pub(super) local: &'a [u8],
    pub(super) overflow: Option<PageNumber>,
}

/// The cell at `at` of a page, or why it is none.
pub(super) fn read<'a>(
    page: &Page<'a>,
    kind: PageKind,
    at: usize,
    usable: usize,
) -> Result<Cell<'a>, &'static str> {
    const CUT: &str = "a cell that goes beyond its page";
    let bytes = page.bytes;
    let mut here = at;
    let child = if kind.is_interior() {
        let child = u32_be(bytes, here).ok_or(CUT)?;
        here = here.saturating_add(4);
        Some(child)
    } else {
        None
    };
    let integer = |here: &mut usize| {
        let (value, length) = varint::read(bytes, *here).ok_or(CUT)?;
        *here = here.saturating_add(length);
        Ok::<u64, &'static str>(value)
    };
    let length = match kind {
        PageKind::TableInterior => None,
        _ => Some(integer(&mut here)?),
    };
    let rowid = if kind.is_table() {
        Some(integer(&mut here)?.cast_signed())
    } else {
        None
    };
    let payload = match length {
        None => None,
        Some(length) => {
            let held = local_length(length, kind, usable);
            let end = here.checked_add(held).ok_or(CUT)?;
            let local = bytes.get(here..end).ok_or(CUT)?;
            here = end;
            let overflow = if crate::wire::offset(held) < length {
                let first = u32_be(bytes, here).ok_or(CUT)?;
                here = here.saturating_add(4);
                Some(first)
            } else {
                None
            };
            Some(Payload {
                length,
                local,
                overflow,
            })
        }
    };
    Ok(Cell {
        child,
        rowid,
        payload,
        length: here.saturating_sub(at),
    })
}

/// How many bytes of a payload stand on the cell's own page.
fn local_length(length: u64, kind: PageKind, usable: usize) -> usize {
    let least = usable
        .saturating_sub(12)
        .saturating_mul(32)
        .checked_div(255)
        .unwrap_or(0)
        .saturating_sub(23);
    let most = if kind.is_table() {
        usable.saturating_sub(35)
    } else {
        usable
            .saturating_sub(12)
            .saturating_mul(64)
            .checked_div(255)
            .unwrap_or(0)
            .saturating_sub(23)
    };
    let Ok(length) = usize::try_from(length) else {
        return least;
    };
    if length <= most {
        return length;
    }
    let rest = length
        .saturating_sub(least)
        .checked_rem(usable.saturating_sub(4))
        .unwrap_or(0);
    let held = least.saturating_add(rest);
    if held <= most { held } else { least }
}

/// A payload put together, and the places of its parts on overflow pages.
pub(super) struct Whole {
    pub(super) bytes: Vec<u8>,
    pub(super) overflow: Vec<Locator>,
}

/// Follows a payload over its overflow pages. Each page belongs to one payload, so all payloads
/// together are no longer than the database.
pub(super) fn whole(
    payload: &Payload<'_>,
    pages: &Pages<'_>,
    log: Option<&WriteAheadLog>,
    claims: &mut Claims,
) -> Result<Whole, String> {
    let mut bytes = payload.local.to_vec();
    let mut overflow = Vec::new();
    let mut next = payload.overflow;
    let wanted = usize::try_from(payload.length).map_err(|_| "a payload that is too long")?;
    while bytes.len() < wanted {
        let number = next.filter(|&number| number != 0);
        let number = number.ok_or("its overflow pages end too early")?;
        let page = pages
            .get(number, log)
            .ok_or_else(|| format!("its overflow page {number} is not there"))?;
        if !claims.claim(number) {
            return Err(format!(
                "its overflow page {number} belongs to another place"
            ));
        }
        let rest = wanted.saturating_sub(bytes.len());
        let end = rest.saturating_add(4).min(pages.usable());
        let part = page.bytes.get(4..end);
        let part = part.ok_or_else(|| format!("its overflow page {number} is cut"))?;
        overflow.push(page.locator(4, part.len()));
        bytes.extend_from_slice(part);
        next = Some(u32_be(page.bytes, 0).unwrap_or(0));
    }
    Ok(Whole { bytes, overflow })
}

/// The least bytes that a cell takes of its page, whatever it holds.
pub(super) const LEAST: usize = 4;

/// Where the cell with that number begins, as the page's list of cells says.
pub(super) fn pointer_at(page: &Page<'_>, array: usize, index: usize) -> Option<usize> {
    let at = array.checked_add(index.checked_mul(2)?)?;
    let pointer = super::page::u16_be(page.bytes, at)?;
    Some(size(u32::from(pointer)))
}
