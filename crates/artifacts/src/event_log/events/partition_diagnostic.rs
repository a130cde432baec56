//! Microsoft-Windows-Partition 1006: a disk came or went.
//!
//! The partition manager writes one record when a disk arrives (also at each start of Windows,
//! for every disk that is there) and one when it leaves. Public tests on Windows 10 and 11 found
//! that the record of a removal has `Capacity`, `PartitionCount` and the sizes of all tables at
//! zero and `UserRemovalPolicy` false, within a second of the device's LastRemovalDate. A reader
//! without a card arrives with a capacity of zero too, so zero alone is no removal.
//!
//! `DiskId` is an id made by Windows from the disk's own; the GUID of the partition table stands
//! in the table's bytes only. `RegistryId` is the `Partmgr\DiskId` of the device's registry key
//! and the GUID in `STORAGE\Volume\{…}#…`. `SerialNumber` is that of the SCSI inquiry, which may
//! differ from the USB serial number. Versions since Windows 11 carry no `Vbr0` to `Vbr3`.
//!
//! Sources: df-stream.com, "Partition/Diagnostic event log and USB device tracking" (2018);
//! atropos4n6.com on the volume serials in its boot sectors (2020); the EvtxECmd map of 1006;
//! etl-parser's template; the four records of the corpus.

use kusari_evidence::Guid;
use kusari_evidence::boot_sector::BootSector;
use kusari_evidence::partition::Mbr;

use super::super::EventRecord;
use super::fields::{bytes, flag, guid, number, text};
use crate::device_path::DeviceInstance;
use crate::drive_layout::{DriveLayout, PartitionStyle};

/// How a disk is attached: Windows' `STORAGE_BUS_TYPE` (`winioctl.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BusType(pub u64);

impl BusType {
    /// USB, also behind the UASP driver.
    pub const USB: Self = Self(7);

    /// The name in lower case, `unknown` for a number that has none.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            1 => "scsi",
            2 => "atapi",
            3 => "ata",
            4 => "ieee1394",
            5 => "ssa",
            6 => "fibre-channel",
            7 => "usb",
            8 => "raid",
            9 => "iscsi",
            10 => "sas",
            11 => "sata",
            12 => "sd",
            13 => "mmc",
            14 => "virtual",
            15 => "virtual-file",
            16 => "storage-spaces",
            17 => "nvme",
            18 => "storage-class-memory",
            19 => "ufs",
            _ => "unknown",
        }
    }

    /// Attached in a way that is made for plugging and unplugging: USB, IEEE 1394, SD, MMC. A
    /// SATA disk in an eSATA dock looks like any other SATA disk and is not told here.
    #[must_use]
    pub const fn can_be_carried(self) -> bool {
        matches!(self.0, 4 | 7 | 12 | 13)
    }
}

/// Did the disk come or go?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskTransition {
    /// The disk arrived, or was there when Windows started: it has a capacity.
    Arrived,
    /// The disk left: no capacity, no partitions, no tables, no removal policy.
    Removed,
    /// The disk has no capacity but isn't gone either: a reader without a card, for example.
    /// It may be an arrival; the record doesn't say.
    WithoutMedium,
}

/// A disk's arrival or removal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionDiagnostic {
    /// Arrival or removal.
    pub transition: DiskTransition,
    /// The number of the disk while it is attached.
    pub disk_number: Option<u64>,
    /// Capacity in bytes; zero on removal and without a medium.
    pub capacity: Option<u64>,
    /// Bytes in a sector.
    pub bytes_per_sector: Option<u64>,
    /// How it is attached.
    pub bus: Option<BusType>,
    /// The vendor of the SCSI inquiry.
    pub manufacturer: Option<String>,
    /// The product of the SCSI inquiry.
    pub model: Option<String>,
    /// The revision of the SCSI inquiry.
    pub revision: Option<String>,
    /// The serial number that the disk reports (SCSI), not always that of USB.
    pub serial: Option<String>,
    /// The instance path of the device above the disk as written: for USB the device under
    /// `USB\VID_…`, else the adapter.
    pub parent: Option<String>,
    /// The same in its parts.
    pub parent_device: Option<DeviceInstance>,
    /// The id that Windows makes from the disk's own identification.
    pub disk_id: Option<String>,
    /// The id of the disk in this machine's registry (`Partmgr\DiskId`).
    pub registry_id: Option<String>,
    /// Whether Windows lets a user remove it; true for sticks and false on removal.
    pub user_removal_policy: Option<bool>,
    /// How it is partitioned.
    pub style: Option<PartitionStyle>,
    /// How many partitions.
    pub partition_count: Option<u64>,
    /// The layout in `PartitionTable`.
    pub layout: Option<DriveLayout>,
    /// The master boot record in `Mbr`.
    pub mbr: Option<Mbr>,
    /// The boot sectors in `Vbr0` to `Vbr3`, with the number of the field; also that in `Mbr`, as
    /// number `None`, when the disk has no partitions and begins with one.
    pub volumes: Vec<(Option<u8>, BootSector)>,
}

