//! The legend: the machines, and what the shapes mean.

use super::canvas::{Anchor, Area, Canvas, Style, px};
use super::model::{Clock, Declared, Interval, MarkKind, Picture, Stay};
use super::scale::Scale;
use super::{clocks, looks, marks, text};
use crate::texts::PictureTexts;

const LINE: i64 = px(22);
const SAMPLE: i64 = px(30);
const BETWEEN: i64 = px(22);

/// A shape that the legend explains.
#[derive(Debug, Clone, Copy)]
enum Sample {
    Machine(usize),
    Stay,
    OpenEnd,
    Mark(MarkKind),
    Whisker,
    Readings,
    Unbounded,
    Unknown,
    Hidden,
    Break,
    Flag,
    Declared(&'static str),
    Estimate,
}

/// Draws the legend of the lanes below `top`, no wider than to `right`, and says where it ends.
pub(super) fn draw(
    canvas: &mut Canvas,
    (picture, scale): (&Picture, &Scale),
    texts: &PictureTexts,
    (left, right): (i64, i64),
    top: i64,
) -> i64 {
    let used = picture.machines_in_lanes();
    let machines = picture
        .machines
        .iter()
        .enumerate()
        .filter(|(number, _)| used.contains(number))
        .map(|(number, machine)| {
            (
                Sample::Machine(number),
                format!("{} {}", machine.code, machine.name),
            )
        })
        .collect();
    let shapes = [
        (Sample::Stay, texts.legend_stay),
        (Sample::OpenEnd, texts.legend_open_end),
        (Sample::Mark(MarkKind::LoginSucceeded), texts.legend_login),
        (Sample::Mark(MarkKind::LoginFailed), texts.legend_failure),
        (Sample::Mark(MarkKind::Other), texts.legend_other),
        (Sample::Whisker, texts.legend_whisker),
        (Sample::Readings, texts.legend_readings),
        (Sample::Unbounded, texts.legend_unbounded),
        (Sample::Unknown, texts.legend_unknown),
        (Sample::Hidden, texts.legend_hidden),
        (Sample::Break, texts.legend_break),
        (Sample::Flag, texts.legend_flag),
    ];
    let shapes = shapes
        .into_iter()
        .filter(|(sample, _)| sample.is_used(picture, scale))
        .map(|(sample, says)| (sample, says.to_owned()))
        .collect();
    let after = flow(canvas, machines, (left, right), top);
    flow(canvas, shapes, (left, right), after)
}

/// Items one behind the other, in as many lines as they need.
fn flow(
    canvas: &mut Canvas,
    items: Vec<(Sample, String)>,
    (left, right): (i64, i64),
    top: i64,
) -> i64 {
    let (mut x, mut y) = (left, top);
    let most = right.saturating_sub(left).saturating_sub(SAMPLE);
    let is_empty = items.is_empty();
    for (sample, says) in items {
        let says = text::fitting(&says, Style::Plain, most);
        let width = SAMPLE.saturating_add(text::width(&says, Style::Plain));
        if x > left && x.saturating_add(width) > right {
            x = left;
            y = y.saturating_add(LINE);
        }
        sample.draw(canvas, (x, y));
        let at = (x.saturating_add(SAMPLE), y.saturating_add(px(14)));
        canvas.text(at, Anchor::Start, Style::Plain, says);
        x = x.saturating_add(width).saturating_add(BETWEEN);
    }
    if is_empty { y } else { y.saturating_add(LINE) }
}

impl Sample {
    /// Whether the lanes show it.
    fn is_used(self, picture: &Picture, scale: &Scale) -> bool {
        let stays = || picture.lanes.iter().flat_map(|lane| &lane.stays);
        let mut times = stays().flat_map(Stay::times);
        match self {
            Self::Stay => stays().any(|stay| stay.begin.is_some() && stay.end.is_some()),
            Self::OpenEnd => stays()
                .any(|stay| stay.has_an_end() && (stay.begin.is_none() || stay.end.is_none())),
            Self::Mark(kind) => stays().any(|stay| stay.marks.iter().any(|mark| mark.kind == kind)),
            Self::Whisker => times.any(|time| time.earliest.is_some() || time.latest.is_some()),
            Self::Readings => stays().any(|stay| {
                let mut moments = stay.moments();
                moments.any(|moment| !moment.readings.is_empty())
            }),
            Self::Unbounded => times.any(|time| time.earliest.is_none() || time.latest.is_none()),
            Self::Hidden => {
                let mut hidden = picture.lanes.iter().flat_map(|lane| &lane.hidden);
                hidden.any(|(from, to)| scale.holds(*from, *to))
            }
            Self::Break => scale.stretches.iter().any(|stretch| stretch.skipped),
            Self::Flag => !picture.flags.is_empty(),
            Self::Machine(_) | Self::Unknown | Self::Declared(_) | Self::Estimate => true,
        }
    }

