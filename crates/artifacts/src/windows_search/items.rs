//! The rows of the property store.

use kusari_evidence::Guid;
use kusari_evidence::time::{RecordedTime, Timestamp};

use super::item::Item;
use super::layout::Layout;
use crate::ese::{Column, Database, Row, Table, Value};
use crate::terminated::utf16_whole;
use crate::{Damage, Outcome, SourceState};

/// Gives every item of an index to `sink`, in the order of their numbers.
///
/// The coverage counts them and spans the times at which they were gathered. A database without an
/// index gives nothing but a damage that says so.
pub fn items(database: &Database<'_>, sink: &mut dyn FnMut(Item)) -> Outcome {
    let mut outcome = database.outcome();
    let Some((layout, table)) = Layout::of(database) else {
        Damage::new(0, 0, "no table with items of Windows Search").push_to(&mut outcome.damage);
        outcome.coverage.note(SourceState::Damaged);
        return outcome;
    };
    if layout == Layout::Vista {
        let reason = "an index of Windows Vista, whose compressed texts are not read";
        Damage::new(0, 0, reason).push_to(&mut outcome.damage);
    }
    let columns = Columns::of(table);
    for row in database.rows(table) {
        match row {
            Ok(row) => {
                let item = Reader {
                    row: &row,
                    layout,
                    damage: &mut outcome.damage,
                }
                .item(&columns);
                outcome.coverage.records = outcome.coverage.records.saturating_add(1);
                if let Some(time) = item.gathered {
                    outcome.coverage.widen(RecordedTime::utc(time));
                }
                sink(item);
            }
            Err(damage) => damage.push_to(&mut outcome.damage),
        }
    }
    if !outcome.damage.is_empty() {
        outcome.coverage.note(SourceState::Damaged);
    }
    outcome
}

/// The columns that are asked for.
struct Columns<'t> {
    id: Option<&'t Column>,
    url: Option<&'t Column>,
    display_path: Option<&'t Column>,
    name: Option<&'t Column>,
    size: Option<&'t Column>,
    attributes: Option<&'t Column>,
    is_folder: Option<&'t Column>,
    modified: Option<&'t Column>,
    created: Option<&'t Column>,
    accessed: Option<&'t Column>,
    gathered: Option<&'t Column>,
    computer: Option<&'t Column>,
    owner: Option<&'t Column>,
    volume_id: Option<&'t Column>,
    kinds: Option<&'t Column>,
    item_type: Option<&'t Column>,
}

impl<'t> Columns<'t> {
    fn of(table: &'t Table) -> Self {
        let named = |name: &str| {
            let mut columns = table.columns.iter();
            columns.find(|column| property_of(&column.name) == name)
        };
        Self {
            id: named("WorkID").or_else(|| named("DocID")),
            url: named("System_ItemUrl"),
            display_path: named("System_ItemPathDisplay"),
            name: named("System_FileName"),
            size: named("System_Size"),
            attributes: named("System_FileAttributes"),
            is_folder: named("System_IsFolder"),
            modified: named("System_DateModified"),
            created: named("System_DateCreated"),
            accessed: named("System_DateAccessed"),
            gathered: named("System_Search_GatherTime"),
            computer: named("System_ComputerName"),
            owner: named("System_FileOwner"),
            volume_id: named("System_VolumeId"),
            kinds: named("System_Kind"),
            item_type: named("System_ItemType"),
        }
    }
}

/// The property in a column's name: `System_Size` in `13F-System_Size`. The number is another one on
/// every version of Windows.
pub(super) fn property_of(column: &str) -> &str {
    match column.split_once('-') {
        Some((number, name)) if number.starts_with(|c: char| c.is_ascii_digit()) => name,
        _ => column,
    }
}

struct Reader<'r, 'd> {
    row: &'r Row<'d>,
    layout: Layout,
    damage: &'r mut Vec<Damage>,
}

impl Reader<'_, '_> {
    fn item(&mut self, columns: &Columns<'_>) -> Item {
        Item {
            locator: self.row.locator(),
            deleted: self.row.is_deleted(),
            id: self.number(columns.id),
            url: self.text(columns.url),
            display_path: self.text(columns.display_path),
            name: self.text(columns.name),
            size: {
                let value = self.value(columns.size);
                value.and_then(|value| self.layout.size(&value))
            },
            attributes: self
                .number(columns.attributes)
                .and_then(|number| number.try_into().ok()),
            is_folder: match self.value(columns.is_folder) {
                Some(Value::Bool(is)) => Some(is),
                _ => None,
            },
            modified: self.time(columns.modified),
            created: self.time(columns.created),
            accessed: self.time(columns.accessed),
            gathered: self.time(columns.gathered),
            computer: self.text(columns.computer),
            owner: self.text(columns.owner),
            volume_id: match self.value(columns.volume_id) {
                Some(Value::Guid(guid)) if guid != Guid::NIL => Some(guid),
                _ => None,
            },
            kinds: self.value(columns.kinds).map_or_else(Vec::new, kinds),
            item_type: self.text(columns.item_type),
        }
    }

    fn value(&mut self, column: Option<&Column>) -> Option<Value> {
        match self.row.value(column?) {
            Ok(value) => value,
            Err(damage) => {
                damage.push_to(self.damage);
                None
            }
        }
    }

    fn number(&mut self, column: Option<&Column>) -> Option<u64> {
        self.value(column)?.unsigned()
    }

    fn text(&mut self, column: Option<&Column>) -> Option<String> {
        let value = self.value(column)?;
        let text = value.text()?.trim_end_matches('\0');
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn time(&mut self, column: Option<&Column>) -> Option<Timestamp> {
        let value = self.value(column)?;
        self.layout.time(&value)
    }
}

/// Several texts: UTF-16 with NULs between them, or a value each.
fn kinds(value: Value) -> Vec<String> {
    let text = match value {
        Value::Many(values) => return values.into_iter().flat_map(kinds).collect(),
        Value::Bytes(bytes) => utf16_whole(&bytes),
        Value::Text(text) => text,
        _ => return Vec::new(),
    };
    let parts = text.split('\0').filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}
