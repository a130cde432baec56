//! The boot sector of a volume: its file system and its serial number.
//!
//! Windows shows the serial number of an NTFS volume with 32 bits (`vol`, shortcuts, `EMDMgmt`):
//! the low half of the 64 bits that stand in the boot sector. Formatting writes a new one; a copy
//! of the whole volume keeps it, so it names a volume and no device.
//!
//! Sources: Microsoft, "FAT: General Overview of On-Disk Format" (fatgen103) and "exFAT file
//! system specification"; libyal, "New Technologies File System (NTFS)", "BitLocker Drive
//! Encryption (BDE) format" and "Resilient File System (ReFS)" format pages; the volumes of the
//! corpus and fresh ones made by mkfs.ntfs, mkfs.vfat and mkfs.exfat, read by `fsstat` and
//! `blkid` for comparison (`docs/validation/event-log-events.md`).

/// A file system, or the encryption that hides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileSystemKind {
    /// NTFS.
    Ntfs,
    /// FAT with 12-bit entries.
    Fat12,
    /// FAT with 16-bit entries.
    Fat16,
    /// FAT with 32-bit entries.
    Fat32,
    /// exFAT.
    ExFat,
    /// ReFS.
    Refs,
    /// A volume encrypted by BitLocker. The file system inside it cannot be seen.
    BitLocker,
}

impl FileSystemKind {
    /// The name as Windows writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ntfs => "NTFS",
            Self::Fat12 => "FAT12",
            Self::Fat16 => "FAT16",
            Self::Fat32 => "FAT32",
            Self::ExFat => "exFAT",
            Self::Refs => "ReFS",
            Self::BitLocker => "BitLocker",
        }
    }
}

/// What the first sector of a volume says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BootSector {
    /// The file system.
    pub file_system: FileSystemKind,
    /// The volume serial number as Windows shows it; of NTFS the low half of the 64 bits. None
    /// for BitLocker, whose header holds another one than the volume inside it.
    pub serial32: Option<u32>,
    /// The volume serial number of 64 bits (NTFS, ReFS).
    pub serial64: Option<u64>,
    /// Bytes in a sector, as the file system counts them.
    pub bytes_per_sector: Option<u32>,
    /// Where the partition begins on its disk, in sectors, as the file system's maker wrote it.
    /// Zero on a disk without partitions, and often wrong on a copy.
    pub first_sector: Option<u64>,
    /// The volume's length in sectors as the file system counts it.
    pub sectors: Option<u64>,
}

/// BitLocker's identifier, `4967d63b-2e29-4ad8-8399-f6a339e3d001`, as it lies in the bytes.
const BITLOCKER_ID: [u8; 16] = [
    0x3B, 0xD6, 0x67, 0x49, 0x29, 0x2E, 0xD8, 0x4A, 0x83, 0x99, 0xF6, 0xA3, 0x39, 0xE3, 0xD0, 0x01,
];

/// Where BitLocker's identifier stands in the header of BitLocker To Go.
const BITLOCKER_TO_GO_AT: usize = 424;

impl BootSector {
    /// Reads the first sector of a volume; only its first 512 bytes count. `None` when they are
    /// no boot sector of a known file system.
    #[must_use]
    pub fn parse(sector: &[u8]) -> Option<Self> {
        let sector = Sector(sector.get(..512)?);
        match sector.take::<8>(3)? {
            b"NTFS    " if sector.is_signed() => Some(sector.ntfs()),
            b"EXFAT   " if sector.is_signed() => sector.exfat(),
            b"ReFS\0\0\0\0" => Some(sector.refs()),
            b"-FVE-FS-" => Some(sector.bitlocker()),
            _ if sector.take::<16>(BITLOCKER_TO_GO_AT)? == &BITLOCKER_ID => {
                Some(sector.bitlocker())
            }
            _ if sector.is_signed() => sector.fat(),
            _ => None,
        }
    }
}

/// Exactly 512 bytes; the offsets below lie inside them.
struct Sector<'a>(&'a [u8]);

impl<'a> Sector<'a> {
    fn take<const N: usize>(&self, at: usize) -> Option<&'a [u8; N]> {
        self.0.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    fn u8(&self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or(0)
    }

    fn u16(&self, at: usize) -> u16 {
        self.take(at).map_or(0, |bytes| u16::from_le_bytes(*bytes))
    }

