//! What a Windows upgrade carried over: `DeviceMigration\Devices\<enumerator>\<id>\<instance>`.
//!
//! A feature update or upgrade notes the devices of the old installation here, those that were not
//! plugged in too, so a stick can stand here that stands nowhere else. The place is
//! `Control\DeviceMigration` of a control set, or `Setup\Upgrade\PnP\CurrentControlSet\Control`.
//! `LastPresentDate` is the last time the old installation had the device, by the machine's clock
//! in UTC; for devices that were plugged in during the upgrade it is the time of the upgrade.
//!
//! Sources: the Windows 10 hive of the corpus (layout, values; only software devices stand
//! there); public accounts of the key under `Setup\Upgrade`. Undocumented by Microsoft.

use kusari_evidence::time::Timestamp;

use super::control_set::ControlSet;
use crate::Locator;
use crate::device_path::DeviceInstance;
use crate::hive_fact;
use crate::registry::{Hive, Key};

/// The enumerators that are read.
const WANTED: [&str; 7] = [
    "USBSTOR",
    "UASPSTOR",
    "USB",
    "SCSI",
    "STORAGE",
    "SWD",
    "WpdBusEnumRoot",
];

/// A device of the installation before an upgrade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigratedDevice {
    /// The control set that the key stands in; `None` below `Setup\Upgrade`.
    pub control_set: Option<u32>,
    /// Its instance path.
    pub device: DeviceInstance,
    /// `LastPresentDate`
    pub last_present: Option<Timestamp>,
    /// `Present`: it was plugged in during the upgrade.
    pub present: Option<bool>,
    /// `FriendlyName`
    pub friendly_name: Option<String>,
    /// `ContainerId`, `{...}` in upper case.
    pub container_id: Option<String>,
    /// The value of `LastPresentDate`, or else the key.
    pub locator: Locator,
    /// When the key was last written, by the machine's clock, in UTC.
    pub key_written: Option<Timestamp>,
    /// The key was deleted and found again in free space of the hive.
    pub recovered: bool,
}

/// Those of a control set.
pub(super) fn of_control_set(control_set: &ControlSet<'_>) -> Vec<MigratedDevice> {
    control_set
        .key
        .subkey(r"Control\DeviceMigration\Devices")
        .map(|key| read(&key, Some(control_set.number)))
        .unwrap_or_default()
}

/// Those that the last upgrade left below `Setup`.
pub(super) fn of_setup(hive: &Hive) -> Vec<MigratedDevice> {
    hive.key(r"Setup\Upgrade\PnP\CurrentControlSet\Control\DeviceMigration\Devices")
        .map(|key| read(&key, None))
        .unwrap_or_default()
}

fn read(devices: &Key<'_>, control_set: Option<u32>) -> Vec<MigratedDevice> {
    let mut records = Vec::new();
    for enumerator in WANTED.iter().filter_map(|name| devices.subkey(name)) {
        for id in enumerator.subkeys() {
            for key in id.subkeys() {
                let device = DeviceInstance::from_keys(&enumerator.name(), &id.name(), &key.name());
                records.push(record(device, &key, control_set));
            }
        }
    }
    records
}

fn record(device: DeviceInstance, key: &Key<'_>, control_set: Option<u32>) -> MigratedDevice {
    let date = key.value("LastPresentDate");
    MigratedDevice {
        control_set,
        device,
        last_present: date.as_ref().and_then(|value| value.time()),
        present: hive_fact::number(key, "Present").map(|number| number != 0),
        friendly_name: hive_fact::text(key, "FriendlyName"),
        container_id: key.value("ContainerId").and_then(|value| value.guid()),
        locator: date.map_or_else(|| key.locator(), |value| value.locator()),
        key_written: key.last_written(),
        recovered: false,
    }
}
