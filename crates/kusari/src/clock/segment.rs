//! A clock's run cut where it was set.

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
    // The fullest log goes first; what others have beside it stands by its time.
    logs.sort_by_key(|log| std::cmp::Reverse(log.len()));
    let mut all: Vec<RecordedStep> = Vec::new();
    for step in logs.into_iter().flatten() {
        if let Some(known) = all.iter_mut().find(|known| is_same(known, &step)) {
            known.step.may_hide_a_pause &= step.step.may_hide_a_pause;
            known.step.by = known.step.by.take().or(step.step.by);
            continue;
        }
        let before = all
            .iter()
            .position(|known| known.source != step.source && known.step.after > step.step.after);
        all.insert(before.unwrap_or(all.len()), step);
    }
    all
}

fn is_same(a: &RecordedStep, b: &RecordedStep) -> bool {
    let close = |a: Timestamp, b: Timestamp| a.ticks_since(b).abs() <= SAME_STEP;
    close(a.step.after, b.step.after) && close(a.step.before, b.step.before)
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

/// The segments in which the clock can have shown a moment: one in most cases. Where it was put back,
/// several; where it was put forward over the moment, the two beside it, since a record can carry a
/// time that was taken right before the change.
pub(super) fn segments_of(segments: &[Segment], shown: Timestamp) -> Vec<usize> {
    let holding: Vec<usize> = segments
        .iter()
        .enumerate()
        .filter(|(_, segment)| segment.holds(shown))
        .map(|(index, _)| index)
        .collect();
    if !holding.is_empty() {
        return holding;
    }
    let pairs = segments.iter().zip(segments.iter().skip(1)).enumerate();
    pairs
        .filter(|(_, (a, b))| {
            a.to.is_some_and(|to| to < shown) && b.from.is_some_and(|from| shown < from)
        })
        .flat_map(|(index, _)| [index, index.saturating_add(1)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harvest::ClockStep;

    fn at(minute: u32) -> Timestamp {
        Timestamp::from_civil((2022, 7, 15), (minute / 60, minute % 60, 0), 0).unwrap()
    }

    fn step(source: u32, record: u64, before: u32, after: u32) -> RecordedStep {
        RecordedStep {
            step: ClockStep {
                before: at(before),
                after: at(after),
                by: None,
                may_hide_a_pause: true,
                locator: Locator::EventRecord { record, offset: 0 },
            },
            source,
        }
    }

    #[test]
    fn the_log_s_numbers_order_changes_and_two_records_of_one_are_one() {
        // Put forward by two hours, and back again five minutes later; then two seconds in another log.
        let mut told_twice = step(1, 90, 600, 720);
        told_twice.step.may_hide_a_pause = false;
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
        assert!(!steps[0].step.may_hide_a_pause, "one record knows better");
        let segments = segments(&steps);
        assert_eq!(segments.len(), 4);
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
        assert_eq!(segments_of(&segments, at(630)), [0, 1]);
        assert_eq!(segments_of(&segments, at(660)), [1]);
    }
}
