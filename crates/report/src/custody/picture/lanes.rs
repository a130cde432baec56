//! The lanes: what is drawn for each device.

use chrono_tz::Tz;
use kusari_evidence::time::Timestamp;

use super::canvas::{Anchor, Area, Canvas, Style, px};
use super::looks;
use super::model::{Lane, Mark, MarkKind, Stay};
use super::scale::Scale;
use super::stays::{Arranged, Block, FADE, LABEL, Whisker};
use super::words::about;
use super::{marks, text};
use crate::shown_time;
use crate::texts::{PictureTexts, fill};

const BLOCK: i64 = px(32);
const ROW: i64 = px(50);
/// How far a whisker stands off its block.
const WHISKER_OFF: i64 = px(5);
/// The strip at the bottom of a lane that says how long nothing is known.
const STRIP: i64 = px(15);
const PAD: i64 = px(4);

/// How high a lane is.
pub(super) fn height(arranged: &Arranged) -> i64 {
    let rows = i64::try_from(arranged.rows).unwrap_or(1);
    rows.saturating_mul(ROW)
        .saturating_add(STRIP)
        .saturating_add(PAD)
}

/// What lanes need to know of the page.
pub(super) struct Page<'a> {
    pub(super) scale: &'a Scale,
    pub(super) zone: Tz,
    pub(super) texts: &'a PictureTexts,
}

/// The ground of a lane: hatched where no record says where the device was.
pub(super) fn draw_ground(
    canvas: &mut Canvas,
    page: &Page<'_>,
    (lane, arranged): (&Lane, &Arranged),
    area: Area,
) {
    canvas.rectangle(area, "lane");
    let known = known(lane, arranged, page.scale);
    let mut reached: Option<(i64, Timestamp)> = None;
    for span in &known {
        let left = reached.map_or(area.left, |(left, _)| left);
        let says = match reached {
            Some((_, from)) => unknown_between(page, lane, (from, span.from)),
            None => fill(
                page.texts.unknown_before,
                &[&lane.name, &shown(page, span.from)],
            ),
        };
        unknown(canvas, (left, span.left), area, says);
        reached = Some((span.right, span.to));
    }
    let (left, says) = match reached {
        Some((left, at)) => (
            left,
            fill(page.texts.unknown_after, &[&lane.name, &shown(page, at)]),
        ),
        None => (area.left, fill(page.texts.unknown_always, &[&lane.name])),
    };
    unknown(canvas, (left, area.right), area, says);
    if known.is_empty() {
        let middle = area
            .top
            .saturating_add(area.height() / 2)
            .saturating_add(px(4));
        let label = page.texts.no_stay;
        let at = (area.left.saturating_add(px(12)), middle);
        let plate = super::canvas::area_of_text(at, Anchor::Start, Style::Plain, label);
        canvas.rectangle(plate, "plate");
        canvas.text(at, Anchor::Start, Style::Plain, label);
    }
}

/// How long nothing is known between stays on the axis, where there is room to say it.
pub(super) fn draw_gaps(
    canvas: &mut Canvas,
    page: &Page<'_>,
    (lane, arranged): (&Lane, &Arranged),
    bottom: i64,
) {
    for pair in known(lane, arranged, page.scale).windows(2) {
        if let [before, after] = pair
            && page.scale.holds(before.to, before.to)
            && page.scale.holds(after.from, after.from)
        {
            let length = after.from.ticks_since(before.to);
            if before.slack.saturating_add(after.slack) > length / 2 {
                // So far from certain that the number would only mislead.
                continue;
            }
            let place = (before.right, after.left);
            gap_label(canvas, page, place, (before.to, after.from), bottom);
        }
    }
}

/// A span in which the device is known to have been in a machine.
struct Known {
    left: i64,
    right: i64,
    from: Timestamp,
    to: Timestamp,
    /// How wide the bounds of its ends are, in 100 ns.
    slack: i64,
}

