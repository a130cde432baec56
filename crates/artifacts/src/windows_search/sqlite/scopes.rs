//! The gatherer's folders (`Windows-gather.db`).

use crate::sqlite::{Database, Row, Value};
use crate::windows_search::scope::Keeper;
use crate::windows_search::{Scope, Scopes};

const TABLE: &str = "SystemIndex_GthrPth";

/// Reads the table `SystemIndex_GthrPth`. A database without it gives none.
#[must_use]
pub fn scopes(database: &Database<'_>) -> Scopes {
    let mut keeper = Keeper::default();
    for damage in database.damage() {
        damage.clone().push_to(&mut keeper.scopes.damage);
    }
    let Some(table) = database.table(TABLE) else {
        return keeper.scopes;
    };
    let columns = ["Scope", "Parent", "Name"].map(|name| table.column(name));
    let [Some(id), Some(parent), Some(name)] = columns else {
        return keeper.scopes;
    };
    let mut rows = database.rows(&table);
    for row in rows.by_ref() {
        let (Some(id), Some(parent)) = (number(&row, id), number(&row, parent)) else {
            continue;
        };
        let name = row.value(name).text().unwrap_or_default();
        let scope = Scope {
            locator: row.locator.clone(),
            parent,
            name: name.trim_end_matches('\0').to_owned(),
        };
        if !keeper.keep(id, scope, false) {
            break;
        }
    }
    for damage in rows.into_damage() {
        damage.push_to(&mut keeper.scopes.damage);
    }
    keeper.scopes
}

/// A number that is an integer, or the text of one.
fn number(row: &Row<'_>, at: usize) -> Option<u32> {
    match row.value(at) {
        Value::Integer(integer) => u32::try_from(*integer).ok(),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}
