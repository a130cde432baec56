//! The names in a SYSTEM hive that belong to one device or volume, and what the device is.

use std::collections::BTreeMap;

use kusari_artifacts::device_path::{DeviceInstance, DeviceKind, VolumeInstance};
use kusari_artifacts::system_hive::{
    Attachment, DeviceRecord, MountName, MountTarget, MountedDevice, Partition, PartitionTable,
    SystemHive,
};

use crate::harvest::Harvest;
use crate::identity::{Identifier, IdentifierKind, PropertyKind};

/// The setup class of portable devices (phones, cameras, and the volumes of sticks).
const CLASS_WPD: &str = "{EEC5AD98-8080-425F-922A-DABF3DE3F69A}";

/// Whether the record is a disk, an optical drive or a floppy.
pub(super) fn is_disk(device: &DeviceRecord) -> bool {
    matches!(
        device.device.kind(),
        DeviceKind::Disk | DeviceKind::Optical | DeviceKind::Floppy
    )
}

/// Whether the record is a USB device that Windows uses as a portable device: a phone, a camera.
pub(super) fn is_portable_usb_device(device: &DeviceRecord) -> bool {
    device.device.is_enumerated_by("USB") && device.class.as_deref() == Some(CLASS_WPD)
}

/// Whether a path alone says that it is storage on the USB.
pub(super) fn is_mass_storage_path(device: &DeviceInstance) -> bool {
    device
        .contained()
        .is_some_and(|inner| inner.is_usb_storage())
}

/// States all of it.
pub(super) fn state(system: &SystemHive, harvest: &mut Harvest) {
    for device in &system.devices {
        match device.attachment {
            Attachment::Usb => usb_device(device, harvest),
            Attachment::UsbStorage | Attachment::Uasp => attached(system, device, harvest),
            Attachment::Other if is_disk(device) => built_in(device, harvest),
            _ => {}
        }
    }
    for container in &system.containers {
        let id = Identifier::guid(IdentifierKind::ContainerId, &container.id);
        let is_carried = container
            .devices
            .iter()
            .any(|device| device.is_usb_storage() || device.is_enumerated_by("USB"));
        for device in container.devices.iter().filter(|_| is_carried) {
            harvest.claim(
                instance(device),
                id.clone(),
                "DeviceContainers lists the device in the container",
                &container.locator,
            );
        }
    }
    for migrated in &system.migrated {
        if let Some(id) = &migrated.container_id {
            harvest.claim(
                instance(&migrated.device),
                Identifier::guid(IdentifierKind::ContainerId, id),
                "DeviceMigration ContainerId",
                &migrated.locator,
            );
        }
        if migrated.device.is_usb_storage() {
            serial(&migrated.device, &migrated.locator, harvest);
        }
    }
    mounted(&system.mounted, harvest);
}

fn instance(device: &DeviceInstance) -> Identifier {
    Identifier::instance(&device.to_string())
}

/// What every record of a device on the USB says.
fn common(device: &DeviceRecord, harvest: &mut Harvest) {
    let own = instance(&device.device);
    if let Some(id) = device.own_container() {
        harvest.claim(
            own.clone(),
            Identifier::guid(IdentifierKind::ContainerId, id),
            "ContainerID of the device instance",
            &device.locator,
        );
    }
    if let Some(name) = &device.friendly_name {
        // The friendly name of a volume's portable device is the volume's, not the device's.
        if is_disk(device) {
            harvest.property(&own, PropertyKind::FriendlyName, name, &device.locator);
        }
    }
    serial(&device.device, &device.locator, harvest);
}

fn serial(device: &DeviceInstance, locator: &kusari_artifacts::Locator, harvest: &mut Harvest) {
    let own = instance(device);
    if let Some(serial) = device.device_serial() {
        harvest.claim(
            own.clone(),
            Identifier::usb_serial(serial),
            "the device instance carries the serial number",
            locator,
        );
        harvest.property(&own, PropertyKind::Serial, serial, locator);
    } else if device.serial_made_by_windows()
        && let Some(made) = device.serial()
    {
        harvest.property(&own, PropertyKind::SerialMadeByWindows, made, locator);
    }
}

