//! Values.

use std::borrow::Cow;

use kusari_evidence::time::Timestamp;

use super::cell::{KeyValue, NIL, allocated, file_offset, index, u16_at, u32_at, u64_at};
use super::hive::Hive;
use super::recovery::{Recovered, RecoveredValue, dead};
use super::{Key, Property, name, property};
use crate::Locator;

/// How many bytes of a value one segment of a `db` record holds.
pub(super) const SEGMENT: usize = 16_344;

const REG_SZ: u32 = 1;
const REG_EXPAND_SZ: u32 = 2;
const REG_DWORD: u32 = 4;
const REG_DWORD_BIG_ENDIAN: u32 = 5;
const REG_LINK: u32 = 6;
const REG_MULTI_SZ: u32 = 7;
const REG_QWORD: u32 = 11;

/// A value of a key.
#[derive(Debug, Clone, Copy)]
pub struct Value<'h> {
    hive: &'h Hive,
    key: Option<Key<'h>>,
    offset: u32,
    value: KeyValue<'h>,
    possible_key: Option<u32>,
    recovered: Option<Recovered>,
}

impl<'h> Value<'h> {
    /// The value at `offset` that `key` lists.
    pub(super) fn of(key: Key<'h>, offset: u32) -> Option<Self> {
        let hive = key.hive();
        let value = if key.is_recovered() {
            dead::value(hive.bins(), &hive.survey().used, offset)?
        } else {
            allocated(hive.bins(), offset).and_then(KeyValue::read)?
        };
        Some(Self {
            hive,
            key: Some(key),
            offset,
            value,
            possible_key: None,
            recovered: key.recovery(),
        })
    }

    pub(super) fn recovered(hive: &'h Hive, found: &RecoveredValue) -> Option<Self> {
        Some(Self {
            hive,
            key: None,
            possible_key: found.possible_key,
            offset: found.offset,
            value: dead::value(hive.bins(), &hive.survey().used, found.offset)?,
            recovered: Some(found.how),
        })
    }

    /// The key that lists the value; `None` for a recovered value that no key lists any more.
    #[must_use]
    pub const fn key(&self) -> Option<Key<'h>> {
        self.key
    }

    /// For a recovered value that no key lists: a living key that it may have belonged to. A list
    /// of values in free space names it together with at least two values of that key and with
    /// none of any other living key. This is a lead and no proof: the cells of the two may have
    /// been used anew.
    #[must_use]
    pub fn possible_key(&self) -> Option<Key<'h>> {
        Key::living(self.hive, self.possible_key?)
    }

    /// Whether the value was not reached from the root but found in free or cut-off cells.
    #[must_use]
    pub const fn is_recovered(&self) -> bool {
        self.recovered.is_some()
    }

    /// How the value came to be found; `None` for a living value.
    #[must_use]
    pub const fn recovery(&self) -> Option<Recovered> {
        self.recovered
    }

    pub(super) fn has_name(&self, wanted: &str) -> bool {
        name::matches(
            self.value.name_bytes().unwrap_or_default(),
            self.value.name_is_compressed(),
            wanted,
        )
    }

    /// The value's name; empty for the default value.
    #[must_use]
    pub fn name(&self) -> String {
        name::decode(
            self.value.name_bytes().unwrap_or_default(),
            self.value.name_is_compressed(),
        )
    }

    /// The type as it stands: `REG_SZ` is 1, and so on; a device property has `0xFFFF` in its
    /// upper half.
    #[must_use]
    pub fn data_type(&self) -> u32 {
        self.value.data_type()
    }

    /// The offset of the value's cell in the hive file, counted from the file's start and
    /// pointing at the cell's size field.
    #[must_use]
    pub const fn cell(&self) -> u32 {
        file_offset(self.offset)
    }

    /// The offset of the cell that holds the data (or, for big data, its list), counted as
    /// [`Value::cell`]; `None` when the data stands in the value's own cell, or there is none.
    #[must_use]
    pub fn data_cell(&self) -> Option<u32> {
        let offset = self.value.data_offset();
        let outside = !self.value.is_resident() && self.value.data_length() > 0 && offset != NIL;
        outside.then(|| file_offset(offset))
    }

    /// How many bytes of data the value says that it has. Made-up values can say anything.
    #[must_use]
    pub fn stated_length(&self) -> u32 {
        self.value.data_length()
    }

    /// Where the value stands in its hive. The key's path is `?` when the key is not known.
    #[must_use]
    pub fn locator(&self) -> Locator {
        Locator::Registry {
            cell: self.cell(),
            key: self.key.map_or_else(|| "?".to_owned(), |key| key.path()),
            value: Some(self.name()),
        }
    }

    /// The data; big data is joined. What lies behind damage is missing: see
    /// [`Value::is_complete`].
    #[must_use]
    pub fn data(&self) -> Cow<'h, [u8]> {
        self.read_data().unwrap_or(Cow::Borrowed(&[]))
    }

    /// Whether as much data is there as the value says that it has.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.data().len() == index(self.value.data_length())
    }

    fn read_data(&self) -> Option<Cow<'h, [u8]>> {
        let hive = self.hive;
        read_data(self.value, hive.base_block().minor_version, |offset| {
            if self.is_recovered() {
                dead::cell(hive.bins(), &hive.survey().used, offset)
            } else {
                allocated(hive.bins(), offset)
            }
        })
    }

    /// The text of `REG_SZ`, `REG_EXPAND_SZ`, `REG_LINK` or a text property: UTF-16 up to the
    /// first NUL. `None` for other types.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self.data_type() {
            REG_SZ | REG_EXPAND_SZ | REG_LINK => Some(property::text(&self.data())),
            _ => match self.property()? {
                Property::Text(text) => Some(text),
                _ => None,
            },
        }
    }

    /// The texts of `REG_MULTI_SZ` or a text list property. `None` for other types.
    #[must_use]
    pub fn texts(&self) -> Option<Vec<String>> {
        match self.data_type() {
            REG_MULTI_SZ => Some(property::texts(&self.data())),
            _ => match self.property()? {
                Property::Texts(texts) => Some(texts),
                _ => None,
            },
        }
    }

    /// The number of `REG_DWORD` (either byte order), `REG_QWORD`, or an integer or Boolean
    /// property that is not negative. `None` for other types and lengths.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        let data = self.data();
        match (self.data_type(), data.len()) {
            (REG_DWORD, 4) => u32_at(&data, 0).map(u64::from),
            (REG_DWORD_BIG_ENDIAN, 4) => u32_at(&data, 0).map(|n| u64::from(n.swap_bytes())),
            (REG_QWORD, 8) => u64_at(&data, 0),
            _ => match self.property()? {
                Property::Unsigned(number) => Some(number),
                Property::Signed(number) => u64::try_from(number).ok(),
                Property::Boolean(is) => Some(u64::from(is)),
                _ => None,
            },
        }
    }

    /// The time of a FILETIME property, or of eight bytes of any other type: ask only where the
    /// value is known to hold a FILETIME.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        match Property::type_of(self.data_type()) {
            Some(_) => match self.property()? {
                Property::Time(time) => time,
                _ => None,
            },
            None => Timestamp::from_filetime_bytes(&self.data()),
        }
    }

    /// The GUID of a GUID property, of 16 bytes of binary data, or of a text that is one:
    /// `{...}` in upper case.
    #[must_use]
    pub fn guid(&self) -> Option<String> {
        if Property::type_of(self.data_type()).is_some() {
            return match self.property()? {
                Property::Guid(guid) => Some(guid),
                _ => None,
            };
        }
        match self.text() {
            Some(text) => guid_text(&text),
            None => property::guid(&self.data()),
        }
    }

    /// The device property, when the value is one and its data has the length of its type.
    #[must_use]
    pub fn property(&self) -> Option<Property> {
        Property::read(Property::type_of(self.data_type())?, &self.data())
    }
}

