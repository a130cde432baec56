//! Names on the examiner's disk as text, and back to the same file.

use std::ffi::OsStr;

/// A name as text that no other name of the same folder has. Bytes that are no text (an unpacked
/// archive in another encoding) become `\xNN`; a backslash cannot stand in a name on Windows.
pub(crate) fn to_text(name: &OsStr) -> String {
    match name.to_str() {
        Some(text) => text.to_owned(),
        None => escape(name),
    }
}

fn escape(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn names_in_another_encoding_stay_apart() {
        // `表` in CP932 is 0x95 0x5C.
        let name = OsStr::from_bytes(b"a\x95.txt");
        assert_eq!(to_text(name), "a\\x95.txt");
        assert_ne!(to_text(name), to_text(OsStr::from_bytes(b"a\x96.txt")));
        assert_eq!(to_text(OsStr::new("表.txt")), "表.txt");
    }
}
