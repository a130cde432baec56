//! The boot sector of a FAT volume: where its parts lie.
//!
//! Sources: Microsoft, fatgen103 ("Boot Sector and BPB", "FAT Type Determination"); libyal, "File
//! Allocation Table (FAT) file system format"; Microsoft, Windows-driver-samples, `fastfat` (the
//! first byte of the jump, the dirty bit in `CurrentHead`, the 32-bit BPB told by a 16-bit table
//! length of 0).

use crate::fat_family::table::Width;
use crate::fat_family::{array, u8_at, u16_at, u32_at};

/// The first bytes of a boot sector: all its fields stand there, however long a sector is.
pub(super) const LENGTH: usize = 512;

/// BitLocker's identifier, `4967d63b-2e29-4ad8-8399-f6a339e3d001`, in the header of BitLocker To
/// Go, which else is that of a FAT32 volume.
const BITLOCKER: [u8; 16] = [
    0x3B, 0xD6, 0x67, 0x49, 0x29, 0x2E, 0xD8, 0x4A, 0x83, 0x99, 0xF6, 0xA3, 0x39, 0xE3, 0xD0, 0x01,
];
const BITLOCKER_AT: usize = 424;

/// The fewest clusters of FAT16 and FAT32.
const FEWEST_OF_FAT16: u32 = 4085;
const FEWEST_OF_FAT32: u32 = 65_525;

/// The most clusters of FAT32: numbers from 0x0FFF_FFF7 on are marks.
const MOST_OF_FAT32: u32 = 0x0FFF_FFF5;

/// What a boot sector says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BootSector {
    pub(super) width: Width,
    pub(super) sector_size: u32,
    pub(super) cluster_size: u32,
    pub(super) clusters: u32,
    /// Where each copy of the file allocation table begins, in bytes.
    pub(super) tables: Vec<u64>,
    pub(super) table_length: u64,
    /// The copy that alone is kept, where the others are not (FAT32).
    pub(super) only_table: Option<usize>,
    /// The root folder of FAT12 and FAT16, in bytes; its length is 0 in FAT32.
    pub(super) root_at: u64,
    pub(super) root_length: u64,
    /// The first cluster of the root folder of FAT32, else 0.
    pub(super) root_cluster: u32,
    /// Where cluster 2 begins, in bytes.
    pub(super) heap_at: u64,
    /// The length of the volume in bytes.
    pub(super) size: u64,
    pub(super) serial: Option<u32>,
    pub(super) label: Option<[u8; 11]>,
    pub(super) version: Option<(u8, u8)>,
    /// The bit that Windows NT sets while the volume is in use.
    pub(super) dirty: bool,
}

impl BootSector {
    /// Reads it; says what is wrong with it else.
    pub(super) fn parse(sector: &[u8]) -> Result<Self, String> {
        let sector = sector
            .get(..LENGTH)
            .ok_or("it has fewer than 512 bytes, expected a boot sector")?;
        if u16_at(sector, 510) != 0xAA55 {
            return Err("it does not end with 55 AA".to_owned());
        }
        if !matches!(u8_at(sector, 0), 0xEB | 0xE9 | 0x49) {
            return Err(format!(
                "it begins with {:02X}, expected a jump (EB, E9 or 49)",
                u8_at(sector, 0)
            ));
        }
        if array(sector, BITLOCKER_AT) == Some(BITLOCKER) {
            return Err("it is the header of BitLocker To Go".to_owned());
        }
        if matches!(
            array(sector, 3).as_ref(),
            Some(b"NTFS    " | b"EXFAT   " | b"-FVE-FS-" | b"ReFS\0\0\0\0")
        ) {
            return Err("it is the boot sector of another file system".to_owned());
        }
        if is_partition_table(sector) {
            return Err("it holds a partition table".to_owned());
        }
        Self::parameters(sector)
    }

