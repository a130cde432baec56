//! Device properties: values whose type names a `DEVPROPTYPE`.
//!
//! Windows 8 and later store a device property as a value of type `0xFFFF0000 | DEVPROPTYPE`;
//! Windows 7 stores the `DEVPROPTYPE` in a value of its own (`Type`) beside `Data`. Source of the
//! types: Microsoft, "Unified device property model: property data types" (`devpropdef.h`).

use kusari_evidence::time::Timestamp;

use super::cell::{u16_at, u32_at, u64_at};
use super::name;

/// The upper half of a value's type that marks a device property.
const MARK: u32 = 0xFFFF_0000;
const ARRAY: u32 = 0x1000;
const LIST: u32 = 0x2000;

/// A device property's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Property {
    /// `DEVPROP_TYPE_EMPTY`: the property does not exist.
    Empty,
    /// `DEVPROP_TYPE_NULL`: the property exists without a value.
    Null,
    /// Signed integers of 8 to 64 bits.
    Signed(i64),
    /// Unsigned integers of 8 to 64 bits.
    Unsigned(u64),
    /// `DEVPROP_TYPE_FLOAT`: the bits of an IEEE 754 number of 32 bits.
    FloatBits(u32),
    /// `DEVPROP_TYPE_DOUBLE` and `DEVPROP_TYPE_DATE`: the bits of an IEEE 754 number of 64 bits;
    /// a date counts days since 1899-12-30.
    DoubleBits(u64),
    /// `DEVPROP_TYPE_DECIMAL`: 128 bits as they stand.
    Decimal([u8; 16]),
    /// `DEVPROP_TYPE_CURRENCY`: ten-thousandths.
    Currency(i64),
    /// `DEVPROP_TYPE_GUID`: `{...}` in upper case.
    Guid(String),
    /// `DEVPROP_TYPE_FILETIME`; `None` when it is zero or no time at all.
    Time(Option<Timestamp>),
    /// `DEVPROP_TYPE_BOOLEAN`
    Boolean(bool),
    /// `DEVPROP_TYPE_STRING`, `..._SECURITY_DESCRIPTOR_STRING`, `..._STRING_INDIRECT`
    Text(String),
    /// `DEVPROP_TYPE_STRING_LIST` and lists of the other strings.
    Texts(Vec<String>),
    /// `DEVPROP_TYPE_SECURITY_DESCRIPTOR`: its bytes.
    SecurityDescriptor(Vec<u8>),
    /// `DEVPROP_TYPE_DEVPROPKEY`: the category and the number in it.
    Key(String, u32),
    /// `DEVPROP_TYPE_DEVPROPTYPE`: a property type itself.
    Type(u32),
    /// `DEVPROP_TYPE_ERROR`: a Win32 error code.
    Error(u32),
    /// `DEVPROP_TYPE_NTSTATUS`
    NtStatus(u32),
    /// `DEVPROP_TYPE_BINARY`, an array of bytes.
    Binary(Vec<u8>),
    /// An array of any other type of fixed length.
    Array(Vec<Property>),
}

impl Property {
    /// The `DEVPROPTYPE` in a value's type, when the value is a device property.
    #[must_use]
    pub const fn type_of(data_type: u32) -> Option<u32> {
        if data_type & MARK == MARK {
            Some(data_type & !MARK)
        } else {
            None
        }
    }

    /// Reads `data` as the `DEVPROPTYPE` `kind`. `None` when there is no such type or the data
    /// has not its length.
    #[must_use]
    pub fn read(kind: u32, data: &[u8]) -> Option<Self> {
        let base = kind & 0x0FFF;
        match kind & 0xF000 {
            0 => Self::read_one(base, data),
            ARRAY if base == 0x03 => Some(Self::Binary(data.to_vec())),
            ARRAY => {
                let length = fixed_length(base)?;
                if !data.len().is_multiple_of(length) {
                    return None;
                }
                data.chunks_exact(length)
                    .map(|element| Self::read_one(base, element))
                    .collect::<Option<_>>()
                    .map(Self::Array)
            }
            LIST if matches!(base, 0x12 | 0x14 | 0x19) => Some(Self::Texts(texts(data))),
            // Security descriptors carry no length that could be checked here.
            LIST if base == 0x13 => Some(Self::SecurityDescriptor(data.to_vec())),
            _ => None,
        }
    }

