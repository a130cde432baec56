//! The master boot record.

use super::bytes::Bytes;
use super::kind::PartitionKind;
use crate::boot_sector::BootSector;

/// The first sector of a disk with a master boot record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mbr {
    /// The disk signature (offset 0x1B8) by which Windows knows the disk; zero means none. A
    /// copy of the disk has the same one until Windows changes it because both are attached.
    pub signature: u32,
    /// The entries that are in use, at most four.
    pub partitions: Vec<MbrPartition>,
}

/// One entry of a master boot record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MbrPartition {
    /// Its place in the table, 0 to 3.
    pub slot: u8,
    /// It is marked as the one to start from.
    pub active: bool,
    /// The type: 0x07 NTFS or exFAT, 0x0B and 0x0C FAT32, 0x0F and 0x05 extended, 0xEE GPT, ...
    pub kind: u8,
    /// The first sector.
    pub first_sector: u32,
    /// How many sectors.
    pub sectors: u32,
}

impl Mbr {
    /// Reads a disk's first sector; only its first 512 bytes count. `None` when it carries no
    /// 0x55AA, when an entry's status is neither 0x00 nor 0x80, or when it is the boot sector of
    /// a volume on a disk without partitions.
    #[must_use]
    pub fn parse(sector: &[u8]) -> Option<Self> {
        let partitions = entries(sector)?;
        if BootSector::parse(sector).is_some() {
            return None;
        }
        Some(Self {
            signature: Bytes(sector).u32(0x1B8)?,
            partitions,
        })
    }

    /// Somebody wrote it: it has a partition or a signature. Without both it may be any sector
    /// that happens to end in 0x55AA.
    pub(super) fn is_used(&self) -> bool {
        self.signature != 0 || !self.partitions.is_empty()
    }

    /// It only protects a GUID partition table: its partition has the type 0xEE.
    #[must_use]
    pub fn protects_gpt(&self) -> bool {
        self.partitions
            .iter()
            .any(|partition| partition.kind == 0xEE)
    }
}

impl MbrPartition {
    /// It holds logical partitions.
    pub(super) const fn is_extended(&self) -> bool {
        PartitionKind::Mbr(self.kind).is_extended()
    }
}

/// The entries in use of the sector of a master boot record or an extended one. `None` when it
/// cannot be one.
pub(super) fn entries(sector: &[u8]) -> Option<Vec<MbrPartition>> {
    let bytes = Bytes(sector.get(..512)?);
    if bytes.take(510)? != &[0x55, 0xAA] {
        return None;
    }
    let mut partitions = Vec::new();
    for slot in 0_u8..4 {
        let at = 0x1BE_usize.checked_add(usize::from(slot).checked_mul(16)?)?;
        let status = bytes.u8(at)?;
        if !matches!(status, 0x00 | 0x80) {
            return None;
        }
        let kind = bytes.u8(at.checked_add(4)?)?;
        let sectors = bytes.u32(at.checked_add(12)?)?;
        if kind != 0 && sectors != 0 {
            partitions.push(MbrPartition {
                slot,
                active: status == 0x80,
                kind,
                first_sector: bytes.u32(at.checked_add(8)?)?,
                sectors,
            });
        }
    }
    Some(partitions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sector() -> Vec<u8> {
        let mut sector = vec![0_u8; 512];
        sector[0x1B8..0x1BC].copy_from_slice(&0xD350_D350_u32.to_le_bytes());
        sector[0x1BE] = 0x80;
        sector[0x1C2] = 0x0C;
        sector[0x1C6..0x1CA].copy_from_slice(&2048_u32.to_le_bytes());
        sector[0x1CA..0x1CE].copy_from_slice(&1_000_000_u32.to_le_bytes());
        sector[510..].copy_from_slice(&[0x55, 0xAA]);
        sector
    }

    #[test]
    fn signature_and_used_entries_are_read() {
        let mbr = Mbr::parse(&sector()).unwrap();
        assert_eq!(mbr.signature, 0xD350_D350);
        assert_eq!(
            mbr.partitions,
            [MbrPartition {
                slot: 0,
                active: true,
                kind: 0x0C,
                first_sector: 2048,
                sectors: 1_000_000,
            }]
        );
        assert!(!mbr.protects_gpt());
    }

    #[test]
    fn other_sectors_are_refused() {
        let mut other = sector();
        other[0x1CE] = 0x17;
        assert_eq!(Mbr::parse(&other), None);
        let mut unsigned = sector();
        unsigned[511] = 0;
        assert_eq!(Mbr::parse(&unsigned), None);
        assert_eq!(Mbr::parse(&sector()[..510]), None);
    }

    #[test]
    fn boot_sector_of_an_unpartitioned_disk_is_no_mbr() {
        let mut volume = sector();
        volume[3..11].copy_from_slice(b"NTFS    ");
        assert_eq!(Mbr::parse(&volume), None);
    }

    #[test]
    fn image_of_the_corpus_has_its_partition() {
        let Some(bytes) = kusari_fixtures::corpus::bytes("images/ntfs_img.dd") else {
            return;
        };
        let mbr = Mbr::parse(&bytes).unwrap();
        assert_eq!(mbr.partitions[0].first_sector, 63);
        assert_eq!(mbr.partitions[0].sectors, 160_587);
        assert_eq!(mbr.partitions[0].kind, 7);
    }
}
