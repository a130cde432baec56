//! The clocks: for each machine what is to be added to its time.

use super::canvas::{Anchor, Area, Canvas, Style, px};
use super::corrections::Corrections;
use super::looks;
use super::model::{Clock, Interval, PicturedMachine};
use super::text;
use super::words::{correction, seconds_down, seconds_up};
use crate::texts::{PictureTexts, fill};

const BAR: i64 = px(9);
const INTERVAL: i64 = px(20);
const TEXT_LINE: i64 = px(13);
const NAME_LINE: i64 = px(14);
/// Two lines of a name have room in every row.
const LOWEST: i64 = px(30);
const PAD: i64 = px(6);
const AXIS: i64 = px(20);

/// Where the columns of the clocks stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    pub(super) names: i64,
    pub(super) left: i64,
    pub(super) right: i64,
    pub(super) texts: i64,
    pub(super) end: i64,
}

/// What stands beside a clock in words, and how high its row is.
struct Row<'a> {
    clock: &'a Clock,
    says: Vec<String>,
    height: i64,
}

/// Draws the clocks below `top` and says where they end.
pub(super) fn draw(
    canvas: &mut Canvas,
    (clocks, machines): (&[Clock], &[PicturedMachine]),
    texts: &PictureTexts,
    columns: Columns,
    top: i64,
) -> i64 {
    let scale = Corrections::new(clocks, columns.left, columns.right);
    let rows: Vec<Row<'_>> = clocks
        .iter()
        .map(|clock| Row::new(clock, texts, columns))
        .collect();
    let line = top.saturating_add(AXIS);
    let height: i64 = rows.iter().map(|row| row.height).sum();
    let bottom = line.saturating_add(height);
    for (at, label) in scale.ticks() {
        let is_zero = at == scale.at(0);
        canvas.line(
            (at, line),
            (at, bottom),
            if is_zero { "midnight" } else { "grid" },
        );
        let place = (at, line.saturating_sub(px(5)));
        canvas.text(place, Anchor::Middle, Style::Small, label);
    }
    canvas.line((columns.left, line), (columns.right, line), "axis");
    let mut y = line;
    for row in &rows {
        row.draw(canvas, machines, &scale, columns, y);
        y = y.saturating_add(row.height);
        canvas.line((columns.names, y), (columns.end, y), "grid");
    }
    bottom
}

impl<'a> Row<'a> {
    fn new(clock: &'a Clock, texts: &PictureTexts, columns: Columns) -> Self {
        let room = columns.end.saturating_sub(columns.texts);
        let mut says = Vec::new();
        for interval in &clock.intervals {
            says.extend(text::lines(&words(interval, texts), Style::Small, room, 2));
        }
        for declared in &clock.declared {
            says.extend(text::lines(&declared.says, Style::Small, room, 3));
        }
        let lines = i64::try_from(says.len()).unwrap_or(0);
        let bars = i64::try_from(clock.intervals.len()).unwrap_or(0);
        let height = lines
            .saturating_mul(TEXT_LINE)
            .max(bars.saturating_mul(INTERVAL).saturating_add(px(8)))
            .max(LOWEST)
            .saturating_add(PAD)
            .saturating_add(PAD);
        Self {
            clock,
            says,
            height,
        }
    }

    fn draw(
        &self,
        canvas: &mut Canvas,
        machines: &[PicturedMachine],
        scale: &Corrections,
        columns: Columns,
        top: i64,
    ) {
        let baseline = top.saturating_add(PAD).saturating_add(px(11));
        if let Some(machine) = machines.get(self.clock.machine) {
            name(canvas, machine, self.clock.machine, columns, baseline);
        }
        let first = top.saturating_add(PAD).saturating_add(px(14));
        let mut middle = first;
        for interval in &self.clock.intervals {
            bar(
                canvas,
                (interval, self.clock.machine),
                scale,
                columns,
                middle,
            );
            middle = middle.saturating_add(INTERVAL);
        }
        for declared in &self.clock.declared {
            let class = if declared.is_read() {
                "read-mark"
            } else {
                "unread-mark"
            };
            let shown = declared.at.iter().filter(|at| scale.holds(**at));
            let places: Vec<i64> = shown.map(|at| scale.at(*at)).collect();
            canvas.group(declared.says.clone(), |canvas| {
                for place in places {
                    let tip = first.saturating_sub(BAR / 2);
                    diamond(canvas, (place, tip.saturating_sub(px(4))), class);
                }
            });
        }
        let mut y = top.saturating_add(PAD).saturating_add(px(10));
        for line in &self.says {
            canvas.text(
                (columns.texts, y),
                Anchor::Start,
                Style::Small,
                line.clone(),
            );
            y = y.saturating_add(TEXT_LINE);
        }
    }
}

