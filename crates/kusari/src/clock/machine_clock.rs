//! What to add to a machine's time.

use kusari_evidence::time::{RecordedTime, TimeBasis, Timestamp};

use super::network::drift;
use super::segment::{Segment, SegmentIndex, in_order, segments};
use super::{CorrectedTime, Zone};
use crate::case::{Observation, Reads};
use crate::event::SourceIndex;
use crate::harvest::ClockChange;

/// What to add to a machine's time to get true time, in 100 ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Correction {
    /// At least this; `None` when nothing bounds it.
    pub earliest: Option<i64>,
    /// At most this; `None` when nothing bounds it.
    pub latest: Option<i64>,
    /// The best single value; 0 where nothing is known.
    pub estimate: i64,
}

impl Correction {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        earliest: None,
        latest: None,
        estimate: 0,
    };

    /// The bounds that hold both; the estimate is this one's.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            earliest: self.earliest.zip(other.earliest).map(|(a, b)| a.min(b)),
            latest: self.latest.zip(other.latest).map(|(a, b)| a.max(b)),
            estimate: self.estimate,
        }
    }
}

/// A recorded clock change, and where it stands.
#[derive(Debug, Clone)]
pub struct RecordedStep {
    /// The change.
    pub step: ClockChange,
    /// The source that records it.
    pub source: SourceIndex,
}

/// The correction at a moment that the solver bounded. Between two such moments it follows from both by
/// drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SolvedMoment {
    /// What the clock showed, UTC.
    pub(crate) shown: Timestamp,
    /// What to add.
    pub(crate) correction: Correction,
}

/// The solved moments of a clock: one list a segment, in the order of the time shown.
pub(crate) type SolvedMoments = Vec<Vec<SolvedMoment>>;

/// How observations of a clock are read: each by its place in [`MachineClock::observations`].
pub type ReadAs = [(usize, Reads)];

/// How the clock goes when observations of it are read one way, where more than one way is left.
#[derive(Debug, Clone)]
pub(crate) struct Alternative {
    /// The reading of each of the machine's observations that more than one reading is left for, by
    /// its place in [`MachineClock::observations`].
    pub(crate) readings: Vec<(usize, Reads)>,
    pub(crate) moments: SolvedMoments,
}

/// A machine's clock as far as it is known.
#[derive(Debug, Clone)]
pub struct MachineClock {
    /// The rules of its local time.
    pub zone: Zone,
    /// What examiners saw, from the case file.
    pub observations: Vec<Observation>,
    /// Recorded changes, each once, in the order in which they were made.
    pub steps: Vec<RecordedStep>,
    /// How far it may drift, in millionths.
    pub drift_ppm: u32,
    segments: Vec<Segment>,
    index: SegmentIndex,
    solved: SolvedMoments,
    alternatives: Vec<Alternative>,
}

impl MachineClock {
    /// A clock of which nothing is solved yet; changes that two logs record are taken once.
    #[must_use]
    pub fn new(
        zone: Zone,
        observations: Vec<Observation>,
        steps: Vec<RecordedStep>,
        drift_ppm: u32,
    ) -> Self {
        let steps = in_order(steps);
        let segments = segments(&steps);
        Self {
            zone,
            observations,
            index: SegmentIndex::new(&segments),
            segments,
            steps,
            drift_ppm,
            solved: SolvedMoments::new(),
            alternatives: Vec::new(),
        }
    }

    /// Takes what the solver found.
    pub(crate) fn take(&mut self, solved: SolvedMoments, alternatives: Vec<Alternative>) {
        (self.solved, self.alternatives) = (solved, alternatives);
    }

    /// The stretches between recorded changes, in the order in which they came.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The segments in which the clock can have shown a moment.
    #[must_use]
    pub fn segments_of(&self, shown: Timestamp) -> Vec<usize> {
        self.index.of(&self.segments, shown)
    }

    /// The moment that a recorded time means by this machine's clock: one, or the first and the
    /// last of those that local time can mean.
    #[must_use]
    pub fn to_utc(&self, time: RecordedTime) -> (Timestamp, Timestamp) {
        match (time.basis, time.to_utc()) {
            (_, Some(utc)) => (utc, utc),
            (TimeBasis::Local, None) => self.zone.to_utc(time.wall),
            (_, None) => (time.wall, time.wall),
        }
    }

    /// True time of a recorded time.
    #[must_use]
    pub fn correct(&self, time: RecordedTime) -> CorrectedTime {
        self.correct_by(time, &|shown| self.correction_at(shown))
    }

    /// True time of a recorded time under each reading of the observations that is left, with the
    /// readings: which observation, read how. Empty when no more than one is left.
    pub fn correct_by_each_reading(
        &self,
        time: RecordedTime,
    ) -> impl Iterator<Item = (&ReadAs, CorrectedTime)> {
        self.alternatives.iter().map(move |own| {
            let correction = |shown| self.in_moments(&own.moments, shown);
            let corrected = self.correct_by(time, &correction);
            (own.readings.as_slice(), corrected)
        })
    }

