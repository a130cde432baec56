//! Which Windows' index it is, and how it writes numbers.

use kusari_evidence::time::Timestamp;

use crate::ese::{ColumnType, Database, Table, Value};

/// How the index is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Windows 8 and later: a property store, times lowest byte first.
    PropertyStore,
    /// Windows XP (Windows Search 4) and 7: one table, times highest byte first.
    BigEndian,
    /// Windows Vista: one table, times lowest byte first, texts compressed.
    Vista,
}

impl Layout {
    /// The layout of an index, with the table of its items. `None` when the database is no index of
    /// Windows Search.
    #[must_use]
    pub fn of<'d>(database: &'d Database<'_>) -> Option<(Self, &'d Table)> {
        if let Some(table) = database.table("SystemIndex_PropertyStore") {
            return Some((Self::PropertyStore, table));
        }
        let table = database.table("SystemIndex_0A")?;
        let url = table.column("System_ItemUrl");
        let binary = url.is_some_and(|column| {
            matches!(column.kind, ColumnType::Binary | ColumnType::LongBinary)
        });
        let layout = if binary { Self::Vista } else { Self::BigEndian };
        Some((layout, table))
    }

    /// A FILETIME in a binary column.
    pub(super) fn time(self, value: &Value) -> Option<Timestamp> {
        let Value::Bytes(bytes) = value else {
            return None;
        };
        let bytes = <[u8; 8]>::try_from(bytes.as_slice()).ok()?;
        // `*` in every byte stands for "not known", and is behind the last time that there is.
        Timestamp::from_filetime(match self {
            Self::BigEndian => u64::from_be_bytes(bytes),
            Self::PropertyStore | Self::Vista => u64::from_le_bytes(bytes),
        })
    }

    /// A size in bytes.
    pub(super) fn size(self, value: &Value) -> Option<u64> {
        let bytes = match value {
            Value::Bytes(bytes) => <[u8; 8]>::try_from(bytes.as_slice()).ok()?,
            // The column is said to hold the number highest byte first even here, which no file at
            // hand confirms: a number that makes sense in one order only is that.
            Value::I64(number) => {
                let plausible = |number: &u64| *number < 1 << 48;
                let one = Some(number.cast_unsigned()).filter(plausible);
                let other = Some(number.cast_unsigned().swap_bytes()).filter(plausible);
                return match (one, other) {
                    (Some(size), None) | (None, Some(size)) => Some(size),
                    (Some(one), Some(other)) if one == other => Some(one),
                    _ => None,
                };
            }
            _ => return None,
        };
        if bytes == UNKNOWN {
            return None;
        }
        Some(match self {
            Self::BigEndian => u64::from_be_bytes(bytes),
            Self::PropertyStore | Self::Vista => u64::from_le_bytes(bytes),
        })
    }
}

/// What stands in columns of fixed size for "not known", such as the size of a folder.
const UNKNOWN: [u8; 8] = *b"********";