fn usb_device(device: &DeviceRecord, harvest: &mut Harvest) {
    common(device, harvest);
    let own = instance(&device.device);
    let (bus, kind) = if device.is_uasp_device() {
        ("uasp", "storage")
    } else if device.is_mass_storage_device() {
        ("usb", "storage")
    } else if is_portable_usb_device(device) {
        ("mtp", "phone")
    } else {
        ("usb", "other")
    };
    harvest.property(&own, PropertyKind::Bus, bus, &device.locator);
    harvest.property(&own, PropertyKind::Kind, kind, &device.locator);
    usb_ids(device, &own, harvest);
}

fn usb_ids(usb: &DeviceRecord, of: &Identifier, harvest: &mut Harvest) {
    if let (Some(vid), Some(pid)) = (usb.device.vid(), usb.device.pid()) {
        let ids = format!("{vid:04X}:{pid:04X}");
        harvest.property(of, PropertyKind::UsbIds, ids, &usb.locator);
    }
}

/// A disk, a volume or a portable device on the USB.
fn attached(system: &SystemHive, device: &DeviceRecord, harvest: &mut Harvest) {
    common(device, harvest);
    let own = instance(&device.device);
    if !is_disk(device) {
        volume(system, device, harvest);
        return;
    }
    let bus = if device.attachment == Attachment::Uasp {
        "uasp"
    } else {
        "usb"
    };
    harvest.property(&own, PropertyKind::Bus, bus, &device.locator);
    disk_kind(device, &own, harvest);
    inquiry(device, &own, harvest);
    if let Some(usb) = system.usb_device_of(device) {
        harvest.claim(
            own.clone(),
            instance(&usb.device),
            "the disk is a function of the USB device (last known parent, container, serial number or parent id prefix)",
            &device.locator,
        );
        usb_ids(usb, &own, harvest);
    }
    if let Some(prefix) = &device.parent_id_prefix {
        harvest.claim(
            own.clone(),
            Identifier::new(IdentifierKind::ParentIdPrefix, prefix.to_uppercase()),
            "ParentIdPrefix of the device instance",
            &device.locator,
        );
    }
    partitions(device, &own, harvest);
}

fn disk_kind(device: &DeviceRecord, own: &Identifier, harvest: &mut Harvest) {
    let kind = match device.device.kind() {
        DeviceKind::Optical => "optical",
        DeviceKind::Floppy => "floppy",
        _ => "storage",
    };
    harvest.property(own, PropertyKind::Kind, kind, &device.locator);
}

/// The SCSI inquiry in the path, with the blanks that the path writes as `_`.
fn inquiry(device: &DeviceRecord, own: &Identifier, harvest: &mut Harvest) {
    let parts = [
        (PropertyKind::Vendor, device.device.vendor()),
        (PropertyKind::Product, device.device.product()),
        (PropertyKind::Revision, device.device.revision()),
    ];
    for (kind, part) in parts {
        if let Some(part) = part {
            let text = part.replace('_', " ");
            harvest.property(own, kind, text.trim(), &device.locator);
        }
    }
}

fn partitions(device: &DeviceRecord, own: &Identifier, harvest: &mut Harvest) {
    let Some(disk) = &device.disk else { return };
    let Some(table) = &disk.table else { return };
    let (medium, signature) = match table {
        PartitionTable::Mbr { signature, .. } => {
            (Identifier::disk_signature(*signature), Some(*signature))
        }
        PartitionTable::Gpt { disk, .. } => {
            (Identifier::guid(IdentifierKind::GptDiskId, disk), None)
        }
    };
    harvest.claim(
        own.clone(),
        medium.clone(),
        "Partmgr PartitionTableCache of the device instance",
        &disk.locator,
    );
    for partition in table.partitions() {
        if let Some(name) = partition_name(partition, signature) {
            harvest.claim(
                medium.clone(),
                name,
                "Partmgr PartitionTableCache of the device instance",
                &disk.locator,
            );
        }
    }
}

fn partition_name(partition: &Partition, signature: Option<u32>) -> Option<Identifier> {
    match (&partition.guid, signature) {
        (Some(guid), _) => Some(Identifier::guid(IdentifierKind::Partition, guid)),
        (None, Some(signature)) => Some(Identifier::mbr_partition(signature, partition.offset)),
        (None, None) => None,
    }
}

