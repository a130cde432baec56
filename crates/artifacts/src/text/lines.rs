//! Lines with their place in the original bytes.

use memchr::memchr2;

use super::{Decoded, Encoding, decode};
use crate::Locator;

/// The most bytes of one line that are looked at. SetupAPI writes at most 336 characters a line
/// and login logs far less; what is longer is no log line, and its rest is skipped.
pub const LONGEST_LINE: usize = 64 * 1024;

/// One line and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// Byte offset of its first byte in the file.
    pub offset: u64,
    /// How many bytes it takes in the file, with its line end.
    pub length: u64,
    /// Its bytes without the line end and, when it is `cut`, without what lies beyond
    /// [`LONGEST_LINE`].
    pub raw: &'a [u8],
    /// Whether it was longer than [`LONGEST_LINE`].
    pub cut: bool,
    encoding: Encoding,
}

impl<'a> Line<'a> {
    /// Its text.
    #[must_use]
    pub fn decode(&self) -> Decoded<'a> {
        decode(self.raw, self.encoding)
    }

    /// Whether its bytes are two to a character, so that `raw` cannot be compared with ASCII.
    #[must_use]
    pub const fn is_utf16(&self) -> bool {
        self.encoding.unit() == 2
    }

    /// The way back to this line.
    #[must_use]
    pub const fn locator(&self) -> Locator {
        Locator::Lines {
            line: self.number,
            offset: self.offset,
            length: self.length,
        }
    }

    /// Byte offset of the first byte behind the line and its line end.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.offset.saturating_add(self.length)
    }
}

/// Iterator over the lines of a text. Lines end with CR LF, LF or CR, as it comes. The lengths of
/// all lines add up to the file's without its byte order mark.
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    rest: &'a [u8],
    offset: u64,
    number: u64,
    encoding: Encoding,
}

impl<'a> Lines<'a> {
    pub(super) fn new(bytes: &'a [u8], encoding: Encoding) -> Self {
        let rest = bytes.strip_prefix(encoding.mark()).unwrap_or(bytes);
        Self {
            rest,
            offset: to_u64(bytes.len() - rest.len()),
            number: 0,
            encoding,
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let (content, line_end) = match self.encoding.unit() {
            1 => split_bytes(self.rest),
            _ => split_utf16(self.rest, matches!(self.encoding, Encoding::Utf16Le)),
        };
        let length = content + line_end;
        let raw = self.rest.get(..content).unwrap_or_default();
        let line = Line {
            number: self.number.saturating_add(1),
            offset: self.offset,
            length: to_u64(length),
            raw: raw.get(..LONGEST_LINE).unwrap_or(raw),
            cut: content > LONGEST_LINE,
            encoding: self.encoding,
        };
        self.number = line.number;
        self.offset = line.end();
        self.rest = self.rest.get(length..).unwrap_or_default();
        Some(line)
    }
}

/// The length of the line's content and of its line end.
fn split_bytes(bytes: &[u8]) -> (usize, usize) {
    let Some(at) = memchr2(b'\r', b'\n', bytes) else {
        return (bytes.len(), 0);
    };
    match bytes.get(at..) {
        Some([b'\r', b'\n', ..]) => (at, 2),
        _ => (at, 1),
    }
}

/// As [`split_bytes`]. When a byte was lost or added, the units behind it stand at the other
/// alignment: a whole CR LF there ends the line as well, and the next line is in step again.
fn split_utf16(bytes: &[u8], little: bool) -> (usize, usize) {
    let crlf: &[u8] = if little { b"\r\0\n\0" } else { b"\0\r\0\n" };
    let ascii = |at: usize, unit: u8| {
        let expected = if little { [unit, 0] } else { [0, unit] };
        bytes
            .get(at..)
            .is_some_and(|rest| rest.starts_with(&expected))
    };
    let half = usize::from(!little);
    let mut from = 0;
    while let Some(found) = bytes
        .get(from..)
        .and_then(|rest| memchr2(b'\r', b'\n', rest))
    {
        let byte = from + found;
        from = byte + 1;
        let Some(at) = byte.checked_sub(half) else {
            continue;
        };
        if bytes.get(at..).is_some_and(|rest| rest.starts_with(crlf)) {
            return (at, 4);
        }
        if at % 2 == 0 && (ascii(at, b'\r') || ascii(at, b'\n')) {
            return (at, 2);
        }
    }
    (bytes.len(), 0)
}

/// No file is longer than 2^64 bytes.
fn to_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    fn texts(bytes: &[u8], encoding: Encoding) -> Vec<(u64, u64, u64, String)> {
        Text::with_encoding(bytes, encoding)
            .lines()
            .map(|line| {
                let text = line.decode().text.into_owned();
                (line.number, line.offset, line.length, text)
            })
            .collect()
    }

    #[test]
    fn every_line_end_counts_and_offsets_are_those_of_the_file() {
        let lines = texts(b"\xEF\xBB\xBFa\r\nb\nc\rd", Encoding::Utf8);
        let expected = [
            (1, 3, 3, "a"),
            (2, 6, 2, "b"),
            (3, 8, 2, "c"),
            (4, 10, 1, "d"),
        ];
        assert_eq!(lines, expected.map(|(n, o, l, t)| (n, o, l, t.to_owned())));
    }

    #[test]
    fn utf16_is_split_at_whole_units() {
        // U+0A0D and U+0D0A hold the bytes of both line ends and are none.
        let bytes: Vec<u8> = "\u{A0D}\u{D0A}\r\nb\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let lines = texts(&bytes, Encoding::Utf16Le);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].3, "\u{A0D}\u{D0A}");
        assert_eq!(lines[1], (2, 8, 4, "b".to_owned()));
    }

    #[test]
    fn a_lost_byte_in_utf16_costs_its_own_line_only() {
        for big in [false, true] {
            let mut bytes: Vec<u8> = "one\r\ntwo\r\nthree\r\nfour\r\n"
                .encode_utf16()
                .flat_map(|unit| {
                    if big {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                })
                .collect();
            bytes.remove(11);
            let encoding = if big {
                Encoding::Utf16Be
            } else {
                Encoding::Utf16Le
            };
            let lines = texts(&bytes, encoding);
            let good: Vec<&str> = lines.iter().map(|line| line.3.as_str()).collect();
            assert_eq!((good[0], good[2], good[3]), ("one", "three", "four"));
        }
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let bytes = vec![b'x'; LONGEST_LINE + 10];
        let line = Text::new(&bytes).lines().next().unwrap();
        assert!(line.cut);
        assert_eq!(line.raw.len(), LONGEST_LINE);
        assert_eq!(line.length, (LONGEST_LINE + 10) as u64);
    }
}
