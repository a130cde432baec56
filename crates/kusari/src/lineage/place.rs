//! Where a file lies: at a machine, on a stick, or on what nobody can tell.

use std::collections::{HashMap, HashSet};

use kusari_evidence::Volume;

use super::table::is_collected_with;
use super::{Sighting, Stands};
use crate::event::MachineIndex;
use crate::harvest::FileTrace;
use crate::identity::{Attribution, DeviceIndex, Identifier, IdentifierKind};
use crate::reconstruction::{Owner, Reconstruction};

/// A machine, a stick, or a volume that is neither as far as the evidence says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CopyPlace {
    /// On a volume of the machine.
    Machine(MachineIndex),
    /// On the device.
    Device(DeviceIndex),
    /// On a volume of which only its serial number is known.
    Volume(String),
    /// On a drive of a machine of which only its letter is known.
    Letter(MachineIndex, String),
    /// On a share of a computer that is none of the case's.
    Share(String),
}

impl Reconstruction {
    /// A place as every output names it: a machine's id, a stick's label or id; else what the
    /// record says.
    #[must_use]
    pub fn place_name(&self, place: &CopyPlace) -> String {
        let machine = |index| self.machine(index).map(|machine| machine.id.clone());
        match place {
            CopyPlace::Machine(index) => machine(*index).unwrap_or_default(),
            CopyPlace::Device(index) => {
                let device = self.device(*index);
                device.map(|own| own.id.clone()).unwrap_or_default()
            }
            CopyPlace::Volume(serial) => match serial.split_at_checked(4) {
                Some((high, low)) if low.len() == 4 => format!("volume {high}-{low}"),
                _ => format!("volume {serial}"),
            },
            CopyPlace::Letter(index, letter) => {
                format!("{letter} of {}", machine(*index).unwrap_or_default())
            }
            CopyPlace::Share(computer) => format!(r"\\{computer}"),
        }
    }

    /// The place that evidence is of.
    pub(super) fn place_of(&self, owner: Owner) -> Option<CopyPlace> {
        match owner {
            Owner::Machine(index) => MachineIndex::try_from(index).ok().map(CopyPlace::Machine),
            Owner::Device(index) => {
                let label = &self.case.devices.get(index)?.label;
                let device = self
                    .devices()
                    .iter()
                    .position(|own| own.label.as_ref() == Some(label))?;
                DeviceIndex::try_from(device).ok().map(CopyPlace::Device)
            }
        }
    }
}

/// The volumes of the machines' own disks, by serial number.
#[derive(Default)]
pub(super) struct OwnVolumes {
    all: HashSet<(MachineIndex, String)>,
    /// The one that Windows is on.
    windows: HashMap<MachineIndex, String>,
}

impl OwnVolumes {
    pub(super) fn new(r: &Reconstruction) -> Self {
        let mut own = Self::default();
        for one in &r.evidence {
            let Some(CopyPlace::Machine(machine)) = r.place_of(one.owner) else {
                continue;
            };
            for volume in &one.evidence.volumes {
                let Some(serial) = serial_of(volume) else {
                    continue;
                };
                if volume.holds_windows() {
                    own.windows.entry(machine).or_insert_with(|| serial.clone());
                }
                own.all.insert((machine, serial));
            }
        }
        own
    }

    /// The serial number of the volume of a machine that a record means; empty where nothing tells.
    pub(super) fn serial(&self, machine: MachineIndex, volume: Option<&Identifier>) -> String {
        let Some(volume) = volume else {
            return String::new();
        };
        match low_half(volume) {
            Some(serial) => serial.to_owned(),
            None => self.windows.get(&machine).cloned().unwrap_or_default(),
        }
    }

    fn has(&self, machine: MachineIndex, serial: &str) -> bool {
        self.all.contains(&(machine, serial.to_owned()))
    }
}

/// A volume's serial number of 32 bits, as most records know it; `None` of other names.
fn low_half(volume: &Identifier) -> Option<&str> {
    match volume.kind {
        IdentifierKind::VolumeSerial => Some(&volume.value),
        IdentifierKind::VolumeSerial64 => volume.value.get(8..),
        _ => None,
    }
}

/// A volume's serial number of 32 bits, as identifiers write it.
fn serial_of(volume: &Volume) -> Option<String> {
    let identity = volume.file_system.identity();
    let serial = Identifier::volume_serial(identity.serial?);
    Some(serial.value)
}

/// The serial number of the volume that a file is on. A collected file's volume does not say it
/// itself; the file table that was collected with it may.
pub(super) fn serial_of_sighting(r: &Reconstruction, sighting: &Sighting) -> Option<String> {
    let Stands::File {
        evidence, volume, ..
    } = sighting.stands
    else {
        return None;
    };
    let volumes = &r.evidence.get(evidence)?.evidence.volumes;
    let own = volumes.get(volume)?;
    let mut tables = volumes
        .iter()
        .filter(|table| is_collected_with(own, volume, table));
    serial_of(own).or_else(|| tables.find_map(serial_of))
}

/// The place that a record of `machine` means.
pub(super) fn of_record(
    r: &Reconstruction,
    own: &OwnVolumes,
    machine: Option<MachineIndex>,
    trace: &FileTrace,
) -> Option<CopyPlace> {
    if let Some(share) = trace.path.strip_prefix(r"\\") {
        let computer = share.split('\\').next().unwrap_or_default();
        let known = r.machines().iter().position(|m| m.is_named(computer));
        let known = known.and_then(|index| MachineIndex::try_from(index).ok());
        return Some(
            known.map_or_else(|| CopyPlace::Share(computer.to_owned()), CopyPlace::Machine),
        );
    }
    let scope = machine.unwrap_or(MachineIndex::MAX);
    let volume = trace.volume.as_ref()?;
    match volume.kind {
        IdentifierKind::VolumeSerial | IdentifierKind::VolumeSerial64 => {
            let serial = low_half(volume).unwrap_or_default();
            match r.identities.find(volume, scope) {
                Attribution::One(device) => Some(CopyPlace::Device(device)),
                Attribution::Several(_) => Some(CopyPlace::Volume(serial.to_owned())),
                Attribution::None => {
                    // The record's own machine, or the one that link tracking names: a shortcut can
                    // have been carried.
                    let tracked = trace.computer.as_deref().and_then(|name| {
                        let known = r.machines().iter().position(|own| own.is_named(name));
                        known.and_then(|index| MachineIndex::try_from(index).ok())
                    });
                    let on = [machine, tracked].into_iter().flatten();
                    let mut on = on.filter(|machine| own.has(*machine, serial));
                    Some(
                        on.next().map_or_else(
                            || CopyPlace::Volume(serial.to_owned()),
                            CopyPlace::Machine,
                        ),
                    )
                }
            }
        }
        IdentifierKind::DriveLetter => {
            let machine = machine?;
            // Windows starts from C:, and gives that letter to nothing that comes and goes.
            Some(if volume.value == "C:" {
                CopyPlace::Machine(machine)
            } else {
                CopyPlace::Letter(machine, volume.value.clone())
            })
        }
        _ => None,
    }
}
