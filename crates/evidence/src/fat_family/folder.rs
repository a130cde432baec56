//! What stands in a folder, as both formats give it.

use crate::evidence_path::below;
use std::collections::HashMap;
use std::sync::OnceLock;

use crate::{Entry, EntryKind, FileTimes};

/// Where a folder's slots lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FolderPlace {
    /// Its first cluster; 0 is the root folder of FAT12 and FAT16, which lies before the clusters.
    pub(crate) first: u32,
    /// Its clusters lie behind each other and stand in no table (exFAT).
    pub(crate) contiguous: bool,
    /// Its length in bytes, where the format stores one (exFAT).
    pub(crate) length: Option<u64>,
}

/// A file or folder, and where its bytes lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// Its name, fit to stand in a path.
    pub(crate) name: String,
    /// Other names by which it is found: the short name, and its readings in other code pages.
    pub(crate) aliases: Vec<String>,
    pub(crate) kind: EntryKind,
    pub(crate) size: u64,
    /// How many bytes were written; what follows is zeros.
    pub(crate) valid: u64,
    pub(crate) times: FileTimes,
    pub(crate) first: u32,
    /// Its clusters lie behind each other and stand in no table (exFAT).
    pub(crate) contiguous: bool,
    pub(crate) deleted: bool,
    /// Where its directory entry stands on the volume, in bytes.
    pub(crate) at: u64,
    /// Why its content cannot be told, though the entry is there.
    pub(crate) untrusted: Option<&'static str>,
}

impl Record {
    /// The entry in the folder `path`.
    pub(crate) fn entry(&self, folder: &str) -> Entry {
        Entry {
            path: below(folder, &self.name),
            kind: self.kind,
            size: if self.kind == EntryKind::File {
                self.size
            } else {
                0
            },
            times: self.times,
            name_times: FileTimes::default(),
            streams: Vec::new(),
            deleted: self.deleted,
            reference: Some(self.at),
        }
    }
}

/// What stands in a folder.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    /// Files and folders, in the order in which they stand there.
    pub(crate) live: Vec<Record>,
    /// Deleted ones of which something is left.
    pub(crate) deleted: Vec<Record>,
    /// There are more entries than are read.
    pub(crate) too_many: bool,
    /// How many slots were looked at.
    pub(crate) slots: u64,
    /// The indexes in `live` by folded name; made when a name is first looked up.
    by_name: OnceLock<HashMap<String, Vec<usize>>>,
}

impl Folder {
    /// Finds the entry of that name: spelled exactly so, else without case, else by another name
    /// that it has.
    pub(crate) fn find(&self, name: &str, fold: &dyn Fn(&str) -> String) -> Option<&Record> {
        let index = self.by_name.get_or_init(|| {
            let mut index: HashMap<String, Vec<usize>> = HashMap::new();
            let mut add = |name: &str, at| index.entry(fold(name)).or_default().push(at);
            for (at, record) in self.live.iter().enumerate() {
                add(&record.name, at);
            }
            for (at, record) in self.live.iter().enumerate() {
                for alias in &record.aliases {
                    add(alias, at);
                }
            }
            index
        });
        let found = index.get(&fold(name))?;
        let exact = found
            .iter()
            .filter_map(|at| self.live.get(*at))
            .find(|record| record.name == name);
        exact.or_else(|| found.first().and_then(|at| self.live.get(*at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(name: &str, alias: &str, at: u64) -> Record {
        Record {
            name: name.to_owned(),
            aliases: vec![alias.to_owned()],
            kind: EntryKind::File,
            size: 0,
            valid: 0,
            times: FileTimes::default(),
            first: 0,
            contiguous: false,
            deleted: false,
            at,
            untrusted: None,
        }
    }

    #[test]
    fn exact_spelling_goes_before_case_and_case_before_other_names() {
        let folder = Folder {
            live: vec![
                record("Longer name", "A", 0),
                record("a", "B~1", 1),
                record("A", "C~1", 2),
            ],
            ..Folder::default()
        };
        let find = |name: &str| {
            folder
                .find(name, &|name| name.to_lowercase())
                .map(|record| record.at)
        };
        assert_eq!(find("A"), Some(2));
        assert_eq!(find("a"), Some(1));
        assert_eq!(find("LONGER NAME"), Some(0));
        assert_eq!(find("c~1"), Some(2));
        assert_eq!(find("d"), None);
    }
}
