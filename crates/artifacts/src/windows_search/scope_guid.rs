//! GUIDs in the parts of addresses.

use kusari_evidence::Guid;

/// The GUID of a part such as `[8c816da2-9660-4bfc-8981-8bedf92cd394]/`.
pub(super) fn guid_in(name: &str) -> Option<Guid> {
    let text = name.trim_end_matches('/');
    let text = text.strip_prefix('[')?.strip_suffix(']')?;
    let text = text.strip_prefix('{').unwrap_or(text);
    let text = text.strip_suffix('}').unwrap_or(text);
    parse_guid(text)
}

/// A GUID of five groups of hexadecimal digits.
fn parse_guid(text: &str) -> Option<Guid> {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths = groups.iter().map(|group| group.len());
    if !lengths.eq([8, 4, 4, 4, 12]) {
        return None;
    }
    let digits: String = groups.concat();
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = u128::from_str_radix(&digits, 16).ok()?.to_be_bytes();
    // The first three parts lie lowest byte first.
    for part in [0..4, 4..6, 6..8] {
        if let Some(part) = bytes.get_mut(part) {
            part.reverse();
        }
    }
    Some(Guid(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_stands_in_brackets() {
        let guid = guid_in("[8c816da2-9660-4bfc-8981-8bedf92cd394]/").unwrap();
        assert_eq!(guid.to_string(), "{8C816DA2-9660-4BFC-8981-8BEDF92CD394}");
        for other in [
            "8c816da2-9660-4bfc-8981-8bedf92cd394/",
            "[8c816da2-9660-4bfc-8981]/",
            "[8c816da2-9660-4bfc-8981-8bedf92cd39+]/",
            "[folder]/",
            "[]",
        ] {
            assert_eq!(guid_in(other), None, "{other}");
        }
    }
}
