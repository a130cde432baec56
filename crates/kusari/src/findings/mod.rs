//! Findings: what in the evidence does not fit together, and what limits what it can say.
//!
//! One rule a file. A rule says "consistent with" or "not consistent with"; it never says who did
//! what. To add one: a file here with `pub(super) const RULE: Rule`, a line in [`RULES`], a page under
//! `docs/findings`.

mod clock_set_and_back;
mod clock_statements_conflict;
mod connection_without_removal;
mod file_use_outside_session;
mod identity_clash;
mod install_after_arrival;
mod journal_made_anew;
mod log_cleared;
mod log_contradicts_itself;
mod login_outside_session;
mod login_without_connection;
mod overlapping_sessions;
mod record_numbers_jump;
mod registry_entry_missing;
mod removal_without_connection;
mod serial_made_by_windows;
mod several_computers;
mod times_run_backwards;

use std::collections::BTreeSet;

use kusari_artifacts::Locator;
use kusari_evidence::time::Timestamp;

use crate::event::{MachineIndex, SourceIndex};
use crate::harvest::ClockChange;
use crate::identity::DeviceIndex;
use crate::reconstruction::Reconstruction;

/// A rule: its name in every output, and how it looks.
pub struct Rule {
    /// The word in every output.
    pub name: &'static str,
    /// Looks through a reconstruction.
    pub check: fn(&Reconstruction) -> Vec<Finding>,
}

/// All rules, in the order in which their findings are listed.
pub const RULES: &[&Rule] = &[
    &login_without_connection::RULE,
    &login_outside_session::RULE,
    &clock_statements_conflict::RULE,
    &overlapping_sessions::RULE,
    &connection_without_removal::RULE,
    &removal_without_connection::RULE,
    &file_use_outside_session::RULE,
    &identity_clash::RULE,
    &serial_made_by_windows::RULE,
    &several_computers::RULE,
    &log_cleared::RULE,
    &record_numbers_jump::RULE,
    &log_contradicts_itself::RULE,
    &times_run_backwards::RULE,
    &clock_set_and_back::RULE,
    &registry_entry_missing::RULE,
    &install_after_arrival::RULE,
    &journal_made_anew::RULE,
];

/// One finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static str,
    /// What it says, in English.
    pub en: String,
    /// What it says, in Japanese.
    pub ja: String,
    /// The machine that it is about.
    pub machine: Option<MachineIndex>,
    /// The device that it is about.
    pub device: Option<DeviceIndex>,
    /// The events that it rests on.
    pub events: Vec<usize>,
    /// The sources that it rests on, besides those of its events.
    pub sources: Vec<SourceIndex>,
}

pub(crate) fn find(reconstruction: &Reconstruction) -> Vec<Finding> {
    let mut all = Vec::new();
    for rule in RULES {
        let mut found = (rule.check)(reconstruction);
        for finding in &mut found {
            finding.rule = rule.name;
        }
        all.extend(found);
    }
    all
}

impl Reconstruction {
    /// A machine as findings name it, in English and Japanese.
    pub(crate) fn machine_names(&self, index: MachineIndex) -> (String, String) {
        let Some(machine) = self.machine(index) else {
            return (String::new(), String::new());
        };
        match &machine.label {
            Some(label) => (
                format!("{} ({})", label.en(), machine.id),
                label.ja().to_owned(),
            ),
            None => (machine.id.clone(), machine.id.clone()),
        }
    }

    /// A device as findings name it.
    pub(crate) fn device_name(&self, index: DeviceIndex) -> String {
        self.device(index)
            .map(|device| device.id.clone())
            .unwrap_or_default()
    }

    /// Whether a machine's own evidence says anything of a device; what a stick's own log says of
    /// the machine aside.
    fn own_evidence_knows(&self, machine: MachineIndex, device: DeviceIndex) -> bool {
        let named = self.device(device).is_some_and(|device| {
            device
                .identities
                .iter()
                .any(|line| line.machine == Some(machine))
        });
        named
            || self.timeline().any(|event| {
                event.placed.device == Some(device) && event.source.machine == Some(machine)
            })
    }

    /// The times of events as the machine's own local clock showed them, with the day.
    pub(crate) fn local_times(&self, events: &[usize]) -> String {
        let mut times: Vec<String> = Vec::new();
        for &index in events {
            let Some(placed) = self.events.placed(index) else {
                continue;
            };
            let local = placed
                .machine
                .map_or(placed.own, |machine| self.local_time(machine, placed.own));
            let text = local.to_text(0).replace('T', " ");
            let same_day = times
                .first()
                .and_then(|first: &String| first.get(..10))
                .is_some_and(|day| text.starts_with(day));
            times.push(if same_day {
                text.get(11..).unwrap_or(&text).to_owned()
            } else {
                text
            });
        }
        times.join(", ")
    }

    /// A moment by a machine's own clock, as its local clock showed it.
    fn local_moment(&self, machine: MachineIndex, at: Timestamp) -> String {
        self.local_time(machine, at).to_text(0).replace('T', " ")
    }

    /// Whether nothing says that all sources of a machine are of one computer.
    fn names_several_computers(&self, machine: MachineIndex) -> bool {
        self.machine(machine)
            .is_some_and(|own| own.name_groups.len() > 1)
    }

    /// The machine that records call by a computer name.
    fn machine_called(&self, name: &str) -> Option<MachineIndex> {
        let position = self.machines.iter().position(|own| own.is_named(name))?;
        MachineIndex::try_from(position).ok()
    }

    /// What is on record of settings of one machine's clock.
    fn clock_changes_of(
        &self,
        machine: MachineIndex,
    ) -> impl Iterator<Item = (SourceIndex, &ClockChange)> {
        let of_machine = move |source: SourceIndex| {
            let index = usize::try_from(source).unwrap_or(usize::MAX);
            let own = self.sources.get(index).and_then(|own| own.machine);
            own == Some(machine)
        };
        self.clock_changes
            .iter()
            .filter(move |(source, _)| of_machine(*source))
            .map(|(source, change)| (*source, change))
    }

    /// The events that stand in a log's records of these numbers.
    fn events_of_records(&self, source: SourceIndex, numbers: &[u64]) -> Vec<usize> {
        let numbers: BTreeSet<u64> = numbers.iter().copied().collect();
        (0..self.events.len())
            .filter(|&index| {
                let of_source = self
                    .events
                    .row(index)
                    .is_some_and(|row| row.source == source);
                of_source
                    && matches!(
                        self.events.locator(index),
                        Some(Locator::EventRecord { record, .. }) if numbers.contains(&record)
                    )
            })
            .collect()
    }

    /// The sources of one machine that are of some kinds of artifact.
    pub(crate) fn sources_of(&self, machine: MachineIndex, artifacts: &[&str]) -> Vec<SourceIndex> {
        (0..)
            .zip(&self.sources)
            .filter(|(_, source)| {
                source.machine == Some(machine)
                    && source.error.is_none()
                    && artifacts.contains(&source.artifact)
            })
            .map(|(index, _)| index)
            .collect()
    }
}

#[cfg(test)]
mod tests;
