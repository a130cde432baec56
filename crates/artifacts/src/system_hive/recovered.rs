//! Records from keys and values that were deleted.
//!
//! What stood above a deleted key is known by its parent field only, which may lead to another key
//! by now: every such record is marked as recovered, and its place is a lead, not a proof. A
//! value of `MountedDevices` is known by its name, which no other key uses.

use super::SystemHive;
use super::attachment;
use super::device::{self, DeviceRecord};
use super::mounted_devices::{self, MountName, MountTarget};
use crate::device_path::DeviceInstance;
use crate::registry::{Hive, Key};

impl SystemHive {
    /// Adds what can be read from deleted keys and values: devices and mounted devices. Searches
    /// the whole hive.
    pub fn add_recovered(&mut self, hive: &Hive) {
        let known: std::collections::HashSet<String> = self
            .devices
            .iter()
            .map(|record| record.device.key())
            .collect();
        let found: Vec<DeviceRecord> = hive
            .recovered_keys()
            .filter_map(|key| recovered_device(&key))
            // A key that was moved leaves its old cell behind: the living one says more.
            .filter(|record| !known.contains(&record.device.key()))
            .collect();
        self.devices.extend(found);
        attachment::decide(&mut self.devices);
        for value in hive.recovered_values() {
            let mut record = mounted_devices::mounted_device(&value, None);
            record.recovered = true;
            let is_known = self
                .mounted
                .iter()
                .any(|own| own.name == record.name && own.target == record.target);
            let is_name = matches!(record.name, MountName::Letter(_) | MountName::Volume(_));
            let is_target = !matches!(record.target, MountTarget::Other(_));
            if is_name && is_target && !is_known {
                self.mounted.push(record);
            }
        }
    }
}

/// The device of a deleted instance key.
fn recovered_device(key: &Key<'_>) -> Option<DeviceRecord> {
    let path = key.possible_path().unwrap_or_else(|| key.path());
    let (number, device) = instance_of(&path)?;
    let mut record = DeviceRecord::read(number, device, None, key);
    record.recovered = true;
    Some(record)
}

/// The control set and the device of a path `ControlSet001\Enum\USBSTOR\Disk&Ven_...\serial&0`.
fn instance_of(path: &str) -> Option<(u32, DeviceInstance)> {
    let mut parts = path.split('\\');
    let number = super::control_set::number_of(parts.next()?)?;
    parts
        .next()
        .filter(|part| part.eq_ignore_ascii_case("Enum"))?;
    let (enumerator, id, instance) = (parts.next()?, parts.next()?, parts.next()?);
    let is_instance = parts.next().is_none();
    (is_instance && device::is_wanted(enumerator, id))
        .then(|| (number, DeviceInstance::from_keys(enumerator, id, instance)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_instance_keys_are_devices() {
        let (number, device) =
            instance_of(r"ControlSet001\Enum\USBSTOR\Disk&Ven_A&Prod_B&Rev_1\1234567890&0")
                .unwrap();
        assert_eq!(number, 1);
        assert_eq!(device.device_serial(), Some("1234567890"));
        for other in [
            r"ControlSet001\Enum\USBSTOR\Disk&Ven_A&Prod_B&Rev_1",
            r"ControlSet001\Enum\USBSTOR\Disk&Ven_A&Prod_B&Rev_1\1&0\Properties",
            r"ControlSet001\Enum\ACPI\PNP0501\0",
            r"?\Enum\USBSTOR\Disk&Ven_A&Prod_B&Rev_1\1&0",
        ] {
            assert!(instance_of(other).is_none(), "{other}");
        }
    }
}
