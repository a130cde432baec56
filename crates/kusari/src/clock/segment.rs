//! A clock's run cut where it was set.

use std::collections::BTreeMap;

use kusari_artifacts::Locator;
use kusari_evidence::time::Timestamp;

use super::RecordedStep;

/// Two records of one clock change (Security 4616 and Kernel-General 1) stand this close.
const SAME_STEP: i64 = 10_000_000;

/// A stretch in which nobody set the clock, by what it showed. A clock that was put back showed some
/// moments twice, in two segments; one that was put forward never showed those between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// What it showed right behind the change that began it; `None`: it is the first.
    pub from: Option<Timestamp>,
    /// What it showed right before the change that ended it; `None`: it is the last.
    pub to: Option<Timestamp>,
}

/// The recorded changes of a clock, each once, in the order in which they were made.
pub(super) fn in_order(mut steps: Vec<RecordedStep>) -> Vec<RecordedStep> {
    // The numbers of the records give the order inside one log, also where the clock was put back.
    let number = |recorded: &RecordedStep| match recorded.step.locator {
        Locator::EventRecord { record, .. } => record,
        _ => 0,
    };
    steps.sort_by_key(|recorded| (recorded.source, number(recorded), recorded.step.after));
    let mut logs: Vec<Vec<RecordedStep>> = Vec::new();
    for step in steps {
        match logs.last_mut() {
            Some(log) if log.last().is_some_and(|last| last.source == step.source) => {
                log.push(step)
            }
            _ => logs.push(vec![step]),
        }
    }
    // The fullest log gives the order; what others have beside it stands by its time.
    logs.sort_by_key(|log| std::cmp::Reverse(log.len()));
    let mut logs = logs.into_iter();
    let mut all = logs.next().unwrap_or_default();
    let mut by_time: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (index, own) in all.iter().enumerate() {
        by_time
            .entry(bucket(own.step.after))
            .or_default()
            .push(index);
    }
    let mut beside = Vec::new();
    for step in logs.flatten() {
        let at = bucket(step.step.after);
        let near = by_time.range(at.saturating_sub(1)..=at.saturating_add(1));
        let near: Vec<usize> = near.flat_map(|(_, own)| own.iter().copied()).collect();
        let known = near
            .into_iter()
            .find(|index| all.get(*index).is_some_and(|own| is_same(own, &step)));
        match known.and_then(|index| all.get_mut(index)) {
            Some(known) => {
                known.step.add(step.step);
            }
            None => beside.push(step),
        }
    }
    merged(all, beside)
}

/// The changes of one log, with others beside them: each before the first that shows a later time.
fn merged(all: Vec<RecordedStep>, mut beside: Vec<RecordedStep>) -> Vec<RecordedStep> {
    beside.sort_by_key(|own| (own.step.after, own.step.before, own.source));
    beside.dedup_by(|later, earlier| is_same(later, earlier));
    let mut beside = beside.into_iter().peekable();
    let mut merged = Vec::new();
    for own in all {
        while let Some(next) = beside.next_if(|next| next.step.after < own.step.after) {
            merged.push(next);
        }
        merged.push(own);
    }
    merged.extend(beside);
    merged
}

/// Moments that can be of one change stand in one bucket or in two that are neighbours.
fn bucket(at: Timestamp) -> i64 {
    at.ticks().div_euclid(SAME_STEP)
}

/// Whether two logs record one change.
fn is_same(a: &RecordedStep, b: &RecordedStep) -> bool {
    let close = |a: Timestamp, b: Timestamp| a.ticks_since(b).abs() <= SAME_STEP;
    a.source != b.source && close(a.step.after, b.step.after) && close(a.step.before, b.step.before)
}

/// The segments between changes.
pub(super) fn segments(steps: &[RecordedStep]) -> Vec<Segment> {
    let begins = steps.iter().map(|recorded| Some(recorded.step.after));
    let ends = steps.iter().map(|recorded| Some(recorded.step.before));
    std::iter::once(None)
        .chain(begins)
        .zip(ends.chain(std::iter::once(None)))
        .map(|(from, to)| Segment { from, to })
        .collect()
}

impl Segment {
    /// Whether the clock showed that moment in it.
    #[must_use]
    pub fn holds(&self, shown: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= shown) && self.to.is_none_or(|to| shown <= to)
    }
}

