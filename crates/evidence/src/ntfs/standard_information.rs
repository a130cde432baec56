//! `$STANDARD_INFORMATION`: the times that Windows shows and keeps up to date.
//!
//! Source: libfsntfs' format document, "The standard information attribute"; MS-FSCC 2.6 for the
//! file attributes.

use crate::FileTimes;
use crate::fields::{array_at, u32_at, u64_at};
use crate::time::{RecordedTime, Timestamp};

/// Times, file attributes and numbers of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StandardInformation {
    /// The four times; `None` where zero or no time is written.
    pub times: FileTimes,
    /// What Windows calls file attributes.
    pub flags: FileFlags,
    /// Its owner, by number (NTFS 3.0 and later).
    pub owner: Option<u32>,
    /// Its security descriptor in `$Secure` (NTFS 3.0 and later).
    pub security: Option<u32>,
    /// Where the last record about it stands in the change journal (NTFS 3.0 and later).
    pub usn: Option<u64>,
}

impl StandardInformation {
    /// Reads the value of the attribute; `None` when it is too short.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        // 48 bytes to NTFS 1.2, 72 since.
        let later = value.len() >= 72;
        Some(Self {
            times: times_at(value, 0)?,
            flags: FileFlags(u32_at(value, 32)?),
            owner: u32_at(value, 48).filter(|_| later),
            security: u32_at(value, 52).filter(|_| later),
            usn: u64_at(value, 64).filter(|_| later),
        })
    }
}

/// Four FILETIMEs in the order in which NTFS keeps them.
pub(super) fn times_at(bytes: &[u8], offset: usize) -> Option<FileTimes> {
    let time = |index: usize| {
        let at = offset.saturating_add(index.saturating_mul(8));
        let filetime = array_at::<8>(bytes, at).map(u64::from_le_bytes)?;
        Some(Timestamp::from_filetime(filetime).map(RecordedTime::utc))
    };
    Some(FileTimes {
        created: time(0)?,
        modified: time(1)?,
        changed: time(2)?,
        accessed: time(3)?,
    })
}

/// File attributes, as Windows calls these flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileFlags(pub u32);

impl FileFlags {
    /// `FILE_ATTRIBUTE_REPARSE_POINT`.
    #[must_use]
    pub const fn reparse_point(self) -> bool {
        self.0 & 0x400 != 0
    }

    /// The content is not all on the volume: `FILE_ATTRIBUTE_OFFLINE`,
    /// `FILE_ATTRIBUTE_RECALL_ON_OPEN`, `FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS`.
    #[must_use]
    pub const fn content_elsewhere(self) -> bool {
        self.0 & (0x1000 | 0x4_0000 | 0x40_0000) != 0
    }

    /// Whether `$FILE_NAME` says that it is a folder.
    #[must_use]
    pub const fn folder(self) -> bool {
        self.0 & 0x1000_0000 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_stand_in_the_order_of_ntfs() {
        let mut value = vec![0; 72];
        for (index, time) in [10_u64, 20, 30, 0].iter().enumerate() {
            value[index * 8..index * 8 + 8].copy_from_slice(&time.to_le_bytes());
        }
        value[32] = 0x20;
        value[52] = 7;
        value[64] = 9;
        let read = StandardInformation::parse(&value).unwrap();
        let ticks = |time: Option<RecordedTime>| time.map(|time| time.wall.ticks());
        assert_eq!(ticks(read.times.created), Some(10));
        assert_eq!(ticks(read.times.modified), Some(20));
        assert_eq!(ticks(read.times.changed), Some(30));
        assert_eq!(read.times.accessed, None);
        assert_eq!((read.flags.0, read.security), (0x20, Some(7)));
        assert_eq!(read.usn, Some(9));
        assert_eq!(StandardInformation::parse(&value[..48]).unwrap().usn, None);
        assert_eq!(StandardInformation::parse(&value[..35]), None);
    }
}
