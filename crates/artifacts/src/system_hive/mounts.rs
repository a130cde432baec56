//! Which names of `MountedDevices` belong to which device of the same hive, and why.

use super::device::DeviceRecord;
use super::mounted_devices::{MountName, MountTarget, MountedDevice};
use super::partition_table::PartitionTable;

/// What joins a device to a value of `MountedDevices`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MountJoin {
    /// The value's data is the device's own path.
    Path,
    /// The value's data is made from the device's `ParentIdPrefix` (Windows XP).
    ParentIdPrefix,
    /// The value's data has the disk signature of the device's cached partition table, and the
    /// offset of one of its partitions. The table may have been another one at the time.
    DiskSignature,
    /// The value's data is the GUID of a partition in the device's cached partition table.
    PartitionGuid,
}

/// Why `mounted` belongs to `device`, or `None` when nothing says that it does.
#[must_use]
pub(super) fn join(device: &DeviceRecord, mounted: &MountedDevice) -> Option<MountJoin> {
    let table = device.disk.as_ref().and_then(|disk| disk.table.as_ref());
    match &mounted.target {
        MountTarget::Device { device: path, .. } => {
            if path.key() == device.device.key() {
                return Some(MountJoin::Path);
            }
            let prefix = device.parent_id_prefix.as_deref()?;
            mounted
                .target
                .parent_id_prefix()
                .is_some_and(|own| own.eq_ignore_ascii_case(prefix))
                .then_some(MountJoin::ParentIdPrefix)
        }
        MountTarget::MbrPartition { signature, offset } => match table? {
            PartitionTable::Mbr {
                signature: own,
                partitions,
            } => {
                let has_it = *own != 0
                    && own == signature
                    && partitions.iter().any(|part| part.offset == *offset);
                has_it.then_some(MountJoin::DiskSignature)
            }
            PartitionTable::Gpt { .. } => None,
        },
        MountTarget::GptPartition(guid) => table?
            .partitions()
            .iter()
            .any(|part| part.guid.as_ref() == Some(guid))
            .then_some(MountJoin::PartitionGuid),
        MountTarget::Other(_) => None,
    }
}

/// The disk signature and partition offset in a volume GUID that Windows 10 and later make from
/// them: `{SSSSSSSS-0000-0000-OOOO-OOOOOOOOOOOO}`, the offset's bytes from the lowest on.
///
/// The corpus has the volume `{629458E4-0000-0000-0000-010000000000}` for signature 629458E4 at
/// offset 0x10000. `None` for any other GUID.
#[must_use]
pub fn signature_in_volume_name(name: &MountName) -> Option<(u32, u64)> {
    let MountName::Volume(guid) = name else {
        return None;
    };
    let (signature, rest) = guid.strip_prefix('{')?.split_once('-')?;
    let rest = rest.strip_prefix("0000-0000-")?.strip_suffix('}')?;
    let digits = rest.replace('-', "");
    let bytes = u64::from_str_radix(&digits, 16).ok()?.to_be_bytes();
    Some((
        u32::from_str_radix(signature, 16).ok()?,
        u64::from_le_bytes(bytes),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volume_names_made_from_the_partition_are_read() {
        let name = MountName::parse(r"\??\Volume{629458e4-0000-0000-0000-010000000000}");
        assert_eq!(
            signature_in_volume_name(&name),
            Some((0x6294_58E4, 0x1_0000))
        );
        let large = MountName::parse(r"\??\Volume{df4546ae-0000-0000-0000-501f00000000}");
        assert_eq!(
            signature_in_volume_name(&large),
            Some((0xDF45_46AE, 0x1F50_0000))
        );
        let made_up = MountName::parse(r"\??\Volume{2b8dca72-672e-11e7-bce1-806e6f6e6963}");
        assert_eq!(signature_in_volume_name(&made_up), None);
    }
}
