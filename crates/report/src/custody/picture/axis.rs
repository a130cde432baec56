//! The axis: days, times of day, and the breaks.

use chrono_tz::Tz;

use super::canvas::{Anchor, Area, Canvas, Style, area_of_text, px};
use super::scale::{Scale, Stretch};
use super::ticks::{day, midnights, ticks};
use super::words::about;

/// The height of what stands above the axis' line.
pub(super) const HEIGHT: i64 = px(34);

/// Texts of one line of the axis, none over another.
#[derive(Default)]
struct Line {
    taken: Vec<Area>,
}

impl Line {
    /// Writes a text where it touches no other and does not leave the span.
    fn write(
        &mut self,
        canvas: &mut Canvas,
        (at, anchor): ((i64, i64), Anchor),
        style: Style,
        label: String,
        (left, right): (i64, i64),
    ) {
        let area = area_of_text(at, anchor, style, &label);
        let free = self.taken.iter().all(|other| {
            area.right.saturating_add(px(4)) <= other.left
                || other.right.saturating_add(px(4)) <= area.left
        });
        if free && area.left >= left && area.right <= right {
            self.taken.push(area);
            canvas.text(at, anchor, style, label);
        }
    }
}

/// The axis with its labels above the line at `line`, and its ticks down to `bottom`.
pub(super) fn draw(canvas: &mut Canvas, scale: &Scale, zone: Tz, line: i64, lane: Area) {
    let (mut days, mut times) = (Line::default(), Line::default());
    let whole = (lane.left, lane.right);
    let (day_line, time_line) = (line.saturating_sub(px(20)), line.saturating_sub(px(6)));
    for stretch in &scale.stretches {
        if stretch.skipped {
            let middle = stretch.left.saturating_add(stretch.right) / 2;
            let length = about(stretch.to.ticks_since(stretch.from));
            let at = ((middle, time_line), Anchor::Middle);
            times.write(canvas, at, Style::Small, length, whole);
            continue;
        }
        for midnight in midnights(stretch, zone) {
            let at = ((scale.at(midnight), day_line), Anchor::Start);
            days.write(canvas, at, Style::SmallStrong, day(midnight, zone), whole);
        }
        let at = ((stretch.left, day_line), Anchor::Start);
        days.write(
            canvas,
            at,
            Style::SmallStrong,
            day(stretch.from, zone),
            whole,
        );
    }
    for stretch in scale.stretches.iter().filter(|stretch| !stretch.skipped) {
        for tick in ticks(stretch, zone) {
            let place = scale.at(tick.at);
            canvas.line((place, line.saturating_sub(px(3))), (place, line), "axis");
            let at = ((place, time_line), Anchor::Middle);
            times.write(canvas, at, Style::Small, tick.label, whole);
        }
    }
    canvas.line((lane.left, line), (lane.right, line), "axis");
}

/// Lines of the ticks through the lanes; those of midnights are heavier.
pub(super) fn draw_grid(canvas: &mut Canvas, scale: &Scale, zone: Tz, top: i64, bottom: i64) {
    for stretch in scale.stretches.iter().filter(|stretch| !stretch.skipped) {
        let mut upright = |at, class| {
            let place = scale.at(at);
            canvas.line((place, top), (place, bottom), class);
        };
        for tick in ticks(stretch, zone) {
            upright(tick.at, "grid");
        }
        for midnight in midnights(stretch, zone) {
            upright(midnight, "midnight");
        }
    }
}

/// A zigzag through everything where the axis is broken.
pub(super) fn draw_breaks(canvas: &mut Canvas, scale: &Scale, top: i64, bottom: i64) {
    for stretch in scale.stretches.iter().filter(|stretch| stretch.skipped) {
        let points = zigzag(stretch, top, bottom);
        canvas.path(points.clone(), "break-gap");
        canvas.path(points, "break");
    }
}

fn zigzag(stretch: &Stretch, top: i64, bottom: i64) -> Vec<(i64, i64)> {
    const TOOTH: i64 = px(7);
    let middle = stretch.left.saturating_add(stretch.right) / 2;
    let mut points = Vec::new();
    let mut y = top;
    let mut side = px(3);
    while y < bottom {
        points.push((middle.saturating_add(side), y));
        side = -side;
        y = y.saturating_add(TOOTH);
    }
    points.push((middle.saturating_add(side), bottom));
    points
}
