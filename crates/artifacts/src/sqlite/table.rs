//! A table and its rows.

use super::btree::{Found, Walk};
use super::cell;
use super::column::TableShape;
use super::database::Database;
use super::page::PageNumber;
use super::record::{self, Value};
use crate::{Damage, Locator};

/// A table: its columns and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns and how rows are laid out.
    pub shape: TableShape,
    pub(super) root: PageNumber,
}

impl Table {
    /// The place of a column, for [`Row::value`]; names are compared without case.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.shape.place_of(name)
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'d> {
    /// Its number; `None` in a table `WITHOUT ROWID`.
    pub rowid: Option<i64>,
    /// The cell that it stands in: in the database, or in the write-ahead log.
    pub locator: Locator,
    /// Where the rest of it stands, on overflow pages, in their order.
    pub overflow: Vec<Locator>,
    shape: &'d TableShape,
    /// In the order of the record.
    stored: Vec<Value>,
}

impl Row<'_> {
    /// The value of the column at that place. A row that was written before the column was added
    /// gives the column's default, where that is a plain literal.
    #[must_use]
    pub fn value(&self, place: usize) -> &Value {
        let stored = self.shape.stored_at(place);
        match stored.and_then(|at| self.stored.get(at)) {
            Some(value) => value,
            None => self.shape.default_of(place),
        }
    }

    /// The values of all columns, in the order of the table's definition.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        (0..self.shape.columns.len()).map(|place| self.value(place))
    }
}

/// The rows of a table, in the order of its tree. Rows that cannot be read are skipped and stand in
/// [`Rows::damage`].
pub struct Rows<'d, 'a> {
    database: &'d Database<'a>,
    shape: &'d TableShape,
    walk: Walk<'a>,
    damage: Vec<Damage>,
}

impl<'d, 'a> Rows<'d, 'a> {
    pub(super) fn new(database: &'d Database<'a>, table: &'d Table) -> Self {
        let mut damage = Vec::new();
        let walk = Walk::new(
            &database.pages,
            database.write_ahead_log(),
            table.root,
            !table.shape.without_rowid,
            &mut damage,
        );
        Self {
            database,
            shape: &table.shape,
            walk,
            damage,
        }
    }

    /// What could not be read so far.
    #[must_use]
    pub fn damage(&self) -> &[Damage] {
        &self.damage
    }

    /// What could not be read.
    #[must_use]
    pub fn into_damage(self) -> Vec<Damage> {
        self.damage
    }

    fn row(&mut self, found: &Found<'_>) -> Result<Row<'d>, String> {
        let payload = found.cell.payload.ok_or("a cell without a payload")?;
        let log = self.database.write_ahead_log();
        let whole = cell::whole(&payload, &self.database.pages, log, &mut self.walk.claims)?;
        let encoding = self.database.header().text_encoding;
        let mut stored = record::read(&whole.bytes, encoding, self.shape.columns.len())?;
        for (value, column) in stored.iter_mut().zip(self.shape.in_record()) {
            if let Value::Integer(number) = value
                && column.is_real
            {
                *value = Value::Real(to_real(*number));
            }
        }
        let own = self.shape.rowid_column.and_then(|at| stored.get_mut(at));
        if let (Some(own), Some(rowid)) = (own, found.cell.rowid) {
            *own = Value::Integer(rowid);
        }
        Ok(Row {
            rowid: found.cell.rowid,
            locator: found.page.locator(found.at, found.cell.length),
            overflow: whole.overflow,
            shape: self.shape,
            stored,
        })
    }
}

/// A whole number as a floating point one. SQLite stores only such as integers that come back the
/// same, which have at most 48 bits.
#[expect(
    clippy::cast_precision_loss,
    reason = "SQLite does the same with larger ones"
)]
const fn to_real(number: i64) -> f64 {
    number as f64
}

impl<'d> Iterator for Rows<'d, '_> {
    type Item = Row<'d>;

    fn next(&mut self) -> Option<Row<'d>> {
        loop {
            let log = self.database.write_ahead_log();
            let found = self.walk.next(log, &mut self.damage)?;
            match self.row(&found) {
                Ok(row) => return Some(row),
                Err(reason) => {
                    let damage = found.page.damage(found.at, found.cell.length, &reason);
                    damage.push_to(&mut self.damage);
                }
            }
        }
    }
}
