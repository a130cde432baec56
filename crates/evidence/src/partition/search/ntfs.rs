//! NTFS: the boot sector and its copy in the volume's last sector.

use super::super::bytes::Bytes;
use super::super::table::Span;
use crate::{ReadAt, read_vec_at};

/// The volume of that boot sector, or of that copy.
pub(super) fn volume(disk: &dyn ReadAt, place: u64, sector: &[u8]) -> Option<Span> {
    let boot = Boot::parse(Bytes(sector))?;
    // The length in the boot sector leaves out the last sector, where the copy stands.
    let copy = boot.sectors.checked_mul(boot.sector)?;
    let length = copy.checked_add(boot.sector)?;
    [Some(place), place.checked_sub(copy)]
        .into_iter()
        .flatten()
        .find(|start| boot.has_table(disk, *start))
        .map(|start| Span { start, length })
}

struct Boot {
    sector: u64,
    cluster: u64,
    sectors: u64,
    table: u64,
    table_copy: u64,
}

impl Boot {
    fn parse(bytes: Bytes<'_>) -> Option<Self> {
        let sector = u64::from(bytes.u16(0x0B)?);
        let per_cluster = match bytes.u8(0x0D)? {
            few @ 1..=128 => u64::from(few),
            // Large clusters are stored as a negative power of two.
            large @ 244.. => 1 << 256_u32.saturating_sub(u32::from(large)),
            _ => return None,
        };
        let boot = Self {
            sector,
            cluster: sector.checked_mul(per_cluster)?,
            sectors: bytes.u64(0x28)?,
            table: bytes.u64(0x30)?,
            table_copy: bytes.u64(0x38)?,
        };
        // Reserved sectors, tables, root entries and the small lengths of FAT are zero.
        let is_ntfs = bytes.take::<7>(0x0E)? == &[0; 7] && bytes.u32(0x20)? == 0;
        let clusters = boot.sectors.checked_div(per_cluster)?;
        (is_ntfs
            && matches!(sector, 512 | 1024 | 2048 | 4096)
            && per_cluster.is_power_of_two()
            && boot.table < clusters
            && boot.table_copy < clusters)
            .then_some(boot)
    }

    /// Whether the first record of `$MFT`, or its mirror, stands where it belongs.
    fn has_table(&self, disk: &dyn ReadAt, start: u64) -> bool {
        [self.table, self.table_copy].into_iter().any(|cluster| {
            let at = cluster
                .checked_mul(self.cluster)
                .and_then(|at| at.checked_add(start));
            at.and_then(|at| read_vec_at(disk, at, 64).ok())
                .is_some_and(|record| is_first_record(Bytes(&record)).unwrap_or(false))
        })
    }
}

/// A file record in use, whose first attribute is `$STANDARD_INFORMATION`.
fn is_first_record(record: Bytes<'_>) -> Option<bool> {
    let attributes = usize::from(record.u16(0x14)?);
    Some(
        record.take(0)? == b"FILE"
            && record.u16(0x16)? & 1 == 1
            && matches!(attributes, 0x2A..=0x3C)
            && record.u32(attributes)? == 0x10,
    )
}
