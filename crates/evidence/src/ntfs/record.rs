//! File records: the rows of the file table. Usable by themselves, over the bytes of a `$MFT`
//! that a collector copied as over a volume.
//!
//! Source: libfsntfs' format document, "MFT entry"; MS Learn, FILE_RECORD_SEGMENT_HEADER.

use std::borrow::Cow;

use super::attribute::{Attribute, AttributeType};
use super::file_name::FileName;
use super::fixups;
use super::reference::FileReference;
use super::standard_information::StandardInformation;
use crate::fields::{array_at, narrowed, u16_at, u32_at, u64_at};

/// A file record whose header makes sense. Its attributes are read when asked for; a malformed
/// one ends them, and [`FileRecord::damage`] says so.
#[derive(Debug, Clone)]
pub struct FileRecord<'a> {
    number: u64,
    bytes: Cow<'a, [u8]>,
    /// Where the first attribute stands.
    first: usize,
    /// Where the header says that the attributes end.
    used: usize,
}

/// Why bytes are no file record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Nothing was ever written there.
    #[error("record {0} was never used")]
    NeverUsed(u64),
    /// The file table is not that long.
    #[error("record {number}: the file table ends at record {count}")]
    Outside {
        /// The number that was asked for.
        number: u64,
        /// How many records there are.
        count: u64,
    },
    /// It is damaged.
    #[error("record {number}: {problem}")]
    Damaged {
        /// Its number in the file table.
        number: u64,
        /// What is wrong.
        problem: String,
    },
}

const SIGNATURE: [u8; 4] = *b"FILE";

/// What CHKDSK writes over a record that it found torn.
const BAD_SIGNATURE: [u8; 4] = *b"BAAD";

const IN_USE: u16 = 1;
const HAS_NAME_INDEX: u16 = 2;

/// Reads the record that has that number in the file table.
///
/// # Errors
/// When nothing was ever written there, when the record is torn, or when its header says what
/// cannot be.
pub fn parse(mut bytes: Vec<u8>, number: u64) -> Result<FileRecord<'static>, RecordError> {
    let (first, used) = check(&mut bytes, number)?;
    Ok(FileRecord {
        number,
        bytes: Cow::Owned(bytes),
        first,
        used,
    })
}

/// As [`parse`], in the bytes that are given, which are changed by the update sequence.
///
/// # Errors
/// As [`parse`].
pub fn parse_in_place(bytes: &mut [u8], number: u64) -> Result<FileRecord<'_>, RecordError> {
    let (first, used) = check(bytes, number)?;
    Ok(FileRecord {
        number,
        bytes: Cow::Borrowed(bytes),
        first,
        used,
    })
}

/// As [`parse`], of a record whose bytes are whole: the update sequence was put back already, or
/// was never put in, as in records that the log file `$LogFile` carries. It may end behind its end
/// mark.
///
/// # Errors
/// When its header says what cannot be.
pub fn parse_restored(bytes: &[u8], number: u64) -> Result<FileRecord<'_>, RecordError> {
    let (first, used) = check_header(bytes, number)?;
    Ok(FileRecord {
        number,
        bytes: Cow::Borrowed(bytes),
        first,
        used,
    })
}

fn check(bytes: &mut [u8], number: u64) -> Result<(usize, usize), RecordError> {
    let damaged = |problem: String| RecordError::Damaged { number, problem };
    check_signature(bytes, number)?;
    fixups::apply(bytes).map_err(damaged)?;
    check_header(bytes, number)
}

fn check_signature(bytes: &[u8], number: u64) -> Result<(), RecordError> {
    let damaged = |problem: String| RecordError::Damaged { number, problem };
    match array_at::<4>(bytes, 0) {
        Some(SIGNATURE) => Ok(()),
        Some(BAD_SIGNATURE) => Err(damaged(
            "marked as damaged by the machine (`BAAD`)".to_owned(),
        )),
        // A record is initialised as a whole, so all of it is zeros or none.
        Some([0, 0, 0, 0]) if bytes.iter().all(|byte| *byte == 0) => {
            Err(RecordError::NeverUsed(number))
        }
        _ => Err(damaged("the signature `FILE` is not there".to_owned())),
    }
}

fn check_header(bytes: &[u8], number: u64) -> Result<(usize, usize), RecordError> {
    let damaged = |problem: String| RecordError::Damaged { number, problem };
    check_signature(bytes, number)?;
    let first = u16_at(bytes, 20).map(usize::from);
    let used = u32_at(bytes, 24).map(|used| narrowed(u64::from(used)));
    match (first, used) {
        (Some(first), Some(used)) if first >= 42 && first < bytes.len() => Ok((first, used)),
        _ => Err(damaged(
            "its header says that its attributes start outside of it".to_owned(),
        )),
    }
}

