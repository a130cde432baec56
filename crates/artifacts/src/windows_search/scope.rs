//! The gatherer's folders: a tree whose branches are the parts of addresses.
//!
//! `file:` → `E:` → `/` → `[43cec11d-…]/` → `folder/`. The part in brackets is the volume's GUID.

use std::collections::{BTreeMap, BTreeSet};

use kusari_evidence::Guid;

use super::scope_guid::guid_in;
use crate::ese::{Column, Database, Row, Value};
use crate::{Damage, Locator};

/// The most scopes that are kept, and the most bytes of their names.
const MOST: usize = 4 << 20;
const MOST_BYTES: usize = 256 << 20;

/// Folders that are deeper than any path of Windows is long.
const DEEPEST: usize = 512;

/// A folder of the gatherer, or another part of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Where its row stands.
    pub locator: Locator,
    /// The number of the part before it.
    pub parent: u32,
    /// The part, with the slash at its end where it has one.
    pub name: String,
}

/// A volume that folders were gathered on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopedVolume {
    /// Where the row stands that names it.
    pub locator: Locator,
    /// The drive letter that it had, in upper case.
    pub letter: Option<char>,
    /// Its GUID as the index writes it.
    pub guid: Guid,
}

/// The table `SystemIndex_GthrPth` of Windows 7 and later.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes {
    scopes: BTreeMap<u32, Scope>,
    /// What could not be read.
    pub damage: Vec<Damage>,
}

impl Scopes {
    /// Reads all of them. An index without them, such as Vista's, gives none.
    #[must_use]
    pub fn read(database: &Database<'_>) -> Self {
        let Some(table) = database.table("SystemIndex_GthrPth") else {
            return Self::default();
        };
        let columns = ["Scope", "Parent", "Name"].map(|name| table.column(name));
        let [Some(id), Some(parent), Some(name)] = columns else {
            // Windows XP and Vista have other columns in a table of this name.
            return Self::default();
        };
        let mut keeper = Keeper::default();
        for row in database.rows(table) {
            let entry = row.and_then(|row| {
                let entry = entry(&row, id, parent, name)?;
                Ok((entry, row.is_deleted()))
            });
            match entry {
                Ok((Some((id, scope)), deleted)) => {
                    if !keeper.keep(id, scope, deleted) {
                        break;
                    }
                }
                Ok((None, _)) => {}
                Err(damage) => damage.push_to(&mut keeper.scopes.damage),
            }
        }
        keeper.scopes
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.scopes.len()
    }

    /// A scope by its number.
    #[must_use]
    pub fn get(&self, id: u32) -> Option<&Scope> {
        self.scopes.get(&id)
    }

    /// The address of a scope without the volume's GUID: `file:E:/folder/`. `None` when a part of
    /// it is not there, or the parts go round in a circle.
    #[must_use]
    pub fn address(&self, id: u32) -> Option<String> {
        let mut parts = Vec::new();
        let mut at = id;
        // Scope 1 is the root of all; it has no row.
        while at != 1 {
            let scope = self.scopes.get(&at)?;
            if parts.len() >= DEEPEST {
                return None;
            }
            if guid_in(&scope.name).is_none() {
                parts.push(scope.name.as_str());
            }
            at = scope.parent;
        }
        Some(parts.into_iter().rev().collect())
    }

    /// The numbers of the scopes with that name, without regard to the case of ASCII letters.
    pub fn named(&self, name: &str) -> impl Iterator<Item = u32> {
        let scopes = self.scopes.iter();
        scopes.filter_map(move |(id, scope)| scope.name.eq_ignore_ascii_case(name).then_some(*id))
    }

    /// The volume that a scope lies on.
    #[must_use]
    pub fn volume(&self, id: u32) -> Option<ScopedVolume> {
        let mut at = id;
        for _ in 0..DEEPEST {
            let scope = self.scopes.get(&at)?;
            if let Some(guid) = guid_in(&scope.name) {
                return Some(ScopedVolume {
                    locator: scope.locator.clone(),
                    letter: self.letter(scope.parent),
                    guid,
                });
            }
            at = scope.parent;
        }
        None
    }

