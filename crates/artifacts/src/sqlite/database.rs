//! A database that is open for reading.

use super::error::DatabaseError;
use super::header::Header;
use super::page::Pages;
use super::schema::Entry;
use super::table::{Rows, Table};
use super::write_ahead_log::WriteAheadLog;
use crate::Damage;
use crate::wire::size;

/// A database with its write-ahead log applied. The bytes stay where they are; nothing is written.
#[derive(Debug, Clone)]
pub struct Database<'a> {
    header: Header,
    log: Option<WriteAheadLog>,
    pub(super) pages: Pages<'a>,
    tables: Vec<Entry>,
    damage: Vec<Damage>,
}

impl<'a> Database<'a> {
    /// Opens a database, with the bytes of its write-ahead log (`-wal`) where one lies beside it.
    ///
    /// A log that does not belong to it is not applied and stands in the damage. So does a row of the
    /// schema that cannot be read; the tables that it would name are not found.
    ///
    /// # Errors
    /// When the bytes, with the log applied, do not begin like a database.
    pub fn open(bytes: &'a [u8], log: Option<&'a [u8]>) -> Result<Self, DatabaseError> {
        let mut damage = Vec::new();
        let log_bytes = log.unwrap_or_default();
        let own = Header::read(bytes);
        let own_size = own.as_ref().ok().map(|header| header.page_size);
        let log = WriteAheadLog::read(log_bytes, own_size, &mut damage);
        // The first page may have changed, or stand in the log alone.
        let in_log = log.as_ref().and_then(|log| {
            let begin = usize::try_from(log.place_of(1)?).ok()?;
            let length = size(WriteAheadLog::page_size(log_bytes)?);
            log_bytes.get(begin..begin.checked_add(length)?)
        });
        let header = match in_log.map(Header::read) {
            Some(Ok(header)) => header,
            Some(Err(_)) | None => own?,
        };
        let mut database = Self {
            pages: Pages::new(bytes, log_bytes, &header),
            header,
            log,
            tables: Vec::new(),
            damage,
        };
        database.read_schema();
        Ok(database)
    }

    fn read_schema(&mut self) {
        let own = Entry::own();
        let mut tables = vec![own.clone()];
        if let Some(table) = own.table() {
            let mut rows = self.rows(&table);
            tables.extend(rows.by_ref().filter_map(|row| Entry::read(&row)));
            for damage in rows.into_damage() {
                damage.push_to(&mut self.damage);
            }
        }
        self.tables = tables;
    }

    /// What the header says; with a write-ahead log, the header of the last commit.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// What the write-ahead log holds, when there is one.
    #[must_use]
    pub const fn write_ahead_log(&self) -> Option<&WriteAheadLog> {
        self.log.as_ref()
    }

    /// The names of all tables, in the order of the schema; the first is `sqlite_schema` itself.
    pub fn table_names(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|entry| entry.name.as_str())
    }

    /// A table by its name, without case. `None` when there is none, or its definition cannot be
    /// understood.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<Table> {
        self.tables
            .iter()
            .find(|entry| entry.name.eq_ignore_ascii_case(name))?
            .table()
    }

    /// The rows of a table.
    #[must_use]
    pub fn rows<'d>(&'d self, table: &'d Table) -> Rows<'d, 'a> {
        Rows::new(self, table)
    }

    /// What could not be read when it was opened: of the write-ahead log and of the schema.
    #[must_use]
    pub fn damage(&self) -> &[Damage] {
        &self.damage
    }
}
