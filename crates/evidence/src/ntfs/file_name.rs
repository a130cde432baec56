//! `$FILE_NAME`: one name of a file, the folder it stands in, and a second set of times, which
//! Windows writes when the name is made or moved. Also the key of a folder's index.
//!
//! Source: libfsntfs' format document, "The file name attribute".

use super::name::Name;
use super::reference::FileReference;
use super::standard_information::{FileFlags, times_at};
use crate::FileTimes;
use crate::fields::{slice_at, u8_at, u32_at, u64_at};

/// One name of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileName<'a> {
    /// The folder that the name stands in.
    pub parent: FileReference,
    /// The times, as they were when the name was written.
    pub times: FileTimes,
    /// Bytes allocated for the content. Not kept up to date in the file's record.
    pub allocated: u64,
    /// Bytes of content. Not kept up to date in the file's record.
    pub size: u64,
    /// The file attributes, as they were when the name was written.
    pub flags: FileFlags,
    /// The reparse tag of a reparse point, else the size of extended attributes.
    pub extended: u32,
    /// Which rules the name follows.
    pub namespace: Namespace,
    /// The name.
    pub name: Name<'a>,
}

/// Which rules a name follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Namespace {
    /// Any name, case sensitive.
    Posix,
    /// A long name that has a short one beside it.
    Windows,
    /// A short name of 8.3 characters that stands beside a long one.
    Dos,
    /// A name that is its own short name.
    WindowsAndDos,
}

impl Namespace {
    /// Whether it is the short name beside a long one, which no folder shows.
    #[must_use]
    pub const fn is_short_only(self) -> bool {
        matches!(self, Self::Dos)
    }
}

const NAME: usize = 66;

impl<'a> FileName<'a> {
    /// Reads the value of the attribute or the key of an index entry; `None` when it is no name.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let length = usize::from(u8_at(value, 64)?);
        Some(Self {
            parent: FileReference(u64_at(value, 0)?),
            times: times_at(value, 8)?,
            allocated: u64_at(value, 40)?,
            size: u64_at(value, 48)?,
            flags: FileFlags(u32_at(value, 56)?),
            extended: u32_at(value, 60)?,
            namespace: match u8_at(value, 65)? {
                0 => Namespace::Posix,
                1 => Namespace::Windows,
                2 => Namespace::Dos,
                3 => Namespace::WindowsAndDos,
                _ => return None,
            },
            name: slice_at(value, NAME, length.saturating_mul(2))
                .filter(|name| !name.is_empty())
                .map(Name::new)?,
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The value of a `$FILE_NAME`.
    pub(crate) fn value(parent: FileReference, name: &str, namespace: u8, size: u64) -> Vec<u8> {
        let units: Vec<u16> = name.encode_utf16().collect();
        let mut bytes = vec![0; NAME];
        bytes[..8].copy_from_slice(&parent.0.to_le_bytes());
        bytes[48..56].copy_from_slice(&size.to_le_bytes());
        bytes[64] = u8::try_from(units.len()).unwrap();
        bytes[65] = namespace;
        bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        bytes
    }

    #[test]
    fn a_name_is_read_with_its_folder() {
        let bytes = value(FileReference::new(5, 5), "日本語.txt", 1, 77);
        let name = FileName::parse(&bytes).unwrap();
        assert_eq!(name.parent, FileReference::new(5, 5));
        assert_eq!(name.name.to_text(), "日本語.txt");
        assert_eq!((name.namespace, name.size), (Namespace::Windows, 77));
        assert_eq!(FileName::parse(&bytes[..bytes.len() - 1]), None);
        let mut odd = bytes;
        odd[65] = 4;
        assert_eq!(FileName::parse(&odd), None);
        assert_eq!(FileName::parse(&value(FileReference(0), "", 0, 0)), None);
    }
}
