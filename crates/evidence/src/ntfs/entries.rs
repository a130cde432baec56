//! From a file's records to an [`Entry`].

use super::attribute::AttributeType;
use super::file::File;
use super::index::IndexedName;
use super::name::Name;
use super::record::FileRecord;
use super::reference::FileReference;
use super::volume_core::Core;
use crate::{Entry, EntryKind, FileTimes, Stream};

/// The entry of a name that a folder's index holds. Times, size and streams are those of the
/// file's own record; where that is damaged, only what the index says is given.
pub(super) fn of_indexed(core: &Core, path: String, name: &IndexedName) -> Entry {
    match file_of(core, name.reference) {
        Ok(file) => {
            for problem in file.problems() {
                core.notes.add(format!("`{path}`: {problem}"));
            }
            of_file(path, &file)
        }
        Err(problem) => {
            core.notes.add(format!(
                "`{path}`: {problem}; only what the folder's index says of it is known"
            ));
            of_index_only(path, name)
        }
    }
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
        streams: Vec::new(),
        deleted: false,
        reference: Some(name.reference.0),
    }
}

/// The file that a reference leads to.
///
/// # Errors
/// Why there is none: its record is damaged, not in use, or another file's by now.
pub(super) fn file_of(core: &Core, reference: FileReference) -> Result<File, String> {
    let file = File::load(core, reference.record()).map_err(|error| error.to_string())?;
    let record = file.record();
    if let Some(base) = record.base() {
        return Err(format!(
            "record {} is only an extension of record {}",
            record.number(),
            base.record()
        ));
    }
    if fits(record, reference) && record.in_use() {
        return Ok(file);
    }
    Err(if record.in_use() {
        format!(
            "record {} belongs to another file by now (sequence number {}, not {})",
            record.number(),
            record.sequence(),
            reference.sequence()
        )
    } else {
        format!("record {} is not in use any more", record.number())
    })
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
        streams: streams(file),
        deleted: !file.record().in_use(),
        reference: Some(file.reference().0),
    }
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
