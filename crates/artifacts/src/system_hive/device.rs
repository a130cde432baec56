//! Devices: the instance keys under `Enum`.
//!
//! Sources: Microsoft Learn, "HKLM\SYSTEM\CurrentControlSet\Enum registry tree", "Device
//! instance IDs", "Container IDs", `devpkey.h`; libyal winreg-kb, "USB storage"; the hives of the
//! corpus.

use kusari_evidence::time::Timestamp;

use super::attachment::Attachment;
use super::control_set::ControlSet;
use super::partition_table::DiskRecord;
use super::property::{PropertyDates, PropertyKey, text_property};
use crate::Locator;
use crate::device_path::DeviceInstance;
use crate::hive_fact;
use crate::registry::Key;

/// The container that stands for the computer itself: devices in it are built in.
pub const COMPUTER_CONTAINER: &str = "{00000000-0000-0000-FFFF-FFFFFFFFFFFF}";

/// The parts of `Enum` that are read, each with the device ids wanted of it (all when empty).
const WANTED: &[(&str, &[&str])] = &[
    ("USBSTOR", &[]),
    ("UASPSTOR", &[]),
    ("USB", &[]),
    ("SCSI", &[]),
    ("STORAGE", &["Volume", "RemovableMedia"]),
    ("SWD", &["WPDBUSENUM"]),
    ("WpdBusEnumRoot", &[]),
];

/// A device as a key under `Enum` records it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRecord {
    /// The control set that the key stands in.
    pub control_set: u32,
    /// Its instance path.
    pub device: DeviceInstance,
    /// The instance key.
    pub locator: Locator,
    /// When the instance key was last written, by the machine's clock, in UTC. On Windows XP a
    /// connection writes it, but so does a start of Windows, a driver update and more: it is no
    /// connection time.
    pub key_written: Option<Timestamp>,
    /// When the key above (the device id) was last written: on Windows XP often when the first
    /// device of this kind was connected.
    pub parent_key_written: Option<Timestamp>,
    /// When `LogConf` was last written: on Windows XP it is made with the device and mostly never
    /// written again.
    pub log_conf_written: Option<Timestamp>,
    /// `FriendlyName`
    pub friendly_name: Option<String>,
    /// `DeviceDesc`, without the reference to the driver's `.inf` before it.
    pub description: Option<String>,
    /// `Mfg`, likewise.
    pub manufacturer: Option<String>,
    /// `Service`: the driver.
    pub service: Option<String>,
    /// `ClassGUID`, `{...}` in upper case.
    pub class: Option<String>,
    /// `ParentIdPrefix`: what the instances of its children begin with (Windows XP: the way from
    /// a stick to its volume).
    pub parent_id_prefix: Option<String>,
    /// `ContainerID`, `{...}` in upper case (Windows 7 and later): the same for all functions of
    /// one physical device. [`COMPUTER_CONTAINER`] is the machine itself.
    pub container_id: Option<String>,
    /// `LocationInformation`: the port and hub, or on Windows XP the product's name.
    pub location: Option<String>,
    /// `HardwareID`
    pub hardware_ids: Vec<String>,
    /// `CompatibleIDs`
    pub compatible_ids: Vec<String>,
    /// `Capabilities`, the `CM_DEVCAP_` bits: 4 removable, 16 its instance is a unique serial.
    pub capabilities: Option<u32>,
    /// The device that it last hung on, [`PropertyKey::LAST_KNOWN_PARENT`].
    pub parent: Option<DeviceInstance>,
    /// [`PropertyKey::BUS_REPORTED_DESCRIPTION`]
    pub bus_description: Option<String>,
    /// The four dates.
    pub dates: PropertyDates,
    /// What the partition manager remembers, for a disk.
    pub disk: Option<DiskRecord>,
    /// How it is attached. See [`Attachment`].
    pub attachment: Attachment,
    /// The key was deleted and found again in free space of the hive.
    pub recovered: bool,
}

impl DeviceRecord {
    /// The container, unless it is the machine itself.
    #[must_use]
    pub fn own_container(&self) -> Option<&str> {
        self.container_id
            .as_deref()
            .filter(|&id| id != COMPUTER_CONTAINER)
    }

    /// Whether it is a USB device with the UASP driver or of the UAS class.
    #[must_use]
    pub fn is_uasp_device(&self) -> bool {
        self.has_service("UASPStor") || self.is_of_usb_class(r"USB\Class_08&SubClass_06&Prot_62")
    }

