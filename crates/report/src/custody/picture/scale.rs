//! The time axis, broken where nothing is on record.
//!
//! A stick is in a machine for a minute and then lost for three days. On one scale the minute is
//! nothing or the days are metres, so the axis consists of stretches: those with records share the
//! room by how much they hold, those without are cut to a fixed width, and say how long they are.
//! Inside a stretch time is linear, and over all of them it only goes forward.

use kusari::clock::CorrectedTime;
use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::canvas::px;

const MINUTE: i64 = 60 * TICKS_PER_SECOND;

/// Bounds up to this far are drawn to scale.
const DRAWN_WHOLE: i64 = 120 * MINUTE;

/// Of bounds that are farther this much is; then they may reach into a stretch that is cut.
const DRAWN_AT_LEAST: i64 = 30 * MINUTE;

/// A shorter time without records is never cut out.
const SHORTEST_BREAK: i64 = 45 * MINUTE;

/// So many breaks at most; the longest are taken.
const BREAKS: usize = 15;

/// The width of a break, with room for its length in words.
const BREAK_WIDTH: i64 = px(64);

/// The narrowest stretch with records: its day stands above it.
const NARROWEST: i64 = px(92);

/// The usual and the greatest room for the stretches with records, in a picture of many records.
const USUAL: i64 = px(1150);
const WIDEST: i64 = px(3000);
const WIDTH_OF_A_RECORD: i64 = px(5);

/// A stretch of the axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    /// Its place, from the left.
    pub(super) left: i64,
    pub(super) right: i64,
    /// Nothing is on record in it, and it is not to scale.
    pub(super) skipped: bool,
}

/// The axis. Its stretches follow one another without a gap, and none is empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Scale {
    pub(super) stretches: Vec<Stretch>,
}

/// A span of time that is shown to scale, and how much it holds.
#[derive(Debug, Clone)]
struct Busy {
    from: i64,
    to: i64,
    records: i64,
}

impl Scale {
    /// An axis that holds all these times with their bounds, beginning at `left`. Empty without any.
    /// Records get more room than what is only declared.
    pub(super) fn new(records: &[CorrectedTime], declared: &[CorrectedTime], left: i64) -> Self {
        let busy = merged(records, declared);
        let breaks = breaks(&busy);
        let parts = parts(busy, &breaks);
        let all = || records.iter().chain(declared);
        let earliest = all().map(lowest).min();
        let latest = all().map(highest).max();
        let mut builder = Builder {
            stretches: Vec::new(),
            next: left,
        };
        let widths = widths(&parts);
        let mut reached = earliest;
        for (part, width) in parts.iter().zip(widths) {
            if let Some(before) = reached.filter(|before| *before < part.from) {
                builder.push((before, part.from), BREAK_WIDTH, true);
            }
            builder.push((part.from, part.to), width, false);
            reached = Some(part.to);
        }
        if let (Some(reached), Some(latest)) = (reached, latest)
            && reached < latest
        {
            builder.push((reached, latest), BREAK_WIDTH, true);
        }
        Self {
            stretches: builder.stretches,
        }
    }

    /// The place of a moment; of one outside the axis, the end that is nearer.
    pub(super) fn at(&self, time: Timestamp) -> i64 {
        let Some(stretch) = self
            .stretches
            .iter()
            .find(|stretch| time <= stretch.to)
            .or(self.stretches.last())
        else {
            return 0;
        };
        stretch.at(time)
    }

    #[cfg(test)]
    pub(super) fn left(&self) -> i64 {
        self.stretches.first().map_or(0, |stretch| stretch.left)
    }

    pub(super) fn right(&self) -> i64 {
        self.stretches.last().map_or(0, |stretch| stretch.right)
    }

    /// Whether some of a span of time is on it.
    pub(super) fn holds(&self, from: Timestamp, to: Timestamp) -> bool {
        self.span()
            .is_some_and(|(first, last)| from <= last && to >= first)
    }

    /// The first and the last moment on it.
    pub(super) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        Some((self.stretches.first()?.from, self.stretches.last()?.to))
    }
}

impl Stretch {
    fn at(&self, time: Timestamp) -> i64 {
        let whole = i128::from(self.to.ticks_since(self.from).max(1));
        let gone = i128::from(time.ticks_since(self.from)).clamp(0, whole);
        let width = i128::from(self.right.saturating_sub(self.left));
        let offset = i64::try_from(gone.saturating_mul(width) / whole).unwrap_or(0);
        self.left.saturating_add(offset)
    }
}

