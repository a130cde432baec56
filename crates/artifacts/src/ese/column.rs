//! Columns of a table.

use super::value::Value;

/// Columns below are of fixed size, those from here to [`FIRST_TAGGED`] of variable size.
pub(super) const FIRST_VARIABLE: u32 = 128;

/// Columns from here on are tagged: a row names those that it has.
pub(super) const FIRST_TAGGED: u32 = 256;

/// The default value is not stored, but made by a function of the program.
const USER_DEFINED_DEFAULT: u32 = 0x8000;

/// A column as the catalogue describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its number in the table: fixed size below 128, variable size below 256, tagged from there on.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// The type of its values.
    pub kind: ColumnType,
    /// The most bytes of a value, or all of them in a column of fixed size; 0 where none is set.
    pub size: u32,
    /// Its properties (`JET_bitColumn…`).
    pub flags: u32,
    /// The code page of its texts: 1200 is UTF-16.
    pub code_page: u32,
    /// Whether it comes from the table's template.
    pub from_template: bool,
    /// Where it stands in a row.
    pub(super) record_offset: u16,
    /// The value of rows that have none, as it is stored.
    pub(super) default: Option<Vec<u8>>,
}

impl Column {
    /// The value that rows have that say nothing about this column; `None` is NULL.
    #[must_use]
    pub fn default_value(&self) -> Option<Value> {
        if self.flags & USER_DEFINED_DEFAULT != 0 {
            return None;
        }
        Value::decode(self, self.default.as_deref()?)
    }

    /// Bytes in a row, of a column of fixed size.
    pub(super) fn fixed_size(&self) -> usize {
        let size = self.kind.size();
        size.unwrap_or_else(|| crate::wire::size(self.size))
    }

    pub(super) const fn is_fixed(&self) -> bool {
        self.id < FIRST_VARIABLE
    }

    pub(super) const fn is_variable(&self) -> bool {
        self.id >= FIRST_VARIABLE && self.id < FIRST_TAGGED
    }
}

/// Says where the columns of fixed size stand in a row. The catalogue does; but for its own columns and
/// for those of the engine's other tables it says the same place for all, and there they follow each
/// other.
pub(super) fn place_fixed(columns: &mut [Column]) {
    let fixed = columns.iter().filter(|column| column.is_fixed());
    let mut end = HEADER;
    let mut makes_sense = true;
    for column in fixed {
        let start = usize::from(column.record_offset);
        makes_sense &= start >= end;
        end = start.saturating_add(column.fixed_size());
    }
    if makes_sense {
        return;
    }
    let mut at = HEADER;
    for column in columns.iter_mut().filter(|column| column.is_fixed()) {
        column.record_offset = u16::try_from(at).unwrap_or(u16::MAX);
        at = at.saturating_add(column.fixed_size());
    }
}

/// Bytes of a row before its first column.
const HEADER: usize = 4;

/// The types of columns (`JET_COLTYP`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// True or false.
    Bit,
    /// 8 bits without sign.
    UnsignedByte,
    /// 16 bits with sign.
    Short,
    /// 32 bits with sign.
    Long,
    /// 64 bits with sign.
    Currency,
    /// A float of 32 bits.
    Single,
    /// A float of 64 bits.
    Double,
    /// A date and time.
    DateTime,
    /// At most 255 bytes.
    Binary,
    /// At most 255 bytes of text.
    Text,
    /// Bytes.
    LongBinary,
    /// Text.
    LongText,
    /// 32 bits without sign.
    UnsignedLong,
    /// 64 bits with sign.
    LongLong,
    /// A GUID.
    Guid,
    /// 16 bits without sign.
    UnsignedShort,
    /// 64 bits without sign.
    UnsignedLongLong,
    /// Some other number; 0 is that of a deleted column. Values are given as bytes.
    Other(u32),
}

impl From<u32> for ColumnType {
    fn from(number: u32) -> Self {
        match number {
            1 => Self::Bit,
            2 => Self::UnsignedByte,
            3 => Self::Short,
            4 => Self::Long,
            5 => Self::Currency,
            6 => Self::Single,
            7 => Self::Double,
            8 => Self::DateTime,
            9 => Self::Binary,
            10 => Self::Text,
            11 => Self::LongBinary,
            12 => Self::LongText,
            14 => Self::UnsignedLong,
            15 => Self::LongLong,
            16 => Self::Guid,
            17 => Self::UnsignedShort,
            18 => Self::UnsignedLongLong,
            other => Self::Other(other),
        }
    }
}

impl ColumnType {
    /// How many bytes a value has, where the type says it.
    pub(super) const fn size(self) -> Option<usize> {
        match self {
            Self::Bit | Self::UnsignedByte => Some(1),
            Self::Short | Self::UnsignedShort => Some(2),
            Self::Long | Self::UnsignedLong | Self::Single => Some(4),
            Self::Currency
            | Self::LongLong
            | Self::UnsignedLongLong
            | Self::Double
            | Self::DateTime => Some(8),
            Self::Guid => Some(16),
            Self::Binary | Self::Text | Self::LongBinary | Self::LongText | Self::Other(_) => None,
        }
    }
}
