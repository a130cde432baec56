//! The page: what stands above, beside and below what.

use chrono_tz::Tz;
use kusari::clock::CorrectedTime;

use super::canvas::{Anchor, Area, Canvas, Style, px};
use super::clocks::{self, Columns};
use super::lanes::{self, Page};
use super::model::{Flag, Lane, Picture};
use super::scale::Scale;
use super::stays::{self, Arranged};
use super::{axis, flags, legend, text};
use crate::shown_time;
use crate::texts::{Texts, fill};

const MARGIN: i64 = px(24);
/// The names of the lanes and of the machines.
const NAMES: i64 = px(176);
/// What is left free in a lane before and behind the axis: an end that fades out has room there.
const LANE_PAD: i64 = px(34);
const NARROWEST_PAGE: i64 = px(1200);
/// Clocks need no more, however wide the lanes are.
const WIDEST_CLOCKS: i64 = px(1560);
/// The clocks in words.
const CLOCK_TEXTS: i64 = px(330);

/// A page with everything on it.
pub(super) struct Drawn {
    pub(super) canvas: Canvas,
    pub(super) width: i64,
    pub(super) height: i64,
}

/// A page that grows downwards.
struct Writer<'a> {
    canvas: Canvas,
    picture: &'a Picture,
    texts: &'a Texts,
    zone: Tz,
    scale: Scale,
    width: i64,
    y: i64,
}

/// Draws the whole picture.
pub(super) fn draw(picture: &Picture, title: &str, zone: Tz, texts: &Texts) -> Drawn {
    let scale = scale(picture);
    let width = scale
        .right()
        .saturating_add(LANE_PAD)
        .saturating_add(MARGIN)
        .max(NARROWEST_PAGE);
    let mut page = Writer {
        canvas: Canvas::default(),
        picture,
        texts,
        zone,
        scale,
        width,
        y: MARGIN.saturating_add(px(14)),
    };
    page.head(title);
    page.custody();
    page.notes();
    page.clocks();
    page.finish()
}

/// The axis on which every stay and every fact has its place.
pub(super) fn scale(picture: &Picture) -> Scale {
    let stays = picture.lanes.iter().flat_map(|lane| &lane.stays);
    let records: Vec<CorrectedTime> = stays.flat_map(|stay| stay.times()).collect();
    let flags = picture.flags.iter().map(|flag| CorrectedTime {
        estimate: flag.at,
        earliest: flag.earliest,
        latest: flag.latest,
    });
    let declared: Vec<CorrectedTime> = flags.collect();
    let left = MARGIN.saturating_add(NAMES).saturating_add(LANE_PAD);
    Scale::new(&records, &declared, left)
}

