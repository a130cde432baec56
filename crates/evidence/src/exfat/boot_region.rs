//! The boot region of an exFAT volume and its backup.
//!
//! Source: Microsoft, "exFAT file system specification", 3.1 and 3.4.

use crate::fat_family::notes::Notes;
use crate::fat_family::table::Width;
use crate::fat_family::{array, u8_at, u16_at, u32_at, u64_at};
use crate::{FormatError, ReadAt, read_exact_at, read_vec_at};

/// The first bytes of a boot sector: all its fields stand there, however long a sector is.
const LENGTH: usize = 512;

/// How many sectors a boot region has, with the one that holds its sum.
const SECTORS: u64 = 12;

/// The bits of the volume's flags.
const SECOND_TABLE_IS_ACTIVE: u16 = 0x0001;
const DIRTY: u16 = 0x0002;
const MEDIA_FAILURE: u16 = 0x0004;

/// The most clusters that a table can describe.
const MOST_CLUSTERS: u32 = 0xFFFF_FFF5;

/// What a boot sector says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BootSector {
    pub(super) sector_size: u32,
    pub(super) cluster_size: u32,
    pub(super) clusters: u32,
    pub(super) root_cluster: u32,
    /// Where each file allocation table begins, in bytes.
    pub(super) tables: Vec<u64>,
    pub(super) table_length: u64,
    /// Where cluster 2 begins, in bytes.
    pub(super) heap_at: u64,
    /// The length of the volume in bytes.
    pub(super) size: u64,
    pub(super) serial: u32,
    pub(super) revision: (u8, u8),
    flags: u16,
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
        if array(sector, 0) != Some(*b"\xEB\x76\x90EXFAT   ") {
            return Err("it does not begin with EB 76 90 and `EXFAT   `".to_owned());
        }
        if sector
            .get(11..64)
            .unwrap_or_default()
            .iter()
            .any(|byte| *byte != 0)
        {
            return Err("the parameters of a FAT volume stand where zeros must be".to_owned());
        }
        let (sector_shift, cluster_shift) = (u8_at(sector, 0x6C), u8_at(sector, 0x6D));
        if !(9..=12).contains(&sector_shift) || cluster_shift > 25 - sector_shift {
            return Err(format!(
                "it says sectors of 2^{sector_shift} bytes, clusters of 2^{cluster_shift} sectors"
            ));
        }
        let copies = u8_at(sector, 0x6E);
        if !(1..=2).contains(&copies) {
            return Err(format!("it says that there are {copies} tables"));
        }
        let revision = (u8_at(sector, 0x69), u8_at(sector, 0x68));
        if revision.0 != 1 || revision.1 > 99 {
            return Err(format!(
                "its revision is {}.{:02}, expected 1.00 to 1.99",
                revision.0, revision.1
            ));
        }
        let bytes = |sectors: u64| sectors.checked_mul(1 << sector_shift);
        let clusters = u32_at(sector, 0x5C);
        let heap_sector = u64::from(u32_at(sector, 0x58));
        let table_sector = u64::from(u32_at(sector, 0x50));
        let table_sectors = u64::from(u32_at(sector, 0x54));
        let sectors = u64_at(sector, 0x48);
        let root_cluster = u32_at(sector, 0x60);
        let tables_end = table_sector + table_sectors * u64::from(copies);
        let room = sectors.saturating_sub(heap_sector) >> cluster_shift;
        let too_large = "its volume is longer than can be addressed";
        let size = bytes(sectors).ok_or(too_large)?;
        let table_length = bytes(table_sectors).ok_or(too_large)?;
        if table_sector < SECTORS * 2 || tables_end > heap_sector {
            return Err(format!(
                "its tables lie in sectors {table_sector} to {tables_end}, its clusters from \
                 {heap_sector} on"
            ));
        }
        if clusters == 0 || clusters > MOST_CLUSTERS || u64::from(clusters) > room {
            return Err(format!(
                "it says {clusters} clusters where {room} have room"
            ));
        }
        if table_length < Width::Exfat.bytes_for(clusters) {
            return Err(format!(
                "its tables of {table_length} bytes are too short for {clusters} clusters"
            ));
        }
        if root_cluster
            .checked_sub(2)
            .is_none_or(|index| index >= clusters)
        {
            return Err(format!("its root folder begins at cluster {root_cluster}"));
        }
        let first_table = bytes(table_sector).ok_or(too_large)?;
        Ok(Self {
            sector_size: 1 << sector_shift,
            cluster_size: 1 << (sector_shift + cluster_shift),
            clusters,
            root_cluster,
            tables: (0..u64::from(copies))
                .map(|copy| first_table.saturating_add(copy.saturating_mul(table_length)))
                .collect(),
            table_length,
            heap_at: bytes(heap_sector).ok_or(too_large)?,
            size,
            serial: u32_at(sector, 0x64),
            revision,
            flags: u16_at(sector, 0x6A),
        })
    }

    /// Which table and bitmap are in use (TexFAT has two of each).
    pub(super) fn active(&self) -> u8 {
        u8::from(self.flags & SECOND_TABLE_IS_ACTIVE != 0 && self.tables.len() == 2)
    }

    pub(super) const fn is_dirty(&self) -> bool {
        self.flags & DIRTY != 0
    }

    pub(super) const fn has_media_failure(&self) -> bool {
        self.flags & MEDIA_FAILURE != 0
    }
}