/// Finds the segments that a moment lies in.
#[derive(Debug, Clone, Default)]
pub(super) struct SegmentIndex {
    /// The segments by what they show at their beginning, with the latest moment that one up to here shows.
    sorted: Vec<(i64, i64, usize)>,
}

impl SegmentIndex {
    pub(super) fn new(segments: &[Segment]) -> Self {
        let begin = |own: &Segment| own.from.map_or(i64::MIN, Timestamp::ticks);
        let mut order: Vec<usize> = (0..segments.len()).collect();
        order.sort_by_key(|index| (segments.get(*index).map(begin), *index));
        let mut latest = i64::MIN;
        let sorted = order.into_iter().filter_map(|index| {
            let own = segments.get(index)?;
            latest = latest.max(own.to.map_or(i64::MAX, Timestamp::ticks));
            Some((begin(own), latest, index))
        });
        Self {
            sorted: sorted.collect(),
        }
    }

    /// The segments in which the clock can have shown a moment: one in most cases. Where it was put back,
    /// several; where it was put forward over the moment, the two beside it, since a record can carry a
    /// time that was taken right before the change.
    pub(super) fn of(&self, segments: &[Segment], shown: Timestamp) -> Vec<usize> {
        let next = self
            .sorted
            .partition_point(|(from, ..)| *from <= shown.ticks());
        let before = self.sorted.get(..next).unwrap_or(&[]);
        let mut holding: Vec<usize> = before
            .iter()
            .rev()
            .take_while(|(_, latest, _)| *latest >= shown.ticks())
            .map(|(.., index)| *index)
            .filter(|index| segments.get(*index).is_some_and(|own| own.holds(shown)))
            .collect();
        holding.sort_unstable();
        if !holding.is_empty() {
            return holding;
        }
        let beside = [before.last(), self.sorted.get(next)];
        let mut beside: Vec<usize> = beside
            .into_iter()
            .flatten()
            .map(|(.., index)| *index)
            .collect();
        beside.sort_unstable();
        beside
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harvest::ClockChange;

    fn at(minute: u32) -> Timestamp {
        Timestamp::from_civil((2022, 7, 15), (minute / 60, minute % 60, 0), 0).unwrap()
    }

    fn step(source: u32, record: u64, before: u32, after: u32) -> RecordedStep {
        RecordedStep {
            step: ClockChange {
                before: at(before),
                after: at(after),
                program: None,
                account: None,
                account_name: None,
                may_be_resume: false,
                locator: Locator::EventRecord { record, offset: 0 },
            },
            source,
        }
    }

    #[test]
    fn the_log_s_numbers_order_changes_and_two_records_of_one_are_one() {
        // Put forward by two hours, and back again five minutes later; then two seconds in another log.
        let mut told_twice = step(1, 90, 600, 720);
        told_twice.step.account = Some("S-1-5-21-1-2-3-1001".to_owned());
        let steps = in_order(vec![
            step(0, 12, 725, 605),
            step(0, 11, 600, 720),
            told_twice,
            step(1, 95, 800, 801),
        ]);
        let shown: Vec<_> = steps
            .iter()
            .map(|s| (s.step.before, s.step.after))
            .collect();
        assert_eq!(
            shown,
            [(at(600), at(720)), (at(725), at(605)), (at(800), at(801))]
        );
        assert!(!steps[0].step.may_hide_a_pause(), "one record knows better");
        let segments = segments(&steps);
        assert_eq!(segments.len(), 4);
        let index = SegmentIndex::new(&segments);
        let segments_of = |segments: &[Segment], at| index.of(segments, at);
        assert_eq!(segments_of(&segments, at(500)), [0]);
        assert_eq!(
            segments_of(&segments, at(610)),
            [2],
            "never shown before the step"
        );
        assert_eq!(segments_of(&segments, at(722)), [1, 2], "shown twice");
        assert_eq!(segments_of(&segments, at(900)), [3]);
    }

    #[test]
    fn a_moment_that_was_skipped_belongs_to_both_sides() {
        let segments = segments(&[step(0, 1, 600, 660)]);
        let index = SegmentIndex::new(&segments);
        let segments_of = |segments: &[Segment], at| index.of(segments, at);
        assert_eq!(segments_of(&segments, at(630)), [0, 1]);
        assert_eq!(segments_of(&segments, at(660)), [1]);
    }
}
