//! Storage events beside Partition/Diagnostic: the storage service's inventory and the class
//! driver's error reports.
//!
//! Storsvc 1001 and 1002 (`Storsvc/Diagnostic`) describe a disk: 1001 one disk, 1002 one of a
//! numbered set that is written after each start of Windows. They say that the disk was there at
//! some time shortly before. StorDiag 507 (`Storage-ClassPnP/Operational`) reports a request that
//! failed, which happens at connections, at removals and in between: it says that the disk was
//! there, and nothing about when it came.
//!
//! Sources: etl-parser's templates of 1001 and 1002; artefacts.help, "Windows ETW USB activity",
//! on 507; five records of the corpus. The corpus has no 1001: its layout rests on the template
//! and on the parseUSBs and EvtxECmd readers of the same fields.

use super::super::EventRecord;
use super::fields::{guid, number, status, text, text_of};
use super::partition_diagnostic::BusType;
use crate::device_path::DeviceInstance;

/// A disk as the storage service saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageService {
    /// The record is one of a numbered set of all disks (1002).
    pub inventory: bool,
    /// The disk's number while it is attached.
    pub disk_number: Option<u64>,
    /// The vendor of the SCSI inquiry.
    pub vendor: Option<String>,
    /// The product of the SCSI inquiry.
    pub product: Option<String>,
    /// The revision of the SCSI inquiry.
    pub revision: Option<String>,
    /// The serial number that the disk reports (SCSI), not always that of USB.
    pub serial: Option<String>,
    /// The instance path of the device above the disk, as written.
    pub parent: Option<String>,
    /// The same in its parts.
    pub parent_device: Option<DeviceInstance>,
    /// The file system.
    pub file_system: Option<String>,
    /// How the disk is attached.
    pub bus: Option<BusType>,
    /// Capacity in bytes.
    pub capacity: Option<u64>,
}

/// A request to a disk that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageError {
    /// The id that Windows makes from the disk's own identification, as in
    /// [`PartitionDiagnostic::disk_id`](super::PartitionDiagnostic::disk_id).
    pub disk_id: Option<String>,
    /// The disk's number while it is attached.
    pub disk_number: Option<u64>,
    /// The vendor of the SCSI inquiry.
    pub vendor: Option<String>,
    /// The product of the SCSI inquiry.
    pub model: Option<String>,
    /// The revision.
    pub revision: Option<String>,
    /// The serial number that the disk reports (SCSI), not always that of USB.
    pub serial: Option<String>,
    /// Why it failed (NTSTATUS).
    pub status: Option<u32>,
}

pub(super) fn service(record: &EventRecord) -> StorageService {
    let parent = text(record, "ParentId");
    StorageService {
        inventory: record.event_id == 1002,
        disk_number: number(record, "DiskNumber"),
        vendor: text(record, "VendorId"),
        product: text(record, "ProductId"),
        revision: text(record, "ProductRevision"),
        serial: text(record, "SerialNumber"),
        parent_device: parent.as_deref().and_then(DeviceInstance::parse),
        parent,
        file_system: text(record, "FileSystem"),
        bus: number(record, "BusType").map(BusType),
        capacity: number(record, "Size"),
    }
}

pub(super) fn error(record: &EventRecord) -> StorageError {
    StorageError {
        disk_id: guid(record, "DeviceGUID"),
        disk_number: number(record, "DeviceNumber"),
        vendor: text(record, "Vendor"),
        model: text(record, "Model"),
        revision: text_of(record, &["FirmwareVersion", "Revision"]),
        serial: text(record, "SerialNumber"),
        status: status(record, "DownLevelIrpStatus"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::TypedEvent;
    use super::super::testing::{RATHBUN, corpus};

    #[test]
    fn corpus_disk_is_the_same_in_three_logs() {
        let logs = [
            ("Microsoft-Windows-Storsvc%4Diagnostic.evtx", 4),
            ("Microsoft-Windows-Storage-ClassPnP%4Operational.evtx", 1),
        ];
        for (name, count) in logs {
            let Some(events) = corpus(&format!("{RATHBUN}{name}")) else {
                return;
            };
            assert_eq!(events.len(), count, "{name}");
            for (_, event) in events {
                let (serial, vendor) = match event {
                    TypedEvent::StorageService(disk) => {
                        assert!(disk.inventory);
                        assert_eq!(disk.capacity, Some(64_424_509_440));
                        (disk.serial, disk.vendor)
                    }
                    TypedEvent::StorageError(disk) => {
                        assert_eq!(disk.status, Some(0xC000_0185));
                        assert_eq!(
                            disk.disk_id.as_deref(),
                            Some("{7B6F1752-BD95-6E22-E3A5-6EE8419ECAD7}")
                        );
                        (disk.serial, disk.vendor)
                    }
                    other => panic!("{other:?}"),
                };
                assert_eq!(serial.as_deref(), Some("VMWare NVME_0000"));
                assert_eq!(vendor, None);
            }
        }
    }
}
