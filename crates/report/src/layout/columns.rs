//! How wide each column of a table becomes.

use super::{Grid, width, wrap};

/// No column is narrower, so that something can be read in it.
const NARROWEST: usize = 4;

/// A word longer than this may be broken when room is short; a time with all its decimals
/// (28 columns and the two that it is set in by) may not.
const LONGEST_WORD: usize = 30;

/// The width of each column, so that the table, with three columns of lines and spaces for each
/// column and one more, fits into `total` wherever that can be.
pub(super) fn widths(grid: &Grid, total: usize) -> Vec<usize> {
    let wishes: Vec<Wish> = (0..grid.columns.len())
        .map(|index| Wish::of(grid, index))
        .collect();
    let frame = grid.columns.len() * 3 + 1;
    let room = total.saturating_sub(frame);
    let mut widths: Vec<usize> = wishes.iter().map(|wish| wish.whole).collect();
    if widths.iter().sum::<usize>() <= room {
        return widths;
    }
    // Columns that fit into an equal share keep their width; the others share what is left.
    let mut open: Vec<usize> = (0..wishes.len()).collect();
    let mut left = room;
    loop {
        let share = left / open.len().max(1);
        let fits = |index: &usize| wishes.get(*index).is_some_and(|wish| wish.whole <= share);
        let (fitting, too_wide): (Vec<usize>, Vec<usize>) = open.iter().partition(|i| fits(i));
        if fitting.is_empty() || too_wide.is_empty() {
            break;
        }
        for index in fitting {
            left = left.saturating_sub(wishes.get(index).map_or(0, |wish| wish.whole));
        }
        open = too_wide;
    }
    let words: Vec<usize> = open
        .iter()
        .filter_map(|index| wishes.get(*index))
        .map(|wish| wish.word)
        .collect();
    let least: usize = words.iter().sum();
    let count = open.len().max(1);
    let spare = left.saturating_sub(least);
    let shares = if least <= left {
        let extra = |rank: usize| spare / count + usize::from(rank < spare % count);
        words
            .iter()
            .enumerate()
            .map(|(rank, word)| word + extra(rank))
            .collect()
    } else {
        level(&words, left)
    };
    for (index, share) in open.iter().zip(shares) {
        if let Some(slot) = widths.get_mut(*index) {
            *slot = share.max(NARROWEST);
        }
    }
    widths
}

/// Shares of too little room: who wishes for less than an equal share gets the wish, the others
/// share what is left equally.
fn level(wishes: &[usize], room: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by_key(|index| (wishes.get(*index).copied(), *index));
    let mut shares = vec![0; wishes.len()];
    let mut left = room;
    for (rank, index) in order.iter().enumerate() {
        let equal = left / wishes.len().saturating_sub(rank).max(1);
        let share = wishes.get(*index).map_or(0, |wish| (*wish).min(equal));
        left = left.saturating_sub(share);
        if let Some(slot) = shares.get_mut(*index) {
            *slot = share;
        }
    }
    shares
}

/// What a column would like: room for its longest line, and at least for its longest word.
struct Wish {
    whole: usize,
    word: usize,
}

impl Wish {
    fn of(grid: &Grid, index: usize) -> Self {
        let title = grid.columns.get(index).map(|column| column.title.as_str());
        let lines = || {
            let cells = grid.rows.iter().filter_map(|row| row.get(index));
            title
                .into_iter()
                .chain(cells.flat_map(|cell| cell.lines.iter().map(String::as_str)))
        };
        let whole = lines().map(width::of).max().unwrap_or(0);
        // Two more, since what goes on below is set in.
        let word = lines()
            .map(|line| wrap::widest_piece(line) + 2)
            .max()
            .unwrap_or(0);
        Self {
            whole: whole.max(NARROWEST),
            word: word
                .clamp(NARROWEST, LONGEST_WORD)
                .min(whole.max(NARROWEST)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Column;

    fn grid(rows: &[&[&str]]) -> Grid {
        let count = rows.first().map_or(0, |row| row.len());
        Grid {
            columns: (0..count).map(|_| Column::text("")).collect(),
            rows: rows
                .iter()
                .map(|row| row.iter().map(|text| (*text).into()).collect())
                .collect(),
            ruled: false,
        }
    }

    #[test]
    fn all_as_wide_as_they_are_when_there_is_room() {
        assert_eq!(
            widths(&grid(&[&["abcde", "台帳です"], &["abcdefg", ""]]), 120),
            [7, 8]
        );
    }

    #[test]
    fn long_columns_share_what_short_ones_leave() {
        let long = "word ".repeat(40);
        let got = widths(&grid(&[&["2022-06-21", &long, &long]]), 100);
        assert_eq!(got, [10, 40, 40]);
        assert_eq!(got.iter().sum::<usize>() + 10, 100);
    }

    #[test]
    fn short_words_stay_whole_when_room_is_short() {
        assert_eq!(level(&[22, 30, 10, 30], 80), [22, 24, 10, 24]);
        assert_eq!(level(&[30, 30], 41), [20, 21]);
        assert!(level(&[], 10).is_empty());
    }

    #[test]
    fn never_narrower_than_can_be_read() {
        let long = "word ".repeat(40);
        let row = [long.as_str(); 8];
        assert_eq!(widths(&grid(&[&row]), 30), [4; 8]);
    }

    #[test]
    fn a_table_without_columns_has_no_widths() {
        assert!(widths(&Grid::default(), 80).is_empty());
    }
}
