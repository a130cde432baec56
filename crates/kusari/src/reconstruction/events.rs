//! All events of a case in columns, with the machine, the device and the corrected time of each.

use kusari_artifacts::Locator;
use kusari_evidence::time::Timestamp;

use crate::case::Case;
use crate::clock::solve::{Input, solve};
use crate::clock::{Clocks, CorrectedTime};
use crate::custody::Session;
use crate::event::{EventRow, EventTable, MachineIndex};
use crate::identity::{Device, DeviceIndex};
use crate::machine::Machine;
use crate::source::Source;
use crate::strings::StringPool;

/// What an event was placed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The machine that it happened at, and on whose clock it was recorded.
    pub machine: Option<MachineIndex>,
    /// The device that it happened to.
    pub device: Option<DeviceIndex>,
    /// How many devices fit, when it is more than one; then none is chosen.
    pub candidates: u16,
    /// Its time by the machine's own clock, UTC; the earlier one where local time means two.
    pub own: Timestamp,
    /// Its time after correction.
    pub corrected: CorrectedTime,
}

/// All events of a case.
#[derive(Debug, Default)]
pub struct Events {
    pub(super) strings: StringPool,
    pub(super) table: EventTable,
    pub(super) placed: Vec<Placed>,
    pub(super) order: Vec<usize>,
    pub(super) artifacts: Vec<&'static str>,
}

impl Events {
    /// Takes what each event was placed to. As long as no clock is solved, events stand in the order of
    /// their own times.
    pub(super) fn place(&mut self, placed: Vec<Placed>) {
        self.placed = placed;
        self.sort();
    }

    /// Solves for the clocks and corrects all times by them.
    pub(super) fn solve_clocks(
        &mut self,
        case: &Case,
        machines: &mut [Machine],
        (devices, sources): (&[Device], &[Source]),
        sessions: &[Session],
    ) -> Clocks {
        let solution = solve(&Input {
            case,
            machines,
            devices,
            events: self,
            sessions,
            sources,
        });
        for (machine, (moments, alternatives)) in machines.iter_mut().zip(solution.machines) {
            machine.clock.take(moments, alternatives);
        }
        for (index, placed) in self.placed.iter_mut().enumerate() {
            let machine = placed.machine.and_then(|index| usize::try_from(index).ok());
            if let (Some(machine), Some(row)) = (
                machine.and_then(|index| machines.get(index)),
                self.table.row(index),
            ) {
                placed.corrected = machine.clock.correct(row.time);
            }
        }
        self.sort();
        solution.clocks
    }

    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.table.len()).collect();
        order.sort_by_key(|&index| {
            let placed = self.placed.get(index);
            placed.map(|placed| (placed.corrected.estimate, placed.own, index))
        });
        self.order = order;
    }

    /// How many events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The numbers of all events in the order of corrected time; events at the same time keep the
    /// order of their sources and of their records.
    #[must_use]
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// The event with that number, its texts as numbers into [`Self::strings`].
    #[must_use]
    pub fn row(&self, index: usize) -> Option<EventRow> {
        self.table.row(index)
    }

    /// What the event was placed to.
    #[must_use]
    pub fn placed(&self, index: usize) -> Option<Placed> {
        self.placed.get(index).copied()
    }

    /// The event's time by the machine's own clock, UTC. The first moment for a number that is no
    /// event's.
    #[must_use]
    pub fn own_time(&self, index: usize) -> Timestamp {
        self.placed(index)
            .map_or(Timestamp::EPOCH, |placed| placed.own)
    }

    /// Where the event's record stands in its source.
    #[must_use]
    pub fn locator(&self, index: usize) -> Option<Locator> {
        self.table.locator(&self.strings, index)
    }

    /// The texts of all events.
    #[must_use]
    pub fn strings(&self) -> &StringPool {
        &self.strings
    }

    /// The kind of artifact that the event's source is.
    #[must_use]
    pub fn artifact(&self, index: usize) -> Option<&'static str> {
        let source = usize::try_from(self.row(index)?.source).ok()?;
        self.artifacts.get(source).copied()
    }
}
