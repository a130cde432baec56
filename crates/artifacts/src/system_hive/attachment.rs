//! On what a device hangs: this tells a USB disk behind the UASP driver, which stands among the
//! SCSI disks, from SATA, NVMe and virtual disks.
//!
//! Sources: Microsoft Learn, "USB Attached SCSI" (`UASPStor`), USB-IF class codes (mass storage
//! is class 08, protocol 62 is UAS, 50 is bulk only), `DEVPKEY_Device_LastKnownParent`, container
//! ids; the Windows 10 hive of the corpus, whose two UASP disks are told by their parent and, on
//! its own, by their container.

use std::collections::{HashMap, HashSet};

use super::device::DeviceRecord;
use crate::device_path::VolumeInstance;

/// On what a device hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Attachment {
    /// It is a device on the USB itself.
    Usb,
    /// Storage behind the USB mass storage driver, or a volume on it.
    UsbStorage,
    /// Storage behind the USB attached SCSI driver, or a volume on it.
    Uasp,
    /// Something else: a SATA, NVMe, RAID or virtual controller, or the machine itself.
    Other,
    /// The hive does not say.
    Unknown,
}

/// Fills in [`DeviceRecord::attachment`] of all records of one control set.
///
/// A SCSI device hangs on the USB when its last known parent stands under `USB`, or, where no
/// parent is recorded, when its container is that of a USB device with the UASP driver or of the
/// UAS class. Nothing is concluded from names.
pub(super) fn decide(records: &mut [DeviceRecord]) {
    let uasp: HashSet<String> = records
        .iter()
        .filter(|record| record.device.is_enumerated_by("USB") && record.is_uasp_device())
        .filter_map(|record| record.own_container().map(str::to_owned))
        .collect();
    for record in records.iter_mut() {
        record.attachment = direct(record, &uasp);
    }
    let mut by_path = HashMap::new();
    let mut by_disk = HashMap::new();
    for record in records.iter() {
        if record.attachment != Attachment::Unknown {
            by_path.insert(record.device.key(), record.attachment);
            if let Some(id) = record.disk.as_ref().and_then(|disk| disk.disk_id.clone()) {
                by_disk.insert(id, record.attachment);
            }
        }
    }
    for record in records.iter_mut() {
        if record.attachment == Attachment::Unknown {
            record.attachment = of_volume(record, &by_path, &by_disk);
        }
    }
}

/// What a record says of itself.
fn direct(record: &DeviceRecord, uasp: &HashSet<String>) -> Attachment {
    let device = &record.device;
    if device.is_enumerated_by("USB") {
        return Attachment::Usb;
    }
    if device.is_enumerated_by("USBSTOR") {
        return Attachment::UsbStorage;
    }
    if device.is_enumerated_by("UASPSTOR") {
        return Attachment::Uasp;
    }
    if !device.is_enumerated_by("SCSI") {
        return Attachment::Unknown;
    }
    match (&record.parent, record.own_container()) {
        (Some(parent), _) if parent.is_enumerated_by("USB") => Attachment::Uasp,
        (Some(_), _) => Attachment::Other,
        (None, Some(container)) if uasp.contains(container) => Attachment::Uasp,
        // Windows puts built-in disks into the computer's own container.
        (None, None) if record.container_id.is_some() => Attachment::Other,
        (None, _) => Attachment::Unknown,
    }
}

/// What the disk of a volume, or of the portable device that stands for a volume, hangs on: the
/// disk is named in the path, as a device or by the GUID that the partition manager gave it.
fn of_volume(
    record: &DeviceRecord,
    by_path: &HashMap<String, Attachment>,
    by_disk: &HashMap<String, Attachment>,
) -> Attachment {
    let known = match record.device.volume() {
        Some(VolumeInstance::OnDevice(device)) => {
            by_path.get(&device.key()).copied().or_else(|| {
                let is_stick = device.is_enumerated_by("USBSTOR");
                is_stick.then_some(Attachment::UsbStorage)
            })
        }
        Some(VolumeInstance::OnDisk { disk_id, .. }) => {
            by_disk.get(&disk_id.to_ascii_uppercase()).copied()
        }
        _ => None,
    };
    known.unwrap_or(Attachment::Unknown)
}
