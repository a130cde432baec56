//! Prints every row of every table of SQLite databases, a row a line as JSON: to be held against
//! other people's readers.
//!
//! `sqlite_dump DATABASE...`; a write-ahead log that lies beside one (`DATABASE-wal`) is applied.

use std::io::Write;

use kusari_artifacts::sqlite::{Database, Value};
use serde_json::{Value as Json, json};

fn shown(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(number) => json!(number),
        // The bits, because JSON has no infinity.
        Value::Real(number) => json!({ "real": format!("{:016x}", number.to_bits()) }),
        Value::Text(text) => json!(text),
        Value::Blob(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            json!({ "blob": hex })
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path)?;
        let log = std::fs::read(format!("{path}-wal")).ok();
        let database = Database::open(&bytes, log.as_deref())?;
        for damage in database.damage() {
            eprintln!("{path}: {damage}");
        }
        if let Some(log) = database.write_ahead_log() {
            eprintln!(
                "{path}: {} frames applied in {} commits, {} uncommitted, {} behind, {} pages",
                log.applied,
                log.commits,
                log.uncommitted,
                log.behind,
                log.pages()
            );
        }
        for name in database.table_names() {
            let Some(table) = database.table(name) else {
                eprintln!("{path}: the definition of `{name}` is not understood");
                continue;
            };
            let mut rows = database.rows(&table);
            for row in rows.by_ref() {
                let line = json!({
                    "database": path,
                    "table": name,
                    "rowid": row.rowid,
                    "at": row.locator.to_string(),
                    "values": row.values().map(shown).collect::<Vec<_>>(),
                });
                writeln!(out, "{line}")?;
            }
            for damage in rows.damage() {
                eprintln!("{path}: {name}: {damage}");
            }
        }
    }
    Ok(())
}
