//! A row, and the values of its columns.

use std::borrow::Cow;

use super::catalog::Table;
use super::column::Column;
use super::compressed;
use super::database::Database;
use super::long_value;
use super::node::Node;
use super::page::Page;
use super::record::{Record, Stored};
use super::tagged::{self, ENCRYPTED, Part};
use super::value::Value;
use crate::wire::offset;
use crate::{Damage, Locator};

/// The longest value that is compressed inside a row: its length has 16 bits.
const LONGEST_COMPRESSED: usize = 1 << 16;

/// A row of a table.
pub struct Row<'d> {
    database: &'d Database<'d>,
    table: &'d Table,
    page: Page,
    node: Node,
    number: u32,
}

impl<'d> Row<'d> {
    pub(super) const fn new(
        database: &'d Database<'d>,
        table: &'d Table,
        page: Page,
        node: Node,
        number: u32,
    ) -> Self {
        Self {
            database,
            table,
            page,
            node,
            number,
        }
    }

    /// The number of the page that it stands in.
    #[must_use]
    pub const fn page(&self) -> u32 {
        self.number
    }

    /// Where the row's entry begins in the file.
    #[must_use]
    pub fn offset(&self) -> u64 {
        let start = offset(self.node.tag.range.start);
        self.page.place.saturating_add(start)
    }

    /// Where its entry (key and columns) stands in the file. Long values stand elsewhere.
    #[must_use]
    pub fn locator(&self) -> Locator {
        Locator::Bytes {
            offset: self.offset(),
            length: offset(self.node.tag.range.len()),
        }
    }

    /// Whether it was deleted and not cleared away yet. A long value of it may be gone.
    #[must_use]
    pub const fn is_deleted(&self) -> bool {
        self.node.tag.deleted
    }

    /// Whether its page's checksums are right.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.page.is_sound()
    }

    /// The value of the column with that name.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub fn named(&self, name: &str) -> Result<Option<Value>, Damage> {
        match self.table.column(name) {
            Some(column) => self.value(column),
            None => Ok(None),
        }
    }

    /// The value of a column of the row's table: its own or the column's default value; `None` is
    /// NULL.
    ///
    /// # Errors
    /// When the value cannot be read: the row is damaged, or its long value, or it is compressed or
    /// encrypted in a way that is not read.
    pub fn value(&self, column: &Column) -> Result<Option<Value>, Damage> {
        self.read(column).map_err(|reason| {
            let length = offset(self.node.tag.range.len());
            let reason = format!("column {}: {reason}", column.name);
            Damage::new(self.offset(), length, reason)
        })
    }

    fn read(&self, column: &Column) -> Result<Option<Value>, String> {
        let record = Record::parse(self.page.bytes(self.node.data.clone()))?;
        let stored = if column.is_fixed() {
            record.fixed(column)?
        } else if column.is_variable() {
            record.variable(column)?
        } else {
            return self.tagged(column, &record);
        };
        match stored {
            Stored::Nothing => Ok(column.default_value()),
            Stored::Null => Ok(None),
            Stored::Bytes(bytes) => decode(column, bytes).map(Some),
        }
    }

    fn tagged(&self, column: &Column, record: &Record<'_>) -> Result<Option<Value>, String> {
        let bytes = record.tagged()?;
        if !self.page.has_new_records() && !bytes.is_empty() {
            return Err("tagged columns as before format revision 9 are not read".to_owned());
        }
        let large = self.page.is_large();
        let Some(field) = tagged::find(bytes, column.id, column.from_template, large)? else {
            return Ok(column.default_value());
        };
        if field.is_null {
            return Ok(None);
        }
        if field.flags & ENCRYPTED != 0 {
            return Err("the value is encrypted".to_owned());
        }
        let parts = field.parts()?;
        let mut values = Vec::with_capacity(parts.len());
        for part in parts {
            values.push(decode(column, &self.part(part)?)?);
        }
        Ok(if field.is_many() {
            Some(Value::Many(values))
        } else {
            values.pop()
        })
    }

    fn part<'p>(&self, part: Part<'p>) -> Result<Cow<'p, [u8]>, String> {
        if part.separated {
            long_value::read(self.database, self.table, part.bytes).map(Cow::Owned)
        } else if part.compressed {
            let value = compressed::decompress(part.bytes, LONGEST_COMPRESSED)?;
            if !self.database.made.spend(offset(value.len())) {
                return Err("too many bytes of compressed values were made already".to_owned());
            }
            Ok(Cow::Owned(value))
        } else {
            Ok(Cow::Borrowed(part.bytes))
        }
    }
}

fn decode(column: &Column, bytes: &[u8]) -> Result<Value, String> {
    Value::decode(column, bytes)
        .ok_or_else(|| format!("{} bytes are too few for its type", bytes.len()))
}
