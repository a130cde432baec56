//! The image of a disk: what its partition table and boot sectors say about the medium.
//!
//! The signature of the disk, its partitions and the serial numbers of its volumes are the names by
//! which the machines that a stick was in speak of it. Of a machine's own disk they tell nothing
//! that is asked here, so there only the coverage is given.

use kusari_artifacts::{Coverage, Locator, Outcome};
use kusari_evidence::{Evidence, Media, Volume};

use super::Title;
use crate::harvest::Harvest;
use crate::identity::{Identifier, IdentifierKind, PropertyKind};

/// The word for a disk image in every output.
pub(crate) const NAME: &str = "disk-image";

/// What people call it.
pub(crate) const TITLE: Title = Title {
    en: "disk image",
    ja: "ディスクイメージ",
};

/// The page that describes how it is read.
pub(crate) const PAGE: &str = "docs/artifacts/disk-image.md";

/// Where a master boot record keeps the disk's signature. Source: Microsoft, "Master boot record".
const SIGNATURE_AT: u64 = 440;

/// Where a GPT header keeps the disk's GUID, from the header's beginning. Source: UEFI 2.10, 5.3.2.
const DISK_GUID_AT: u64 = 56;

/// The length of a boot sector's part that says what the volume is.
const BOOT_SECTOR: u64 = 512;

/// Reads one medium; of a device's image the names that it states are tied to the device that the
/// case calls `label`.
pub(crate) fn read(evidence: &Evidence, index: usize, label: Option<&str>) -> Harvest {
    let mut harvest = Harvest::default();
    let Some(media) = evidence.media.get(index) else {
        return harvest;
    };
    let volumes = || {
        let here = evidence
            .volumes
            .iter()
            .filter(|volume| volume.snapshot.is_none());
        here.filter(move |volume| {
            volume
                .stands
                .as_ref()
                .is_some_and(|place| place.media == index)
        })
    };
    let count = u64::try_from(volumes().count()).unwrap_or(u64::MAX);
    harvest.outcome(Outcome {
        coverage: Coverage {
            records: count,
            ..Coverage::default()
        },
        ..Outcome::default()
    });
    if index == 0 {
        for note in &evidence.notes {
            harvest.note(note.clone());
        }
    }
    if let Some(label) = label {
        let device = Identifier::label(label);
        let whole = Locator::Bytes {
            offset: 0,
            length: media.bytes.size(),
        };
        let size = media.bytes.size().to_string();
        harvest.property(&device, PropertyKind::Capacity, size, &whole);
        let disk = names_of_disk(media, &device, &mut harvest);
        for volume in volumes() {
            names_of_volume(media, volume, &disk, &mut harvest);
        }
    }
    harvest
}

/// States the names of the disk itself; the one below which its volumes stand.
fn names_of_disk(media: &Media, device: &Identifier, harvest: &mut Harvest) -> Identifier {
    let mut disk = device.clone();
    if let Some(signature) = media
        .table
        .disk_signature
        .filter(|signature| *signature != 0)
    {
        let name = Identifier::disk_signature(signature);
        let at = Locator::Bytes {
            offset: SIGNATURE_AT,
            length: 4,
        };
        harvest.claim(device.clone(), name.clone(), "MBR disk signature", &at);
        disk = name;
    }
    if let Some(guid) = media.table.disk_guid {
        let name = Identifier::guid(IdentifierKind::GptDiskId, &guid.to_string());
        let at = Locator::Bytes {
            offset: u64::from(media.sector_size).saturating_add(DISK_GUID_AT),
            length: 16,
        };
        harvest.claim(device.clone(), name.clone(), "GPT header, DiskGUID", &at);
        disk = name;
    }
    disk
}

fn names_of_volume(media: &Media, volume: &Volume, disk: &Identifier, harvest: &mut Harvest) {
    let Some(place) = &volume.stands else { return };
    let at = Locator::Bytes {
        offset: place.start,
        length: BOOT_SECTOR,
    };
    let partition = match (place.partition_guid, media.table.disk_signature) {
        (Some(guid), _) => Some(Identifier::guid(
            IdentifierKind::Partition,
            &guid.to_string(),
        )),
        (None, Some(signature)) if place.in_partition => {
            Some(Identifier::mbr_partition(signature, place.start))
        }
        _ => None,
    };
    let mut below = disk.clone();
    if let Some(partition) = partition {
        harvest.claim(below, partition.clone(), "partition table entry", &at);
        below = partition;
    }
    let identity = volume.file_system.identity();
    let serials = [
        identity.serial64.map(Identifier::volume_serial_64),
        identity.serial.map(Identifier::volume_serial),
    ];
    for serial in serials.into_iter().flatten() {
        harvest.claim(
            below.clone(),
            serial.clone(),
            "boot sector, volume serial number",
            &at,
        );
        let kind = volume.file_system.kind();
        harvest.property(&serial, PropertyKind::FileSystem, kind, &at);
        if let Some(label) = identity.label.as_deref().filter(|label| !label.is_empty()) {
            let label = Identifier::new(IdentifierKind::VolumeLabel, label);
            harvest.claim(serial, label, "the volume's own label", &at);
        }
    }
}

/// The disk as every output cites it.
pub(crate) fn name_of(evidence: &Evidence, media: &Media) -> String {
    if media.place.is_empty() {
        evidence.id.clone()
    } else {
        format!("{}/{}", evidence.id, media.place)
    }
}
