//! What our writer of SQLite databases writes is sound to SQLite itself, as Python has it, and
//! SQLite reads the same rows as we do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;

use kusari_artifacts::sqlite::{Database, Value};
use kusari_fixtures::activities_cache::{self, timeline};
use kusari_fixtures::sqlite::{self as written, Encoding, Layout, LogWriter, Table};
use kusari_fixtures::tools;

/// Checks a database and prints each row of each table: rowid and values, blobs in hex.
const SCRIPT: &str = r#"
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(json.dumps(db.execute("pragma integrity_check").fetchall()))
for name, sql in db.execute("select name, sql from sqlite_master").fetchall():
    rowid = "" if sql.endswith("WITHOUT ROWID") else f'"{name}".rowid, '
    for row in db.execute(f'select {rowid}* from "{name}"'):
        print(json.dumps([v.hex() if isinstance(v, bytes) else v for v in row]))
"#;

fn shown(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Integer(number) => (*number).into(),
        Value::Real(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Blob(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            hex.into()
        }
    }
}

fn ours(bytes: &[u8], log: Option<&[u8]>) -> Vec<serde_json::Value> {
    let database = Database::open(bytes, log).unwrap();
    assert_eq!(database.damage(), []);
    let mut lines = Vec::new();
    for name in database.table_names().skip(1) {
        let table = database.table(name).unwrap();
        let mut rows = database.rows(&table);
        for row in rows.by_ref() {
            let rowid = row.rowid.map(Into::into);
            let line: Vec<_> = rowid.into_iter().chain(row.values().map(shown)).collect();
            lines.push(line.into());
        }
        assert_eq!(rows.damage(), []);
    }
    lines
}

fn check(folder: &Path, name: &str, bytes: &[u8], log: Option<&[u8]>) -> Option<()> {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    if let Some(log) = log {
        std::fs::write(folder.join(format!("{name}-wal")), log).unwrap();
    }
    let output = tools::output("python3", &["-c", SCRIPT, path.to_str().unwrap()])?;
    let output = String::from_utf8(output).unwrap();
    let mut lines = output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let sound: serde_json::Value = lines.next().unwrap();
    assert_eq!(sound, serde_json::json!([["ok"]]), "{name}");
    assert_eq!(lines.collect::<Vec<_>>(), ours(bytes, log), "{name}");
    Some(())
}

fn table(rows: i64, longest: usize) -> Table {
    let rows = (0..rows)
        .map(|n| {
            let length = usize::try_from(n * n).unwrap() % (longest + 1);
            vec![
                (n * n * n - 40).into(),
                "é車".repeat(length / 2).as_str().into(),
                written::Value::Real(0.5),
                written::Value::Blob(vec![7; length]),
            ]
        })
        .collect();
    Table::new("t", "CREATE TABLE t(a INT, b TEXT, c REAL, d BLOB)", rows)
}

/// The same rows by a key of two columns.
fn keyed(rows: i64, longest: usize) -> Table {
    let rows = (0..rows).map(|n| {
        let length = usize::try_from(n * n).unwrap() % (longest + 1);
        let value = written::Value::Blob(vec![7; length]);
        vec![(n / 10).into(), (n % 10).into(), value]
    });
    let sql = "CREATE TABLE k(a INTEGER, b INTEGER, v BLOB, PRIMARY KEY (a, b)) WITHOUT ROWID";
    Table::new("k", sql, rows.collect())
}

#[test]
fn sqlite_finds_what_is_written_sound_and_reads_the_same() {
    let folder = std::env::temp_dir().join(format!("kusari-sqlite-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    check_all(&folder);
    let _ = std::fs::remove_dir_all(&folder);
}

fn check_all(folder: &Path) -> Option<()> {
    for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be] {
        for page_size in [512, 1024, 4096, 32_768] {
            let layout = Layout {
                page_size,
                encoding,
                uses_write_ahead_log: false,
            };
            for (rows, longest) in [(0, 0), (3, 100), (800, 40), (200, 3 * page_size)] {
                let name = format!("{encoding:?}-{page_size}-{rows}.db");
                let tables = [table(rows, longest), keyed(rows, longest)];
                let bytes = written::database(&layout, &tables);
                check(folder, &name, &bytes, None)?;
            }
        }
    }
    let activity = activities_cache::Activity::default;
    let before = timeline(&[activity()], &[]);
    let after = timeline(&vec![activity(); 40], &[activity()]);
    check(folder, "timeline.db", &after, None)?;
    let mut log = LogWriter::new(4096, (7, 8));
    log.commit(&before, &after);
    // Never committed.
    log.frame(2, &[0; 4096], 0);
    check(folder, "log.db", &before, Some(&log.finish()))
}
