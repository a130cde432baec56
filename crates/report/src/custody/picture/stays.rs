//! Where each stay stands in its lane.
//!
//! A lane has rows. A stay goes into the first in which nothing of it (the block, its whiskers, its
//! label) touches another: so stays whose order the clocks leave open stand below one another.

use kusari::clock::CorrectedTime;
use kusari_evidence::time::Timestamp;

use super::canvas::{Style, px};
use super::model::{Moment, PicturedMachine, Stay};
use super::scale::Scale;
use super::{marks, text};

/// A block is never narrower, or nobody would see it.
const NARROWEST: i64 = px(3);

/// How far an end that is not on record fades out.
pub(super) const FADE: i64 = px(14);

/// How long the arrow is where nothing bounds a time.
pub(super) const ARROW: i64 = px(9);

/// The room between two things in one row, and between a label and its block.
const APART: i64 = px(5);

/// More rows make a lane that nobody reads; what finds no place is drawn over the others.
const MOST_ROWS: usize = 10;

/// What a mark takes to each side.
pub(super) const MARK: i64 = px(4);

/// The place of an end, and how far it may be off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Whisker {
    pub(super) at: i64,
    /// `None`: nothing bounds it to that side.
    pub(super) low: Option<i64>,
    pub(super) high: Option<i64>,
    /// From where to where under each reading of the clock that is left, where more than one is.
    pub(super) readings: Vec<(i64, i64)>,
}

/// A stay's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// The number of the stay in its lane.
    pub(super) stay: usize,
    /// The row in the lane.
    pub(super) row: usize,
    /// Its first and its last moment on record, and where they stand.
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) left: i64,
    pub(super) right: i64,
    /// The bounds of its connection and of its removal; of lone records those of the first and last.
    pub(super) first: Option<Whisker>,
    pub(super) last: Option<Whisker>,
    /// The places of the stay's marks.
    pub(super) marks: Vec<i64>,
    pub(super) label: Option<Label>,
}

/// The name of a machine beside or in its block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) left: i64,
    pub(super) text: String,
}

/// The stays of a lane in their places.
#[derive(Debug, Default)]
pub(super) struct Arranged {
    pub(super) blocks: Vec<Block>,
    pub(super) rows: usize,
    /// So many found no row of their own and are drawn over others.
    pub(super) crowded: usize,
}

/// How far a row is taken: by blocks alone, and with their whiskers and labels.
#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    blocks: i64,
    whole: i64,
}

/// The letters of labels.
pub(super) const LABEL: Style = Style::Label;

impl Whisker {
    fn new(moment: &Moment, scale: &Scale) -> Self {
        let CorrectedTime {
            estimate,
            earliest,
            latest,
        } = moment.time;
        let at = scale.at(estimate);
        let reading = |time: &CorrectedTime| {
            let (low, high) = (scale.at(time.earliest?), scale.at(time.latest?));
            Some((low, high.max(low)))
        };
        Self {
            at,
            low: earliest.map(|low| scale.at(low).min(at)),
            high: latest.map(|high| scale.at(high).max(at)),
            readings: moment.readings.iter().filter_map(reading).collect(),
        }
    }

    pub(super) fn left(&self) -> i64 {
        self.low.unwrap_or(self.at.saturating_sub(ARROW))
    }

    pub(super) fn right(&self) -> i64 {
        self.high.unwrap_or(self.at.saturating_add(ARROW))
    }
}

impl Block {
    /// A stay's block without a row; `None` for one without any time.
    fn new(
        (index, stay): (usize, &Stay),
        machines: &[PicturedMachine],
        scale: &Scale,
        edge: i64,
    ) -> Option<Self> {
        let (from, to) = stay.span()?;
        let left = scale.at(from);
        let right = scale.at(to).max(left.saturating_add(NARROWEST));
        let whisker = |moment: &Moment| Whisker::new(moment, scale);
        let of = |at| stay.moments().find(|moment| moment.time.estimate == at);
        // An end that is not on record has no bounds; lone records have their own.
        let (first, last) = if stay.has_an_end() {
            (stay.begin.as_ref(), stay.end.as_ref())
        } else {
            (of(from), of(to).filter(|_| from != to))
        };
        let mut block = Self {
            stay: index,
            row: 0,
            left,
            right,
            from,
            to,
            first: first.map(whisker),
            last: last.map(whisker),
            marks: marks::places(stay, scale),
            label: None,
        };
        block.label = block.labelled(stay, machines.get(stay.machine)?, edge);
        Some(block)
    }

