//! The folders of a collected file table: what stands in which, by the references to parents that
//! names carry, with their sequence numbers. No index of a folder is at hand.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::file_table::{FileTable, TableName};
use super::super::folder::MOST_NAMES;
use super::super::reference::FileReference;
use super::super::volume_core::ROOT_RECORD;
use super::name_lookup::NameLookup;
use crate::Entry;
use crate::evidence_path::below;

/// The names of a whole file table, and how they stand in each other.
pub(super) struct Tree {
    pub(super) table: Arc<FileTable>,
    pub(super) lookup: NameLookup,
    /// The folders of files in use that are not known, sorted: their records are damaged, or other
    /// files' by now.
    pub(super) lost: Vec<FileReference>,
    /// Folders, with their parents, that have the name of another file in the same folder. A table
    /// that was copied while its machine ran holds such where a record was not written back yet.
    shadowed: HashSet<(FileReference, FileReference)>,
}

/// Where a path leads.
pub(super) enum Place<'t> {
    Root,
    /// The folder of folders that are not known.
    Lost,
    /// A folder of which only the reference is known.
    Unknown(FileReference),
    Name {
        name: TableName<'t>,
        path: String,
    },
}

/// The folder in which the folders are listed that are not known, by their file references.
pub(super) const UNKNOWN: &str = "?";

/// The most folders inside each other on one path.
const DEEPEST: usize = 1024;

impl Tree {
    pub(super) fn new(table: FileTable) -> Self {
        let mut lost: Vec<FileReference> = table
            .names()
            .filter(|name| is_listed(&table, name) && !stands_in_a_folder(&table, name))
            .map(|name| name.parent)
            .collect();
        lost.sort_unstable();
        lost.dedup();
        let mut tree = Self {
            lookup: NameLookup::new(&table),
            table: Arc::new(table),
            lost,
            shadowed: HashSet::new(),
        };
        tree.find_shadowed();
        tree
    }

    fn find_shadowed(&mut self) {
        let table = self.table.as_ref();
        let folders = table
            .names()
            .filter(|name| is_listed(table, name) && table.state(name.file.record()).folder);
        let is_shadowed = |name: &TableName<'_>| {
            let beside = |other: &TableName<'_>| has_same_parent(other, name);
            let parent = name.parent.record();
            let found = self
                .lookup
                .find(table, parent, &name.name.to_text(), beside);
            found.is_none_or(|found| found.file != name.file)
        };
        let shadowed = folders.filter(is_shadowed);
        self.shadowed = shadowed.map(|name| (name.file, name.parent)).collect();
    }

    /// How many folders have the name of another file in the same folder.
    pub(super) fn shadowed(&self) -> usize {
        self.shadowed.len()
    }

    /// A name as it stands in paths. Of two that are the same in one folder, the later folder has its
    /// reference behind a `?`, which no name of Windows holds, so that a path leads to one of them.
    pub(super) fn text_of(&self, name: &TableName<'_>) -> String {
        let text = name.name.to_text();
        if self.shadowed.contains(&(name.file, name.parent)) {
            format!("{text}?{}", name.file)
        } else {
            text
        }
    }

    /// The folder that [`Tree::text_of`] calls so.
    fn shadowed_named(&self, component: &str) -> Option<TableName<'_>> {
        let (_, reference) = component.rsplit_once('?')?;
        let file = reference_of(reference)?;
        let mut names = self.table.names_of(file.record());
        names.find(|name| {
            self.shadowed.contains(&(name.file, name.parent)) && self.text_of(name) == component
        })
    }

    /// Follows a path. `Ok(None)` when there is nothing.
    ///
    /// # Errors
    /// When the folders lead round in a circle.
    pub(super) fn resolve(&self, path: &str) -> Result<Option<Place<'_>>, String> {
        let mut at = Place::Root;
        let mut passed = vec![ROOT_RECORD];
        for component in path.split('/').filter(|component| !component.is_empty()) {
            let Some(next) = self.step(&at, component) else {
                return Ok(None);
            };
            if let Place::Name { name, .. } = &next {
                let record = name.file.record();
                if passed.contains(&record) || passed.len() >= DEEPEST {
                    return Err(format!(
                        "the folders lead round in a circle at record {record}"
                    ));
                }
                passed.push(record);
            }
            at = next;
        }
        Ok(Some(at))
    }

    /// From a place to what has that name in it.
    fn step(&self, at: &Place<'_>, component: &str) -> Option<Place<'_>> {
        let table = self.table.as_ref();
        let (parent, path) = match at {
            Place::Root if component == UNKNOWN && !self.lost.is_empty() => {
                return Some(Place::Lost);
            }
            Place::Root => (self.root(), String::new()),
            Place::Lost => {
                let folder = reference_of(component)?;
                let is_there = self.lost.binary_search(&folder).is_ok();
                return is_there.then_some(Place::Unknown(folder));
            }
            Place::Unknown(folder) => (*folder, unknown_path(*folder)),
            Place::Name { name, path } if table.state(name.file.record()).folder => {
                (name.file, path.clone())
            }
            Place::Name { .. } => return None,
        };
        let is_unknown = matches!(at, Place::Unknown(_));
        let fits = |name: &TableName<'_>| {
            let has_parent = name.parent == parent || (!is_unknown && has_parent(name, parent));
            has_parent && !is_dots(name)
        };
        let found = match self.shadowed_named(component).filter(|name| fits(name)) {
            Some(name) => name,
            None => self.lookup.find(table, parent.record(), component, fits)?,
        };
        // For a short name the long one beside it.
        let name = if found.namespace.is_short_only() {
            let mut names = table.names_of(found.file.record());
            names
                .find(|name| name.parent == found.parent && !name.namespace.is_short_only())
                .unwrap_or(found)
        } else {
            found
        };
        let path = below(&path, &self.text_of(&name));
        Some(Place::Name { name, path })
    }

    /// The names that are listed in a place that is a folder, at most one more than
    /// [`MOST_NAMES`].
    pub(super) fn names_in(&self, place: &Place<'_>) -> Vec<TableName<'_>> {
        let table = self.table.as_ref();
        let (folder, is_unknown) = match place {
            Place::Root => (self.root(), false),
            Place::Unknown(folder) => (*folder, true),
            Place::Name { name, .. } => (name.file, false),
            Place::Lost => return Vec::new(),
        };
        let most = MOST_NAMES.saturating_add(1);
        let names_in = |folder| {
            let names = table.names_in_just(folder);
            names.filter(|name| is_listed(table, name))
        };
        let mut names: Vec<TableName<'_>> = names_in(folder).take(most).collect();
        let unchecked = FileReference::new(folder.record(), 0);
        if !is_unknown && folder != unchecked {
            let left = most.saturating_sub(names.len());
            names.extend(names_in(unchecked).take(left));
        }
        names
    }

    fn root(&self) -> FileReference {
        root_of(&self.table)
    }
}

