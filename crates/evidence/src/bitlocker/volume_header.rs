//! The first sector of a BitLocker volume.
//!
//! Sources: libyal, "BitLocker Drive Encryption (BDE) format": Volume header; that Windows
//! recognises a volume by an identifier anywhere in the sector, that a volume encrypted on write
//! has another identifier and two more offsets, and where exFAT keeps its sector size: the
//! documentation of dissect.fve and Microsoft's exFAT specification.

use crate::FormatError;
use crate::fields::{u16_at, u64_at};

/// Name of the structure in messages.
const STRUCTURE: &str = "BitLocker volume header";

/// What stands where other volumes name their file system.
pub(super) const SIGNATURE: &[u8; 8] = b"-FVE-FS-";

/// {4967D63B-2E29-4AD8-8399-F6A339E3D001}: three metadata offsets follow.
const IDENTIFIER: [u8; 16] = [
    0x3B, 0xD6, 0x67, 0x49, 0x29, 0x2E, 0xD8, 0x4A, 0x83, 0x99, 0xF6, 0xA3, 0x39, 0xE3, 0xD0, 0x01,
];

/// {92A84D3B-DD80-4D0E-9E4E-B1E3284EAED8}: three metadata offsets and two of the state of
/// encryption on write follow.
const IDENTIFIER_ON_WRITE: [u8; 16] = [
    0x3B, 0x4D, 0xA8, 0x92, 0x80, 0xDD, 0x0E, 0x4D, 0x9E, 0x4E, 0xB1, 0xE3, 0x28, 0x4E, 0xAE, 0xD8,
];

/// How a volume shows itself to a system that cannot unlock it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appearance {
    /// Windows Vista: the boot sector of the NTFS volume, with another signature.
    Vista,
    /// Windows 7 and later: a boot sector with the signature `-FVE-FS-`.
    Windows7,
    /// BitLocker To Go: a FAT32 volume with a program for Windows XP on it; the real volume lies
    /// behind.
    ToGo,
}

/// What the first sector says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VolumeHeader {
    pub(super) appearance: Appearance,
    /// Bytes in a sector: a power of two from 512 to 4096.
    pub(super) sector_size: u32,
    /// Bytes in a cluster; only Vista's metadata need it.
    pub(super) cluster_size: u64,
    /// Where the metadata blocks stand; of Vista only the first is known here.
    pub(super) metadata: Vec<u64>,
    /// Where the state of encryption on write stands; empty when the volume is not of that kind.
    pub(super) on_write: Vec<u64>,
}

/// Whether a volume that begins with this sector is one of BitLocker.
pub(super) fn is_one(sector: &[u8]) -> bool {
    sector.len() >= 512 && (find(sector).is_some() || sector.get(3..11) == Some(SIGNATURE))
}

/// The place behind an identifier, and whether it is that of encryption on write.
fn find(sector: &[u8]) -> Option<(usize, bool)> {
    let sector = sector.get(..512)?;
    let place = |identifier: &[u8; 16]| {
        let at = sector.windows(16).position(|bytes| bytes == identifier)?;
        at.checked_add(16)
    };
    let on_write = place(&IDENTIFIER_ON_WRITE).map(|at| (at, true));
    on_write.or_else(|| place(&IDENTIFIER).map(|at| (at, false)))
}

impl VolumeHeader {
    pub(super) fn parse(sector: &[u8]) -> Result<Self, FormatError> {
        let malformed = |problem: String| FormatError::malformed(STRUCTURE, 0, problem);
        if !is_one(sector) {
            return Err(malformed("no BitLocker identifier".to_owned()));
        }
        let sector_size = sector_size(sector)?;
        let clusters = u64::from(sector.get(13).copied().unwrap_or(0));
        let cluster_size = clusters.saturating_mul(u64::from(sector_size));
        let field = |at: usize| u64_at(sector, at).unwrap_or(0);
        let (appearance, metadata, on_write) = match find(sector) {
            Some((at, on_write)) => {
                let offsets = |from: usize, count: usize| {
                    let places = (0..count).filter_map(|index| from.checked_add(8 * index));
                    places.map(field).collect::<Vec<u64>>()
                };
                let appearance = if sector.get(3..11) == Some(SIGNATURE) {
                    Appearance::Windows7
                } else {
                    Appearance::ToGo
                };
                let state = if on_write {
                    offsets(at.saturating_add(24), 2)
                } else {
                    Vec::new()
                };
                (appearance, offsets(at, 3), state)
            }
            None => {
                let first = field(56).checked_mul(cluster_size);
                let first = first.filter(|first| *first != 0).ok_or_else(|| {
                    malformed(format!(
                        "its first metadata block is cluster {} of {cluster_size} bytes",
                        field(56)
                    ))
                })?;
                (Appearance::Vista, vec![first], Vec::new())
            }
        };
        Ok(Self {
            appearance,
            sector_size,
            cluster_size,
            metadata,
            on_write,
        })
    }
}

