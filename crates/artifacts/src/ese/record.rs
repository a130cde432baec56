//! The bytes of a row: a header, columns of fixed size, columns of variable size, tagged columns.
//!
//! Four bytes say which fixed and which variable column is the last that the row has, and where the
//! fixed ones end. Before that end stands a bit for each fixed column: whether it is NULL. Behind it
//! stand the ends of the variable columns, then their bytes, then what is tagged.

use super::column::{Column, FIRST_VARIABLE};
use crate::wire::{slice_at, u8_at, u16_at};

/// What a row says about a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored<'r> {
    /// Nothing: the column's default value counts.
    Nothing,
    /// It is NULL.
    Null,
    /// The bytes of its value.
    Bytes(&'r [u8]),
}

/// What is wrong with a row.
pub(super) type RecordFault = &'static str;

#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'r> {
    bytes: &'r [u8],
    last_fixed: u32,
    last_variable: u32,
    fixed_end: usize,
}

impl<'r> Record<'r> {
    pub(super) fn parse(bytes: &'r [u8]) -> Result<Self, RecordFault> {
        let fields = || Some((u8_at(bytes, 0)?, u8_at(bytes, 1)?, u16_at(bytes, 2)?));
        let (fixed, variable, end) = fields().ok_or("the row is cut off")?;
        let record = Self {
            bytes,
            last_fixed: u32::from(fixed),
            last_variable: u32::from(variable).max(FIRST_VARIABLE - 1),
            fixed_end: usize::from(end),
        };
        if record.fixed_end < 4 || record.variable_start() > bytes.len() {
            return Err("the row's columns lie outside of it");
        }
        Ok(record)
    }

    pub(super) fn fixed(&self, column: &Column) -> Result<Stored<'r>, RecordFault> {
        if column.id > self.last_fixed {
            return Ok(Stored::Nothing);
        }
        let fault = "a column of fixed size lies outside of the row";
        let bitmap = usize::try_from(self.last_fixed.div_ceil(8)).unwrap_or(usize::MAX);
        let bit = column.id.checked_sub(1).ok_or(fault)?;
        let nulls = self.fixed_end.checked_sub(bitmap).ok_or(fault)?;
        let at = nulls.saturating_add(usize::try_from(bit / 8).unwrap_or(usize::MAX));
        if u8_at(self.bytes, at).ok_or(fault)? & (1 << (bit % 8)) != 0 {
            return Ok(Stored::Null);
        }
        let size = column.fixed_size();
        let start = usize::from(column.record_offset);
        if start < 4 || start.saturating_add(size) > nulls {
            return Err(fault);
        }
        slice_at(self.bytes, start, size)
            .map(Stored::Bytes)
            .ok_or(fault)
    }

    pub(super) fn variable(&self, column: &Column) -> Result<Stored<'r>, RecordFault> {
        if column.id > self.last_variable {
            return Ok(Stored::Nothing);
        }
        let fault = "a column of variable size lies outside of the row";
        let end = self.variable_end(column.id).ok_or(fault)?;
        if end & 0x8000 != 0 {
            return Ok(Stored::Null);
        }
        let start = match column.id.checked_sub(1) {
            Some(before) if before >= FIRST_VARIABLE => {
                self.variable_end(before).ok_or(fault)? & 0x7FFF
            }
            _ => 0,
        };
        let base = self.variable_start();
        let start = base.saturating_add(usize::from(start));
        let end = base.saturating_add(usize::from(end));
        self.bytes.get(start..end).map(Stored::Bytes).ok_or(fault)
    }

    /// The tagged columns' bytes.
    pub(super) fn tagged(&self) -> Result<&'r [u8], RecordFault> {
        let variable = if self.last_variable >= FIRST_VARIABLE {
            self.variable_end(self.last_variable).unwrap_or(0) & 0x7FFF
        } else {
            0
        };
        let start = self.variable_start().saturating_add(usize::from(variable));
        self.bytes
            .get(start..)
            .ok_or("the row's tagged columns lie outside of it")
    }

    /// Where the variable columns' bytes begin, behind their ends.
    fn variable_start(&self) -> usize {
        let count = self.last_variable.saturating_sub(FIRST_VARIABLE - 1);
        let ends = usize::try_from(count).unwrap_or(usize::MAX);
        self.fixed_end.saturating_add(ends.saturating_mul(2))
    }

    /// The end of a variable column, with its flag.
    fn variable_end(&self, id: u32) -> Option<u16> {
        let index = usize::try_from(id.checked_sub(FIRST_VARIABLE)?).ok()?;
        u16_at(
            self.bytes,
            self.fixed_end.checked_add(index.checked_mul(2)?)?,
        )
    }
}
