//! From a path to the file, through the indexes of the folders that lead to it.

use crate::evidence_path::below;
use std::sync::Arc;

use super::entries::{self, NoFile, Standing, file_of};
use super::file::File;
use super::folder::{Folder, Found};
use super::index::IndexedName;
use super::reference::FileReference;
use super::volume_core::ROOT_RECORD;
use super::{NtfsVolume, file_table};
use crate::{Entry, EntryKind};

/// A path that leads to something.
pub(super) struct Resolved {
    /// The path as the evidence spells it.
    pub(super) path: String,
    /// The name in the folder's index; `None` for the root.
    pub(super) name: Option<IndexedName>,
    /// The folder whose index it is.
    pub(super) parent: Option<FileReference>,
    pub(super) reference: FileReference,
}

impl Resolved {
    /// Whether the index that led there says that it is a folder, as the root is.
    fn is_folder_by_index(&self) -> bool {
        self.name.as_ref().is_none_or(|name| name.flags.folder())
    }
}

/// The most folders inside each other on one path.
const DEEPEST: usize = 1024;

impl NtfsVolume {
    /// Follows a path. `Ok(None)` when there is nothing.
    ///
    /// # Errors
    /// When a folder on the way cannot be read, or the path leads round in a circle.
    pub(super) fn resolve(&self, path: &str) -> Result<Option<Resolved>, String> {
        let root = self.core.mft.record(ROOT_RECORD);
        let mut at = Resolved {
            path: String::new(),
            name: None,
            parent: None,
            reference: root.map_or(FileReference::new(ROOT_RECORD, 5), |root| root.reference()),
        };
        let mut passed = vec![ROOT_RECORD];
        for component in path.split('/').filter(|component| !component.is_empty()) {
            let Some(next) = self.step(&at, component)? else {
                return Ok(None);
            };
            let record = next.reference.record();
            if passed.contains(&record) || passed.len() >= DEEPEST {
                return Err(format!(
                    "the folders lead round in a circle at record {record}"
                ));
            }
            passed.push(record);
            at = next;
        }
        Ok(Some(at))
    }

    /// From a folder to what has that name in it.
    fn step(&self, at: &Resolved, component: &str) -> Result<Option<Resolved>, String> {
        let Some(folder) = self.folder(at)? else {
            return Ok(None);
        };
        let Some(found) = self.lookup(at, &folder, component)? else {
            return Ok(None);
        };
        let name = self.long_name(found, folder.reference);
        let text = name.to_text();
        Ok(Some(Resolved {
            path: below(&at.path, &text),
            reference: name.reference,
            name: Some(name),
            parent: Some(folder.reference),
        }))
    }

    /// The index of a folder; `None` of what is no folder, or a link.
    ///
    /// # Errors
    /// When its record cannot be read.
    pub(super) fn folder(&self, at: &Resolved) -> Result<Option<Arc<Folder>>, String> {
        let number = at.reference.record();
        let folder = self.folders.get_or_make(number, || {
            let file = match file_of(&self.core, at.reference) {
                Ok(file) => file,
                // What stands in it is known to the file table still.
                Err(NoFile::Damaged(problem)) if at.is_folder_by_index() => {
                    return Ok(Folder::damaged(at.reference, problem));
                }
                Err(problem) => return Err(Some(problem.to_string())),
            };
            if entries::of_file(String::new(), &file).kind == EntryKind::Folder {
                Ok(Folder::load(&self.core, &file))
            } else {
                Err(None)
            }
        });
        match folder {
            Ok(folder) => Ok(Some(folder)),
            Err(None) => Ok(None),
            Err(Some(problem)) => Err(problem),
        }
    }

