//! What the volume says about itself: `$Boot` and `$Volume`.
//!
//! Source: libfsntfs' format document, "The volume name attribute", "The volume information
//! attribute", "The object identifier attribute".

use super::attribute::AttributeType;
use super::boot_sector::BootSector;
use super::file::File;
use super::name::Name;
use super::notes::Notes;
use super::record_pieces::Records;
use super::volume_core::{Core, VOLUME_RECORD};
use crate::fields::{u8_at, u16_at};
use crate::{Guid, VolumeIdentity};

const DIRTY: u16 = 1;

pub(super) fn read(core: &Core) -> VolumeIdentity {
    of_records(core, Some(&core.boot), &core.notes)
}

/// As far as it is known: of a collected file table the boot sector may be missing.
pub(super) fn of_records(
    records: &dyn Records,
    boot: Option<&BootSector>,
    notes: &Notes,
) -> VolumeIdentity {
    let mut identity = boot.map(of_boot_sector).unwrap_or_default();
    match File::load(records, VOLUME_RECORD) {
        Ok(file) => add_volume_file(&mut identity, &file),
        Err(error) => notes.add(format!(
            "label, version and object id of the volume cannot be read: {error}"
        )),
    }
    identity
}

fn of_boot_sector(boot: &BootSector) -> VolumeIdentity {
    let [a, b, c, d, ..] = boot.serial.to_le_bytes();
    VolumeIdentity {
        serial: Some(u32::from_le_bytes([a, b, c, d])),
        serial64: Some(boot.serial),
        sector_size: Some(boot.sector_size),
        cluster_size: Some(boot.cluster_size),
        size: Some(boot.size()),
        ..VolumeIdentity::default()
    }
}

fn add_volume_file(identity: &mut VolumeIdentity, file: &File) {
    let label = file.value(AttributeType::VOLUME_NAME);
    identity.label = label.filter(|label| !label.is_empty()).map(|label| {
        char::decode_utf16(Name::new(label).units())
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    });
    identity.guid = file
        .value(AttributeType::OBJECT_ID)
        .and_then(Guid::from_bytes)
        .filter(|guid| *guid != Guid::NIL);
    if let Some(information) = file.value(AttributeType::VOLUME_INFORMATION) {
        let version = u8_at(information, 8).zip(u8_at(information, 9));
        identity.version = version.map(|(major, minor)| format!("{major}.{minor}"));
        identity.dirty = u16_at(information, 10).map(|flags| flags & DIRTY != 0);
    }
}
