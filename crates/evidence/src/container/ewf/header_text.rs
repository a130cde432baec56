//! What the examiner and the acquiring program wrote about the image: the `header` and `header2`
//! sections of version 1, the case data and device information of version 2. All of them are
//! compressed texts of lines; under the line `main` stand tags and values, parted by tabs.

use flate2::{Decompress, FlushDecompress, Status};

use super::notes::Notes;
use crate::container::Fact;
use crate::time::{RecordedTime, Timestamp};

/// The most bytes of such a text, unpacked, that are read. EnCase allows 3000 characters to a
/// value, and there are about twenty values.
const LONGEST: usize = 1 << 20;

/// The most bytes of such a text, packed, that are read.
pub(super) const LONGEST_TEXT: u64 = 1 << 20;

/// The longest value that becomes a fact.
const LONGEST_VALUE: usize = 10_000;

/// Where a text comes from; this decides how its times are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// `header`: bytes of an unnamed code page; times are local time without a zone.
    Header,
    /// `header2`: UTF-16; times are seconds since 1970 UTC.
    Header2,
    /// The case data of version 2, as `header2`.
    CaseData,
    /// The device information of version 2.
    Device,
}

/// Tags and values of the category `main`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeaderText {
    source: Source,
    values: Vec<(String, String)>,
}

/// Inflates data in the zlib format, up to `most` bytes.
pub(super) fn inflate(data: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut inflater = Decompress::new(true);
    let mut out = Vec::new();
    let mut piece = vec![0; most.min(64 << 10)];
    loop {
        let (read, written) = (inflater.total_in(), inflater.total_out());
        let rest = data.get(usize::try_from(read).ok()?..)?;
        let status = inflater
            .decompress(rest, &mut piece, FlushDecompress::None)
            .ok()?;
        let count = usize::try_from(inflater.total_out().checked_sub(written)?).ok()?;
        out.extend_from_slice(piece.get(..count)?);
        if status == Status::StreamEnd {
            return Some(out);
        }
        let stuck = count == 0 && inflater.total_in() == read;
        if stuck || out.len() > most {
            return None;
        }
    }
}

impl HeaderText {
    /// From the compressed data of a section.
    pub(super) fn read(source: Source, data: &[u8]) -> Option<Self> {
        let bytes = inflate(data, LONGEST)?;
        let text = match source {
            Source::Header => from_unnamed_code_page(&bytes),
            _ => from_utf16(&bytes)?,
        };
        Self::parse(source, &text)
    }

    fn parse(source: Source, text: &str) -> Option<Self> {
        // `split` and not `lines`: `header` ends its lines by carriage return and line feed.
        let mut lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
        lines.by_ref().find(|line| *line == "main")?;
        let (tags, values) = (lines.next()?, lines.next()?);
        let values = tags
            .split('\t')
            .zip(values.split('\t'))
            .filter(|(_, value)| !value.is_empty())
            .map(|(tag, value)| (tag.to_owned(), unescape(value)))
            .collect();
        Some(Self { source, values })
    }

    /// Where it comes from.
    pub(super) const fn source(&self) -> Source {
        self.source
    }

    /// The value of a tag.
    pub(super) fn value(&self, tag: &str) -> Option<&str> {
        let found = self.values.iter().find(|(known, _)| known == tag);
        found.map(|(_, value)| value.as_str())
    }

    /// The value of a tag as a number.
    pub(super) fn number<N: std::str::FromStr>(&self, tag: &str) -> Option<N> {
        self.value(tag)?.parse().ok()
    }

