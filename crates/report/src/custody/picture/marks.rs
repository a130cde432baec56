//! Marks for what happened at one moment; kinds differ in shape.

use super::canvas::{Canvas, px};
use super::model::{Mark, MarkKind, Stay};
use super::scale::Scale;
use super::stays::Block;

/// Marks that stand closer are one, which says how many it is.
const TOGETHER: i64 = px(3);

/// So many are named by one mark.
const NAMED: usize = 12;

impl Block {
    /// The marks of its stay with their places.
    pub(super) fn marks<'a>(&self, stay: &'a Stay) -> Vec<(i64, &'a Mark)> {
        self.marks.iter().copied().zip(&stay.marks).collect()
    }
}

/// The places of a stay's marks, in their order.
pub(super) fn places(stay: &Stay, scale: &Scale) -> Vec<i64> {
    let marks = stay.marks.iter();
    marks.map(|mark| scale.at(mark.at.time.estimate)).collect()
}

/// Where marks of a kind stand above the bottom of their block, below its label. Failures stand over
/// the rest: they come a few seconds before a success, and neither may hide the other.
pub(super) fn height(bottom: i64, kind: MarkKind) -> i64 {
    let above = match kind {
        MarkKind::LoginFailed => px(14),
        MarkKind::LoginSucceeded | MarkKind::Other => px(6),
    };
    bottom.saturating_sub(above)
}

/// Draws the marks of a block that ends at `bottom`.
pub(super) fn draw(canvas: &mut Canvas, marks: &[(i64, &Mark)], bottom: i64) {
    for kind in MarkKind::ALL {
        let height = height(bottom, kind);
        let mut group: Vec<&Mark> = Vec::new();
        let mut place = i64::MIN;
        for (at, mark) in marks.iter().filter(|(_, mark)| mark.kind == kind) {
            if !group.is_empty() && at.saturating_sub(place) >= TOGETHER {
                draw_group(canvas, &group, (place, height));
                group.clear();
            }
            if group.is_empty() {
                place = *at;
            }
            group.push(mark);
        }
        draw_group(canvas, &group, (place, height));
    }
}

fn draw_group(canvas: &mut Canvas, marks: &[&Mark], at: (i64, i64)) {
    let Some(first) = marks.first() else {
        return;
    };
    let mut says: Vec<String> = marks
        .iter()
        .take(NAMED)
        .map(|mark| mark.says.clone())
        .collect();
    if let Some(more) = marks.len().checked_sub(NAMED).filter(|more| *more > 0) {
        says.push(format!("+{more}"));
    }
    canvas.group(says.join("\n"), |canvas| symbol(canvas, first.kind, at));
}

/// The shape of a kind.
pub(super) fn symbol(canvas: &mut Canvas, kind: MarkKind, (x, y): (i64, i64)) {
    let off = px(3);
    let (left, right) = (x.saturating_sub(off), x.saturating_add(off));
    let (top, bottom) = (y.saturating_sub(off), y.saturating_add(off));
    match kind {
        MarkKind::LoginSucceeded => canvas.circle((x, y), off, "login"),
        MarkKind::LoginFailed => {
            canvas.line((left, top), (right, bottom), "failure");
            canvas.line((left, bottom), (right, top), "failure");
        }
        MarkKind::Other => canvas.filled(vec![(x, top), (right, bottom), (left, bottom)], "other"),
    }
}
