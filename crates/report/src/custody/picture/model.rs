//! What the picture shows, as plain data: nothing of a reconstruction, and no place on a page yet.

use kusari::clock::CorrectedTime;
use kusari_evidence::time::Timestamp;

/// So many readings of a clock are shown; the rest only widens the bounds.
pub(super) const READINGS: usize = 8;

/// Everything that the picture shows.
#[derive(Debug, Default)]
pub(super) struct Picture {
    /// The machines that lanes and clocks speak of.
    pub(super) machines: Vec<PicturedMachine>,
    /// The devices, a lane each.
    pub(super) lanes: Vec<Lane>,
    /// What the case declares about true time.
    pub(super) flags: Vec<Flag>,
    /// The clocks.
    pub(super) clocks: Clocks,
    /// What was left out, in sentences.
    pub(super) left_out: Vec<String>,
}

/// A machine in the picture.
#[derive(Debug, Clone, Default)]
pub(super) struct PicturedMachine {
    /// One or two letters that stand for it where its name has no room.
    pub(super) code: String,
    /// Its name.
    pub(super) name: String,
}

/// One device.
#[derive(Debug, Default)]
pub(super) struct Lane {
    /// Its name.
    pub(super) name: String,
    /// Its stays, in the order of time.
    pub(super) stays: Vec<Stay>,
    /// Stays on record that the picture does not show, from their first to their last moment.
    pub(super) hidden: Vec<(Timestamp, Timestamp)>,
}

/// When something happened.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    /// Under all readings of the clock that are left.
    pub(super) time: CorrectedTime,
    /// Under each of them, where more than one is.
    pub(super) readings: Vec<CorrectedTime>,
}

/// One stay of a device in a machine, or records of one without a connection and a removal.
#[derive(Debug, Clone, Default)]
pub(super) struct Stay {
    /// The number of the machine in [`Picture::machines`].
    pub(super) machine: usize,
    /// When it was connected; `None` without a record of it.
    pub(super) begin: Option<Moment>,
    /// When it was removed; `None` without a record of it.
    pub(super) end: Option<Moment>,
    /// What happened meanwhile.
    pub(super) marks: Vec<Mark>,
    /// The records behind it, line by line.
    pub(super) says: Vec<String>,
}

/// Something that happened at one moment.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) at: Moment,
    pub(super) kind: MarkKind,
    /// The record behind it.
    pub(super) says: String,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MarkKind {
    /// Somebody logged in to the device.
    LoginSucceeded,
    /// Somebody failed to.
    LoginFailed,
    /// Another record: an operation of the device, or an installation without a connection.
    Other,
}

impl MarkKind {
    /// All kinds, in the order of the legend.
    pub(super) const ALL: [Self; 3] = [Self::LoginSucceeded, Self::LoginFailed, Self::Other];
}

/// A fact of the case with a moment. Sides without a time are open.
#[derive(Debug, Clone)]
pub(super) struct Flag {
    /// The id in the case.
    pub(super) id: String,
    /// The moment that is said; of a fact with bounds only, the bound.
    pub(super) at: Timestamp,
    pub(super) earliest: Option<Timestamp>,
    pub(super) latest: Option<Timestamp>,
    /// What is said, and who says it.
    pub(super) says: String,
}

/// The clocks at one moment.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    /// The moment; `None` where nothing in the case has a time.
    pub(super) at: Option<Timestamp>,
    pub(super) rows: Vec<Clock>,
}

/// One machine's clock.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// The number of the machine in [`Picture::machines`].
    pub(super) machine: usize,
    /// The intervals in which its correction can lie: one, or one a reading that nothing rules out.
    pub(super) intervals: Vec<Interval>,
    /// What examiners wrote of it.
    pub(super) declared: Vec<Declared>,
}

/// An interval of a correction, in 100 ns: what is to be added to the machine's time.
#[derive(Debug, Clone, Default)]
pub(super) struct Interval {
    /// Which reading it belongs to; empty where there is only one.
    pub(super) label: String,
    pub(super) earliest: Option<i64>,
    pub(super) latest: Option<i64>,
    pub(super) estimate: i64,
}

/// What an examiner wrote of a clock.
#[derive(Debug, Clone, Default)]
pub(super) struct Declared {
    /// The corrections that it can mean, in 100 ns: one, or two where the reading is unknown.
    pub(super) at: Vec<i64>,
    /// The sentence.
    pub(super) says: String,
}

impl Stay {
    /// Whether a connection or a removal is on record.
    pub(super) fn has_an_end(&self) -> bool {
        self.begin.is_some() || self.end.is_some()
    }

    /// Every moment of it.
    pub(super) fn moments(&self) -> impl Iterator<Item = &Moment> {
        let ends = self.begin.iter().chain(&self.end);
        ends.chain(self.marks.iter().map(|mark| &mark.at))
    }

    /// Every time of it.
    pub(super) fn times(&self) -> impl Iterator<Item = CorrectedTime> + '_ {
        self.moments().map(|moment| moment.time)
    }

    /// How wide the bounds of its moments are at most, in 100 ns; 0 where nothing bounds them.
    pub(super) fn slack(&self) -> i64 {
        let width = |time: CorrectedTime| Some(time.latest?.ticks_since(time.earliest?));
        self.times().filter_map(width).max().unwrap_or(0)
    }

    /// From its connection to its removal, by the estimates; where one is not on record, to the
    /// record that is farthest.
    pub(super) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let estimates = || self.times().map(|time| time.estimate);
        let estimate = |moment: &Moment| moment.time.estimate;
        let from = self
            .begin
            .as_ref()
            .map(estimate)
            .or_else(|| estimates().min())?;
        let to = self
            .end
            .as_ref()
            .map(estimate)
            .or_else(|| estimates().max())?;
        Some((from, to.max(from)))
    }
}

impl Picture {
    /// The numbers of the machines that lanes speak of.
    pub(super) fn machines_in_lanes(&self) -> std::collections::BTreeSet<usize> {
        let stays = self.lanes.iter().flat_map(|lane| &lane.stays);
        stays.map(|stay| stay.machine).collect()
    }
}

impl Declared {
    /// Whether it says how it is to be read.
    pub(super) fn is_read(&self) -> bool {
        self.at.len() == 1
    }
}

impl Interval {
    /// Whether anything bounds it.
    pub(super) fn is_bounded(&self) -> bool {
        self.earliest.is_some() || self.latest.is_some()
    }
}
