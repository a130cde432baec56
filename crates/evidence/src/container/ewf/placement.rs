//! Which chunks of the image each table lists.
//!
//! Tables of version 1 do not say it: they are counted from the first segment on. Where a segment
//! or a table is missing, the tables behind it can only be counted from the end, and only where
//! it is certain that the image was finished, so that its last table ends with its last chunk.
//! Tables of version 2 say the number of their first chunk.

use std::sync::Arc;

use super::chunk_table::ChunkTable;
use super::contents::{Form, Item};
use super::notes::Notes;

/// Chunks in a row that one table lists, or that are missing for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) first: u64,
    pub(super) end: u64,
    pub(super) source: Source,
}

/// Where chunks are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// In this table, whose first chunk has this number.
    Table { table: usize, first: u64 },
    /// Nowhere, for this reason.
    Missing(Arc<str>),
}

/// The tables of an image, and the chunks that each lists, in order and without a hole.
pub(super) struct Placement {
    pub(super) tables: Vec<ChunkTable>,
    pub(super) ranges: Vec<Range>,
}

/// A table by its index, or a gap.
enum Step {
    Table(usize),
    Gap(Arc<str>),
}

/// Places the tables of all segments (each item with the index of its segment) of an image with
/// `total` chunks. `finished` says that the last table is known to end with the last chunk.
pub(super) fn place(
    items: Vec<(usize, Item)>,
    total: u64,
    finished: bool,
    notes: &mut Notes,
) -> Placement {
    let mut tables = Vec::new();
    let mut steps = Vec::new();
    for (segment, item) in items {
        steps.push(match item {
            Item::Table(table) => {
                tables.push(ChunkTable::new(segment, table));
                Step::Table(tables.len().saturating_sub(1))
            }
            Item::Gap(reason) => Step::Gap(reason.into()),
        });
    }
    let says_first = |table: &ChunkTable| matches!(table.table().form, Form::Version2 { .. });
    let starts = if tables.iter().any(says_first) {
        tables.iter().map(first_of).collect()
    } else {
        counted(&steps, &tables, total, finished, notes)
    };
    let ranges = ranges(&steps, &tables, &starts, total, notes);
    Placement { tables, ranges }
}

fn first_of(table: &ChunkTable) -> Option<u64> {
    match table.table().form {
        Form::Version1 { .. } => None,
        Form::Version2 { first, .. } => Some(first),
    }
}

fn count(tables: &[ChunkTable], table: usize) -> u64 {
    tables
        .get(table)
        .map_or(0, |table| u64::from(table.table().count))
}

/// The number of the first chunk of each table of version 1; `None` where it is not known.
fn counted(
    steps: &[Step],
    tables: &[ChunkTable],
    total: u64,
    finished: bool,
    notes: &mut Notes,
) -> Vec<Option<u64>> {
    let mut starts = vec![None; tables.len()];
    let known =
        (0..tables.len()).fold(0_u64, |sum, table| sum.saturating_add(count(tables, table)));
    // Nothing is lost in the gaps if all chunks are there.
    let all_there = known == total;
    if known > total {
        notes.add(format!(
            "the tables list {known} chunks, the media has {total}; those behind its end are not \
             used"
        ));
    }
    let mut next = 0_u64;
    let mut gaps = 0_usize;
    for step in steps {
        match step {
            Step::Gap(_) if all_there => {}
            Step::Gap(_) => gaps = gaps.saturating_add(1),
            Step::Table(table) if gaps == 0 => {
                if let Some(start) = starts.get_mut(*table) {
                    *start = Some(next);
                }
                next = next.saturating_add(count(tables, *table));
            }
            Step::Table(_) => {}
        }
    }
    if gaps > 0 && finished && known < total {
        let mut end = total;
        for step in steps.iter().rev() {
            let Step::Table(table) = step else { break };
            end = end.saturating_sub(count(tables, *table));
            if let Some(start) = starts.get_mut(*table) {
                *start = Some(end);
            }
        }
    }
    starts
}