    fn parameters(sector: &[u8]) -> Result<Self, String> {
        let sector_size = u32::from(u16_at(sector, 0x0B));
        if !matches!(sector_size, 512 | 1024 | 2048 | 4096) {
            return Err(format!("it says that a sector has {sector_size} bytes"));
        }
        let cluster_sectors = u32::from(u8_at(sector, 0x0D));
        if !cluster_sectors.is_power_of_two() {
            return Err(format!(
                "it says that a cluster has {cluster_sectors} sectors"
            ));
        }
        let copies = u8_at(sector, 0x10);
        if !(1..=2).contains(&copies) {
            return Err(format!("it says that there are {copies} tables"));
        }
        let media = u8_at(sector, 0x15);
        if !matches!(media, 0xF0 | 0xF8..=0xFF) {
            return Err(format!("its media type is {media:02X}"));
        }
        let reserved = u32::from(u16_at(sector, 0x0E));
        if reserved == 0 {
            return Err("it says that no sector is reserved, not even itself".to_owned());
        }
        let roots = u32::from(u16_at(sector, 0x11));
        let sectors = either(u16_at(sector, 0x13), u32_at(sector, 0x20));
        let table_sectors = either(u16_at(sector, 0x16), u32_at(sector, 0x24));
        // What Windows goes by: only the 32-bit variant has no 16-bit length.
        let is_fat32 = u16_at(sector, 0x16) == 0;
        if is_fat32 != (roots == 0) {
            return Err(format!("it says that the root folder has {roots} entries"));
        }
        let bytes = |sectors: u32| u64::from(sectors) * u64::from(sector_size);
        let root_length = u64::from(roots) * 32;
        let root_sectors = u32::try_from(root_length.div_ceil(u64::from(sector_size)))
            .map_err(|_| "its root folder is too long")?;
        let root_sector = u32::from(copies)
            .checked_mul(table_sectors)
            .and_then(|tables| tables.checked_add(reserved));
        let heap_sector = root_sector.and_then(|sector| sector.checked_add(root_sectors));
        let (Some(root_sector), Some(heap_sector)) = (root_sector, heap_sector) else {
            return Err("its tables are longer than any volume".to_owned());
        };
        let clusters = sectors
            .checked_sub(heap_sector)
            .map(|left| left / cluster_sectors)
            .filter(|clusters| *clusters > 0)
            .ok_or_else(|| format!("its {sectors} sectors leave no room for a cluster"))?;
        let width = match clusters {
            _ if is_fat32 => Width::Fat32,
            ..FEWEST_OF_FAT16 => Width::Fat12,
            FEWEST_OF_FAT16..FEWEST_OF_FAT32 => Width::Fat16,
            _ => return Err(format!("it says {clusters} clusters, too many for FAT16")),
        };
        if clusters > MOST_OF_FAT32 {
            return Err(format!("it says {clusters} clusters, too many for FAT32"));
        }
        let table_length = bytes(table_sectors);
        if table_length < width.bytes_for(clusters) {
            return Err(format!(
                "its tables of {table_length} bytes are too short for {clusters} clusters"
            ));
        }
        let root_cluster = if is_fat32 { u32_at(sector, 0x2C) } else { 0 };
        if is_fat32 && !(2..clusters.saturating_add(2)).contains(&root_cluster) {
            return Err(format!("its root folder begins at cluster {root_cluster}"));
        }
        // Bit 7 says that one table alone is kept; bits 0 to 3 which.
        let flags = if is_fat32 { u16_at(sector, 0x28) } else { 0 };
        let only_table = (flags & 0x80 != 0)
            .then_some(usize::from(flags & 0x0F))
            .filter(|copy| *copy < usize::from(copies));
        let extended = if is_fat32 { 0x40 } else { 0x24 };
        let signature = u8_at(sector, extended + 2);
        Ok(Self {
            width,
            sector_size,
            cluster_size: cluster_sectors * sector_size,
            clusters,
            tables: (0..u32::from(copies))
                .map(|copy| bytes(reserved) + u64::from(copy) * table_length)
                .collect(),
            table_length,
            only_table,
            root_at: bytes(root_sector),
            root_length,
            root_cluster,
            heap_at: bytes(heap_sector),
            size: bytes(sectors),
            // 0x28 says that the serial number is there and no label, 0x29 that both are.
            serial: matches!(signature, 0x28 | 0x29).then(|| u32_at(sector, extended + 3)),
            label: (signature == 0x29)
                .then(|| array(sector, extended + 7))
                .flatten(),
            version: is_fat32.then(|| (u8_at(sector, 0x2B), u8_at(sector, 0x2A))),
            dirty: u8_at(sector, extended + 1) & 1 != 0,
        })
    }
}

fn either(short: u16, long: u32) -> u32 {
    if short == 0 { long } else { u32::from(short) }
}