impl PartitionDiagnostic {
    /// The disk signature of the master boot record; zero, which means none, is left out.
    #[must_use]
    pub fn disk_signature(&self) -> Option<u32> {
        let of_layout = self.layout.as_ref().and_then(|layout| layout.signature);
        let of_mbr = || {
            let mbr = self.mbr.as_ref().filter(|mbr| !mbr.protects_gpt())?;
            Some(mbr.signature)
        };
        of_layout
            .or_else(of_mbr)
            .filter(|signature| *signature != 0)
    }

    /// The disk GUID of the GUID partition table.
    #[must_use]
    pub fn gpt_disk_id(&self) -> Option<Guid> {
        self.layout.as_ref()?.gpt_disk_id
    }

    /// Storage that can be carried from machine to machine, as far as the record says: its bus
    /// is made for plugging, or its parent is a USB device.
    #[must_use]
    pub fn can_be_carried(&self) -> bool {
        self.bus.is_some_and(BusType::can_be_carried)
            || self
                .parent_device
                .as_ref()
                .is_some_and(|parent| parent.is_enumerated_by("USB"))
    }
}

pub(super) fn read(record: &EventRecord) -> PartitionDiagnostic {
    let mbr_bytes = bytes(record, "Mbr");
    let mut volumes: Vec<_> = (0_u8..4)
        .filter_map(|slot| {
            let sector = bytes(record, &format!("Vbr{slot}"))?;
            Some((Some(slot), BootSector::parse(sector)?))
        })
        .collect();
    if let Some(boot) = mbr_bytes.and_then(BootSector::parse) {
        volumes.push((None, boot));
    }
    let parent = text(record, "ParentId");
    let capacity = number(record, "Capacity");
    let partition_count = number(record, "PartitionCount");
    let user_removal_policy = flag(record, "UserRemovalPolicy");
    PartitionDiagnostic {
        transition: transition(record, capacity, partition_count, user_removal_policy),
        disk_number: number(record, "DiskNumber"),
        capacity,
        bytes_per_sector: number(record, "BytesPerSector"),
        bus: number(record, "BusType").map(BusType),
        manufacturer: text(record, "Manufacturer"),
        model: text(record, "Model"),
        revision: text(record, "Revision"),
        serial: text(record, "SerialNumber"),
        parent_device: parent.as_deref().and_then(DeviceInstance::parse),
        parent,
        disk_id: guid(record, "DiskId"),
        registry_id: guid(record, "RegistryId"),
        user_removal_policy,
        style: number(record, "PartitionStyle").and_then(PartitionStyle::from_number),
        partition_count,
        layout: bytes(record, "PartitionTable").and_then(DriveLayout::parse),
        mbr: mbr_bytes.and_then(Mbr::parse),
        volumes,
    }
}

