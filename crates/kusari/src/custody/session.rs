//! Sessions: a device in a machine, from plug to pull, with the logins between.
//!
//! Sessions are built by the machine's own clock, on which all its records stand in one order;
//! no correction can change that order.

use std::collections::BTreeMap;

use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};
use smallvec::SmallVec;

use super::Runs;
use crate::event::{Action, Confidence, MachineIndex, meaning};
use crate::identity::DeviceIndex;
use crate::reconstruction::Events;

/// Records of one plug or one pull in different sources stand this close by one clock. Drivers
/// are loaded and logs written over several seconds; seen in the field: 7 to 15 s behind the plug.
const SAME_MOMENT: i64 = 60 * TICKS_PER_SECOND;

/// A login or a use of a file that is recorded this little before the connection still belongs to it,
/// since a logged connection trails the plug; likewise behind a removal.
pub(crate) const TRAILING: i64 = 15 * TICKS_PER_SECOND;

/// Logins without a connection, and a removal behind them, belong together only within half a day.
const HALF_DAY: i64 = 12 * 3600 * TICKS_PER_SECOND;

/// The numbers of events. Most lists of a session hold one, which is kept without a list of its own: there
/// are millions.
pub type EventList = SmallVec<[usize; 1]>;

/// A device in a machine. Every part may be missing, and says so by being empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// The device.
    pub device: DeviceIndex,
    /// The machine.
    pub machine: MachineIndex,
    /// The records of the connection, earliest first.
    pub connected: EventList,
    /// Records that Windows installed the device for the first time at this connection.
    pub first_installed: EventList,
    /// Logins and other operations on the device, in order.
    pub logins: EventList,
    /// The records of the removal, earliest first.
    pub removed: EventList,
}

impl Session {
    /// All its records.
    pub fn events(&self) -> impl Iterator<Item = usize> + '_ {
        let all = [
            &self.connected,
            &self.first_installed,
            &self.logins,
            &self.removed,
        ];
        all.into_iter().flatten().copied()
    }

    /// When it began, by the machine's own clock; `None` without a connection on record.
    pub(crate) fn begin(&self, events: &Events) -> Option<Timestamp> {
        let connected = self.connected.iter();
        connected.map(|event| events.own_time(*event)).min()
    }

    /// When it ended, by the machine's own clock; `None` without a removal on record.
    pub(crate) fn end(&self, events: &Events) -> Option<Timestamp> {
        let removed = self.removed.iter();
        removed.map(|event| events.own_time(*event)).max()
    }

    /// Whether a moment of the machine's own clock, the first and the last that a recorded time can
    /// mean, lies in it. Without a record of both ends nobody knows how long it lasted.
    pub(crate) fn holds(
        &self,
        events: &Events,
        (first, last): (Timestamp, Timestamp),
        tolerance: i64,
    ) -> bool {
        let span = self.begin(events).zip(self.end(events));
        span.is_some_and(|(begin, end)| {
            begin.ticks_since(last) <= tolerance && first.ticks_since(end) <= tolerance
        })
    }
}

/// Builds the sessions of all devices on all machines, ordered by device, machine and time.
pub(crate) fn sessions(events: &Events) -> Vec<Session> {
    let mut by_place: BTreeMap<(DeviceIndex, MachineIndex), Vec<usize>> = BTreeMap::new();
    for &index in events.order() {
        let Some(placed) = events.placed(index) else {
            continue;
        };
        let (Some(device), Some(machine)) = (placed.device, placed.machine) else {
            continue;
        };
        by_place.entry((device, machine)).or_default().push(index);
    }
    let runs = Runs::new(events);
    let mut all = Vec::new();
    for ((device, machine), mut list) in by_place {
        list.sort_by_key(|&index| (events.own_time(index), index));
        let mut builder = Builder {
            events,
            runs: &runs,
            device,
            machine,
            installed: None,
            done: Vec::new(),
            open: None,
        };
        for &index in &list {
            builder.take(index);
        }
        builder.close();
        let mut made = builder.done;
        attach_first_installs(events, &list, &mut made);
        all.extend(made);
    }
    all
}

struct Builder<'a> {
    events: &'a Events,
    runs: &'a Runs,
    device: DeviceIndex,
    machine: MachineIndex,
    /// The last installation.
    installed: Option<usize>,
    done: Vec<Session>,
    open: Option<Session>,
}

