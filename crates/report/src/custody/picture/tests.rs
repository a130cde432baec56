//! Laws of the whole picture.

use chrono_tz::Tz;
use kusari::clock::CorrectedTime;
use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::canvas::{Area, px};
use super::model::{
    Clock, Clocks, Declared, Flag, Interval, Lane, Mark, MarkKind, Moment, Picture,
    PicturedMachine, Stay,
};
use super::{lanes, looks, page, stays};
use crate::{Format, Language, Selection, View};

fn at(seconds: i64) -> Timestamp {
    let start = Timestamp::from_civil((2022, 6, 21), (0, 0, 0), 0).unwrap();
    start.checked_add_seconds(seconds).unwrap()
}

fn within(seconds: i64, bounds: Option<i64>) -> Moment {
    let time = |seconds: i64, bounds: Option<i64>| CorrectedTime {
        estimate: at(seconds),
        earliest: bounds.map(|bound| at(seconds - bound)),
        latest: bounds.map(|bound| at(seconds + bound)),
    };
    let readings = bounds.filter(|bound| *bound == 760).map(|bound| {
        let narrow = bound / 10;
        [seconds - bound + narrow, seconds + bound - narrow].map(|at| time(at, Some(narrow)))
    });
    Moment {
        time: time(seconds, bounds),
        readings: readings.into_iter().flatten().collect(),
    }
}

/// Numbers that look like chance and are the same every time (a linear congruence).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: i64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        i64::try_from(self.0 >> 33).unwrap() % end
    }
}

/// A case of so many lanes and stays, of every shape that a stay can have.
fn picture(seed: u64, lanes: i64, stays: i64, days: i64) -> Picture {
    let mut numbers = Numbers(seed);
    let mut picture = Picture::default();
    for machine in 0..9 {
        picture.machines.push(PicturedMachine {
            code: looks::code(machine),
            name: format!("Machine number {machine} 開発用デスクトップPC"),
        });
    }
    for lane in 0..lanes {
        let mut all: Vec<Stay> = (0..stays).map(|_| stay(&mut numbers, days)).collect();
        all.sort_by_key(Stay::span);
        picture.lanes.push(Lane {
            name: format!("stick {lane:03} with a name that is rather long"),
            stays: all,
            hidden: Vec::new(),
        });
    }
    for flag in 0..5 {
        let moment = numbers.below(days * 86_400);
        picture.flags.push(Flag {
            id: format!("F{flag}"),
            at: at(moment),
            earliest: Some(at(moment - 600)),
            latest: (flag != 3).then(|| at(moment + 600)),
            says: "何かが起きた。 Something happened, as somebody says.".repeat(4),
        });
    }
    picture.clocks = clocks(&mut numbers);
    picture
}

fn stay(numbers: &mut Numbers, days: i64) -> Stay {
    let begin = numbers.below(days * 86_400);
    let length = [40, 600, 7_000, 200_000][usize::try_from(numbers.below(4)).unwrap()];
    let bounds = [None, Some(2), Some(44), Some(760), Some(90_000)];
    let bounds = bounds[usize::try_from(numbers.below(5)).unwrap()];
    let shape = numbers.below(6);
    let kinds = MarkKind::ALL;
    let marks = (0..numbers.below(4)).map(|_| {
        let offset = numbers.below(length);
        Mark {
            at: within(begin + offset, bounds),
            kind: kinds[usize::try_from(numbers.below(3)).unwrap()],
            says: "login".to_owned(),
        }
    });
    let mut marks: Vec<Mark> = marks.collect();
    if shape == 2 && marks.is_empty() {
        marks.push(Mark {
            at: within(begin, bounds),
            kind: MarkKind::Other,
            says: "installed".to_owned(),
        });
    }
    Stay {
        machine: usize::try_from(numbers.below(9)).unwrap(),
        begin: (shape != 1 && shape != 2).then(|| within(begin, bounds)),
        end: (shape != 0 && shape != 2).then(|| within(begin + length, bounds)),
        marks,
        says: vec!["stay".to_owned()],
    }
}