    fn u32(&self, at: usize) -> u32 {
        self.take(at).map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    fn u64(&self, at: usize) -> u64 {
        self.take(at).map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    fn is_signed(&self) -> bool {
        self.u16(510) == 0xAA55
    }

    fn ntfs(&self) -> BootSector {
        let serial = self.u64(0x48);
        let [a, b, c, d, ..] = serial.to_le_bytes();
        BootSector {
            file_system: FileSystemKind::Ntfs,
            serial32: Some(u32::from_le_bytes([a, b, c, d])),
            serial64: Some(serial),
            bytes_per_sector: Some(u32::from(self.u16(0x0B))),
            first_sector: Some(u64::from(self.u32(0x1C))),
            sectors: Some(self.u64(0x28)),
        }
    }

    fn exfat(&self) -> Option<BootSector> {
        // 512 to 4096 bytes are the shifts that the specification allows.
        let shift = u32::from(self.u8(0x6C));
        if !(9..=12).contains(&shift) {
            return None;
        }
        Some(BootSector {
            file_system: FileSystemKind::ExFat,
            serial32: Some(self.u32(0x64)),
            serial64: None,
            bytes_per_sector: 1_u32.checked_shl(shift),
            first_sector: Some(self.u64(0x40)),
            sectors: Some(self.u64(0x48)),
        })
    }

    fn refs(&self) -> BootSector {
        BootSector {
            file_system: FileSystemKind::Refs,
            serial32: None,
            serial64: Some(self.u64(0x38)),
            bytes_per_sector: Some(self.u32(0x20)),
            first_sector: None,
            sectors: Some(self.u64(0x18)),
        }
    }

    fn bitlocker(&self) -> BootSector {
        BootSector {
            file_system: FileSystemKind::BitLocker,
            serial32: None,
            serial64: None,
            bytes_per_sector: Some(u32::from(self.u16(0x0B))),
            first_sector: None,
            sectors: None,
        }
    }

    /// FAT has no name that can be trusted: its parameters must make sense, and the number of
    /// clusters alone decides which FAT it is.
    fn fat(&self) -> Option<BootSector> {
        if !matches!(self.u8(0), 0xEB | 0xE9) {
            return None;
        }
        let bytes_per_sector = u32::from(self.u16(0x0B));
        let cluster = u32::from(self.u8(0x0D));
        let reserved = u32::from(self.u16(0x0E));
        let fats = u32::from(self.u8(0x10));
        let roots = u32::from(self.u16(0x11));
        if !matches!(bytes_per_sector, 512 | 1024 | 2048 | 4096)
            || !cluster.is_power_of_two()
            || reserved == 0
            || !(1..=2).contains(&fats)
            || !matches!(self.u8(0x15), 0xF0 | 0xF8..=0xFF)
        {
            return None;
        }
        let sectors = match self.u16(0x13) {
            0 => self.u32(0x20),
            small => u32::from(small),
        };
        let fat_sectors = match self.u16(0x16) {
            0 => self.u32(0x24),
            small => u32::from(small),
        };
        let root_sectors = roots.checked_mul(32)?.div_ceil(bytes_per_sector);
        let before_data = fats
            .checked_mul(fat_sectors)?
            .checked_add(reserved)?
            .checked_add(root_sectors)?;
        let clusters = sectors.checked_sub(before_data)?.checked_div(cluster)?;
        let (file_system, extended) = match clusters {
            _ if self.u16(0x16) == 0 && roots == 0 => (FileSystemKind::Fat32, 0x42),
            ..4085 => (FileSystemKind::Fat12, 0x26),
            4085..65525 => (FileSystemKind::Fat16, 0x26),
            65525.. => return None,
        };
        // 0x28 says that the serial number is there but no label, 0x29 that both are.
        let has_serial = matches!(self.u8(extended), 0x28 | 0x29);
        Some(BootSector {
            file_system,
            serial32: has_serial.then(|| self.u32(extended.saturating_add(1))),
            serial64: None,
            bytes_per_sector: Some(bytes_per_sector),
            first_sector: Some(u64::from(self.u32(0x1C))),
            sectors: Some(u64::from(sectors)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blank(name: &[u8; 8]) -> Vec<u8> {
        let mut sector = vec![0_u8; 512];
        sector[..3].copy_from_slice(&[0xEB, 0x52, 0x90]);
        sector[3..11].copy_from_slice(name);
        sector[510..].copy_from_slice(&[0x55, 0xAA]);
        sector
    }

    fn fat(sectors: u16, cluster: u8, fat_sectors: u16) -> Vec<u8> {
        let mut sector = blank(b"MSDOS5.0");
        sector[0x0B..0x0D].copy_from_slice(&512_u16.to_le_bytes());
        sector[0x0D] = cluster;
        sector[0x0E] = 1;
        sector[0x10] = 2;
        sector[0x11..0x13].copy_from_slice(&512_u16.to_le_bytes());
        sector[0x13..0x15].copy_from_slice(&sectors.to_le_bytes());
        sector[0x15] = 0xF8;
        sector[0x16..0x18].copy_from_slice(&fat_sectors.to_le_bytes());
        sector[0x26] = 0x29;
        sector[0x27..0x2B].copy_from_slice(&0x1234_ABCD_u32.to_le_bytes());
        sector
    }

    #[test]
    fn ntfs_serial_of_32_bits_is_the_low_half() {
        let mut sector = blank(b"NTFS    ");
        sector[0x0B..0x0D].copy_from_slice(&512_u16.to_le_bytes());
        sector[0x1C..0x20].copy_from_slice(&2048_u32.to_le_bytes());
        sector[0x48..0x50].copy_from_slice(&0x6F46_2FC1_7DF9_1EB8_u64.to_le_bytes());
        let boot = BootSector::parse(&sector).unwrap();
        assert_eq!(boot.file_system, FileSystemKind::Ntfs);
        assert_eq!(boot.serial32, Some(0x7DF9_1EB8));
        assert_eq!(boot.serial64, Some(0x6F46_2FC1_7DF9_1EB8));
        assert_eq!(boot.first_sector, Some(2048));
    }

    #[test]
    fn clusters_decide_which_fat_it_is() {
        let boot = BootSector::parse(&fat(2880, 1, 9)).unwrap();
        assert_eq!(boot.file_system, FileSystemKind::Fat12);
        assert_eq!(boot.serial32, Some(0x1234_ABCD));
        let boot = BootSector::parse(&fat(60_000, 4, 60)).unwrap();
        assert_eq!(boot.file_system, FileSystemKind::Fat16);
    }

    #[test]
    fn fat_without_extended_part_has_no_serial() {
        let mut sector = fat(2880, 1, 9);
        sector[0x26] = 0;
        assert_eq!(BootSector::parse(&sector).unwrap().serial32, None);
    }

    #[test]
    fn bitlocker_hides_its_serial() {
        let mut to_go = blank(b"MSWIN4.1");
        to_go[424..440].copy_from_slice(&BITLOCKER_ID);
        for sector in [blank(b"-FVE-FS-"), to_go] {
            let boot = BootSector::parse(&sector).unwrap();
            assert_eq!(boot.file_system, FileSystemKind::BitLocker);
            assert_eq!((boot.serial32, boot.serial64), (None, None));
        }
    }

    #[test]
    fn other_bytes_are_no_boot_sector() {
        assert_eq!(BootSector::parse(&[]), None);
        assert_eq!(BootSector::parse(&[0xFF; 512]), None);
        assert_eq!(BootSector::parse(&[0; 4096]), None);
        assert_eq!(BootSector::parse(&blank(b"NTFS    ")[..511]), None);
        let mut unsigned = blank(b"NTFS    ");
        unsigned[510] = 0;
        assert_eq!(BootSector::parse(&unsigned), None);
        assert_eq!(BootSector::parse(&blank(b"EXFAT   ")), None);
    }

    #[test]
    fn volumes_of_the_corpus_give_the_serials_that_fsstat_gives() {
        for (file, at, serial) in [
            ("images/testfs1", 0, 0x6F46_2FC1_7DF9_1EB8),
            ("images/ntfs_img.dd", 63 * 512, 0x6BBF_2A55_1424_9010),
        ] {
            let Some(bytes) = kusari_fixtures::corpus::bytes(file) else {
                return;
            };
            let boot = BootSector::parse(&bytes[at..]).unwrap();
            assert_eq!(boot.file_system, FileSystemKind::Ntfs, "{file}");
            assert_eq!(boot.serial64, Some(serial), "{file}");
        }
    }
}