/// Bytes in a sector. An exFAT volume has zeros where the others say it, and says it as a power of
/// two elsewhere.
fn sector_size(sector: &[u8]) -> Result<u32, FormatError> {
    let said = u32::from(u16_at(sector, 11).unwrap_or(0));
    let size = match (said, sector.get(108)) {
        (0, Some(shift @ 9..=12)) => 1 << shift,
        _ => said,
    };
    if matches!(size, 512 | 1024 | 2048 | 4096) {
        return Ok(size);
    }
    Err(FormatError::malformed(
        STRUCTURE,
        0,
        format!("a sector of {said} bytes; expected 512, 1024, 2048 or 4096"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sector(at: usize, identifier: &[u8; 16]) -> Vec<u8> {
        let mut sector = vec![0; 512];
        sector[11..13].copy_from_slice(&512_u16.to_le_bytes());
        sector[at..at + 16].copy_from_slice(identifier);
        for index in 0..5_u8 {
            sector[at + 16 + 8 * usize::from(index)] = index + 1;
        }
        sector
    }

    #[test]
    fn each_kind_of_volume_is_told() {
        let mut windows7 = sector(160, &IDENTIFIER);
        windows7[3..11].copy_from_slice(SIGNATURE);
        let header = VolumeHeader::parse(&windows7).unwrap();
        assert_eq!(header.appearance, Appearance::Windows7);
        assert_eq!((header.metadata, header.on_write), (vec![1, 2, 3], vec![]));

        let on_write = VolumeHeader::parse(&sector(160, &IDENTIFIER_ON_WRITE)).unwrap();
        assert_eq!(on_write.on_write, [4, 5]);

        let to_go = VolumeHeader::parse(&sector(424, &IDENTIFIER)).unwrap();
        assert_eq!(to_go.appearance, Appearance::ToGo);

        // At the very end the offsets are not there: they are no offsets.
        let cut = VolumeHeader::parse(&sector_at_end()).unwrap();
        assert_eq!(cut.metadata, [0, 0, 0]);

        let mut vista = vec![0; 512];
        vista[3..11].copy_from_slice(SIGNATURE);
        vista[11..14].copy_from_slice(&[0, 2, 8]);
        assert!(VolumeHeader::parse(&vista).is_err());
        vista[56] = 3;
        let header = VolumeHeader::parse(&vista).unwrap();
        assert_eq!(
            (header.appearance, header.metadata),
            (Appearance::Vista, vec![3 * 4096])
        );
        assert!(!is_one(&vista[..511]) && !is_one(&[0; 512]));
    }

    fn sector_at_end() -> Vec<u8> {
        let mut sector = vec![0; 512];
        sector[11..13].copy_from_slice(&512_u16.to_le_bytes());
        sector[496..].copy_from_slice(&IDENTIFIER);
        sector
    }

    #[test]
    fn a_sector_size_that_lies_is_refused() {
        let mut bytes = sector(160, &IDENTIFIER);
        for lie in [1_u16, 256, 513, 8192, 0xFFFF, 0] {
            bytes[11..13].copy_from_slice(&lie.to_le_bytes());
            assert!(VolumeHeader::parse(&bytes).is_err(), "{lie}");
        }
        // exFAT says it elsewhere.
        bytes[108] = 12;
        assert_eq!(VolumeHeader::parse(&bytes).unwrap().sector_size, 4096);
    }
}
