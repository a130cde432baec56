//! The typed values of binary XML.
//!
//! Source: MS-EVEN6 2.2.12 and 3.1.4.7.3 (types), 3.1.4.7.5 (arrays); MS-DTYP 2.3.4 (GUID),
//! 2.3.13 (SYSTEMTIME), 2.4.2 (SID).

use std::fmt::Write as _;

use encoding_rs::Encoding;
use kusari_evidence::time::Timestamp;

use crate::event_log::record::EventValue;
use crate::wire::{slice_at, u16_at, u32_at};

/// Value types.
pub(in crate::event_log) mod kind {
    pub(in crate::event_log) const NULL: u8 = 0x00;
    pub(in crate::event_log) const TEXT: u8 = 0x01;
    pub(in crate::event_log) const ANSI: u8 = 0x02;
    pub(in crate::event_log) const INT8: u8 = 0x03;
    pub(in crate::event_log) const UINT8: u8 = 0x04;
    pub(in crate::event_log) const INT16: u8 = 0x05;
    pub(in crate::event_log) const UINT16: u8 = 0x06;
    pub(in crate::event_log) const INT32: u8 = 0x07;
    pub(in crate::event_log) const UINT32: u8 = 0x08;
    pub(in crate::event_log) const INT64: u8 = 0x09;
    pub(in crate::event_log) const UINT64: u8 = 0x0a;
    pub(in crate::event_log) const REAL32: u8 = 0x0b;
    pub(in crate::event_log) const REAL64: u8 = 0x0c;
    pub(in crate::event_log) const BOOLEAN: u8 = 0x0d;
    pub(in crate::event_log) const GUID: u8 = 0x0f;
    pub(in crate::event_log) const SIZE: u8 = 0x10;
    pub(in crate::event_log) const FILETIME: u8 = 0x11;
    pub(in crate::event_log) const SYSTEMTIME: u8 = 0x12;
    pub(in crate::event_log) const SID: u8 = 0x13;
    pub(in crate::event_log) const HEX32: u8 = 0x14;
    pub(in crate::event_log) const HEX64: u8 = 0x15;
    pub(in crate::event_log) const FRAGMENT: u8 = 0x21;
    /// Flag: an array of the type in the other bits.
    pub(in crate::event_log) const ARRAY: u8 = 0x80;
}

/// A value as it lies in the record.
#[derive(Debug, Clone, Copy)]
pub(in crate::event_log) struct RawValue<'a> {
    /// Its type.
    pub(in crate::event_log) kind: u8,
    /// Offset of its bytes in the chunk.
    pub(in crate::event_log) at: usize,
    /// Its bytes.
    pub(in crate::event_log) bytes: &'a [u8],
}

/// The length of a value of that type, where the type fixes it.
pub(in crate::event_log) fn fixed_length(of: u8) -> Option<usize> {
    Some(match of {
        kind::NULL => 0,
        kind::INT8 | kind::UINT8 => 1,
        kind::INT16 | kind::UINT16 => 2,
        kind::INT32 | kind::UINT32 | kind::REAL32 | kind::BOOLEAN | kind::HEX32 => 4,
        kind::INT64 | kind::UINT64 | kind::REAL64 | kind::FILETIME | kind::HEX64 => 8,
        kind::GUID | kind::SYSTEMTIME => 16,
        _ => return None,
    })
}

/// UTF-16 text without the NULs behind it. Code units that are no character become U+FFFD.
pub(in crate::event_log) fn text_of_utf16(bytes: &[u8]) -> String {
    // Nearly all text in events is ASCII and short.
    let mut text = String::with_capacity(bytes.len() / 2);
    let ascii = bytes.chunks_exact(2).all(|unit| match *unit {
        [low, 0] if low.is_ascii() => {
            text.push(char::from(low));
            true
        }
        _ => false,
    });
    if ascii {
        let end = text.trim_end_matches('\0').len();
        text.truncate(end);
        return text;
    }
    let whole = bytes.len() & !1;
    let (text, _) =
        encoding_rs::UTF_16LE.decode_without_bom_handling(bytes.get(..whole).unwrap_or_default());
    match text.strip_suffix('\0') {
        None => text.into_owned(),
        Some(_) => text.trim_end_matches('\0').to_owned(),
    }
}

