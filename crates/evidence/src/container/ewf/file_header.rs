//! The header of a segment file: which kind of set it belongs to, and which segment it is.

use crate::Guid;
use crate::fields::{u16_at, u32_at};

/// The kinds of segment files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A disk image, version 1: `.E01`, `.s01`.
    Image1,
    /// Logical evidence, version 1: `.L01`.
    Logical1,
    /// A disk image, version 2: `.Ex01`.
    Image2,
    /// Logical evidence, version 2: `.Lx01`.
    Logical2,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Image1, Self::Logical1, Self::Image2, Self::Logical2];

    /// The first eight bytes of its files.
    const fn signature(self) -> &'static [u8; 8] {
        match self {
            Self::Image1 => b"EVF\x09\x0d\x0a\xff\x00",
            Self::Logical1 => b"LVF\x09\x0d\x0a\xff\x00",
            Self::Image2 => b"EVF2\x0d\x0a\x81\x00",
            Self::Logical2 => b"LEF2\x0d\x0a\x81\x00",
        }
    }

    /// The kind of a file that begins so.
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| start.starts_with(kind.signature()))
    }

    /// Whether it is version 2 of the format.
    pub(super) const fn is_version_2(self) -> bool {
        matches!(self, Self::Image2 | Self::Logical2)
    }

    /// Whether it holds files, not a disk.
    pub(super) const fn is_logical(self) -> bool {
        matches!(self, Self::Logical1 | Self::Logical2)
    }

    /// The length of the header; the first section of version 1 follows it.
    pub(super) const fn header_length(self) -> u64 {
        if self.is_version_2() { 32 } else { 13 }
    }
}

/// The header of a segment file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileHeader {
    pub(super) kind: Kind,
    /// The number of the segment, from 1 on.
    pub(super) number: u32,
    /// The identifier of the set; only version 2 has it here.
    pub(super) set: Option<Guid>,
    /// The compression method (version 2): 0 none, 1 deflate, 2 bzip2.
    pub(super) compression: u16,
    /// Major and minor version (version 2).
    pub(super) version: (u8, u8),
}

impl FileHeader {
    /// From the first bytes of a file (32 are enough).
    pub(super) fn read(start: &[u8]) -> Option<Self> {
        let kind = Kind::of(start)?;
        if kind.is_version_2() {
            Some(Self {
                kind,
                number: u32_at(start, 12)?,
                set: Some(Guid::from_bytes(start.get(16..)?)?).filter(|set| *set != Guid::NIL),
                compression: u16_at(start, 10)?,
                version: (*start.get(8)?, *start.get(9)?),
            })
        } else {
            // Byte 8 says that fields follow and is 1, bytes 11 and 12 say that they end.
            Some(Self {
                kind,
                number: u32::from(u16_at(start, 9)?),
                set: None,
                compression: 1,
                version: (1, 0),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_written_by_ewfacquire() {
        let first = b"EVF\x09\x0d\x0a\xff\x00\x01\x02\x00\x00\x00header2";
        let header = FileHeader::read(first).unwrap();
        assert_eq!((header.kind, header.number), (Kind::Image1, 2));
        let second = [
            0x45, 0x56, 0x46, 0x32, 0x0d, 0x0a, 0x81, 0x00, 0x02, 0x01, 0x01, 0x00, 0x04, 0x00,
            0x00, 0x00, 0x3e, 0x6d, 0x4d, 0x84, 0x93, 0x0b, 0x4e, 0xeb, 0xa2, 0xbb, 0x9a, 0xc5,
            0xab, 0x22, 0x6a, 0xa2,
        ];
        let header = FileHeader::read(&second).unwrap();
        assert_eq!((header.kind, header.number), (Kind::Image2, 4));
        assert_eq!((header.compression, header.version), (1, (2, 1)));
        assert!(header.set.is_some());
        assert_eq!(FileHeader::read(&second[..31]), None);
        assert_eq!(FileHeader::read(b"EVF\x09\x0d\x0a\xff\x01"), None);
    }
}
