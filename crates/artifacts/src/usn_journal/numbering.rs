//! The numbering of the journal: a record's number is its byte offset in the journal since the
//! numbering began, so two records that follow each other tell whether one is missing between.

use super::fields::PAGE;
use super::record::Record;

/// Where a record stands: in the numbering and in the source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) usn: u64,
    pub(super) offset: u64,
    pub(super) length: u64,
}

impl Place {
    pub(super) fn of(record: &Record<'_>) -> Self {
        Self {
            usn: record.usn,
            offset: record.offset,
            length: u64::from(record.length),
        }
    }

    /// Whether `next` is the record behind this one: it starts where this one ends, or on the next
    /// page when it is too long for the rest of this one.
    pub(super) const fn is_followed_by(self, next: Self) -> bool {
        let end = self.usn.saturating_add(self.length);
        let page_end = end.next_multiple_of(PAGE);
        next.usn == end || (next.usn == page_end && end.saturating_add(next.length) > page_end)
    }

    /// Whether both lie in the source as they lie in the numbering.
    pub(super) const fn is_in_step_with(self, other: Self) -> bool {
        self.usn.wrapping_sub(self.offset) == other.usn.wrapping_sub(other.offset)
    }
}