impl FileRecord<'_> {
    /// Its number in the file table, by its place there.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The number that it says it has (since NTFS 3.1).
    #[must_use]
    pub fn stated_number(&self) -> Option<u32> {
        // Before 3.1 the attributes or the update sequence start earlier.
        let array = self.u16(4);
        (array >= 48).then(|| u32_at(&self.bytes, 44)).flatten()
    }

    /// How many times the record was given to a file, roughly: it is counted up when the file is
    /// deleted, so a record that is not in use carries one more than its last file had.
    #[must_use]
    pub fn sequence(&self) -> u16 {
        self.u16(16)
    }

    /// How many names in folders lead to it.
    #[must_use]
    pub fn links(&self) -> u16 {
        self.u16(18)
    }

    /// Its number and sequence number.
    #[must_use]
    pub fn reference(&self) -> FileReference {
        FileReference::new(self.number, self.sequence())
    }

    /// Whether a file has it. Not so: the file was deleted.
    #[must_use]
    pub fn in_use(&self) -> bool {
        self.u16(22) & IN_USE != 0
    }

    /// Whether it is a folder.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.u16(22) & HAS_NAME_INDEX != 0
    }

    /// The record that this one is an extension of; `None` of a base record.
    #[must_use]
    pub fn base(&self) -> Option<FileReference> {
        u64_at(&self.bytes, 32)
            .filter(|reference| *reference != 0)
            .map(FileReference)
    }

    /// Where the last change of the record stands in the log file `$LogFile`.
    #[must_use]
    pub fn log_sequence_number(&self) -> u64 {
        u64_at(&self.bytes, 8).unwrap_or(0)
    }

    /// Its bytes, with the update sequence put back.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its attributes in the order in which they stand there, up to the first malformed one.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'_>> {
        let mut walk = self.walk();
        std::iter::from_fn(move || walk.next().and_then(Result::ok))
    }

    /// What is wrong with its attributes: what ends them too early, or that they go on behind the
    /// part that the header says is used.
    #[must_use]
    pub fn damage(&self) -> Option<String> {
        let mut walk = self.walk();
        if let Some(problem) = walk.by_ref().find_map(Result::err) {
            return Some(problem);
        }
        (walk.end > self.used).then(|| {
            format!(
                "its attributes end at byte {}, its header says {}",
                walk.end, self.used
            )
        })
    }

    /// Where its attributes end, behind the end mark: what follows is not in use. Where they are
    /// damaged, the end of the record.
    pub(super) fn attributes_end(&self) -> usize {
        let mut walk = self.walk();
        if walk.by_ref().any(|attribute| attribute.is_err()) {
            return self.bytes.len();
        }
        // The mark, and what aligns it.
        walk.end.saturating_add(8)
    }

    /// Its first `$STANDARD_INFORMATION`.
    #[must_use]
    pub fn standard_information(&self) -> Option<StandardInformation> {
        self.values(AttributeType::STANDARD_INFORMATION)
            .find_map(StandardInformation::parse)
    }

    /// Every `$FILE_NAME` in it.
    pub fn file_names(&self) -> impl Iterator<Item = FileName<'_>> {
        self.values(AttributeType::FILE_NAME)
            .filter_map(FileName::parse)
    }

    /// The values of its resident attributes of that type.
    pub fn values(&self, kind: AttributeType) -> impl Iterator<Item = &[u8]> {
        self.attributes()
            .filter(move |attribute| attribute.kind == kind)
            .filter_map(|attribute| attribute.resident())
    }

    /// A record for as long as one likes.
    #[must_use]
    pub fn into_owned(self) -> FileRecord<'static> {
        FileRecord {
            number: self.number,
            bytes: Cow::Owned(self.bytes.into_owned()),
            first: self.first,
            used: self.used,
        }
    }

    fn walk(&self) -> Walk<'_> {
        Walk {
            // Up to the end mark, also where the header says less.
            bytes: &self.bytes,
            next: Some(self.first),
            end: self.first,
        }
    }

    fn u16(&self, at: usize) -> u16 {
        u16_at(&self.bytes, at).unwrap_or(0)
    }
}

struct Walk<'a> {
    bytes: &'a [u8],
    next: Option<usize>,
    /// Where the last attribute that was read ends.
    end: usize,
}

impl<'a> Iterator for Walk<'a> {
    type Item = Result<Attribute<'a>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let offset = self.next.take()?;
        match Attribute::parse(self.bytes, offset) {
            Ok(Some((attribute, next))) => {
                self.next = Some(next);
                self.end = next;
                Some(Ok(attribute))
            }
            Ok(None) => None,
            Err(problem) => Some(Err(format!("the attribute at byte {offset}: {problem}"))),
        }
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
pub(super) mod tests;
