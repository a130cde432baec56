//! The schema table: which tables there are.
//!
//! Source: "Database File Format", 2.6.

use super::column::TableShape;
use super::page::PageNumber;
use super::table::{Row, Table};

/// The text that would create the schema table itself.
const OWN: &str =
    "CREATE TABLE sqlite_schema(type text, name text, tbl_name text, rootpage integer, sql text)";

/// What the schema table says of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) root: PageNumber,
    pub(super) sql: String,
}

impl Entry {
    /// The schema table itself, whose root is the first page.
    pub(super) fn own() -> Self {
        Self {
            name: "sqlite_schema".to_owned(),
            root: 1,
            sql: OWN.to_owned(),
        }
    }

    /// A row of the schema table, when it is of a table with a tree.
    pub(super) fn read(row: &Row<'_>) -> Option<Self> {
        let text = |at: usize| row.value(at).text();
        if text(0)? != "table" {
            return None;
        }
        let root = row.value(3).integer()?;
        Some(Self {
            name: text(1)?.to_owned(),
            root: u32::try_from(root).ok().filter(|&root| root > 0)?,
            sql: text(4)?.to_owned(),
        })
    }

    /// The table.
    pub(super) fn table(&self) -> Option<Table> {
        Some(Table {
            name: self.name.clone(),
            shape: TableShape::read(&self.sql)?,
            root: self.root,
        })
    }
}
