//! One record of the journal.

use std::fmt;

use kusari_evidence::ntfs::{FileReference, Name};
use kusari_evidence::time::Timestamp;

use super::{Reasons, SourceInfo};
use crate::Locator;

/// Which structure a record has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Version {
    /// `USN_RECORD_V2`: file references of 64 bits.
    V2 = 2,
    /// `USN_RECORD_V3`: file ids of 128 bits.
    V3 = 3,
    /// `USN_RECORD_V4`: the ranges of a file that were written; no name and no time.
    V4 = 4,
}

/// A file id of 128 bits. On NTFS the high half is zero and the low half a file reference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId {
    /// The low 64 bits.
    pub low: u64,
    /// The high 64 bits; zero on NTFS and in records of version 2.
    pub high: u64,
}

impl FileId {
    /// The file reference of NTFS; `None` for an id of ReFS that has a high half.
    #[must_use]
    pub const fn reference(self) -> Option<FileReference> {
        if self.high == 0 {
            Some(FileReference(self.low))
        } else {
            None
        }
    }
}

impl From<FileReference> for FileId {
    fn from(reference: FileReference) -> Self {
        Self {
            low: reference.0,
            high: 0,
        }
    }
}

impl fmt::Display for FileId {
    /// `5-5` (record and sequence number), or 32 hexadecimal digits where it is no reference.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reference() {
            Some(reference) => write!(f, "{reference}"),
            None => write!(f, "{:016x}{:016x}", self.high, self.low),
        }
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A range of a file that was written (`USN_RECORD_EXTENT`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Extent {
    /// Where it starts in the file, in bytes.
    pub offset: u64,
    /// How long it is, in bytes.
    pub length: u64,
}

/// One record. Everything that it says stands in it; what the record's version has no field for
/// is `None` or empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'a> {
    /// Byte offset of the record in the source.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u32,
    /// Which structure it has.
    pub version: Version,
    /// The minor version; 0 in every record known.
    pub minor: u16,
    /// The file or folder.
    pub file: FileId,
    /// The folder that it stands in.
    pub parent: FileId,
    /// The update sequence number: the record's byte offset in the journal since the numbering
    /// began.
    pub usn: u64,
    /// When the record was written, by the machine's clock, UTC, 100 ns. Not in version 4.
    pub time: Option<Timestamp>,
    /// What happened since the file was opened.
    pub reasons: Reasons,
    /// What the program told about it.
    pub source: SourceInfo,
    /// The number of its security descriptor in `$Secure`; 0 in most records. Not in version 4.
    pub security_id: Option<u32>,
    /// Its attributes (`FILE_ATTRIBUTE_…`). Not in version 4.
    pub attributes: Option<u32>,
    /// Its name, without the folder. Not in version 4.
    pub name: Option<Name<'a>>,
    /// The ranges that were written (version 4).
    pub extents: Vec<Extent>,
    /// How many ranges follow in further records (version 4).
    pub remaining_extents: Option<u32>,
}

impl Record<'_> {
    /// Where it stands.
    #[must_use]
    pub fn locator(&self) -> Locator {
        Locator::Bytes {
            offset: self.offset,
            length: u64::from(self.length),
        }
    }

    /// Whether it is a folder's; `false` where the record does not say.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        const DIRECTORY: u32 = 0x10;
        self.attributes
            .is_some_and(|attributes| attributes & DIRECTORY != 0)
    }
}
