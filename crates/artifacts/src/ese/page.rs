//! Pages, their headers and their tags.
//!
//! A page is a header, values, and at its end an array of tags that grows towards its beginning. A
//! tag says where a value lies and how long it is; value 0 is no entry but what the entries have in
//! common.

use std::ops::Range;
use std::sync::Arc;

use super::header::Header;
use crate::wire::{offset, size, u16_at, u32_at};

const ROOT: u32 = 0x0001;
const LEAF: u32 = 0x0002;
const EMPTY: u32 = 0x0008;
const NEW_RECORD_FORMAT: u32 = 0x0800;
const NEW_CHECKSUM: u32 = 0x2000;

/// Bytes of a page's header where pages have at most 8 KiB.
const SHORT_HEADER: usize = 40;

/// Bytes of a page's header where pages are longer.
const LONG_HEADER: usize = 80;

/// A page.
#[derive(Debug, Clone)]
pub(super) struct Page {
    bytes: Arc<[u8]>,
    /// Where it begins in the file.
    pub(super) place: u64,
    pub(super) next: u32,
    /// The object whose tree it belongs to.
    pub(super) object: u32,
    flags: u32,
    tags: usize,
    large: bool,
    sound: bool,
}

/// A value of a page.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    /// Where it lies in the page.
    pub(super) range: Range<usize>,
    /// The entry was deleted and is still there.
    pub(super) deleted: bool,
    /// It begins with the number of bytes that it shares with the page's common key.
    pub(super) shares_key: bool,
}

/// What is wrong with a page.
pub(super) type PageFault = &'static str;

impl Page {
    pub(super) fn parse(
        bytes: Arc<[u8]>,
        place: u64,
        number: u32,
        header: &Header,
    ) -> Result<Self, PageFault> {
        let fields = || {
            Some((
                u32_at(&bytes, 20)?,
                u32_at(&bytes, 24)?,
                u16_at(&bytes, 34)?,
                u32_at(&bytes, 36)?,
            ))
        };
        let (next, object, state, flags) = fields().ok_or("the page is cut off")?;
        if bytes.iter().all(|byte| *byte == 0) {
            return Err("the page was never written");
        }
        let page = Self {
            place,
            next,
            object,
            flags,
            // Four bits count reserved tags since format revision 20-something; none are in use.
            tags: usize::from(state & 0x0FFF),
            large: header.has_large_pages(),
            sound: has_right_checksums(&bytes, number, flags, header.has_large_pages()),
            bytes,
        };
        if page.flags & EMPTY != 0 {
            return Err("the page is marked as empty");
        }
        let array = page.tags.saturating_mul(4);
        if array.saturating_add(page.values_start()) > page.bytes.len() {
            return Err("the page has more tags than fit into it");
        }
        Ok(page)
    }

    pub(super) const fn is_root(&self) -> bool {
        self.flags & ROOT != 0
    }

    pub(super) const fn is_leaf(&self) -> bool {
        self.flags & LEAF != 0
    }

    /// Whether its rows have tagged columns as format revision 9 and later write them.
    pub(super) const fn has_new_records(&self) -> bool {
        self.flags & NEW_RECORD_FORMAT != 0
    }

    /// Whether its checksums are right.
    pub(super) const fn is_sound(&self) -> bool {
        self.sound
    }

    pub(super) const fn is_large(&self) -> bool {
        self.large
    }

    /// How many entries it has.
    pub(super) const fn entries(&self) -> usize {
        self.tags.saturating_sub(1)
    }

    const fn values_start(&self) -> usize {
        if self.large {
            LONG_HEADER
        } else {
            SHORT_HEADER
        }
    }

    pub(super) fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// The length of the page and its place, for what is lost with it.
    pub(super) fn length(&self) -> u64 {
        offset(self.bytes.len())
    }

    /// A value by its number; 0 is the common one. `None` where its tag points out of the page.
    pub(super) fn tag(&self, number: usize) -> Option<Tag> {
        if number >= self.tags {
            return None;
        }
        let at = self
            .bytes
            .len()
            .checked_sub(number.checked_add(1)?.checked_mul(4)?)?;
        let array = self.bytes.len().checked_sub(self.tags.checked_mul(4)?)?;
        let mask = if self.large { 0x7FFF } else { 0x1FFF };
        let (length, place) = (u16_at(&self.bytes, at)?, u16_at(&self.bytes, at + 2)?);
        let start = self.values_start().checked_add(usize::from(place & mask))?;
        let end = start.checked_add(usize::from(length & mask))?;
        if end > array {
            return None;
        }
        // The upper bits of the offset in short pages, of the value's first word in long ones.
        let flags = if self.large {
            u16_at(self.bytes(start..end), 0).unwrap_or(0) >> 13
        } else {
            place >> 13
        };
        Some(Tag {
            range: start..end,
            deleted: flags & 2 != 0,
            shares_key: flags & 4 != 0,
        })
    }
}

/// Whether the XORs of the page's words are what its header says: one of short pages; of long ones
/// one for each quarter, the first of which covers the other three. The codes for correcting errors
/// beside them are not looked at.
///
/// Source: Microsoft, Extensible-Storage-Engine, `checksum.cxx`; all pages of two databases.
fn has_right_checksums(bytes: &[u8], number: u32, flags: u32, large: bool) -> bool {
    let is_right = |at: usize, covered: Option<&[u8]>, start: u32| {
        let words = covered.unwrap_or_default().as_chunks::<4>().0;
        let sum = words
            .iter()
            .fold(start, |sum, word| sum ^ u32::from_le_bytes(*word));
        u32_at(bytes, at) == Some(sum)
    };
    if !large {
        return if flags & NEW_CHECKSUM != 0 {
            is_right(0, bytes.get(8..), number)
        } else {
            is_right(0, bytes.get(4..), 0x89AB_CDEF)
        };
    }
    let quarter = bytes.len() / 4;
    let first = bytes.get(8..quarter);
    let others = bytes.chunks_exact(quarter.max(1)).skip(1);
    let mut places = (SHORT_HEADER..).step_by(8).zip(others);
    is_right(0, first, number) && places.all(|(at, part)| is_right(at, Some(part), number))
}

/// Where page `number` begins in the file: two pages with the header lie before page 1.
pub(super) fn place(number: u32, page_size: u32) -> u64 {
    u64::from(number)
        .saturating_add(1)
        .saturating_mul(u64::from(page_size))
}

/// The length of a page as a `usize`.
pub(super) fn length(header: &Header) -> usize {
    size(header.page_size)
}
