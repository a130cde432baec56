//! `Software\Microsoft\Windows\CurrentVersion\Explorer\MountPoints2`

use kusari_evidence::time::Timestamp;

use crate::Locator;
use crate::hive_fact;
use crate::registry::{Hive, Key};

/// Where the key stands.
pub(super) const PATH: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\MountPoints2";

/// Something that the user's Explorer had before it while this user was logged on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountPoint {
    /// What it is.
    pub name: MountPointName,
    /// `_LabelFromReg`: the name that the user gave it.
    pub label: Option<String>,
    /// The key.
    pub locator: Locator,
    /// When the key was last written, by the machine's clock, in UTC. Explorer writes it when it
    /// meets the volume, but not each time, and at other occasions too: it shows that the user was
    /// logged on with the volume there, and is no connection time.
    pub key_written: Option<Timestamp>,
    /// The key was deleted and found again in free space of the hive.
    pub recovered: bool,
}

/// What a mount point is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MountPointName {
    /// A volume by its GUID, `{...}` in upper case, as `MountedDevices` of the SYSTEM hive names
    /// it.
    Volume(String),
    /// A drive letter (Windows XP).
    Letter(char),
    /// A share, `\\server\share`.
    Share(String),
}

impl MountPointName {
    /// Reads a subkey's name; `None` for those that are no mount point (`CPC`).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(share) = name.strip_prefix("##") {
            return Some(Self::Share(format!(r"\\{}", share.replace('#', r"\"))));
        }
        if name.len() == 38 && name.starts_with('{') && name.ends_with('}') {
            return Some(Self::Volume(name.to_ascii_uppercase()));
        }
        let mut rest = name.chars();
        match (rest.next(), rest.next()) {
            (Some(letter), None) if letter.is_ascii_alphabetic() => {
                Some(Self::Letter(letter.to_ascii_uppercase()))
            }
            _ => None,
        }
    }
}

impl MountPoint {
    pub(super) fn of_key(key: &Key<'_>) -> Option<Self> {
        Some(Self {
            name: MountPointName::parse(&key.name())?,
            label: hive_fact::text(key, "_LabelFromReg"),
            locator: key.locator(),
            key_written: key.last_written(),
            recovered: false,
        })
    }
}

pub(super) fn read(hive: &Hive) -> Vec<MountPoint> {
    hive.key(PATH)
        .into_iter()
        .flat_map(|key| key.subkeys())
        .filter_map(|key| MountPoint::of_key(&key))
        .collect()
}

/// Those of deleted keys, as far as their parent fields lead to `MountPoints2`.
pub(super) fn recovered(hive: &Hive) -> Vec<MountPoint> {
    hive.recovered_keys()
        .filter(|key| {
            let path = key.possible_path().unwrap_or_else(|| key.path());
            path.rsplit_once('\\')
                .is_some_and(|(above, _)| above.eq_ignore_ascii_case(PATH))
        })
        .filter_map(|key| {
            let mut point = MountPoint::of_key(&key)?;
            point.recovered = true;
            Some(point)
        })
        .collect()
}