impl Writer<'_> {
    fn right(&self) -> i64 {
        self.width.saturating_sub(MARGIN)
    }

    fn move_down(&mut self, by: i64) {
        self.y = self.y.saturating_add(by);
    }

    fn heading(&mut self, text: &str, style: Style) {
        let room = self.right().saturating_sub(MARGIN);
        let text = text::fitting(text, style, room);
        let at = (MARGIN, self.y);
        self.canvas.text(at, Anchor::Start, style, text);
    }

    /// A paragraph over the whole width, set in by so much.
    fn paragraph(&mut self, text: &str, inset: i64) {
        let left = MARGIN.saturating_add(inset);
        let room = self.right().saturating_sub(left).min(px(1400));
        for line in text::lines(text, Style::Plain, room, 4) {
            let at = (left, self.y);
            self.canvas.text(at, Anchor::Start, Style::Plain, line);
            self.move_down(px(17));
        }
    }

    fn head(&mut self, title: &str) {
        self.heading(title, Style::Title);
        self.move_down(px(22));
    }

    fn custody(&mut self) {
        if self.scale.span().is_none() {
            let says = self.texts.nothing_to_show;
            self.paragraph(says, 0);
            return;
        }
        let caption = fill(self.texts.picture.caption, &[self.zone.name()]);
        self.paragraph(&caption, 0);
        self.move_down(px(6));
        let lane_left = MARGIN.saturating_add(NAMES);
        let lane_right = self.right();
        let span = |top, bottom| Area {
            left: lane_left,
            right: lane_right,
            top,
            bottom,
        };
        let line = self.y.saturating_add(axis::HEIGHT);
        axis::draw(
            &mut self.canvas,
            &self.scale,
            self.zone,
            line,
            span(line, line),
        );
        let flag_top = line.saturating_add(px(4));
        let placed = flags::arrange(&self.picture.flags, &self.scale, span(line, line));
        let flag_height = flags::height(&placed);
        if flag_height > 0 {
            let says = self.texts.picture.declared_facts;
            let at = (MARGIN, flag_top.saturating_add(px(11)));
            self.canvas.text(at, Anchor::Start, Style::Small, says);
        }
        let top = flag_top.saturating_add(flag_height).saturating_add(px(4));
        let arranged = arrange(self.picture, &self.scale, span(top, top));
        let bottom = arranged.last().map_or(top, |(_, _, area)| area.bottom);
        let page = Page {
            scale: &self.scale,
            zone: self.zone,
            texts: &self.texts.picture,
        };
        for (lane, arranged, area) in &arranged {
            lanes::draw_ground(&mut self.canvas, &page, (lane, arranged), *area);
        }
        axis::draw_grid(&mut self.canvas, &self.scale, self.zone, line, bottom);
        flags::draw_lines(&mut self.canvas, &placed, flag_top, bottom);
        for (lane, arranged, area) in &arranged {
            lanes::draw_stays(&mut self.canvas, (lane, arranged), area.top);
        }
        axis::draw_breaks(&mut self.canvas, &self.scale, line, bottom);
        for (lane, arranged, area) in &arranged {
            lanes::draw_labels(&mut self.canvas, (lane, arranged), area.top);
            lanes::draw_gaps(&mut self.canvas, &page, (lane, arranged), area.bottom);
            lane_name(&mut self.canvas, lane, *area, self.texts);
        }
        flags::draw(&mut self.canvas, &placed, &self.picture.flags, flag_top);
        let crowded = arranged
            .iter()
            .filter(|(_, arranged, _)| arranged.crowded > 0)
            .map(|(lane, arranged, _)| (lane.name.clone(), arranged.crowded))
            .collect::<Vec<_>>();
        self.y = bottom.saturating_add(px(12));
        let texts = &self.texts.picture;
        let sides = (MARGIN, self.right());
        self.y = legend::draw(
            &mut self.canvas,
            (self.picture, &self.scale),
            texts,
            sides,
            self.y,
        );
        self.move_down(px(16));
        for (lane, count) in crowded {
            let says = fill(texts.crowded, &[&lane, &count.to_string()]);
            self.paragraph(&says, 0);
        }
        for flag in &placed {
            if let Some(fact) = self.picture.flags.get(flag.flag) {
                self.fact(&flag.name, fact);
            }
        }
    }

    /// A fact of the case below the lanes, behind the name of its flag.
    fn fact(&mut self, name: &str, fact: &Flag) {
        let at = (MARGIN, self.y);
        self.canvas.text(at, Anchor::Start, Style::Strong, name);
        let says = if name == fact.id {
            fact.says.clone()
        } else {
            format!("{}: {}", fact.id, fact.says)
        };
        self.paragraph(&says, px(52));
    }

    fn notes(&mut self) {
        for note in &self.picture.left_out {
            self.paragraph(note, 0);
        }
    }

    fn clocks(&mut self) {
        let clocks = &self.picture.clocks;
        if clocks.rows.is_empty() {
            return;
        }
        self.move_down(px(20));
        self.heading(self.texts.clocks_title, Style::Heading);
        self.move_down(px(20));
        let texts = &self.texts.picture;
        let at = clocks.at.map(|at| shown_time::date_and_time(at, self.zone));
        let caption = match &at {
            Some(at) => fill(texts.clocks_caption, &[at, self.zone.name()]),
            None => texts.clocks_without_moment.to_owned(),
        };
        self.paragraph(&caption, 0);
        let left = MARGIN.saturating_add(NAMES);
        let end = self.right().min(WIDEST_CLOCKS);
        let texts_left = end.saturating_sub(CLOCK_TEXTS);
        let columns = Columns {
            names: MARGIN,
            left: left.saturating_add(px(20)),
            right: texts_left.saturating_sub(px(40)),
            texts: texts_left,
            end,
        };
        let both = (clocks.rows.as_slice(), self.picture.machines.as_slice());
        self.y = clocks::draw(&mut self.canvas, both, texts, columns, self.y);
        self.move_down(px(8));
        let sides = (MARGIN, self.right());
        self.y = legend::draw_clocks(&mut self.canvas, &clocks.rows, texts, sides, self.y);
    }

    fn finish(mut self) -> Drawn {
        let height = self.y.saturating_add(MARGIN);
        let mut canvas = Canvas::default();
        let whole = Area {
            left: 0,
            top: 0,
            right: self.width,
            bottom: height,
        };
        canvas.rectangle(whole, "page");
        canvas.shapes.append(&mut self.canvas.shapes);
        Drawn {
            canvas,
            width: self.width,
            height,
        }
    }
}

/// The lanes with their stays in rows, one below the other from the top of `first`.
pub(super) fn arrange<'a>(
    picture: &'a Picture,
    scale: &Scale,
    first: Area,
) -> Vec<(&'a Lane, Arranged, Area)> {
    let mut top = first.top;
    let place = |lane: &'a Lane| {
        let edge = first.right.saturating_sub(px(2));
        let arranged = stays::arrange(&lane.stays, &picture.machines, scale, edge);
        let area = Area {
            top,
            bottom: top.saturating_add(lanes::height(&arranged)),
            ..first
        };
        top = area.bottom;
        (lane, arranged, area)
    };
    picture.lanes.iter().map(place).collect()
}

/// The name of a lane on its left, and how many stays it has.
fn lane_name(canvas: &mut Canvas, lane: &Lane, area: Area, texts: &Texts) {
    let room = NAMES.saturating_sub(px(10));
    let mut y = area.top.saturating_add(px(18));
    for line in text::lines(&lane.name, Style::Strong, room, 3) {
        canvas.text((MARGIN, y), Anchor::Start, Style::Strong, line);
        y = y.saturating_add(px(14));
    }
    let count = lane.stays.iter().filter(|stay| stay.has_an_end()).count();
    let says = fill(texts.picture.stays_counted, &[&count.to_string()]);
    canvas.text((MARGIN, y), Anchor::Start, Style::Small, says);
}