    fn draw(self, canvas: &mut Canvas, (left, top): (i64, i64)) {
        let area = Area {
            left,
            right: left.saturating_add(px(24)),
            top: top.saturating_add(px(3)),
            bottom: top.saturating_add(px(17)),
        };
        let middle = top.saturating_add(px(10));
        let centre = (left.saturating_add(px(12)), middle);
        match self {
            Self::Machine(number) => {
                canvas.coloured(area, "look", looks::of_machine(number));
                canvas.rectangle(area, "edge");
            }
            Self::Stay => {
                canvas.rectangle(area, "plate");
                canvas.rectangle(area, "edge");
            }
            Self::OpenEnd => {
                let inner = area.left.saturating_add(px(10));
                let edge = vec![
                    (inner, area.top),
                    (area.left, area.top),
                    (area.left, area.bottom),
                    (inner, area.bottom),
                ];
                canvas.path(edge, "edge");
                canvas.line((inner, area.top), (area.right, area.top), "open-edge");
                canvas.line((inner, area.bottom), (area.right, area.bottom), "open-edge");
            }
            Self::Mark(kind) => marks::symbol(canvas, kind, centre),
            Self::Readings => {
                canvas.line((area.left, middle), (area.right, middle), "whisker");
                for (from, to) in [(px(3), px(8)), (px(16), px(21))] {
                    let (from, to) = (left.saturating_add(from), left.saturating_add(to));
                    canvas.line((from, middle), (to, middle), "reading");
                }
            }
            Self::Whisker => {
                canvas.line((area.left, middle), (area.right, middle), "whisker");
                for end in [area.left, area.right] {
                    let (high, low) = (middle.saturating_sub(px(3)), middle.saturating_add(px(3)));
                    canvas.line((end, high), (end, low), "whisker");
                }
            }
            Self::Unbounded => {
                canvas.line((area.left, middle), (area.right, middle), "whisker");
                for (end, back) in [(area.left, px(5)), (area.right, -px(5))] {
                    let back = end.saturating_add(back);
                    let (high, low) = (middle.saturating_sub(px(3)), middle.saturating_add(px(3)));
                    canvas.filled(vec![(end, middle), (back, high), (back, low)], "arrow");
                }
            }
            Self::Declared(class) => clocks::diamond(canvas, centre, class),
            Self::Estimate => {
                canvas.line((centre.0, area.top), (centre.0, area.bottom), "estimate");
            }
            Self::Unknown => canvas.rectangle(area, "unknown"),
            Self::Hidden => canvas.rectangle(area, "lane"),
            Self::Break => {
                let points = [(8, 2), (14, 6), (8, 10), (14, 14), (8, 18)];
                let points =
                    points.map(|(x, y)| (left.saturating_add(px(x)), top.saturating_add(px(y))));
                canvas.path(points.to_vec(), "break");
            }
            Self::Flag => {
                let badge = Area {
                    bottom: middle.saturating_add(px(2)),
                    ..area
                };
                let low = badge.bottom.saturating_add(px(8));
                canvas.line((centre.0, badge.bottom), (centre.0, low), "flag-line");
                canvas.rectangle(badge, "flag");
            }
        }
    }
}

/// Draws what the marks of the clocks mean, and says where it ends.
pub(super) fn draw_clocks(
    canvas: &mut Canvas,
    rows: &[Clock],
    texts: &PictureTexts,
    (left, right): (i64, i64),
    top: i64,
) -> i64 {
    let declared = || rows.iter().flat_map(|clock| &clock.declared);
    let mut intervals = rows.iter().flat_map(|clock| &clock.intervals);
    let shapes = [
        (
            Sample::Declared("read-mark"),
            texts.legend_read,
            declared().any(Declared::is_read),
        ),
        (
            Sample::Declared("unread-mark"),
            texts.legend_unread,
            declared().any(|declared| !declared.is_read()),
        ),
        (
            Sample::Estimate,
            texts.legend_estimate,
            intervals.any(Interval::is_bounded),
        ),
    ];
    let shapes = shapes
        .into_iter()
        .filter(|(_, _, is_used)| *is_used)
        .map(|(sample, says, _)| (sample, says.to_owned()))
        .collect();
    flow(canvas, shapes, (left, right), top)
}