    /// Whether it is a USB device of the mass storage class, or with a driver for one.
    #[must_use]
    pub fn is_mass_storage_device(&self) -> bool {
        self.is_uasp_device()
            || self.has_service("USBSTOR")
            || self.is_of_usb_class(r"USB\Class_08")
    }

    fn has_service(&self, name: &str) -> bool {
        self.service
            .as_deref()
            .is_some_and(|service| service.eq_ignore_ascii_case(name))
    }

    fn is_of_usb_class(&self, class: &str) -> bool {
        self.device.is_enumerated_by("USB")
            && self
                .compatible_ids
                .iter()
                .any(|id| id.eq_ignore_ascii_case(class))
    }

    pub(super) fn read(
        number: u32,
        device: DeviceInstance,
        above: Option<&Key<'_>>,
        key: &Key<'_>,
    ) -> Self {
        let text = |name| hive_fact::text(key, name);
        let texts = |name| {
            key.value(name)
                .and_then(|value| value.texts())
                .unwrap_or_default()
        };
        let guid = |name| key.value(name).and_then(|value| value.guid());
        Self {
            control_set: number,
            device,
            locator: key.locator(),
            key_written: key.last_written(),
            parent_key_written: above.and_then(Key::last_written),
            log_conf_written: key.subkey("LogConf").and_then(|key| key.last_written()),
            friendly_name: text("FriendlyName").map(without_reference),
            description: text("DeviceDesc").map(without_reference),
            manufacturer: text("Mfg").map(without_reference),
            service: text("Service"),
            class: guid("ClassGUID"),
            parent_id_prefix: text("ParentIdPrefix"),
            container_id: guid("ContainerID"),
            location: text("LocationInformation").map(without_reference),
            hardware_ids: texts("HardwareID"),
            compatible_ids: texts("CompatibleIDs"),
            capabilities: hive_fact::number(key, "Capabilities"),
            parent: text_property(key, PropertyKey::LAST_KNOWN_PARENT)
                .and_then(|path| DeviceInstance::parse(&path)),
            bus_description: text_property(key, PropertyKey::BUS_REPORTED_DESCRIPTION),
            dates: PropertyDates::read(key),
            disk: DiskRecord::read(key),
            attachment: Attachment::Unknown,
            recovered: false,
        }
    }
}

/// `@disk.inf,%disk_devdesc%;Disk drive` is a reference to a text with the text behind it.
fn without_reference(text: String) -> String {
    match text.strip_prefix('@').and_then(|rest| rest.split_once(';')) {
        Some((_, shown)) if !shown.is_empty() => shown.to_owned(),
        _ => text,
    }
}

/// Whether devices of this enumerator and id are read.
pub(super) fn is_wanted(enumerator: &str, id: &str) -> bool {
    WANTED
        .iter()
        .any(|(name, wanted)| name.eq_ignore_ascii_case(enumerator) && is_named(wanted, id))
}

fn is_named(wanted: &[&str], id: &str) -> bool {
    wanted.is_empty() || wanted.iter().any(|name| name.eq_ignore_ascii_case(id))
}

/// The devices of a control set, in the order of its keys.
pub(super) fn read(control_set: &ControlSet<'_>) -> Vec<DeviceRecord> {
    let mut records = Vec::new();
    let Some(devices) = control_set.key.subkey("Enum") else {
        return records;
    };
    for (enumerator, wanted) in WANTED {
        let Some(bus) = devices.subkey(enumerator) else {
            continue;
        };
        for above in bus.subkeys() {
            let id = above.name();
            let is_wanted =
                wanted.is_empty() || wanted.iter().any(|name| name.eq_ignore_ascii_case(&id));
            if !is_wanted {
                continue;
            }
            for key in above.subkeys() {
                let device = DeviceInstance::from_keys(&bus.name(), &id, &key.name());
                records.push(DeviceRecord::read(
                    control_set.number,
                    device,
                    Some(&above),
                    &key,
                ));
            }
        }
    }
    super::attachment::decide(&mut records);
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_to_the_inf_are_cut_off() {
        let cut = |text: &str| without_reference(text.to_owned());
        assert_eq!(cut("@disk.inf,%disk_devdesc%;Disk drive"), "Disk drive");
        assert_eq!(cut("Disk drive; large"), "Disk drive; large");
        assert_eq!(cut("@tzres.dll,-212"), "@tzres.dll,-212");
    }
}
