//! From the bytes of one line to its text.

use std::borrow::Cow;

use encoding_rs::SHIFT_JIS;

use super::Encoding;

/// The text of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text; U+FFFD stands for bytes that are no text in this encoding.
    pub text: Cow<'a, str>,
    /// Whether some bytes were no text, or were zeros where text was expected.
    pub damaged: bool,
}

/// Decodes a stretch of bytes that begins and ends at a character.
#[must_use]
pub fn decode(bytes: &[u8], encoding: Encoding) -> Decoded<'_> {
    let (text, malformed) = match encoding {
        Encoding::Utf8 => match std::str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), false),
            Err(_) => (String::from_utf8_lossy(bytes), true),
        },
        Encoding::Cp932 => SHIFT_JIS.decode_without_bom_handling(bytes),
        Encoding::Utf16Le => utf16(bytes, u16::from_le_bytes),
        Encoding::Utf16Be => utf16(bytes, u16::from_be_bytes),
    };
    // Windows leaves zeros where a log was extended but not written before a crash.
    let damaged = malformed || text.contains('\0');
    Decoded { text, damaged }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (Cow<'_, str>, bool) {
    let mut pairs = bytes.chunks_exact(2);
    let units = pairs
        .by_ref()
        .filter_map(|pair| pair.try_into().ok())
        .map(unit);
    let mut damaged = false;
    let mut text: String = char::decode_utf16(units)
        .map(|unit| {
            unit.unwrap_or_else(|_| {
                damaged = true;
                char::REPLACEMENT_CHARACTER
            })
        })
        .collect();
    if !pairs.remainder().is_empty() {
        damaged = true;
        text.push(char::REPLACEMENT_CHARACTER);
    }
    (Cow::Owned(text), damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_bytes_are_marked_and_the_rest_is_kept() {
        let cases: [(&[u8], Encoding, &str, bool); 8] = [
            (b"abc", Encoding::Utf8, "abc", false),
            (b"a\xFFc", Encoding::Utf8, "a\u{FFFD}c", true),
            (b"a\0c", Encoding::Utf8, "a\0c", true),
            (b"\x8D\x95", Encoding::Cp932, "黒", false),
            // NEC row 13, in CP932 but not in the Japanese standard.
            (b"\x87\x40", Encoding::Cp932, "①", false),
            (b"a\x81", Encoding::Cp932, "a\u{FFFD}", true),
            (b"a\0\x00\xD8", Encoding::Utf16Le, "a\u{FFFD}", true),
            (b"\0a\0", Encoding::Utf16Be, "a\u{FFFD}", true),
        ];
        for (bytes, encoding, text, damaged) in cases {
            let decoded = decode(bytes, encoding);
            assert_eq!(
                (&*decoded.text, decoded.damaged),
                (text, damaged),
                "{bytes:?}"
            );
        }
    }
}