struct Builder {
    stretches: Vec<Stretch>,
    next: i64,
}

impl Builder {
    fn push(&mut self, (from, to): (i64, i64), width: i64, skipped: bool) {
        let (Some(from), Some(to)) = (Timestamp::from_ticks(from), Timestamp::from_ticks(to))
        else {
            return;
        };
        let right = self.next.saturating_add(width);
        self.stretches.push(Stretch {
            from,
            to,
            left: self.next,
            right,
            skipped,
        });
        self.next = right;
    }
}

fn lowest(time: &CorrectedTime) -> i64 {
    let estimate = time.estimate.ticks();
    time.earliest
        .map_or(estimate, |at| at.ticks().min(estimate))
}

fn highest(time: &CorrectedTime) -> i64 {
    let estimate = time.estimate.ticks();
    time.latest.map_or(estimate, |at| at.ticks().max(estimate))
}

/// The spans around the times, where they touch made one.
fn merged(records: &[CorrectedTime], declared: &[CorrectedTime]) -> Vec<Busy> {
    let records = records.iter().map(|time| (time, 1));
    let mut all: Vec<Busy> = records
        .chain(declared.iter().map(|time| (time, 0)))
        .map(|(time, records)| {
            let estimate = time.estimate.ticks();
            let before = estimate.saturating_sub(lowest(time));
            let behind = highest(time).saturating_sub(estimate);
            Busy {
                from: estimate.saturating_sub(to_scale(before)),
                to: estimate.saturating_add(to_scale(behind)),
                records,
            }
        })
        .collect();
    all.sort_by_key(|busy| (busy.from, busy.to));
    let mut merged: Vec<Busy> = Vec::new();
    for busy in all {
        match merged.last_mut() {
            Some(last) if busy.from <= last.to => last.take(&busy),
            _ => merged.push(busy),
        }
    }
    merged
}

/// How much of a bound is drawn to scale.
fn to_scale(bound: i64) -> i64 {
    if bound <= DRAWN_WHOLE {
        bound
    } else {
        DRAWN_AT_LEAST
    }
}

impl Busy {
    fn take(&mut self, later: &Self) {
        self.to = self.to.max(later.to);
        self.records = self.records.saturating_add(later.records);
    }
}

/// Behind which of the spans the axis is broken.
fn breaks(busy: &[Busy]) -> Vec<usize> {
    let held: i64 = busy
        .iter()
        .map(|busy| busy.to.saturating_sub(busy.from))
        .fold(0, i64::saturating_add);
    let shortest = SHORTEST_BREAK.max(held / 8);
    let mut gaps: Vec<(i64, usize)> = busy
        .windows(2)
        .enumerate()
        .filter_map(|(index, pair)| match pair {
            [before, after] => Some((after.from.saturating_sub(before.to), index)),
            _ => None,
        })
        .filter(|(gap, _)| *gap >= shortest)
        .collect();
    gaps.sort_by_key(|(gap, index)| (std::cmp::Reverse(*gap), *index));
    gaps.truncate(BREAKS);
    gaps.into_iter().map(|(_, index)| index).collect()
}

/// The stretches with records, each with a little room around.
fn parts(busy: Vec<Busy>, breaks: &[usize]) -> Vec<Busy> {
    let mut parts: Vec<Busy> = Vec::new();
    let mut is_broken = true;
    for (index, busy) in busy.into_iter().enumerate() {
        match parts.last_mut() {
            Some(last) if !is_broken => last.take(&busy),
            _ => parts.push(busy),
        }
        is_broken = breaks.contains(&index);
    }
    let roomy: Vec<i64> = parts.iter().map(Busy::room).collect();
    // Room is taken from the break, of which something must be left.
    let mut reached = i64::MIN;
    let next: Vec<i64> = parts.iter().skip(1).map(|part| part.from).collect();
    for (index, part) in parts.iter_mut().enumerate() {
        let room = roomy.get(index).copied().unwrap_or(0);
        let last = Timestamp::from_civil((9999, 12, 31), (23, 59, 59), 0);
        let last = last.map_or(i64::MAX, Timestamp::ticks).max(part.to);
        let behind = next
            .get(index)
            .map_or(room, |next| room.min(next.saturating_sub(part.to) / 4));
        let before = room.min(part.from.saturating_sub(reached) / 4);
        reached = part.to;
        part.from = part.from.saturating_sub(before.max(0)).max(0);
        part.to = part.to.saturating_add(behind).min(last);
        if part.from == part.to {
            part.from = part.from.saturating_sub(MINUTE).max(0);
        }
    }
    parts
}