    /// The label: name and code in the block where they have room, else the code beside it.
    fn labelled(&self, stay: &Stay, machine: &PicturedMachine, edge: i64) -> Option<Label> {
        let room = self.right.saturating_sub(self.left).saturating_sub(APART);
        let inside = |text: String| Label {
            left: self.left.saturating_add(APART),
            text,
        };
        let code_width = text::width(&machine.code, LABEL);
        if stay.has_an_end() {
            let whole = format!("{} {}", machine.code, machine.name);
            if room >= px(70) {
                return Some(inside(text::fitting(
                    &whole,
                    LABEL,
                    room.saturating_sub(APART),
                )));
            }
            if room.saturating_sub(px(2)) >= code_width {
                return Some(inside(machine.code.clone()));
            }
        }
        let (left, right) = self.reach(stay);
        let beside = right.saturating_add(APART / 2);
        let left = if beside.saturating_add(code_width) <= edge {
            beside
        } else {
            left.saturating_sub(APART / 2).saturating_sub(code_width)
        };
        Some(Label {
            left,
            text: machine.code.clone(),
        })
    }

    /// From where to where it reaches with its fading ends and whiskers, without its label.
    fn reach(&self, stay: &Stay) -> (i64, i64) {
        let (mut left, mut right) = (self.left.saturating_sub(MARK), self.right);
        right = right.saturating_add(MARK);
        if stay.has_an_end() && stay.begin.is_none() {
            left = left.min(self.left.saturating_sub(FADE));
        }
        if stay.has_an_end() && stay.end.is_none() {
            right = right.max(self.right.saturating_add(FADE));
        }
        for whisker in self.first.iter().chain(&self.last) {
            left = left.min(whisker.left());
            right = right.max(whisker.right());
        }
        (left, right)
    }

    /// The same with its label.
    fn extent(&self, stay: &Stay) -> (i64, i64) {
        let (left, right) = self.reach(stay);
        let Some(label) = &self.label else {
            return (left, right);
        };
        let label_right = label.left.saturating_add(text::width(&label.text, LABEL));
        (left.min(label.left), right.max(label_right))
    }
}

/// Puts the stays of a lane into rows. Nothing reaches beyond `edge` on the right.
pub(super) fn arrange(
    stays: &[Stay],
    machines: &[PicturedMachine],
    scale: &Scale,
    edge: i64,
) -> Arranged {
    let mut placed: Vec<(i64, i64, Block)> = stays
        .iter()
        .enumerate()
        .filter_map(|stay| Some((stay.1, Block::new(stay, machines, scale, edge)?)))
        .map(|(stay, block)| {
            let (left, right) = block.extent(stay);
            (left, right, block)
        })
        .collect();
    placed.sort_by_key(|(left, _, block)| (*left, block.stay));
    let mut rows: Vec<Reached> = Vec::new();
    let mut arranged = Arranged::default();
    for (left, right, mut block) in placed {
        let position = |left: i64, reached: fn(&Reached) -> i64| {
            rows.iter()
                .position(|row| reached(row).saturating_add(APART) <= left)
        };
        let free = position(left, |row| row.whole);
        let free_of_blocks = position(block.left, |row| row.blocks);
        match free {
            Some(row) => block.row = row,
            None if rows.len() < MOST_ROWS => {
                block.row = rows.len();
                rows.push(Reached::default());
            }
            None => {
                let any = arranged.crowded % MOST_ROWS;
                block.row = free_of_blocks.unwrap_or(any);
                block.label = None;
                arranged.crowded = arranged.crowded.saturating_add(1);
            }
        }
        if let Some(reached) = rows.get_mut(block.row) {
            reached.whole = reached.whole.max(right);
            reached.blocks = reached.blocks.max(block.right.saturating_add(FADE));
        }
        arranged.blocks.push(block);
    }
    arranged.rows = rows.len().max(1);
    arranged
}
