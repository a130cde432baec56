//! Devices as the plug and play manager, the driver framework, the installer and the audit see
//! them.

use kusari_artifacts::device_path::{DeviceInstance, DeviceKind};
use kusari_artifacts::event_log::events::{
    DeviceRecognised, DriverFrameworks, Installation, KernelPnp, NtfsMeaning, NtfsVolume, PnpEvent,
    PortableDevice, UmdfMeaning, UserPnp,
};

use super::record::{Row, Says};
use super::{Intake, MOST_REMEMBERED};
use crate::event::Action;
use crate::identity::Identifier;

/// The class of portable devices (Microsoft Learn, "System-Defined Device Setup Classes").
const PORTABLE_DEVICE_CLASS: &str = "{EEC5AD98-8080-425F-922A-DABF3DE3F69A}";

impl Intake<'_> {
    pub(super) fn kernel_pnp(&mut self, event: &KernelPnp, row: &Row) {
        let Some(device) = &event.device else { return };
        let Some(name) = self.carried(device, event.parent.as_ref(), row) else {
            return;
        };
        let (action, meaning, what) = match event.event {
            PnpEvent::Configured => (
                Action::Installed,
                "Kernel-PnP 400/403: the device was configured",
                "was configured",
            ),
            PnpEvent::Started => (
                Action::Connected,
                "Kernel-PnP 410: the device was started",
                "was started",
            ),
            PnpEvent::Deleted => (
                Action::Uninstalled,
                "Kernel-PnP 420: the device's node was deleted",
                "was deleted",
            ),
            PnpEvent::SurpriseRemoved => (
                Action::Removed,
                "Kernel-PnP 1010: the device was missing on its bus",
                "was surprise removed",
            ),
            PnpEvent::RemovedAsFailing => (
                Action::Removed,
                "Kernel-PnP 1011: the device was reported to fail",
                "was removed as failing",
            ),
            // Failures, further installation and settings carried over by an upgrade are none
            // of these, and a failed start has its own record of the disk.
            _ => return,
        };
        let message = match event.driver.as_deref() {
            Some(driver) => format!("{} {what} (driver {driver})", event.path),
            None => format!("{} {what}", event.path),
        };
        let mut says = Says::new(action, meaning, &message);
        says.device = Some(&name);
        // A driver that is exchanged starts the device again without its being plugged in anew.
        says.inferred = event.event == PnpEvent::Started;
        row.add(self.harvest, &says);
    }

    /// The device if it is a disk or optical drive that can be carried: under `USBSTOR`, or under
    /// `SCSI` with a USB device above it, as this or an earlier record of the same log says.
    fn carried(
        &mut self,
        device: &DeviceInstance,
        parent: Option<&DeviceInstance>,
        row: &Row,
    ) -> Option<Identifier> {
        if !matches!(
            device.kind(),
            DeviceKind::Disk | DeviceKind::Optical | DeviceKind::Floppy
        ) {
            return None;
        }
        // A hub of the machine itself has no vendor number; nothing that can be carried is a disk
        // right on it.
        let parent =
            parent.filter(|parent| parent.is_enumerated_by("USB") && parent.vid().is_some());
        let why = "Kernel-PnP DeviceInstanceId and ParentDeviceInstanceId";
        if device.is_usb_storage() {
            let name = self.usb_storage(device, "Kernel-PnP DeviceInstanceId", row);
            if let Some(parent) = parent {
                let usb = self.usb_device(parent, why, row);
                self.claim(&name, &usb, why, &row.locator);
            }
            return Some(name);
        }
        if !device.is_enumerated_by("SCSI") || device.is_virtual_disk() {
            return None;
        }
        let key = device.key();
        if let Some(parent) = parent {
            let usb = self.usb_device(parent, why, row);
            // The path of a UASP disk holds no serial number, so two of one make share it: it is
            // no claim, and the USB device above it stands for it.
            self.storage_behind(&usb, "uasp", row);
            self.inquiry(
                &usb,
                device.vendor(),
                device.product(),
                device.revision(),
                row,
            );
            if self.behind_usb.len() < MOST_REMEMBERED {
                self.behind_usb.insert(key, usb.clone());
            }
            return Some(usb);
        }
        self.behind_usb.get(&key).cloned()
    }

    pub(super) fn driver_frameworks(&mut self, event: &DriverFrameworks, row: &Row) {
        let (Some(path), Some(device)) = (&event.path, &event.device) else {
            return;
        };
        let name = match device.contained() {
            Some(disk) if disk.is_usb_storage() => {
                self.usb_storage(&disk, "DriverFrameworks-UserMode InstanceId", row)
            }
            // A volume of a fixed disk, a phone, a sensor: nothing here tells which.
            _ => return,
        };
        let (action, meaning, what, done) = match event.meaning {
            UmdfMeaning::Arrived => (
                Action::Connected,
                "DriverFrameworks-UserMode: first record of drivers loaded for the device",
                "drivers were loaded for",
                &mut self.arrived,
            ),
            UmdfMeaning::Removed => (
                Action::Removed,
                "DriverFrameworks-UserMode: first record of the device's removal",
                "removal was requested or done for",
                &mut self.removed,
            ),
            UmdfMeaning::Other => return,
        };
        // One connection writes many records with one lifetime; the first of them is its row.
        let first_of_its_kind = matches!(event.event_id, 2003 | 2100);
        let is_new = match &event.lifetime {
            Some(lifetime) if done.len() < MOST_REMEMBERED => done.insert(lifetime.clone()),
            _ => first_of_its_kind,
        };
        if !is_new {
            return;
        }
        let message = format!("{what} {path}");
        let mut says = Says::new(action, meaning, &message);
        says.device = Some(&name);
        says.inferred = true;
        row.add(self.harvest, &says);
    }

    pub(super) fn user_pnp(&mut self, event: &UserPnp, row: &Row) {
        let Some(device) = &event.device else { return };
        let why = "UserPnp DeviceInstanceID";
        let (name, meaning, message) = match &event.installation {
            Installation::Driver { driver, .. } if device.is_usb_storage() => (
                self.usb_storage(device, why, row),
                "UserPnp 20001: a driver was installed for the device",
                format!(
                    "driver {} for {}",
                    driver.as_deref().unwrap_or("?"),
                    event.path
                ),
            ),
            Installation::Service { service, .. } => {
                let service = service.as_deref().unwrap_or("?");
                let name = if device.is_usb_storage() {
                    self.usb_storage(device, why, row)
                } else if device.is_enumerated_by("USB") && is_storage_service(service) {
                    let name = self.usb_device(device, why, row);
                    let uasp = service.eq_ignore_ascii_case("UASPStor");
                    self.storage_behind(&name, if uasp { "uasp" } else { "usb" }, row);
                    name
                } else {
                    return;
                };
                (
                    name,
                    "UserPnp 20003: a service was added for the device",
                    format!("service {service} for {}", event.path),
                )
            }
            Installation::Driver { .. } => return,
        };
        let mut says = Says::new(Action::Installed, meaning, &message);
        says.device = Some(&name);
        row.add(self.harvest, &says);
    }

    pub(super) fn device_recognised(&mut self, event: &DeviceRecognised, row: &Row) {
        if !event.is_storage() {
            return;
        }
        let Some(device) = &event.device else { return };
        let why = "Security 6416 DeviceId";
        let name = if device.is_usb_storage() {
            self.usb_storage(device, why, row)
        } else if device.is_enumerated_by("USB")
            && event.class.as_deref() == Some(PORTABLE_DEVICE_CLASS)
        {
            self.usb_device(device, why, row)
        } else {
            // Volumes, portable devices of sticks and disks on other buses: the stick has its
            // own record, and what is not known to be carried is no connection.
            return;
        };
        let message = format!(
            "{} ({}) was recognised",
            event.path,
            event.description.as_deref().unwrap_or("no description")
        );
        let mut says = Says::new(
            Action::Connected,
            "Security 6416: a new external device was recognised",
            &message,
        );
        says.device = Some(&name);
        row.add(self.harvest, &says);
    }

    pub(super) fn portable_device(&mut self, event: &PortableDevice, row: &Row) {
        let maker = event.manufacturer.as_deref().unwrap_or("?");
        let message = format!(
            "portable device {maker} {} was attached",
            event.model.as_deref().unwrap_or("?")
        );
        let mut says = Says::new(
            Action::Connected,
            "WPD-MTPClassDriver 1005: the MTP driver adapted itself to the device",
            &message,
        );
        says.inferred = true;
        row.add(self.harvest, &says);
    }

    pub(super) fn ntfs_volume(&mut self, event: &NtfsVolume, row: &Row) {
        if event.meaning != NtfsMeaning::Mounted {
            return;
        }
        // The letter stands in the message only: another volume may have had it at other times.
        let volume = event
            .letter
            .as_deref()
            .or(event.volume_guid.as_deref())
            .unwrap_or("without a name");
        let message = format!(
            "NTFS volume {volume} ({}) was mounted",
            event.device_name.as_deref().unwrap_or("no device name")
        );
        let meaning = format!("Ntfs {}: the volume was mounted", event.event_id);
        row.add(
            self.harvest,
            &Says::new(Action::Mounted, &meaning, &message),
        );
    }
}

fn is_storage_service(name: &str) -> bool {
    name.eq_ignore_ascii_case("USBSTOR") || name.eq_ignore_ascii_case("UASPStor")
}
