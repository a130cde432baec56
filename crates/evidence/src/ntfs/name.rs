//! Names as NTFS stores them: UTF-16, little-endian, not always well-formed.

use std::fmt;

/// A name in the bytes of a structure. NTFS allows any 16-bit units, also halves of surrogate
/// pairs, so the units are the name and the text is what people see of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name<'a>(&'a [u8]);

impl<'a> Name<'a> {
    /// The name in these bytes, two a unit.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// Its 16-bit units.
    pub fn units(self) -> impl Iterator<Item = u16> + Clone + 'a {
        self.0
            .as_chunks::<2>()
            .0
            .iter()
            .map(|unit| u16::from_le_bytes(*unit))
    }

    /// Whether there is none: the unnamed `$DATA` is the content of a file.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is spelled exactly so.
    #[must_use]
    pub fn is(self, text: &str) -> bool {
        self.units().eq(text.encode_utf16())
    }

    /// As text for paths. What cannot stand in one name of a path is U+FFFD: half a surrogate
    /// pair, a zero, a slash.
    #[must_use]
    pub fn to_text(self) -> String {
        char::decode_utf16(self.units())
            .map(|unit| match unit {
                Ok('/' | '\0') | Err(_) => char::REPLACEMENT_CHARACTER,
                Ok(character) => character,
            })
            .collect()
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_stand_in_a_path_is_replaced() {
        let units: [u16; 6] = [0x3042, 0xD800, 0x2F, 0, 0xD83D, 0xDE00];
        let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let name = Name::new(&bytes);
        assert_eq!(name.to_text(), "あ\u{FFFD}\u{FFFD}\u{FFFD}😀");
        assert!(name.units().eq(units));
        assert!(!name.is("あ"));
        assert!(Name::new(&bytes[..2]).is("あ"));
    }
}
