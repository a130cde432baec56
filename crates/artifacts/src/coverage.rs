//! What a source could have seen. Absence counts only inside it.

use kusari_evidence::time::RecordedTime;

use crate::Mismatch;

/// The span, the numbering and the state of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The earliest time among all its records, not only those that were asked for.
    pub first: Option<RecordedTime>,
    /// The latest time among all its records.
    pub last: Option<RecordedTime>,
    /// How many records it holds, not only those that were asked for.
    pub records: u64,
    /// Gaps in the source's own numbering.
    pub gaps: Vec<NumberGap>,
    /// What is known about the state of the source.
    pub states: Vec<SourceState>,
    /// Where times run backwards though its records stand in the order of their numbers; only
    /// what such a source measures and calls worth saying. At most [`TimeStepBack::MOST`].
    pub steps_back: Vec<TimeStepBack>,
    /// Where what the source says of itself does not agree. At most [`Mismatch::MOST`].
    pub mismatches: Vec<Mismatch>,
}

impl Coverage {
    /// Widens the span to hold `time`. Times on different bases (UTC, local) must not be mixed
    /// in one source.
    pub fn widen(&mut self, time: RecordedTime) {
        if self.first.is_none_or(|first| time.wall < first.wall) {
            self.first = Some(time);
        }
        if self.last.is_none_or(|last| time.wall > last.wall) {
            self.last = Some(time);
        }
    }

    /// Adds a state once.
    pub fn note(&mut self, state: SourceState) {
        if !self.states.contains(&state) {
            self.states.push(state);
        }
    }
}

/// A gap in a source's own numbering: records between two numbers are not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberGap {
    /// The last number before the gap.
    pub after: u64,
    /// The first number behind the gap. Smaller than `after` when the numbering went backwards.
    pub before: u64,
    /// Byte offset of the first record behind the gap.
    pub offset: u64,
}

/// Two records of one numbered source, of which the later one bears the earlier time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeStepBack {
    /// The computer on whose clock both times were recorded, where the records of one source name
    /// several; `None`: the machine that the source is of.
    pub computer: Option<String>,
    /// The number of the record before the step.
    pub after: u64,
    /// Its time.
    pub from: RecordedTime,
    /// The number of the first record behind the step.
    pub before: u64,
    /// Its time, earlier than [`Self::from`].
    pub to: RecordedTime,
    /// Byte offset of the first record behind the step.
    pub offset: u64,
}

impl TimeStepBack {
    /// The most that are kept of one source; hostile bytes could otherwise make a list without end.
    pub const MOST: usize = 1000;

    /// Adds `self` to `list`, which never grows past [`TimeStepBack::MOST`].
    pub fn push_to(self, list: &mut Vec<Self>) {
        if list.len() < Self::MOST {
            list.push(self);
        }
    }
}

/// The state of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SourceState {
    /// It was not closed properly; its last changes may be missing.
    Dirty,
    /// Its transaction logs were applied to it.
    LogsReplayed,
    /// It is dirty and its transaction logs are missing or cannot be applied.
    LogsMissing,
    /// It was cleared: a record of the clearing stands in it, or its numbering says so.
    Cleared,
    /// Old records were overwritten by new ones, so nothing before its first record is known.
    RolledOver,
    /// It was full and its earlier records were moved to another file, which may still exist.
    Archived,
    /// It is a copy that a program saved, with records numbered anew; which records were left
    /// out cannot be seen.
    Exported,
    /// It is shorter than its own header says.
    CutShort,
    /// Some of its bytes could not be read; see its damage.
    Damaged,
    /// Windows keeps only the last such time, so earlier ones are unknown.
    LastTimeOnly,
    /// Times run backwards in it though its records stand in order: the clock was set back, summer
    /// time ended, or records were written late.
    TimeStepsBack,
    /// It is encrypted, and no key opens it.
    Locked,
    /// It stands in a snapshot of a volume, as it was when that was made.
    Snapshot,
}

impl SourceState {
    /// The word used in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dirty => "dirty",
            Self::LogsReplayed => "logs-replayed",
            Self::LogsMissing => "logs-missing",
            Self::Cleared => "cleared",
            Self::RolledOver => "rolled-over",
            Self::Archived => "archived",
            Self::Exported => "exported",
            Self::CutShort => "cut-short",
            Self::Damaged => "damaged",
            Self::LastTimeOnly => "last-time-only",
            Self::TimeStepsBack => "time-steps-back",
            Self::Locked => "locked",
            Self::Snapshot => "snapshot",
        }
    }
}
