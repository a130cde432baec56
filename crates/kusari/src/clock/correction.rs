//! What to add to a machine's time.

use kusari_evidence::time::{RecordedTime, TimeBasis, Timestamp};

use super::{CorrectedTime, Zone};
use crate::case::{Observation, Reads};
use crate::event::SourceIndex;
use crate::harvest::ClockStep;

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

/// A recorded clock change, and where it stands.
#[derive(Debug, Clone)]
pub struct RecordedStep {
    /// The change.
    pub step: ClockStep,
    /// The source that records it.
    pub source: SourceIndex,
}

/// A machine's clock as far as it is known.
#[derive(Debug, Clone)]
pub struct MachineClock {
    /// The rules of its local time.
    pub zone: Zone,
    /// What examiners saw, from the case file.
    pub observations: Vec<Observation>,
    /// Recorded changes, each once, in the order of time.
    pub steps: Vec<RecordedStep>,
    /// How far it may drift, in millionths.
    pub drift_ppm: u32,
}

/// Two records of one clock change (Security 4616 and Kernel-General 1) stand this close.
const SAME_STEP: i64 = 10_000_000;

impl MachineClock {
    /// A clock; changes that two logs record are taken once.
    #[must_use]
    pub fn new(
        zone: Zone,
        observations: Vec<Observation>,
        mut steps: Vec<RecordedStep>,
        drift_ppm: u32,
    ) -> Self {
        steps.sort_by_key(|recorded| (recorded.step.after, recorded.step.before, recorded.source));
        steps.dedup_by(|later, earlier| {
            let close = |a: Timestamp, b: Timestamp| a.ticks_since(b).abs() <= SAME_STEP;
            close(later.step.after, earlier.step.after)
                && close(later.step.before, earlier.step.before)
        });
        Self {
            zone,
            observations,
            steps,
            drift_ppm,
        }
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
        let (first, last) = self.to_utc(time);
        let of_first = self.correction_at(first);
        let of_last = if first == last {
            of_first
        } else {
            self.correction_at(last)
        };
        // What a source cuts off below its resolution can only make it later.
        let resolution = 10_i64
            .pow(u32::from(7 - time.decimals.min(7)))
            .saturating_sub(1);
        let latest =
            |correction: i64| last.checked_add_ticks(correction.saturating_add(resolution));
        CorrectedTime {
            estimate: first.checked_add_ticks(of_first.estimate).unwrap_or(first),
            earliest: of_first
                .earliest
                .and_then(|correction| first.checked_add_ticks(correction)),
            latest: of_last.latest.and_then(latest),
        }
    }

    /// The correction when the machine's clock shows `at` (UTC by its own clock).
    #[must_use]
    pub fn correction_at(&self, at: Timestamp) -> Correction {
        let each: Vec<(i64, Correction)> = self
            .observations
            .iter()
            .map(|seen| self.carried(seen, at))
            .collect();
        let Some((_, nearest)) = each.iter().min_by_key(|(distance, _)| *distance) else {
            return Correction {
                earliest: None,
                latest: None,
                estimate: 0,
            };
        };
        let earliest = each.iter().filter_map(|(_, c)| c.earliest).max();
        let latest = each.iter().filter_map(|(_, c)| c.latest).min();
        match (earliest, latest) {
            (Some(low), Some(high)) if low <= high => Correction {
                earliest,
                latest,
                estimate: nearest.estimate.clamp(low, high),
            },
            // Observations that cannot all hold: neither is thrown away, the bounds take in all.
            _ => Correction {
                earliest: each.iter().filter_map(|(_, c)| c.earliest).min(),
                latest: each.iter().filter_map(|(_, c)| c.latest).max(),
                estimate: nearest.estimate,
            },
        }
    }

    /// What one observation says about the moment `at`, and how far away it was made.
    fn carried(&self, seen: &Observation, at: Timestamp) -> (i64, Correction) {
        let distance = if at < seen.from {
            seen.from.ticks_since(at)
        } else if at > seen.to {
            at.ticks_since(seen.to)
        } else {
            0
        };
        let drift = i128::from(distance).saturating_mul(i128::from(self.drift_ppm)) / 1_000_000;
        let drift = i64::try_from(drift).unwrap_or(i64::MAX);
        let (low, high, estimate) = match seen.reads {
            Reads::Correction => (seen.offset, seen.offset, seen.offset),
            Reads::Deviation => {
                let correction = seen.offset.saturating_neg();
                (correction, correction, correction)
            }
            Reads::Unknown => {
                let size = seen.offset.saturating_abs();
                (size.saturating_neg(), size, 0)
            }
        };
        let stepped = self.steps_between(seen, at);
        let wide = seen.tolerance.saturating_add(drift);
        let correction = Correction {
            earliest: Some(low.saturating_add(stepped).saturating_sub(wide)),
            latest: Some(high.saturating_add(stepped).saturating_add(wide)),
            estimate: estimate.saturating_add(stepped),
        };
        (distance, correction)
    }