    fn correct_by(
        &self,
        time: RecordedTime,
        correction: &dyn Fn(Timestamp) -> Correction,
    ) -> CorrectedTime {
        let (first, last) = self.to_utc(time);
        let of_first = correction(first);
        let of_last = if first == last {
            of_first
        } else {
            correction(last)
        };
        let latest =
            |correction: i64| last.checked_add_ticks(correction.saturating_add(cut_off(time)));
        CorrectedTime {
            estimate: first.checked_add_ticks(of_first.estimate).unwrap_or(first),
            earliest: of_first
                .earliest
                .and_then(|correction| first.checked_add_ticks(correction)),
            latest: of_last.latest.and_then(latest),
        }
    }

    /// The correction when the machine's clock shows `at` (UTC by its own clock): what follows from
    /// everything that is known, under all readings that are left.
    #[must_use]
    pub fn correction_at(&self, at: Timestamp) -> Correction {
        self.in_moments(&self.solved, at)
    }

    /// The correction at a moment under each reading that is left; empty when no more than one is.
    pub fn corrections_at(&self, at: Timestamp) -> impl Iterator<Item = (&ReadAs, Correction)> {
        let own = self.alternatives.iter();
        own.map(move |own| (own.readings.as_slice(), self.in_moments(&own.moments, at)))
    }

    /// The bounds that hold every correction of a segment from one moment that it shows to another,
    /// with the estimate at the first: under all readings that are left, and under each of them where
    /// there are more.
    #[must_use]
    pub fn corrections_in(
        &self,
        segment: usize,
        (from, to): (Timestamp, Timestamp),
    ) -> (Correction, Vec<(&ReadAs, Correction)>) {
        let hull = |moments: &SolvedMoments| {
            let own = moments.get(segment).map_or(&[][..], Vec::as_slice);
            hull(own, (from, to), self.drift_ppm)
        };
        let each = self.alternatives.iter();
        let each = each.map(|own| (own.readings.as_slice(), hull(&own.moments)));
        (hull(&self.solved), each.collect())
    }

    fn in_moments(&self, moments: &SolvedMoments, at: Timestamp) -> Correction {
        if let ([_], [only]) = (self.segments.as_slice(), moments.as_slice()) {
            return between(only, at, self.drift_ppm);
        }
        let mut all = self.segments_of(at).into_iter().rev().map(|segment| {
            let moments = moments.get(segment).map_or(&[][..], Vec::as_slice);
            between(moments, at, self.drift_ppm)
        });
        let last = all.next().unwrap_or(Correction::UNKNOWN);
        all.fold(last, Correction::or)
    }
}

/// What a record cuts off below its resolution, at most; it can only make it later.
pub(crate) fn cut_off(time: RecordedTime) -> i64 {
    10_i64
        .pow(u32::from(7 - time.decimals.min(7)))
        .saturating_sub(1)
}

/// The correction at a moment from those at the solved moments beside it.
pub(crate) fn between(moments: &[SolvedMoment], at: Timestamp, drift_ppm: u32) -> Correction {
    let next = moments.partition_point(|moment| moment.shown < at);
    let behind = moments.get(next);
    let before = next.checked_sub(1).and_then(|index| moments.get(index));
    let wide = |moment: &SolvedMoment| drift(moment.shown.ticks(), at.ticks(), drift_ppm);
    let sides = || before.into_iter().chain(behind);
    let earliest = sides().filter_map(|own| {
        let earliest = own.correction.earliest?;
        Some(earliest.saturating_sub(wide(own)))
    });
    let latest = sides().filter_map(|own| {
        let latest = own.correction.latest?;
        Some(latest.saturating_add(wide(own)))
    });
    let estimate = match (before, behind) {
        (Some(a), Some(b)) => straight(a, b, at),
        (one, other) => one.or(other).map_or(0, |own| own.correction.estimate),
    };
    Correction {
        earliest: earliest.max(),
        latest: latest.min(),
        estimate,
    }
}

