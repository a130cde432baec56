//! The boot sector: where the file table stands, and how large everything is.
//!
//! Source: libfsntfs' format document, "The volume header" (with the ways in which sizes are
//! written, and that the backup stands in the last sector, outside the volume's own length);
//! Linux-NTFS documentation, $Boot (Windows NT 4 and before keep the backup in the middle).

use crate::FormatError;
use crate::fields::{array_at, u8_at, u16_at, u64_at};

/// What the boot sector says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BootSector {
    /// Bytes in a sector, 256 to 4096.
    pub sector_size: u32,
    /// Bytes in a cluster, to 2 MiB.
    pub cluster_size: u32,
    /// The length of the volume in sectors, without the backup of the boot sector behind it.
    pub sectors: u64,
    /// The cluster where the file table `$MFT` starts.
    pub mft_cluster: u64,
    /// The cluster where `$MFTMirr`, the copy of its first records, starts.
    pub mirror_cluster: u64,
    /// Bytes in a file record, 256 to 4096.
    pub record_size: u32,
    /// Bytes in a block of a folder's index. Each index says its own size, too.
    pub index_block_size: u32,
    /// The volume serial number.
    pub serial: u64,
}

const STRUCTURE: &str = "NTFS boot sector";

/// How the boot sector of NTFS is named at its offset 3.
const SIGNATURE: [u8; 8] = *b"NTFS    ";

/// Clusters are at most 2 MiB.
const LARGEST_CLUSTER: u32 = 2 << 20;
const RECORD_SIZES: std::ops::RangeInclusive<u32> = 256..=4096;
const INDEX_BLOCK_SIZES: std::ops::RangeInclusive<u32> = 256..=65_536;

/// Whether this is the first sector of an NTFS volume.
#[must_use]
pub fn is_one(first_sector: &[u8]) -> bool {
    array_at(first_sector, 3) == Some(SIGNATURE)
}

impl BootSector {
    /// Reads a boot sector that stands at `offset` of the volume.
    ///
    /// # Errors
    /// When it is none, or says sizes that no volume has.
    pub fn parse(bytes: &[u8], offset: u64) -> Result<Self, FormatError> {
        Self::checked(bytes).map_err(|problem| FormatError::malformed(STRUCTURE, offset, problem))
    }

    fn checked(bytes: &[u8]) -> Result<Self, String> {
        if !is_one(bytes) {
            return Err("the signature `NTFS` is not there".to_owned());
        }
        let short = || "it is cut off".to_owned();
        let sector_size = u32::from(u16_at(bytes, 11).ok_or_else(short)?);
        if !sector_size.is_power_of_two() || !(256..=4096).contains(&sector_size) {
            return Err(format!("{sector_size} bytes in a sector"));
        }
        let cluster_size = cluster_size(sector_size, u8_at(bytes, 13).ok_or_else(short)?)?;
        let sectors = u64_at(bytes, 40).ok_or_else(short)?;
        if sectors == 0 {
            return Err("no sectors in the volume".to_owned());
        }
        let size = |at: usize, what: &str, allowed: std::ops::RangeInclusive<u32>| {
            let code = u8_at(bytes, at).ok_or_else(short)?;
            size_by_code(code, cluster_size)
                .filter(|size| allowed.contains(size) && size.is_power_of_two())
                .ok_or_else(|| format!("the size of {what} is written as {code}"))
        };
        Ok(Self {
            sector_size,
            cluster_size,
            sectors,
            mft_cluster: u64_at(bytes, 48).ok_or_else(short)?,
            mirror_cluster: u64_at(bytes, 56).ok_or_else(short)?,
            record_size: size(64, "a file record", RECORD_SIZES)?,
            index_block_size: size(68, "an index block", INDEX_BLOCK_SIZES)?,
            serial: u64_at(bytes, 72).ok_or_else(short)?,
        })
    }

    /// The length of the volume in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.sectors.saturating_mul(u64::from(self.sector_size))
    }
}

/// To 128 it counts sectors; from 244 on it is the negative power of two.
fn cluster_size(sector_size: u32, code: u8) -> Result<u32, String> {
    let sectors = match code {
        1..=128 => Some(u32::from(code)),
        244..=255 => 1_u32.checked_shl(256_u32.saturating_sub(u32::from(code))),
        _ => None,
    };
    sectors
        .and_then(|sectors| sectors.checked_mul(sector_size))
        .filter(|size| size.is_power_of_two() && *size <= LARGEST_CLUSTER)
        .ok_or_else(|| format!("sectors in a cluster are written as {code}"))
}

/// A positive number counts clusters; a negative one is a power of two, in bytes.
fn size_by_code(code: u8, cluster_size: u32) -> Option<u32> {
    match code {
        0..=127 => cluster_size.checked_mul(u32::from(code)),
        _ => 1_u32.checked_shl(256_u32.checked_sub(u32::from(code))?),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A boot sector of a volume with 4096-byte clusters and records of 1 KiB.
    pub(crate) fn sector() -> Vec<u8> {
        let mut bytes = vec![0; 512];
        bytes[3..11].copy_from_slice(b"NTFS    ");
        bytes[11..13].copy_from_slice(&512_u16.to_le_bytes());
        bytes[13] = 8;
        bytes[40..48].copy_from_slice(&2047_u64.to_le_bytes());
        bytes[48..56].copy_from_slice(&4_u64.to_le_bytes());
        bytes[56..64].copy_from_slice(&127_u64.to_le_bytes());
        bytes[64] = 0xF6;
        bytes[68] = 1;
        bytes[72..80].copy_from_slice(&0x1122_3344_5566_7788_u64.to_le_bytes());
        bytes[510..].copy_from_slice(&[0x55, 0xAA]);
        bytes
    }

    #[test]
    fn sizes_follow_the_sign_rule() {
        let boot = BootSector::parse(&sector(), 0).unwrap();
        assert_eq!((boot.sector_size, boot.cluster_size), (512, 4096));
        assert_eq!((boot.record_size, boot.index_block_size), (1024, 4096));
        assert_eq!(boot.size(), 2047 * 512);
        assert_eq!(boot.serial, 0x1122_3344_5566_7788);

        // 4 KiB sectors, clusters of 2 MiB written as 2^9 sectors, records of 4 KiB.
        let mut bytes = sector();
        bytes[11..13].copy_from_slice(&4096_u16.to_le_bytes());
        bytes[13] = 247;
        bytes[64] = 0xF4;
        bytes[68] = 0xF4;
        let boot = BootSector::parse(&bytes, 0).unwrap();
        assert_eq!((boot.cluster_size, boot.record_size), (2 << 20, 4096));
    }

    #[test]
    fn sizes_that_cannot_be_are_refused() {
        for (at, values) in [
            (11, &[1_u8, 7][..]),
            (12, &[0x30, 0x80]),
            (13, &[0, 3, 129, 200, 243]),
            (64, &[0, 2, 127, 0x80, 0xE0, 0xFF]),
            (68, &[0, 127, 0x81]),
            (3, b"X"),
        ] {
            for value in values {
                let mut bytes = sector();
                bytes[at] = *value;
                assert!(BootSector::parse(&bytes, 0).is_err(), "{at} {value}");
            }
        }
        assert!(BootSector::parse(&sector()[..70], 0).is_err());
        assert!(!is_one(&[]));
    }
}
