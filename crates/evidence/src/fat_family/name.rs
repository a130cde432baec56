//! Names as they are shown: what no Windows name can hold is made visible.
//!
//! Windows allows neither `\` nor `/` in a name. So `\` can begin the escapes below without ever
//! being mistaken, and a `/` on a volume that somebody made by hand cannot look like a folder.

use std::fmt::Write;

/// A name in UTF-16: lone halves of a surrogate pair are shown as `\uD800`.
pub(crate) fn from_utf16(units: &[u16]) -> String {
    let mut name = String::new();
    for unit in char::decode_utf16(units.iter().copied()) {
        match unit {
            Ok(character) => name.push(character),
            // Writing to a string cannot fail.
            Err(lone) => {
                let _ = write!(name, "\\u{:04X}", lone.unpaired_surrogate());
            }
        }
    }
    name
}

/// A name that can stand in a path: `/`, control characters and a name of only dots are shown
/// as `\x2F`.
pub(crate) fn shown(name: &str) -> String {
    let only_dots = matches!(name, "." | "..");
    let is_odd =
        |character: char| character == '/' || character < ' ' || (only_dots && character == '.');
    if name.is_empty() {
        return "\\x20".to_owned();
    }
    if !name.chars().any(is_odd) {
        return name.to_owned();
    }
    let mut out = String::new();
    for character in name.chars() {
        if is_odd(character) {
            let _ = write!(out, "\\x{:02X}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_name_can_hold_is_visible() {
        assert_eq!(shown("a/b\u{1}"), "a\\x2Fb\\x01");
        assert_eq!(shown(".."), "\\x2E\\x2E");
        assert_eq!(shown("..a"), "..a");
        assert_eq!(shown(""), "\\x20");
        assert_eq!(from_utf16(&[0x61, 0xD83D, 0x62]), "a\\uD83Db");
        assert_eq!(from_utf16(&[0xD83D, 0xDE00]), "😀");
    }
}
