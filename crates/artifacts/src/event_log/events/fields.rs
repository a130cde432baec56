//! Finding a field in an event's data, whatever the layout of the version that wrote it.

use kusari_evidence::time::Timestamp;

use super::super::{EventRecord, EventValue};

/// The first value whose own name (the last part of its path, without the `@` of an attribute)
/// is `name`, in any letter case. Windows 7 writes some fields as attributes that later versions
/// write as elements.
pub(super) fn value<'a>(record: &'a EventRecord, name: &str) -> Option<&'a EventValue> {
    record
        .data
        .iter()
        .find(|(path, _)| is_own_name(path.as_bytes(), name.as_bytes()))
        .map(|(_, value)| value)
}

/// Whether the last part of a path is `name`. Looks from the end, because every lookup goes
/// through all paths before the one it finds.
fn is_own_name(path: &[u8], name: &[u8]) -> bool {
    let Some((above, own)) = path
        .len()
        .checked_sub(name.len())
        .and_then(|at| path.split_at_checked(at))
    else {
        return false;
    };
    let above = above.strip_suffix(b"@").unwrap_or(above);
    matches!(above.last(), None | Some(b'/')) && own.eq_ignore_ascii_case(name)
}

/// A text that says something: not empty, not the `-` or `NULL` that Windows writes for nothing.
pub(super) fn text(record: &EventRecord, name: &str) -> Option<String> {
    match value(record, name)? {
        EventValue::Text(text) => meaningful(text),
        _ => None,
    }
}

/// The first of several names that has a text.
pub(super) fn text_of(record: &EventRecord, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| text(record, name))
}

fn meaningful(text: &str) -> Option<String> {
    let text = text.trim_matches(|letter: char| letter == '\0' || letter.is_whitespace());
    (!matches!(text, "" | "-" | "NULL")).then(|| text.to_owned())
}

/// A number, also one written as text.
pub(super) fn number(record: &EventRecord, name: &str) -> Option<u64> {
    value(record, name)?.as_number()
}

/// The first of several names that has a number.
pub(super) fn number_of(record: &EventRecord, names: &[&str]) -> Option<u64> {
    names.iter().find_map(|name| number(record, name))
}

/// A status code: also a negative 32-bit number, as some events write theirs.
pub(super) fn status(record: &EventRecord, name: &str) -> Option<u32> {
    match value(record, name)? {
        EventValue::Signed(number) => {
            let [a, b, c, d, ..] = number.to_le_bytes();
            Some(u32::from_le_bytes([a, b, c, d]))
        }
        other => u32::try_from(other.as_number()?).ok(),
    }
}

/// A yes or no.
pub(super) fn flag(record: &EventRecord, name: &str) -> Option<bool> {
    match value(record, name)? {
        EventValue::Boolean(yes) => Some(*yes),
        EventValue::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        EventValue::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        other => other.as_number().map(|number| number != 0),
    }
}

/// A GUID, `{…}` in upper case; the zero GUID, which stands for none, gives `None`.
pub(super) fn guid(record: &EventRecord, name: &str) -> Option<String> {
    let text = text(record, name)?;
    let inner = text.trim_start_matches('{').trim_end_matches('}');
    let is_guid = inner.len() == 36
        && inner
            .bytes()
            .all(|letter| letter.is_ascii_hexdigit() || letter == b'-');
    let is_zero = inner.bytes().all(|letter| matches!(letter, b'0' | b'-'));
    (is_guid && !is_zero).then(|| format!("{{{}}}", inner.to_ascii_uppercase()))
}

/// Bytes.
pub(super) fn bytes<'a>(record: &'a EventRecord, name: &str) -> Option<&'a [u8]> {
    match value(record, name)? {
        EventValue::Binary(bytes) if !bytes.is_empty() => Some(bytes),
        _ => None,
    }
}

/// A moment.
pub(super) fn time(record: &EventRecord, name: &str) -> Option<Timestamp> {
    match value(record, name)? {
        EventValue::Time(time) => Some(*time),
        _ => None,
    }
}

/// The unnamed strings of an event of the old kind, in their order.
pub(super) fn strings(record: &EventRecord) -> Vec<&str> {
    fn add<'a>(value: &'a EventValue, strings: &mut Vec<&'a str>) {
        match value {
            EventValue::Text(text) => strings.push(text),
            EventValue::Empty => strings.push(""),
            EventValue::List(values) => {
                // A list inside a list does not occur; it would only be flattened once.
                for value in values {
                    if let EventValue::Text(text) = value {
                        strings.push(text);
                    } else {
                        strings.push("");
                    }
                }
            }
            _ => {}
        }
    }
    let mut strings = Vec::new();
    for (name, value) in &record.data {
        if name.is_empty() {
            add(value, &mut strings);
        }
    }
    strings
}

/// A SYSTEMTIME of sixteen bytes (MS-DTYP 2.3.13) at an offset of some bytes.
pub(super) fn system_time(bytes: &[u8], at: usize) -> Option<Timestamp> {
    let part = |index: usize| -> Option<u32> {
        let at = at.checked_add(index.checked_mul(2)?)?;
        let pair = bytes.get(at..at.checked_add(2)?)?;
        Some(u32::from(u16::from_le_bytes(pair.try_into().ok()?)))
    };
    let milliseconds = part(7)?;
    if milliseconds > 999 {
        return None;
    }
    Timestamp::from_civil(
        (i32::try_from(part(0)?).ok()?, part(1)?, part(3)?),
        (part(4)?, part(5)?, part(6)?),
        milliseconds.checked_mul(10_000)?,
    )
}

#[cfg(test)]
mod tests {
    use super::is_own_name;

    #[test]
    fn a_field_is_found_by_the_last_part_of_its_path() {
        let found = |path: &str| is_own_name(path.as_bytes(), b"InstanceId");
        assert!(
            [
                "InstanceId",
                "@instanceid",
                "A/B/InstanceID",
                "A/@InstanceId"
            ]
            .into_iter()
            .all(found)
        );
        assert!(
            ![
                "",
                "Id",
                "ParentInstanceId",
                "A/x@InstanceId",
                "InstanceId/A",
                "@@InstanceId"
            ]
            .into_iter()
            .any(found)
        );
    }
}