impl RawValue<'_> {
    /// The value with its type. A value whose length does not fit its type, or whose type is
    /// not known, keeps its bytes.
    pub(in crate::event_log) fn typed(self, ansi: &'static Encoding) -> EventValue {
        if self.kind & kind::ARRAY != 0 {
            return self
                .array(ansi)
                .map_or_else(|| self.as_bytes(), EventValue::List);
        }
        self.scalar(ansi).unwrap_or_else(|| self.as_bytes())
    }

    fn as_bytes(self) -> EventValue {
        if self.bytes.is_empty() {
            EventValue::Empty
        } else {
            EventValue::Binary(self.bytes.to_vec())
        }
    }

    fn scalar(self, ansi: &'static Encoding) -> Option<EventValue> {
        let bytes = self.bytes;
        if bytes.is_empty() && !matches!(self.kind, kind::TEXT | kind::ANSI) {
            return Some(EventValue::Empty);
        }
        Some(match self.kind {
            kind::NULL => EventValue::Empty,
            kind::TEXT => EventValue::Text(text_of_utf16(bytes)),
            kind::ANSI => EventValue::Text(ansi_text(bytes, ansi)),
            kind::INT8 => EventValue::Signed(i64::from(exact::<1>(bytes).map(i8::from_le_bytes)?)),
            kind::UINT8 => {
                EventValue::Unsigned(u64::from(exact::<1>(bytes).map(u8::from_le_bytes)?))
            }
            kind::INT16 => EventValue::Signed(i64::from(exact(bytes).map(i16::from_le_bytes)?)),
            kind::UINT16 => EventValue::Unsigned(u64::from(exact(bytes).map(u16::from_le_bytes)?)),
            kind::INT32 => EventValue::Signed(i64::from(exact(bytes).map(i32::from_le_bytes)?)),
            kind::UINT32 | kind::HEX32 => {
                EventValue::Unsigned(u64::from(exact(bytes).map(u32::from_le_bytes)?))
            }
            kind::INT64 => EventValue::Signed(exact(bytes).map(i64::from_le_bytes)?),
            kind::UINT64 | kind::HEX64 => {
                EventValue::Unsigned(exact(bytes).map(u64::from_le_bytes)?)
            }
            // A pointer or size: as wide as the machine that wrote it.
            kind::SIZE => match bytes.len() {
                4 => EventValue::Unsigned(u64::from(u32_at(bytes, 0)?)),
                _ => EventValue::Unsigned(exact(bytes).map(u64::from_le_bytes)?),
            },
            // Every 32-bit float has an equal 64-bit one.
            kind::REAL32 => {
                EventValue::FloatBits(f64::from(exact(bytes).map(f32::from_le_bytes)?).to_bits())
            }
            kind::REAL64 => EventValue::FloatBits(exact(bytes).map(u64::from_le_bytes)?),
            kind::BOOLEAN => boolean(bytes)?,
            kind::GUID => EventValue::Text(guid_text(bytes)?),
            kind::FILETIME => filetime(exact(bytes).map(u64::from_le_bytes)?),
            kind::SYSTEMTIME => EventValue::Time(system_time(bytes)?),
            kind::SID => EventValue::Text(sid_text(bytes)?),
            _ => return None,
        })
    }

    /// The items of an array: strings up to their NULs, SIDs by their own length, the rest by
    /// the length of the type.
    fn array(self, ansi: &'static Encoding) -> Option<Vec<EventValue>> {
        let item = self.kind & !kind::ARRAY;
        let bytes = self.bytes;
        if bytes.is_empty() {
            return Some(Vec::new());
        }
        match item {
            kind::TEXT => Some(
                split_utf16(bytes)
                    .map(|text| EventValue::Text(text_of_utf16(text)))
                    .collect(),
            ),
            kind::ANSI => {
                let bytes = bytes.strip_suffix(&[0]).unwrap_or(bytes);
                Some(
                    bytes
                        .split(|byte| *byte == 0)
                        .map(|text| EventValue::Text(ansi_text(text, ansi)))
                        .collect(),
                )
            }
            kind::SID => sid_array(bytes),
            _ => {
                let length = fixed_length(item).filter(|length| *length > 0)?;
                if !bytes.len().is_multiple_of(length) {
                    return None;
                }
                bytes
                    .chunks_exact(length)
                    .map(|bytes| {
                        RawValue {
                            kind: item,
                            at: self.at,
                            bytes,
                        }
                        .scalar(ansi)
                    })
                    .collect()
            }
        }
    }
}

fn exact<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

