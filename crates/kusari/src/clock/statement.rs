//! What the solver goes by: statements, each with its source.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::network::{InForce, Network, Row};
use crate::case::Reads;
use crate::event::{MachineIndex, SourceIndex};
use crate::identity::DeviceIndex;

/// One statement about clocks or about the order of things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What is stated.
    pub claim: Claim,
    /// Its number among the statements of its kind, from 1; facts have the case's own ids.
    pub number: u32,
    /// Whether the solution goes by it.
    pub standing: Standing,
}

/// What a statement states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// An examiner saw how far a machine's clock stood off.
    Observation {
        /// The machine.
        machine: MachineIndex,
        /// Its place among the machine's observations.
        observation: usize,
        /// How its number is read.
        reads: Reads,
    },
    /// Between its recorded changes a clock runs by itself and drifts within a bound.
    Drift {
        /// The machine.
        machine: MachineIndex,
    },
    /// A machine's clock was set, as a record says.
    ClockChange {
        /// The machine.
        machine: MachineIndex,
        /// Its place among the changes of the machine's clock.
        step: usize,
    },
    /// Windows' time service set a machine's clock, and the case says how far to trust that.
    TimeService {
        /// The machine.
        machine: MachineIndex,
        /// Its place among the changes of the machine's clock.
        step: usize,
    },
    /// A log that numbers its records itself has one event after another.
    RecordOrder {
        /// The log.
        source: SourceIndex,
        /// The event of the lower number.
        earlier: u32,
        /// The event of the higher number.
        later: u32,
    },
    /// A device left one machine before it was in another, since it is in one place at a time.
    OnePlace {
        /// The device.
        device: DeviceIndex,
        /// The last record of the stay that came first.
        left: u32,
        /// The first record of the stay that came second.
        came: u32,
        /// How long it takes to carry it from one to the other at least, in ticks.
        travel: i64,
        /// How it is known which stay came first.
        known_by: OrderOfStays,
    },
    /// What people or other records say about true time.
    Fact {
        /// Its place among the case's facts.
        fact: usize,
        /// The events that it is about.
        events: Box<[usize]>,
    },
}

/// How it is known which of two stays of a device came first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderOfStays {
    /// The device's own log numbers a record of the one before a record of the other.
    OwnLog,
    /// These statements leave no time for the other order; none are named in a network that is too
    /// large to ask for each.
    Clocks(Box<[usize]>),
}

/// On what a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Records say it.
    Evidence,
    /// The case file says it.
    Declared,
    /// Nobody says it; it is taken to be so unless the case file says otherwise.
    Assumed,
}

impl Basis {
    /// The word in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Declared => "declared",
            Self::Assumed => "assumed",
        }
    }
}

/// Whether the solution goes by a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    InForce,
    /// It cannot hold together with others, and left out it would let them hold: bounds do not rest
    /// on it.
    Disputed,
    /// It says nothing that can be used.
    Unused(WhyUnused),
}

/// Why a statement is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyUnused {
    /// It is about no event.
    NoEvent,
    /// The evidence has no such event.
    NotInEvidence,
    /// The clock was set on the day of the observation, and nobody says whether before or after it.
    SetOnThatDay,
    /// It gives no moment.
    NoMoment,
    /// It is about the first or the last of events by several clocks, whose order is what is asked.
    SeveralClocks,
}

impl Statement {
    /// The word for its kind in every output.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.claim {
            Claim::Observation { .. } => "observation",
            Claim::Drift { .. } => "drift",
            Claim::ClockChange { .. } => "clock-change",
            Claim::TimeService { .. } => "time-service",
            Claim::RecordOrder { .. } => "record-order",
            Claim::OnePlace { .. } => "one-place",
            Claim::Fact { .. } => "fact",
        }
    }

    /// The letter that its id begins with; a fact has an id of its own.
    pub(crate) const fn letter(&self) -> char {
        match self.claim {
            Claim::Observation { .. } => 'O',
            Claim::Drift { .. } => 'D',
            Claim::ClockChange { .. } => 'S',
            Claim::TimeService { .. } => 'T',
            Claim::RecordOrder { .. } => 'R',
            Claim::OnePlace { .. } => 'P',
            Claim::Fact { .. } => 'F',
        }
    }

    /// Whether it can be doubted by itself: how clocks run between what is stated of them is what all
    /// else is held against.
    pub(crate) const fn can_be_doubted(&self) -> bool {
        !matches!(self.claim, Claim::Drift { .. } | Claim::ClockChange { .. })
    }
}

