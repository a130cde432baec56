//! Documents that Microsoft Office lists: those used last (`File MRU`), the folders (`Place MRU`).
//!
//! Under `Software\Microsoft\Office\<version>\<program>`, and for somebody who is signed in under
//! `User MRU\<identity>` there. A value `Item N` is a text
//! `[F00000000][T<FILETIME, 16 hex digits>][O00000000]*<path>`; version 12.0 has no `O` part.
//! Sources: libyal winreg-kb, "Microsoft Office"; D. Hurlbut, "Microsoft Office 2007, 2010 –
//! Registry Artifacts" (the time is that of the last opening or saving).

use kusari_evidence::time::Timestamp;

use super::mru::key_length;
use super::reading::{Reading, number};
use super::trusted::{self, TrustedDocument};
use crate::Locator;
use crate::registry::{Hive, Key};

const PATH: &str = r"Software\Microsoft\Office";

/// A program of Office, in one version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OfficeProgram {
    /// The version: `16.0`.
    pub version: String,
    /// The program: `Word`.
    pub name: String,
}

/// A document or folder that a program of Office lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeItem {
    /// The program.
    pub program: OfficeProgram,
    /// Under which identity somebody was signed in: `ADAL_…`, `LiveId_…`; `None` for nobody.
    pub identity: Option<String>,
    /// It is a folder (`Place MRU`) and not a document (`File MRU`).
    pub is_folder: bool,
    /// Its number, from 1 for the one used last.
    pub number: u32,
    /// The path or address.
    pub path: String,
    /// When the document was last opened or saved, by the machine's clock, in UTC; of a folder,
    /// when a document in it was.
    pub used: Option<Timestamp>,
    /// The `F` part: bits whose meaning is not documented.
    pub flags: Option<u32>,
    /// The value.
    pub locator: Locator,
}

pub(super) fn read(hive: &Hive, reading: &mut Reading) -> (Vec<OfficeItem>, Vec<TrustedDocument>) {
    let mut items = Vec::new();
    let mut documents = Vec::new();
    let Some(office) = hive.key(PATH) else {
        return (items, documents);
    };
    for (version, key) in reading.subkeys(&office) {
        if !is_version(&version) {
            continue;
        }
        for (name, key) in reading.subkeys(&key) {
            let program = OfficeProgram {
                version: version.clone(),
                name,
            };
            lists(&key, &program, None, reading, &mut items);
            for (identity, key) in identities(&key, reading) {
                lists(&key, &program, Some(&identity), reading, &mut items);
            }
            trusted::read(&key, &program, reading, &mut documents);
        }
    }
    (items, documents)
}

fn is_version(name: &str) -> bool {
    name.split_once('.')
        .is_some_and(|(major, minor)| number(major).is_some() && number(minor).is_some())
}

fn identities<'h>(key: &Key<'h>, reading: &mut Reading) -> Vec<(String, Key<'h>)> {
    match reading.subkey(key, "User MRU") {
        Some(key) => reading.subkeys(&key),
        None => Vec::new(),
    }
}

fn lists(
    key: &Key<'_>,
    program: &OfficeProgram,
    identity: Option<&str>,
    reading: &mut Reading,
    found: &mut Vec<OfficeItem>,
) {
    for (list, is_folder) in [("File MRU", false), ("Place MRU", true)] {
        let Some(key) = reading.subkey(key, list) else {
            continue;
        };
        let start = found.len();
        for (name, value) in reading.values(&key) {
            let Some(number) = name.strip_prefix("Item ").and_then(number) else {
                continue;
            };
            let Some(text) = reading.text(&value) else {
                continue;
            };
            let locator = value.locator();
            let kept = key_length(&locator)
                + program.version.len()
                + program.name.len()
                + identity.map_or(0, str::len);
            if !reading.take(kept, value.cell()) {
                return;
            }
            let Some(item) = Item::parse(&text) else {
                let cell = u64::from(value.cell());
                reading.damage(
                    cell,
                    0,
                    "an item of Office's list of documents without a path",
                );
                continue;
            };
            found.push(OfficeItem {
                program: program.clone(),
                identity: identity.map(ToOwned::to_owned),
                is_folder,
                number,
                path: item.path.to_owned(),
                used: item.used,
                flags: item.flags,
                locator,
            });
        }
        if let Some(own) = found.get_mut(start..) {
            own.sort_by_key(|item| item.number);
        }
    }
}

/// The text of an item.
#[derive(Debug, PartialEq, Eq)]
struct Item<'t> {
    path: &'t str,
    used: Option<Timestamp>,
    flags: Option<u32>,
}

impl<'t> Item<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let (mut used, mut flags) = (None, None);
        let mut rest = text;
        while let Some((part, behind)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
            if let Some(digits) = part.strip_prefix('T').filter(|digits| digits.len() == 16) {
                used = u64::from_str_radix(digits, 16)
                    .ok()
                    .and_then(Timestamp::from_filetime);
            } else if let Some(digits) = part.strip_prefix('F') {
                flags = u32::from_str_radix(digits, 16).ok();
            }
            rest = behind;
        }
        let path = rest.strip_prefix('*').filter(|path| !path.is_empty())?;
        Some(Self { path, used, flags })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_has_a_time_and_a_path() {
        let text = r"[F00000001][T01D86AF6D3C287B0][O00000000]*E:\a [1]*.xlsx";
        let item = Item::parse(text).unwrap();
        assert_eq!(item.path, r"E:\a [1]*.xlsx");
        assert_eq!(item.flags, Some(1));
        let used = item.used.unwrap().to_text(3);
        assert_eq!(used, "2022-05-18T20:35:35.467");
        let of_2007 = Item::parse(r"[F00000000][T01CD10EC460129A0]*E:\a.doc").unwrap();
        assert_eq!(of_2007.path, r"E:\a.doc");
        assert!(of_2007.used.is_some());
        for none in ["", "[", "[T]", r"[F00000000]C:\a", "[F00000000]*"] {
            assert_eq!(Item::parse(none), None, "{none}");
        }
    }
}
