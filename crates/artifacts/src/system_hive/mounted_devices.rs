//! `MountedDevices`: the mount manager's memory of drive letters and volume GUIDs.
//!
//! A letter has one value, which is overwritten when the letter goes to another volume: it tells
//! the last volume that had it, never an earlier one. The key has one write time for all values.
//!
//! Sources: libyal winreg-kb, "Mounted devices"; Microsoft Learn, "Supporting mount manager
//! requests in a storage class driver" (unique ids and link names); the hives of the corpus
//! (Windows XP, 7, 8, 10), which hold every form except the GPT one.

use kusari_evidence::time::Timestamp;

use super::partition_table::{guid_at, u32_at, u64_at};
use crate::Locator;
use crate::device_path::DeviceInstance;
use crate::registry::{Hive, Value};

/// A value of `MountedDevices`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountedDevice {
    /// The name that is mounted.
    pub name: MountName,
    /// What it is mounted on.
    pub target: MountTarget,
    /// The value.
    pub locator: Locator,
    /// When the whole key was last written, by the machine's clock, in UTC.
    pub key_written: Option<Timestamp>,
    /// The value was deleted and found again in free space of the hive.
    pub recovered: bool,
}

/// The name of a value of `MountedDevices`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MountName {
    /// `\DosDevices\E:`
    Letter(char),
    /// `\??\Volume{...}`: the volume's GUID on this machine, `{...}` in upper case.
    Volume(String),
    /// `#{...}`: the volume shall have no letter. The GUID is made up for the entry and means
    /// nothing else.
    NoLetter(String),
    /// Any other name.
    Other(String),
}

impl MountName {
    /// Reads a value's name.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        let guid = |text: &str| {
            let inner = text.strip_prefix('{')?.strip_suffix('}')?;
            let is_guid = inner.len() == 36
                && inner.bytes().enumerate().all(|(at, byte)| match at {
                    8 | 13 | 18 | 23 => byte == b'-',
                    _ => byte.is_ascii_hexdigit(),
                });
            is_guid.then(|| text.to_ascii_uppercase())
        };
        if let Some(mut rest) = after(name, r"\DosDevices\").map(str::chars)
            && let (Some(letter), Some(':'), None) = (rest.next(), rest.next(), rest.next())
            && letter.is_ascii_alphabetic()
        {
            return Self::Letter(letter.to_ascii_uppercase());
        }
        if let Some(volume) = after(name, r"\??\Volume").and_then(guid) {
            return Self::Volume(volume);
        }
        if let Some(entry) = name.strip_prefix('#').and_then(guid) {
            return Self::NoLetter(entry);
        }
        Self::Other(name.to_owned())
    }
}

/// The rest of `text` behind `prefix`, in any letter case.
fn after<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| text.get(prefix.len()..))
        .flatten()
}

/// What a name is mounted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MountTarget {
    /// A partition of a disk with a master boot record.
    MbrPartition {
        /// The disk signature.
        signature: u32,
        /// Where the partition begins on the disk, in bytes.
        offset: u64,
    },
    /// A partition of a disk with a GUID partition table: its GUID, `{...}` in upper case.
    GptPartition(String),
    /// A device, as removable media have it.
    Device {
        /// The device.
        device: DeviceInstance,
        /// The path as it stands.
        path: String,
    },
    /// Anything else: its bytes.
    Other(Vec<u8>),
}

impl MountTarget {
    /// Reads a value's data.
    #[must_use]
    pub fn parse(data: &[u8]) -> Self {
        Self::partition(data)
            .or_else(|| Self::device(data))
            .unwrap_or_else(|| Self::Other(data.to_vec()))
    }

    fn partition(data: &[u8]) -> Option<Self> {
        match (data.len(), data.get(..8)) {
            (12, _) => Some(Self::MbrPartition {
                signature: u32_at(data, 0)?,
                offset: u64_at(data, 4)?,
            }),
            (24, Some(b"DMIO:ID:")) => Some(Self::GptPartition(guid_at(data, 8)?)),
            _ => None,
        }
    }

