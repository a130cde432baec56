//! A disk's table of partitions, whatever its scheme.

use std::sync::Arc;

use super::kind::PartitionKind;
use super::notes::Notes;
use super::{foreign, gpt_copies, mbr_disk, space};
use crate::boot_sector::BootSector;
use crate::partition::Mbr;
use crate::{Guid, ReadAt, Window, read_vec_at};

/// How a disk is divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionTable {
    /// By which scheme.
    pub scheme: Scheme,
    /// Bytes in a sector, as the table counts them.
    pub sector_size: u32,
    /// The volume that begins at the disk's first byte, on a disk without a table ("superfloppy").
    pub volume: Option<BootSector>,
    /// The disk signature in the master boot record, by which Windows knows a disk without a
    /// GUID partition table. `None` where it is zero.
    pub disk_signature: Option<u32>,
    /// The disk's GUID in the GUID partition table.
    pub disk_guid: Option<Guid>,
    /// The partitions, by their start.
    pub partitions: Vec<Partition>,
    /// What belongs to no partition and to no table, by its start.
    pub unallocated: Vec<Span>,
    /// What a person should know: damage, a table that contradicts itself, what is not read.
    pub notes: Vec<String>,
}

/// Schemes of partition tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// No table that is known.
    None,
    /// Master boot record.
    Mbr,
    /// GUID partition table.
    Gpt,
    /// Apple partition map. Its partitions are not read.
    Apple,
    /// BSD disk label. Its partitions are not read.
    Bsd,
}

impl Scheme {
    /// The name in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "no partition table",
            Self::Mbr => "MBR",
            Self::Gpt => "GPT",
            Self::Apple => "Apple partition map",
            Self::Bsd => "BSD disk label",
        }
    }
}

/// One partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Its number, from 1: the place of its entry in the table; logical partitions of a master
    /// boot record count from 5 on. So do `sfdisk` and `sgdisk`. Windows counts the same way but
    /// leaves unused entries and extended partitions out. `None` for one that was found.
    pub number: Option<u32>,
    /// The scheme of the table that names it.
    pub scheme: Scheme,
    /// Where it begins, in bytes of the disk.
    pub start: u64,
    /// How long it is, in bytes, as the table says; it may be longer than the disk.
    pub length: u64,
    /// What the table says that it holds.
    pub kind: PartitionKind,
    /// Its own GUID (GPT). Windows names the volume on it by the same one.
    pub guid: Option<Guid>,
    /// Its name (GPT).
    pub name: Option<String>,
    /// Its attributes (GPT), see [`super::gpt_attribute_names`]; zero elsewhere.
    pub attributes: u64,
    /// It is marked as the one to start from.
    pub active: bool,
    /// Where its entry was read.
    pub from: Origin,
}

/// Where a partition is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// The disk's first table.
    Primary,
    /// An extended boot record.
    Logical,
    /// The backup of a GUID partition table whose primary one is damaged.
    Backup,
    /// Its boot sector, or the backup of it; see [`super::search`].
    Found,
}

impl Partition {
    /// The first byte behind it.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.start.saturating_add(self.length)
    }

    /// Its bytes, as far as the disk has them.
    #[must_use]
    pub fn bytes(&self, disk: &Arc<dyn ReadAt>) -> Window {
        Window::new(Arc::clone(disk), self.start, self.length)
    }

    /// Whether a volume may be in it: neither an extended partition nor a protective one.
    #[must_use]
    pub const fn can_hold_a_volume(&self) -> bool {
        !self.kind.is_extended() && !self.kind.is_protective()
    }
}

/// A stretch of a disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Where it begins.
    pub start: u64,
    /// How long it is.
    pub length: u64,
}

impl Span {
    /// The first byte behind it.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.start.saturating_add(self.length)
    }
}

/// What is known while a table is read.
pub(super) struct Draft<'a> {
    pub(super) disk: &'a dyn ReadAt,
    pub(super) sector_size: u32,
    pub(super) partitions: Vec<Partition>,
    /// Where the tables themselves lie.
    pub(super) tables: Vec<Span>,
    pub(super) notes: Notes,
}

/// Sizes of sectors that tables may count in.
pub(super) const SECTOR_SIZES: [u32; 4] = [512, 4096, 1024, 2048];

/// Reads the partition table of a disk whose sectors have `sector_size` bytes, as its container
/// says. Where a table was plainly written for another size, it is read with that one.
#[must_use]
pub fn read(disk: &Arc<dyn ReadAt>, sector_size: u32) -> PartitionTable {
    let mut draft = Draft {
        disk: disk.as_ref(),
        sector_size,
        partitions: Vec::new(),
        tables: Vec::new(),
        notes: Notes::default(),
    };
    if !SECTOR_SIZES.contains(&sector_size) {
        draft.notes.add(format!(
            "sectors of {sector_size} bytes cannot be; 512 is taken"
        ));
        draft.sector_size = 512;
    }
    let first = read_vec_at(disk.as_ref(), 0, 512).unwrap_or_else(|error| {
        draft.notes.add(format!("sector 0 cannot be read: {error}"));
        Vec::new()
    });
    if let Some(volume) = BootSector::parse(&first) {
        return unpartitioned(draft, volume);
    }
    let mbr = Mbr::parse(&first);
    let signature = mbr.as_ref().map(|mbr| mbr.signature);
    let mut disk_guid = None;
    let scheme = match mbr {
        Some(mbr) if !mbr.protects_gpt() && mbr.is_used() => {
            mbr_disk::read(&mut draft, &mbr);
            if gpt_copies::has_header(&draft) {
                draft.notes.add(
                    "sector 1 holds a GUID partition table that the master boot record does not \
                     announce; it is left over, or the record was replaced",
                );
            }
            Scheme::Mbr
        }
        mbr => {
            disk_guid = gpt_copies::read(&mut draft, mbr.as_ref());
            match (disk_guid, mbr) {
                (Some(_), _) => Scheme::Gpt,
                (None, Some(mbr)) if mbr.is_used() => {
                    mbr_disk::read(&mut draft, &mbr);
                    Scheme::Mbr
                }
                _ => foreign::scheme(&mut draft, &first),
            }
        }
    };
    finish(draft, scheme, signature, disk_guid)
}

fn unpartitioned(mut draft: Draft<'_>, volume: BootSector) -> PartitionTable {
    if gpt_copies::has_header(&draft) {
        draft.notes.add(
            "sector 1 holds a GUID partition table, although a volume begins at sector 0; the \
             volume is taken",
        );
    }
    PartitionTable {
        scheme: Scheme::None,
        sector_size: draft.sector_size,
        volume: Some(volume),
        disk_signature: None,
        disk_guid: None,
        partitions: Vec::new(),
        unallocated: Vec::new(),
        notes: draft.notes.into_vec(),
    }
}

fn finish(
    mut draft: Draft<'_>,
    scheme: Scheme,
    signature: Option<u32>,
    disk_guid: Option<Guid>,
) -> PartitionTable {
    draft
        .partitions
        .sort_by_key(|partition| (partition.start, partition.number));
    let unallocated = space::check(&mut draft);
    if draft.partitions.iter().any(|one| one.kind.is_dynamic()) {
        draft.notes.add(
            "this is a Windows dynamic disk (LDM): what its partitions hold together as volumes \
             is not read",
        );
    }
    PartitionTable {
        scheme,
        sector_size: draft.sector_size,
        volume: None,
        disk_signature: signature.filter(|signature| *signature != 0),
        disk_guid,
        partitions: draft.partitions,
        unallocated,
        notes: draft.notes.into_vec(),
    }
}
