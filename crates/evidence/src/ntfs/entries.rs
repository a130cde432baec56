//! From a file's records to an [`Entry`].

use super::attribute::AttributeType;
use super::file::File;
use super::index::IndexedName;
use super::name::Name;
use super::record::{FileRecord, RecordError};
use super::record_pieces::Records;
use super::reference::FileReference;
use super::volume_core::Core;
use crate::{Entry, EntryKind, FileTimes, Stream};

/// What the record says to a name that an index gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has that name.
    Confirmed,
    /// It is damaged and cannot say.
    Unknown,
    /// It is another file's, or none's: what the index says is left over, or damaged.
    Gone,
    /// It is a file that has another name: the index is damaged.
    Contradicted,
}

/// Asks the record of a name.
pub(super) fn standing(core: &Core, parent: FileReference, name: &IndexedName) -> Standing {
    standing_of(&file_of(core, name.reference), parent, name)
}

/// Names may be lost with a part of the file that is damaged.
fn standing_of(
    file: &Result<File, NoFile>,
    parent: FileReference,
    indexed: &IndexedName,
) -> Standing {
    let has_name = |file: &File| {
        file.names().any(|name| {
            name.parent.record() == parent.record()
                && name.name.units().eq(indexed.units.iter().copied())
        })
    };
    match file {
        Ok(file) if !file.problems().is_empty() || has_name(file) => Standing::Confirmed,
        Ok(_) => Standing::Contradicted,
        Err(NoFile::Damaged(_)) => Standing::Unknown,
        Err(NoFile::Gone(_)) => Standing::Gone,
    }
}

/// The entry of a name that a folder's index holds. Times, size and streams are those of the
/// file's own record; where that is damaged or gone, only what the index says is given.
pub(super) fn of_indexed(
    core: &Core,
    parent: FileReference,
    path: &str,
    name: &IndexedName,
) -> (Standing, Entry) {
    let file = file_of(core, name.reference);
    let standing = standing_of(&file, parent, name);
    let entry = match file {
        Ok(file) => {
            for problem in file.problems() {
                core.notes.add(format!("`{path}`: {problem}"));
            }
            let names = name_times(&file, parent, name.units.iter().copied());
            of_file(path.to_owned(), &file).with_name_times(names)
        }
        Err(problem) => {
            core.notes.add(format!(
                "`{path}`: {problem}; only what the folder's index says of it is known"
            ));
            of_index_only(path.to_owned(), name)
        }
    };
    (standing, entry)
}

fn of_index_only(path: String, name: &IndexedName) -> Entry {
    let folder = name.flags.folder();
    Entry {
        path,
        kind: if folder {
            EntryKind::Folder
        } else {
            EntryKind::File
        },
        size: if folder { 0 } else { name.size },
        // The index's copy is not kept up to date, so it is no time of the file.
        times: FileTimes::default(),
        name_times: FileTimes::default(),
        streams: Vec::new(),
        deleted: false,
        reference: Some(name.reference.0),
    }
}

/// Why a reference leads to no file.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoFile {
    /// The record is damaged, so it may be there.
    #[error("{0}")]
    Damaged(String),
    /// The record is sound, and not that file's.
    #[error("{0}")]
    Gone(String),
}

/// The file that a reference leads to.
///
/// # Errors
/// Why there is none: its record is damaged, not in use, or another file's by now.
pub(super) fn file_of(records: &dyn Records, reference: FileReference) -> Result<File, NoFile> {
    let file = File::load(records, reference.record()).map_err(|error| match error {
        RecordError::Damaged { .. } => NoFile::Damaged(error.to_string()),
        RecordError::NeverUsed(_) | RecordError::Outside { .. } => NoFile::Gone(error.to_string()),
    })?;
    let record = file.record();
    let number = record.number();
    if !record.in_use() {
        return Err(NoFile::Gone(format!(
            "record {number} is not in use any more"
        )));
    }
    if let Some(base) = record.base() {
        return Err(NoFile::Gone(format!(
            "record {number} is only an extension of record {}",
            base.record()
        )));
    }
    if !fits(record, reference) {
        return Err(NoFile::Gone(format!(
            "record {number} belongs to another file by now (sequence number {}, not {})",
            record.sequence(),
            reference.sequence()
        )));
    }
    Ok(file)
}

/// A reference with the sequence number 0 is not checked, as in NTFS itself.
fn fits(record: &FileRecord<'_>, reference: FileReference) -> bool {
    reference.sequence() == 0 || reference.sequence() == record.sequence()
}

/// The entry of a file whose records were read.
pub(super) fn of_file(path: String, file: &File) -> Entry {
    let information = file.standard_information();
    let is_link = file
        .reparse_point()
        .is_some_and(|point| point.tag.is_link());
    let kind = match (is_link, file.is_folder()) {
        (true, _) => EntryKind::Link,
        (false, true) => EntryKind::Folder,
        (false, false) => EntryKind::File,
    };
    let size = match kind {
        EntryKind::File => file
            .size_of(AttributeType::DATA, Name::new(&[]))
            .unwrap_or(0),
        _ => 0,
    };
    Entry {
        path,
        kind,
        size,
        times: information
            .map(|information| information.times)
            .unwrap_or_default(),
        name_times: FileTimes::default(),
        streams: streams(file),
        deleted: !file.record().in_use(),
        reference: Some(file.reference().0),
    }
}

/// The times that a file keeps beside the name that it has in that folder.
pub(super) fn name_times(
    file: &File,
    parent: FileReference,
    units: impl Iterator<Item = u16> + Clone,
) -> FileTimes {
    file.names()
        .find(|name| name.parent.record() == parent.record() && name.name.units().eq(units.clone()))
        .map(|name| name.times)
        .unwrap_or_default()
}

/// Named `$DATA`, by name.
fn streams(file: &File) -> Vec<Stream> {
    let mut streams: Vec<Stream> = file
        .attributes()
        .filter(|attribute| attribute.kind == AttributeType::DATA && !attribute.name.is_empty())
        .filter_map(|attribute| {
            Some(Stream {
                name: attribute.name.to_text(),
                size: attribute.size()?,
            })
        })
        .collect();
    streams.sort_by(|left, right| left.name.cmp(&right.name));
    streams.dedup_by(|left, right| left.name == right.name);
    streams
}
