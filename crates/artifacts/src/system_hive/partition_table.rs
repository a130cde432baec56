//! What the partition manager remembers of a disk: `Device Parameters\Partmgr`.
//!
//! `PartitionTableCache` (Windows 10 and later) holds a `DRIVE_LAYOUT_INFORMATION_EX` with its
//! `PARTITION_INFORMATION_EX` entries; it leads from a device to the disk signature or the
//! partition GUIDs that `MountedDevices` names. It is the last table that was seen, and it is not
//! written anew at once when the table changes: on one machine of the corpus a volume of the same
//! disk lies outside the cached partition.
//!
//! Sources: Microsoft Learn, `DRIVE_LAYOUT_INFORMATION_EX` and `PARTITION_INFORMATION_EX`
//! (`ntdddisk.h`); the Windows 10 hive of the corpus, whose cached signatures are those in its
//! `MountedDevices`.

use std::fmt::Write as _;

use crate::Locator;
use crate::registry::Key;

/// Where the entries begin.
const HEADER: usize = 48;
/// How long an entry is.
const ENTRY: usize = 144;

/// The partition manager's record of a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskRecord {
    /// `DiskId`: the GUID that the partition manager made for the disk on this machine, `{...}`
    /// in upper case. Volumes (`STORAGE\Volume\{DiskId}#offset`) and the Partition/Diagnostic
    /// event log name the disk by it.
    pub disk_id: Option<String>,
    /// The cached partition table.
    pub table: Option<PartitionTable>,
    /// The key.
    pub locator: Locator,
}

impl DiskRecord {
    pub(super) fn read(device: &Key<'_>) -> Option<Self> {
        let key = device.subkey(r"Device Parameters\Partmgr")?;
        let record = Self {
            disk_id: key.value("DiskId").and_then(|value| value.guid()),
            table: key
                .value("PartitionTableCache")
                .and_then(|value| PartitionTable::read(&value.data())),
            locator: key.locator(),
        };
        (record.disk_id.is_some() || record.table.is_some()).then_some(record)
    }
}

/// A partition table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartitionTable {
    /// Master boot record.
    Mbr {
        /// The disk signature.
        signature: u32,
        /// The partitions that are used.
        partitions: Vec<Partition>,
    },
    /// GUID partition table.
    Gpt {
        /// The disk's GUID, `{...}` in upper case.
        disk: String,
        /// The partitions that are used.
        partitions: Vec<Partition>,
    },
}

/// A partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Where it begins on the disk, in bytes.
    pub offset: u64,
    /// How long it is, in bytes.
    pub length: u64,
    /// The GUID of a GPT partition, `{...}` in upper case.
    pub guid: Option<String>,
    /// The name of a GPT partition.
    pub name: Option<String>,
}

impl PartitionTable {
    /// Reads a `DRIVE_LAYOUT_INFORMATION_EX`. `None` when it is none.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let count = usize::try_from(u32_at(bytes, 4)?).ok()?;
        let entries = || bytes.get(HEADER..).unwrap_or_default().chunks_exact(ENTRY);
        match u32_at(bytes, 0)? {
            0 => Some(Self::Mbr {
                signature: u32_at(bytes, 8)?,
                partitions: entries().take(count).filter_map(mbr_entry).collect(),
            }),
            1 => Some(Self::Gpt {
                disk: guid_at(bytes, 8)?,
                partitions: entries().take(count).filter_map(gpt_entry).collect(),
            }),
            _ => None,
        }
    }

    /// The partitions that are used.
    #[must_use]
    pub fn partitions(&self) -> &[Partition] {
        match self {
            Self::Mbr { partitions, .. } | Self::Gpt { partitions, .. } => partitions,
        }
    }
}

fn mbr_entry(entry: &[u8]) -> Option<Partition> {
    // Type 0 is an unused entry.
    let kind = *entry.get(32)?;
    (kind != 0).then_some(())?;
    Some(Partition {
        offset: u64_at(entry, 8)?,
        length: u64_at(entry, 16)?,
        guid: None,
        name: None,
    })
}

fn gpt_entry(entry: &[u8]) -> Option<Partition> {
    // A type of all zeros is an unused entry.
    entry.get(32..48)?.iter().find(|&&byte| byte != 0)?;
    let units = entry
        .get(72..144)?
        .chunks_exact(2)
        .filter_map(|pair| Some(u16::from_le_bytes(pair.try_into().ok()?)))
        .take_while(|&unit| unit != 0);
    let name: String = char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    Some(Partition {
        offset: u64_at(entry, 8)?,
        length: u64_at(entry, 16)?,
        guid: Some(guid_at(entry, 48)?),
        name: (!name.is_empty()).then_some(name),
    })
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let end = at.checked_add(4)?;
    Some(u32::from_le_bytes(bytes.get(at..end)?.try_into().ok()?))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let end = at.checked_add(8)?;
    Some(u64::from_le_bytes(bytes.get(at..end)?.try_into().ok()?))
}

/// A GUID of 16 bytes as `{...}` in upper case. Source: MS-DTYP 2.3.4.2.
pub(super) fn guid_at(bytes: &[u8], at: usize) -> Option<String> {
    let bytes = bytes.get(at..at.checked_add(16)?)?;
    let first = u32_at(bytes, 0)?;
    let pair = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let mut text = format!("{{{first:08X}-{:04X}-{:04X}-", pair(4)?, pair(6)?);
    for (at, byte) in bytes.iter().enumerate().skip(8) {
        if at == 10 {
            text.push('-');
        }
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02X}");
    }
    text.push('}');
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(style: u32, entries: &[[u8; ENTRY]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(style.to_le_bytes());
        bytes.extend(u32::try_from(entries.len()).unwrap().to_le_bytes());
        bytes.extend((1_u8..=16).collect::<Vec<u8>>());
        bytes.resize(HEADER, 0);
        for entry in entries {
            bytes.extend(entry);
        }
        bytes
    }

    #[test]
    fn unused_entries_are_left_out() {
        let mut used = [0; ENTRY];
        used[8..16].copy_from_slice(&0x10_0000_u64.to_le_bytes());
        used[16..24].copy_from_slice(&5_u64.to_le_bytes());
        used[32] = 7;
        let read = PartitionTable::read(&table(0, &[used, [0; ENTRY]])).unwrap();
        let PartitionTable::Mbr {
            signature,
            partitions,
        } = read
        else {
            panic!("{read:?}");
        };
        assert_eq!(signature, 0x0403_0201);
        assert_eq!(partitions.len(), 1);
        assert_eq!((partitions[0].offset, partitions[0].length), (0x10_0000, 5));
    }

    #[test]
    fn gpt_entries_have_their_guid_and_name() {
        let mut used = [0; ENTRY];
        used[32] = 1;
        used[48..64].copy_from_slice(&(0_u8..16).collect::<Vec<u8>>());
        used[72..76].copy_from_slice(&[b'a', 0, b'b', 0]);
        let read = PartitionTable::read(&table(1, &[used])).unwrap();
        let partition = &read.partitions()[0];
        assert_eq!(
            partition.guid.as_deref(),
            Some("{03020100-0504-0706-0809-0A0B0C0D0E0F}")
        );
        assert_eq!(partition.name.as_deref(), Some("ab"));
    }

    #[test]
    fn other_bytes_are_no_table_and_a_count_too_large_costs_nothing() {
        assert_eq!(PartitionTable::read(&[]), None);
        assert_eq!(PartitionTable::read(&[2; 48]), None);
        let mut bytes = table(0, &[[0; ENTRY]]);
        bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(PartitionTable::read(&bytes).unwrap().partitions(), &[]);
    }
}