    fn read_one(base: u32, data: &[u8]) -> Option<Self> {
        if let Some(length) = fixed_length(base)
            && data.len() != length
        {
            return None;
        }
        let byte = || data.first().copied();
        Some(match base {
            0x00 => Self::Empty,
            0x01 => Self::Null,
            0x02 => Self::Signed(i64::from(byte()?.cast_signed())),
            0x03 => Self::Unsigned(u64::from(byte()?)),
            0x04 => Self::Signed(i64::from(u16_at(data, 0)?.cast_signed())),
            0x05 => Self::Unsigned(u64::from(u16_at(data, 0)?)),
            0x06 => Self::Signed(i64::from(u32_at(data, 0)?.cast_signed())),
            0x07 => Self::Unsigned(u64::from(u32_at(data, 0)?)),
            0x08 => Self::Signed(u64_at(data, 0)?.cast_signed()),
            0x09 => Self::Unsigned(u64_at(data, 0)?),
            0x0A => Self::FloatBits(u32_at(data, 0)?),
            0x0B | 0x0F => Self::DoubleBits(u64_at(data, 0)?),
            0x0C => Self::Decimal(data.try_into().ok()?),
            0x0D => Self::Guid(guid(data)?),
            0x0E => Self::Currency(u64_at(data, 0)?.cast_signed()),
            0x10 => Self::Time(Timestamp::from_filetime_bytes(data)),
            // DEVPROP_TRUE is -1 and DEVPROP_FALSE is 0.
            0x11 => Self::Boolean(byte()? != 0),
            0x12 | 0x14 | 0x19 => Self::Text(text(data)),
            0x13 => Self::SecurityDescriptor(data.to_vec()),
            0x15 => Self::Key(guid(data.get(..16)?)?, u32_at(data, 16)?),
            0x16 => Self::Type(u32_at(data, 0)?),
            0x17 => Self::Error(u32_at(data, 0)?),
            0x18 => Self::NtStatus(u32_at(data, 0)?),
            _ => return None,
        })
    }
}

/// The length that every value of a type has; `None` for types of any length.
const fn fixed_length(base: u32) -> Option<usize> {
    Some(match base {
        0x02 | 0x03 | 0x11 => 1,
        0x04 | 0x05 => 2,
        0x06 | 0x07 | 0x0A | 0x16 | 0x17 | 0x18 => 4,
        0x08 | 0x09 | 0x0B | 0x0E | 0x0F | 0x10 => 8,
        0x0C | 0x0D => 16,
        0x15 => 20,
        _ => return None,
    })
}

/// UTF-16 up to the first NUL, or to the end when there is none.
pub(super) fn text(data: &[u8]) -> String {
    let units = name::units(data).take_while(|&unit| unit != 0);
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Texts in UTF-16, each with a NUL behind it, up to an empty one or to the end.
pub(super) fn texts(data: &[u8]) -> Vec<String> {
    let units: Vec<u16> = name::units(data).collect();
    units
        .split(|&unit| unit == 0)
        .take_while(|text| !text.is_empty())
        .map(String::from_utf16_lossy)
        .collect()
}

/// A GUID of 16 bytes as `{...}` in upper case. Source: MS-DTYP 2.3.4.2.
pub(super) fn guid(data: &[u8]) -> Option<String> {
    let data: &[u8; 16] = data.try_into().ok()?;
    let (first, second, third) = (u32_at(data, 0)?, u16_at(data, 4)?, u16_at(data, 6)?);
    let mut text = format!("{{{first:08X}-{second:04X}-{third:04X}-");
    for (at, byte) in data.iter().enumerate().skip(8) {
        if at == 10 {
            text.push('-');
        }
        text.push_str(&format!("{byte:02X}"));
    }
    text.push('}');
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_keep_their_sign_and_need_their_length() {
        assert_eq!(Property::read(0x02, &[0xFF]), Some(Property::Signed(-1)));
        assert_eq!(Property::read(0x03, &[0xFF]), Some(Property::Unsigned(255)));
        assert_eq!(
            Property::read(0x06, &[0xFE, 0xFF, 0xFF, 0xFF]),
            Some(Property::Signed(-2))
        );
        assert_eq!(Property::read(0x07, &[1, 0]), None);
        assert_eq!(Property::read(0x11, &[0xFF]), Some(Property::Boolean(true)));
    }

    #[test]
    fn guids_are_written_in_their_own_byte_order() {
        let data: Vec<u8> = (0..16).collect();
        assert_eq!(
            Property::read(0x0D, &data),
            Some(Property::Guid(
                "{03020100-0504-0706-0809-0A0B0C0D0E0F}".into()
            ))
        );
    }

    #[test]
    fn lists_and_arrays() {
        let utf16 =
            |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        assert_eq!(
            Property::read(0x2012, &utf16("a\0bc\0\0")),
            Some(Property::Texts(vec!["a".into(), "bc".into()]))
        );
        assert_eq!(
            Property::read(0x1003, &[1, 2]),
            Some(Property::Binary(vec![1, 2]))
        );
        assert_eq!(
            Property::read(0x1005, &[1, 0, 2, 0]),
            Some(Property::Array(vec![
                Property::Unsigned(1),
                Property::Unsigned(2)
            ]))
        );
        assert_eq!(Property::read(0x3012, &[]), None);
        assert_eq!(Property::read(0x1F, &[]), None);
    }

    #[test]
    fn only_the_mark_makes_a_property() {
        assert_eq!(Property::type_of(0xFFFF_0010), Some(0x10));
        assert_eq!(Property::type_of(1), None);
    }
}
