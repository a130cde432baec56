//! Records as rows of columns, with quotation marks as in CSV (RFC 4180): a cell in quotation
//! marks may hold the delimiter, line ends and doubled quotation marks.

use std::borrow::Cow;

use super::builder::{Builder, Place};
use super::layout::RowLayout;
use crate::text::Text;

/// How many rows at the start are searched for the header.
const HEADER_WITHIN: usize = 32;

/// The most lines of one row. A lone quotation mark would otherwise swallow the rest of the log.
const MOST_LINES: usize = 8;

pub(super) fn read(
    text: &Text<'_>,
    length: usize,
    layout: &RowLayout,
    builder: &mut Builder<'_, '_>,
) {
    let mut columns = layout.columns.clone();
    let mut searched = 0;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let decoded = line.decode();
        let mut place = Place {
            line: line.number,
            offset: line.offset,
            end: line.end(),
        };
        if decoded.text.trim().is_empty() {
            continue;
        }
        if decoded.damaged || line.cut {
            builder.damage(place, "bytes that are no text");
            continue;
        }
        let mut joined: Cow<'_, str> = decoded.text;
        let mut ahead = lines.clone();
        let mut taken = 1;
        let cells = loop {
            if let Some(cells) = split(&joined, layout.delimiter) {
                break Some(cells);
            }
            let next = (taken < MOST_LINES).then(|| ahead.next()).flatten();
            let Some(next) = next.filter(|next| !next.cut && !next.decode().damaged) else {
                break None;
            };
            taken += 1;
            place.end = next.end();
            let joined = joined.to_mut();
            joined.push('\n');
            joined.push_str(&next.decode().text);
        };
        let Some(cells) = cells else {
            place.end = line.end();
            builder.damage(place, "a quotation mark without its counterpart");
            continue;
        };
        lines = ahead;
        let Some(names) = &columns else {
            searched += 1;
            if is_header(&cells, builder) {
                columns = Some(cells);
            } else if searched == HEADER_WITHIN {
                break;
            }
            continue;
        };
        if cells == *names {
            // The header again: a log put together from several.
            continue;
        }
        if cells.len() != names.len() {
            builder.damage(place, "a row with more or fewer columns than the log has");
            continue;
        }
        let values: Vec<(&str, &str)> = names
            .iter()
            .zip(&cells)
            .map(|(name, cell)| (name.as_str(), cell.as_str()))
            .collect();
        builder.record(place, &values);
    }
    if columns.is_none() && length > 0 {
        let place = Place {
            line: 1,
            offset: 0,
            end: u64::try_from(length).unwrap_or(u64::MAX),
        };
        let reason = missing_header(builder);
        builder.damage(place, &reason);
    }
}

/// A header names everything that the profile needs, and nothing twice.
fn is_header(cells: &[String], builder: &Builder<'_, '_>) -> bool {
    let has = |name: &str| cells.iter().filter(|cell| *cell == name).count() == 1;
    builder.profile.suffices(&has)
}

fn missing_header(builder: &Builder<'_, '_>) -> String {
    let profile = builder.profile;
    let fields = profile
        .fields()
        .filter(|(_, field)| !field.optional)
        .map(|(_, field)| field.names.join("|"));
    let times = profile
        .times
        .iter()
        .map(|source| source.fields.join(" and "));
    let fields: Vec<String> = fields.collect();
    let times: Vec<String> = times.collect();
    format!(
        "no header row with the columns that the profile needs ({}, and {})",
        fields.join(", "),
        times.join(" or ")
    )
}

/// The cells of a row, or `None` while a quotation mark is open.
fn split(row: &str, delimiter: char) -> Option<Vec<String>> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut letters = row.chars().peekable();
    let (mut quoted, mut fresh) = (false, true);
    while let Some(letter) = letters.next() {
        if quoted {
            match letter {
                '"' if letters.peek() == Some(&'"') => {
                    cell.push('"');
                    letters.next();
                }
                '"' => quoted = false,
                _ => cell.push(letter),
            }
        } else if letter == delimiter {
            cells.push(cell.trim().to_owned());
            cell.clear();
            fresh = true;
            continue;
        } else if letter == '"' && fresh {
            quoted = true;
        } else {
            cell.push(letter);
        }
        fresh = false;
    }
    cells.push(cell.trim().to_owned());
    (!quoted).then_some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotation_marks_keep_delimiters() {
        let cells = split(r#"a,"b,""c""",d"e,"#, ',').unwrap();
        assert_eq!(cells, ["a", r#"b,"c""#, r#"d"e"#, ""]);
        assert_eq!(split(r#"a,"b"#, ','), None);
    }

    proptest! {
        /// The csv crate reads the same cells, whatever stands in them.
        #[test]
        fn rows_split_as_the_csv_crate_splits_them(
            cells in proptest::collection::vec("[a-z\",\n 午後]{0,6}", 1..6),
        ) {
            let mut writer = csv::WriterBuilder::new()
                .quote_style(csv::QuoteStyle::Always)
                .from_writer(Vec::new());
            writer.write_record(&cells).unwrap();
            let bytes = writer.into_inner().unwrap();
            let row = std::str::from_utf8(&bytes).unwrap().trim_end_matches('\n');
            let trimmed: Vec<&str> = cells.iter().map(|cell| cell.trim()).collect();
            prop_assert_eq!(split(row, ',').unwrap(), trimmed);
        }
    }
}
