//! SQLite databases, read only: tables row by row, each row with the place of its cell, and the
//! write-ahead log applied up to its last commit.
//!
//! The reader is our own. The library that everybody uses is in C and does not say where in the file
//! a row stands, which every record must; and it writes: opening a database with a write-ahead log
//! may move the log's pages into it. What is read here is the file format, not SQL: tables whole,
//! no index, no view.
//!
//! Nothing that bytes say makes it work or remember more than they hold: a page belongs to one place
//! of one tree, and cells of a page do not overlap; what breaks that is damage.
//!
//! Sources: sqlite.org, "Database File Format" (header, b-trees, records, schema table, write-ahead
//! log) and "WAL-mode File Format"; "CREATE TABLE" and "Datatypes In SQLite" (columns, affinity,
//! rowid); the databases of the corpus.

mod btree;
mod cell;
mod column;
mod database;
mod definition;
mod error;
mod header;
mod page;
mod record;
mod schema;
mod table;
mod token;
mod varint;
mod write_ahead_log;

#[cfg(test)]
mod tests;

pub use column::{Column, TableShape};
pub use database::Database;
pub use error::DatabaseError;
pub use header::{Header, TextEncoding};
pub use record::Value;
pub use table::{Row, Rows, Table};
pub use write_ahead_log::WriteAheadLog;

/// Whether a database begins here.
#[must_use]
pub fn is_database(bytes: &[u8]) -> bool {
    bytes.starts_with(header::SIGNATURE)
}
