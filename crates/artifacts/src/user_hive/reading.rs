//! Reading trees of keys and values of a hive that nobody vouches for.

use std::borrow::Cow;

use encoding_rs::Encoding;

use crate::registry::{Key, Value};
use crate::shell_item::{self, ItemList};
use crate::wire::{offset, size};
use crate::{Damage, terminated};

/// How many entries of lists of keys and values are looked at for one hive. Windows keeps 5,000
/// folders in `BagMRU` and far fewer entries in the other lists.
const MOST_ENTRIES: usize = 200_000;

/// How many bytes of names, paths and data are taken from one hive.
const MOST_BYTES: usize = 32 << 20;

/// The longest data of one value that is read. A shell item has at most 65,535 bytes.
const LONGEST_DATA: u32 = 0x1_0000;

/// One reading of a hive: its code page, what may still be taken, what could not be read.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) ansi: &'static Encoding,
    pub(super) damage: Vec<Damage>,
    entries: usize,
    bytes: usize,
    is_spent: bool,
}

impl Reading {
    pub(super) fn new(ansi: &'static Encoding) -> Self {
        Self {
            ansi,
            damage: Vec::new(),
            entries: MOST_ENTRIES,
            bytes: MOST_BYTES,
            is_spent: false,
        }
    }

    /// The subkeys with their names.
    pub(super) fn subkeys<'h>(&mut self, key: &Key<'h>) -> Vec<(String, Key<'h>)> {
        let mut found = Vec::new();
        for subkey in key.subkeys_within(&mut self.entries) {
            let name = subkey.name();
            if !self.take(name.len(), subkey.cell()) {
                break;
            }
            found.push((name, subkey));
        }
        self.note_end(key);
        found
    }

    /// The key at a path below `key`, without case.
    pub(super) fn subkey<'h>(&mut self, key: &Key<'h>, path: &str) -> Option<Key<'h>> {
        path.split('\\').try_fold(*key, |key, wanted| {
            let subkeys = self.subkeys(&key);
            let found = subkeys
                .into_iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, subkey)| subkey)
        })
    }

    /// The number of a value of 32 bits.
    pub(super) fn number(&mut self, key: &Key<'_>, wanted: &str) -> Option<u32> {
        let values = self.values(key);
        let (_, value) = values
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        // Long data would be joined before its type is asked for.
        if value.stated_length() > 8 {
            return None;
        }
        u32::try_from(value.number()?).ok()
    }

    /// The values with their names.
    pub(super) fn values<'h>(&mut self, key: &Key<'h>) -> Vec<(String, Value<'h>)> {
        let mut found = Vec::new();
        for value in key.values_within(&mut self.entries) {
            let name = value.name();
            if !self.take(name.len(), value.cell()) {
                break;
            }
            found.push((name, value));
        }
        self.note_end(key);
        found
    }

    /// The data of a value. `None`, with damage, when it is longer than any that Windows writes.
    pub(super) fn data<'h>(&mut self, value: &Value<'h>) -> Option<Cow<'h, [u8]>> {
        if value.stated_length() > LONGEST_DATA {
            self.damage(
                u64::from(value.cell()),
                u64::from(value.stated_length()),
                "a value of a list of things used that is longer than a shell item can be",
            );
            return None;
        }
        let data = value.data();
        self.take(data.len(), value.cell()).then_some(data)
    }

    /// The text of a value up to its NUL, whatever type the value has.
    pub(super) fn text(&mut self, value: &Value<'_>) -> Option<String> {
        self.data(value).map(|data| terminated::utf16(&data))
    }

    /// The item list that begins at `at` in a value's data.
    pub(super) fn items(&mut self, value: &Value<'_>, data: &[u8], at: usize) -> ItemList {
        let bytes = data.get(at..).unwrap_or_default();
        let base = place_of(value).saturating_add(offset(at));
        let mut list = shell_item::read_at(bytes, base, self.ansi);
        for damage in list.damage.drain(..) {
            damage.push_to(&mut self.damage);
        }
        list
    }

    /// Asks for so many bytes of memory. Says once that there is no more.
    pub(super) fn take(&mut self, bytes: usize, cell: u32) -> bool {
        match self.bytes.checked_sub(bytes) {
            Some(rest) => self.bytes = rest,
            None => self.spend(cell),
        }
        !self.is_spent
    }

    pub(super) fn damage(&mut self, at: u64, length: u64, reason: &str) {
        Damage::new(at, length, reason).push_to(&mut self.damage);
    }

    fn note_end(&mut self, key: &Key<'_>) {
        if self.entries == 0 {
            self.spend(key.cell());
        }
    }

    fn spend(&mut self, cell: u32) {
        if !self.is_spent {
            self.is_spent = true;
            let reason = "more lists of things used than Windows keeps; what follows is not read";
            self.damage(u64::from(cell), 0, reason);
        }
    }
}

/// Where a value's data begins in the hive file; for big data, which lies in pieces, its list.
fn place_of(value: &Value<'_>) -> u64 {
    const CELL_SIZE: u64 = 4;
    /// Where the data field stands in a value's cell, its size field included.
    const DATA_FIELD: u64 = 12;
    match value.data_cell() {
        Some(cell) => u64::from(cell).saturating_add(CELL_SIZE),
        None => u64::from(value.cell()).saturating_add(DATA_FIELD),
    }
}

/// A number that the registry writes as a name: digits only.
pub(super) fn number(name: &str) -> Option<u32> {
    let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| name.parse().ok()).flatten()
}

/// How many bytes a text of UTF-16 takes, its NUL included, as an offset behind it.
pub(super) fn text_and_rest(data: &[u8]) -> Option<(String, usize)> {
    terminated::utf16_z(data)
}

/// A 32-bit length as a size.
pub(super) fn length(value: &Value<'_>) -> usize {
    size(value.stated_length())
}
