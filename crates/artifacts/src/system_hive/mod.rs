//! The SYSTEM hive: which storage was attached to the machine, and the machine itself.
//!
//! ```no_run
//! use kusari_artifacts::registry::Hive;
//! use kusari_artifacts::system_hive::SystemHive;
//!
//! let hive = Hive::open(std::fs::read("SYSTEM")?, &[])?;
//! let system = SystemHive::read(&hive);
//! for disk in system.usb_disks() {
//!     println!("{} {:?}", disk.device, disk.dates.last_arrival);
//!     for (mounted, why) in system.mounts_of(disk) {
//!         println!("  {:?} {why:?}", mounted.name);
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Only the control set that `Select` names as current is read; the others, which hold older or
//! the same records, with [`SystemHive::read_all_control_sets`]. Each record says which it is of.

mod attachment;
mod control_set;
mod device;
mod device_class;
mod device_container;
mod device_migration;
mod machine;
mod mounted_devices;
mod mounts;
mod partition_table;
mod property;
mod recovered;
mod time_zone;

#[cfg(test)]
mod tests;

pub use attachment::Attachment;
pub use control_set::{ControlSet, control_sets};
pub use device::{COMPUTER_CONTAINER, DeviceRecord};
pub use device_class::{DeviceInterface, InterfaceClass};
pub use device_container::DeviceContainer;
pub use device_migration::MigratedDevice;
pub use machine::MachineFacts;
pub use mounted_devices::{MountName, MountTarget, MountedDevice};
pub use mounts::{MountJoin, signature_in_volume_name};
pub use partition_table::{DiskRecord, Partition, PartitionTable};
pub use property::{PropertyDate, PropertyDates, PropertyKey, StoredProperty, stored_property};
pub use time_zone::{LocalTime, TimeZoneRules, Transition, YearRules};

use crate::device_path::DeviceKind;
use crate::registry::Hive;

/// What a SYSTEM hive says of attached storage and of the machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SystemHive {
    /// The number of the current control set; `None` when `Select` does not name one that is
    /// there, which a damaged hive shows: then all sets are read.
    pub current_control_set: Option<u32>,
    /// The machine, from the current control set or else the first that is there.
    pub machine: MachineFacts,
    /// The devices under `Enum`, of the storage buses, the USB, volumes and portable devices.
    pub devices: Vec<DeviceRecord>,
    /// The device interfaces of disks, volumes, portable and USB devices.
    pub interfaces: Vec<DeviceInterface>,
    /// The device containers.
    pub containers: Vec<DeviceContainer>,
    /// The devices that an upgrade carried over.
    pub migrated: Vec<MigratedDevice>,
    /// Drive letters and volume GUIDs.
    pub mounted: Vec<MountedDevice>,
}

impl SystemHive {
    /// The number of the machine's ANSI code page ([`MachineFacts::ansi_code_page`]), without
    /// reading all the rest.
    #[must_use]
    pub fn code_page(hive: &Hive) -> Option<u32> {
        let sets = control_sets(hive);
        let fact = machine::ansi_code_page(sets.first()?)?;
        Some(fact.value)
    }

    /// Reads the current control set and what stands beside the control sets.
    #[must_use]
    pub fn read(hive: &Hive) -> Self {
        Self::read_sets(hive, false)
    }

    /// Reads all control sets, the current one first.
    #[must_use]
    pub fn read_all_control_sets(hive: &Hive) -> Self {
        Self::read_sets(hive, true)
    }

    fn read_sets(hive: &Hive, all: bool) -> Self {
        let sets = control_sets(hive);
        let current = sets.first().filter(|set| set.is_current);
        let mut system = Self {
            current_control_set: current.map(|set| set.number),
            machine: sets
                .first()
                .map(|set| MachineFacts::read(hive, set))
                .unwrap_or_default(),
            mounted: mounted_devices::read(hive),
            migrated: device_migration::of_setup(hive),
            ..Self::default()
        };
        for set in &sets {
            if all || current.is_none() || set.is_current {
                system.devices.extend(device::read(set));
                system.interfaces.extend(device_class::read(set));
                system.containers.extend(device_container::read(set));
                system
                    .migrated
                    .extend(device_migration::of_control_set(set));
            }
        }
        system
    }

    /// The disks, optical drives and floppies that are attached by USB, with either driver. A
    /// card reader gives one for each slot.
    pub fn usb_disks(&self) -> impl Iterator<Item = &DeviceRecord> {
        self.devices.iter().filter(|record| {
            let is_storage = matches!(
                record.device.kind(),
                DeviceKind::Disk | DeviceKind::Optical | DeviceKind::Floppy
            );
            is_storage && matches!(record.attachment, Attachment::UsbStorage | Attachment::Uasp)
        })
    }

    /// The USB device that `disk` is a function of, in the same control set: its last known
    /// parent, or else the only mass storage device of the same container, serial number, or
    /// parent id prefix.
    #[must_use]
    pub fn usb_device_of(&self, disk: &DeviceRecord) -> Option<&DeviceRecord> {
        let candidates = || {
            self.devices.iter().filter(|record| {
                record.control_set == disk.control_set && record.device.is_enumerated_by("USB")
            })
        };
        if let Some(parent) = &disk.parent {
            let key = parent.key();
            return candidates().find(|record| record.device.key() == key);
        }
        let only = |is: &dyn Fn(&DeviceRecord) -> bool| {
            let mut found =
                candidates().filter(|record| record.is_mass_storage_device() && is(record));
            let first = found.next()?;
            found.next().is_none().then_some(first)
        };
        only(&|record| {
            disk.own_container().is_some() && record.own_container() == disk.own_container()
        })
        .or_else(|| {
            let serial = disk.device.device_serial()?;
            only(&|record| {
                record
                    .device
                    .device_serial()
                    .is_some_and(|own| own.eq_ignore_ascii_case(serial))
            })
        })
        .or_else(|| {
            let instance = disk.device.instance.to_ascii_uppercase();
            only(&|record| {
                record.parent_id_prefix.as_deref().is_some_and(|prefix| {
                    instance.starts_with(&format!("{}&", prefix.to_ascii_uppercase()))
                })
            })
        })
    }

    /// The drive letters and volume GUIDs of a device of this hive, each with what joins them.
    pub fn mounts_of<'s>(
        &'s self,
        device: &'s DeviceRecord,
    ) -> impl Iterator<Item = (&'s MountedDevice, MountJoin)> {
        self.mounted
            .iter()
            .filter_map(move |mounted| Some((mounted, mounts::join(device, mounted)?)))
    }
}
