//! Values, typed by their column.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS, UTF_8, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
    WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
};
use kusari_evidence::Guid;
use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::column::{Column, ColumnType};
use crate::terminated::{ansi_whole, utf16_whole};

/// A value that is not NULL.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// 8 bits without sign.
    U8(u8),
    /// 16 bits without sign.
    U16(u16),
    /// 32 bits without sign.
    U32(u32),
    /// 64 bits without sign.
    U64(u64),
    /// 16 bits with sign.
    I16(i16),
    /// 32 bits with sign.
    I32(i32),
    /// 64 bits with sign.
    I64(i64),
    /// A float of 32 bits.
    F32(f32),
    /// A float of 64 bits.
    F64(f64),
    /// A date and time, as its 64 bits. By the engine's documentation they are an OLE date (see
    /// [`ole_date`]), but some programs store a FILETIME.
    DateTime(u64),
    /// A GUID.
    Guid(Guid),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Text, NULs at its end included. U+FFFD stands for what is no character.
    Text(String),
    /// The values of a multi-valued column, in their order.
    Many(Vec<Self>),
}

impl Value {
    /// The value that these bytes are in a column. `None` when it has too few of them.
    pub(super) fn decode(column: &Column, bytes: &[u8]) -> Option<Self> {
        // More bytes than a type has were seen in default values only; the first ones count.
        let exact = match column.kind.size() {
            Some(size) => bytes.get(..size)?,
            None => bytes,
        };
        Some(match column.kind {
            ColumnType::Bit => Self::Bool(*exact.first()? != 0),
            ColumnType::UnsignedByte => Self::U8(*exact.first()?),
            ColumnType::Short => Self::I16(i16::from_le_bytes(exact.try_into().ok()?)),
            ColumnType::UnsignedShort => Self::U16(u16::from_le_bytes(exact.try_into().ok()?)),
            ColumnType::Long => Self::I32(i32::from_le_bytes(exact.try_into().ok()?)),
            ColumnType::UnsignedLong => Self::U32(u32::from_le_bytes(exact.try_into().ok()?)),
            ColumnType::Currency | ColumnType::LongLong => {
                Self::I64(i64::from_le_bytes(exact.try_into().ok()?))
            }
            ColumnType::UnsignedLongLong => Self::U64(u64::from_le_bytes(exact.try_into().ok()?)),
            ColumnType::Single => Self::F32(f32::from_le_bytes(exact.try_into().ok()?)),
            ColumnType::Double => Self::F64(f64::from_le_bytes(exact.try_into().ok()?)),
            ColumnType::DateTime => Self::DateTime(u64::from_le_bytes(exact.try_into().ok()?)),
            ColumnType::Guid => Self::Guid(Guid::from_bytes(exact)?),
            ColumnType::Text | ColumnType::LongText => Self::Text(text(column.code_page, exact)),
            ColumnType::Binary | ColumnType::LongBinary | ColumnType::Other(_) => {
                Self::Bytes(exact.to_vec())
            }
        })
    }

    /// A whole number of any width that is not below zero.
    #[must_use]
    pub fn unsigned(&self) -> Option<u64> {
        match *self {
            Self::U8(number) => Some(number.into()),
            Self::U16(number) => Some(number.into()),
            Self::U32(number) => Some(number.into()),
            Self::U64(number) => Some(number),
            Self::I16(number) => number.try_into().ok(),
            Self::I32(number) => number.try_into().ok(),
            Self::I64(number) => number.try_into().ok(),
            _ => None,
        }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

fn text(code_page: u32, bytes: &[u8]) -> String {
    let encoding: &'static Encoding = match code_page {
        1200 => return utf16_whole(bytes),
        932 => SHIFT_JIS,
        936 => GBK,
        949 => EUC_KR,
        950 => BIG5,
        1250 => WINDOWS_1250,
        1251 => WINDOWS_1251,
        1253 => WINDOWS_1253,
        1254 => WINDOWS_1254,
        1255 => WINDOWS_1255,
        1256 => WINDOWS_1256,
        1257 => WINDOWS_1257,
        1258 => WINDOWS_1258,
        65001 => UTF_8,
        // 1252 itself, 20127 (ASCII), and none, which means ASCII.
        _ => WINDOWS_1252,
    };
    ansi_whole(bytes, encoding)
}

/// The moment of an OLE date: days since 1899-12-30 as a float of 64 bits, whose fraction counts
/// upwards even before that day. Rounded to whole seconds, because the float holds no more with
/// certainty. `None` outside the years 1601 to 9999.
///
/// Source: MS-OAUT 2.2.25 (DATE).
#[must_use]
pub fn ole_date(bits: u64) -> Option<Timestamp> {
    /// Days from 1601-01-01 to 1899-12-30.
    const DAYS: f64 = 109_205.0;
    const SECONDS_PER_DAY: f64 = 86_400.0;
    let date = f64::from_bits(bits);
    if !(-DAYS..3_000_000.0).contains(&date) {
        return None;
    }
    let day = date.trunc() + DAYS;
    let seconds = (day * SECONDS_PER_DAY + date.fract().abs() * SECONDS_PER_DAY).round();
    // In range by the check above: at most 2.7e11.
    #[allow(clippy::cast_possible_truncation)]
    let seconds = seconds as i64;
    Timestamp::from_ticks(seconds.checked_mul(TICKS_PER_SECOND)?)
}
