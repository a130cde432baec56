//! File references: which record, and which of the files that had it one after the other.

use std::fmt;

/// A file reference: the number of a record in the low 48 bits, its sequence number in the high
/// 16. Source: libfsntfs' format document, "The file reference".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileReference(pub u64);

const RECORD_BITS: u32 = 48;

impl FileReference {
    /// The reference with that record and sequence number; bits of the record above 48 are lost.
    #[must_use]
    pub const fn new(record: u64, sequence: u16) -> Self {
        let [low, high] = sequence.to_le_bytes();
        let sequence = u64::from_le_bytes([0, 0, 0, 0, 0, 0, low, high]);
        Self((record & ((1 << RECORD_BITS) - 1)) | sequence)
    }

    /// The number of the record in the file table.
    #[must_use]
    pub const fn record(self) -> u64 {
        self.0 & ((1 << RECORD_BITS) - 1)
    }

    /// The sequence number that the record had when the reference was written.
    #[must_use]
    pub const fn sequence(self) -> u16 {
        let [.., low, high] = self.0.to_le_bytes();
        u16::from_le_bytes([low, high])
    }
}

impl fmt::Display for FileReference {
    /// `5-5`: record and sequence number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.record(), self.sequence())
    }
}

impl fmt::Debug for FileReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The sequence number that follows when a record is freed: one more, and never 0, which stands
/// for a record that was never used. Source: MS Learn, FILE_RECORD_SEGMENT_HEADER; ntfs-3g wraps
/// to 1, as libfsntfs' document says of Windows' files.
#[must_use]
pub const fn sequence_when_freed(sequence: u16) -> u16 {
    match sequence.wrapping_add(1) {
        0 => 1,
        next => next,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_a_record_and_a_sequence_number() {
        let reference = FileReference(0x0005_0000_0001_0002);
        assert_eq!((reference.record(), reference.sequence()), (0x1_0002, 5));
        assert_eq!(FileReference::new(0x1_0002, 5), reference);
        assert_eq!(FileReference::new(u64::MAX, 0xFFFF).0, u64::MAX);
        assert_eq!(reference.to_string(), "65538-5");
        assert_eq!(sequence_when_freed(7), 8);
        assert_eq!(sequence_when_freed(0xFFFF), 1);
    }
}
