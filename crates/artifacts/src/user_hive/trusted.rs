//! `Security\Trusted Documents\TrustRecords` of Office: documents for which the user clicked away
//! the yellow bar.
//!
//! The value's name is the document; its 24 bytes are a FILETIME, 64 bits with the machine's
//! offset from UTC in 100 ns, 32 bits with minutes since 1970, 32 bits with what was allowed. That
//! the last four bytes tell editing (1) from active content (`7FFFFFFF`) and that the FILETIME is
//! the document's own time of creation is said by M. DeGrazia, "More on Trust Records, Macros and
//! Security", and SANS ISC diary 27244. The minutes are known from the corpus: for the document
//! trusted last they are the minute in which the key was written (three keys), for others the
//! minute in which `File MRU` has the document opened, while the FILETIME is minutes or hours off.

use kusari_evidence::time::Timestamp;

use super::mru::key_length;
use super::office::OfficeProgram;
use super::reading::Reading;
use crate::Locator;
use crate::registry::Key;
use crate::wire::{u32_at, u64_at};

/// A document for which the user allowed more than reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedDocument {
    /// The program.
    pub program: OfficeProgram,
    /// The document as it stands: `%USERPROFILE%/Downloads/a%20b.docx`.
    pub name: String,
    /// The beginning of the minute in which the user allowed it, by the machine's clock, in UTC.
    pub trusted: Option<Timestamp>,
    /// The document's own time of creation. It says nothing about its use.
    pub document_created: Option<Timestamp>,
    /// The machine's offset from UTC then, in seconds to the east.
    pub utc_offset: Option<i32>,
    /// What was allowed, as it stands.
    pub allowed: u32,
    /// The value.
    pub locator: Locator,
}

impl TrustedDocument {
    /// Whether active content (macros) was allowed, and not editing alone.
    #[must_use]
    pub const fn allows_active_content(&self) -> bool {
        self.allowed == 0x7FFF_FFFF
    }

    /// The document's path: `%20` and the like undone, with `\` between its parts. An environment
    /// variable in front (`%USERPROFILE%`) is kept.
    #[must_use]
    pub fn path(&self) -> String {
        let name = self.name.strip_prefix("file:///").unwrap_or(&self.name);
        let variable = name
            .strip_prefix('%')
            .and_then(|rest| rest.find('%'))
            .map_or(0, |end| end.saturating_add(2));
        let (variable, rest) = name.split_at_checked(variable).unwrap_or(("", name));
        format!("{variable}{}", unescaped(rest).replace('/', "\\"))
    }
}

/// Undoes `%20` and the like. What is no such mark stays.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let digits = behind.get(..2).filter(|_| *first == b'%');
        let byte = digits
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(super) fn read(
    program_key: &Key<'_>,
    program: &OfficeProgram,
    reading: &mut Reading,
    found: &mut Vec<TrustedDocument>,
) {
    let Some(key) = reading.subkey(program_key, r"Security\Trusted Documents\TrustRecords") else {
        return;
    };
    for (name, value) in reading.values(&key) {
        let fields = reading
            .data(&value)
            .filter(|data| data.len() == 24)
            .and_then(|data| fields(&data));
        let Some((document_created, utc_offset, trusted, allowed)) = fields else {
            let cell = u64::from(value.cell());
            reading.damage(cell, 0, "a trust record that has not 24 bytes");
            continue;
        };
        let locator = value.locator();
        let kept = key_length(&locator) + program.version.len() + program.name.len();
        if !reading.take(kept, value.cell()) {
            return;
        }
        found.push(TrustedDocument {
            program: program.clone(),
            name,
            trusted,
            document_created,
            utc_offset,
            allowed,
            locator,
        });
    }
}

type Fields = (Option<Timestamp>, Option<i32>, Option<Timestamp>, u32);

fn fields(data: &[u8]) -> Option<Fields> {
    let created = Timestamp::from_filetime(u64_at(data, 0)?);
    let offset = i64::from_le_bytes(u64_at(data, 8)?.to_le_bytes()) / 10_000_000;
    let minutes = u32_at(data, 16)?;
    let trusted = (minutes != 0)
        .then(|| Timestamp::from_unix(i64::from(minutes).saturating_mul(60), 0))
        .flatten();
    Some((
        created,
        i32::try_from(offset).ok(),
        trusted,
        u32_at(data, 20)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(name: &str) -> TrustedDocument {
        TrustedDocument {
            program: OfficeProgram {
                version: "16.0".into(),
                name: "Word".into(),
            },
            name: name.into(),
            trusted: None,
            document_created: None,
            utc_offset: None,
            allowed: 1,
            locator: Locator::Bytes {
                offset: 0,
                length: 0,
            },
        }
    }

    #[test]
    fn names_become_paths() {
        for (name, path) in [
            (
                "%USERPROFILE%/Down/a%20b.docx",
                r"%USERPROFILE%\Down\a b.docx",
            ),
            ("file:///E:/%E9%8E%96.docx", r"E:\鎖.docx"),
            ("E:/100%.docx", r"E:\100%.docx"),
            ("%", "%"),
            ("%%", "%%"),
            ("", ""),
        ] {
            assert_eq!(document(name).path(), path);
        }
    }

    #[test]
    fn the_bytes_of_a_record_of_windows_7() {
        let mut data = 0x01CD_00AA_E335_B300_u64.to_le_bytes().to_vec();
        data.extend((-144_000_000_000_i64).to_le_bytes());
        data.extend(0x0152_A3C4_u32.to_le_bytes());
        data.extend(1_u32.to_le_bytes());
        let (created, offset, trusted, allowed) = fields(&data).unwrap();
        assert_eq!(created.unwrap().to_text(0), "2012-03-12T23:50:22");
        assert_eq!(offset, Some(-14_400));
        assert_eq!(trusted.unwrap().to_text(0), "2012-03-12T20:52:00");
        assert_eq!(allowed, 1);
    }
}
