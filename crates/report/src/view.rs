//! How a result is shown, and how much of it.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use kusari::event::MachineIndex;
use kusari::identity::DeviceIndex;
use kusari::{Placed, Reconstruction};
use kusari_evidence::time::Timestamp;

use crate::Language;

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Tables for people.
    Table,
    /// One JSON document (RFC 8259).
    Json,
    /// One JSON object a line.
    JsonLines,
    /// Comma-separated values with a header (RFC 4180, with line feeds).
    Csv,
    /// Markdown.
    Markdown,
    /// A picture (SVG). Of the custody table only; what else there is has none.
    Svg,
}

/// How a result is shown, and how much of it.
#[derive(Debug, Clone)]
pub struct View {
    /// How it is written.
    pub format: Format,
    /// The language of tables and Markdown.
    pub language: Language,
    /// The zone of times in tables and Markdown. Machine-readable formats show UTC.
    pub timezone: Tz,
    /// The columns of the terminal.
    pub width: usize,
    /// Also devices that are no storage that can be carried.
    pub all: bool,
    /// Also what is redacted by default: the bytes of a login log, which can hold a mistyped
    /// password.
    pub show_redacted: bool,
    /// How much of it.
    pub selection: Selection,
}

/// What is asked for. Empty means everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    machines: BTreeSet<MachineIndex>,
    devices: BTreeSet<DeviceIndex>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

/// A machine or device that the case does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no {what} `{name}` here; there are: {}", known.join(", "))]
pub struct Unknown {
    what: &'static str,
    name: String,
    known: Vec<String>,
}

impl Selection {
    /// What lies between two moments, at machines (by id or computer name) and of devices (by
    /// label, id or serial number). Names compare without case.
    ///
    /// # Errors
    /// When there is no machine or device of that name.
    pub fn new(
        reconstruction: &Reconstruction,
        machines: &[String],
        devices: &[String],
        (from, to): (Option<Timestamp>, Option<Timestamp>),
    ) -> Result<Self, Unknown> {
        let mut selection = Self {
            from,
            to,
            ..Self::default()
        };
        for name in machines {
            let found = (0..).zip(reconstruction.machines());
            let index = found
                .filter(|(_, machine)| machine.is_named(name) || same(&machine.id, name))
                .map(|(index, _)| index)
                .next()
                .ok_or_else(|| Unknown {
                    what: "machine",
                    name: name.clone(),
                    known: reconstruction
                        .machines()
                        .iter()
                        .map(|m| m.id.clone())
                        .collect(),
                })?;
            selection.machines.insert(index);
        }
        for name in devices {
            let before = selection.devices.len();
            for (index, device) in (0..).zip(reconstruction.devices()) {
                let own = [
                    Some(&device.id),
                    device.label.as_ref(),
                    device.serial.as_ref(),
                ];
                if own.into_iter().flatten().any(|own| same(own, name)) {
                    selection.devices.insert(index);
                }
            }
            if selection.devices.len() == before {
                let carried = reconstruction
                    .devices()
                    .iter()
                    .filter(|device| device.carried);
                return Err(Unknown {
                    what: "device",
                    name: name.clone(),
                    known: carried.map(|device| device.id.clone()).collect(),
                });
            }
        }
        Ok(selection)
    }

    /// Whether machines are asked for by name.
    #[must_use]
    pub fn names_machines(&self) -> bool {
        !self.machines.is_empty()
    }

    /// Whether devices are asked for by name.
    #[must_use]
    pub fn names_devices(&self) -> bool {
        !self.devices.is_empty()
    }

    /// Whether a machine is asked for.
    #[must_use]
    pub fn has_machine(&self, machine: Option<MachineIndex>) -> bool {
        self.machines.is_empty() || machine.is_some_and(|machine| self.machines.contains(&machine))
    }

    /// Whether a device is asked for.
    #[must_use]
    pub fn has_device(&self, device: Option<DeviceIndex>) -> bool {
        self.devices.is_empty() || device.is_some_and(|device| self.devices.contains(&device))
    }

    /// The first moment, and the first that is no longer asked for.
    #[must_use]
    pub fn span(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        (self.from, self.to)
    }

    /// Whether there is a first or a last moment.
    #[must_use]
    pub fn has_span(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    /// Whether an event is asked for.
    #[must_use]
    pub fn has_event(&self, placed: &Placed) -> bool {
        self.has_machine(placed.machine)
            && self.has_device(placed.device)
            && self.has_time_of(placed)
    }

    /// Whether an event may lie inside the time asked for; where nothing bounds its corrected
    /// time, the estimate decides.
    #[must_use]
    pub fn has_time_of(&self, placed: &Placed) -> bool {
        let time = &placed.corrected;
        let earliest = time.earliest.unwrap_or(time.estimate);
        self.has_moment(earliest, time.latest.unwrap_or(time.estimate))
    }

    /// Whether something that happened between two moments may lie inside the time asked for.
    #[must_use]
    pub fn has_moment(&self, earliest: Timestamp, latest: Timestamp) -> bool {
        self.from.is_none_or(|from| latest >= from) && self.to.is_none_or(|to| earliest < to)
    }
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}
