//! ReadyBoost: `Microsoft\Windows NT\CurrentVersion\EMDMgmt` (Vista and later, mostly where the
//! system disk is no SSD).
//!
//! A subkey's name joins what the registry keeps apart: the device, the volume's label and its
//! serial number, `_??_USBSTOR#Disk&Ven_...#<serial>&0#{53f56307-...}LABEL_1083394917`. The number
//! behind the last `_` is the volume serial number of 32 bits in decimal; the label may be empty
//! and may hold `_`. Sources: public accounts of the key (H. Carvey, "Plugin: EMDMgmt"; D. Cowen,
//! "Understanding the artifacts EMDMgmt").

use kusari_evidence::time::Timestamp;

use crate::Locator;
use crate::device_path::DeviceInstance;
use crate::registry::{Hive, Key};

/// A volume that ReadyBoost looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadyBoostVolume {
    /// The device, where the name holds its path.
    pub device: Option<DeviceInstance>,
    /// The volume's label; `None` when it had none.
    pub label: Option<String>,
    /// The volume serial number, the lower 32 bits of an NTFS one.
    pub volume_serial: u32,
    /// `LastTestedTime`, by the machine's clock, in UTC; `None` when it was never tested.
    pub last_tested: Option<Timestamp>,
    /// The key.
    pub locator: Locator,
    /// When the key was last written, by the machine's clock, in UTC. Many keys are written
    /// together: it is no connection time.
    pub key_written: Option<Timestamp>,
    /// The key was deleted and found again in free space of the hive.
    pub recovered: bool,
}

impl ReadyBoostVolume {
    pub(crate) fn of_key(key: &Key<'_>) -> Option<Self> {
        let (device, label, volume_serial) = parse_name(&key.name())?;
        Some(Self {
            device,
            label,
            volume_serial,
            last_tested: key
                .value("LastTestedTime")
                .and_then(|value| match value.number() {
                    Some(number) => Timestamp::from_filetime(number),
                    None => value.time(),
                }),
            locator: key.locator(),
            key_written: key.last_written(),
            recovered: false,
        })
    }
}

/// The device, label and serial number in a key's name.
fn parse_name(name: &str) -> Option<(Option<DeviceInstance>, Option<String>, u32)> {
    let (head, serial) = name.rsplit_once('_')?;
    // Some tools print it as a signed number; the key has the unsigned one.
    let serial: u32 = serial.parse().ok()?;
    let (device, label) = match head.rsplit_once('}') {
        Some((path, label)) => (DeviceInstance::parse(&format!("{path}}}")), label),
        None => (None, head),
    };
    let label = Some(label).filter(|label| !label.is_empty());
    Some((device, label.map(str::to_owned), serial))
}

pub(super) fn read(hive: &Hive) -> Vec<ReadyBoostVolume> {
    hive.key(r"Microsoft\Windows NT\CurrentVersion\EMDMgmt")
        .into_iter()
        .flat_map(|list| list.subkeys())
        .filter_map(|key| ReadyBoostVolume::of_key(&key))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_device_label_and_serial() {
        let (device, label, serial) = parse_name(
            "_??_USBSTOR#Disk&Ven_HP&Prod_v100w&Rev_1024#AA951D0000007252&0#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}MY_STICK_1073957733",
        )
        .unwrap();
        assert_eq!(device.unwrap().device_serial(), Some("AA951D0000007252"));
        assert_eq!(label.as_deref(), Some("MY_STICK"));
        assert_eq!(serial, 0x4003_4B65);
    }

    #[test]
    fn label_and_device_may_be_missing() {
        let (_, label, serial) = parse_name(
            "_??_USBSTOR#Disk&Ven_A&Prod_B&Rev_1#12345678&0#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}_4294967295",
        )
        .unwrap();
        assert_eq!((label, serial), (None, u32::MAX));
        let (device, label, serial) = parse_name("My Book_305419896").unwrap();
        assert_eq!(device, None);
        assert_eq!(label.as_deref(), Some("My Book"));
        assert_eq!(serial, 0x1234_5678);
        for other in ["", "_", "LABEL_", "LABEL_99999999999", "LABEL_x"] {
            assert_eq!(parse_name(other), None, "{other}");
        }
    }
}
