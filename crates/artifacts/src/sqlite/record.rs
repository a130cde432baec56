//! Records: the values of one row.
//!
//! Source: "Database File Format", 2.1 (serial types).

use super::header::TextEncoding;
use super::varint;
use crate::wire::slice_at;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// None.
    Null,
    /// An integer.
    Integer(i64),
    /// A floating point number.
    Real(f64),
    /// A text; what is not of the database's encoding is replaced by U+FFFD.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Value {
    /// The integer.
    #[must_use]
    pub const fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
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

    /// The bytes of a blob.
    #[must_use]
    pub fn blob(&self) -> Option<&[u8]> {
        match self {
            Self::Blob(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The bytes of a blob, or of a text: an application may write either.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Blob(bytes) => Some(bytes),
            Self::Text(text) => Some(text.as_bytes()),
            _ => None,
        }
    }
}

/// At most `most` values of a record, or why it is none.
pub(super) fn read(
    payload: &[u8],
    encoding: TextEncoding,
    most: usize,
) -> Result<Vec<Value>, &'static str> {
    const CUT: &str = "a record that is cut";
    let (header, mut at) = varint::read(payload, 0).ok_or(CUT)?;
    let header = usize::try_from(header).map_err(|_| CUT)?;
    if header > payload.len() || header < at {
        return Err("a record whose header has an impossible length");
    }
    let mut body = header;
    let mut values = Vec::new();
    while at < header && values.len() < most {
        let (kind, length) = varint::read(payload, at).ok_or(CUT)?;
        at = at.saturating_add(length);
        if at > header {
            return Err("a record whose header is cut");
        }
        let length = length_of(kind).ok_or("a record with an unknown type of value")?;
        let bytes = slice_at(payload, body, length).ok_or(CUT)?;
        body = body.saturating_add(length);
        values.push(value(kind, bytes, encoding));
    }
    Ok(values)
}

/// How many bytes a value of that type takes.
fn length_of(kind: u64) -> Option<usize> {
    match kind {
        0 | 8 | 9 => Some(0),
        1..=4 => usize::try_from(kind).ok(),
        5 => Some(6),
        6 | 7 => Some(8),
        // For SQLite's own use; never in a file.
        10 | 11 => None,
        _ => usize::try_from(kind.saturating_sub(12) / 2).ok(),
    }
}

fn value(kind: u64, bytes: &[u8], encoding: TextEncoding) -> Value {
    match kind {
        0 => Value::Null,
        1..=6 => Value::Integer(integer(bytes)),
        7 => {
            let bytes: [u8; 8] = bytes.try_into().unwrap_or_default();
            let number = f64::from_be_bytes(bytes);
            // SQLite takes what is no number for no value.
            if number.is_nan() {
                Value::Null
            } else {
                Value::Real(number)
            }
        }
        8 => Value::Integer(0),
        9 => Value::Integer(1),
        _ if kind.is_multiple_of(2) => Value::Blob(bytes.to_vec()),
        _ => Value::Text(text(bytes, encoding)),
    }
}

/// A big-endian integer in two's complement, of one to eight bytes.
fn integer(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let begin = if negative { -1_i64 } else { 0 };
    bytes
        .iter()
        .fold(begin, |value, &byte| (value << 8) | i64::from(byte))
}

fn text(bytes: &[u8], encoding: TextEncoding) -> String {
    let word = match encoding {
        TextEncoding::Utf8 => return String::from_utf8_lossy(bytes).into_owned(),
        TextEncoding::Utf16Le => u16::from_le_bytes,
        TextEncoding::Utf16Be => u16::from_be_bytes,
    };
    let units = bytes
        .chunks_exact(2)
        .map(|pair| word(pair.try_into().unwrap_or_default()));
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}
