//! Databases of the Extensible Storage Engine (ESE, also ESENT and JET Blue), read only: the Windows
//! Search index, SRUM and many more of Windows' own databases.
//!
//! ```
//! # let bytes: Vec<u8> = Vec::new();
//! use kusari_artifacts::ese::Database;
//!
//! // `bytes` is anything that is a `ReadAt`; pages are read when they are needed.
//! let Ok(database) = Database::open(&bytes) else { return };
//! for table in database.tables() {
//!     for row in database.rows(table) {
//!         match row {
//!             Ok(row) => {
//!                 for column in &table.columns {
//!                     // `None` is NULL; an error is a value that cannot be read.
//!                     println!("{} {:?}", column.name, row.value(column));
//!                 }
//!             }
//!             Err(damage) => println!("{damage}"),
//!         }
//!     }
//! }
//! ```
//!
//! Transaction logs are not applied: a database that was not closed properly ([`State`]) is read as
//! it stands. Rows that are marked as deleted and not yet cleared away are given, and say so.
//!
//! The reader is our own: libesedb is a C library, and the crates that exist read paths of pages or
//! hold the file in memory, and give up at the first damage.
//!
//! Sources: Joachim Metz, "Extensible Storage Engine (ESE) Database File (EDB) format specification"
//! (libesedb); Microsoft, Extensible-Storage-Engine (the engine's source as published: `cpage.hxx`,
//! `daedef.hxx`, `rec.hxx`, `tagfld.hxx`, `lv.hxx`, `compression.cxx`); MS Learn, JET_COLTYP; MS-XCA
//! 2.4 (LZ77); databases of Windows 10 and Windows Server.

mod budget;
mod catalog;
mod column;
mod compressed;
mod database;
mod header;
mod long_value;
mod node;
mod page;
mod record;
mod row;
mod rows;
mod tagged;
mod value;
mod xpress;

#[cfg(test)]
mod tests;

pub use catalog::Table;
pub use column::{Column, ColumnType};
pub use database::{Database, NotADatabase};
pub use header::{Header, State};
pub use row::Row;
pub use rows::Rows;
pub use value::{Value, ole_date};
