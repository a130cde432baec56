//! VMDK, the disk of VMware: a text that describes it, and extents that hold it.
//!
//! Sources: libyal, "VMware Virtual Disk (VMDK) format specification", which rests on VMware's
//! "Virtual Disk Format" 1.1 and 5.0; images written by `qemu-img`. Held against `qemu-img` and
//! libvmdk (docs/validation/vmdk-qcow2.md).

mod descriptor;
mod disk;
mod extents;
mod header;
mod parent;
mod sparse_file;
mod walked;

#[cfg(test)]
mod built;
#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::descriptor::Descriptor;
use self::disk::Disk;
use self::extents::Extents;
use self::header::{Header, SECTOR};
use self::parent::Parent;
use super::few_notes::few;
use super::mapped::{Below, Mapped, as_u64};
use super::same_folder::{last_component, shown};
use super::{Candidate, Container, Ends, Fact, Format, mapped, same_folder, table_pages, unpack};
use crate::{FormatError, ReadAt, read_vec_at};

/// VMDK: descriptor files, and sparse files with or without a descriptor inside.
pub(super) static FORMAT: Format = Format { is_one, open };

/// The fact by which a delta disk knows its parent.
const CONTENT_ID: &str = "content ID";

fn is_one(ends: &Ends<'_>) -> bool {
    ends.start.starts_with(header::HOSTED)
        || ends.start.starts_with(header::COWD)
        || ends.start.starts_with(&header::SE_SPARSE)
        || descriptor::is_one(ends.start)
}

fn open(candidate: &Candidate<'_>) -> Result<Container, FormatError> {
    let bytes = candidate.bytes.as_ref();
    let start = read_vec_at(bytes, 0, Ends::LENGTH)
        .map_err(|source| FormatError::unreadable("VMDK", 0, source))?;
    if descriptor::is_one(&start) {
        return open_descriptor(candidate);
    }
    let header = header::read(bytes)?;
    if let Some(descriptor) = embedded(bytes, &header) {
        return described(candidate, &descriptor, Some(header));
    }
    if let Some(container) = through_descriptor_beside(candidate) {
        return Ok(container);
    }
    alone(candidate, &header)
}

fn open_descriptor(candidate: &Candidate<'_>) -> Result<Container, FormatError> {
    let bytes = candidate.bytes.as_ref();
    let descriptor = descriptor::read(bytes, 0, bytes.size()).ok_or_else(|| {
        FormatError::malformed("VMDK descriptor", 0, "it cannot be read to its end")
    })?;
    described(candidate, &descriptor, None)
}

/// The descriptor inside a sparse file.
fn embedded(bytes: &dyn ReadAt, header: &Header) -> Option<Descriptor> {
    if header.descriptor == 0 {
        return None;
    }
    let at = header.descriptor.checked_mul(SECTOR)?;
    descriptor::read(bytes, at, header.descriptor_sectors.checked_mul(SECTOR)?)
}

/// Opens the disk of a descriptor.
fn described(
    candidate: &Candidate<'_>,
    descriptor: &Descriptor,
    own: Option<Header>,
) -> Result<Container, FormatError> {
    let mut facts = Vec::new();
    let texts = [
        ("create type", &descriptor.create_type),
        (CONTENT_ID, &descriptor.content_id),
        ("parent content ID", &descriptor.parent_content_id),
        ("parent file", &descriptor.parent_path),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            facts.push(Fact::new(name, shown(text)));
        }
    }
    for (name, text) in &descriptor.values {
        facts.push(Fact::new(name, shown(text)));
    }
    facts.push(Fact::new("extents", descriptor.extents.len().to_string()));
    let mut extents = Extents::new(candidate);
    let disk = extents.disk(descriptor, own)?;
    let parent = Parent::of(candidate, descriptor);
    let mut files = extents.names;
    files.extend(parent.files);
    let mut notes = descriptor.notes.clone();
    notes.extend(extents.notes);
    notes.extend(parent.notes);
    Ok(container(
        candidate,
        disk,
        parent.below,
        facts,
        files,
        notes,
    ))
}

/// Opens a sparse file that belongs to no descriptor that is at hand.
fn alone(candidate: &Candidate<'_>, header: &Header) -> Result<Container, FormatError> {
    let mut extents = Extents::new(candidate);
    let disk = extents.single(header)?;
    let mut notes = extents.notes;
    let below = if header.compressed {
        // A stream is made to be whole; it stands on no other disk.
        notes.push("the stream has no descriptor that can be read".to_owned());
        Below::Nothing
    } else {
        notes.push(
            "the file is one extent of a disk, and no descriptor that can be read names it; give \
             the descriptor file. It may be only a part of the disk, and what it does not hold \
             cannot be read, because another disk may hold it"
                .to_owned(),
        );
        Below::Missing(
            "the extent does not hold it, and without the descriptor it is not known whether \
             another disk does"
                .to_owned(),
        )
    };
    Ok(container(
        candidate,
        disk,
        below,
        Vec::new(),
        Vec::new(),
        notes,
    ))
}

/// Opens the disk of which the candidate is an extent, when its descriptor stands beside it.
fn through_descriptor_beside(candidate: &Candidate<'_>) -> Option<Container> {
    /// The most files that are looked at.
    const MOST: usize = 1000;
    let mut names = candidate.beside.names().ok()?;
    names.sort_unstable();
    let own = candidate.name.to_lowercase();
    let descriptors = names.iter().filter(|name| {
        let name = name.to_lowercase();
        name.ends_with(".vmdk") && name != own
    });
    for name in descriptors.take(MOST) {
        let Ok(Some(bytes)) = candidate.beside.open(name) else {
            continue;
        };
        let Some(descriptor) = descriptor::read(bytes.as_ref(), 0, bytes.size()) else {
            continue;
        };
        let names_it = descriptor.extents.iter().any(|line| {
            last_component(&line.path).is_some_and(|extent| extent.to_lowercase() == own)
        });
        if !names_it {
            continue;
        }
        let whole = Candidate {
            bytes,
            name,
            beside: candidate.beside,
            depth: candidate.depth,
        };
        let Ok(mut container) = described(&whole, &descriptor, None) else {
            continue;
        };
        container.notes.insert(
            0,
            format!(
                "`{}` is one extent of the disk that `{}` describes; the whole disk is read",
                shown(candidate.name),
                shown(name)
            ),
        );
        container.files.insert(0, name.clone());
        return Some(container);
    }
    None
}

fn container(
    candidate: &Candidate<'_>,
    disk: Disk,
    below: Below,
    facts: Vec<Fact>,
    files: Vec<String>,
    notes: Vec<String>,
) -> Container {
    let block_size = disk.block_size();
    Container {
        format: "VMDK",
        media: Arc::new(Mapped::new(disk, below, block_size, candidate.depth)),
        sector_size: 512,
        facts,
        stored_hashes: Vec::new(),
        files,
        notes: few(notes),
    }
}