/// A file reference as [`FileReference`] shows it.
fn reference_of(text: &str) -> Option<FileReference> {
    let (record, sequence) = text.split_once('-')?;
    let reference = FileReference::new(record.parse().ok()?, sequence.parse().ok()?);
    (reference.to_string() == text).then_some(reference)
}

/// Whether two names stand in one folder, with the sequence number 0 not checked.
fn has_same_parent(a: &TableName<'_>, b: &TableName<'_>) -> bool {
    let (left, right) = (a.parent, b.parent);
    left.record() == right.record()
        && (left == right || left.sequence() == 0 || right.sequence() == 0)
        && !is_dots(a)
}

/// The root of the volume, also where its record is damaged.
fn root_of(table: &FileTable) -> FileReference {
    let state = table.state(ROOT_RECORD);
    // Of the first records the sequence number is the record's number.
    FileReference::new(ROOT_RECORD, if state.readable { state.sequence } else { 5 })
}

/// The path under which a folder is listed of which only the reference is known.
pub(super) fn unknown_path(folder: FileReference) -> String {
    below(UNKNOWN, &folder.to_string())
}

/// The entry of a folder of which only the reference is known.
pub(super) fn unknown_folder(folder: FileReference) -> Entry {
    Entry {
        reference: Some(folder.0),
        ..Entry::folder(unknown_path(folder))
    }
}

/// Whether a name stands in that folder. The sequence number 0 is not checked, as in NTFS itself.
fn has_parent(name: &TableName<'_>, folder: FileReference) -> bool {
    name.parent.record() == folder.record()
        && [0, folder.sequence()].contains(&name.parent.sequence())
}

/// Whether a name is listed: of a file in use, not the short name beside a long one, and not the
/// root's name for itself.
fn is_listed(table: &FileTable, name: &TableName<'_>) -> bool {
    table.state(name.file.record()).in_use && !name.namespace.is_short_only() && !is_dots(name)
}

/// A name that no path can have.
fn is_dots(name: &TableName<'_>) -> bool {
    matches!(name.name.bytes(), [b'.', 0] | [b'.', 0, b'.', 0])
}

/// Whether the folder that a name says it stands in is there.
fn stands_in_a_folder(table: &FileTable, name: &TableName<'_>) -> bool {
    let number = name.parent.record();
    if number == ROOT_RECORD {
        return has_parent(name, root_of(table));
    }
    let state = table.state(number);
    state.readable
        && state.in_use
        && state.folder
        && !state.extension
        && has_parent(name, FileReference::new(number, state.sequence))
}
