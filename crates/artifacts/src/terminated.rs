//! Texts that end at a NUL, and texts of a known length.

use encoding_rs::{Encoding, UTF_16LE};

/// ANSI text up to the first NUL, or up to the end of `bytes` where there is none.
pub(crate) fn ansi(bytes: &[u8], encoding: &'static Encoding) -> String {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    ansi_whole(bytes.get(..end).unwrap_or_default(), encoding)
}

/// ANSI text with its length in bytes, the NUL included. `None` where no NUL stands.
pub(crate) fn ansi_z(bytes: &[u8], encoding: &'static Encoding) -> Option<(String, usize)> {
    let end = memchr::memchr(0, bytes)?;
    Some((ansi_whole(bytes.get(..end)?, encoding), end.checked_add(1)?))
}

/// All of `bytes` as ANSI text. U+FFFD stands for what is no character.
pub(crate) fn ansi_whole(bytes: &[u8], encoding: &'static Encoding) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// UTF-16 text up to the first NUL, or up to the end of `bytes` where there is none.
pub(crate) fn utf16(bytes: &[u8]) -> String {
    let end = utf16_nul(bytes).unwrap_or(bytes.len());
    utf16_whole(bytes.get(..end).unwrap_or_default())
}

/// UTF-16 text with its length in bytes, the NUL included. `None` where no NUL stands.
pub(crate) fn utf16_z(bytes: &[u8]) -> Option<(String, usize)> {
    let end = utf16_nul(bytes)?;
    Some((utf16_whole(bytes.get(..end)?), end.checked_add(2)?))
}

/// All of `bytes` as UTF-16. U+FFFD stands for surrogates without their other half, which file
/// names of Windows may hold; an odd last byte is left out.
pub(crate) fn utf16_whole(bytes: &[u8]) -> String {
    let even = bytes.get(..bytes.len() & !1).unwrap_or_default();
    UTF_16LE.decode_without_bom_handling(even).0.into_owned()
}

fn utf16_nul(bytes: &[u8]) -> Option<usize> {
    bytes
        .chunks_exact(2)
        .position(|unit| unit == [0, 0])
        .map(|units| units.saturating_mul(2))
}

#[cfg(test)]
mod tests {
    use encoding_rs::SHIFT_JIS;

    use super::*;

    #[test]
    fn texts_end_at_their_nul() {
        assert_eq!(ansi(b"\x95\x5C.txt\0rest", SHIFT_JIS), "表.txt");
        assert_eq!(ansi_z(b"ab\0c", SHIFT_JIS), Some(("ab".into(), 3)));
        assert_eq!(ansi_z(b"ab", SHIFT_JIS), None);
        assert_eq!(utf16(b"a\0b\0\0\0c\0"), "ab");
        // The zero byte of one unit beside that of the next is no NUL.
        assert_eq!(
            utf16_z(b"a\x01\0\x01\0\0"),
            Some(("\u{161}\u{100}".into(), 6))
        );
        assert_eq!(utf16(b"a\0b\0\x63"), "ab");
        assert_eq!(utf16(&[0, 0xD8]), "\u{FFFD}");
    }
}