/// The machine's colour, code and name.
fn name(
    canvas: &mut Canvas,
    machine: &PicturedMachine,
    number: usize,
    columns: Columns,
    baseline: i64,
) {
    let swatch = Area {
        left: columns.names,
        right: columns.names.saturating_add(px(12)),
        top: baseline.saturating_sub(px(10)),
        bottom: baseline.saturating_add(px(2)),
    };
    canvas.coloured(swatch, "look", looks::of_machine(number));
    canvas.rectangle(swatch, "edge");
    let left = swatch.right.saturating_add(px(5));
    let room = columns.left.saturating_sub(left).saturating_sub(px(10));
    let whole = format!("{} {}", machine.code, machine.name);
    let mut y = baseline;
    for line in text::lines(&whole, Style::Strong, room, 2) {
        canvas.text((left, y), Anchor::Start, Style::Strong, line);
        y = y.saturating_add(NAME_LINE);
    }
}

/// An interval; hatched where nothing bounds it, with an arrow on a side that goes on.
fn bar(
    canvas: &mut Canvas,
    (interval, machine): (&Interval, usize),
    scale: &Corrections,
    columns: Columns,
    middle: i64,
) {
    let low = interval.earliest.filter(|low| scale.holds(*low));
    let high = interval.latest.filter(|high| scale.holds(*high));
    let left = low.map_or(columns.left, |low| scale.at(low));
    let right = high.map_or(columns.right, |high| scale.at(high));
    let (left, right) = match (interval.earliest, interval.latest) {
        // All of it lies beyond one end of the scale.
        (_, Some(latest)) if high.is_none() && latest < 0 => (columns.left, columns.left),
        (Some(earliest), _) if low.is_none() && earliest > 0 => (columns.right, columns.right),
        _ => (left, right.max(left.saturating_add(px(2)))),
    };
    let area = Area {
        left,
        right,
        top: middle.saturating_sub(BAR / 2),
        bottom: middle.saturating_add(BAR / 2),
    };
    if interval.is_bounded() {
        canvas.coloured(area, "look", looks::of_machine(machine));
        canvas.rectangle(area, "edge");
    } else {
        canvas.rectangle(area, "unknown");
    }
    for (bound, end, back) in [(low, left, px(6)), (high, right, -px(6))] {
        if bound.is_none() {
            let back = end.saturating_add(back);
            canvas.filled(
                vec![(end, middle), (back, area.top), (back, area.bottom)],
                "arrow",
            );
        }
    }
    if interval.is_bounded() && scale.holds(interval.estimate) {
        let at = scale.at(interval.estimate);
        canvas.line(
            (at, area.top.saturating_sub(px(2))),
            (at, area.bottom.saturating_add(px(2))),
            "estimate",
        );
    }
}

/// The mark of what was declared.
pub(super) fn diamond(canvas: &mut Canvas, (x, y): (i64, i64), class: &'static str) {
    let off = px(4);
    canvas.filled(
        vec![
            (x, y.saturating_sub(off)),
            (x.saturating_add(off), y),
            (x, y.saturating_add(off)),
            (x.saturating_sub(off), y),
        ],
        class,
    );
}

/// `+3m25s … +4m35s, best +4m00s`, with its reading in front.
fn words(interval: &Interval, texts: &PictureTexts) -> String {
    let low = interval.earliest.map(|low| correction(seconds_down(low)));
    let high = interval.latest.map(|high| correction(seconds_up(high)));
    let best = correction(seconds_down(interval.estimate));
    let said = match (low, high) {
        (Some(low), Some(high)) => fill(texts.clock_between, &[&low, &high, &best]),
        (Some(low), None) => fill(texts.clock_at_least, &[&low, &best]),
        (None, Some(high)) => fill(texts.clock_at_most, &[&high, &best]),
        (None, None) => texts.clock_open.to_owned(),
    };
    if interval.label.is_empty() {
        said
    } else {
        format!("{}: {said}", interval.label)
    }
}
