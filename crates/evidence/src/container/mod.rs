//! Containers: files in which a disk or volume lies split, compressed or sparse.
//!
//! Each format is one module with a `FORMAT: Format` in the table `FORMATS`. What it gives is
//! the bytes of the disk, as a [`ReadAt`] that many threads read at the same time; each reads and
//! decompresses only what it asks for.

mod aff4;
mod block_notes;
pub mod ewf;
mod few_notes;
pub mod hashing;
#[cfg(test)]
mod image_folder;
mod layers;
mod lazy_table;
mod mapped;
mod parent_disk;
mod qcow2;
mod same_folder;
pub mod split_raw;
mod table_pages;
#[cfg(test)]
mod test_files;
mod unpack;
mod vhd;
mod vhdx;
mod vmdk;

use std::io;
use std::sync::Arc;

use crate::{FormatError, ReadAt, read_vec_at};

/// An opened container.
pub struct Container {
    /// The format, in the field's words: `E01`, `VHDX`, `QCOW2`.
    pub format: &'static str,
    /// The bytes of the disk or volume inside. Where a part of them is missing (a segment that
    /// was not given), reading there is an error and never gives made-up bytes; what the format
    /// defines as never written reads as zeros.
    pub media: Arc<dyn ReadAt>,
    /// Bytes in a sector of the disk, as the container says.
    pub sector_size: u32,
    /// What the container says about itself, in the words of its format.
    pub facts: Vec<Fact>,
    /// The hashes of the media that the container stores.
    pub stored_hashes: Vec<StoredHash>,
    /// The names of the other files that it consists of (segments, extents, parents), in order.
    pub files: Vec<String>,
    /// What a person should know: what is missing, damaged, or looks wrong.
    pub notes: Vec<String>,
}

/// One thing that a structure says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What: `acquired`, `case number`, `block size`.
    pub name: &'static str,
    /// The value for people.
    pub value: String,
}

impl Fact {
    /// A fact.
    #[must_use]
    pub fn new(name: &'static str, value: impl Into<String>) -> Self {
        Self {
            name,
            value: value.into(),
        }
    }
}

/// A hash of the media that a container stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredHash {
    /// Which hash.
    pub algorithm: HashAlgorithm,
    /// Its value, in lower-case hexadecimal digits.
    pub value: String,
}

/// Hashes that containers store of their media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HashAlgorithm {
    /// MD5 (RFC 1321).
    Md5,
    /// SHA-1 (FIPS 180-4).
    Sha1,
    /// SHA-256 (FIPS 180-4).
    Sha256,
}

impl HashAlgorithm {
    /// The name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
        }
    }
}

/// The files that stand in the same folder as a container: its further segments, its extents, its
/// parent. Only that folder is looked into, whatever path the container names.
pub trait Beside {
    /// The names of the files there.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    fn names(&self) -> io::Result<Vec<String>>;

    /// The bytes of the file with that name (without case where none is spelled exactly so), or
    /// `None` when there is none. A name with a path separator in it names no file.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn ReadAt>>>;
}

/// Nothing beside: for bytes that come from nowhere.
pub struct Nothing;

impl Beside for Nothing {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn open(&self, _name: &str) -> io::Result<Option<Arc<dyn ReadAt>>> {
        Ok(None)
    }
}

/// One container format.
pub struct Format {
    /// Whether a file that begins and ends like this is one.
    pub is_one: fn(&Ends<'_>) -> bool,
    /// Opens it.
    pub open: fn(&Candidate<'_>) -> Result<Container, FormatError>,
}

/// How a file begins and ends: formats are told by their content, never by their name.
#[derive(Debug, Clone, Copy)]
pub struct Ends<'a> {
    /// Its first bytes, at most [`Ends::LENGTH`].
    pub start: &'a [u8],
    /// Its last bytes, at most [`Ends::LENGTH`].
    pub end: &'a [u8],
}

impl Ends<'_> {
    /// How many bytes of either end are shown.
    pub const LENGTH: u64 = 1024;
}

/// A file that may be a container.
pub struct Candidate<'a> {
    /// Its bytes.
    pub bytes: Arc<dyn ReadAt>,
    /// Its name, by which formats find their further files.
    pub name: &'a str,
    /// The files beside it.
    pub beside: &'a dyn Beside,
    /// How many containers it already stands in as a parent or extent.
    pub depth: u32,
}

/// The formats that are read.
static FORMATS: &[&Format] = &[
    &vhdx::FORMAT,
    &vhd::FORMAT,
    &vmdk::FORMAT,
    &qcow2::FORMAT,
    &aff4::FORMAT,
    &ewf::FORMAT,
];

/// The most parents of parents; a chain that is longer leads in a circle or was made to.
const DEEPEST: u32 = 32;

/// Opens a container of any format; `None` when the bytes are none of a known format.
///
/// # Errors
/// When it is one, and cannot be opened.
pub fn open(candidate: &Candidate<'_>) -> Result<Option<Container>, FormatError> {
    let unreadable = |source| FormatError::unreadable("the file", 0, source);
    let bytes = candidate.bytes.as_ref();
    let start = read_vec_at(bytes, 0, Ends::LENGTH).map_err(unreadable)?;
    let tail = bytes.size().saturating_sub(Ends::LENGTH);
    let end = read_vec_at(bytes, tail, Ends::LENGTH).map_err(unreadable)?;
    let ends = Ends {
        start: &start,
        end: &end,
    };
    let Some(format) = FORMATS.iter().find(|format| (format.is_one)(&ends)) else {
        return Ok(None);
    };
    if candidate.depth >= DEEPEST {
        return Err(FormatError::Unsupported(format!(
            "more than {DEEPEST} disks stand on each other"
        )));
    }
    (format.open)(candidate).map(Some)
}
