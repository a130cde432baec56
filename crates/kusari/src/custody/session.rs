//! Sessions: a device in a machine, from plug to pull, with the logins between.
//!
//! Sessions are built by the machine's own clock, on which all its records stand in one order;
//! no correction can change that order.

use std::collections::BTreeMap;

use kusari_evidence::time::TICKS_PER_SECOND;

use crate::event::{Action, MachineIndex, meaning};
use crate::identity::DeviceIndex;
use crate::reconstruction::Events;

/// Records of one plug or one pull in different sources stand this close by one clock. Drivers
/// are loaded and logs written over several seconds; seen in the field: 7 to 15 s behind the plug.
const SAME_MOMENT: i64 = 60 * TICKS_PER_SECOND;

/// A login that is recorded this little before the connection still belongs to it, since a logged
/// connection trails the plug.
const TRAILING: i64 = 15 * TICKS_PER_SECOND;

/// A device in a machine. Every part may be missing, and says so by being empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// The device.
    pub device: DeviceIndex,
    /// The machine.
    pub machine: MachineIndex,
    /// The records of the connection, earliest first.
    pub connected: Vec<usize>,
    /// Records that Windows installed the device for the first time at this connection.
    pub first_installed: Vec<usize>,
    /// Logins and other operations on the device, in order.
    pub logins: Vec<usize>,
    /// The records of the removal, earliest first.
    pub removed: Vec<usize>,
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
    let mut all = Vec::new();
    for ((device, machine), mut list) in by_place {
        list.sort_by_key(|&index| (events.own_time(index), index));
        let mut builder = Builder {
            events,
            device,
            machine,
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
    device: DeviceIndex,
    machine: MachineIndex,
    done: Vec<Session>,
    open: Option<Session>,
}

impl Builder<'_> {
    fn take(&mut self, index: usize) {
        let Some(row) = self.events.row(index) else {
            return;
        };
        match row.action {
            Action::Connected => self.connected(index),
            Action::Removed => self.removed(index),
            Action::LoginSucceeded
            | Action::LoginFailed
            | Action::PasswordChanged
            | Action::PasswordChangeFailed
            | Action::DeviceOperation => self.login(index),
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

    fn connected(&mut self, index: usize) {
        let joins = self.open.as_ref().is_some_and(|open| {
            open.removed.is_empty()
                && (self.close_to(index, &open.connected, SAME_MOMENT)
                    || (open.connected.is_empty() && self.close_to(index, &open.logins, TRAILING)))
        });
        if !joins {
            self.close();
        }
        let fresh = self.fresh();
        self.open.get_or_insert(fresh).connected.push(index);
    }

    fn removed(&mut self, index: usize) {
        let joins = self.open.as_ref().is_some_and(|open| {
            open.removed.is_empty() || self.close_to(index, &open.removed, SAME_MOMENT)
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
        // Logins without a connection on different days are different sessions.
        let far = self.open.as_ref().is_some_and(|open| {
            open.connected.is_empty() && !self.close_to(index, &open.logins, DAY)
        });
        if far {
            self.close();
        }
        let fresh = self.fresh();
        self.open.get_or_insert(fresh).logins.push(index);
    }
}

const DAY: i64 = 12 * 3600 * TICKS_PER_SECOND;

/// A first installation stands in the session whose connection it came with.
fn attach_first_installs(events: &Events, list: &[usize], sessions: &mut [Session]) {
    for &index in list {
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