/// All that the solver found, beside the corrections themselves.
#[derive(Debug, Clone, Default)]
pub struct Clocks {
    /// All statements.
    pub statements: Vec<Statement>,
    /// What became of each observation whose reading was unknown.
    pub readings: Vec<Readings>,
    /// Statements that cannot all hold, each set as small as can be.
    pub conflicts: Vec<ClockConflict>,
    /// The bounds of the moments that matter, and on what they rest.
    pub moments: Vec<MomentBounds>,
    /// How many combinations of the readings that are left can hold; `None`: more are left than were
    /// tried together.
    pub combinations: Option<usize>,
    /// The places of the observations among the statements, by machine and by their place there.
    pub observations: BTreeMap<(MachineIndex, usize), usize>,
    /// What the time between two events is asked of.
    pub(crate) solved: Option<Arc<SolvedNetwork>>,
}

/// The network with what is in force.
#[derive(Debug)]
pub(crate) struct SolvedNetwork {
    pub(crate) network: Network,
    pub(crate) in_force: InForce,
    /// The runs of each machine's clock, by machine and segment.
    pub(crate) rows: Vec<Vec<Row>>,
}

/// An observation that can be read in two ways.
#[derive(Debug, Clone)]
pub struct Readings {
    /// The statement.
    pub statement: usize,
    /// The readings that are left.
    pub left: Vec<Reads>,
    /// The readings that are ruled out.
    pub ruled_out: Vec<RuledOut>,
    /// Up to which drift of the clocks each reading is ruled out.
    pub up_to_drift: Vec<(Reads, UpToDrift)>,
}

/// A reading that cannot hold.
#[derive(Debug, Clone)]
pub struct RuledOut {
    /// The reading.
    pub reads: Reads,
    /// The statements with which it cannot hold. Empty: each of them fits, but not together with any
    /// reading of the other observations.
    pub by: Vec<usize>,
    /// Those of them without which it could hold: on each of these alone it rests.
    pub decisive: Vec<usize>,
}

/// Up to which drift of all clocks a reading is ruled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpToDrift {
    /// It could hold if no clock drifted at all.
    Never,
    /// If no clock drifts by more than so many millionths it cannot hold.
    Ppm(u32),
    /// It cannot hold, however much they drift: the largest that was tried.
    Beyond(u32),
    /// It was not asked: the case is too large.
    NotAsked,
}

/// Statements that cannot all hold.
#[derive(Debug, Clone)]
pub struct ClockConflict {
    /// The statements.
    pub statements: Vec<usize>,
    /// By how many ticks they contradict each other.
    pub by: i64,
    /// Those of them that, left out, let all others hold.
    pub restored_by: Vec<usize>,
}

/// A moment that matters: the bounds of its correction, and on what they rest.
#[derive(Debug, Clone)]
pub struct MomentBounds {
    /// The machine.
    pub machine: MachineIndex,
    /// The event.
    pub event: usize,
    /// The least correction, in ticks.
    pub earliest: Option<i64>,
    /// The statements that it rests on.
    pub earliest_rests_on: Vec<usize>,
    /// The greatest correction, in ticks.
    pub latest: Option<i64>,
    /// The statements that it rests on.
    pub latest_rests_on: Vec<usize>,
    /// The bounds when one statement is left out, where that moves them.
    pub without: Vec<Without>,
}

/// Bounds when one statement is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Without {
    /// The statement.
    pub statement: usize,
    /// The least correction then, in ticks.
    pub earliest: Option<i64>,
    /// The greatest correction then, in ticks.
    pub latest: Option<i64>,
}
