//! What stands above the axis: times of day, and the days where they begin.

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use kusari_evidence::time::Timestamp;

use super::canvas::{Style, px};
use super::scale::Stretch;
use super::text;

const DAY: i64 = 86_400;

/// The steps between ticks, in seconds; longer ones are these days times ten.
const STEPS: [i64; 20] = [
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    2 * 3600,
    3 * 3600,
    6 * 3600,
    12 * 3600,
    DAY,
    2 * DAY,
    5 * DAY,
];

/// The room between two labels.
const APART: i64 = px(12);

/// Days that are narrower get no line where they begin.
const NARROWEST_DAY: i64 = px(40);

/// More ticks are on no stretch, however wide.
const MOST: i64 = 400;

/// A tick of the axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) at: Timestamp,
    pub(super) label: String,
}

/// The ticks of a stretch in a zone, from left to right.
pub(super) fn ticks(stretch: &Stretch, zone: Tz) -> Vec<Tick> {
    let (from, to) = (
        wall_seconds(stretch.from, zone),
        wall_seconds(stretch.to, zone),
    );
    let step = step(
        to.saturating_sub(from),
        stretch.right.saturating_sub(stretch.left),
    );
    let first = from.div_euclid(step).saturating_mul(step);
    (0..MOST)
        .map(|count| first.saturating_add(count.saturating_mul(step)))
        .take_while(|wall| *wall <= to)
        .filter_map(|wall| {
            let at = moment(wall, zone)?;
            (stretch.from <= at && at <= stretch.to).then(|| Tick {
                at,
                label: label(wall, step),
            })
        })
        .collect()
}

/// The midnights of a stretch in which days are wide enough to be told apart.
pub(super) fn midnights(stretch: &Stretch, zone: Tz) -> Vec<Timestamp> {
    let (from, to) = (
        wall_seconds(stretch.from, zone),
        wall_seconds(stretch.to, zone),
    );
    let first = from.div_euclid(DAY).saturating_add(1).saturating_mul(DAY);
    let days = to.saturating_sub(from) / DAY;
    let width = stretch.right.saturating_sub(stretch.left);
    if days >= MOST || days.saturating_mul(NARROWEST_DAY) > width {
        return Vec::new();
    }
    (0..MOST)
        .map(|count| first.saturating_add(count.saturating_mul(DAY)))
        .take_while(|wall| *wall <= to)
        .filter_map(|wall| moment(wall, zone))
        .collect()
}

/// `2022-06-21`, in the zone.
pub(super) fn day(at: Timestamp, zone: Tz) -> String {
    label(wall_seconds(at, zone), DAY)
}

/// The shortest step whose labels do not touch.
fn step(seconds: i64, width: i64) -> i64 {
    let fits = |step: &i64| {
        let needed = text::width(&label(0, *step), Style::Small).saturating_add(APART);
        let labels = seconds / (*step).max(1);
        labels.saturating_mul(needed) <= width
    };
    let long = (1..8).map(|power| 10_i64.pow(power).saturating_mul(DAY));
    let mut steps = STEPS.into_iter().chain(long);
    steps.find(fits).unwrap_or(i64::MAX / MOST)
}

/// What a wall clock in the zone shows, in seconds since 1970.
fn wall_seconds(at: Timestamp, zone: Tz) -> i64 {
    let offset = zone.offset_from_utc_datetime(&at.to_naive()).fix();
    at.unix_seconds()
        .saturating_add(i64::from(offset.local_minus_utc()))
}

/// The moment at which a wall clock in the zone shows that; `None` where it never does.
fn moment(wall_seconds: i64, zone: Tz) -> Option<Timestamp> {
    let naive = DateTime::from_timestamp(wall_seconds, 0)?.naive_utc();
    let local = zone.from_local_datetime(&naive).earliest()?;
    Timestamp::from_naive(local.naive_utc())
}

fn label(wall_seconds: i64, step: i64) -> String {
    let shown = DateTime::from_timestamp(wall_seconds, 0).unwrap_or_default();
    let format = match step {
        ..60 => "%H:%M:%S",
        60..DAY => "%H:%M",
        _ => "%Y-%m-%d",
    };
    shown.format(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(from: (u32, u32, u32), minutes: i64) -> Stretch {
        let from = Timestamp::from_civil((2022, 10, from.0), (from.1, from.2, 0), 0).unwrap();
        Stretch {
            from,
            to: from.checked_add_seconds(minutes * 60).unwrap(),
            left: 0,
            right: px(300),
            skipped: false,
        }
    }

    #[test]
    fn ticks_are_round_times_of_the_zone_and_do_not_touch() {
        for minutes in [1, 7, 40, 300, 2_000, 60_000, 5_000_000] {
            let stretch = stretch((21, 9, 3), minutes);
            let ticks = ticks(&stretch, Tz::Asia__Tokyo);
            assert!(ticks.len() >= 2, "{minutes}");
            let needed: i64 = ticks
                .iter()
                .map(|tick| text::width(&tick.label, Style::Small))
                .sum();
            assert!(needed <= px(330), "{minutes}: {needed}");
        }
        let ticks = ticks(&stretch((21, 9, 3), 40), Tz::Asia__Tokyo);
        assert_eq!(ticks[0].label, "18:10");
    }

    #[test]
    fn the_hour_that_is_put_back_breaks_nothing() {
        let stretch = stretch((29, 22, 0), 8 * 60);
        let ticks = ticks(&stretch, Tz::Europe__Berlin);
        assert!(ticks.iter().map(|tick| tick.at).is_sorted());
        assert_eq!(midnights(&stretch, Tz::Europe__Berlin).len(), 0);
        assert_eq!(midnights(&stretch, Tz::UTC).len(), 1);
    }
}
