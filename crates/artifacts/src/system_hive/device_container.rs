//! Device containers: `Control\DeviceContainers\{container}`, the physical devices as Windows 8
//! and later put them together.
//!
//! `BaseContainers\{container}` lists the instance paths of the functions of one device: the USB
//! device, its disk, its volumes, its portable device. Source: Microsoft Learn, "Container IDs";
//! the Windows 8 and 10 hives of the corpus.

use kusari_evidence::time::Timestamp;

use super::control_set::ControlSet;
use super::device::COMPUTER_CONTAINER;
use crate::Locator;
use crate::device_path::DeviceInstance;

/// The functions of one physical device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceContainer {
    /// The control set that the key stands in.
    pub control_set: u32,
    /// The container id, `{...}` in upper case.
    pub id: String,
    /// The functions.
    pub devices: Vec<DeviceInstance>,
    /// The container's key.
    pub locator: Locator,
    /// When that key was last written, by the machine's clock, in UTC.
    pub key_written: Option<Timestamp>,
    /// The key was deleted and found again in free space of the hive.
    pub recovered: bool,
}

/// The containers except that of the computer itself.
pub(super) fn read(control_set: &ControlSet<'_>) -> Vec<DeviceContainer> {
    let Some(containers) = control_set.key.subkey(r"Control\DeviceContainers") else {
        return Vec::new();
    };
    containers
        .subkeys()
        .map(|key| {
            let devices = key
                .subkey("BaseContainers")
                .into_iter()
                .flat_map(|bases| bases.subkeys())
                .flat_map(|base| base.values())
                .filter_map(|value| DeviceInstance::parse(&value.name()))
                .collect();
            DeviceContainer {
                control_set: control_set.number,
                id: key.name().to_ascii_uppercase(),
                devices,
                locator: key.locator(),
                key_written: key.last_written(),
                recovered: false,
            }
        })
        .filter(|container| container.id != COMPUTER_CONTAINER)
        .collect()
}