impl Busy {
    /// How much room is left before and behind it.
    fn room(&self) -> i64 {
        let length = self.to.saturating_sub(self.from);
        (2 * MINUTE).max(length / 20)
    }
}

/// How wide each stretch is: by what it holds, and a little by how long it is.
fn widths(parts: &[Busy]) -> Vec<i64> {
    let weight = |part: &Busy| {
        let minutes = part.to.saturating_sub(part.from) / MINUTE;
        let magnitude = i64::from(i64::BITS - minutes.max(1).leading_zeros());
        match part.records {
            0 => 1,
            records => records.saturating_mul(4).saturating_add(magnitude),
        }
    };
    let count = i64::try_from(parts.len()).unwrap_or(i64::MAX);
    let records: i64 = parts.iter().map(|part| part.records).sum();
    let room = records
        .saturating_mul(WIDTH_OF_A_RECORD)
        .clamp(USUAL, WIDEST);
    let shared = room.saturating_sub(NARROWEST.saturating_mul(count)).max(0);
    let all: i64 = parts.iter().map(weight).sum();
    parts
        .iter()
        .map(|part| NARROWEST.saturating_add(shared.saturating_mul(weight(part)) / all.max(1)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u32, hour: u32, minute: u32) -> Timestamp {
        Timestamp::from_civil((2022, 6, day), (hour, minute, 0), 0).unwrap()
    }

    fn exact(estimate: Timestamp) -> CorrectedTime {
        CorrectedTime {
            estimate,
            earliest: Some(estimate),
            latest: Some(estimate),
        }
    }

    fn scale(times: &[Timestamp]) -> Scale {
        let times: Vec<CorrectedTime> = times.iter().copied().map(exact).collect();
        Scale::new(&times, &[], px(100))
    }

    #[test]
    fn a_minute_is_seen_beside_three_lost_days() {
        let scale = scale(&[at(21, 9, 0), at(21, 9, 1), at(24, 11, 0)]);
        assert_eq!(scale.stretches.len(), 3);
        assert!(scale.stretches[1].skipped);
        assert!(scale.at(at(21, 9, 1)) - scale.at(at(21, 9, 0)) >= px(10));
        assert_eq!(
            scale.stretches[1].right - scale.stretches[1].left,
            BREAK_WIDTH
        );
    }

    #[test]
    fn time_only_goes_forward_and_stretches_touch() {
        let mut times = Vec::new();
        for step in 0..400_i64 {
            let spread = (step * step * 7919) % 3_000_000;
            times.push(at(1, 0, 0).checked_add_seconds(spread).unwrap());
        }
        let scale = scale(&times);
        assert!(scale.stretches.len() <= 2 * BREAKS + 3);
        for pair in scale.stretches.windows(2) {
            assert_eq!((pair[0].to, pair[0].right), (pair[1].from, pair[1].left));
        }
        times.sort();
        let places: Vec<i64> = times.iter().map(|time| scale.at(*time)).collect();
        assert!(places.is_sorted());
        assert!(places[0] >= scale.left() && places[399] <= scale.right());
    }

    #[test]
    fn far_bounds_are_on_the_axis_but_cut() {
        let estimate = at(21, 9, 0);
        let wide = CorrectedTime {
            estimate,
            earliest: Some(at(1, 9, 0)),
            latest: Some(at(28, 9, 0)),
        };
        let scale = Scale::new(&[wide], &[], 0);
        let skipped: Vec<bool> = scale.stretches.iter().map(|s| s.skipped).collect();
        assert_eq!(skipped, [true, false, true]);
        assert_eq!(scale.at(at(1, 9, 0)), scale.left());
        assert_eq!(scale.at(at(28, 9, 0)), scale.right());
    }

    #[test]
    fn one_moment_and_the_ends_of_time_have_an_axis() {
        assert!(scale(&[]).stretches.is_empty());
        let only = scale(&[at(21, 9, 0)]);
        assert_eq!(only.stretches.len(), 1);
        let last = Timestamp::from_civil((9999, 12, 31), (23, 59, 59), 9_999_999).unwrap();
        let ends = scale(&[Timestamp::EPOCH, last]);
        assert_eq!(ends.stretches.len(), 3);
        assert!(ends.at(Timestamp::EPOCH) < ends.at(last));
    }
}
