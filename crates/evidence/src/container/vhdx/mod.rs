//! VHDX: the disk format of Hyper-V since Windows Server 2012. Fixed, dynamic and differencing
//! disks, with a log that is applied in memory.
//!
//! Sources: MS-VHDX "Virtual Hard Disk v2 (VHDX) File Format" of 2024-04-23; libyal's "Virtual Hard
//! Disk version 2 (VHDX) image format".

mod crc32c;
mod disk;
mod header;
mod log;
mod metadata;
mod overlay;

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod differential_tests;
#[cfg(test)]
mod log_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::layers::{Below, bounded};
use super::parent_disk::{self, Link, Wanted};
use super::{Candidate, Container, Ends, Fact, Format};
use crate::{FormatError, ReadAt, read_vec_at};
use disk::VhdxDisk;
use header::Header;
use metadata::Metadata;

/// What a VHDX begins with.
const SIGNATURE: &[u8] = b"vhdxfile";

/// Bytes of the creator's name behind the signature, in UTF-16.
const CREATOR_LENGTH: u64 = 512;

/// VHDX in the table of formats.
pub(super) static FORMAT: Format = Format { is_one, open };

fn is_one(ends: &Ends<'_>) -> bool {
    ends.start.starts_with(SIGNATURE)
}

fn open(candidate: &Candidate<'_>) -> Result<Container, FormatError> {
    let mut notes = Vec::new();
    let (header, note) = header::current(candidate.bytes.as_ref())?;
    notes.extend(note);
    let mut log = "empty".to_owned();
    let file: Arc<dyn ReadAt> = if header.log_id == crate::Guid::NIL {
        Arc::clone(&candidate.bytes)
    } else {
        let replayed = log::replay(&candidate.bytes, &header)?;
        let (first, last) = replayed.sequence;
        log = format!("{} entries to replay ({first} to {last})", replayed.entries);
        notes.push(format!(
            "the image was not closed cleanly: the {} entries of its log ({first} to {last}) were \
             applied in memory, and the file stays as it is",
            replayed.entries
        ));
        Arc::new(replayed.file)
    };
    let (regions, note) = header::regions(file.as_ref())?;
    notes.extend(note);
    let metadata = metadata::read(file.as_ref(), &regions.metadata)?;
    let mut facts = facts(candidate.bytes.as_ref(), &header, &metadata);
    facts.push(Fact::new("log", log));
    let mut files = Vec::new();
    let below = match &metadata.parent {
        None => None,
        Some(Err(reason)) => {
            notes.push(format!(
                "{reason}; sectors that stand in the parent cannot be read"
            ));
            Some(Below::Missing(reason.clone()))
        }
        Some(Ok(wanted)) => {
            facts.extend(facts_of_parent(wanted));
            let found = parent_disk::find(candidate, header.data_write_id, wanted, read_link)?;
            notes.extend(found.notes);
            files = found.files;
            Some(found.below)
        }
    };
    let disk = VhdxDisk::new(file, &header, &regions, &metadata, below);
    notes.extend(disk.look_through());
    Ok(Container {
        format: "VHDX",
        media: Arc::new(disk),
        sector_size: metadata.logical_sector,
        facts,
        stored_hashes: Vec::new(),
        files,
        notes: bounded(notes),
    })
}

/// A file as a disk that others may stand on. What its log would change is not seen: children
/// know it by an id that stands in the header, which no log changes.
fn read_link(file: &Arc<dyn ReadAt>) -> Result<Link, String> {
    let bytes = file.as_ref();
    let start = read_vec_at(bytes, 0, 8).unwrap_or_default();
    if start != SIGNATURE {
        return Err("it is no VHDX".to_owned());
    }
    let (header, _) = header::current(bytes).map_err(|error| error.to_string())?;
    let metadata = header::regions(bytes)
        .and_then(|(regions, _)| metadata::read(bytes, &regions.metadata))
        .ok();
    Ok(Link {
        id: header.data_write_id,
        wanted: metadata.and_then(|metadata| metadata.parent?.ok()),
    })
}

fn facts(file: &dyn ReadAt, header: &Header, metadata: &Metadata) -> Vec<Fact> {
    let kind = match (&metadata.parent, metadata.leaves_blocks_allocated) {
        (Some(_), _) => "differencing",
        (None, true) => "fixed",
        (None, false) => "dynamic",
    };
    let mut facts = vec![
        Fact::new("disk type", kind),
        Fact::new("disk id", metadata.disk_id.to_string()),
        Fact::new("data write id", header.data_write_id.to_string()),
        Fact::new("file write id", header.file_write_id.to_string()),
        Fact::new("block size", format!("{} bytes", metadata.block_size)),
        Fact::new(
            "logical sector size",
            format!("{} bytes", metadata.logical_sector),
        ),
        Fact::new(
            "physical sector size",
            format!("{} bytes", metadata.physical_sector),
        ),
    ];
    let creator = read_vec_at(file, 8, CREATOR_LENGTH).unwrap_or_default();
    let (units, _) = creator.as_chunks::<2>();
    let units: Vec<u16> = units
        .iter()
        .map(|unit| u16::from_le_bytes(*unit))
        .take_while(|unit| *unit != 0)
        .collect();
    if !units.is_empty() {
        facts.insert(0, Fact::new("creator", String::from_utf16_lossy(&units)));
    }
    facts
}

fn facts_of_parent(wanted: &Wanted) -> Vec<Fact> {
    let ids = wanted.ids.iter().map(ToString::to_string);
    let mut facts: Vec<Fact> = ids.map(|id| Fact::new("parent id", id)).collect();
    let names = wanted.names.iter();
    facts.extend(names.map(|name| Fact::new("parent name", name.clone())));
    facts
}

fn le_u16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn le_u32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn le_u64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
