//! Deleted files: records that are not in use any more, with what is left in them.
//!
//! A record keeps everything when its file is deleted, but its sequence number, which is counted
//! up, until another file gets it. Its clusters are free from then on: what of them is in use
//! again is not read (see [`super::cluster_stream`]).

use super::entries;
use super::file::File;
use super::file_table::{FileTable, TableName};
use super::folder_paths::FolderPaths;
use super::record_pieces::Records;
use super::reference::FileReference;
use crate::Entry;
use crate::evidence_path::below;

/// Gives every record of a deleted file that still has a name to `visit`.
pub(super) fn visit_records(
    table: &FileTable,
    records: &dyn Records,
    visit: &mut dyn FnMut(Entry),
) {
    let mut folders = FolderPaths::new(|folder| table.folder(folder));
    for number in 0..table.record_count() {
        let state = table.state(number);
        if !state.readable || state.in_use || state.extension {
            continue;
        }
        let names: Vec<TableName<'_>> = table.names_of(number).collect();
        let long: Vec<&TableName<'_>> = names
            .iter()
            .filter(|name| !name.namespace.is_short_only())
            .collect();
        let shown = if long.is_empty() {
            names.iter().collect()
        } else {
            long
        };
        if shown.is_empty() {
            continue;
        }
        let Ok(record) = records.record(number) else {
            continue;
        };
        let file = File::of_record(records, record);
        for name in shown {
            let path = below(&folders.path(name.parent), &name.name.to_text());
            let times = entries::name_times(&file, name.parent, name.name.units());
            visit(entries::of_file(path, &file).with_name_times(times));
        }
    }
}

/// The file that an entry stands for, deleted or not.
pub(super) fn file_of_entry(
    records: &dyn Records,
    entry: &Entry,
) -> std::result::Result<File, String> {
    let reference = FileReference(entry.reference.unwrap_or_default());
    if !entry.deleted {
        return entries::file_of(records, reference).map_err(|problem| problem.to_string());
    }
    let file = File::load(records, reference.record()).map_err(|error| error.to_string())?;
    if file.record().in_use() || file.reference() != reference {
        return Err(format!(
            "record {} belongs to another file by now",
            reference.record()
        ));
    }
    Ok(file)
}
