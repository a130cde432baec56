//! What a source says of itself, where that does not agree.

/// Two statements of a source about itself that cannot both be right, though the source is of a
/// kind and in a state in which Windows keeps them right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// The checksum over the file's header is another than the header's bytes give.
    FileHeaderChecksum,
    /// The checksum over a chunk's header is another than the header's bytes give.
    ChunkHeaderChecksum {
        /// Byte offset of the chunk.
        chunk: u64,
    },
    /// The checksum over a chunk's records is another than the records' bytes give.
    RecordsChecksum {
        /// Byte offset of the chunk.
        chunk: u64,
    },
    /// A chunk's header names other records than stand in the chunk.
    ChunkNumbers {
        /// Byte offset of the chunk.
        chunk: u64,
        /// The first and the last record by the chunk's header.
        header: (u64, u64),
        /// The first and the last record that stand there.
        read: (u64, u64),
    },
    /// The header of a log that was closed names another record as the next than the one that
    /// follows from the last.
    NextRecord {
        /// The next record by the file's header.
        header: u64,
        /// The last record that stands in the log.
        last: u64,
    },
    /// The bytes of one record hold another whole record, which no reader that goes from record
    /// to record would find.
    RecordInsideRecord {
        /// Byte offset of the inner record.
        offset: u64,
        /// The number of the outer record.
        outer: u64,
        /// The number of the inner record.
        inner: u64,
    },
}

impl Mismatch {
    /// The most that are kept of one source; hostile bytes could otherwise make a list without end.
    pub const MOST: usize = 1000;

    /// Adds `self` to `list`, which never grows past [`Mismatch::MOST`].
    pub fn push_to(self, list: &mut Vec<Self>) {
        if list.len() < Self::MOST {
            list.push(self);
        }
    }
}
