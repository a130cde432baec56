//! Facts of the case as numbered flags above the lanes, with a line down through them.

use super::canvas::{Anchor, Area, Canvas, Style, px};
use super::model::Flag;
use super::scale::Scale;
use super::stays::ARROW;
use super::text;

/// One row of flags.
const ROW: i64 = px(23);
const HEIGHT: i64 = px(14);
const STYLE: Style = Style::SmallStrong;

/// A longer id stands in the legend only, and its number here.
const LONGEST_ID: usize = 5;

/// A flag's place.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) flag: usize,
    pub(super) row: usize,
    /// What stands on it and in the legend.
    pub(super) name: String,
    at: i64,
    left: i64,
    right: i64,
    badge: (i64, i64),
}

/// The flags in rows in which none touches another.
pub(super) fn arrange(flags: &[Flag], scale: &Scale, lane: Area) -> Vec<Placed> {
    let mut all: Vec<Placed> = flags
        .iter()
        .enumerate()
        .map(|(index, flag)| place((index, flag), scale, lane))
        .collect();
    all.sort_by_key(|placed| (placed.left.min(placed.badge.0), placed.flag));
    let mut rows: Vec<i64> = Vec::new();
    for placed in &mut all {
        let left = placed.left.min(placed.badge.0);
        let right = placed.right.max(placed.badge.1).saturating_add(px(4));
        match rows.iter().position(|reached| *reached <= left) {
            Some(row) => placed.row = row,
            None => {
                placed.row = rows.len();
                rows.push(right);
            }
        }
        if let Some(reached) = rows.get_mut(placed.row) {
            *reached = right;
        }
    }
    all.sort_by_key(|placed| placed.flag);
    all
}

fn place((index, flag): (usize, &Flag), scale: &Scale, lane: Area) -> Placed {
    let at = scale.at(flag.at);
    let name = short_name(index, &flag.id);
    let width = text::width(&name, STYLE).saturating_add(px(8));
    let half = width / 2;
    let middle = at.clamp(
        lane.left.saturating_add(half),
        lane.right
            .saturating_sub(half)
            .max(lane.left.saturating_add(half)),
    );
    let badge_left = middle.saturating_sub(half);
    let badge = (badge_left, badge_left.saturating_add(width));
    let open = half.saturating_add(ARROW);
    Placed {
        flag: index,
        row: 0,
        name,
        at,
        left: flag
            .earliest
            .map_or(at.saturating_sub(open), |low| scale.at(low).min(at)),
        right: flag
            .latest
            .map_or(at.saturating_add(open), |high| scale.at(high).max(at)),
        badge,
    }
}

/// The id where it is short, else its number in the list.
fn short_name(index: usize, id: &str) -> String {
    if id.is_empty() || id.chars().count() > LONGEST_ID {
        format!("({})", index.saturating_add(1))
    } else {
        id.to_owned()
    }
}

/// How high the flags are together.
pub(super) fn height(placed: &[Placed]) -> i64 {
    let rows = placed
        .iter()
        .map(|placed| placed.row.saturating_add(1))
        .max();
    i64::try_from(rows.unwrap_or(0))
        .unwrap_or(0)
        .saturating_mul(ROW)
}

/// The lines through the lanes, from each flag down to `bottom`.
pub(super) fn draw_lines(canvas: &mut Canvas, placed: &[Placed], top: i64, bottom: i64) {
    for flag in placed {
        canvas.line(
            (flag.at, flag.top(top).saturating_add(HEIGHT)),
            (flag.at, bottom),
            "flag-line",
        );
    }
}

/// The flags themselves.
pub(super) fn draw(canvas: &mut Canvas, placed: &[Placed], flags: &[Flag], top: i64) {
    for flag in placed {
        let Some(fact) = flags.get(flag.flag) else {
            continue;
        };
        let says = format!("{}: {}", fact.id, fact.says);
        canvas.group(says, |canvas| flag.draw(canvas, fact, top));
    }
}

impl Placed {
    fn top(&self, top: i64) -> i64 {
        let row = i64::try_from(self.row).unwrap_or(0);
        top.saturating_add(row.saturating_mul(ROW))
    }

    /// The flag, and below it how far its moment may be off.
    fn draw(&self, canvas: &mut Canvas, fact: &Flag, top: i64) {
        let top = self.top(top);
        let area = Area {
            left: self.badge.0,
            right: self.badge.1,
            top,
            bottom: top.saturating_add(HEIGHT),
        };
        canvas.rectangle(area, "flag");
        let at = (
            area.left.saturating_add(px(4)),
            area.bottom.saturating_sub(px(3)),
        );
        canvas.text(at, Anchor::Start, STYLE, self.name.clone());
        let range = area.bottom.saturating_add(px(4));
        let (high, low) = (range.saturating_sub(px(3)), range.saturating_add(px(3)));
        canvas.line((self.left, range), (self.right, range), "flag-range");
        for (end, bound, inwards) in [
            (self.left, fact.earliest, px(5)),
            (self.right, fact.latest, -px(5)),
        ] {
            if bound.is_some() {
                canvas.line((end, high), (end, low), "flag-range");
            } else {
                let back = end.saturating_add(inwards);
                canvas.filled(vec![(end, range), (back, high), (back, low)], "arrow");
            }
        }
    }
}
