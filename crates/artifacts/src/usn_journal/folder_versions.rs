//! Where one folder was at one time.
//!
//! Every rename of a folder stands in the journal. So within a stretch without a gap the record
//! about the folder before a moment, or else the one behind it, says surely where it was then.
//! Where the stretch has no record about it, it was not moved in all of it.

use std::ops::Range;

use kusari_evidence::ntfs::Name;

use super::journal::Journal;
use super::paths::PathStanding;
use super::reason::Reasons;

/// The rows about each folder.
pub(super) struct FolderRows {
    /// Where the rows of a folder begin, by its number.
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl FolderRows {
    pub(super) fn new(journal: &Journal) -> Self {
        let mut counts = vec![0_u32; journal.rows.folders.len().saturating_add(1)];
        for (folder, _) in &journal.folder_rows {
            if let Some(count) = counts.get_mut(at(*folder).saturating_add(1)) {
                *count = count.saturating_add(1);
            }
        }
        let mut sum = 0_u32;
        for count in &mut counts {
            sum = sum.saturating_add(*count);
            *count = sum;
        }
        let mut next = counts.clone();
        let mut rows = vec![0; journal.folder_rows.len()];
        for (folder, row) in &journal.folder_rows {
            if let Some(place) = next.get_mut(at(*folder)) {
                if let Some(to) = rows.get_mut(at(*place)) {
                    *to = *row;
                }
                *place = place.saturating_add(1);
            }
        }
        Self {
            starts: counts,
            rows,
        }
    }

    fn of(&self, folder: u32) -> &[u32] {
        let start = self.starts.get(at(folder)).copied().unwrap_or_default();
        let end = self.starts.get(at(folder).saturating_add(1));
        let range = at(start)..at(end.copied().unwrap_or_default());
        self.rows.get(range).unwrap_or_default()
    }
}

pub(super) fn at(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A name in a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place<'j> {
    pub(super) name: Name<'j>,
    /// The number of the folder.
    pub(super) parent: u32,
}

/// Where a folder was, and for which rows that holds.
pub(super) struct Found<'j> {
    /// `None`: not known.
    pub(super) place: Option<Place<'j>>,
    pub(super) standing: PathStanding,
    pub(super) rows: Range<u32>,
}

/// Looks up where `folder` was when `row` was written. `table` is where the file table, at the
/// end of the journal, has it.
pub(super) fn find<'j>(
    journal: &'j Journal,
    rows: &FolderRows,
    folder: u32,
    row: u32,
    table: Option<Place<'j>>,
) -> Found<'j> {
    let about = rows.of(folder);
    let behind = about.partition_point(|other| *other <= row);
    let before = behind.checked_sub(1).and_then(|at| about.get(at)).copied();
    let next = about.get(behind).copied();
    let (start, end) = journal.stretch_of(row);
    let found = |place: Option<Place<'j>>, standing, rows| Found {
        standing: if place.is_some() {
            standing
        } else {
            PathStanding::Unknown
        },
        place,
        rows,
    };
    if let Some(before) = before.filter(|before| *before >= start) {
        let until = next.unwrap_or(end).min(end);
        let place = place_after(journal, before, next.filter(|next| *next < end));
        return found(place, PathStanding::Known, before..until);
    }
    if let Some(next) = next.filter(|next| *next < end) {
        return found(place_of(journal, next), PathStanding::Known, start..next);
    }
    if end == journal.len() && table.is_some() {
        return found(table, PathStanding::Known, start..end);
    }
    let earlier = before.and_then(|before| place_after(journal, before, None));
    let later = match next {
        Some(next) => place_of(journal, next),
        None => table,
    };
    let place = match (earlier, later) {
        (Some(earlier), Some(later)) => (earlier == later).then_some(later),
        (one, other) => one.or(other),
    };
    found(place, PathStanding::AcrossGap, start..end)
}

/// What a record says of its folder's place: before a rename in the record with the old name,
/// else at the time of the record.
fn place_of(journal: &Journal, row: u32) -> Option<Place<'_>> {
    let row = journal.rows.row(row)?;
    Some(Place {
        name: journal.rows.name(row)?,
        parent: row.parent,
    })
}

/// Where the folder of a record was behind it. `next` is the next record about it in the same
/// stretch.
fn place_after(journal: &Journal, row: u32, next: Option<u32>) -> Option<Place<'_>> {
    if !journal.rows.row(row)?.reasons.is_old_name() {
        return place_of(journal, row);
    }
    let next = next.filter(|next| {
        let next = journal.rows.row(*next);
        next.is_some_and(|next| next.reasons.has(Reasons::RENAME_NEW_NAME))
    });
    place_of(journal, next?)
}