/// The bounds that hold all corrections between two moments, with the estimate at the first.
fn hull(
    moments: &[SolvedMoment],
    (from, to): (Timestamp, Timestamp),
    drift_ppm: u32,
) -> Correction {
    let inside = moments.iter().map(|own| own.shown);
    let mut at: Vec<Timestamp> = inside.filter(|shown| (from..to).contains(shown)).collect();
    at.extend([from, to]);
    at.sort_unstable();
    at.dedup();
    let all: Vec<(Timestamp, Correction)> = at
        .into_iter()
        .map(|at| (at, between(moments, at, drift_ppm)))
        .collect();
    let Some((_, first)) = all.first().copied() else {
        return Correction::UNKNOWN;
    };
    let mut held = all.iter().map(|(_, own)| *own).fold(first, Correction::or);
    // Between two moments bounds reach farthest where what follows from the one meets what follows
    // from the other.
    for pair in all.windows(2) {
        let [(a_at, a), (b_at, b)] = pair else {
            continue;
        };
        let apart = i128::from(drift(a_at.ticks(), b_at.ticks(), drift_ppm));
        let meet = |a: i64, b: i64, apart: i128| {
            let sum = i128::from(a)
                .saturating_add(i128::from(b))
                .saturating_add(apart);
            i64::try_from(sum.div_euclid(2)).ok()
        };
        if let (Some(held), Some(a), Some(b)) = (&mut held.earliest, a.earliest, b.earliest)
            && let Some(lowest) = meet(a, b, apart.saturating_neg())
        {
            *held = lowest.min(*held);
        }
        if let (Some(held), Some(a), Some(b)) = (&mut held.latest, a.latest, b.latest)
            && let Some(highest) = meet(a, b, apart.saturating_add(1))
        {
            *held = highest.max(*held);
        }
    }
    held
}

/// On the straight line between two estimates.
fn straight(a: &SolvedMoment, b: &SolvedMoment, at: Timestamp) -> i64 {
    let span = i128::from(b.shown.ticks_since(a.shown)).max(1);
    let part = i128::from(at.ticks_since(a.shown));
    let rise = i128::from(b.correction.estimate) - i128::from(a.correction.estimate);
    let risen = rise.saturating_mul(part).div_euclid(span);
    i64::try_from(i128::from(a.correction.estimate).saturating_add(risen))
        .unwrap_or(a.correction.estimate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;
    use kusari_evidence::time::TICKS_PER_SECOND;

    const SECOND: i64 = TICKS_PER_SECOND;

    fn day(day: u32) -> Timestamp {
        Timestamp::from_civil((2022, 7, day), (0, 0, 0), 0).unwrap()
    }

    fn solved(day_of_month: u32, bounds: (i64, i64), estimate: i64) -> SolvedMoment {
        SolvedMoment {
            shown: day(day_of_month),
            correction: Correction {
                earliest: Some(bounds.0 * SECOND),
                latest: Some(bounds.1 * SECOND),
                estimate: estimate * SECOND,
            },
        }
    }

    fn clock(moments: Vec<SolvedMoment>) -> MachineClock {
        let zone = Zone::Assumed(Tz::UTC);
        let mut clock = MachineClock::new(zone, Vec::new(), Vec::new(), 100);
        clock.take(vec![moments], Vec::new());
        clock
    }

    #[test]
    fn drift_widens_with_distance_and_the_nearer_side_bounds() {
        let clock = clock(vec![solved(1, (-10, 10), 0), solved(11, (0, 20), 10)]);
        // A day at 100 ppm is 8.64 s.
        let before = clock.correction_at(day(1).checked_add_ticks(-86_400 * SECOND).unwrap());
        assert_eq!(before.latest, Some(10 * SECOND + 86_400_000));
        assert_eq!(before.estimate, 0);
        let between = clock.correction_at(day(2));
        assert_eq!(between.earliest, Some(-10 * SECOND - 86_400_000));
        assert_eq!(between.latest, Some(10 * SECOND + 86_400_000));
        assert_eq!(between.estimate, SECOND);
        assert_eq!(clock.correction_at(day(11)).earliest, Some(0));
    }

    #[test]
    fn a_span_holds_every_moment_in_it() {
        let clock = clock(vec![solved(1, (-10, 10), 0), solved(11, (-10, 10), 0)]);
        let span = (day(1), day(11));
        let (held, each) = clock.corrections_in(0, span);
        assert!(each.is_empty());
        // In the middle five days of drift have widened both sides.
        assert_eq!(held.latest, Some(10 * SECOND + 5 * 86_400_000));
        for shown in 1..=11 {
            let at = clock.correction_at(day(shown));
            assert!(held.earliest <= at.earliest && at.latest <= held.latest);
        }
    }

    #[test]
    fn nothing_solved_means_no_bounds() {
        let clock = clock(Vec::new());
        let corrected = clock.correct(RecordedTime::utc(day(1)));
        assert_eq!(corrected.estimate, day(1));
        assert_eq!((corrected.earliest, corrected.latest), (None, None));
    }

    #[test]
    fn what_a_record_cuts_off_makes_it_later() {
        let clock = clock(vec![solved(1, (-1, 1), 0)]);
        let seconds = RecordedTime {
            decimals: 0,
            ..RecordedTime::utc(day(1))
        };
        let latest = clock.correct(seconds).latest.unwrap();
        assert_eq!(latest.ticks_since(day(1)), 2 * SECOND - 1);
    }
}