    /// What it says, for people.
    pub(super) fn tell(&self, facts: &mut Vec<Fact>, notes: &mut Notes) {
        let names: &[(&str, &'static str)] = match self.source {
            Source::Header | Source::Header2 => &[
                ("c", "case number"),
                ("n", "evidence number"),
                ("a", "description"),
                ("e", "examiner"),
                ("t", "notes"),
                ("md", "model"),
                ("sn", "serial number"),
                ("l", "device label"),
                ("av", "software version"),
                ("ov", "operating system"),
                ("m", "acquired"),
                ("u", "system date"),
                ("pid", "process identifier"),
            ],
            Source::CaseData => &[
                ("cn", "case number"),
                ("en", "evidence number"),
                ("nm", "description"),
                ("ex", "examiner"),
                ("nt", "notes"),
                ("av", "software version"),
                ("os", "operating system"),
                ("tt", "acquired"),
                ("at", "system date"),
            ],
            Source::Device => &[
                ("md", "model"),
                ("sn", "serial number"),
                ("lb", "device label"),
                ("hs", "sectors protected by HPA"),
                ("dc", "sectors protected by DCO"),
                ("pid", "process identifier"),
            ],
        };
        for (tag, name) in names {
            let Some(value) = self.value(tag) else {
                continue;
            };
            let mut value = match *name {
                "acquired" | "system date" => self.time(value),
                _ => value.to_owned(),
            };
            if let Some((cut, _)) = value.char_indices().nth(LONGEST_VALUE) {
                value.truncate(cut);
                notes.add(format!(
                    "the {name} is longer than {LONGEST_VALUE} characters"
                ));
            }
            facts.push(Fact::new(name, value));
        }
        let password = match self.source {
            Source::Header | Source::Header2 => self.value("p").filter(|hash| *hash != "0"),
            _ => None,
        };
        if let Some(hash) = password {
            // The data are not protected by it: programs ask for it, and may leave it.
            facts.push(Fact::new("password hash", hash));
        }
    }

    /// A time, in the basis that its source gives it; as it is written where it is none.
    fn time(&self, value: &str) -> String {
        let parsed = if self.source == Source::Header {
            // linen writes seconds here, too, and counts them in local time at least in part.
            civil(value)
                .or_else(|| seconds(value))
                .map(|at| RecordedTime::local(at, 0))
        } else {
            seconds(value).map(|at| RecordedTime {
                decimals: 0,
                ..RecordedTime::utc(at)
            })
        };
        match parsed {
            Some(time) if self.source == Source::Header => format!("{time} (local time)"),
            Some(time) => time.to_string(),
            None => value.to_owned(),
        }
    }
}

/// Seconds since 1970.
pub(super) fn seconds(value: &str) -> Option<Timestamp> {
    Timestamp::from_unix(value.parse().ok()?, 0)
}

/// Year, month, day, hour, minute, second, parted by spaces.
fn civil(value: &str) -> Option<Timestamp> {
    let parts: Vec<u32> = value
        .split(' ')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    match *parts.as_slice() {
        [year, month, day, hour, minute, second] => Timestamp::from_civil(
            (i32::try_from(year).ok()?, month, day),
            (hour, minute, second),
            0,
        ),
        _ => None,
    }
}

/// What stands for the characters that part values and lines.
fn unescape(value: &str) -> String {
    value
        .chars()
        .map(|character| match character {
            '\u{1}' => '\n',
            '\u{2}' => '\r',
            '\u{3}' => '\t',
            other => other,
        })
        .collect()
}

/// UTF-16 with a byte order mark, or little-endian without one.
fn from_utf16(bytes: &[u8]) -> Option<String> {
    let (bytes, big) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, false),
        [0xfe, 0xff, rest @ ..] => (rest, true),
        rest => (rest, false),
    };
    let (units, _) = bytes.as_chunks::<2>();
    let units: Vec<u16> = units
        .iter()
        .map(|unit| {
            if big {
                u16::from_be_bytes(*unit)
            } else {
                u16::from_le_bytes(*unit)
            }
        })
        .collect();
    String::from_utf16(&units).ok()
}

/// Bytes whose code page nobody wrote down: ASCII is certain and UTF-8 shows itself; any other
/// byte is given as a number.
fn from_unnamed_code_page(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a text cannot fail.
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(source: Source, text: &str) -> Vec<(&'static str, String)> {
        let (mut facts, mut notes) = (Vec::new(), Notes::default());
        let parsed = HeaderText::parse(source, text).unwrap();
        parsed.tell(&mut facts, &mut notes);
        facts
            .into_iter()
            .map(|fact| (fact.name, fact.value))
            .collect()
    }

    #[test]
    fn a_header_of_encase_4_has_local_times() {
        let text = "1\r\nmain\r\nc\tn\ta\te\tt\tav\tov\tm\tu\tp\r\n\
                    case\t7\t\tMe\t\t4.22\tWindows XP\t2002 3 4 10 19 59\t2002 3 4 10 19 60\t0\r\n\r\n";
        let facts = facts(Source::Header, text);
        assert!(facts.contains(&("case number", "case".into())));
        assert!(facts.contains(&("acquired", "2002-03-04T10:19:59 (local time)".into())));
        // No such second: as it is written.
        assert!(facts.contains(&("system date", "2002 3 4 10 19 60".into())));
        assert!(!facts.iter().any(|(name, _)| *name == "description"));
        assert!(!facts.iter().any(|(name, _)| *name == "password hash"));
    }

    #[test]
    fn a_header2_has_utc_times_and_other_categories_are_not_taken_for_it() {
        let text = "3\nmain\na\tc\tm\tp\nd\u{1}e\tc\t1142163845\tabc\n\nsrce\n0\t1\nc\n0\t0\nx\n";
        let facts = facts(Source::Header2, text);
        assert!(facts.contains(&("description", "d\ne".into())));
        assert!(facts.contains(&("case number", "c".into())));
        assert!(facts.contains(&("acquired", "2006-03-12T11:44:05Z".into())));
        assert!(facts.contains(&("password hash", "abc".into())));
    }

    #[test]
    fn bytes_of_an_unknown_code_page_stay_visible() {
        assert_eq!(
            from_unnamed_code_page(b"M\xfcller \xe6\x97\xa5"),
            "M\\xFCller 日"
        );
        assert_eq!(from_utf16(&[0xfe, 0xff, 0, 0x41]), Some("A".into()));
        assert_eq!(from_utf16(&[0x41, 0]), Some("A".into()));
        assert_eq!(from_utf16(&[0, 0xd8]), None);
    }

    #[test]
    fn a_bomb_is_not_inflated_further_than_the_bound() {
        use std::io::Write;
        let mut bomb = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        bomb.write_all(&vec![0; 1 << 20]).unwrap();
        let bomb = bomb.finish().unwrap();
        assert_eq!(inflate(&bomb, 1 << 19), None);
        assert_eq!(inflate(&bomb, 1 << 20).unwrap().len(), 1 << 20);
        assert_eq!(inflate(&bomb[..bomb.len() - 1], 1 << 20), None);
    }
}
