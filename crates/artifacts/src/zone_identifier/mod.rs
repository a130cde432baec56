//! `Zone.Identifier`: the alternate stream that says from where a file came.
//!
//! Browsers, mail programs and Windows itself write it as a small INI text with one section,
//! `[ZoneTransfer]`. `ZoneId` is documented; of the URLs only that programs write them, so they are
//! given as they stand there.
//!
//! Sources: MS-FSCC 5.6.1 (stream and `ZoneId`); Microsoft Learn, `URLZONE` enumeration and
//! `IZoneIdentifier2` (`LastWriterPackageFamilyName`, `AppDefinedZoneId`); streams in the file tables
//! of the corpus. See `docs/artifacts/file-table.md`.

mod zone;

pub use zone::Zone;

use crate::text::{AnsiCodePage, Encoding, Line, Text};
use crate::{Coverage, Damage, Locator, Outcome, SourceState};

/// The name of the stream.
pub const STREAM: &str = "Zone.Identifier";

/// The most bytes that are read of it; it is a few lines.
pub const LARGEST: u64 = 64 << 10;

/// The most lines that are kept; what is longer was made to be.
const MOST_LINES: usize = 256;

/// The only section.
const SECTION: &str = "ZoneTransfer";

/// One line of it: a name and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The name, as it is written: `ZoneId`, `HostUrl`.
    pub name: String,
    /// What stands behind the equals sign, without blanks around it.
    pub text: String,
    /// The line.
    pub locator: Locator,
}

/// What the stream says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ZoneIdentifier {
    /// The lines of its section, in their order.
    pub values: Vec<Value>,
    /// Coverage and damage.
    pub outcome: Outcome,
}

impl ZoneIdentifier {
    /// The first line with that name, without case.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        let mut values = self.values.iter();
        values.find(|value| value.name.eq_ignore_ascii_case(name))
    }

    /// The zone from which the file came.
    #[must_use]
    pub fn zone(&self) -> Option<Zone> {
        self.value("ZoneId")?.text.parse().ok().map(Zone)
    }

    /// The page on which the link stood, as the program wrote it.
    #[must_use]
    pub fn referrer_url(&self) -> Option<&str> {
        self.value("ReferrerUrl").map(|value| value.text.as_str())
    }

    /// From where the file was fetched, as the program wrote it. `about:internet` is what programs
    /// write that keep the address to themselves.
    #[must_use]
    pub fn host_url(&self) -> Option<&str> {
        self.value("HostUrl").map(|value| value.text.as_str())
    }
}

/// Reads the stream. It is UTF-8 where all of it is valid so, or UTF-16 by its byte order mark, else in
/// the machine's own code page.
#[must_use]
pub fn read(bytes: &[u8], ansi: AnsiCodePage) -> ZoneIdentifier {
    let mut read = ZoneIdentifier::default();
    let damage = &mut read.outcome.damage;
    let end = usize::try_from(LARGEST).unwrap_or(usize::MAX);
    let (bytes, behind) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
    let length_of = |part: &[u8]| u64::try_from(part.len()).unwrap_or(u64::MAX);
    if !behind.is_empty() {
        let reason = "it is longer than any is";
        Damage::new(length_of(bytes), length_of(behind), reason).push_to(damage);
    }
    let mut in_section = false;
    let mut has_section = false;
    for line in Text::with_encoding(bytes, encoding(bytes)).lines() {
        let text = text_of(&line, bytes, ansi);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        if text.is_empty() {
            continue;
        }
        if let Some(section) = text.strip_prefix('[') {
            let name = section.split(']').next().unwrap_or(section).trim();
            in_section = name.eq_ignore_ascii_case(SECTION);
            has_section |= in_section;
            continue;
        }
        let skipped = |reason| Damage::new(line.offset, line.length, reason);
        match text.split_once('=') {
            _ if read.values.len() >= MOST_LINES => {
                skipped("more lines than any has").push_to(damage);
                break;
            }
            Some((name, value)) if in_section => read.values.push(Value {
                name: name.trim().to_owned(),
                text: value.trim().to_owned(),
                locator: line.locator(),
            }),
            Some(_) => skipped("a value outside of [ZoneTransfer]").push_to(damage),
            None => skipped("no name and value").push_to(damage),
        }
    }
    if !has_section {
        Damage::new(0, length_of(bytes), "there is no [ZoneTransfer]").push_to(damage);
    }
    read.outcome.coverage = Coverage {
        records: u64::from(has_section),
        ..Coverage::default()
    };
    if !read.outcome.damage.is_empty() {
        read.outcome.coverage.note(SourceState::Damaged);
    }
    read
}

/// UTF-16 by its mark; lines of everything else end at the same bytes.
fn encoding(bytes: &[u8]) -> Encoding {
    if bytes.starts_with(b"\xFF\xFE") {
        Encoding::Utf16Le
    } else if bytes.starts_with(b"\xFE\xFF") {
        Encoding::Utf16Be
    } else {
        Encoding::Utf8
    }
}

fn text_of(line: &Line<'_>, all: &[u8], ansi: AnsiCodePage) -> String {
    if line.is_utf16() || std::str::from_utf8(all).is_ok() {
        return line.decode().text.into_owned();
    }
    let (text, _) = ansi.encoding().decode_without_bom_handling(line.raw);
    text.into_owned()
}

#[cfg(test)]
mod tests;