/// The boot sector that was found, and whether it is the main one: only its flags are kept up to
/// date.
pub(super) struct Found {
    pub(super) boot: BootSector,
    pub(super) is_main: bool,
}

/// Reads the main boot region, or the backup where that is damaged.
pub(super) fn find(volume: &dyn ReadAt, notes: &Notes) -> Result<Found, FormatError> {
    let main = read(volume, 0);
    let problem = match main {
        Ok((boot, true)) => {
            return Ok(Found {
                boot,
                is_main: true,
            });
        }
        Ok((boot, false)) => {
            let at = SECTORS.saturating_mul(u64::from(boot.sector_size));
            if let Ok((backup, true)) = read(volume, at) {
                notes.add(format!(
                    "the backup boot region at byte {at} was used: the main one has a wrong sum"
                ));
                // Where the backup says the same, the flags are the main one's.
                let same = BootSector {
                    flags: boot.flags,
                    ..backup.clone()
                } == boot;
                return Ok(Found {
                    boot: if same { boot } else { backup },
                    is_main: same,
                });
            }
            notes.add("the boot region and its backup have wrong sums".to_owned());
            return Ok(Found {
                boot,
                is_main: true,
            });
        }
        Err(problem) => problem,
    };
    let backups =
        [512_u64, 1024, 2048, 4096].map(|sector_size| (sector_size, SECTORS * sector_size));
    for is_sum_right in [true, false] {
        for (sector_size, at) in backups {
            if let Ok((boot, right)) = read(volume, at)
                && right == is_sum_right
                && u64::from(boot.sector_size) == sector_size
            {
                let sum = if right {
                    ""
                } else {
                    " (which has a wrong sum)"
                };
                notes.add(format!(
                    "the backup boot region at byte {at}{sum} was used: {problem}"
                ));
                return Ok(Found {
                    boot,
                    is_main: false,
                });
            }
        }
    }
    Err(problem)
}

/// Reads the boot region at that byte; says whether its sum is right.
fn read(volume: &dyn ReadAt, at: u64) -> Result<(BootSector, bool), FormatError> {
    let structure = "exFAT boot sector";
    let sector = read_vec_at(volume, at, 512)
        .map_err(|source| FormatError::unreadable(structure, at, source))?;
    let boot = BootSector::parse(&sector)
        .map_err(|problem| FormatError::malformed(structure, at, problem))?;
    let is_right = has_right_sum(volume, at, boot.sector_size).unwrap_or(false);
    Ok((boot, is_right))
}

fn has_right_sum(volume: &dyn ReadAt, at: u64, sector_size: u32) -> std::io::Result<bool> {
    let length = usize::try_from(u64::from(sector_size) * SECTORS).unwrap_or(0);
    let mut region = vec![0; length];
    read_exact_at(volume, at, &mut region)?;
    let summed = length.saturating_sub(usize::try_from(sector_size).unwrap_or(0));
    let (body, sums) = region.split_at_checked(summed).unwrap_or_default();
    let sum = region_checksum(body);
    let (sums, _) = sums.as_chunks::<4>();
    Ok(sums.iter().all(|stored| u32::from_le_bytes(*stored) == sum))
}

/// The sum of the first eleven sectors of a boot region, without the flags and the percentage,
/// which change while the volume is in use.
pub(super) fn region_checksum(body: &[u8]) -> u32 {
    body.iter()
        .enumerate()
        .filter(|(index, _)| !matches!(index, 106 | 107 | 112))
        .fold(0, |sum, (_, byte)| add(sum, *byte))
}

/// One step of exFAT's sums of 32 bits.
pub(super) const fn add(sum: u32, byte: u8) -> u32 {
    // Widening only: `From` is not const.
    sum.rotate_right(1).wrapping_add(byte as u32)
}
