//! The gatherer's list of files (`SystemIndex_Gthr`).

use kusari_evidence::time::{RecordedTime, Timestamp};

use crate::ese::{Column, Database, Row, Value};
use crate::{Damage, Locator, Outcome, SourceState};

/// A file or folder that the gatherer knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatheredFile {
    /// Where its row stands.
    pub locator: Locator,
    /// Whether its row was deleted and not cleared away yet.
    pub deleted: bool,
    /// The folder that it lies in: a number for [`super::Scopes`].
    pub scope: u32,
    /// Its number in the index: [`super::Item::id`] of the same item.
    pub document: u32,
    /// Its name.
    pub name: String,
    /// The column `LastModified`. No documentation says what it is; see `docs/artifacts/`.
    pub last_modified: Option<Timestamp>,
}

/// Gives every file that the gatherer of Windows 7 and later knows to `sink`, in the order of the
/// table. The coverage counts them and spans their times.
pub fn gathered(database: &Database<'_>, sink: &mut dyn FnMut(GatheredFile)) -> Outcome {
    let mut outcome = database.outcome();
    let Some(table) = database.table("SystemIndex_Gthr") else {
        return outcome;
    };
    let columns = ["ScopeID", "DocumentID", "FileName", "LastModified"];
    let [Some(scope), Some(document), Some(name), Some(last_modified)] =
        columns.map(|name| table.column(name))
    else {
        // Windows XP and Vista have other columns in a table of this name.
        return outcome;
    };
    let columns = Columns {
        scope,
        document,
        name,
        last_modified,
    };
    for row in database.rows(table) {
        match row.and_then(|row| file(&row, &columns)) {
            Ok(Some(file)) => {
                outcome.coverage.records = outcome.coverage.records.saturating_add(1);
                if let Some(time) = file.last_modified {
                    outcome.coverage.widen(RecordedTime::utc(time));
                }
                sink(file);
            }
            Ok(None) => {}
            Err(damage) => damage.push_to(&mut outcome.damage),
        }
    }
    if !outcome.damage.is_empty() {
        outcome.coverage.note(SourceState::Damaged);
    }
    outcome
}

struct Columns<'t> {
    scope: &'t Column,
    document: &'t Column,
    name: &'t Column,
    last_modified: &'t Column,
}

fn file(row: &Row<'_>, columns: &Columns<'_>) -> Result<Option<GatheredFile>, Damage> {
    let number = |column| {
        let value = row.value(column)?.as_ref().and_then(Value::unsigned);
        Ok(value.and_then(|number| u32::try_from(number).ok()))
    };
    let (Some(scope), Some(document)) = (number(columns.scope)?, number(columns.document)?) else {
        return Ok(None);
    };
    let name = row.value(columns.name)?;
    let name = name.as_ref().and_then(Value::text).unwrap_or_default();
    // Highest byte first in every version that has these columns.
    let last_modified = match row.value(columns.last_modified)? {
        Some(Value::Bytes(bytes)) => <[u8; 8]>::try_from(bytes.as_slice())
            .ok()
            .and_then(|bytes| Timestamp::from_filetime(u64::from_be_bytes(bytes))),
        _ => None,
    };
    Ok(Some(GatheredFile {
        locator: row.locator(),
        deleted: row.is_deleted(),
        scope,
        document,
        name: name.trim_end_matches('\0').to_owned(),
        last_modified,
    }))
}
