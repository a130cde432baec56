//! The paths of folders, from the names and parents that the file table knows.

use std::collections::HashMap;
use std::sync::Arc;

use super::file_table::{FileTable, TableName};
use super::reference::FileReference;
use super::volume_core::ROOT_RECORD;

/// What stands in a path for a folder that is not known any more.
const UNKNOWN: &str = "?";

/// No path of Windows has more folders or more units.
const DEEPEST: usize = 256;
const LONGEST: usize = 32_767;

/// The most paths that are kept, and the most bytes of them.
const MOST_KEPT: usize = 8_192;
const MOST_BYTES: usize = 16 << 20;

impl FileTable {
    /// The path of the folder that a reference leads to, as far as it can be followed: a folder
    /// whose record another file has by now is `?`, and what stands above it is not known. The
    /// root is the empty path.
    #[must_use]
    pub fn folder_path(&self, folder: FileReference) -> String {
        FolderPaths::new(|at| self.folder(at))
            .path(folder)
            .to_string()
    }
}

/// Paths of folders. Those asked for lately are kept with those of their parents, so that a folder
/// costs a step and not one for each folder above it.
pub(super) struct FolderPaths<F> {
    /// The name of a folder that is known still.
    folder: F,
    kept: HashMap<FileReference, Known>,
    bytes: usize,
}

/// A path. It is none when it leads round in a circle or is no path of Windows.
#[derive(Clone, Default)]
struct Known {
    path: Option<Arc<str>>,
    /// How many known folders stand in it, and how many units they have with what divides them.
    names: usize,
    units: usize,
}

impl Known {
    fn new(path: &str) -> Self {
        Self {
            path: Some(Arc::from(path)),
            names: 0,
            units: 0,
        }
    }

    /// With folders below it, the last of them first.
    fn with(&self, below: &[TableName<'_>]) -> Self {
        let names = self.names.saturating_add(below.len());
        let units = below.iter().fold(self.units, |units, name| {
            units.saturating_add(units_of(name))
        });
        let above = self.path.as_ref();
        let path = above
            .filter(|_| names <= DEEPEST && units <= LONGEST)
            .map(|above| {
                let mut path = above.to_string();
                for (index, name) in below.iter().rev().enumerate() {
                    if index > 0 || self.names > 0 || !path.is_empty() {
                        path.push('/');
                    }
                    path.push_str(&name.name.to_text());
                }
                Arc::from(path)
            });
        Self { path, names, units }
    }
}

/// The units of a name with what divides it from the next.
fn units_of(name: &TableName<'_>) -> usize {
    (name.name.bytes().len() / 2).saturating_add(1)
}

impl<'t, F: FnMut(FileReference) -> Option<TableName<'t>>> FolderPaths<F> {
    pub(super) fn new(folder: F) -> Self {
        Self {
            folder,
            kept: HashMap::new(),
            bytes: 0,
        }
    }

    /// See [`FileTable::folder_path`].
    pub(super) fn path(&mut self, folder: FileReference) -> Arc<str> {
        if let Some(known) = self.kept.get(&folder) {
            return shown(known);
        }
        let mut names = Vec::new();
        let mut at = folder;
        let above = loop {
            if let Some(known) = self.kept.get(&at) {
                break known.clone();
            }
            let Some(name) = (self.folder)(at) else {
                break Known::new(UNKNOWN);
            };
            if at.record() == ROOT_RECORD {
                break Known::new("");
            }
            at = name.parent;
            names.push(name);
            if names.len() > DEEPEST {
                // It leads round in a circle, or is no path of Windows.
                self.keep(folder, Known::default());
                return Arc::from(UNKNOWN);
            }
        };
        let known = above.with(&names);
        if let Some((own, of_parents)) = names.split_first().filter(|(_, rest)| !rest.is_empty()) {
            self.keep(own.parent, above.with(of_parents));
        }
        self.keep(folder, known.clone());
        shown(&known)
    }

    fn keep(&mut self, folder: FileReference, known: Known) {
        let length = known.path.as_ref().map_or(0, |path| path.len());
        self.bytes = self.bytes.saturating_add(length);
        if self.kept.len() >= MOST_KEPT || self.bytes > MOST_BYTES {
            self.kept.clear();
            self.bytes = length;
        }
        self.kept.insert(folder, known);
    }
}

fn shown(known: &Known) -> Arc<str> {
    known
        .path
        .as_ref()
        .map_or_else(|| Arc::from(UNKNOWN), Arc::clone)
}

#[cfg(test)]
mod tests {
    use super::super::file_name::Namespace;
    use super::super::name::Name;
    use super::*;

    /// `d` as it stands in a record.
    const D: &[u8] = &[b'd', 0];

    fn reference(record: u64) -> FileReference {
        FileReference::new(record, 1)
    }

    fn below(record: u64, parent: u64) -> TableName<'static> {
        TableName {
            file: reference(record),
            parent: reference(parent),
            namespace: Namespace::Windows,
            name: Name::new(D),
        }
    }

    /// Folders 1000 to 1199 below each other, 2000 to 2999 in the last of them.
    fn deep(at: FileReference) -> Option<TableName<'static>> {
        match at.record() {
            ROOT_RECORD => Some(below(ROOT_RECORD, ROOT_RECORD)),
            1000 => Some(below(1000, ROOT_RECORD)),
            record @ 1001..1200 => Some(below(record, record - 1)),
            record @ 2000..3000 => Some(below(record, 1199)),
            // Its parent is not known; then two that stand in each other.
            4000 => Some(below(4000, 9)),
            4001 => Some(below(4001, 4000)),
            5000 => Some(below(5000, 5001)),
            5001 => Some(below(5001, 5000)),
            5002 => Some(below(5002, 5001)),
            // Too many below each other.
            record @ 6000..7000 => Some(below(record, record - 1)),
            5999 => Some(below(5999, ROOT_RECORD)),
            _ => None,
        }
    }

    #[test]
    fn folders_deep_below_cost_a_step_each_in_any_order() {
        let mut steps = 0;
        let mut paths = FolderPaths::new(|at| {
            steps += 1;
            deep(at)
        });
        for _ in 0..10 {
            for record in 2000..3000 {
                let path = paths.path(reference(record));
                assert_eq!(path.len(), 201 * 2 - 1);
            }
        }
        // 200 to the root, then one for each of the others.
        assert!(steps < 1_300, "{steps}");
    }

    #[test]
    fn what_is_kept_changes_no_path() {
        let mut kept = FolderPaths::new(deep);
        for record in [
            ROOT_RECORD,
            9,
            4000,
            4001,
            5000,
            5001,
            5002,
            6000,
            6254,
            6255,
            6256,
            6900,
            1001,
        ] {
            let alone = FolderPaths::new(deep).path(reference(record));
            assert_eq!(kept.path(reference(record)), alone, "{record}");
        }
        let path = |record| FolderPaths::new(deep).path(reference(record)).to_string();
        assert_eq!(path(ROOT_RECORD), "");
        assert_eq!(path(4001), "?/d/d");
        assert_eq!(path(5002), "?");
        assert_eq!(path(6254).len(), 256 * 2 - 1);
        assert_eq!(path(6255), "?");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut paths = FolderPaths::new(|at: FileReference| match at.record() {
            ROOT_RECORD => Some(below(ROOT_RECORD, ROOT_RECORD)),
            record => Some(below(record, ROOT_RECORD)),
        });
        for record in 10..100_000 {
            assert_eq!(&*paths.path(reference(record)), "d");
            assert!(paths.kept.len() <= MOST_KEPT);
        }
    }
}