/// Text in the machine's code page. Pure ASCII and valid UTF-8 need no knowledge of it.
fn ansi_text(bytes: &[u8], ansi: &'static Encoding) -> String {
    let end = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    let bytes = bytes.get(..end).unwrap_or_default();
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => ansi.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// MS-EVEN6 says 8 bits, files have 32. What is neither 0 nor 1 stays a number.
fn boolean(bytes: &[u8]) -> Option<EventValue> {
    let raw = match bytes {
        [byte] => u32::from(*byte),
        _ => u32::from_le_bytes(exact(bytes)?),
    };
    Some(match raw {
        0 => EventValue::Boolean(false),
        1 => EventValue::Boolean(true),
        other => EventValue::Unsigned(u64::from(other)),
    })
}

/// A FILETIME outside the years that have four digits, or zero, stays the number it is.
fn filetime(raw: u64) -> EventValue {
    Timestamp::from_filetime(raw).map_or(EventValue::Unsigned(raw), EventValue::Time)
}

fn system_time(bytes: &[u8]) -> Option<Timestamp> {
    if bytes.len() != 16 {
        return None;
    }
    let field = |index: usize| u16_at(bytes, index * 2).map(u32::from);
    Timestamp::from_civil(
        (i32::try_from(field(0)?).ok()?, field(1)?, field(3)?),
        (field(4)?, field(5)?, field(6)?),
        field(7)?.checked_mul(10_000)?,
    )
}

fn guid_text(bytes: &[u8]) -> Option<String> {
    if bytes.len() != 16 {
        return None;
    }
    let mut text = format!(
        "{{{:08X}-{:04X}-{:04X}-",
        u32_at(bytes, 0)?,
        u16_at(bytes, 4)?,
        u16_at(bytes, 6)?
    );
    for (index, byte) in bytes.iter().enumerate().skip(8) {
        if index == 10 {
            text.push('-');
        }
        let _ = write!(text, "{byte:02X}");
    }
    text.push('}');
    Some(text)
}

/// The length that a SID's own count of sub-authorities gives it.
fn sid_length(bytes: &[u8]) -> Option<usize> {
    Some(8 + 4 * usize::from(*bytes.get(1)?))
}

fn sid_text(bytes: &[u8]) -> Option<String> {
    let length = sid_length(bytes)?;
    if bytes.len() < length {
        return None;
    }
    let authority = u64::from(u16::from_be_bytes(exact(slice_at(bytes, 2, 2)?)?)) << 32
        | u64::from(u32::from_be_bytes(exact(slice_at(bytes, 4, 4)?)?));
    let mut text = format!("S-{}-{authority}", bytes.first()?);
    for part in bytes.get(8..length)?.chunks_exact(4) {
        let _ = write!(text, "-{}", u32_at(part, 0)?);
    }
    Some(text)
}

fn sid_array(mut bytes: &[u8]) -> Option<Vec<EventValue>> {
    let mut sids = Vec::new();
    while !bytes.is_empty() {
        let (sid, rest) = bytes.split_at_checked(sid_length(bytes)?)?;
        sids.push(EventValue::Text(sid_text(sid)?));
        bytes = rest;
    }
    Some(sids)
}

/// Texts, each with a NUL behind it; the last NUL may be missing.
fn split_utf16(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes.get(..bytes.len() & !1).unwrap_or_default();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .chunks_exact(2)
            .position(|unit| unit == [0, 0])
            .map_or(rest.len(), |index| index * 2);
        let (text, behind) = rest.split_at_checked(end)?;
        rest = behind.get(2..).unwrap_or_default();
        Some(text)
    })
}

/// The value as text; a value that is text stays it.
pub(in crate::event_log) fn into_text(value: EventValue) -> String {
    match value {
        EventValue::Text(text) => text,
        other => plain_text(&other, false),
    }
}

/// The raw value as Windows writes it into text, for content that mixes text and values.
pub(in crate::event_log) fn plain_text(value: &EventValue, hexadecimal: bool) -> String {
    match value {
        EventValue::Empty => String::new(),
        EventValue::Text(text) => text.clone(),
        EventValue::Unsigned(number) if hexadecimal => format!("{number:#x}"),
        EventValue::Unsigned(number) => number.to_string(),
        EventValue::Signed(number) => number.to_string(),
        EventValue::Boolean(yes) => yes.to_string(),
        EventValue::FloatBits(bits) => f64::from_bits(*bits).to_string(),
        EventValue::Time(time) => time.to_string(),
        EventValue::Binary(bytes) => {
            let mut text = String::with_capacity(bytes.len() * 2);
            for byte in bytes {
                let _ = write!(text, "{byte:02X}");
            }
            text
        }
        EventValue::List(items) => items
            .iter()
            .map(|item| plain_text(item, hexadecimal))
            .collect::<Vec<_>>()
            .join(","),
    }
}

/// Whether Windows writes values of that type in hexadecimal.
pub(in crate::event_log) fn is_hexadecimal(of: u8) -> bool {
    matches!(of & !kind::ARRAY, kind::SIZE | kind::HEX32 | kind::HEX64)
}
