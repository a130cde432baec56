//! What the user typed into Explorer: paths (`TypedPaths`) and words to search for
//! (`WordWheelQuery`).
//!
//! Sources: libyal winreg-kb, "Typed paths" and "Most recently used"; the hives of the corpus.

use super::mru::{self, MruPlace};
use super::reading::{Reading, number};
use crate::registry::Hive;
use crate::terminated;

const EXPLORER: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer";

/// A text that the user typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The text: in the address bar a path, the name of a folder of the shell, a command.
    pub text: String,
    /// Its place: 0 for the one typed last.
    pub place: MruPlace,
}

/// `TypedPaths`: values `url1`, `url2` and so on; `url1` is the one typed last.
pub(super) fn paths(hive: &Hive, reading: &mut Reading) -> Vec<Typed> {
    let Some(key) = hive.key(&format!(r"{EXPLORER}\TypedPaths")) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (name, value) in reading.values(&key) {
        let Some(number) = name.strip_prefix("url").and_then(number) else {
            continue;
        };
        let Some(text) = reading.text(&value).filter(|text| !text.is_empty()) else {
            continue;
        };
        found.push(Typed {
            text,
            place: MruPlace {
                position: number.checked_sub(1),
                key_written: key.last_written(),
                locator: value.locator(),
            },
        });
    }
    found.sort_by_key(|typed| (typed.place.position.is_none(), typed.place.position));
    found
}

/// `WordWheelQuery`: words typed into the search box of Explorer (Windows 7 and later).
pub(super) fn searches(hive: &Hive, reading: &mut Reading) -> Vec<Typed> {
    let Some(key) = hive.key(&format!(r"{EXPLORER}\WordWheelQuery")) else {
        return Vec::new();
    };
    mru::values(&key, reading)
        .into_iter()
        .map(|entry| Typed {
            text: terminated::utf16(&entry.data),
            place: entry.place,
        })
        .collect()
}