/// The data of a value, in a hive of that minor version, whose cells `cell` gives.
pub(super) fn read_data<'h>(
    value: KeyValue<'h>,
    version: u32,
    mut cell: impl FnMut(u32) -> Option<&'h [u8]>,
) -> Option<Cow<'h, [u8]>> {
    if value.is_resident() {
        return value.resident_data().map(Cow::Borrowed);
    }
    let length = index(value.data_length());
    if length == 0 || value.data_offset() == NIL {
        return None;
    }
    let content = cell(value.data_offset())?;
    // Hives older than 1.4 know no big data: there the cell is the data, however long.
    if length <= SEGMENT || version <= 3 || content.get(..2) != Some(b"db") {
        return Some(Cow::Borrowed(content.get(..length).unwrap_or(content)));
    }
    let count = usize::from(u16_at(content, 2)?);
    let list = cell(u32_at(content, 4)?)?;
    // At most 65535 segments, so what it says bounds the length, and the list bounds what is
    // made room for.
    let most = count.min(list.len() / 4).saturating_mul(SEGMENT);
    let mut data = Vec::with_capacity(length.min(most));
    for segment in list.chunks_exact(4).take(count) {
        let Some(segment) = u32_at(segment, 0).and_then(&mut cell) else {
            break;
        };
        let wanted = (length - data.len()).min(SEGMENT);
        let part = segment.get(..wanted).unwrap_or(segment);
        data.extend_from_slice(part);
        // Behind a short segment nothing would stand at its right place.
        if part.len() < wanted || data.len() == length {
            break;
        }
    }
    Some(Cow::Owned(data))
}

/// A text that is a GUID, with or without braces, as `{...}` in upper case.
fn guid_text(text: &str) -> Option<String> {
    let inner = text
        .strip_prefix('{')
        .map_or(Some(text), |rest| rest.strip_suffix('}'))?;
    let is_guid = inner.len() == 36
        && inner.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    is_guid.then(|| format!("{{{}}}", inner.to_ascii_uppercase()))
}