fn clocks(numbers: &mut Numbers) -> Clocks {
    let minute = 60 * TICKS_PER_SECOND;
    let rows = (0..9).map(|machine| {
        let estimate = (numbers.below(60) - 30) * minute;
        let interval = |label: &str, estimate: i64| Interval {
            label: label.to_owned(),
            earliest: (machine != 4).then_some(estimate - minute),
            latest: (machine != 4).then_some(estimate + minute),
            estimate,
        };
        let intervals = match machine {
            5 => vec![
                interval("to be added", estimate),
                interval("deviation", -estimate),
            ],
            _ => vec![interval("", estimate)],
        };
        Clock {
            machine,
            intervals,
            declared: vec![Declared {
                at: vec![estimate],
                says: "seen on some day: 時計は真の時刻に対し進んでいる、±30s".repeat(2),
            }],
        }
    });
    Clocks {
        at: Some(at(0)),
        rows: rows.collect(),
    }
}

fn many() -> Vec<Picture> {
    let mut all = vec![Picture::default(), picture(1, 1, 0, 1)];
    for seed in 2..12 {
        all.push(picture(seed, 3, 6, 4));
        all.push(picture(seed, 1, 1, 1));
    }
    all.push(picture(12, 2, 150, 300));
    all.push(picture(13, 4, 40, 1));
    all
}

