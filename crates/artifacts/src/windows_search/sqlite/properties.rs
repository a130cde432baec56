//! Which number stands for which property, and what its values mean.

use std::collections::HashMap;

use kusari_evidence::Guid;
use kusari_evidence::time::Timestamp;

use crate::Damage;
use crate::sqlite::{Database, Row, Value};
use crate::terminated::utf16_whole;
use crate::windows_search::Item;
use crate::windows_search::items::property_of;

const TABLE: &str = "SystemIndex_1_PropertyStore_Metadata";

/// A property that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Property {
    Url,
    DisplayPath,
    Name,
    Size,
    Attributes,
    IsFolder,
    Modified,
    Created,
    Accessed,
    Gathered,
    Computer,
    Owner,
    VolumeId,
    Kinds,
    ItemType,
}

impl Property {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "System_ItemUrl" => Self::Url,
            "System_ItemPathDisplay" => Self::DisplayPath,
            "System_FileName" => Self::Name,
            "System_Size" => Self::Size,
            "System_FileAttributes" => Self::Attributes,
            "System_IsFolder" => Self::IsFolder,
            "System_DateModified" => Self::Modified,
            "System_DateCreated" => Self::Created,
            "System_DateAccessed" => Self::Accessed,
            "System_Search_GatherTime" => Self::Gathered,
            "System_ComputerName" => Self::Computer,
            "System_FileOwner" => Self::Owner,
            "System_VolumeId" => Self::VolumeId,
            "System_Kind" => Self::Kinds,
            "System_ItemType" => Self::ItemType,
            _ => return None,
        })
    }

    /// Puts a value into an item; false when the value is none that the property can have.
    pub(super) fn put(self, value: &Value, item: &mut Item) -> bool {
        if *value == Value::Null {
            return true;
        }
        match self {
            Self::Url => put(&mut item.url, text(value)),
            Self::DisplayPath => put(&mut item.display_path, text(value)),
            Self::Name => put(&mut item.name, text(value)),
            Self::Computer => put(&mut item.computer, text(value)),
            Self::Owner => put(&mut item.owner, text(value)),
            Self::ItemType => put(&mut item.item_type, text(value)),
            Self::Size => put(&mut item.size, number(value).map(known)),
            Self::Attributes => {
                let attributes = number(value).and_then(|number| number.try_into().ok());
                put(&mut item.attributes, attributes.map(Some))
            }
            Self::IsFolder => {
                let is = value.integer().map(|integer| Some(integer != 0));
                put(&mut item.is_folder, is)
            }
            Self::Modified => put(&mut item.modified, time(value)),
            Self::Created => put(&mut item.created, time(value)),
            Self::Accessed => put(&mut item.accessed, time(value)),
            Self::Gathered => put(&mut item.gathered, time(value)),
            Self::VolumeId => {
                let guid = value.blob().and_then(|bytes| bytes.try_into().ok());
                let guid = guid.map(|bytes| Some(Guid(bytes)).filter(|guid| *guid != Guid::NIL));
                put(&mut item.volume_id, guid)
            }
            Self::Kinds => {
                let texts = match value {
                    Value::Blob(bytes) => utf16_whole(bytes),
                    Value::Text(text) => text.clone(),
                    _ => return false,
                };
                let parts = texts.split('\0').filter(|part| !part.is_empty());
                item.kinds = parts.map(str::to_owned).collect();
                true
            }
        }
    }
}

/// The outer `Option` says whether the value can be read, the inner one whether it says anything.
fn put<T>(place: &mut Option<T>, value: Option<Option<T>>) -> bool {
    let can_be_read = value.is_some();
    if let Some(value) = value {
        *place = value;
    }
    can_be_read
}

#[expect(clippy::option_option, reason = "see `put`")]
fn text(value: &Value) -> Option<Option<String>> {
    let text = value.text()?.trim_end_matches('\0');
    Some((!text.is_empty()).then(|| text.to_owned()))
}

/// Numbers of 64 bits are blobs, lowest byte first; smaller ones are integers.
fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Integer(integer) => u64::try_from(*integer).ok(),
        Value::Blob(bytes) => Some(u64::from_le_bytes(bytes.as_slice().try_into().ok()?)),
        _ => None,
    }
}

/// In the older form, `*` in every byte stands for "not known".
fn known(number: u64) -> Option<u64> {
    Some(number).filter(|number| number.to_le_bytes() != *b"********")
}

/// A FILETIME in a blob, lowest byte first. Such as are behind the last time that there is stand for
/// "not known".
#[expect(clippy::option_option, reason = "see `put`")]
fn time(value: &Value) -> Option<Option<Timestamp>> {
    let bytes = value.blob()?.try_into().ok()?;
    let ticks = u64::from_le_bytes(bytes);
    Some(Timestamp::from_filetime(ticks).filter(|_| ticks != 0))
}

/// The properties by their numbers.
#[derive(Debug, Default)]
pub(super) struct Properties(HashMap<i64, Property>);

impl Properties {
    /// Reads the names of the columns; nothing when the table that has them is missing.
    pub(super) fn read(database: &Database<'_>, damage: &mut Vec<Damage>) -> Self {
        let mut properties = Self::default();
        let Some(table) = database.table(TABLE) else {
            return properties;
        };
        let Some(id) = table.column("Id") else {
            return properties;
        };
        // `14F-System_Size` in the one, `System.Size` in the other.
        let names = ["UniqueKey", "Name"].map(|name| table.column(name));
        let mut rows = database.rows(&table);
        for row in rows.by_ref() {
            let named = names.iter().flatten().find_map(|&at| name(&row, at));
            if let (Some(id), Some(property)) = (row.value(id).integer(), named) {
                properties.0.insert(id, property);
            }
        }
        for part in rows.into_damage() {
            part.push_to(damage);
        }
        properties
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn get(&self, id: i64) -> Option<Property> {
        self.0.get(&id).copied()
    }
}

fn name(row: &Row<'_>, at: usize) -> Option<Property> {
    let name = row.value(at).text()?;
    Property::named(&property_of(name).replace('.', "_"))
}
