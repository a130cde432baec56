//! Logical partitions: a chain of extended boot records, each with one partition and the place of
//! the next record. The partition counts from its record on, the next record from the beginning
//! of the extended partition.

use std::collections::BTreeSet;

use super::mbr::{self, MbrPartition};
use super::mbr_disk;
use super::table::{Draft, Origin, Span};
use crate::read_vec_at;

/// The most records of a chain. Windows names no more than 24 volumes by letters.
const MOST: usize = 256;

/// Takes the logical partitions of an extended one; `next` is the number of the next one.
pub(super) fn read(draft: &mut Draft<'_>, container: &MbrPartition, next: &mut u32) {
    let base = u64::from(container.first_sector);
    let end = base.saturating_add(u64::from(container.sectors));
    let mut seen = BTreeSet::new();
    let mut at = base;
    loop {
        if !seen.insert(at) {
            draft.notes.add(format!(
                "the chain of extended boot records leads back to sector {at}; it is followed no \
                 further"
            ));
            return;
        }
        if seen.len() > MOST {
            draft.notes.add(format!(
                "there are more than {MOST} extended boot records; the rest is not read"
            ));
            return;
        }
        let Some(entries) = record(draft, at) else {
            return;
        };
        let mut logical = entries.iter().filter(|entry| !entry.is_extended());
        if let Some(entry) = logical.next() {
            logical_partition(draft, entry, at, end, *next);
            *next = next.saturating_add(1);
        }
        if logical.next().is_some() {
            draft.notes.add(format!(
                "the extended boot record at sector {at} names more than one partition; only the \
                 first is taken"
            ));
        }
        let Some(link) = entries.iter().find(|entry| entry.is_extended()) else {
            return;
        };
        at = base.saturating_add(u64::from(link.first_sector));
        if at >= end {
            draft.notes.add(format!(
                "the chain of extended boot records leads to sector {at}, outside of its extended \
                 partition; it is followed no further"
            ));
            return;
        }
    }
}

fn record(draft: &mut Draft<'_>, at: u64) -> Option<Vec<MbrPartition>> {
    let size = u64::from(draft.sector_size);
    let start = at.saturating_mul(size);
    let sector = match read_vec_at(draft.disk, start, 512) {
        Ok(sector) => sector,
        Err(error) => {
            draft.notes.add(format!(
                "the extended boot record at sector {at} cannot be read: {error}"
            ));
            return None;
        }
    };
    let entries = mbr::entries(&sector);
    if entries.is_some() {
        let length = size;
        draft.tables.push(Span { start, length });
    } else {
        draft.notes.add(format!(
            "there is no extended boot record at sector {at}; logical partitions from there on are \
             not known"
        ));
    }
    entries
}

fn logical_partition(
    draft: &mut Draft<'_>,
    entry: &MbrPartition,
    record: u64,
    end: u64,
    number: u32,
) {
    let first = record.saturating_add(u64::from(entry.first_sector));
    let last = first.saturating_add(u64::from(entry.sectors));
    if last > end {
        draft.notes.add(format!(
            "partition {number} reaches beyond its extended partition"
        ));
    }
    let partition = mbr_disk::partition(draft, entry, number, first, Origin::Logical);
    draft.partitions.push(partition);
}