fn transition(
    record: &EventRecord,
    capacity: Option<u64>,
    partition_count: Option<u64>,
    user_removal_policy: Option<bool>,
) -> DiskTransition {
    if capacity.is_some_and(|capacity| capacity > 0) {
        return DiskTransition::Arrived;
    }
    let no_table = ["PartitionTableBytes", "MbrBytes", "Vbr0Bytes"]
        .iter()
        .all(|name| number(record, name).unwrap_or(0) == 0);
    if capacity == Some(0)
        && partition_count == Some(0)
        && no_table
        && user_removal_policy != Some(true)
    {
        DiskTransition::Removed
    } else {
        DiskTransition::WithoutMedium
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::EventValue::{Binary, Boolean, Unsigned};
    use super::super::testing::{RATHBUN, corpus, record, text};
    use super::super::{TypedEvent, typed};
    use super::*;
    use crate::event_log::EventValue;

    fn stick(capacity: u64) -> Vec<(&'static str, EventValue)> {
        let there = capacity > 0;
        let mut mbr = vec![0_u8; 512];
        mbr[0x1B8..0x1BC].copy_from_slice(&0xC3D4_E5F6_u32.to_le_bytes());
        mbr[0x1C2] = 0x07;
        mbr[0x1C6..0x1CA].copy_from_slice(&2048_u32.to_le_bytes());
        mbr[0x1CA..0x1CE].copy_from_slice(&1_000_000_u32.to_le_bytes());
        mbr[510..].copy_from_slice(&[0x55, 0xAA]);
        let mut vbr = vec![0_u8; 512];
        vbr[3..11].copy_from_slice(b"NTFS    ");
        vbr[0x48..0x50].copy_from_slice(&0x1122_3344_5566_7788_u64.to_le_bytes());
        vbr[510..].copy_from_slice(&[0x55, 0xAA]);
        let or_nothing = |bytes: Vec<u8>| Binary(if there { bytes } else { Vec::new() });
        vec![
            ("DiskNumber", Unsigned(1)),
            ("BytesPerSector", Unsigned(if there { 512 } else { 0 })),
            ("Capacity", Unsigned(capacity)),
            ("BusType", Unsigned(7)),
            ("Manufacturer", text("I-O DATA")),
            ("Model", text("ED-E4")),
            ("Revision", text("1.00")),
            ("SerialNumber", text("07A1B2C3")),
            ("ParentId", text(r"USB\VID_04BB&PID_0C52\07A1B2C3D4E5F6")),
            ("DiskId", text("{7B6F1752-BD95-6E22-E3A5-6EE8419ECAD7}")),
            ("RegistryId", text("6b1df27a-86d1-11ec-9e50-806e6f6e6963")),
            ("UserRemovalPolicy", Boolean(there)),
            ("PartitionStyle", Unsigned(0)),
            ("PartitionCount", Unsigned(u64::from(there))),
            ("PartitionTableBytes", Unsigned(0)),
            ("MbrBytes", Unsigned(if there { 512 } else { 0 })),
            ("Mbr", or_nothing(mbr)),
            ("Vbr0Bytes", Unsigned(if there { 512 } else { 0 })),
            ("Vbr0", or_nothing(vbr)),
        ]
    }

    fn read_one(data: &[(&str, EventValue)]) -> PartitionDiagnostic {
        match typed(&record("Microsoft-Windows-Partition", 1006, data)) {
            Some(TypedEvent::PartitionDiagnostic(event)) => *event,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn arrival_gives_identity_and_volume_serials() {
        let event = read_one(&stick(4_000_000_000));
        assert_eq!(event.transition, DiskTransition::Arrived);
        assert!(event.can_be_carried());
        assert_eq!(event.disk_signature(), Some(0xC3D4_E5F6));
        let (slot, boot) = event.volumes[0];
        assert_eq!(slot, Some(0));
        assert_eq!(boot.serial64, Some(0x1122_3344_5566_7788));
        assert_eq!(boot.serial32, Some(0x5566_7788));
        let parent = event.parent_device.unwrap();
        assert_eq!(parent.device_serial(), Some("07A1B2C3D4E5F6"));
        assert_eq!(
            event.registry_id.as_deref(),
            Some("{6B1DF27A-86D1-11EC-9E50-806E6F6E6963}")
        );
    }

    #[test]
    fn removal_is_no_arrival() {
        let event = read_one(&stick(0));
        assert_eq!(event.transition, DiskTransition::Removed);
        assert_eq!(event.serial.as_deref(), Some("07A1B2C3"));
    }

    #[test]
    fn reader_without_a_card_is_neither() {
        let mut data = stick(0);
        for (name, value) in &mut data {
            if *name == "UserRemovalPolicy" {
                *value = Boolean(true);
            }
        }
        assert_eq!(read_one(&data).transition, DiskTransition::WithoutMedium);
        let mut data = stick(0);
        for (name, value) in &mut data {
            if *name == "PartitionCount" {
                *value = Unsigned(1);
            }
        }
        assert_eq!(read_one(&data).transition, DiskTransition::WithoutMedium);
    }

    #[test]
    fn machine_without_usb_storage_has_none() {
        let file = format!("{RATHBUN}Microsoft-Windows-Partition%4Diagnostic.evtx");
        let Some(events) = corpus(&file) else { return };
        assert_eq!(events.len(), 4);
        for (record, event) in events {
            let TypedEvent::PartitionDiagnostic(event) = event else {
                panic!("{record:?}");
            };
            assert_eq!(event.transition, DiskTransition::Arrived);
            assert!(!event.can_be_carried());
            assert_eq!(event.bus, Some(BusType(17)));
            assert_eq!(event.model.as_deref(), Some("VMware Virtual NVMe Disk"));
            assert_eq!(event.manufacturer, None);
            // The GUID of the partition table is not the event's DiskId.
            assert_eq!(
                event.gpt_disk_id().unwrap().to_string(),
                "{B3A15247-EEE8-478A-9228-11A3F4830CB2}"
            );
            let partitions = &event.layout.as_ref().unwrap().partitions;
            assert_eq!(Some(partitions.len() as u64), event.partition_count);
            // The volume that the Ntfs log of the same machine names C: by this GUID.
            assert_eq!(
                partitions[2].gpt_id.unwrap().to_string(),
                "{BBBAB51B-2A04-434B-9B7E-65F20FD3482E}"
            );
        }
    }
}
