//! The records that answers are looked up in, gathered in one pass over all events.

use std::collections::{BTreeMap, BTreeSet};

use kusari_evidence::time::TICKS_PER_SECOND;

use super::connections::ConnectionLog;
use super::{End, connections};
use crate::event::{Action, MachineIndex, SourceIndex};
use crate::identity::DeviceIndex;
use crate::intake::vendor_log;
use crate::reconstruction::Reconstruction;

/// One numbered record of a device's own log.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnRecord {
    pub(super) number: u64,
    pub(super) event: usize,
}

/// All records by what is asked of them.
#[derive(Default)]
pub(super) struct Records {
    /// What is on record of a device at a machine, whatever it is.
    at_machine: BTreeMap<(DeviceIndex, MachineIndex), Vec<usize>>,
    /// What was done with files of a device.
    file_use: BTreeMap<DeviceIndex, Vec<usize>>,
    /// The records of devices' own logs, by number.
    own_logs: BTreeMap<SourceIndex, Vec<OwnRecord>>,
    /// Records of devices' own logs that have no number.
    without_number: BTreeMap<SourceIndex, Vec<usize>>,
    /// Sources that have connections of devices that can be carried.
    with_connections: BTreeSet<SourceIndex>,
    /// Connections that are of no known device, by source.
    of_nobody: BTreeMap<SourceIndex, Vec<usize>>,
    connection_logs: BTreeMap<MachineIndex, Vec<ConnectionLog>>,
}

/// Records of one plug or one pull stand this close by one clock.
const SAME_MOMENT: i64 = 60 * TICKS_PER_SECOND;

impl Records {
    pub(super) fn new(r: &Reconstruction) -> Self {
        let mut own = Self::default();
        for event in 0..r.events.len() {
            let (Some(row), Some(placed)) = (r.events.row(event), r.events.placed(event)) else {
                continue;
            };
            if let Some(device) = placed.device {
                if let Some(machine) = placed.machine {
                    own.at_machine
                        .entry((device, machine))
                        .or_default()
                        .push(event);
                }
                if is_file_use(row.action) {
                    own.file_use.entry(device).or_default().push(event);
                }
            }
            if r.events.artifact(event) == Some(vendor_log::NAME) {
                if let Some(number) = row.number {
                    let record = OwnRecord { number, event };
                    own.own_logs.entry(row.source).or_default().push(record);
                } else {
                    let bare = own.without_number.entry(row.source);
                    bare.or_default().push(event);
                }
            }
            let is_carried = |device| r.device(device).is_some_and(|own| own.carried);
            match (row.action, placed.device) {
                (Action::Connected, Some(device)) if is_carried(device) => {
                    own.with_connections.insert(row.source);
                }
                (Action::Connected | Action::Present, None) => {
                    own.of_nobody.entry(row.source).or_default().push(event);
                }
                _ => {}
            }
        }
        own.connection_logs = connections::logs(r);
        for records in own.own_logs.values_mut() {
            records.sort_unstable_by_key(|own| (own.number, own.event));
        }
        own
    }

    /// What is on record of a device at a machine.
    pub(super) fn at_machine(&self, device: DeviceIndex, machine: MachineIndex) -> &[usize] {
        self.at_machine
            .get(&(device, machine))
            .map_or(&[], Vec::as_slice)
    }

    /// What was done with files of a device.
    pub(super) fn file_use(&self, device: DeviceIndex) -> &[usize] {
        self.file_use.get(&device).map_or(&[], Vec::as_slice)
    }

    /// The records of a device's own log, by number.
    pub(super) fn own_log(&self, source: SourceIndex) -> &[OwnRecord] {
        self.own_logs.get(&source).map_or(&[], Vec::as_slice)
    }

    /// The records of a device's own log that have no number.
    pub(super) fn without_number(&self, source: SourceIndex) -> &[usize] {
        self.without_number.get(&source).map_or(&[], Vec::as_slice)
    }

    /// The logs of a machine that have a record for each connection.
    pub(super) fn connection_logs(&self, machine: MachineIndex) -> &[ConnectionLog] {
        let own = self.connection_logs.get(&machine);
        own.map_or(&[], Vec::as_slice)
    }

    /// Whether a source has connections of devices that can be carried.
    pub(super) fn has_connections(&self, source: SourceIndex) -> bool {
        self.with_connections.contains(&source)
    }

    /// The connections of a source that are of no known device.
    pub(super) fn of_nobody(&self, source: SourceIndex) -> &[usize] {
        self.of_nobody.get(&source).map_or(&[], Vec::as_slice)
    }
}

/// Whether a record says that a file was used.
fn is_file_use(action: Action) -> bool {
    matches!(
        action,
        Action::FileOpened
            | Action::FileCreated
            | Action::FileWritten
            | Action::FileRenamed
            | Action::FileDeleted
            | Action::FolderOpened
    )
}

/// Where an event lies to a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lies {
    Outside,
    /// Within all bounds.
    Inside,
    /// The bounds leave it open.
    Perhaps,
}

/// Where an event lies to a stretch. What stands within a minute of one of its ends on the same clock is
/// of that end: a plug and a pull leave several records.
pub(super) fn lies(r: &Reconstruction, event: usize, from: End, to: End) -> Lies {
    let belongs_to = |end: End| match end {
        End::Event(end) => {
            let machine = |event| r.events.placed(event).and_then(|placed| placed.machine);
            let apart = r.events.own_time(event).ticks_since(r.events.own_time(end));
            machine(event) == machine(end) && apart.abs() <= SAME_MOMENT
        }
        End::Moment(_) | End::Open => false,
    };
    if belongs_to(from) || belongs_to(to) {
        return Lies::Outside;
    }
    let bounds = r.events.placed(event).map(|placed| placed.corrected);
    let is_before = |end: End| match end {
        End::Event(end) => r.is_certainly_before(event, end),
        End::Moment(at) => bounds.is_some_and(|own| own.latest.is_some_and(|own| own < at)),
        End::Open => false,
    };
    let is_behind = |end: End| match end {
        End::Event(end) => r.is_certainly_before(end, event),
        End::Moment(at) => bounds.is_some_and(|own| own.earliest.is_some_and(|own| own >= at)),
        End::Open => false,
    };
    if is_before(from) || is_behind(to) {
        Lies::Outside
    } else if (from == End::Open || is_behind(from)) && (to == End::Open || is_before(to)) {
        Lies::Inside
    } else {
        Lies::Perhaps
    }
}
