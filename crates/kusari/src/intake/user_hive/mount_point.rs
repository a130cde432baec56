//! `MountPoints2`: the volumes that the user's Explorer had before it.

use kusari_artifacts::user_hive::{MountPoint, MountPointName};
use kusari_evidence::time::RecordedTime;

use crate::event::{Action, Confidence, NewEvent, Whose, meaning};
use crate::harvest::Harvest;
use crate::identity::{Identifier, IdentifierKind};

pub(super) fn event(point: &MountPoint, user: Option<&str>, harvest: &mut Harvest) {
    let Some(at) = point.key_written else { return };
    let (volume, message) = match &point.name {
        MountPointName::Volume(guid) => (
            Identifier::guid(IdentifierKind::VolumeGuid, guid),
            format!("volume {guid} among the user's mount points"),
        ),
        MountPointName::Letter(letter) => (
            Identifier::drive_letter(*letter),
            format!("drive {letter}: among the user's mount points"),
        ),
        MountPointName::Share(_) => return,
    };
    harvest.event(&NewEvent {
        time: RecordedTime::utc(at),
        meaning: meaning::MOUNT_POINT_KEY,
        action: Action::RegistryKeyWritten,
        whose: Whose::ThisMachine,
        device: None,
        volume: Some(volume),
        user,
        file: None,
        message: &message,
        locator: &point.locator,
        number: None,
        confidence: if point.recovered {
            Confidence::Recovered
        } else {
            Confidence::Recorded
        },
    });
}