fn svg_of(picture: &Picture, language: Language) -> String {
    let view = View {
        format: Format::Svg,
        language,
        timezone: Tz::Asia__Tokyo,
        width: 0,
        all: false,
        show_redacted: false,
        selection: Selection::default(),
    };
    let mut out = Vec::new();
    super::draw(picture, "title", &view, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn no_two_texts_overlap_and_none_leaves_the_page() {
    for picture in many() {
        for language in [Language::English, Language::Japanese] {
            let drawn = page::draw(&picture, "title", Tz::Asia__Tokyo, language.texts());
            let texts = drawn.canvas.texts();
            for (index, (text, area)) in texts.iter().enumerate() {
                assert!(area.left >= 0 && area.right <= drawn.width, "{text}");
                assert!(area.top >= 0 && area.bottom <= drawn.height, "{text}");
                for (other, its) in &texts[index + 1..] {
                    assert!(
                        !area.overlaps(its),
                        "`{text}` and `{other}`: {area:?} {its:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn blocks_lie_in_their_lanes_and_later_ones_never_begin_to_the_left() {
    for picture in many() {
        let scale = page::scale(&picture);
        let whole = Area {
            left: 0,
            right: scale.right() + px(100),
            top: px(50),
            bottom: px(50),
        };
        for (lane, arranged, area) in page::arrange(&picture, &scale, whole) {
            assert_eq!(arranged.blocks.len(), lane.stays.len());
            let mut begins: Vec<(Timestamp, i64)> = Vec::new();
            for block in &arranged.blocks {
                let place = lanes::block_area(block, area.top);
                assert!(place.top > area.top && place.bottom < area.bottom);
                assert!(scale.left() <= block.left && block.left < block.right);
                begins.push((lane.stays[block.stay].span().unwrap().0, block.left));
            }
            begins.sort();
            assert!(begins.iter().map(|(_, left)| *left).is_sorted());
        }
    }
}

#[test]
fn whiskers_hold_the_ends_of_their_block() {
    for picture in many() {
        let scale = page::scale(&picture);
        for lane in &picture.lanes {
            let arranged = stays::arrange(&lane.stays, &picture.machines, &scale, i64::MAX);
            for block in &arranged.blocks {
                let stay = &lane.stays[block.stay];
                if stay.has_an_end() {
                    assert_eq!(block.first.is_some(), stay.begin.is_some());
                    assert_eq!(block.last.is_some(), stay.end.is_some());
                }
                for whisker in block.first.iter().chain(&block.last) {
                    assert!(whisker.left() <= whisker.at && whisker.at <= whisker.right());
                    for (low, high) in &whisker.readings {
                        assert!(whisker.left() <= *low && low <= high && *high <= whisker.right());
                    }
                }
                if let (Some(first), Some(begin)) = (&block.first, &stay.begin) {
                    assert_eq!(
                        (first.at, first.low.is_some()),
                        (block.left, begin.time.earliest.is_some())
                    );
                }
            }
        }
    }
}

#[test]
fn stays_whose_bounds_meet_stand_in_different_rows() {
    let minute = |minute: i64| Stay {
        begin: Some(within(minute * 60, Some(300))),
        end: Some(within(minute * 60 + 50, Some(300))),
        ..Stay::default()
    };
    let picture = Picture {
        machines: vec![PicturedMachine {
            code: "A".to_owned(),
            name: "pc".to_owned(),
        }],
        lanes: vec![Lane {
            name: "012".to_owned(),
            stays: vec![minute(0), minute(2), minute(40)],
            hidden: Vec::new(),
        }],
        ..Picture::default()
    };
    let scale = page::scale(&picture);
    let stays = &picture.lanes[0].stays;
    let arranged = stays::arrange(stays, &picture.machines, &scale, i64::MAX);
    let rows: Vec<usize> = arranged.blocks.iter().map(|block| block.row).collect();
    assert_eq!((rows, arranged.rows), (vec![0, 1, 0], 2));
}

#[test]
fn a_stay_that_is_not_shown_is_no_gap() {
    let mut picture = picture(3, 1, 0, 1);
    let stay = |hour: i64| Stay {
        begin: Some(within(hour * 3600, Some(5))),
        end: Some(within(hour * 3600 + 600, Some(5))),
        ..Stay::default()
    };
    picture.lanes[0].stays = vec![stay(0), stay(20)];
    let says = |from: &str, to: &str| {
        let (from, to) = (format!("2022-06-{from}"), format!("2022-06-{to}"));
        format!("no stay on record from {from} to {to} (about ")
    };
    let whole = says("21 09:10:00", "22 05:00:00");
    assert!(svg_of(&picture, Language::English).contains(&whole));
    picture.lanes[0].hidden = vec![(at(7 * 3600), at(8 * 3600)), (at(90 * 3600), at(91 * 3600))];
    let svg = svg_of(&picture, Language::English);
    assert!(!svg.contains(&whole));
    assert!(svg.contains(&says("21 09:10:00", "21 16:00:00")), "{svg}");
    assert!(svg.contains(&says("21 17:00:00", "22 05:00:00")), "{svg}");
    assert!(!svg.contains("no stay on record after 2022-06-22"), "{svg}");
    // What lies off the axis is said to the pointer, and not written into the lane.
    assert!(svg.contains(&says("22 05:10:00", "25 03:00:00")), "{svg}");
    let written = ["6h50m", "2d21h"].map(|length| {
        [">no stay for about ", ">"].map(|before| svg.contains(&format!("{before}{length}</text>")))
    });
    assert_eq!(written.map(|ways| ways.contains(&true)), [true, false]);
}

#[test]
fn the_length_of_a_gap_is_not_written_where_the_clocks_leave_it_open() {
    let lane = |bounds: i64| {
        let stay = |minute: i64| Stay {
            begin: Some(within(minute * 60, Some(bounds))),
            end: Some(within(minute * 60 + 50, Some(bounds))),
            ..Stay::default()
        };
        let mut picture = picture(3, 1, 0, 1);
        picture.flags.clear();
        picture.lanes[0].stays = vec![stay(0), stay(20)];
        svg_of(&picture, Language::English)
    };
    assert!(lane(10).contains(">no stay for about 19m<"));
    assert!(!lane(600).contains(">no stay for about 19m<"));
}

#[test]
fn the_same_picture_is_the_same_text() {
    for picture in many() {
        let first = svg_of(&picture, Language::Japanese);
        assert_eq!(first, svg_of(&picture, Language::Japanese));
    }
}

#[test]
fn the_picture_is_well_formed_whatever_names_hold() {
    let mut hostile = picture(3, 2, 5, 3);
    let name = "</text><script>alert('&amp;')</script>]]>\u{202e}\u{0}\u{ffff}<!--";
    let name = super::text::name(name, 60);
    hostile.lanes[0].name.clone_from(&name);
    hostile.machines[0].name.clone_from(&name);
    hostile.flags[0].id.clone_from(&name);
    hostile.flags[1].says.clone_from(&name);
    hostile.lanes[1].stays[0].says.push(name.clone());
    hostile.clocks.rows[0].declared[0].says.clone_from(&name);
    for picture in many().into_iter().chain([hostile]) {
        let svg = svg_of(&picture, Language::English);
        assert_eq!(well_formed(&svg), Ok(()));
        assert!(!svg.contains("<script") && !svg.contains("<!--"));
    }
}

#[test]
fn what_is_not_well_formed_is_seen() {
    for bad in [
        "<a><b></a></b>",
        "<a>",
        "<a>&b</a>",
        "<a b=\"1\" b=c/>",
        "<a/><a/>",
        "<a>\u{1}</a>",
    ] {
        assert!(well_formed(bad).is_err(), "{bad}");
    }
    assert_eq!(
        well_formed("<?xml version=\"1.0\"?>\n<a b=\"c&lt;\">d&#39;<e/></a>\n"),
        Ok(())
    );
}

#[test]
fn every_look_is_defined_once_however_many_machines_there_are() {
    let mut many = picture(1, 1, 3, 1);
    many.machines = (0..200)
        .map(|machine| PicturedMachine {
            code: looks::code(machine),
            name: format!("pc {machine}"),
        })
        .collect();
    many.lanes[0].stays[0].machine = 199;
    let svg = svg_of(&many, Language::English);
    assert_eq!(well_formed(&svg), Ok(()));
    let mut ids: Vec<&str> = svg.split(" id=\"").skip(1).collect();
    ids.iter_mut()
        .for_each(|id| *id = id.split('"').next().unwrap());
    let used = svg
        .split("url(#")
        .skip(1)
        .map(|id| id.split(')').next().unwrap());
    for id in used {
        assert_eq!(ids.iter().filter(|own| **own == id).count(), 1, "{id}");
    }
}

/// Whether a text is well-formed XML, of the part of XML that the picture uses: elements with quoted
/// attributes, references to the five named characters and to numbered ones.
fn well_formed(text: &str) -> Result<(), String> {
    let mut rest = text;
    if let Some(after) = rest.strip_prefix("<?xml") {
        rest = after
            .split_once("?>")
            .ok_or("the declaration does not end")?
            .1;
    }
    let mut open: Vec<&str> = Vec::new();
    let mut roots = 0;
    while !rest.is_empty() {
        let (before, tag) = rest.split_once('<').unwrap_or((rest, ""));
        characters(before)?;
        if open.is_empty() && !before.trim().is_empty() {
            return Err(format!("text outside the root: {before}"));
        }
        if tag.is_empty() {
            break;
        }
        let (tag, after) = tag.split_once('>').ok_or("a tag does not end")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes something else"));
            }
            continue;
        }
        roots += usize::from(open.is_empty());
        let is_empty = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        attributes_of(attributes)?;
        if !is_empty {
            open.push(name);
        }
    }
    match (open.as_slice(), roots) {
        ([], 1) => Ok(()),
        _ => Err(format!("{open:?} is open, {roots} roots")),
    }
}

fn attributes_of(mut text: &str) -> Result<(), String> {
    let mut seen = std::collections::BTreeSet::new();
    while !text.trim().is_empty() {
        let (name, after) = text.split_once("=\"").ok_or(format!("no value: {text}"))?;
        let (value, after) = after.split_once('"').ok_or(format!("no end: {after}"))?;
        characters(value)?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-:".contains(c);
        if !name.trim().chars().all(is_name) || !seen.insert(name.trim()) {
            return Err(format!("no name, or there twice: {name}"));
        }
        text = after;
    }
    Ok(())
}

fn characters(text: &str) -> Result<(), String> {
    for piece in text.split('&').skip(1) {
        let (name, _) = piece.split_once(';').ok_or(format!("&{piece}"))?;
        if !["amp", "lt", "gt", "quot", "#39"].contains(&name) {
            return Err(format!("&{name};"));
        }
    }
    let illegal = |c: char| (c < ' ' && !"\n\t\r".contains(c)) || "\u{fffe}\u{ffff}".contains(c);
    match text.chars().find(|c| illegal(*c)) {
        Some(character) => Err(format!("{character:?}")),
        None => Ok(()),
    }
}
