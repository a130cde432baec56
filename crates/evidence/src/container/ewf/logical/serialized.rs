//! The text of a list of files: UTF-16 lines of values that tabs part, in categories that blank
//! lines end.

/// The lines of a text in UTF-16 little-endian, decoded one at a time.
pub(super) struct Lines<'a> {
    units: &'a [[u8; 2]],
}

impl<'a> Lines<'a> {
    /// The lines of a text, with or without a byte order mark.
    pub(super) fn new(text: &'a [u8]) -> Self {
        let text = text.strip_prefix(b"\xff\xfe").unwrap_or(text);
        Self {
            units: text.as_chunks::<2>().0,
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if self.units.is_empty() {
            return None;
        }
        let end = self.units.iter().position(|unit| *unit == [b'\n', 0]);
        let (line, rest) = match end {
            Some(end) => (
                self.units.get(..end).unwrap_or_default(),
                self.units.get(end.saturating_add(1)..).unwrap_or_default(),
            ),
            None => (self.units, <&[[u8; 2]]>::default()),
        };
        self.units = rest;
        let units = line.iter().map(|unit| u16::from_le_bytes(*unit));
        // Half a surrogate pair can stand in a Windows name; it is shown as U+FFFD.
        let text: String = char::decode_utf16(units)
            .map(|character| match character {
                // What stands for the characters that part lines and values.
                Ok('\u{1}') => '\n',
                Ok('\u{2}') => '\r',
                Ok(other) => other,
                Err(_) => char::REPLACEMENT_CHARACTER,
            })
            .collect();
        Some(text)
    }
}

/// The columns of a category, in the order of its tags.
pub(super) struct Columns(Vec<String>);

impl Columns {
    pub(super) fn new(tags: &str) -> Self {
        Self(tags.split('\t').map(str::to_owned).collect())
    }

    /// The values of a line.
    pub(super) fn values<'a>(&'a self, line: &'a str) -> Values<'a> {
        Values {
            columns: self,
            values: line.split('\t').collect(),
        }
    }

    /// Whether there is a column with that tag.
    pub(super) fn has(&self, tag: &str) -> bool {
        self.0.iter().any(|known| known == tag)
    }
}

/// The values of one line.
pub(super) struct Values<'a> {
    columns: &'a Columns,
    values: Vec<&'a str>,
}

impl Values<'_> {
    /// The value in the column with that tag; `None` where it is empty.
    pub(super) fn get(&self, tag: &str) -> Option<String> {
        let column = self.columns.0.iter().position(|known| known == tag)?;
        let value = self.values.get(column).filter(|value| !value.is_empty())?;
        Some(value.replace('\u{3}', "\t"))
    }

    /// The value as a number.
    pub(super) fn number<N: std::str::FromStr>(&self, tag: &str) -> Option<N> {
        self.get(tag)?.parse().ok()
    }
}

/// The two numbers of the line before each entry: the second is how many entries it holds.
pub(super) fn held_entries(line: &str) -> Option<u64> {
    let mut numbers = line.split('\t');
    let (first, second) = (numbers.next()?, numbers.next()?);
    let _: u64 = first.parse().ok()?;
    match numbers.next() {
        None => second.parse().ok(),
        Some(_) => None,
    }
}
