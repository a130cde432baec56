//! Laws of the whole picture.

use chrono_tz::Tz;
use kusari::clock::CorrectedTime;
use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::canvas::{Area, px};
use super::model::{
    Clock, Clocks, Declared, Flag, Interval, Lane, Mark, MarkKind, Picture, PicturedMachine, Stay,
};
use super::{lanes, looks, page, svg};
use crate::Language;

fn at(seconds: i64) -> Timestamp {
    let start = Timestamp::from_civil((2022, 6, 21), (0, 0, 0), 0).unwrap();
    start.checked_add_seconds(seconds).unwrap()
}

fn within(seconds: i64, bounds: Option<i64>) -> CorrectedTime {
    CorrectedTime {
        estimate: at(seconds),
        earliest: bounds.map(|bound| at(seconds - bound)),
        latest: bounds.map(|bound| at(seconds + bound)),
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
            time: within(begin + offset, bounds),
            kind: kinds[usize::try_from(numbers.below(3)).unwrap()],
            says: "login".to_owned(),
        }
    });
    let mut marks: Vec<Mark> = marks.collect();
    if shape == 2 && marks.is_empty() {
        marks.push(Mark {
            time: within(begin, bounds),
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
    let drawn = page::draw(picture, "title", Tz::Asia__Tokyo, language.texts());
    let document = svg::Document {
        width: drawn.width,
        height: drawn.height,
        language: "en",
        title: "title",
        description: "description",
        looks: (0..picture.machines.len()).collect(),
        shapes: &drawn.canvas.shapes,
    };
    let mut out = Vec::new();
    svg::write(&document, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn dump() {
    for (index, picture) in [
        picture(1, 1, 0, 1),
        picture(5, 3, 6, 4),
        picture(3, 1, 1, 1),
        picture(12, 2, 150, 300),
        picture(13, 4, 40, 1),
        Picture::default(),
    ]
    .iter()
    .enumerate()
    {
        std::fs::write(
            format!("/tmp/pic/x{index}.svg"),
            svg_of(picture, Language::English),
        )
        .unwrap();
    }
    let _ = (
        many(),
        px(1),
        lanes::block_area,
        Area {
            left: 0,
            top: 0,
            right: 0,
            bottom: 0,
        },
    );
}
