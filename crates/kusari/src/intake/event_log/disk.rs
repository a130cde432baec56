//! What a record of a disk says about its identity: the disk, its partitions, its volumes.

use kusari_artifacts::device_path::{DeviceInstance, DeviceKind};
use kusari_artifacts::event_log::events::{DiskTransition, PartitionDiagnostic, StorageService};
use kusari_evidence::boot_sector::BootSector;

use super::Intake;
use super::record::{Row, Says};
use crate::event::{Action, meaning};
use crate::identity::{Identifier, IdentifierKind, PropertyKind};

impl Intake<'_> {
    pub(super) fn partition_diagnostic(&mut self, event: &PartitionDiagnostic, row: &Row) {
        if !event.can_be_carried() {
            return;
        }
        let device = event
            .parent_device
            .as_ref()
            .filter(|parent| parent.is_enumerated_by("USB"))
            .map(|parent| self.usb_device(parent, "Partition/Diagnostic 1006 ParentId", row));
        if let Some(device) = &device {
            self.describe_disk(event, device, row);
            if event.transition == DiskTransition::Arrived {
                self.partitions_and_volumes(event, device, row);
            }
        }
        let name = disk_name(event.manufacturer.as_deref(), event.model.as_deref());
        let (action, meaning, message) = match event.transition {
            DiskTransition::Arrived => {
                let capacity = event.capacity.unwrap_or(0);
                (
                    Action::Connected,
                    meaning::DISK_ARRIVED,
                    format!("disk {name} with {capacity} bytes arrived"),
                )
            }
            DiskTransition::Removed => (
                Action::Removed,
                "Partition/Diagnostic 1006: the disk left",
                format!("disk {name} left"),
            ),
            // It may have come or stayed: a reader without a card, a stick that gives its medium only
            // for a password. It was there.
            DiskTransition::WithoutMedium => (
                Action::Present,
                "Partition/Diagnostic 1006: the disk was there without a medium",
                format!("disk {name} was there without a medium"),
            ),
        };
        let mut says = Says::new(action, meaning, &message);
        says.device = device.as_ref();
        row.add(self.harvest, &says);
    }

    pub(super) fn storage_service(&mut self, event: &StorageService, row: &Row) {
        let Some(parent) = event
            .parent_device
            .as_ref()
            .filter(|parent| parent.is_enumerated_by("USB"))
        else {
            return;
        };
        let device = self.usb_device(parent, "Storsvc 1001/1002 ParentId", row);
        self.storage_behind(&device, "usb", row);
        self.inquiry(
            &device,
            event.vendor.as_deref(),
            event.product.as_deref(),
            event.revision.as_deref(),
            row,
        );
        if let Some(capacity) = event.capacity.filter(|capacity| *capacity > 0) {
            self.property(
                &device,
                PropertyKind::Capacity,
                &capacity.to_string(),
                &row.locator,
            );
        }
    }

    /// A USB device by its instance path, with what its path says.
    pub(super) fn usb_device(
        &mut self,
        device: &DeviceInstance,
        why: &'static str,
        row: &Row,
    ) -> Identifier {
        let name = Identifier::instance(&device.to_string());
        self.serial(&name, device, why, row);
        if let (Some(vid), Some(pid)) = (device.vid(), device.pid()) {
            let ids = format!("{vid:04X}:{pid:04X}");
            self.property(&name, PropertyKind::UsbIds, &ids, &row.locator);
        }
        name
    }

    /// The serial number that a path carries: a claim where the device reports it, a property
    /// where Windows made it up.
    fn serial(&mut self, name: &Identifier, device: &DeviceInstance, why: &'static str, row: &Row) {
        if let Some(serial) = device.device_serial() {
            self.claim(name, &Identifier::usb_serial(serial), why, &row.locator);
            self.property(name, PropertyKind::Serial, serial, &row.locator);
        } else if let Some(serial) = device.serial() {
            self.property(
                name,
                PropertyKind::SerialMadeByWindows,
                serial,
                &row.locator,
            );
        }
    }

    /// A disk or optical drive under `USBSTOR`, with what its path says.
    pub(super) fn usb_storage(
        &mut self,
        device: &DeviceInstance,
        why: &'static str,
        row: &Row,
    ) -> Identifier {
        let name = Identifier::instance(&device.to_string());
        self.serial(&name, device, why, row);
        let kind = match device.kind() {
            DeviceKind::Optical => "optical",
            DeviceKind::Floppy => "floppy",
            _ => "storage",
        };
        self.property(&name, PropertyKind::Bus, "usb", &row.locator);
        self.property(&name, PropertyKind::Kind, kind, &row.locator);
        self.inquiry(
            &name,
            device.vendor(),
            device.product(),
            device.revision(),
            row,
        );
        name
    }

    pub(super) fn storage_behind(&mut self, device: &Identifier, bus: &str, row: &Row) {
        self.property(device, PropertyKind::Bus, bus, &row.locator);
        self.property(device, PropertyKind::Kind, "storage", &row.locator);
    }

    pub(super) fn inquiry(
        &mut self,
        device: &Identifier,
        vendor: Option<&str>,
        product: Option<&str>,
        revision: Option<&str>,
        row: &Row,
    ) {
        let all = [
            (PropertyKind::Vendor, vendor),
            (PropertyKind::Product, product),
            (PropertyKind::Revision, revision),
        ];
        for (kind, value) in all {
            if let Some(value) = value {
                self.property(device, kind, value, &row.locator);
            }
        }
    }

    fn describe_disk(&mut self, event: &PartitionDiagnostic, device: &Identifier, row: &Row) {
        self.storage_behind(device, "usb", row);
        self.inquiry(
            device,
            event.manufacturer.as_deref(),
            event.model.as_deref(),
            event.revision.as_deref(),
            row,
        );
        if let Some(capacity) = event.capacity.filter(|capacity| *capacity > 0) {
            self.property(
                device,
                PropertyKind::Capacity,
                &capacity.to_string(),
                &row.locator,
            );
        }
        // The disk's own serial number (SCSI) is no claim: many makes share one.
        if let Some(signature) = event.disk_signature() {
            let name = Identifier::disk_signature(signature);
            self.claim(
                device,
                &name,
                "Partition/Diagnostic 1006 disk signature",
                &row.locator,
            );
        }
        if let Some(id) = event.gpt_disk_id() {
            let name = Identifier::guid(IdentifierKind::GptDiskId, &id.to_string());
            self.claim(
                device,
                &name,
                "Partition/Diagnostic 1006 GPT disk GUID",
                &row.locator,
            );
        }
    }

    fn partitions_and_volumes(
        &mut self,
        event: &PartitionDiagnostic,
        device: &Identifier,
        row: &Row,
    ) {
        let sector = event
            .bytes_per_sector
            .filter(|size| *size > 0)
            .unwrap_or(512);
        let partitions = partitions(event, sector);
        for (name, offset) in &partitions {
            self.claim(
                device,
                name,
                "Partition/Diagnostic 1006 partition table",
                &row.locator,
            );
            if let Some(registry_id) = &event.registry_id {
                // Windows names the volume of a fixed disk by these two.
                let path = format!("STORAGE\\Volume\\{registry_id}#{offset:016X}");
                let volume = Identifier::instance(&path);
                self.claim(
                    device,
                    &volume,
                    "Partition/Diagnostic 1006 RegistryId",
                    &row.locator,
                );
            }
        }
        for (_, boot) in &event.volumes {
            let Some(volume) = self.volume(boot, row) else {
                continue;
            };
            let begins = boot
                .first_sector
                .and_then(|first| first.checked_mul(sector));
            let partition = partitions
                .iter()
                .find(|(_, offset)| Some(*offset) == begins)
                .map(|(name, _)| name);
            // A volume whose boot sector names no partition of the table hangs on the device.
            let on = partition.unwrap_or(device);
            self.claim(
                on,
                &volume,
                "Partition/Diagnostic 1006 boot sector",
                &row.locator,
            );
        }
    }

    /// The names of a volume in its boot sector, tied together; gives the shortest.
    fn volume(&mut self, boot: &BootSector, row: &Row) -> Option<Identifier> {
        let why = "Partition/Diagnostic 1006 boot sector";
        let short = boot.serial32.map(Identifier::volume_serial);
        let long = boot.serial64.map(Identifier::volume_serial_64);
        if let (Some(short), Some(long)) = (&short, &long) {
            self.claim(short, long, why, &row.locator);
        }
        let name = short.or(long)?;
        let file_system = boot.file_system.name();
        self.property(&name, PropertyKind::FileSystem, file_system, &row.locator);
        Some(name)
    }
}

/// The partitions of a disk by name, each with its offset in bytes.
fn partitions(event: &PartitionDiagnostic, sector: u64) -> Vec<(Identifier, u64)> {
    let mut found = Vec::new();
    if let Some(layout) = &event.layout {
        for partition in &layout.partitions {
            if let Some(id) = partition.gpt_id {
                let name = Identifier::guid(IdentifierKind::Partition, &id.to_string());
                found.push((name, partition.offset));
            } else if let Some(signature) = event.disk_signature() {
                found.push((
                    Identifier::mbr_partition(signature, partition.offset),
                    partition.offset,
                ));
            }
        }
    } else if let (Some(mbr), Some(signature)) = (&event.mbr, event.disk_signature()) {
        for partition in &mbr.partitions {
            if let Some(offset) = u64::from(partition.first_sector).checked_mul(sector) {
                found.push((Identifier::mbr_partition(signature, offset), offset));
            }
        }
    }
    found
}

fn disk_name(vendor: Option<&str>, model: Option<&str>) -> String {
    match (vendor, model) {
        (Some(vendor), Some(model)) => format!("{vendor} {model}"),
        (None, Some(one)) | (Some(one), None) => one.to_owned(),
        (None, None) => "without a name".to_owned(),
    }
}
