//! The two copies of a GUID partition table, of which one is taken, and the master boot record
//! before them.

use super::gpt::{self, Gpt, GptPartition, Header, Unsound};
use super::kind::PartitionKind;
use super::mbr::Mbr;
use super::mbr_disk;
use super::table::{Draft, Origin, Partition, SECTOR_SIZES, Scheme, Span};
use crate::{Guid, read_vec_at};

/// Whether a header stands in the disk's second sector, sound or not.
pub(super) fn has_header(draft: &Draft<'_>) -> bool {
    read_vec_at(draft.disk, u64::from(draft.sector_size), 512)
        .is_ok_and(|sector| gpt::is_header(&sector))
}

/// Takes the partitions of the copy that is sound, the primary one first, and gives the disk's
/// GUID; `None` when there is no sound copy.
pub(super) fn read(draft: &mut Draft<'_>, mbr: Option<&Mbr>) -> Option<Guid> {
    let is_announced = mbr.is_some_and(Mbr::protects_gpt);
    let sizes = sizes(draft);
    let mut damage = None;
    let mut found = None;
    for size in sizes.clone() {
        match Gpt::read(draft.disk, 1, size) {
            Ok(gpt) => {
                found = Some((gpt, size, Origin::Primary));
                break;
            }
            Err(Unsound::Absent) => {}
            Err(Unsound::Damaged(what, header)) => {
                damage.get_or_insert((what, header, size));
            }
        }
    }
    let found = found.or_else(|| backup(draft, &damage, sizes));
    let Some((gpt, size, origin)) = found else {
        match damage {
            Some((what, ..)) => draft.notes.add(format!(
                "the GUID partition table is damaged ({what}) and there is no sound backup; its \
                 partitions are not known"
            )),
            None if is_announced => draft.notes.add(
                "the master boot record announces a GUID partition table, but there is neither \
                 one nor a backup",
            ),
            None => {}
        }
        return None;
    };
    say_size(draft, size);
    if origin == Origin::Backup {
        let what = damage.map_or("it is not there".to_owned(), |(what, ..)| what);
        draft.notes.add(format!(
            "the primary GUID partition table is damaged ({what}); the backup in sector {} is taken",
            gpt.header.own_sector
        ));
    } else {
        check_backup(draft, &gpt);
    }
    if !is_announced {
        draft.notes.add(
            "the GUID partition table is not announced by a protective master boot record, which \
             is damaged or was overwritten",
        );
    }
    take(draft, &gpt, origin);
    if let Some(mbr) = mbr {
        hybrid(draft, mbr);
    }
    Some(gpt.header.disk_guid)
}

/// The size of the container's sectors first, then the others.
fn sizes(draft: &Draft<'_>) -> impl Iterator<Item = u32> + Clone + use<> {
    let first = draft.sector_size;
    let others = SECTOR_SIZES.into_iter().filter(move |size| *size != first);
    std::iter::once(first).chain(others)
}

type Found = (Gpt, u32, Origin);

/// The backup: where a sound primary header says, else in the last sector.
fn backup(
    draft: &Draft<'_>,
    damage: &Option<(String, Option<Header>, u32)>,
    sizes: impl Iterator<Item = u32>,
) -> Option<Found> {
    let said = damage
        .iter()
        .filter_map(|(_, header, size)| Some((header.as_ref()?.alternate_sector, *size)));
    let last = sizes.filter_map(|size| {
        let sectors = draft.disk.size() / u64::from(size);
        Some((sectors.checked_sub(1)?, size))
    });
    said.chain(last).find_map(|(sector, size)| {
        Some((
            Gpt::read(draft.disk, sector, size).ok()?,
            size,
            Origin::Backup,
        ))
    })
}

fn say_size(draft: &mut Draft<'_>, size: u32) {
    if size != draft.sector_size {
        draft.notes.add(format!(
            "the GUID partition table counts in sectors of {size} bytes, not of {}; it is read so",
            draft.sector_size
        ));
        draft.sector_size = size;
    }
}

/// Says when the backup is not there, is damaged, or says something else.
fn check_backup(draft: &mut Draft<'_>, gpt: &Gpt) {
    let sector = gpt.header.alternate_sector;
    let note = match Gpt::read(draft.disk, sector, draft.sector_size) {
        Ok(backup) => {
            draft.tables.extend(backup.header.spans(draft.sector_size));
            if backup.header.entries_sum == gpt.header.entries_sum
                && backup.header.disk_guid == gpt.header.disk_guid
            {
                return;
            }
            "says something else; the primary one is taken".to_owned()
        }
        Err(Unsound::Absent) => "is not there".to_owned(),
        Err(Unsound::Damaged(what, _)) => format!("is damaged ({what})"),
    };
    draft.notes.add(format!(
        "the backup of the GUID partition table, in sector {sector}, {note}"
    ));
}

fn take(draft: &mut Draft<'_>, gpt: &Gpt, origin: Origin) {
    let size = u64::from(draft.sector_size);
    draft.tables.extend(gpt.header.spans(draft.sector_size));
    draft.tables.push(Span {
        start: 0,
        length: size,
    });
    for entry in &gpt.partitions {
        let number = entry.number;
        if entry.last_sector < entry.first_sector {
            draft.notes.add(format!(
                "partition {number} ends before it begins; it is left out"
            ));
            continue;
        }
        if entry.first_sector < gpt.header.first_usable
            || entry.last_sector > gpt.header.last_usable
        {
            draft.notes.add(format!(
                "partition {number} lies outside of what the table calls usable"
            ));
        }
        draft.partitions.push(partition(entry, size, origin));
    }
}

fn partition(entry: &GptPartition, size: u64, from: Origin) -> Partition {
    let sectors = entry
        .last_sector
        .saturating_sub(entry.first_sector)
        .saturating_add(1);
    Partition {
        number: Some(entry.number),
        scheme: Scheme::Gpt,
        start: entry.first_sector.saturating_mul(size),
        length: sectors.saturating_mul(size),
        kind: PartitionKind::Gpt(entry.kind),
        guid: Some(entry.guid),
        name: Some(entry.name.clone()).filter(|name| !name.is_empty()),
        attributes: entry.attributes,
        active: (entry.attributes >> 2) & 1 == 1,
        from,
    }
}

/// A hybrid master boot record names partitions beside the protective one. Those that the GUID
/// partition table names, too, are not taken again.
fn hybrid(draft: &mut Draft<'_>, mbr: &Mbr) {
    let entries = mbr.partitions.iter().filter(|entry| entry.kind != 0xEE);
    for entry in entries {
        let number = u32::from(entry.slot).saturating_add(1);
        let first = u64::from(entry.first_sector);
        let partition = mbr_disk::partition(draft, entry, number, first, Origin::Primary);
        let same = draft
            .partitions
            .iter()
            .find(|one| one.start == partition.start && one.length == partition.length);
        if let Some(of_gpt) = same.and_then(|one| one.number) {
            draft.notes.add(format!(
                "the master boot record is a hybrid: its entry {number} ({}) is partition {of_gpt} \
                 of the GUID partition table",
                partition.kind.name()
            ));
        } else {
            draft.notes.add(format!(
                "the master boot record is a hybrid: its entry {number} ({}) is not in the GUID \
                 partition table",
                partition.kind.name()
            ));
            draft.partitions.push(partition);
        }
    }
}
