//! When a machine was started and stopped. A device that stays in place is recorded as connected
//! again at every start of Windows, and can leave unseen while the machine is off.

use std::collections::BTreeMap;

use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use crate::event::{Action, MachineIndex};
use crate::reconstruction::Events;

/// A start of Windows is on record in several places, from the kernel to the last service, and the
/// devices that are in place are found between them.
const STARTING: i64 = 600 * TICKS_PER_SECOND;

/// The starts and stops of all machines, by their own clocks.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    started: BTreeMap<MachineIndex, Vec<Timestamp>>,
    stopped: BTreeMap<MachineIndex, Vec<Timestamp>>,
}

impl Runs {
    pub(crate) fn new(events: &Events) -> Self {
        let mut runs = Self::default();
        for index in 0..events.len() {
            let (Some(row), Some(placed)) = (events.row(index), events.placed(index)) else {
                continue;
            };
            let list = match row.action {
                Action::Started | Action::ShutDownUnexpectedly => &mut runs.started,
                Action::ShutDown => &mut runs.stopped,
                _ => continue,
            };
            if let Some(machine) = placed.machine {
                list.entry(machine).or_default().push(placed.own);
            }
        }
        for list in runs.started.values_mut().chain(runs.stopped.values_mut()) {
            list.sort_unstable();
        }
        runs
    }

    /// Whether the machine's run ended between two moments. A start right behind the first of them
    /// is the one that it belongs to.
    pub(crate) fn ended_between(&self, machine: MachineIndex, a: Timestamp, b: Timestamp) -> bool {
        let started = a
            .checked_add_ticks(STARTING)
            .is_some_and(|a| any(&self.started, machine, a, b));
        started || any(&self.stopped, machine, a, b)
    }

    /// Whether Windows was starting at that moment.
    pub(crate) fn was_starting(&self, machine: MachineIndex, at: Timestamp) -> bool {
        at.checked_add_ticks(-STARTING)
            .zip(at.checked_add_ticks(STARTING / 10))
            .is_some_and(|(from, to)| any(&self.started, machine, from, to))
    }
}

fn any(
    times: &BTreeMap<MachineIndex, Vec<Timestamp>>,
    machine: MachineIndex,
    a: Timestamp,
    b: Timestamp,
) -> bool {
    let Some(times) = times.get(&machine) else {
        return false;
    };
    let next = times.partition_point(|&time| time <= a);
    times.get(next).is_some_and(|&time| time < b)
}