/// Whether the four entries at byte 446 are a partition table. Where a volume has no partition
/// table before it, boot code or zeros stand there; a disk that was formatted whole and later
/// partitioned can have the parameters of the old volume in its master boot record.
fn is_partition_table(sector: &[u8]) -> bool {
    let (entries, _) = sector.get(446..510).unwrap_or_default().as_chunks::<16>();
    let is_free = |entry: &[u8; 16]| entry.iter().all(|byte| *byte == 0);
    let is_partition = |entry: &[u8; 16]| {
        matches!(u8_at(entry, 0), 0 | 0x80)
            && u8_at(entry, 4) != 0
            && u32_at(entry, 8) != 0
            && u32_at(entry, 12) != 0
    };
    entries
        .iter()
        .all(|entry| is_free(entry) || is_partition(entry))
        && entries.iter().any(is_partition)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The boot sector of a volume with so many sectors of 512 bytes.
    pub(in crate::fat) fn boot_sector(
        sectors: u32,
        cluster: u8,
        table: u32,
        roots: u16,
    ) -> Vec<u8> {
        let mut sector = vec![0_u8; LENGTH];
        sector[..11].copy_from_slice(b"\xEB\x3C\x90MSDOS5.0");
        sector[0x0B..0x0D].copy_from_slice(&512_u16.to_le_bytes());
        sector[0x0D] = cluster;
        sector[0x0E] = 1;
        sector[0x10] = 2;
        sector[0x11..0x13].copy_from_slice(&roots.to_le_bytes());
        sector[0x15] = 0xF8;
        sector[0x20..0x24].copy_from_slice(&sectors.to_le_bytes());
        if roots == 0 {
            sector[0x24..0x28].copy_from_slice(&table.to_le_bytes());
            sector[0x2C] = 2;
        } else {
            sector[0x16..0x18].copy_from_slice(&u16::try_from(table).unwrap().to_le_bytes());
        }
        sector[510..].copy_from_slice(&[0x55, 0xAA]);
        sector
    }

    #[test]
    fn the_number_of_clusters_tells_the_variant() {
        let parse = |sectors, cluster, table, roots| {
            BootSector::parse(&boot_sector(sectors, cluster, table, roots)).unwrap()
        };
        let floppy = parse(2880, 1, 9, 224);
        assert_eq!((floppy.width, floppy.clusters), (Width::Fat12, 2847));
        assert_eq!((floppy.root_at, floppy.heap_at), (19 * 512, 33 * 512));
        assert_eq!(floppy.tables, [512, 10 * 512]);
        // 33 sectors before the clusters: 4084 clusters are FAT12, 4085 FAT16.
        assert_eq!(parse(33 + 4084 + 16, 1, 17, 224).width, Width::Fat12);
        assert_eq!(parse(33 + 4085 + 16, 1, 17, 224).width, Width::Fat16);
        let big = parse(1 + 1026 + 65_525, 1, 513, 0);
        assert_eq!((big.width, big.clusters), (Width::Fat32, 65_525));
        // Small ones that were made as FAT32 are, since they have no 16-bit table length.
        assert_eq!(parse(4000, 1, 40, 0).width, Width::Fat32);
    }

    #[test]
    fn the_extended_part_may_be_missing() {
        let mut sector = boot_sector(2880, 1, 9, 224);
        let plain = BootSector::parse(&sector).unwrap();
        assert_eq!((plain.serial, plain.label), (None, None));
        sector[0x26] = 0x28;
        sector[0x27..0x2B].copy_from_slice(&0xCAFE_0001_u32.to_le_bytes());
        sector[0x2B..0x36].copy_from_slice(b"STICK      ");
        let serial = BootSector::parse(&sector).unwrap();
        assert_eq!((serial.serial, serial.label), (Some(0xCAFE_0001), None));
        sector[0x26] = 0x29;
        let both = BootSector::parse(&sector).unwrap();
        assert_eq!(both.label.as_ref(), Some(b"STICK      "));
    }

    #[test]
    fn what_is_no_fat_is_refused() {
        let good = boot_sector(60_000, 4, 60, 512);
        assert!(BootSector::parse(&good).is_ok());
        for (at, bytes) in [
            (0, &[0x33][..]),
            (3, b"NTFS    "),
            (3, b"-FVE-FS-"),
            (0x0B, &[0, 0]),
            (0x0B, &[1, 2]),
            (0x0D, &[0]),
            (0x0D, &[3]),
            (0x0E, &[0]),
            (0x10, &[0]),
            (0x10, &[3]),
            (0x11, &[0, 0]),
            (0x15, &[0]),
            (0x16, &[5, 0]),
            (0x20, &[100, 0, 0, 0]),
            (BITLOCKER_AT, &BITLOCKER),
            (510, &[0, 0]),
        ] {
            let mut sector = good.clone();
            sector[at..at + bytes.len()].copy_from_slice(bytes);
            assert!(BootSector::parse(&sector).is_err(), "byte {at}: {bytes:?}");
        }
        for sector in [vec![], vec![0; 512], vec![0xFF; 512], good[..511].to_vec()] {
            assert!(BootSector::parse(&sector).is_err());
        }
        let mut root = boot_sector(70_000, 1, 540, 0);
        root[0x2C] = 1;
        assert!(BootSector::parse(&root).is_err());
    }

    #[test]
    fn a_master_boot_record_with_old_parameters_is_no_volume() {
        let mut sector = boot_sector(60_000, 4, 60, 512);
        sector[446..462]
            .copy_from_slice(&[0x80, 1, 1, 0, 6, 254, 255, 255, 0, 8, 0, 0, 0, 0, 1, 0]);
        assert!(BootSector::parse(&sector).is_err());
        // A text where the table would be is boot code.
        sector[446..510].fill(b'!');
        assert!(BootSector::parse(&sector).is_ok());
    }
}
