//! Names of keys and values, and how Windows compares them.

/// Names are stored as UTF-16, or as one byte a character when all characters are Latin-1.
pub(super) fn decode(bytes: &[u8], compressed: bool) -> String {
    if compressed {
        bytes.iter().copied().map(char::from).collect()
    } else {
        char::decode_utf16(units(bytes))
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    }
}

/// UTF-16 code units in little-endian order; an odd last byte is left out.
pub(super) fn units(bytes: &[u8]) -> impl Iterator<Item = u16> + '_ {
    bytes
        .chunks_exact(2)
        .filter_map(|pair| Some(u16::from_le_bytes(pair.try_into().ok()?)))
}

/// Whether a stored name is `wanted`, without case.
pub(super) fn matches(bytes: &[u8], compressed: bool, wanted: &str) -> bool {
    if compressed {
        same(bytes.iter().copied().map(char::from), wanted)
    } else {
        same(
            char::decode_utf16(units(bytes))
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)),
            wanted,
        )
    }
}

fn same(mut stored: impl Iterator<Item = char>, wanted: &str) -> bool {
    let mut wanted = wanted.chars();
    loop {
        match (stored.next(), wanted.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b || upper(a) == upper(b) => {}
            _ => return false,
        }
    }
}

/// The upper case of one character. Windows maps each UTF-16 unit to one other, so a character
/// whose upper case is several characters, or that lies outside the Basic Multilingual Plane,
/// stays as it is.
pub(super) fn upper(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_uppercase();
    }
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) if character.len_utf16() == 1 => one,
        _ => character,
    }
}

/// The hash of a name in `lh` lists: over the UTF-16 units of the name in upper case.
pub(super) fn hash(bytes: &[u8], compressed: bool) -> u32 {
    let add = |hash: u32, unit: u16| {
        let upper =
            char::from_u32(u32::from(unit)).map_or(u32::from(unit), |c| u32::from(upper(c)));
        hash.wrapping_mul(37).wrapping_add(upper)
    };
    if compressed {
        bytes.iter().map(|&byte| u16::from(byte)).fold(0, add)
    } else {
        units(bytes).fold(0, add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decode_as_latin_1_or_utf_16() {
        assert_eq!(decode(&[0xe4, b'a'], true), "äa");
        assert_eq!(decode(&[0xe4, 0, 0x3d, 0xd8], false), "ä\u{fffd}");
    }

    #[test]
    fn names_compare_without_case() {
        assert!(matches(b"usbstor", true, "USBSTOR"));
        assert!(matches(&[0xe4], true, "Ä"));
        assert!(!matches(b"USB", true, "USBSTOR"));
        assert!(!matches(b"USBSTOR", true, "USB"));
        // ß has no upper case of its own in Windows' table.
        assert!(!matches(&[0xdf], true, "SS"));
    }
}