/// What is closer than this is not seen apart.
const TOGETHER: i64 = px(1);

/// Where a lane is not hatched, from left to right: at its stays, and at those that it does not show.
/// Spans that touch are one.
fn known(lane: &Lane, arranged: &Arranged, scale: &Scale) -> Vec<Known> {
    let hidden = lane.hidden.iter().map(|(from, to)| Known {
        left: scale.at(*from),
        right: scale.at(*to),
        from: *from,
        to: *to,
        slack: 0,
    });
    let blocks = arranged.blocks.iter().map(|block| Known {
        left: block.left,
        right: block.right,
        from: block.from,
        to: block.to,
        slack: lane.stays.get(block.stay).map_or(0, Stay::slack),
    });
    let mut all: Vec<Known> = blocks.chain(hidden).collect();
    all.sort_by_key(|known| (known.left, known.right, known.from));
    let mut merged: Vec<Known> = Vec::new();
    for known in all {
        match merged.last_mut() {
            Some(last) if known.left <= last.right.saturating_add(TOGETHER) => {
                last.right = last.right.max(known.right);
                last.from = last.from.min(known.from);
                last.to = last.to.max(known.to);
                last.slack = last.slack.max(known.slack);
            }
            _ => merged.push(known),
        }
    }
    merged
}

fn shown(page: &Page<'_>, at: Timestamp) -> String {
    shown_time::date_and_time(at, page.zone)
}

fn unknown_between(page: &Page<'_>, lane: &Lane, (from, to): (Timestamp, Timestamp)) -> String {
    fill(
        page.texts.unknown_between,
        &[
            &lane.name,
            &shown(page, from),
            &shown(page, to),
            &about(to.ticks_since(from)),
        ],
    )
}

fn unknown(canvas: &mut Canvas, (left, right): (i64, i64), lane: Area, says: String) {
    if right <= left {
        return;
    }
    let area = Area {
        left,
        right,
        ..lane
    };
    canvas.group(says, |canvas| canvas.rectangle(area, "unknown"));
}

/// At the bottom of the lane, below everything else in it.
fn gap_label(
    canvas: &mut Canvas,
    page: &Page<'_>,
    (left, right): (i64, i64),
    (from, to): (Timestamp, Timestamp),
    bottom: i64,
) {
    let length = about(to.ticks_since(from));
    let room = right.saturating_sub(left).saturating_sub(px(8));
    let whole = fill(page.texts.unknown_for, &[&length]);
    let fits = |label: &String| text::width(label, Style::Small) <= room;
    let Some(label) = [whole, length].into_iter().find(fits) else {
        return;
    };
    let at = (left.saturating_add(right) / 2, bottom.saturating_sub(px(4)));
    let plate = super::canvas::area_of_text(at, Anchor::Middle, Style::Small, &label);
    canvas.rectangle(plate, "plate");
    canvas.text(at, Anchor::Middle, Style::Small, label);
}

/// The stays of a lane.
pub(super) fn draw_stays(canvas: &mut Canvas, (lane, arranged): (&Lane, &Arranged), top: i64) {
    for block in &arranged.blocks {
        let Some(stay) = lane.stays.get(block.stay) else {
            continue;
        };
        canvas.group(stay.says.join("\n"), |canvas| {
            draw_stay(canvas, stay, block, block_area(block, top));
        });
    }
}

/// The labels of stays, over everything that crosses them.
pub(super) fn draw_labels(canvas: &mut Canvas, (lane, arranged): (&Lane, &Arranged), top: i64) {
    for block in &arranged.blocks {
        let Some(label) = &block.label else { continue };
        let baseline = block_area(block, top).top.saturating_add(px(11));
        let at = (label.left, baseline);
        let is_inside = lane.stays.get(block.stay).is_some_and(Stay::has_an_end)
            && label.left >= block.left
            && label.left < block.right;
        if is_inside {
            let plate = super::canvas::area_of_text(at, Anchor::Start, LABEL, &label.text);
            canvas.rectangle(plate, "plate-look");
        }
        canvas.text(at, Anchor::Start, LABEL, label.text.clone());
    }
}