fn ranges(
    steps: &[Step],
    tables: &[ChunkTable],
    starts: &[Option<u64>],
    total: u64,
    notes: &mut Notes,
) -> Vec<Range> {
    let unknown: Arc<str> = "no table of the image lists this chunk".into();
    let mut ranges = Vec::new();
    let mut next = 0_u64;
    let mut reason: Option<Arc<str>> = None;
    let mut unplaced = 0_u64;
    for step in steps {
        let table = match step {
            Step::Gap(gap) => {
                reason.get_or_insert_with(|| Arc::clone(gap));
                continue;
            }
            Step::Table(table) => *table,
        };
        let count = count(tables, table);
        let Some(first) = starts.get(table).copied().flatten() else {
            unplaced = unplaced.saturating_add(count);
            continue;
        };
        let end = first.saturating_add(count).min(total);
        let from = first.max(next);
        if first < next {
            notes.add(format!(
                "two tables list the chunks {first} to {}; the first of them is used",
                end.min(next).saturating_sub(1)
            ));
        }
        if from >= end {
            continue;
        }
        if from > next {
            let missing = reason.take().unwrap_or_else(|| Arc::clone(&unknown));
            ranges.push(Range {
                first: next,
                end: from,
                source: Source::Missing(missing),
            });
        }
        // What a gap cost stands behind the tables before it and before those behind it.
        reason = None;
        ranges.push(Range {
            first: from,
            end,
            source: Source::Table { table, first },
        });
        next = end;
    }
    if next < total {
        let missing = reason.unwrap_or(unknown);
        ranges.push(Range {
            first: next,
            end: total,
            source: Source::Missing(missing),
        });
    }
    if unplaced > 0 {
        notes.add(format!(
            "{unplaced} chunks are there, and it is not known where they belong, because chunks \
             before them are missing; they are not read"
        ));
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::super::contents::Table;
    use super::*;

    fn table(count: u32) -> (usize, Item) {
        let form = Form::Version1 {
            entries: 0,
            copy: None,
            base: 0,
            section: 0,
            section_end: 0,
        };
        (0, Item::Table(Table { count, form }))
    }

    fn numbered(first: u64, count: u32) -> (usize, Item) {
        let form = Form::Version2 { entries: 0, first };
        (0, Item::Table(Table { count, form }))
    }

    fn gap(reason: &str) -> (usize, Item) {
        (0, Item::Gap(reason.to_owned()))
    }

    /// The ranges in short: `0-10:0+0` is table 0 from its first chunk on, `10-20:why` a gap.
    fn placed(items: Vec<(usize, Item)>, total: u64, finished: bool) -> (Vec<String>, usize) {
        let mut notes = Notes::default();
        let placement = place(items, total, finished, &mut notes);
        let ranges = placement.ranges.iter().map(|range| {
            let source = match &range.source {
                Source::Table { table, first } => format!("{table}+{}", range.first - first),
                Source::Missing(reason) => reason.to_string(),
            };
            format!("{}-{}:{source}", range.first, range.end)
        });
        (ranges.collect(), notes.into_vec().len())
    }

    #[test]
    fn tables_are_counted_from_both_ends_around_a_gap() {
        let items = || vec![table(10), gap("why"), table(5), table(3)];
        let (ranges, notes) = placed(items(), 30, true);
        assert_eq!(ranges, ["0-10:0+0", "10-22:why", "22-27:1+0", "27-30:2+0"]);
        assert_eq!(notes, 0);
        // Not finished: the end may be missing, too.
        let (ranges, notes) = placed(items(), 30, false);
        assert_eq!((ranges.join(" "), notes), ("0-10:0+0 10-30:why".into(), 1));
        // All are there: the gap cost nothing.
        let (ranges, _) = placed(items(), 18, false);
        assert_eq!(ranges, ["0-10:0+0", "10-15:1+0", "15-18:2+0"]);
    }

    #[test]
    fn what_stands_between_two_gaps_cannot_be_placed() {
        let items = vec![table(10), gap("a"), table(5), gap("b"), table(3)];
        let (ranges, notes) = placed(items, 30, true);
        assert_eq!(ranges, ["0-10:0+0", "10-27:a", "27-30:2+0"]);
        assert_eq!(notes, 1);
    }

    #[test]
    fn too_many_and_too_few_chunks_are_bounded_by_the_media() {
        let (ranges, notes) = placed(vec![table(10), table(10)], 15, true);
        assert_eq!((ranges.join(" "), notes), ("0-10:0+0 10-15:1+0".into(), 1));
        let (ranges, _) = placed(vec![table(10)], 15, true);
        assert!(ranges[1].starts_with("10-15:no table"));
        let (ranges, _) = placed(vec![], 15, true);
        assert!(ranges[0].starts_with("0-15:no table"));
        assert!(placed(vec![], 0, true).0.is_empty());
    }

    #[test]
    fn tables_of_version_2_say_where_they_belong() {
        let items = vec![
            numbered(0, 10),
            gap("why"),
            numbered(20, 10),
            numbered(25, 10),
        ];
        let (ranges, notes) = placed(items, 33, false);
        assert_eq!(ranges, ["0-10:0+0", "10-20:why", "20-30:1+0", "30-33:2+5"]);
        assert_eq!(notes, 1);
        let (ranges, _) = placed(vec![numbered(u64::MAX - 1, 10)], 5, false);
        assert!(ranges[0].starts_with("0-5:no table"));
    }
}
