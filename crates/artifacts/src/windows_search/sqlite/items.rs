//! Items from the rows of their properties.

use kusari_evidence::time::RecordedTime;

use super::properties::{Properties, Property};
use crate::sqlite::{Database, Row};
use crate::windows_search::Item;
use crate::{Damage, Locator, Outcome, SourceState};

const TABLE: &str = "SystemIndex_1_PropertyStore";

/// Gives every item of an index to `sink`, in the order of their numbers.
///
/// An item's locator is that of the row with its address (`System.ItemUrl`), or else of its first
/// one. [`Item::deleted`] is never set: rows that were deleted are not looked for. The coverage
/// counts the items and spans the times at which they were gathered. A database without an index
/// gives nothing but a damage that says so.
pub fn items(database: &Database<'_>, sink: &mut dyn FnMut(Item)) -> Outcome {
    let mut outcome = Outcome {
        damage: database.damage().to_vec(),
        ..Outcome::default()
    };
    read(database, &mut outcome, sink);
    if !outcome.damage.is_empty() {
        outcome.coverage.note(SourceState::Damaged);
    }
    outcome
}

fn read(database: &Database<'_>, outcome: &mut Outcome, sink: &mut dyn FnMut(Item)) {
    let missing = |reason: &str, outcome: &mut Outcome| {
        Damage::new(0, 0, reason).push_to(&mut outcome.damage);
    };
    let Some(table) = database.table(TABLE) else {
        return missing("no table with items of Windows Search", outcome);
    };
    let columns = ["WorkId", "ColumnId", "Value"].map(|name| table.column(name));
    let [Some(id), Some(property), Some(value)] = columns else {
        return missing(
            "the table of items does not have the columns of Windows 11",
            outcome,
        );
    };
    let properties = Properties::read(database, &mut outcome.damage);
    if properties.is_empty() {
        missing("no names of the properties of items", outcome);
    }
    let mut now: Option<(i64, Item)> = None;
    let mut rows = database.rows(&table);
    for row in rows.by_ref() {
        let id = row.value(id).integer();
        let (Some(id), Some(number)) = (id, row.value(property).integer()) else {
            damage_at(&row, "a property without numbers").push_to(&mut outcome.damage);
            continue;
        };
        if now.as_ref().is_none_or(|(current, _)| *current != id) {
            if let Some((before, item)) = now.take() {
                if before > id {
                    let reason = "the rows of items are not in order";
                    damage_at(&row, reason).push_to(&mut outcome.damage);
                }
                give(item, outcome, sink);
            }
            now = Some((id, empty(id, row.locator.clone())));
        }
        let (Some((_, item)), Some(property)) = (now.as_mut(), properties.get(number)) else {
            continue;
        };
        if property == Property::Url {
            item.locator = row.locator.clone();
        }
        if !property.put(row.value(value), item) {
            let reason = format!("{property:?}: a value of another type");
            damage_at(&row, &reason).push_to(&mut outcome.damage);
        }
    }
    if let Some((_, item)) = now {
        give(item, outcome, sink);
    }
    for damage in rows.into_damage() {
        damage.push_to(&mut outcome.damage);
    }
}

fn give(item: Item, outcome: &mut Outcome, sink: &mut dyn FnMut(Item)) {
    outcome.coverage.records = outcome.coverage.records.saturating_add(1);
    if let Some(time) = item.gathered {
        outcome.coverage.widen(RecordedTime::utc(time));
    }
    sink(item);
}

fn damage_at(row: &Row<'_>, reason: &str) -> Damage {
    match row.locator {
        Locator::Bytes { offset, length } => Damage::new(offset, length, reason),
        Locator::WriteAheadLog { offset, length } => {
            Damage::new(offset, length, format!("write-ahead log: {reason}"))
        }
        _ => Damage::new(0, 0, reason),
    }
}

fn empty(id: i64, locator: Locator) -> Item {
    Item {
        locator,
        deleted: false,
        id: u64::try_from(id).ok(),
        url: None,
        display_path: None,
        name: None,
        size: None,
        attributes: None,
        is_folder: None,
        modified: None,
        created: None,
        accessed: None,
        gathered: None,
        computer: None,
        owner: None,
        volume_id: None,
        kinds: Vec::new(),
        item_type: None,
    }
}
