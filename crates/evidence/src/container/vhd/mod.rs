//! VHD: the disk format of Virtual PC, Virtual Server and early Hyper-V, that Windows still
//! mounts. Fixed, dynamic and differencing disks.
//!
//! Sources: Microsoft's "Virtual Hard Disk Image Format Specification", version 1.0 of October
//! 2006; libyal's "Virtual Hard Disk (VHD) image format"; what QEMU and libvhdi make of built disks
//! where those two leave a question open (`docs/evidence/vhd.md` says which).

mod dynamic;
mod dynamic_header;
mod facts;
mod fixed;
mod footer;

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod differential_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::layers::{Below, bounded};
use super::parent_disk::{self, Link};
use super::{Candidate, Container, Ends, Format};
use crate::{FormatError, ReadAt};
use dynamic::DynamicDisk;
use dynamic_header::DynamicHeader;
use fixed::FixedDisk;
use footer::{COOKIE, Chosen, DiskType, Footer};

/// VHD in the table of formats.
pub(super) static FORMAT: Format = Format { is_one, open };

/// A footer of 512 bytes, of 511 bytes, or the copy that a dynamic disk begins with.
fn is_one(ends: &Ends<'_>) -> bool {
    let at_end = |length: usize| {
        let start = ends.end.len().checked_sub(length);
        start
            .and_then(|start| ends.end.get(start..))
            .is_some_and(|end| end.starts_with(COOKIE))
    };
    at_end(512) || at_end(511) || ends.start.starts_with(COOKIE)
}

fn open(candidate: &Candidate<'_>) -> Result<Container, FormatError> {
    let file = &candidate.bytes;
    let Chosen {
        footer,
        end,
        mut notes,
    } = footer::choose(file.as_ref())?;
    if footer.version >> 16 != 1 {
        return Err(FormatError::Unsupported(format!(
            "a VHD of version {}.{}; only 1.0 is known",
            footer.version >> 16,
            footer.version & 0xFFFF
        )));
    }
    let kind = footer.kind().map_err(|number| {
        FormatError::malformed(
            "hard disk footer",
            end,
            format!("the disk type {number}; expected 2 (fixed), 3 (dynamic) or 4 (differencing)"),
        )
    })?;
    notes.extend(facts::notes(&footer));
    let mut facts = facts::of_footer(&footer, kind);
    let mut files = Vec::new();
    let media: Arc<dyn ReadAt> = match kind {
        DiskType::Fixed => {
            notes.extend(fixed_size_note(&footer, end));
            Arc::new(FixedDisk {
                file: Arc::clone(file),
                end,
                size: footer.current_size,
            })
        }
        DiskType::Dynamic | DiskType::Differencing => {
            let header = DynamicHeader::read(file.as_ref(), footer.data_offset)?;
            notes.extend(table_note(&footer, &header));
            facts.extend(facts::of_header(&header));
            let parent = match kind {
                DiskType::Differencing => {
                    facts.extend(facts::of_parent(&header));
                    let parent = parent(candidate, &footer, &header)?;
                    notes.extend(parent.notes);
                    files = parent.files;
                    Some(parent.below)
                }
                _ => None,
            };
            let disk = DynamicDisk::new(
                Arc::clone(file),
                &header,
                (footer.current_size, end),
                parent,
            );
            notes.extend(disk.look_through());
            Arc::new(disk)
        }
    };
    Ok(Container {
        format: "VHD",
        media,
        sector_size: 512,
        facts,
        stored_hashes: Vec::new(),
        files,
        notes: bounded(notes),
    })
}

/// What stands below a differencing disk.
struct Parent {
    below: Below,
    files: Vec<String>,
    notes: Vec<String>,
}

fn parent(
    candidate: &Candidate<'_>,
    footer: &Footer,
    header: &DynamicHeader,
) -> Result<Parent, FormatError> {
    let wanted = header.wanted(candidate.bytes.as_ref());
    let found = parent_disk::find(candidate, footer.id, &wanted, read_link)?;
    let mut notes = found.notes;
    let stamp = found
        .file
        .and_then(|file| footer::choose(file.as_ref()).ok())
        .map(|parent| parent.footer.time_stamp);
    if let Some(stamp) = stamp.filter(|stamp| *stamp > header.parent_time_stamp) {
        notes.push(format!(
            "the parent bears a later time ({}) than the one at which this disk was made on it \
             ({}): it may have been changed since, and then the sectors that come from it are not \
             those that this disk was made on",
            footer::moment(stamp),
            footer::moment(header.parent_time_stamp)
        ));
    }
    Ok(Parent {
        below: found.below,
        files: found.files,
        notes,
    })
}

/// A file as a disk that others may stand on.
fn read_link(file: &Arc<dyn ReadAt>) -> Result<Link, String> {
    let footer = footer::choose(file.as_ref())
        .map_err(|error| format!("it is no sound VHD ({error})"))?
        .footer;
    let header = match footer.kind() {
        Ok(DiskType::Differencing) => DynamicHeader::read(file.as_ref(), footer.data_offset).ok(),
        _ => None,
    };
    Ok(Link {
        id: footer.id,
        wanted: header.map(|header| header.wanted(file.as_ref())),
    })
}

/// What is wrong between the size of a fixed disk and that of its file.
fn fixed_size_note(footer: &Footer, end: u64) -> Option<String> {
    let size = footer.current_size;
    if size > end {
        return Some(format!(
            "the disk has {size} bytes and the file holds only {end} of them: the rest cannot be \
             read"
        ));
    }
    (size < end).then(|| {
        format!(
            "{} bytes stand between the end of the disk and the footer; they are no part of the \
             disk and are not read",
            end.saturating_sub(size)
        )
    })
}

/// What is wrong between the size of a disk and its block allocation table.
fn table_note(footer: &Footer, header: &DynamicHeader) -> Option<String> {
    let covered = u64::from(header.table_entries).saturating_mul(header.block_size);
    (covered < footer.current_size).then(|| {
        format!(
            "the block allocation table covers only {covered} of the {} bytes of the disk: the \
             rest cannot be read",
            footer.current_size
        )
    })
}