    fn device(data: &[u8]) -> Option<Self> {
        let units = data
            .chunks_exact(2)
            .filter_map(|pair| Some(u16::from_le_bytes(pair.try_into().ok()?)));
        let path: String = char::decode_utf16(units)
            .collect::<Result<_, _>>()
            .ok()
            .filter(|_| data.len().is_multiple_of(2))?;
        Some(Self::Device {
            device: DeviceInstance::parse(&path)?,
            path,
        })
    }

    /// On Windows XP a removable disk's volume is named after the `ParentIdPrefix` of its device
    /// (`STORAGE\RemovableMedia\7&71229d7&0&RM`): that prefix.
    #[must_use]
    pub fn parent_id_prefix(&self) -> Option<&str> {
        let Self::Device { device, .. } = self else {
            return None;
        };
        let is_removable = device.is_enumerated_by("STORAGE")
            && device.device_id.eq_ignore_ascii_case("RemovableMedia");
        let (prefix, end) = device.instance.rsplit_once('&')?;
        (is_removable && end.eq_ignore_ascii_case("RM")).then_some(prefix)
    }
}

/// The values of `MountedDevices` in their order.
pub(super) fn read(hive: &Hive) -> Vec<MountedDevice> {
    let Some(key) = hive.key("MountedDevices") else {
        return Vec::new();
    };
    let key_written = key.last_written();
    key.values()
        .filter(|value| !value.name().is_empty())
        .map(|value| mounted_device(&value, key_written))
        .collect()
}

pub(super) fn mounted_device(value: &Value<'_>, key_written: Option<Timestamp>) -> MountedDevice {
    MountedDevice {
        name: MountName::parse(&value.name()),
        target: MountTarget::parse(&value.data()),
        locator: value.locator(),
        key_written,
        recovered: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn names_are_told_apart() {
        assert_eq!(MountName::parse(r"\DosDevices\e:"), MountName::Letter('E'));
        assert_eq!(
            MountName::parse(r"\??\Volume{c7c83a7f-cc77-11de-accc-806d6172696f}"),
            MountName::Volume("{C7C83A7F-CC77-11DE-ACCC-806D6172696F}".into())
        );
        assert_eq!(
            MountName::parse("#{5aae7822-77cb-11e9-bcf1-784f439fa657}"),
            MountName::NoLetter("{5AAE7822-77CB-11E9-BCF1-784F439FA657}".into())
        );
        for other in [r"\DosDevices\E:\folder", r"\DosDevices\1:", "#x", ""] {
            assert_eq!(MountName::parse(other), MountName::Other(other.into()));
        }
    }

    #[test]
    fn targets_are_told_apart() {
        let mut mbr = 0xD350_D350_u32.to_le_bytes().to_vec();
        mbr.extend(0x7E00_u64.to_le_bytes());
        assert_eq!(
            MountTarget::parse(&mbr),
            MountTarget::MbrPartition {
                signature: 0xD350_D350,
                offset: 0x7E00
            }
        );
        let mut gpt = b"DMIO:ID:".to_vec();
        gpt.extend(0_u8..16);
        assert_eq!(
            MountTarget::parse(&gpt),
            MountTarget::GptPartition("{03020100-0504-0706-0809-0A0B0C0D0E0F}".into())
        );
        let xp =
            r"\??\STORAGE#RemovableMedia#7&71229d7&0&RM#{53f5630d-b6bf-11d0-94f2-00a0c91efb8b}";
        let target = MountTarget::parse(&utf16(xp));
        assert_eq!(target.parent_id_prefix(), Some("7&71229d7&0"));
        let seven = "_??_USBSTOR#Disk&Ven_HP&Prod_v100w&Rev_1024#AA951D0000007252&0#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}";
        let MountTarget::Device { device, .. } = MountTarget::parse(&utf16(seven)) else {
            panic!();
        };
        assert_eq!(device.device_serial(), Some("AA951D0000007252"));
        assert_eq!(
            MountTarget::parse(&[1, 2, 3]),
            MountTarget::Other(vec![1, 2, 3])
        );
        assert_eq!(MountTarget::parse(&[]), MountTarget::Other(Vec::new()));
    }
}
