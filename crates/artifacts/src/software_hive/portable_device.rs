//! Portable devices: `Microsoft\Windows Portable Devices\Devices` (Vista and later).
//!
//! The subkey's name is an instance path in the form with `#`; `FriendlyName` is the label of the
//! volume, or its letter (`E:\`) where it had no label when the device was last seen. Sources:
//! public accounts of the key; the names have the form that the corpus shows under `Enum`.

use kusari_evidence::time::Timestamp;

use crate::Locator;
use crate::device_path::DeviceInstance;
use crate::hive_fact;
use crate::registry::{Hive, Key};

/// A portable device, most often a volume on a stick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortableDevice {
    /// Its instance path.
    pub device: DeviceInstance,
    /// `FriendlyName`
    pub friendly_name: Option<String>,
    /// The key.
    pub locator: Locator,
    /// When the key was last written, by the machine's clock, in UTC: often when the device was
    /// first seen with this name. It is no connection time.
    pub key_written: Option<Timestamp>,
    /// The key was deleted and found again in free space of the hive.
    pub recovered: bool,
}

impl PortableDevice {
    /// The drive letter, when the name is one (`E:\` or `E:`).
    #[must_use]
    pub fn letter(&self) -> Option<char> {
        let mut rest = self
            .friendly_name
            .as_deref()?
            .trim_end_matches('\\')
            .chars();
        match (rest.next(), rest.next(), rest.next()) {
            (Some(letter), Some(':'), None) if letter.is_ascii_alphabetic() => {
                Some(letter.to_ascii_uppercase())
            }
            _ => None,
        }
    }

    /// The volume's label, when the name is none of its letters.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        match self.letter() {
            Some(_) => None,
            None => self.friendly_name.as_deref(),
        }
    }

    pub(crate) fn of_key(key: &Key<'_>) -> Option<Self> {
        Some(Self {
            device: DeviceInstance::parse(&key.name())?,
            friendly_name: hive_fact::text(key, "FriendlyName"),
            locator: key.locator(),
            key_written: key.last_written(),
            recovered: false,
        })
    }
}

pub(super) fn read(hive: &Hive) -> Vec<PortableDevice> {
    hive.key(r"Microsoft\Windows Portable Devices\Devices")
        .into_iter()
        .flat_map(|devices| devices.subkeys())
        .filter_map(|key| PortableDevice::of_key(&key))
        .collect()
}
