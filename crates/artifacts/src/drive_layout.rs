//! The layout of a disk, `DRIVE_LAYOUT_INFORMATION_EX`, as the partition manager of Windows writes
//! it into its events.
//!
//! Sources: Microsoft Learn, `DRIVE_LAYOUT_INFORMATION_EX`, `PARTITION_INFORMATION_EX` and their
//! GPT and MBR parts (`winioctl.h`); the four layouts in the corpus' Partition/Diagnostic log.

use kusari_evidence::Guid;

const HEADER: usize = 48;
const ENTRY: usize = 144;

/// How a disk is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartitionStyle {
    /// By a master boot record.
    Mbr,
    /// By a GUID partition table.
    Gpt,
    /// Not at all.
    Raw,
}

impl PartitionStyle {
    /// From Windows' `PARTITION_STYLE`.
    #[must_use]
    pub const fn from_number(number: u64) -> Option<Self> {
        match number {
            0 => Some(Self::Mbr),
            1 => Some(Self::Gpt),
            2 => Some(Self::Raw),
            _ => None,
        }
    }
}

/// The layout of a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriveLayout {
    /// How it is divided.
    pub style: PartitionStyle,
    /// The disk signature of a master boot record.
    pub signature: Option<u32>,
    /// The disk GUID of a GUID partition table.
    pub gpt_disk_id: Option<Guid>,
    /// The partitions.
    pub partitions: Vec<DriveLayoutPartition>,
}

/// One partition of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriveLayoutPartition {
    /// Where it begins, in bytes.
    pub offset: u64,
    /// How long it is, in bytes.
    pub length: u64,
    /// Its number on the disk, from 1; 0 for an unused entry of a master boot record.
    pub number: u32,
    /// The type of a partition of a master boot record.
    pub mbr_kind: Option<u8>,
    /// The type GUID of a partition of a GUID partition table.
    pub gpt_kind: Option<Guid>,
    /// The partition's own GUID in a GUID partition table. Windows names the volume on it by the
    /// same GUID.
    pub gpt_id: Option<Guid>,
    /// The partition's name in a GUID partition table.
    pub name: Option<String>,
}

impl DriveLayout {
    /// Reads the bytes of an event's `PartitionTable`. `None` when they are cut before the
    /// header's end or name an unknown style; partitions behind the end are left out.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let header = Bytes(bytes.get(..HEADER)?);
        let style = PartitionStyle::from_number(u64::from(header.u32(0)?))?;
        let count = usize::try_from(header.u32(4)?).ok()?;
        let partitions = bytes
            .get(HEADER..)?
            .chunks_exact(ENTRY)
            .take(count)
            .filter_map(|entry| partition(style, Bytes(entry)))
            .collect();
        Some(Self {
            style,
            signature: match style {
                PartitionStyle::Mbr => header.u32(8),
                _ => None,
            },
            gpt_disk_id: match style {
                PartitionStyle::Gpt => header.guid(8),
                _ => None,
            },
            partitions,
        })
    }
}

fn partition(style: PartitionStyle, entry: Bytes<'_>) -> Option<DriveLayoutPartition> {
    let mut partition = DriveLayoutPartition {
        offset: entry.u64(8)?,
        length: entry.u64(16)?,
        number: entry.u32(24)?,
        mbr_kind: None,
        gpt_kind: None,
        gpt_id: None,
        name: None,
    };
    match style {
        PartitionStyle::Mbr => partition.mbr_kind = entry.u8(32),
        PartitionStyle::Gpt => {
            partition.gpt_kind = entry.guid(32);
            partition.gpt_id = entry.guid(48);
            partition.name = entry
                .0
                .get(72..ENTRY)
                .map(utf16_text)
                .filter(|name| !name.is_empty());
        }
        PartitionStyle::Raw => {}
    }
    // A master boot record always has four entries; those of type 0 hold nothing.
    (partition.length != 0 || partition.number != 0).then_some(partition)
}

/// UTF-16LE up to the first NUL.
fn utf16_text(bytes: &[u8]) -> String {
    let units = bytes
        .chunks_exact(2)
        .filter_map(|pair| Some(u16::from_le_bytes(pair.try_into().ok()?)))
        .take_while(|unit| *unit != 0);
    char::decode_utf16(units)
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Reads little-endian numbers at offsets; `None` outside the bytes.
#[derive(Clone, Copy)]
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take<const N: usize>(self, at: usize) -> Option<&'a [u8; N]> {
        self.0.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    fn u8(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    fn u32(self, at: usize) -> Option<u32> {
        Some(u32::from_le_bytes(*self.take(at)?))
    }

    fn u64(self, at: usize) -> Option<u64> {
        Some(u64::from_le_bytes(*self.take(at)?))
    }

    fn guid(self, at: usize) -> Option<Guid> {
        self.take(at).copied().map(Guid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mbr_layout() -> Vec<u8> {
        let mut bytes = vec![0_u8; HEADER + 4 * ENTRY];
        bytes[4] = 4;
        bytes[8..12].copy_from_slice(&0xD350_D350_u32.to_le_bytes());
        let entry = &mut bytes[HEADER..HEADER + ENTRY];
        entry[8..16].copy_from_slice(&0x7E00_u64.to_le_bytes());
        entry[16..24].copy_from_slice(&0x10_0000_u64.to_le_bytes());
        entry[24] = 1;
        entry[32] = 0x0B;
        bytes
    }

    #[test]
    fn mbr_layout_gives_signature_and_used_entries() {
        let layout = DriveLayout::parse(&mbr_layout()).unwrap();
        assert_eq!(layout.style, PartitionStyle::Mbr);
        assert_eq!(layout.signature, Some(0xD350_D350));
        assert_eq!(layout.gpt_disk_id, None);
        assert_eq!(layout.partitions.len(), 1);
        assert_eq!(layout.partitions[0].offset, 0x7E00);
        assert_eq!(layout.partitions[0].mbr_kind, Some(0x0B));
    }

    #[test]
    fn cut_layouts_give_what_is_there() {
        let bytes = mbr_layout();
        assert_eq!(DriveLayout::parse(&bytes[..47]), None);
        assert_eq!(DriveLayout::parse(&bytes[..100]).unwrap().partitions, []);
        let mut absurd = bytes;
        absurd[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(DriveLayout::parse(&absurd).unwrap().partitions.len(), 1);
        absurd[0] = 9;
        assert_eq!(DriveLayout::parse(&absurd), None);
    }
}