/// A volume, or the portable device that stands for one, leads to the disk in its path.
fn volume(system: &SystemHive, device: &DeviceRecord, harvest: &mut Harvest) {
    let disk = match device.device.volume() {
        Some(VolumeInstance::OnDevice(disk)) => Some(*disk),
        Some(VolumeInstance::OnDisk { disk_id, .. }) => system
            .devices
            .iter()
            .filter(|other| other.control_set == device.control_set)
            .find(|other| {
                other
                    .disk
                    .as_ref()
                    .and_then(|disk| disk.disk_id.as_deref())
                    .is_some_and(|id| id.eq_ignore_ascii_case(&disk_id))
            })
            .map(|other| other.device.clone()),
        _ => None,
    };
    let own = instance(&device.device);
    if let Some(disk) = disk {
        harvest.claim(
            own.clone(),
            instance(&disk),
            "the volume's instance path names the disk",
            &device.locator,
        );
    }
    if device.device.kind() == DeviceKind::PortableDevice {
        label_or_letter(&own, device.friendly_name.as_deref(), device, harvest);
    }
}

/// A portable device's friendly name is its volume's label, or its letter.
fn label_or_letter(
    own: &Identifier,
    name: Option<&str>,
    device: &DeviceRecord,
    harvest: &mut Harvest,
) {
    let Some(name) = name else { return };
    let mut rest = name.trim_end_matches('\\').chars();
    let named = match (rest.next(), rest.next(), rest.next()) {
        (Some(letter), Some(':'), None) if letter.is_ascii_alphabetic() => {
            Identifier::drive_letter(letter)
        }
        _ => Identifier::new(IdentifierKind::VolumeLabel, name),
    };
    harvest.claim(
        own.clone(),
        named,
        "FriendlyName of the portable device",
        &device.locator,
    );
}

/// A disk that does not hang on the USB: stated, so that it is listed as what it is.
fn built_in(device: &DeviceRecord, harvest: &mut Harvest) {
    let own = instance(&device.device);
    let bus = if device.device.is_virtual_disk() {
        "virtual"
    } else {
        "scsi"
    };
    harvest.property(&own, PropertyKind::Bus, bus, &device.locator);
    disk_kind(device, &own, harvest);
    inquiry(device, &own, harvest);
    if let Some(name) = &device.friendly_name {
        harvest.property(&own, PropertyKind::FriendlyName, name, &device.locator);
    }
    partitions(device, &own, harvest);
}

/// Letters and volume GUIDs: each belongs to its target, and those of one target belong together.
fn mounted(mounted: &[MountedDevice], harvest: &mut Harvest) {
    let mut by_target: BTreeMap<Identifier, Vec<(&MountedDevice, Identifier)>> = BTreeMap::new();
    for value in mounted {
        let (Some(target), Some(name)) = (target(value), name(value)) else {
            continue;
        };
        harvest.claim(
            target.clone(),
            name.clone(),
            "MountedDevices: the value's data names the device or partition",
            &value.locator,
        );
        by_target.entry(target).or_default().push((value, name));
    }
    for names in by_target.values() {
        let volume = names
            .iter()
            .find(|(_, name)| name.kind == IdentifierKind::VolumeGuid);
        let Some((_, volume)) = volume else { continue };
        for (value, name) in names.iter().filter(|(_, name)| name != volume) {
            harvest.claim(
                volume.clone(),
                name.clone(),
                "MountedDevices: both values have the same data",
                &value.locator,
            );
        }
    }
}

fn target(value: &MountedDevice) -> Option<Identifier> {
    match &value.target {
        MountTarget::MbrPartition { signature, offset } => {
            Some(Identifier::mbr_partition(*signature, *offset))
        }
        MountTarget::GptPartition(guid) => Some(Identifier::guid(IdentifierKind::Partition, guid)),
        MountTarget::Device { device, .. } => match value.target.parent_id_prefix() {
            Some(prefix) => Some(Identifier::new(
                IdentifierKind::ParentIdPrefix,
                prefix.to_uppercase(),
            )),
            None => Some(instance(device)),
        },
        MountTarget::Other(_) => None,
    }
}

fn name(value: &MountedDevice) -> Option<Identifier> {
    match &value.name {
        MountName::Letter(letter) => Some(Identifier::drive_letter(*letter)),
        MountName::Volume(guid) => Some(Identifier::guid(IdentifierKind::VolumeGuid, guid)),
        MountName::NoLetter(_) | MountName::Other(_) => None,
    }
}
