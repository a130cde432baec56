//! Pages, by number, from the database or from the write-ahead log over it.

use super::header::{HEADER, Header};
use super::write_ahead_log::WriteAheadLog;
use crate::wire::{offset, size, slice_at};
use crate::{Damage, Locator};

/// Two bytes at `at`, big-endian.
pub(super) fn u16_be(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(slice_at(bytes, at, 2)?.try_into().ok()?))
}

/// Four bytes at `at`, big-endian.
pub(super) fn u32_be(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(slice_at(bytes, at, 4)?.try_into().ok()?))
}

/// A page's number, from 1.
pub(super) type PageNumber = u32;

/// A page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) number: PageNumber,
    /// Its bytes without those that are reserved at its end.
    pub(super) bytes: &'a [u8],
    /// Where it begins in its file.
    at: u64,
    in_log: bool,
}

impl Page<'_> {
    /// Where the page's own header begins.
    pub(super) const fn header_at(&self) -> usize {
        if self.number == 1 { HEADER } else { 0 }
    }

    /// Where bytes of the page stand.
    pub(super) fn locator(&self, at: usize, length: usize) -> Locator {
        let place = self.at.saturating_add(offset(at));
        if self.in_log {
            Locator::WriteAheadLog {
                offset: place,
                length: offset(length),
            }
        } else {
            Locator::Bytes {
                offset: place,
                length: offset(length),
            }
        }
    }

    /// Bytes of the page that could not be read.
    pub(super) fn damage(&self, at: usize, length: usize, reason: &str) -> Damage {
        let place = self.at.saturating_add(offset(at));
        let log = if self.in_log {
            "in the write-ahead log, "
        } else {
            ""
        };
        let reason = format!("{log}page {}: {reason}", self.number);
        Damage::new(place, offset(length), reason)
    }
}

/// The pages of a database.
#[derive(Debug, Clone)]
pub(super) struct Pages<'a> {
    database: &'a [u8],
    log: &'a [u8],
    page_size: usize,
    usable: usize,
}

impl<'a> Pages<'a> {
    pub(super) fn new(database: &'a [u8], log: &'a [u8], header: &Header) -> Self {
        Self {
            database,
            log,
            page_size: size(header.page_size),
            usable: header.usable(),
        }
    }

    /// How many bytes of a page are used.
    pub(super) const fn usable(&self) -> usize {
        self.usable
    }

    /// The highest number that a page can have.
    pub(super) fn most(&self, log: Option<&WriteAheadLog>) -> usize {
        let own = self.database.len().div_ceil(self.page_size.max(1));
        let over = log.and_then(WriteAheadLog::highest_page).map_or(0, size);
        own.max(over)
    }

    /// The page with that number; its last bytes may be cut off.
    pub(super) fn get(&self, number: PageNumber, log: Option<&WriteAheadLog>) -> Option<Page<'a>> {
        let in_log = log.and_then(|log| log.place_of(number));
        let (file, at) = match in_log {
            Some(at) => (self.log, usize::try_from(at).ok()?),
            None => {
                let before = size(number).checked_sub(1)?;
                (self.database, before.checked_mul(self.page_size)?)
            }
        };
        let end = at.checked_add(self.usable)?.min(file.len());
        let bytes = file.get(at..end).filter(|bytes| !bytes.is_empty())?;
        Some(Page {
            number,
            bytes,
            at: offset(at),
            in_log: in_log.is_some(),
        })
    }

    /// Damage for a page that is nowhere.
    pub(super) fn missing(&self, number: PageNumber) -> Damage {
        let at = size(number)
            .saturating_sub(1)
            .saturating_mul(self.page_size);
        // The place lies behind the file's end; damage stays inside.
        let at = at.min(self.database.len());
        Damage::new(offset(at), 0, format!("page {number} is not there"))
    }
}
