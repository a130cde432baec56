//! Deleted files: records that are not in use any more, with what is left in them.
//!
//! A record keeps everything when its file is deleted, but its sequence number, which is counted
//! up, until another file gets it. Its clusters are free from then on: what of them is in use
//! again is not read (see [`super::cluster_stream`]).

use super::NtfsVolume;
use super::entries;
use super::file::File;
use super::file_table::{FileTable, TableName};
use super::paths::joined;
use super::reference::FileReference;
use super::volume_core::ROOT_RECORD;
use crate::{Entry, Result};

/// What stands in a path for a folder that is not known any more.
const UNKNOWN: &str = "?";

/// No path of Windows has more folders or more units.
const DEEPEST: usize = 256;
const LONGEST: usize = 32_767;

impl FileTable {
    /// The path of the folder that a reference leads to, as far as it can be followed: a folder
    /// whose record another file has by now is `?`, and what stands above it is not known. The
    /// root is the empty path.
    #[must_use]
    pub fn folder_path(&self, folder: FileReference) -> String {
        let mut names = Vec::new();
        let mut units = 0_usize;
        let mut at = folder;
        loop {
            let Some(name) = self.folder(at) else {
                names.push(UNKNOWN.to_owned());
                break;
            };
            if at.record() == ROOT_RECORD {
                break;
            }
            units = units
                .saturating_add(name.name.bytes().len() / 2)
                .saturating_add(1);
            if names.len() >= DEEPEST || units > LONGEST {
                // It leads round in a circle, or is no path of Windows.
                return UNKNOWN.to_owned();
            }
            names.push(name.name.to_text());
            at = name.parent;
        }
        names.reverse();
        names.join("/")
    }
}

impl NtfsVolume {
    pub(super) fn visit_deleted(&self, visit: &mut dyn FnMut(Entry)) -> Result<()> {
        let table = self.file_table()?;
        // Files that were deleted together stand together: most have the folder of the one before.
        let mut last_folder: Option<(FileReference, String)> = None;
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
            let Ok(record) = self.core.mft.record(number) else {
                continue;
            };
            let file = File::of_record(&self.core, record);
            for name in shown {
                let (_, folder) = match last_folder.take() {
                    Some(last) if last.0 == name.parent => last_folder.insert(last),
                    _ => last_folder.insert((name.parent, table.folder_path(name.parent))),
                };
                let path = joined(folder, &name.name.to_text());
                visit(entries::of_file(path, &file));
            }
        }
        Ok(())
    }

    /// The file that an entry of this volume stands for, deleted or not.
    pub(super) fn file_of_entry(&self, entry: &Entry) -> std::result::Result<File, String> {
        let reference = FileReference(entry.reference.unwrap_or_default());
        if !entry.deleted {
            return entries::file_of(&self.core, reference).map_err(|problem| problem.to_string());
        }
        let file = File::load(&self.core, reference.record()).map_err(|error| error.to_string())?;
        if file.record().in_use() || file.reference() != reference {
            return Err(format!(
                "record {} belongs to another file by now",
                reference.record()
            ));
        }
        Ok(file)
    }
}
