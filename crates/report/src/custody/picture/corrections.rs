//! The scale of the clocks: what is to be added to a machine's time, from less to more.

use kusari_evidence::time::TICKS_PER_SECOND;

use super::canvas::{Style, px};
use super::model::Clock;
use super::text;
use super::words::correction;

/// The least that the scale shows to each side of what it holds.
const LEAST: i64 = 10 * TICKS_PER_SECOND;

/// What lies so many times farther than most is cut, or all else would be a point.
const OUTLIER: i64 = 20;

/// Steps between ticks, in seconds.
const STEPS: [i64; 19] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400,
    172_800,
];

/// From the smallest to the largest correction that is shown, in 100 ns, and where they stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Corrections {
    from: i64,
    to: i64,
    left: i64,
    right: i64,
}

impl Corrections {
    /// A scale that holds all clocks (but those far out), and no correction at all.
    pub(super) fn new(clocks: &[Clock], left: i64, right: i64) -> Self {
        let mut values: Vec<i64> = clocks.iter().flat_map(finite).collect();
        let most = furthest(&values);
        values.retain(|value| value.saturating_abs() <= most);
        values.push(0);
        let from = values.iter().copied().min().unwrap_or(0);
        let to = values.iter().copied().max().unwrap_or(0);
        let room = LEAST.max(to.saturating_sub(from) / 12);
        Self {
            from: from.saturating_sub(room),
            to: to.saturating_add(room),
            left,
            right,
        }
    }

    /// The place of a correction; of one that is not shown, the end that is nearer.
    pub(super) fn at(&self, ticks: i64) -> i64 {
        let whole = i128::from(self.to)
            .saturating_sub(i128::from(self.from))
            .max(1);
        let gone = i128::from(ticks)
            .saturating_sub(i128::from(self.from))
            .clamp(0, whole);
        let width = i128::from(self.right.saturating_sub(self.left));
        let offset = i64::try_from(gone.saturating_mul(width) / whole).unwrap_or(0);
        self.left.saturating_add(offset)
    }

    /// Whether a correction is on the scale.
    pub(super) fn holds(&self, ticks: i64) -> bool {
        (self.from..=self.to).contains(&ticks)
    }

    /// Round corrections with their labels, from left to right; the labels do not touch.
    pub(super) fn ticks(&self) -> Vec<(i64, String)> {
        let (from, to) = (self.from / TICKS_PER_SECOND, self.to / TICKS_PER_SECOND);
        let width = self.right.saturating_sub(self.left);
        let fits = |step: &i64| {
            let count = to.saturating_sub(from) / (*step).max(1);
            let widest =
                [from, to].map(|end| text::width(&correction(end - end % step), Style::Small));
            let widest = widest.into_iter().max().unwrap_or(0);
            count.saturating_mul(widest.saturating_add(px(14))) <= width
        };
        let long = (1..8).map(|power| 10_i64.pow(power).saturating_mul(86_400));
        let step = STEPS.into_iter().chain(long).find(fits);
        let step = step.unwrap_or(i64::MAX);
        let first = from / step;
        let last = to / step;
        (first..=last)
            .take(200)
            .map(|count| {
                let seconds = count.saturating_mul(step);
                (
                    self.at(seconds.saturating_mul(TICKS_PER_SECOND)),
                    correction(seconds),
                )
            })
            .collect()
    }
}

/// Every correction that a clock's intervals and observations name.
fn finite(clock: &Clock) -> impl Iterator<Item = i64> + '_ {
    let intervals = clock
        .intervals
        .iter()
        .filter(|interval| interval.is_bounded());
    let ends = intervals.flat_map(|interval| {
        let ends = [interval.earliest, interval.latest];
        ends.into_iter().flatten().chain([interval.estimate])
    });
    let declared = clock.declared.iter().flat_map(|declared| &declared.at);
    ends.chain(declared.copied())
}

/// How far out a correction may be to be shown: so many times as far as the middle one.
fn furthest(values: &[i64]) -> i64 {
    let mut sizes: Vec<i64> = values.iter().map(|value| value.saturating_abs()).collect();
    sizes.sort_unstable();
    let middle = sizes.get(sizes.len() / 2).copied().unwrap_or(0);
    middle.max(LEAST).saturating_mul(OUTLIER)
}

#[cfg(test)]
mod tests {
    use super::super::model::Interval;
    use super::*;

    fn clock(earliest: i64, latest: i64) -> Clock {
        Clock {
            intervals: vec![Interval {
                earliest: Some(earliest * TICKS_PER_SECOND),
                latest: Some(latest * TICKS_PER_SECOND),
                estimate: earliest * TICKS_PER_SECOND,
                ..Interval::default()
            }],
            ..Clock::default()
        }
    }

    #[test]
    fn ticks_go_forward_and_have_room() {
        for (low, high) in [
            (0, 0),
            (-1, 1),
            (-1140, 240),
            (500, 90_000),
            (-4_000_000, 5),
        ] {
            let scale = Corrections::new(&[clock(low, high)], 0, px(500));
            let ticks = scale.ticks();
            assert!(!ticks.is_empty(), "{low} {high}");
            let mut reached = i64::MIN;
            for (at, label) in &ticks {
                let half = text::width(label, Style::Small) / 2;
                assert!(at - half > reached, "{low} {high}: {label}");
                reached = at + half;
            }
        }
    }

    #[test]
    fn one_clock_far_out_does_not_make_the_others_a_point() {
        let clocks = [
            clock(-30, 30),
            clock(200, 260),
            clock(50_000_000, 50_000_001),
        ];
        let scale = Corrections::new(&clocks, 0, px(500));
        assert!(scale.at(260 * TICKS_PER_SECOND) - scale.at(0) > px(50));
        assert!(!scale.holds(50_000_000 * TICKS_PER_SECOND));
        assert_eq!(scale.at(50_000_000 * TICKS_PER_SECOND), px(500));
    }
}
