//! What is on record of each device: what a lane shows, and when else the device was somewhere.

use std::collections::{BTreeMap, BTreeSet};

use kusari::Reconstruction;
use kusari::custody::{Line, LineKind, Session};
use kusari::event::{Action, MachineIndex};
use kusari::identity::DeviceIndex;
use kusari_evidence::time::Timestamp;

use super::gather::MARKS_OF_A_STAY;
use crate::custody::data;
use crate::view::View;

/// What is on record of one device.
#[derive(Default)]
pub(super) struct OfDevice<'a> {
    /// What the view selects.
    pub(super) shown: Vec<OnRecord<'a>>,
    /// The sessions that it does not select, from their first to their last moment: a lane that leaves
    /// them out must not say that nothing is on record then.
    pub(super) hidden: Vec<(Timestamp, Timestamp)>,
}

/// A session, or an installation without a connection.
pub(super) struct OnRecord<'a> {
    pub(super) machine: MachineIndex,
    /// Its first and its last moment, corrected.
    pub(super) span: (Timestamp, Timestamp),
    pub(super) what: What<'a>,
}

#[derive(Clone, Copy)]
pub(super) enum What<'a> {
    Session(&'a Session),
    Installed(&'a Line),
}

impl OnRecord<'_> {
    /// Whether all its logins are drawn.
    pub(super) fn is_drawn_whole(&self) -> bool {
        match self.what {
            What::Session(session) => session.logins.len() <= MARKS_OF_A_STAY,
            What::Installed(_) => true,
        }
    }
}

/// What is on record of these devices. No texts yet: of millions of sessions few are drawn.
pub(super) fn of_devices<'a>(
    r: &'a Reconstruction,
    view: &View,
    devices: &BTreeSet<DeviceIndex>,
) -> BTreeMap<DeviceIndex, OfDevice<'a>> {
    let mut all: BTreeMap<DeviceIndex, OfDevice<'a>> = BTreeMap::new();
    let of_these = |session: &&Session| devices.contains(&session.device);
    for session in r.sessions().iter().filter(of_these) {
        let Some(span) = span(r, session) else {
            continue;
        };
        let of_device = all.entry(session.device).or_default();
        if data::is_shown(r, view, session) {
            of_device.shown.push(OnRecord {
                machine: session.machine,
                span,
                what: What::Session(session),
            });
        } else {
            of_device.hidden.push(span);
        }
    }
    add_lone_installs(r, view, devices, &mut all);
    all
}

/// Installations without a connection, as the table has them.
fn add_lone_installs<'a>(
    r: &'a Reconstruction,
    view: &View,
    devices: &BTreeSet<DeviceIndex>,
    all: &mut BTreeMap<DeviceIndex, OfDevice<'a>>,
) {
    let table = r.custody_table();
    for row in &table.rows {
        let Some(machine) = row.machine else { continue };
        for (device, cell) in table.columns.iter().zip(&row.cells) {
            let is_install = |line: &&Line| line.what == LineKind::Action(Action::Installed);
            for line in cell.lines.iter().filter(is_install) {
                let Some(time) = line.corrected.filter(|_| devices.contains(device)) else {
                    continue;
                };
                let span = (time.estimate, time.estimate);
                let of_device = all.entry(*device).or_default();
                if view.selection.has_machine(Some(machine)) {
                    of_device.shown.push(OnRecord {
                        machine,
                        span,
                        what: What::Installed(line),
                    });
                } else {
                    of_device.hidden.push(span);
                }
            }
        }
    }
}

/// From the connection of a session to its removal; where one is not on record, to the record that is
/// farthest.
fn span(r: &Reconstruction, session: &Session) -> Option<(Timestamp, Timestamp)> {
    let columns = r.event_columns();
    let estimate = |index| Some(columns.placed(index)?.corrected.estimate);
    let first = |events: &[usize]| events.first().copied().and_then(estimate);
    let from = first(&session.connected).or_else(|| session.events().filter_map(estimate).min())?;
    let to = first(&session.removed).or_else(|| session.events().filter_map(estimate).max())?;
    Some((from, to.max(from)))
}
