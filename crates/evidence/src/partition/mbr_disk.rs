//! Disks that a master boot record divides.

use super::extended;
use super::kind::PartitionKind;
use super::mbr::{self, Mbr, MbrPartition};
use super::table::{Draft, Origin, Partition, Scheme, Span};
use crate::boot_sector::BootSector;
use crate::read_vec_at;

/// Takes the partitions of a master boot record, with the logical ones behind its extended ones.
pub(super) fn read(draft: &mut Draft<'_>, mbr: &Mbr) {
    choose_sector_size(draft, mbr);
    draft.tables.push(Span {
        start: 0,
        length: u64::from(draft.sector_size),
    });
    let mut next = 5;
    for entry in &mbr.partitions {
        let number = u32::from(entry.slot).saturating_add(1);
        let first = u64::from(entry.first_sector);
        let partition = partition(draft, entry, number, first, Origin::Primary);
        let is_extended = partition.kind.is_extended();
        draft.partitions.push(partition);
        if is_extended {
            extended::read(draft, entry, &mut next);
        }
    }
}

/// The partition of an entry that begins at that sector of the disk.
pub(super) fn partition(
    draft: &Draft<'_>,
    entry: &MbrPartition,
    number: u32,
    first_sector: u64,
    from: Origin,
) -> Partition {
    let size = u64::from(draft.sector_size);
    Partition {
        number: Some(number),
        scheme: Scheme::Mbr,
        start: first_sector.saturating_mul(size),
        length: u64::from(entry.sectors).saturating_mul(size),
        kind: PartitionKind::Mbr(entry.kind),
        guid: None,
        name: None,
        attributes: 0,
        active: entry.active,
        from,
    }
}

/// A master boot record does not say in which sectors it counts, and a raw image of a disk with
/// sectors of 4096 bytes has lost it: the size by which something begins where it says is right.
fn choose_sector_size(draft: &mut Draft<'_>, mbr: &Mbr) {
    if begins_anything(draft, mbr, draft.sector_size) {
        return;
    }
    let other = if draft.sector_size == 512 { 4096 } else { 512 };
    if begins_anything(draft, mbr, other) {
        draft.notes.add(format!(
            "the partitions begin where the table says only when it counts in sectors of {other} \
             bytes; it is read so"
        ));
        draft.sector_size = other;
    }
}

/// Whether a volume, or an extended boot record, stands where a partition begins.
fn begins_anything(draft: &Draft<'_>, mbr: &Mbr, size: u32) -> bool {
    mbr.partitions.iter().any(|entry| {
        let start = u64::from(entry.first_sector).saturating_mul(u64::from(size));
        let sector = read_vec_at(draft.disk, start, 512).unwrap_or_default();
        if entry.is_extended() {
            mbr::entries(&sector).is_some()
        } else {
            BootSector::parse(&sector).is_some()
        }
    })
}
