//! Typed values (MS-OLEPS 2.15, `TypedPropertyValue`).

use encoding_rs::Encoding;
use kusari_evidence::Guid;
use kusari_evidence::time::Timestamp;

use crate::terminated;
use crate::wire::{size, slice_at, u8_at, u16_at, u32_at, u64_at};

const VECTOR: u16 = 0x1000;

/// A property's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PropertyValue {
    /// `VT_EMPTY` and `VT_NULL`.
    Empty,
    /// `VT_I1`, `VT_I2`, `VT_I4`, `VT_I8`, `VT_INT`.
    Signed(i64),
    /// `VT_UI1`, `VT_UI2`, `VT_UI4`, `VT_UI8`, `VT_UINT`.
    Unsigned(u64),
    /// `VT_R4`: the bits of an IEEE 754 number of 32 bits.
    FloatBits(u32),
    /// `VT_R8` and `VT_DATE`: the bits of an IEEE 754 number of 64 bits; a date counts days since
    /// 1899-12-30.
    DoubleBits(u64),
    /// `VT_CY`: ten-thousandths.
    Currency(i64),
    /// `VT_BOOL`
    Boolean(bool),
    /// `VT_ERROR`: an HRESULT.
    Error(u32),
    /// `VT_DECIMAL`: 128 bits as they stand.
    Decimal([u8; 16]),
    /// `VT_LPSTR`, `VT_LPWSTR`, `VT_BSTR`.
    Text(String),
    /// `VT_FILETIME`; `None` when it is zero or no time at all.
    Time(Option<Timestamp>),
    /// `VT_CLSID`
    Guid(Guid),
    /// `VT_BLOB`, `VT_BLOB_OBJECT`, `VT_CF`: their bytes.
    Blob(Vec<u8>),
    /// `VT_VECTOR` of any of these.
    Vector(Vec<PropertyValue>),
    /// A type that Kusari does not read: all bytes of the value.
    Other(Vec<u8>),
}

impl PropertyValue {
    /// The text, when it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The GUID, when it is one.
    #[must_use]
    pub const fn guid(&self) -> Option<Guid> {
        match self {
            Self::Guid(guid) => Some(*guid),
            _ => None,
        }
    }
}

/// The value of that type at the beginning of `data`. `None` where its bytes are not all there.
pub(super) fn read(kind: u16, data: &[u8], ansi: &'static Encoding) -> Option<PropertyValue> {
    if kind & VECTOR == 0 {
        return scalar(kind, data, ansi).map(|(value, _)| value);
    }
    let count = size(u32_at(data, 0)?);
    let mut at = 4_usize;
    // Every element takes at least a byte, so that no count asks for more than is there.
    if count > data.len() {
        return None;
    }
    let mut values = Vec::new();
    for _ in 0..count {
        let (value, taken) = scalar(kind & !VECTOR, data.get(at..)?, ansi)?;
        if taken == 0 {
            return None;
        }
        at = at.checked_add(taken)?;
        values.push(value);
    }
    Some(PropertyValue::Vector(values))
}

/// One value, and how many bytes it takes.
fn scalar(kind: u16, data: &[u8], ansi: &'static Encoding) -> Option<(PropertyValue, usize)> {
    use PropertyValue as V;
    Some(match kind {
        0x00 | 0x01 => (V::Empty, 0),
        0x02 => (V::Signed(i64::from(u16_at(data, 0)?.cast_signed())), 2),
        0x03 | 0x16 => (V::Signed(i64::from(u32_at(data, 0)?.cast_signed())), 4),
        0x04 => (V::FloatBits(u32_at(data, 0)?), 4),
        0x05 | 0x07 => (V::DoubleBits(u64_at(data, 0)?), 8),
        0x06 => (V::Currency(u64_at(data, 0)?.cast_signed()), 8),
        // The text of a BSTR in a property store is UTF-16, its size counts bytes.
        0x08 => {
            let length = size(u32_at(data, 0)?);
            let text = slice_at(data, 4, length)?;
            (V::Text(terminated::utf16(text)), padded(length)?)
        }
        0x0A => (V::Error(u32_at(data, 0)?), 4),
        // VARIANT_TRUE is -1 and VARIANT_FALSE is 0.
        0x0B => (V::Boolean(u16_at(data, 0)? != 0), 2),
        0x0E => (V::Decimal(data.get(..16)?.try_into().ok()?), 16),
        0x10 => (V::Signed(i64::from(u8_at(data, 0)?.cast_signed())), 1),
        0x11 => (V::Unsigned(u64::from(u8_at(data, 0)?)), 1),
        0x12 => (V::Unsigned(u64::from(u16_at(data, 0)?)), 2),
        0x13 | 0x17 => (V::Unsigned(u64::from(u32_at(data, 0)?)), 4),
        0x14 => (V::Signed(u64_at(data, 0)?.cast_signed()), 8),
        0x15 => (V::Unsigned(u64_at(data, 0)?), 8),
        0x1E => {
            let length = size(u32_at(data, 0)?);
            let text = slice_at(data, 4, length)?;
            (V::Text(terminated::ansi(text, ansi)), padded(length)?)
        }
        0x1F => {
            let length = size(u32_at(data, 0)?).checked_mul(2)?;
            let text = slice_at(data, 4, length)?;
            (V::Text(terminated::utf16(text)), padded(length)?)
        }
        0x40 => (V::Time(Timestamp::from_filetime(u64_at(data, 0)?)), 8),
        0x41 | 0x46 | 0x47 => {
            let length = size(u32_at(data, 0)?);
            (
                V::Blob(slice_at(data, 4, length)?.to_vec()),
                padded(length)?,
            )
        }
        0x48 => (V::Guid(Guid::from_bytes(data)?), 16),
        _ => (V::Other(data.to_vec()), data.len()),
    })
}

/// What a value with a size field takes: the field, the bytes, and zeros up to a multiple of four.
fn padded(length: usize) -> Option<usize> {
    length.checked_next_multiple_of(4)?.checked_add(4)
}