    fn lookup(
        &self,
        at: &Resolved,
        folder: &Folder,
        component: &str,
    ) -> Result<Option<IndexedName>, String> {
        let upcase = self.core.upcase();
        if component.contains(char::REPLACEMENT_CHARACTER) {
            // The text does not say which units stand in the name, so all names are looked at.
            let found = self.completed(at, folder, folder.names(upcase))?;
            return Ok(found
                .names
                .into_iter()
                .find(|name| name.to_text() == component));
        }
        let wanted: Vec<u16> = component.encode_utf16().collect();
        let mut found = folder.find(upcase, &wanted);
        // A name that damage made another one hides the wanted one, or shows it where it is not:
        // the records of what was found are asked, else those of its neighbours.
        let asked = if found.names.is_empty() {
            &found.beside
        } else {
            &found.names
        };
        let standing = |name: &IndexedName| entries::standing(&self.core, folder.reference, name);
        let wrong = asked
            .iter()
            .find(|name| standing(name) != Standing::Confirmed)
            .map(unconfirmed);
        let exact = found.names.iter().any(|name| name.units == wanted);
        if wrong.is_none() && (found.damage.is_none() || exact) {
            return Ok(best(found.names, &wanted));
        }
        let same = |name: &IndexedName| {
            upcase
                .compare(name.units.iter().copied(), wanted.iter().copied())
                .is_eq()
        };
        let mut more = self.names_of_table(folder, &found.names)?;
        more.retain(same);
        self.note_completed(at, found.damage.as_ref().or(wrong.as_ref()), more.len());
        // A record that knows the name goes before one that is gone or cannot say.
        let only_confirmed = !more.is_empty();
        found.names.retain(|name| match standing(name) {
            Standing::Confirmed => true,
            Standing::Unknown | Standing::Gone => !only_confirmed,
            Standing::Contradicted => false,
        });
        found.names.extend(more);
        Ok(best(found.names, &wanted))
    }

    /// Adds what the file table knows of a folder whose index is damaged.
    pub(super) fn completed(
        &self,
        at: &Resolved,
        folder: &Folder,
        mut found: Found,
    ) -> Result<Found, String> {
        if found.damage.is_some() {
            let more = self.names_of_table(folder, &found.names)?;
            self.note_completed(at, found.damage.as_ref(), more.len());
            found.names.extend(more);
        }
        Ok(found)
    }

    /// The names that the file table knows in a folder beside those that are `known`.
    pub(super) fn names_of_table(
        &self,
        folder: &Folder,
        known: &[IndexedName],
    ) -> Result<Vec<IndexedName>, String> {
        let table = self.file_table().map_err(|error| error.to_string())?;
        Ok(file_table::further_children(
            &table,
            folder.reference,
            known,
        ))
    }

    pub(super) fn note_completed(&self, at: &Resolved, damage: Option<&String>, more: usize) {
        if let Some(damage) = damage {
            self.core.notes.add(format!(
                "`/{}`: {damage}; {more} names more were found through the file table",
                at.path
            ));
        }
    }

    /// For a short name the long one beside it.
    fn long_name(&self, found: IndexedName, parent: FileReference) -> IndexedName {
        if !found.namespace.is_short_only() {
            return found;
        }
        let Ok(file) = File::load(&self.core, found.reference.record()) else {
            return found;
        };
        let long = file.names().find(|name| {
            name.parent.record() == parent.record() && !name.namespace.is_short_only()
        });
        match long {
            Some(long) => IndexedName {
                units: long.name.units().collect(),
                namespace: long.namespace,
                ..found
            },
            None => found,
        }
    }

    /// The entry that a path led to.
    pub(super) fn describe(&self, at: Resolved) -> Result<Entry, String> {
        match (&at.name, at.parent) {
            (Some(name), Some(parent)) => {
                Ok(entries::of_indexed(&self.core, parent, &at.path, name).1)
            }
            _ => {
                let file = File::load(&self.core, at.reference.record());
                let file = file.map_err(|error| error.to_string())?;
                let own = file.names().next().map(|name| name.times);
                Ok(entries::of_file(at.path, &file).with_name_times(own.unwrap_or_default()))
            }
        }
    }
}

/// What may be wrong with an index that holds such a name.
pub(super) fn unconfirmed(name: &IndexedName) -> String {
    format!(
        "its index gives the name `{}` to record {}, which is not known to have it",
        name.to_text(),
        name.reference.record()
    )
}

/// The one that is spelled so; else a long name before a short one, then in the order of units.
fn best(names: Vec<IndexedName>, wanted: &[u16]) -> Option<IndexedName> {
    names.into_iter().min_by(|left, right| {
        let rank = |name: &IndexedName| (name.units != wanted, name.namespace.is_short_only());
        rank(left)
            .cmp(&rank(right))
            .then_with(|| left.units.cmp(&right.units))
    })
}
