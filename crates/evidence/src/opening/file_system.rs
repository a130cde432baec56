//! Which file system stands on a volume.

use std::sync::Arc;

use super::{Layer, LayerKind};
use crate::exfat::{self, ExfatVolume};
use crate::fat::{self, FatVolume};
use crate::ntfs::{self, NtfsVolume};
use crate::{FileSystem, FormatError, ReadAt, read_vec_at};

/// What stands on a volume.
pub(super) enum Recognised {
    /// A file system that is read.
    Read(Arc<dyn FileSystem>),
    /// Something that is known by name only, or nothing.
    Named(&'static str),
}

/// Where a FAT32 volume keeps the copy of its boot sector, and an exFAT volume that of its boot
/// region, in sectors. Sources: fatgen103 (`BPB_BkBootSec`), exFAT specification 3.1.
const FAT32_COPY: u64 = 6;
const EXFAT_COPY: u64 = 12;

/// The sector size that the places of copies count in; a volume whose first sector is damaged
/// does not say its own.
const SECTOR: u64 = 512;

/// Opens the file system of a volume that begins with `start`. Where its boot sector is damaged,
/// the copy of it tells which file system it is.
pub(super) fn recognise(
    volume: &Arc<dyn ReadAt>,
    start: &[u8],
    evidence: &str,
) -> Result<Recognised, FormatError> {
    if let Some(found) = by_boot_sector(volume, start, evidence) {
        return found;
    }
    let last = volume.size().saturating_sub(SECTOR);
    let copies = [
        last,
        FAT32_COPY.saturating_mul(SECTOR),
        EXFAT_COPY.saturating_mul(SECTOR),
    ];
    for place in copies {
        let Ok(copy) = read_vec_at(volume.as_ref(), place, SECTOR) else {
            continue;
        };
        if let Some(found) = by_boot_sector(volume, &copy, evidence) {
            return found;
        }
    }
    Ok(Recognised::Named(named(start)))
}

fn by_boot_sector(
    volume: &Arc<dyn ReadAt>,
    sector: &[u8],
    evidence: &str,
) -> Option<Result<Recognised, FormatError>> {
    let volume = || Arc::clone(volume);
    let files: Result<Arc<dyn FileSystem>, FormatError> = if ntfs::is_one(sector) {
        NtfsVolume::open(volume(), evidence).map(|files| Arc::new(files) as _)
    } else if exfat::is_one(sector) {
        ExfatVolume::open(volume(), evidence).map(|files| Arc::new(files) as _)
    } else if fat::is_one(sector) {
        FatVolume::open(volume(), evidence).map(|files| Arc::new(files) as _)
    } else {
        return None;
    };
    Some(files.map(Recognised::Read))
}

/// What is known by name only.
fn named(start: &[u8]) -> &'static str {
    let at = |offset: usize, magic: &[u8]| {
        start.get(offset..offset.saturating_add(magic.len())) == Some(magic)
    };
    if at(3, b"ReFS\0\0\0\0") {
        "ReFS (not read)"
    } else if at(1080, &[0x53, 0xEF]) {
        "ext2, ext3 or ext4 (not read)"
    } else if at(0, b"XFSB") {
        "XFS (not read)"
    } else if at(32, b"NXSB") {
        "APFS (not read)"
    } else if at(1024, b"H+") || at(1024, b"HX") {
        "HFS+ (not read)"
    } else if at(0, b"LUKS\xba\xbe") {
        "LUKS (encrypted, not read)"
    } else if start.iter().all(|byte| *byte == 0) {
        "no file system (it begins with zeros)"
    } else {
        "no file system that is known"
    }
}

/// What a file system says about itself.
pub(super) fn layer(files: &dyn FileSystem) -> Layer {
    let identity = files.identity();
    Layer::new(LayerKind::FileSystem, files.kind())
        .fact_if("label", identity.label.filter(|label| !label.is_empty()))
        .fact_if(
            "serial",
            identity.serial.map(|serial| format!("{serial:08X}")),
        )
        .fact_if(
            "serial (64 bits)",
            identity.serial64.map(|serial| format!("{serial:016X}")),
        )
        .fact_if("GUID", identity.guid.map(|guid| guid.to_string()))
        .fact_if("version", identity.version)
        .fact_if("size", identity.size.map(|size| size.to_string()))
        .fact_if(
            "cluster size",
            identity.cluster_size.map(|size| size.to_string()),
        )
        .fact_if(
            "dirty",
            identity.dirty.map(|dirty| if dirty { "yes" } else { "no" }),
        )
        .with_notes(files.notes())
}