impl Builder<'_> {
    fn take(&mut self, index: usize) {
        let Some(row) = self.events.row(index) else {
            return;
        };
        match row.action {
            Action::Connected => self.connected(index, row.confidence),
            Action::Removed => self.removed(index),
            Action::LoginSucceeded
            | Action::LoginFailed
            | Action::PasswordChanged
            | Action::PasswordChangeFailed
            | Action::DeviceOperation => self.login(index),
            Action::Installed => self.installed = Some(index),
            _ => {}
        }
    }

    fn fresh(&self) -> Session {
        Session {
            device: self.device,
            machine: self.machine,
            ..Session::default()
        }
    }

    fn close(&mut self) {
        self.done.extend(self.open.take());
    }

    fn close_to(&self, index: usize, others: &[usize], most: i64) -> bool {
        let at = self.events.own_time(index);
        others
            .last()
            .is_some_and(|&other| at.ticks_since(self.events.own_time(other)) <= most)
    }

    /// Whether the machine's run ended between the open session's last record and this one.
    fn run_ended(&self, index: usize) -> bool {
        let at = self.events.own_time(index);
        let last = |open: &Session| open.events().map(|i| self.events.own_time(i)).max();
        self.open
            .as_ref()
            .and_then(last)
            .is_some_and(|last| self.runs.ended_between(self.machine, last, at))
    }

    /// Whether an inferred start of the device is that of an exchanged driver: Windows has just
    /// installed one, and the device was in place.
    fn is_driver_exchange(&self, index: usize) -> bool {
        let in_place = self
            .open
            .as_ref()
            .is_some_and(|open| !open.connected.is_empty() && open.removed.is_empty());
        let installed = self.installed.as_slice();
        in_place && self.close_to(index, installed, SAME_MOMENT) && !self.run_ended(index)
    }

    fn connected(&mut self, index: usize, confidence: Confidence) {
        let joins = self.open.as_ref().is_some_and(|open| {
            open.removed.is_empty()
                && (self.close_to(index, &open.connected, SAME_MOMENT)
                    || (open.connected.is_empty() && self.close_to(index, &open.logins, TRAILING)))
        });
        if !joins && confidence == Confidence::Inferred && self.is_driver_exchange(index) {
            return;
        }
        if !joins {
            self.close();
        }
        let fresh = self.fresh();
        self.open.get_or_insert(fresh).connected.push(index);
    }

    fn removed(&mut self, index: usize) {
        let joins = self.open.as_ref().is_some_and(|open| {
            if !open.removed.is_empty() {
                self.close_to(index, &open.removed, SAME_MOMENT)
            } else {
                !open.connected.is_empty() || self.close_to(index, &open.logins, HALF_DAY)
            }
        });
        if !joins {
            self.close();
        }
        let fresh = self.fresh();
        self.open.get_or_insert(fresh).removed.push(index);
    }

    fn login(&mut self, index: usize) {
        if self
            .open
            .as_ref()
            .is_some_and(|open| !open.removed.is_empty())
        {
            self.close();
        }
        let far = self.open.as_ref().is_some_and(|open| {
            open.connected.is_empty() && !self.close_to(index, &open.logins, HALF_DAY)
        });
        // A device that is in place at the next start is recorded anew: a login behind a stop has
        // no connection when there is no such record.
        if far || self.run_ended(index) {
            self.close();
        }
        let fresh = self.fresh();
        self.open.get_or_insert(fresh).logins.push(index);
    }
}

/// A first installation stands in the session whose connection it came with. A record of the
/// device before it shows that it was not the first, whatever it says: the setup log also has
/// exchanged drivers, and an upgrade of Windows dates all installations anew.
fn attach_first_installs(events: &Events, list: &[usize], sessions: &mut [Session]) {
    let Some(&earliest) = list.first() else {
        return;
    };
    for &index in list {
        let since = events
            .own_time(index)
            .ticks_since(events.own_time(earliest));
        if since > SAME_MOMENT {
            break;
        }
        let Some(row) = events.row(index) else {
            continue;
        };
        if row.action != Action::Installed || !is_first_install(events, index) {
            continue;
        }
        let at = events.own_time(index);
        let near =
            |connected: &usize| at.ticks_since(events.own_time(*connected)).abs() <= SAME_MOMENT;
        if let Some(session) = sessions.iter_mut().find(|s| s.connected.iter().any(near)) {
            session.first_installed.push(index);
        }
    }
}

/// Whether the record says that Windows met the device for the first time: the property of that
/// name, or the setup log, which has a section for a device's first installation.
fn is_first_install(events: &Events, index: usize) -> bool {
    let first_date = events
        .row(index)
        .and_then(|row| events.strings().get(row.meaning))
        .is_some_and(|text| text == meaning::FIRST_INSTALL_DATE);
    first_date || events.artifact(index) == Some("setup-log")
}

#[cfg(test)]
mod tests;
