//! Deleted files: records that are not in use any more, with what is left in them.
//!
//! A record keeps everything when its file is deleted, but its sequence number, which is counted
//! up, until another file gets it. Its clusters are free from then on: what of them is in use
//! again is not read (see [`super::cluster_stream`]).

use super::NtfsVolume;
use super::entries;
use super::file::File;
use super::file_table::TableName;
use super::folder_paths::FolderPaths;
use super::reference::FileReference;
use crate::evidence_path::below;
use crate::{Entry, Result};

impl NtfsVolume {
    pub(super) fn visit_deleted(&self, visit: &mut dyn FnMut(Entry)) -> Result<()> {
        let table = self.file_table()?;
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
            let Ok(record) = self.core.mft.record(number) else {
                continue;
            };
            let file = File::of_record(&self.core, record);
            for name in shown {
                let path = below(&folders.path(name.parent), &name.name.to_text());
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