/// The place of a block in a lane that begins at `top`.
pub(super) fn block_area(block: &Block, top: i64) -> Area {
    let row = i64::try_from(block.row).unwrap_or(0);
    let top = top
        .saturating_add(row.saturating_mul(ROW))
        .saturating_add(PAD)
        .saturating_add(WHISKER_OFF)
        .saturating_add(px(4));
    Area {
        left: block.left,
        right: block.right,
        top,
        bottom: top.saturating_add(BLOCK),
    }
}

fn draw_stay(canvas: &mut Canvas, stay: &Stay, block: &Block, area: Area) {
    let look = looks::of_machine(stay.machine);
    if stay.has_an_end() {
        draw_block(canvas, stay, look, area);
    } else {
        let middle = marks::height(area.bottom, MarkKind::LoginSucceeded);
        canvas.line((area.left, middle), (area.right, middle), "open-edge");
    }
    if let Some(first) = &block.first {
        let off = area.top.saturating_sub(WHISKER_OFF);
        whisker(canvas, first, (area.top, off));
    }
    if let Some(last) = &block.last {
        let off = area.bottom.saturating_add(WHISKER_OFF);
        whisker(canvas, last, (area.bottom, off));
    }
    let marked: Vec<(i64, &Mark)> = block.marks(stay);
    marks::draw(canvas, &marked, area.bottom);
}

/// The block, with an edge where its end is on record and fading out where it is not.
fn draw_block(canvas: &mut Canvas, stay: &Stay, look: usize, area: Area) {
    canvas.coloured(area, "look", look);
    let mut edge = vec![(area.left, area.top), (area.right, area.top)];
    let low = [(area.right, area.bottom), (area.left, area.bottom)];
    match (&stay.begin, &stay.end) {
        (Some(_), Some(_)) => {
            edge.extend(low);
            edge.push((area.left, area.top));
            canvas.path(edge, "edge");
        }
        (Some(_), None) => {
            edge.reverse();
            edge.extend(low.into_iter().rev());
            canvas.path(edge, "edge");
            fade(
                canvas,
                look,
                area,
                (area.right, area.right.saturating_add(FADE)),
            );
        }
        (None, _) => {
            edge.extend(low);
            canvas.path(edge, "edge");
            fade(
                canvas,
                look,
                area,
                (area.left.saturating_sub(FADE), area.left),
            );
        }
    }
}

fn fade(canvas: &mut Canvas, look: usize, block: Area, (left, right): (i64, i64)) {
    let area = Area {
        left,
        right,
        ..block
    };
    canvas.coloured(area, "fade", look);
    canvas.line((left, area.top), (right, area.top), "open-edge");
    canvas.line((left, area.bottom), (right, area.bottom), "open-edge");
}

/// A whisker at height `at`, tied to its block at `from`.
fn whisker(canvas: &mut Canvas, whisker: &Whisker, (from, at): (i64, i64)) {
    let (left, right) = (whisker.left(), whisker.right());
    canvas.line((whisker.at, from), (whisker.at, at), "tie");
    for (low, high) in &whisker.readings {
        canvas.line((*low, at), (*high, at), "reading");
    }
    canvas.line((left, at), (right, at), "whisker");
    for (end, bound, inwards) in [(left, whisker.low, px(5)), (right, whisker.high, -px(5))] {
        let (high, low) = (at.saturating_sub(px(3)), at.saturating_add(px(3)));
        if bound.is_some() {
            canvas.line((end, high), (end, low), "whisker");
        } else {
            let back = end.saturating_add(inwards);
            canvas.filled(vec![(end, at), (back, high), (back, low)], "arrow");
        }
    }
}
