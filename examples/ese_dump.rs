//! Prints all tables of a database of the Extensible Storage Engine, a row a line, to be held against
//! other people's readers.
//!
//! `ese_dump DATABASE`: table, place of the row, whether it is deleted, then each column that is not
//! NULL as `number=value`, separated by tabs. Texts and bytes are hexadecimal.

use std::fmt::Write as _;
use std::io::Write;

use kusari_artifacts::ese::{Database, Value};
use kusari_evidence::DiskFile;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn show(value: &Value) -> String {
    match value {
        Value::Bool(value) => u8::from(*value).to_string(),
        Value::U8(value) => value.to_string(),
        Value::U16(value) => value.to_string(),
        Value::U32(value) => value.to_string(),
        Value::U64(value) | Value::DateTime(value) => value.to_string(),
        Value::I16(value) => value.to_string(),
        Value::I32(value) => value.to_string(),
        Value::I64(value) => value.to_string(),
        Value::F32(value) => format!("{:08x}", value.to_bits()),
        Value::F64(value) => format!("{:016x}", value.to_bits()),
        Value::Guid(value) => hex(&value.0),
        Value::Bytes(value) => format!("b{}", hex(value)),
        Value::Text(value) => format!("t{}", hex(value.as_bytes())),
        Value::Many(values) => {
            let values: Vec<String> = values.iter().map(show).collect();
            format!("[{}]", values.join(","))
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: ese_dump DATABASE")?;
    let bytes = DiskFile::open(path.as_ref())?;
    let database = Database::open(&bytes)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for damage in database.outcome().damage {
        eprintln!("{damage}");
    }
    for table in database.tables() {
        for row in database.rows(table) {
            let row = match row {
                Ok(row) => row,
                Err(damage) => {
                    eprintln!("{}: {damage}", table.name);
                    continue;
                }
            };
            let deleted = if row.is_deleted() { "deleted" } else { "" };
            write!(out, "{}\t{:#x}\t{deleted}", table.name, row.offset())?;
            for (number, column) in table.columns.iter().enumerate() {
                match row.value(column) {
                    Ok(Some(value)) => write!(out, "\t{number}={}", show(&value))?,
                    Ok(None) => {}
                    Err(damage) => {
                        write!(out, "\t{number}=!")?;
                        eprintln!("{}: {damage}", table.name);
                    }
                }
            }
            writeln!(out)?;
        }
    }
    Ok(out.flush()?)
}