    /// By how much recorded changes between `at` and the observation moved the clock. A clock that
    /// is put forward by a minute lacked that minute before.
    fn steps_between(&self, seen: &Observation, at: Timestamp) -> i64 {
        let size = |recorded: &RecordedStep| recorded.step.after.ticks_since(recorded.step.before);
        if at < seen.from {
            self.steps
                .iter()
                .filter(|s| s.step.before >= at && s.step.after <= seen.from)
                .map(size)
                .fold(0, i64::saturating_add)
        } else {
            self.steps
                .iter()
                .filter(|s| s.step.after >= seen.to && s.step.after <= at)
                .map(size)
                .fold(0, i64::saturating_add)
                .saturating_neg()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;
    use kusari_artifacts::Locator;
    use kusari_evidence::time::TICKS_PER_SECOND;

    const MINUTE: i64 = 60 * TICKS_PER_SECOND;

    fn day(day: u32) -> Timestamp {
        Timestamp::from_civil((2022, 7, day), (0, 0, 0), 0).unwrap()
    }

    fn seen(offset: i64, reads: Reads) -> Observation {
        Observation {
            from: day(21),
            to: day(22),
            on: "2022-07-21".into(),
            offset,
            tolerance: 30 * TICKS_PER_SECOND,
            reads,
            note: None,
        }
    }

    fn clock(observation: Observation, steps: Vec<RecordedStep>) -> MachineClock {
        MachineClock::new(Zone::Assumed(Tz::UTC), vec![observation], steps, 100)
    }

    #[test]
    fn drift_widens_with_distance() {
        let clock = clock(seen(-19 * MINUTE, Reads::Deviation), Vec::new());
        let near = clock.correction_at(day(21));
        assert_eq!(near.estimate, 19 * MINUTE);
        assert_eq!(near.earliest, Some(19 * MINUTE - 30 * TICKS_PER_SECOND));
        // Ten days at 100 ppm are 86.4 s.
        let far = clock.correction_at(day(11));
        assert_eq!(
            far.latest,
            Some(19 * MINUTE + 30 * TICKS_PER_SECOND + 864_000_000)
        );
    }

    #[test]
    fn an_unknown_reading_corrects_nothing_and_takes_in_both() {
        let clock = clock(seen(-10 * MINUTE, Reads::Unknown), Vec::new());
        let at = clock.correction_at(day(21));
        assert_eq!(at.estimate, 0);
        assert_eq!(at.earliest, Some(-10 * MINUTE - 30 * TICKS_PER_SECOND));
        assert_eq!(at.latest, Some(10 * MINUTE + 30 * TICKS_PER_SECOND));
    }

    #[test]
    fn a_recorded_change_is_carried_to_the_other_side() {
        let changed = ClockStep {
            before: day(15),
            after: day(15).checked_add_ticks(5 * MINUTE).unwrap(),
            by: None,
            locator: Locator::Bytes {
                offset: 0,
                length: 1,
            },
        };
        let steps = vec![
            RecordedStep {
                step: changed.clone(),
                source: 0,
            },
            RecordedStep {
                step: changed,
                source: 1,
            },
        ];
        let clock = clock(seen(2 * MINUTE, Reads::Correction), steps);
        assert_eq!(clock.steps.len(), 1, "two records of one change count once");
        assert_eq!(clock.correction_at(day(16)).estimate, 2 * MINUTE);
        assert_eq!(clock.correction_at(day(14)).estimate, 7 * MINUTE);
    }

    #[test]
    fn nothing_seen_means_no_bounds() {
        let clock = MachineClock::new(Zone::Assumed(Tz::UTC), Vec::new(), Vec::new(), 100);
        let corrected = clock.correct(RecordedTime::utc(day(1)));
        assert_eq!(corrected.estimate, day(1));
        assert_eq!((corrected.earliest, corrected.latest), (None, None));
    }
}
