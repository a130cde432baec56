//! What stands in the instance of a volume: the disk it lies on, and where.

use super::{DeviceInstance, is_guid};

/// The instance of a volume (`STORAGE\Volume`) or of its portable device (`SWD\WPDBUSENUM`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VolumeInstance {
    /// The volume of removable media: the path of its disk.
    OnDevice(Box<DeviceInstance>),
    /// A volume on a fixed disk, as Windows 7 and later write it.
    OnDisk {
        /// The id that the partition manager gave the disk on this machine (`Partmgr\DiskId`),
        /// in braces and as written; it is no GPT disk GUID.
        disk_id: String,
        /// Where the partition begins, in bytes.
        offset: u64,
    },
    /// A volume on an MBR disk, as Windows 2000 and XP write it.
    BySignature {
        /// The disk signature of the MBR.
        signature: u32,
        /// Where the partition begins, in bytes.
        offset: u64,
        /// How long the partition is, in bytes.
        length: u64,
    },
}

impl DeviceInstance {
    /// What the instance of a volume or of its portable device says about its disk.
    #[must_use]
    pub fn volume(&self) -> Option<VolumeInstance> {
        if let Some(device) = self.contained() {
            return Some(VolumeInstance::OnDevice(Box::new(device)));
        }
        if !(self.is_enumerated_by("STORAGE") || self.is_enumerated_by("SWD")) {
            return None;
        }
        if let Some((disk_id, offset)) = self.instance.split_once('#')
            && is_guid(disk_id)
        {
            let offset = u64::from_str_radix(offset, 16).ok()?;
            return Some(VolumeInstance::OnDisk {
                disk_id: disk_id.to_owned(),
                offset,
            });
        }
        by_signature(&self.instance)
    }
}

/// `1&30a96598&0&SignatureD350D350Offset7E00Length3071B5C00`
fn by_signature(instance: &str) -> Option<VolumeInstance> {
    let upper = instance.to_ascii_uppercase();
    let (_, rest) = upper.split_once("SIGNATURE")?;
    let (signature, rest) = rest.split_once("OFFSET")?;
    let (offset, length) = rest.split_once("LENGTH")?;
    Some(VolumeInstance::BySignature {
        signature: u32::from_str_radix(signature, 16).ok()?,
        offset: u64::from_str_radix(offset, 16).ok()?,
        length: u64::from_str_radix(length, 16).ok()?,
    })
}
