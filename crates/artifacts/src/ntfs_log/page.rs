//! One page of the log: its update sequence and its header.

use std::ops::Range;

use crate::wire::{slice_at, u16_at, u32_at, u64_at};

/// How many bytes the update sequence protects at a time.
const SECTOR: usize = 512;

/// What a page's header takes at least, with the update sequence of a page of 4096 bytes.
pub(super) const HEADER: usize = 0x40;

/// The header of a record page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageHeader {
    /// The LSN of the last record that begins on the page or before it; of a copy at the tail in
    /// version 1 the offset of the page that it copies.
    pub(super) last_lsn: u64,
    flags: u32,
    next_record: u16,
    /// The LSN of the last record that ends on the page.
    pub(super) last_end_lsn: u64,
    /// Version 2: the offset of the page that this one is a copy of.
    pub(super) copy_of: u32,
}

impl PageHeader {
    /// Reads the header; `None` where no record page begins.
    pub(super) fn parse(page: &[u8]) -> Option<Self> {
        if slice_at(page, 0, 4)? != b"RCRD" {
            return None;
        }
        Some(Self {
            last_lsn: u64_at(page, 0x08)?,
            flags: u32_at(page, 0x10)?,
            next_record: u16_at(page, 0x18)?,
            last_end_lsn: u64_at(page, 0x20)?,
            copy_of: u32_at(page, 0x3C)?,
        })
    }

    /// Where in the page the last record that ends on it ends; `None` when none does.
    pub(super) fn end(&self) -> Option<usize> {
        const RECORD_ENDS_HERE: u32 = 1;
        (self.flags & RECORD_ENDS_HERE != 0).then(|| usize::from(self.next_record))
    }
}

/// Puts the bytes back that the update sequence took the place of.
///
/// # Errors
/// When the page is torn, or its update sequence cannot be.
pub(super) fn restore(page: &mut [u8]) -> Result<(), String> {
    const MISFIT: &str = "its update sequence does not fit it";
    let array = u16_at(page, 4).map(usize::from).ok_or(MISFIT)?;
    let count = u16_at(page, 6).map(usize::from).ok_or(MISFIT)?;
    let number = u16_at(page, array).ok_or(MISFIT)?.to_le_bytes();
    let sectors = page.len() / SECTOR;
    let array_end = array.saturating_add(count.saturating_mul(2));
    if count != sectors.saturating_add(1) || array_end > SECTOR - 2 {
        return Err(MISFIT.to_owned());
    }
    for sector in 0..sectors {
        let was = array.saturating_add(2).saturating_add(sector * 2);
        let was = u16_at(page, was).ok_or(MISFIT)?.to_le_bytes();
        let end: Range<usize> = (sector * SECTOR + SECTOR - 2)..(sector * SECTOR + SECTOR);
        let place = page.get_mut(end).ok_or(MISFIT)?;
        if place != number {
            return Err(format!("it is torn: sector {sector} is of another writing"));
        }
        place.copy_from_slice(&was);
    }
    Ok(())
}
