//! Results as JSON, JSON lines and CSV.

use std::io::{self, Write};

use serde::Serialize;

/// One JSON document, set in by two spaces, ending in a line break.
pub(crate) fn json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    out.write_all(b"\n")
}

/// A JSON array whose items are written one by one, so that none needs to wait for the others.
pub(crate) fn json_array<T: Serialize>(
    out: &mut dyn Write,
    items: impl Iterator<Item = T>,
) -> io::Result<()> {
    out.write_all(b"[")?;
    let mut first = true;
    for item in items {
        out.write_all(if first { b"\n" } else { b",\n" })?;
        first = false;
        serde_json::to_writer(&mut *out, &item)?;
    }
    out.write_all(if first { b"]\n" } else { b"\n]\n" })
}

/// One JSON object a line.
pub(crate) fn json_lines<T: Serialize>(
    out: &mut dyn Write,
    items: impl Iterator<Item = T>,
) -> io::Result<()> {
    for item in items {
        serde_json::to_writer(&mut *out, &item)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Comma-separated values with a header. Values stand as they are; a program that takes a value
/// that begins with `=` for a formula must be told to read texts.
pub(crate) fn csv<const N: usize>(
    out: &mut dyn Write,
    header: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(&row)?;
    }
    writer.flush()
}

/// What a result answers that has no picture.
pub(crate) fn no_picture() -> io::Result<()> {
    let message = "only the custody table can be written as a picture (SVG)";
    Err(io::Error::new(io::ErrorKind::Unsupported, message))
}

/// A value that may be missing, as CSV has it.
pub(crate) fn or_empty(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_array_is_json_whatever_its_length() {
        for count in 0..3 {
            let written = text(|out| json_array(out, 0..count));
            let back: Vec<i32> = serde_json::from_str(&written).unwrap();
            assert_eq!(back, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn values_with_commas_and_line_breaks_stay_one_value() {
        let row = ["a,b".to_owned(), "c\n\"d\"".to_owned()];
        let written = text(|out| csv(out, ["x", "y"], [row].into_iter()));
        assert_eq!(written, "x,y\n\"a,b\",\"c\n\"\"d\"\"\"\n");
    }
}
