//! Serialized property stores: named, typed values in shortcuts and shell items.
//!
//! Sources: MS-PROPSTORE; MS-OLEPS 2.15 (types of values); Joachim Metz, "Windows Property Store
//! format" (libfwps), for stores in shell items.

mod names;
mod value;

pub use value::PropertyValue;

use encoding_rs::Encoding;
use kusari_evidence::Guid;

use crate::Damage;
use crate::terminated;
use crate::wire::{offset, size, slice_at, u16_at, u32_at};

/// `1SPS`, the version of a storage.
const VERSION: &[u8] = b"1SPS";

/// The set whose properties have names instead of numbers (MS-PROPSTORE 2.2).
const NAMED: &str = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}";

/// Properties of one set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyStorage {
    /// The set (format identifier).
    pub format: Guid,
    /// Its properties, in their order.
    pub properties: Vec<Property>,
}

/// A property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Its number in the set, or its name.
    pub key: PropertyKey,
    /// The type as it stands (a `VARTYPE` of MS-OLEPS 2.15).
    pub kind: u16,
    /// The value.
    pub value: PropertyValue,
}

/// What a property is called inside its set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PropertyKey {
    /// A number.
    Number(u32),
    /// A name; only in the set of user-defined properties.
    Name(String),
}

impl PropertyStorage {
    /// The name that Windows gives a property of this set, such as `System.ItemNameDisplay`.
    /// `None` for those that Kusari doesn't know.
    #[must_use]
    pub fn canonical_name(&self, property: &Property) -> Option<&'static str> {
        match property.key {
            PropertyKey::Number(number) => names::of(self.format, number),
            PropertyKey::Name(_) => None,
        }
    }
}

/// The value of a property, by the name that Windows gives it.
#[must_use]
pub fn find<'s>(stores: &'s [PropertyStorage], name: &str) -> Option<&'s PropertyValue> {
    stores.iter().find_map(|store| {
        store
            .properties
            .iter()
            .find(|property| store.canonical_name(property) == Some(name))
            .map(|property| &property.value)
    })
}

/// What stood in the bytes of a store.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) stores: Vec<PropertyStorage>,
    pub(crate) damage: Vec<Damage>,
}

/// Reads storages from the beginning of `bytes` up to the terminal one, or to the end. Damage is
/// placed from the beginning of `bytes`.
pub(crate) fn read(bytes: &[u8], ansi: &'static Encoding) -> Read {
    let mut read = Read::default();
    let mut at = 0_usize;
    // Each round takes at least the 24 bytes of a storage's header.
    while let Some(length) = u32_at(bytes, at).map(size).filter(|&length| length != 0) {
        let Some(storage) = slice_at(bytes, at, length).filter(|storage| storage.len() >= 24)
        else {
            let rest = bytes.len().saturating_sub(at);
            Damage::new(
                offset(at),
                offset(rest),
                format!("a property storage of {length} bytes, where {rest} are left"),
            )
            .push_to(&mut read.damage);
            break;
        };
        if storage.get(4..8) == Some(VERSION) {
            if let Some(format) = storage.get(8..).and_then(Guid::from_bytes) {
                let properties = properties(storage, at, format, ansi, &mut read.damage);
                read.stores.push(PropertyStorage { format, properties });
            }
        } else {
            Damage::new(
                offset(at),
                offset(length),
                "a property storage that is not of version 1SPS",
            )
            .push_to(&mut read.damage);
        }
        at = at.saturating_add(length);
    }
    read
}

/// The properties behind a storage's header. `base` is where the storage stands, for damage.
fn properties(
    storage: &[u8],
    base: usize,
    format: Guid,
    ansi: &'static Encoding,
    damage: &mut Vec<Damage>,
) -> Vec<Property> {
    let named = format.to_string() == NAMED;
    let mut found = Vec::new();
    let mut at = 24_usize;
    while let Some(length) = u32_at(storage, at).map(size).filter(|&length| length != 0) {
        let place = offset(base.saturating_add(at));
        // The size, the number or the name's size, and the reserved byte.
        let Some(bytes) = slice_at(storage, at, length).filter(|bytes| bytes.len() >= 9) else {
            let rest = storage.len().saturating_sub(at);
            Damage::new(
                place,
                offset(rest),
                format!("a property of {length} bytes, where {rest} are left in its storage"),
            )
            .push_to(damage);
            break;
        };
        match property(bytes, named, ansi) {
            Some(property) => found.push(property),
            None => Damage::new(place, offset(length), "a property without a readable value")
                .push_to(damage),
        }
        at = at.saturating_add(length);
    }
    found
}

fn property(bytes: &[u8], named: bool, ansi: &'static Encoding) -> Option<Property> {
    let number = u32_at(bytes, 4)?;
    let (key, typed) = if named {
        let name = slice_at(bytes, 9, size(number))?;
        let typed = 9_usize.checked_add(name.len())?;
        (PropertyKey::Name(terminated::utf16(name)), typed)
    } else {
        (PropertyKey::Number(number), 9)
    };
    let kind = u16_at(bytes, typed)?;
    let data = bytes.get(typed.checked_add(4)?..)?;
    Some(Property {
        key,
        kind,
        value: value::read(kind, data, ansi)?,
    })
}

#[cfg(test)]
mod tests;
