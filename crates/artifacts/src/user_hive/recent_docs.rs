//! `Explorer\RecentDocs`: files and folders that were opened through Explorer or a program that
//! told it.
//!
//! The key itself lists all of them, a subkey those with one extension, `Folder` the folders. A
//! value holds a name in UTF-16 and the shell item of the shortcut to it in the user's folder
//! `Recent`. Source: libyal winreg-kb, "Most recently used" (string and shell item).

use super::mru::{self, MruPlace};
use super::reading::{Reading, text_and_rest};
use crate::registry::{Hive, Key};

const PATH: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\RecentDocs";

/// A file or folder in a list of `RecentDocs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentDocument {
    /// The list: an extension with its dot, `Folder`, or `None` for the list of all.
    pub list: Option<String>,
    /// The name, without a path.
    pub name: String,
    /// The name of its shortcut in `Recent`, which says where it lay.
    pub shortcut: Option<String>,
    /// Its place in the list.
    pub place: MruPlace,
}

impl RecentDocument {
    /// Whether it stands in the list of folders.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.list
            .as_deref()
            .is_some_and(|list| list.eq_ignore_ascii_case("Folder"))
    }
}

pub(super) fn read(hive: &Hive, reading: &mut Reading) -> Vec<RecentDocument> {
    let Some(key) = hive.key(PATH) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    list(&key, None, reading, &mut found);
    for (name, subkey) in reading.subkeys(&key) {
        list(&subkey, Some(&name), reading, &mut found);
    }
    found
}

fn list(
    key: &Key<'_>,
    name_of_list: Option<&str>,
    reading: &mut Reading,
    found: &mut Vec<RecentDocument>,
) {
    for entry in mru::values(key, reading) {
        let Some((name, taken)) = text_and_rest(&entry.data) else {
            reading.damage(
                u64::from(entry.value.cell()),
                0,
                "an entry of RecentDocs without a name",
            );
            continue;
        };
        let items = reading.items(&entry.value, &entry.data, taken);
        let shortcut = items.target().and_then(|item| item.name());
        let kept = name_of_list.map_or(0, str::len);
        if !reading.take(kept, entry.value.cell()) {
            return;
        }
        found.push(RecentDocument {
            list: name_of_list.map(ToOwned::to_owned),
            name,
            shortcut,
            place: entry.place,
        });
    }
}
