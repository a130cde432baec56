//! A row of an SQLite database: its cell, what of it stands on overflow pages, and its columns.

use kusari_artifacts::Locator;
use kusari_artifacts::activities_cache::ActivitiesCache;
use kusari_artifacts::sqlite::{Database, Row, Table, Value};

use super::{MOST_BYTES, Stretch, Told};
use crate::intake::ArtifactFile;

/// What the end of a write-ahead log's name is.
const LOG_END: &str = "-wal";

/// The tables that give events, by the kind of artifact.
fn tables(artifact: &str) -> &'static [&'static str] {
    match artifact {
        "activities-cache" => &ActivitiesCache::TABLES,
        _ => &[],
    }
}

/// The row at that place; `None` when no table of the artifact has one there.
pub(super) fn row(
    name: &str,
    artifact: &str,
    file: &ArtifactFile,
    locator: &Locator,
) -> Option<Told> {
    let log = file
        .companions
        .iter()
        .find(|(name, _)| name.to_ascii_lowercase().ends_with(LOG_END));
    let log_bytes = log.map(|(_, bytes)| bytes.as_slice());
    let database = Database::open(&file.bytes, log_bytes).ok()?;
    let log_name = log.map_or("", |(name, _)| name.as_str());
    let stretch = |what: String, at: &Locator| {
        let (file_name, bytes, offset, length) = match *at {
            Locator::Bytes { offset, length } => (name, file.bytes.as_slice(), offset, length),
            Locator::WriteAheadLog { offset, length } => (log_name, log_bytes?, offset, length),
            _ => return None,
        };
        let start = usize::try_from(offset).ok()?;
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        let bytes = bytes.get(start..end)?.iter().copied();
        Some(Stretch {
            what,
            file: file_name.to_owned(),
            offset,
            bytes: bytes.take(MOST_BYTES * 16).collect(),
        })
    };
    for &wanted in tables(artifact) {
        let Some(table) = database.table(wanted) else {
            continue;
        };
        let Some(row) = database.rows(&table).find(|row| row.locator == *locator) else {
            continue;
        };
        let mut stretches = vec![stretch(format!("cell of table {wanted}"), &row.locator)?];
        for place in &row.overflow {
            stretches.push(stretch(format!("overflow page of table {wanted}"), place)?);
        }
        return Some((stretches, columns(&table, &row)));
    }
    None
}

/// The columns that hold something.
fn columns(table: &Table, row: &Row<'_>) -> Vec<(String, String)> {
    let mut told = vec![("table".to_owned(), table.name.clone())];
    let rowid = row.rowid.map(|rowid| rowid.to_string());
    told.extend(rowid.map(|rowid| ("rowid".to_owned(), rowid)));
    for (column, value) in table.shape.columns.iter().zip(row.values()) {
        if let Some(shown) = shown(value) {
            told.push((column.name.clone(), shown));
        }
    }
    told
}

fn shown(value: &Value) -> Option<String> {
    let cut = |text: &str| text.chars().take(MOST_BYTES).collect();
    match value {
        Value::Null => None,
        Value::Integer(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Text(text) => Some(cut(text)),
        // Applications keep texts as blobs, too.
        Value::Blob(bytes) => Some(match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains(char::is_control) => cut(text),
            _ => bytes
                .iter()
                .take(MOST_BYTES)
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        }),
    }
}
