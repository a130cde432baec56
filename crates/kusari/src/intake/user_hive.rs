//! A user's hive: the volumes that the user had before him or her.

use kusari_artifacts::user_hive::{MountPoint, MountPointName, UserHive};
use kusari_evidence::time::RecordedTime;

use super::{ArtifactFile, ArtifactKind, ReadOptions, Surroundings, Title, hive};
use crate::event::{Action, Confidence, NewEvent, Whose, meaning};
use crate::harvest::Harvest;
use crate::identity::{Identifier, IdentifierKind};

pub(super) static KIND: ArtifactKind = ArtifactKind {
    name: "user-hive",
    title: Title {
        en: "Windows registry, NTUSER.DAT",
        ja: "Windowsレジストリ（NTUSER.DAT）",
    },
    page: "docs/artifacts/mount-points2.md",
    places: &["Users/*/NTUSER.DAT", "Documents and Settings/*/NTUSER.DAT"],
    on_devices: false,
    recognise: |file| hive::is_hive_named(file, "NTUSER.DAT"),
    companions: hive::logs,
    read,
    in_place: None,
};

fn read(
    file: ArtifactFile,
    _around: &Surroundings<'_>,
    _options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let path = file.path.clone();
    let Some(hive) = hive::open(file, harvest) else {
        return;
    };
    let mut user = UserHive::read(&hive);
    user.add_recovered(&hive);
    // The folder on the evidence says whose profile it is; a loose file has only its own word.
    let name = folder_of(&path)
        .or_else(|| user.user.name())
        .map(str::to_owned);
    for point in &user.mount_points {
        mount_point(point, name.as_deref(), harvest);
    }
}

/// The folder below `Users` or `Documents and Settings`.
fn folder_of(path: &str) -> Option<&str> {
    let mut parts = path.rsplit('/').skip(1);
    let folder = parts.next()?;
    let above = parts.next()?;
    ["Users", "Documents and Settings"]
        .iter()
        .any(|name| above.eq_ignore_ascii_case(name))
        .then_some(folder)
}

fn mount_point(point: &MountPoint, user: Option<&str>, harvest: &mut Harvest) {
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
        confidence: if point.recovered {
            Confidence::Recovered
        } else {
            Confidence::Recorded
        },
    });
}

#[cfg(test)]
mod tests {
    use super::folder_of;

    #[test]
    fn the_profile_folder_names_the_user() {
        assert_eq!(folder_of("Users/tony/NTUSER.DAT"), Some("tony"));
        assert_eq!(
            folder_of("C/Documents and Settings/Pat/ntuser.dat"),
            Some("Pat")
        );
        assert_eq!(folder_of("registry/NTUSER.DAT"), None);
        assert_eq!(folder_of("NTUSER.DAT"), None);
    }
}
