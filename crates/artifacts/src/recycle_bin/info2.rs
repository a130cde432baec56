//! `INFO2` files of Windows 98 to XP, and `INFO` of Windows 95 and NT 4.

use encoding_rs::Encoding;
use kusari_evidence::time::{RecordedTime, Timestamp};

use crate::wire::{offset, size, u32_at, u64_at};
use crate::{Coverage, Damage, DualText, Locator, NumberGap, Outcome, SourceState, terminated};

/// An index of deleted files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Info2 {
    /// The header; `None` when the bytes are no index.
    pub header: Option<Info2Header>,
    /// The records, in the order of deletion.
    pub records: Vec<Info2Record>,
    /// Coverage and damage. Gaps are numbers of files that are gone with their records.
    pub outcome: Outcome,
}

/// The header of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Info2Header {
    /// 0 in Windows 95, 2 in NT 4, 4 in Windows 95 with Internet Explorer 4 and in 98, 5 in Me,
    /// 2000, XP and 2003.
    pub version: u32,
    /// How many records there are; only Windows 95 and NT 4 keep it true.
    pub entries: u32,
    /// The next number; only Windows 95 and NT 4 keep it true.
    pub next_number: u32,
    /// How long a record is: 280 bytes with ANSI paths only, 800 with both.
    pub record_size: u32,
    /// The size of all files together, where the system keeps it.
    pub total_size: u32,
}

/// A deleted file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info2Record {
    /// Its number, which is part of its content's name.
    pub number: u32,
    /// The drive that it was deleted from: 0 for A:, 26 for a network drive.
    pub drive_number: u32,
    /// When it was deleted, by the machine's clock, in UTC.
    pub deleted: Option<Timestamp>,
    /// The size, rounded up to the file system's next cluster. Not the file's own size.
    pub size_on_disk: u32,
    /// The full path from which it was deleted. Where the record is marked as gone, the ANSI form
    /// has lost its first character.
    pub original_path: DualText,
    /// The file is not in the bin any more: it was restored, or deleted for good. Windows writes a
    /// zero over the first byte of the ANSI path.
    pub is_gone: bool,
    /// The record.
    pub locator: Locator,
}

impl Info2Record {
    /// The letter of the drive that the file was deleted from.
    #[must_use]
    pub fn drive_letter(&self) -> Option<char> {
        let number = u8::try_from(self.drive_number).ok().filter(|n| *n < 26)?;
        Some(char::from(b'A'.checked_add(number)?))
    }

    /// The path from which it was deleted: the UTF-16 form where it is there. A first character that
    /// the mark took from the ANSI form is put back from the drive's number.
    #[must_use]
    pub fn path(&self) -> Option<String> {
        match &self.original_path.unicode {
            Some(path) if !path.is_empty() => Some(path.clone()),
            _ => {
                let ansi = self.original_path.ansi.as_deref()?;
                if !self.is_gone {
                    return Some(ansi.to_owned());
                }
                // A path on a share began with another character than its drive's letter.
                let letter = self.drive_letter().filter(|_| ansi.starts_with(':'))?;
                Some(format!("{letter}{ansi}"))
            }
        }
    }

    /// The name of the content's file beside the index: `Dc1.txt`. `None` for a drive without a
    /// letter. The name is in lower case on some systems and the first letter in upper case: compare
    /// without case.
    #[must_use]
    pub fn content_name(&self) -> Option<String> {
        let letter = self.drive_letter()?.to_ascii_lowercase();
        let path = self.path()?;
        let name = path.rsplit('\\').next().unwrap_or_default();
        let extension = name.rfind('.').and_then(|at| name.get(at..)).unwrap_or("");
        Some(format!("D{letter}{}{extension}", self.number))
    }
}

const HEADER: usize = 20;
const ANSI_RECORD: usize = 280;
const UNICODE_RECORD: usize = 800;

/// Reads an index. `ansi` is the code page of the machine.
#[must_use]
pub fn read(bytes: &[u8], ansi: &'static Encoding) -> Info2 {
    let mut info = Info2::default();
    let header = header(bytes);
    let record_size = header.map_or(0, |header| size(header.record_size));
    if !matches!(record_size, ANSI_RECORD | UNICODE_RECORD) {
        let reason = "no recycle bin index: no header with records of 280 or 800 bytes";
        Damage::new(0, offset(bytes.len()), reason).push_to(&mut info.outcome.damage);
        info.outcome.coverage.note(SourceState::Damaged);
        return info;
    }
    info.header = header;
    let mut coverage = Coverage::default();
    let body = bytes.get(HEADER..).unwrap_or_default();
    let mut before: Option<u32> = None;
    for (place, record) in body.chunks(record_size).enumerate() {
        let at = offset(HEADER.saturating_add(place.saturating_mul(record_size)));
        if record.len() < record_size {
            let reason = format!("a record of {record_size} bytes is cut");
            Damage::new(at, offset(record.len()), reason).push_to(&mut info.outcome.damage);
            break;
        }
        match one(record, at, ansi) {
            Ok(record) => {
                if let Some(time) = record.deleted {
                    coverage.widen(RecordedTime::utc(time));
                }
                if let Some(last) = before
                    && record.number != last.saturating_add(1)
                {
                    coverage.gaps.push(NumberGap {
                        after: u64::from(last),
                        before: u64::from(record.number),
                        offset: at,
                    });
                }
                before = Some(record.number);
                info.records.push(record);
            }
            Err(reason) => {
                Damage::new(at, offset(record.len()), reason).push_to(&mut info.outcome.damage);
                before = None;
            }
        }
    }
    coverage.records = offset(info.records.len());
    if !info.outcome.damage.is_empty() {
        coverage.note(SourceState::Damaged);
    }
    info.outcome.coverage = coverage;
    info
}

fn header(bytes: &[u8]) -> Option<Info2Header> {
    Some(Info2Header {
        version: u32_at(bytes, 0)?,
        entries: u32_at(bytes, 4)?,
        next_number: u32_at(bytes, 8)?,
        record_size: u32_at(bytes, 12)?,
        total_size: u32_at(bytes, 16)?,
    })
}

/// One record, or why it is none.
fn one(record: &[u8], at: u64, ansi: &'static Encoding) -> Result<Info2Record, &'static str> {
    const SHORT: &str = "a record that is too short";
    let (first, ansi_path) = record
        .get(..260)
        .and_then(|path| path.split_first())
        .ok_or(SHORT)?;
    let is_gone = *first == 0;
    let visible = if is_gone {
        ansi_path
    } else {
        record.get(..260).unwrap_or_default()
    };
    let ansi_text = terminated::ansi(visible, ansi);
    let unicode = record.get(280..800).map(terminated::utf16);
    let drive_number = u32_at(record, 264).ok_or(SHORT)?;
    let deleted = u64_at(record, 268).ok_or(SHORT)?;
    let time = Timestamp::from_filetime(deleted);
    // 26 is a network drive.
    if drive_number > 26 {
        return Err("a record with a drive that does not exist");
    }
    if time.is_none() {
        return Err("a record whose time of deletion is no time");
    }
    if ansi_text.is_empty() && unicode.as_deref().unwrap_or("").is_empty() {
        return Err("a record without a path");
    }
    Ok(Info2Record {
        number: u32_at(record, 260).ok_or(SHORT)?,
        drive_number,
        deleted: time,
        size_on_disk: u32_at(record, 276).ok_or(SHORT)?,
        original_path: DualText {
            ansi: Some(ansi_text),
            unicode,
        },
        is_gone,
        locator: Locator::Bytes {
            offset: at,
            length: offset(record.len()),
        },
    })
}
