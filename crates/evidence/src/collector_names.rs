//! Names that a collector escaped so that they could stand on its own disk.
//!
//! Velociraptor writes each byte other than ASCII letters, digits and `-_.~ $` as `%XX`, besides
//! a `.` at either end and a `#` at the beginning (source: the project's file store, `Sanitize`).
//! Newer versions escape less and leave other names alone, so a name is unescaped only when
//! every `%` in it begins an escape that Velociraptor would write. `Partition%4Diagnostic`, a
//! name that Windows itself makes, is none: `%4D` would be the letter `M`.

/// The name that `escaped` stands for, or `None` when it is not an escaped name.
pub(crate) fn unescape(escaped: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped.as_bytes().iter();
    let mut any = false;
    while let Some(&byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = upper_hexadecimal(*rest.next()?)?;
        let low = upper_hexadecimal(*rest.next()?)?;
        let meant = high * 16 + low;
        if !is_escaped(meant) {
            return None;
        }
        bytes.push(meant);
        any = true;
    }
    let name = String::from_utf8(bytes).ok()?;
    // A separator or a name of the tree itself would let a file claim another place than its own.
    let is_name = !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\0']);
    (any && is_name).then_some(name)
}

fn is_escaped(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_' | b'~' | b' ' | b'$')
}

fn upper_hexadecimal(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// The drive letter that a collection's folder is named after: `C`, `C:`, `C%3A`, `\\.\C:`,
/// `\\?\C:`, escaped or not.
pub(crate) fn drive_letter(name: &str) -> Option<char> {
    let plain = unescape(name).unwrap_or_else(|| name.to_owned());
    let plain = plain
        .strip_prefix(r"\\.\")
        .or_else(|| plain.strip_prefix(r"\\?\"))
        .unwrap_or(&plain);
    let letter = plain.strip_suffix(':').unwrap_or(plain);
    let mut characters = letter.chars();
    match (characters.next(), characters.next()) {
        (Some(letter), None) if letter.is_ascii_alphabetic() => Some(letter.to_ascii_uppercase()),
        _ => None,
    }
}

/// The folder is named after a drive or device in a way that only a collector does, so what is
/// inside it is a drive whatever it holds: `C%3A`, `%5C%5C.%5CC%3A`, a shadow copy's device.
pub(crate) fn is_device_name(name: &str) -> bool {
    let Some(plain) = unescape(name) else {
        return false;
    };
    plain.starts_with(r"\\.\")
        || plain.starts_with(r"\\?\")
        || (plain.ends_with(':') && drive_letter(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn velociraptor_names() {
        assert_eq!(unescape("C%3A").as_deref(), Some("C:"));
        assert_eq!(unescape("%5C%5C.%5CC%3A").as_deref(), Some(r"\\.\C:"));
        assert_eq!(
            unescape("Microsoft-Windows-Partition%254Diagnostic.evtx").as_deref(),
            Some("Microsoft-Windows-Partition%4Diagnostic.evtx")
        );
        assert_eq!(
            unescape("%E5%8F%B0%E5%B8%B3.txt").as_deref(),
            Some("台帳.txt")
        );
        assert_eq!(unescape("%2Ebashrc").as_deref(), Some(".bashrc"));
    }

    #[test]
    fn other_names_stay_as_they_are() {
        for name in [
            "Microsoft-Windows-Partition%4Diagnostic.evtx",
            "Microsoft-Windows-Kernel-PnP%4Configuration.evtx",
            "plain.txt",
            "50%",
            "%",
            "%2",
            "%2F..%2Fescape",
            "%2E%2E",
            "%2E",
            "a%00b",
            "%FF%FE",
            "C%3a",
        ] {
            assert_eq!(unescape(name), None, "{name}");
        }
    }

    #[test]
    fn letters() {
        for name in [
            "C",
            "c",
            "C:",
            "C%3A",
            "%5C%5C.%5CC%3A",
            r"\\.\C:",
            "%5C%5C%3F%5CC%3A",
        ] {
            assert_eq!(drive_letter(name), Some('C'), "{name}");
        }
        for name in ["", ":", "CC", "1", "台", "%5C%5C.%5CPhysicalDrive0"] {
            assert_eq!(drive_letter(name), None, "{name}");
        }
        assert!(is_device_name("C%3A"));
        assert!(is_device_name(
            "%5C%5C%3F%5CGLOBALROOT%5CDevice%5CHarddiskVolumeShadowCopy1"
        ));
        assert!(!is_device_name("C"));
        assert!(!is_device_name("a%3A%3A"));
    }
}
