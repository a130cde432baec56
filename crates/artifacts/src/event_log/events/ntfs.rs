//! Microsoft-Windows-Ntfs: volumes that were mounted or in use.
//!
//! 98 (System log) is written when a volume is mounted and says whether it is healthy; 4
//! (`Ntfs/Operational`) says that a volume was mounted, on newer versions; 142 and 145 are
//! summaries written from time to time while a volume is mounted, 145 with the identity of its
//! disk. None of them is written for FAT or exFAT.
//!
//! The GUID of the volume is the partition's own on a GPT disk. On an MBR disk it is made of the
//! disk signature and the partition's offset (`{df4546ae-0000-0000-0000-100000000000}`): both
//! stand in [`NtfsVolume::mbr_partition`].
//!
//! Sources: the provider's message table as printed in public lists ("The NTFS volume has been
//! successfully mounted" for 4; 142 "Summary of disk space usage"; 145 "IO latency summary common
//! data"); 34 records of the corpus (98, 142, 145). The corpus has no 4: its fields are read by
//! the names that 142 and 145 use.

use super::super::EventRecord;
use super::fields::{guid, number, status, text, text_of};
use super::partition_diagnostic::BusType;

/// What the record says about the volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NtfsMeaning {
    /// 4, 98: it was mounted.
    Mounted,
    /// 142, 145: it was mounted at this time.
    InUse,
}

/// A volume with NTFS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NtfsVolume {
    /// What the record says.
    pub meaning: NtfsMeaning,
    /// The event's id.
    pub event_id: u16,
    /// The volume's GUID, `{…}` in upper case.
    pub volume_guid: Option<String>,
    /// Disk signature and byte offset of the partition, where the GUID is made of them.
    pub mbr_partition: Option<(u32, u64)>,
    /// The drive letter with its colon.
    pub letter: Option<String>,
    /// The name of the volume's device: `\Device\HarddiskVolume3`.
    pub device_name: Option<String>,
    /// The id that Windows makes from the disk's own identification.
    pub disk_id: Option<String>,
    /// The vendor of the SCSI inquiry.
    pub vendor: Option<String>,
    /// The product of the SCSI inquiry.
    pub product: Option<String>,
    /// The revision of the SCSI inquiry.
    pub revision: Option<String>,
    /// The serial number that the disk reports (SCSI), not always that of USB.
    pub serial: Option<String>,
    /// How the disk is attached.
    pub bus: Option<BusType>,
    /// The corruption state of 98; zero for healthy.
    pub corruption: Option<u32>,
}

pub(super) fn read(record: &EventRecord) -> NtfsVolume {
    let name = text_of(record, &["DriveName", "VolumeName"]);
    let volume_guid = guid(record, "VolumeGuid")
        .or_else(|| guid(record, "VolumeCorrelationId"))
        .or_else(|| guid_in_name(name.as_deref()?));
    NtfsVolume {
        meaning: match record.event_id {
            4 | 98 => NtfsMeaning::Mounted,
            _ => NtfsMeaning::InUse,
        },
        event_id: record.event_id,
        mbr_partition: volume_guid.as_deref().and_then(mbr_partition),
        volume_guid,
        letter: name.filter(|name| is_letter(name)),
        device_name: text(record, "DeviceName"),
        disk_id: guid(record, "DeviceGuid"),
        vendor: text(record, "VendorId"),
        product: text(record, "ProductId"),
        revision: text(record, "ProductRevision"),
        serial: text(record, "DeviceSerialNumber"),
        bus: number(record, "BusType").map(BusType),
        corruption: status(record, "CorruptionActionState"),
    }
}

fn is_letter(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic())
        && letters.next() == Some(':')
        && letters.next().is_none()
}

/// `\\?\Volume{…}`
fn guid_in_name(name: &str) -> Option<String> {
    let (_, rest) = name.split_once('{')?;
    let (inner, _) = rest.split_once('}')?;
    (inner.len() == 36).then(|| format!("{{{}}}", inner.to_ascii_uppercase()))
}

/// The signature in the first part of a volume's GUID and the byte offset in its last eight
/// bytes, which only an MBR partition's GUID has with zeros between them.
fn mbr_partition(guid: &str) -> Option<(u32, u64)> {
    let mut parts = guid.trim_matches(['{', '}']).split('-');
    let signature = u32::from_str_radix(parts.next()?, 16).ok()?;
    if parts.next()? != "0000" || parts.next()? != "0000" || signature == 0 {
        return None;
    }
    let tail = format!("{}{}", parts.next()?, parts.next()?);
    let offset = u64::from_str_radix(&tail, 16).ok()?.swap_bytes();
    // Partitions begin at whole sectors.
    (offset != 0 && offset % 512 == 0).then_some((signature, offset))
}

#[cfg(test)]
mod tests {
    use super::super::TypedEvent;
    use super::super::testing::{RATHBUN, corpus};
    use super::*;

    fn volumes(file: &str) -> Option<Vec<NtfsVolume>> {
        Some(
            corpus(file)?
                .into_iter()
                .filter_map(|(_, event)| match event {
                    TypedEvent::NtfsVolume(volume) => Some(volume),
                    _ => None,
                })
                .collect(),
        )
    }

    #[test]
    fn operational_log_names_volume_and_disk() {
        let file = format!("{RATHBUN}Microsoft-Windows-Ntfs%4Operational.evtx");
        let Some(volumes) = volumes(&file) else {
            return;
        };
        assert_eq!(volumes.len(), 13 + 7);
        assert!(
            volumes
                .iter()
                .all(|volume| volume.meaning == NtfsMeaning::InUse)
        );
        let with_disk: Vec<_> = volumes.iter().filter(|v| v.event_id == 145).collect();
        assert_eq!(with_disk.len(), 7);
        let on_c = with_disk
            .iter()
            .find(|volume| volume.letter.as_deref() == Some("C:"))
            .unwrap();
        assert_eq!(
            on_c.volume_guid.as_deref(),
            Some("{BBBAB51B-2A04-434B-9B7E-65F20FD3482E}")
        );
        assert_eq!(on_c.serial.as_deref(), Some("VMWare NVME_0000"));
        assert_eq!(on_c.mbr_partition, None);
    }

    #[test]
    fn guid_of_an_mbr_volume_gives_signature_and_offset() {
        let Some(volumes) = volumes("win10-DESKTOP-2KGM189/System.evtx") else {
            return;
        };
        assert_eq!(volumes.len(), 7);
        let system = volumes
            .iter()
            .find(|volume| volume.volume_guid.is_some())
            .unwrap();
        assert_eq!(system.mbr_partition, Some((0xDF45_46AE, 0x10_0000)));
        assert_eq!(system.letter, None);
        assert_eq!(system.corruption, Some(0));
    }
}
