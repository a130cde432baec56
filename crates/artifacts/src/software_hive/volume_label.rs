//! Labels by drive letter: `Microsoft\Windows Search\VolumeInfoCache\<letter>:` (Windows 7 and
//! later).
//!
//! A letter has one key, which holds the label of the last volume that had the letter when
//! Windows Search looked. Source: public accounts of the key; `DriveType` as `GetDriveTypeW`
//! (Microsoft Learn) numbers it.

use kusari_evidence::time::Timestamp;

use crate::Locator;
use crate::hive_fact;
use crate::registry::{Hive, Key};

/// The label that a drive letter last had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeLabel {
    /// The drive letter.
    pub letter: char,
    /// `VolumeLabel`; `None` when the volume had none.
    pub label: Option<String>,
    /// `DriveType`: 2 removable, 3 fixed, 4 remote, 5 CD-ROM.
    pub drive_type: Option<u32>,
    /// The key.
    pub locator: Locator,
    /// When the key was last written, by the machine's clock, in UTC.
    pub key_written: Option<Timestamp>,
    /// The key was deleted and found again in free space of the hive.
    pub recovered: bool,
}

impl VolumeLabel {
    pub(crate) fn of_key(key: &Key<'_>) -> Option<Self> {
        let name = key.name();
        let mut rest = name.chars();
        let (Some(letter), Some(':'), None) = (rest.next(), rest.next(), rest.next()) else {
            return None;
        };
        letter.is_ascii_alphabetic().then(|| Self {
            letter: letter.to_ascii_uppercase(),
            label: hive_fact::text(key, "VolumeLabel"),
            drive_type: hive_fact::number(key, "DriveType"),
            locator: key.locator(),
            key_written: key.last_written(),
            recovered: false,
        })
    }
}

pub(super) fn read(hive: &Hive) -> Vec<VolumeLabel> {
    hive.key(r"Microsoft\Windows Search\VolumeInfoCache")
        .into_iter()
        .flat_map(|cache| cache.subkeys())
        .filter_map(|key| VolumeLabel::of_key(&key))
        .collect()
}
