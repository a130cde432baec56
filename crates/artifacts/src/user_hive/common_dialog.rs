//! `Explorer\ComDlg32`: what was chosen in the open and save dialogs that programs share.
//!
//! `OpenSavePidlMRU` (`OpenSaveMRU` before Windows Vista) lists the files, a subkey an extension
//! and `*` for all. `LastVisitedPidlMRU` (`LastVisitedMRU`) lists the programs, each with the
//! folder in which it last opened or saved. Source: libyal winreg-kb, "Most recently used"; the
//! hives of the corpus for `LastVisitedMRU` of Windows XP.

use super::mru::{self, MruPlace, MruValue};
use super::reading::{Reading, text_and_rest};
use crate::registry::{Hive, Key};
use crate::shell_item::{self, ItemList};
use crate::terminated;

const PATH: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\ComDlg32";

/// A file that was chosen in an open or save dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialogFile {
    /// The list: an extension without its dot, `*` for all, `None` for files without one.
    pub list: Option<String>,
    /// Where it lies.
    pub target: DialogTarget,
    /// Its place in the list.
    pub place: MruPlace,
}

/// A program with the folder in which it last opened or saved a file through a dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialogProgram {
    /// The key: `LastVisitedPidlMRU`, `LastVisitedPidlMRULegacy` or `LastVisitedMRU`.
    pub list: &'static str,
    /// The program's file name, or the identity of a packaged program.
    pub program: String,
    /// The folder.
    pub target: DialogTarget,
    /// Its place in the list.
    pub place: MruPlace,
}

/// What a dialog was used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialogTarget {
    /// The names from the desktop down, as Explorer shows them; before Windows Vista the path.
    pub shell_path: String,
    /// The path in the file system, where there is one.
    pub file_path: Option<String>,
    /// The item list; none before Windows Vista.
    pub items: ItemList,
}

impl DialogTarget {
    fn of_items(items: ItemList) -> Self {
        Self {
            shell_path: shell_item::shell_path(&items.items),
            file_path: items.path(),
            items,
        }
    }

    fn of_path(path: String) -> Self {
        Self {
            shell_path: path.clone(),
            file_path: Some(path).filter(|path| !path.is_empty()),
            items: ItemList::default(),
        }
    }
}

pub(super) fn files(hive: &Hive, reading: &mut Reading) -> Vec<DialogFile> {
    let mut found = Vec::new();
    for (name, has_items) in [("OpenSavePidlMRU", true), ("OpenSaveMRU", false)] {
        let Some(key) = hive.key(&format!(r"{PATH}\{name}")) else {
            continue;
        };
        list(&key, None, has_items, reading, &mut found);
        for (name, subkey) in reading.subkeys(&key) {
            list(&subkey, Some(&name), has_items, reading, &mut found);
        }
    }
    found
}

fn list(
    key: &Key<'_>,
    name: Option<&str>,
    has_items: bool,
    reading: &mut Reading,
    found: &mut Vec<DialogFile>,
) {
    for entry in mru::values(key, reading) {
        let target = if has_items {
            target(&entry, 0, reading)
        } else {
            DialogTarget::of_path(terminated::utf16(&entry.data))
        };
        if !keep(&target, name, &entry, reading) {
            return;
        }
        found.push(DialogFile {
            list: name.map(ToOwned::to_owned),
            target,
            place: entry.place,
        });
    }
}

pub(super) fn programs(hive: &Hive, reading: &mut Reading) -> Vec<DialogProgram> {
    let mut found = Vec::new();
    for list in [
        "LastVisitedPidlMRU",
        "LastVisitedPidlMRULegacy",
        "LastVisitedMRU",
    ] {
        let Some(key) = hive.key(&format!(r"{PATH}\{list}")) else {
            continue;
        };
        for entry in mru::values(&key, reading) {
            let Some((program, taken)) = text_and_rest(&entry.data) else {
                let cell = u64::from(entry.value.cell());
                reading.damage(cell, 0, "an entry of a dialog's list without a program");
                continue;
            };
            let target = if list == "LastVisitedMRU" {
                let rest = entry.data.get(taken..).unwrap_or_default();
                DialogTarget::of_path(terminated::utf16(rest))
            } else {
                target(&entry, taken, reading)
            };
            if !keep(&target, None, &entry, reading) {
                return found;
            }
            found.push(DialogProgram {
                list,
                program,
                target,
                place: entry.place,
            });
        }
    }
    found
}

fn target(entry: &MruValue<'_>, at: usize, reading: &mut Reading) -> DialogTarget {
    DialogTarget::of_items(reading.items(&entry.value, &entry.data, at))
}

/// Asks for the memory of what is kept.
fn keep(
    target: &DialogTarget,
    list: Option<&str>,
    entry: &MruValue<'_>,
    reading: &mut Reading,
) -> bool {
    let paths = target.shell_path.len() + target.file_path.as_ref().map_or(0, String::len);
    let kept = paths.saturating_add(list.map_or(0, str::len));
    reading.take(kept, entry.value.cell())
}