    /// All volumes that folders were gathered on, each letter and GUID once, in the order of the
    /// scopes' numbers.
    #[must_use]
    pub fn volumes(&self) -> Vec<ScopedVolume> {
        let mut seen = BTreeSet::new();
        let named = self.scopes.values().filter_map(|scope| {
            Some(ScopedVolume {
                locator: scope.locator.clone(),
                guid: guid_in(&scope.name)?,
                letter: self.letter(scope.parent),
            })
        });
        named
            .filter(|volume| seen.insert((volume.letter, volume.guid)))
            .collect()
    }

    /// The drive letter in the parts above a volume's.
    fn letter(&self, mut at: u32) -> Option<char> {
        for _ in 0..4 {
            let scope = self.scopes.get(&at)?;
            let mut letters = scope.name.trim_end_matches('/').chars();
            let found = letters.next().filter(char::is_ascii_alphabetic);
            if let (Some(letter), Some(':'), None) = (found, letters.next(), letters.next()) {
                return Some(letter.to_ascii_uppercase());
            }
            at = scope.parent;
        }
        None
    }
}

/// Takes up scopes as long as there is room.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    pub(super) scopes: Scopes,
    bytes: usize,
}

impl Keeper {
    /// Takes up a scope; false when there is room for no more, which then stands in the damage.
    pub(super) fn keep(&mut self, id: u32, scope: Scope, deleted: bool) -> bool {
        self.bytes = self.bytes.saturating_add(scope.name.len());
        if self.scopes.scopes.len() >= MOST || self.bytes > MOST_BYTES {
            Damage::new(0, 0, "more folders of the gatherer than are kept")
                .push_to(&mut self.scopes.damage);
            return false;
        }
        // A row that was deleted does not stand against one that was not.
        if !deleted || !self.scopes.scopes.contains_key(&id) {
            self.scopes.scopes.insert(id, scope);
        }
        true
    }
}

fn entry(
    row: &Row<'_>,
    id: &Column,
    parent: &Column,
    name: &Column,
) -> Result<Option<(u32, Scope)>, Damage> {
    let number = |column| {
        let value = row.value(column)?.as_ref().and_then(Value::unsigned);
        Ok(value.and_then(|number| u32::try_from(number).ok()))
    };
    let (Some(id), Some(parent)) = (number(id)?, number(parent)?) else {
        return Ok(None);
    };
    let name = row.value(name)?;
    let name = name.as_ref().and_then(Value::text).unwrap_or_default();
    let scope = Scope {
        locator: row.locator(),
        parent,
        name: name.trim_end_matches('\0').to_owned(),
    };
    Ok(Some((id, scope)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(list: &[(u32, u32, &str)]) -> Scopes {
        let scope = |&(id, parent, name): &(u32, u32, &str)| {
            let locator = Locator::Bytes {
                offset: id.into(),
                length: 1,
            };
            let name = name.to_owned();
            (
                id,
                Scope {
                    locator,
                    parent,
                    name,
                },
            )
        };
        Scopes {
            scopes: list.iter().map(scope).collect(),
            damage: Vec::new(),
        }
    }

    #[test]
    fn addresses_are_joined_and_volumes_found() {
        let scopes = scopes(&[
            (2, 1, "file:"),
            (3, 2, "E:"),
            (4, 3, "/"),
            (5, 4, "[43cec11d-65ac-4ce1-90d0-4851dfc7a806]/"),
            (6, 5, "backup/"),
            (7, 99, "lost/"),
            (8, 9, "round/"),
            (9, 8, "and round/"),
        ]);
        assert_eq!(scopes.address(6).as_deref(), Some("file:E:/backup/"));
        assert_eq!(scopes.address(7), None);
        assert_eq!(scopes.address(8), None);
        assert_eq!(scopes.volume(8), None);
        let volume = scopes.volume(6).unwrap();
        assert_eq!(volume.letter, Some('E'));
        assert_eq!(
            volume.guid.to_string(),
            "{43CEC11D-65AC-4CE1-90D0-4851DFC7A806}"
        );
        assert_eq!(scopes.volumes(), [volume]);
    }
}
