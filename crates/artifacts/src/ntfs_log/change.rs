//! What transactions did to files.

use kusari_evidence::FileTimes;
use kusari_evidence::ntfs::{FileName, FileReference, Namespace};

use crate::Locator;

/// A change to a file, from the records of one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// What was done.
    pub what: Change,
    /// Whether it stood.
    pub standing: Standing,
    /// The LSN of the record that shows it.
    pub lsn: u64,
    /// Where that record stands.
    pub locator: Locator,
    /// Where further records of the transaction stand that belong to it.
    pub further: Vec<Locator>,
}

/// Whether a change stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Its transaction ended, and nothing took the change back.
    Committed,
    /// A later record of its transaction took it back.
    Undone,
    /// The log does not hold the end of its transaction, so Windows may have taken it back when it
    /// started the next time.
    Unfinished,
}

/// What was done to a file. What is certain stands in records as it is told here; what is inferred
/// says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A file record was given to a new file (`InitializeFileRecordSegment`, undone by
    /// `DeallocateFileRecordSegment`). Certain.
    Created {
        /// The file.
        file: FileReference,
        /// Whether it is a folder.
        is_folder: bool,
        /// The times in `$STANDARD_INFORMATION` of the record as it was first written. The first
        /// three are mostly one moment: that of the making. A program may have set others since,
        /// and a name that was used a moment ago gives its creation time on.
        standard: FileTimes,
        /// Its name, with the times of `$FILE_NAME`; a long one where there is one.
        name: LoggedName,
        /// Whether the same transaction put a name of it into the folder's index.
        indexed: bool,
    },
    /// A file record was given free (`DeallocateFileRecordSegment`). That it was is certain; the
    /// name is inferred from an index entry that the same transaction took out. No time is known:
    /// times in the entry are older.
    Deleted {
        /// The number of the file record.
        record: u64,
        /// Its sequence number while the file had it, where the log says it.
        sequence: Option<u16>,
        /// The name that was taken out of the index.
        name: Option<LoggedName>,
    },
    /// A name was taken out of an index, and another of the same file put in, in one transaction.
    /// Both are certain; that one took the place of the other is inferred.
    Renamed {
        /// The file.
        file: FileReference,
        /// The name that was taken out.
        from: LoggedName,
        /// The name that was put in.
        to: LoggedName,
    },
    /// A name was put into an index, and nothing else of the file in that transaction: a hard link,
    /// or an entry that moved within the index when a block of it was split. Which is not known.
    NameAdded {
        /// The file.
        file: FileReference,
        /// The name.
        name: LoggedName,
    },
    /// A name was taken out of an index, and nothing else of the file in that transaction: a hard
    /// link's end, a deletion whose second part came later, or an entry that moved within the
    /// index. Which is not known.
    NameRemoved {
        /// The file.
        file: FileReference,
        /// The name.
        name: LoggedName,
    },
    /// Times in a file's record were written over (`UpdateResidentValue`). That the attribute is
    /// `$STANDARD_INFORMATION` is inferred: it is the first of the record. Only times whose eight
    /// bytes were all written stand here; Windows logs from the first byte on that changes.
    TimesChanged {
        /// The number of the file record. Whose file it was then is not said.
        record: u64,
        /// What stood there.
        before: FileTimes,
        /// What was written.
        after: FileTimes,
    },
}

impl Change {
    /// The number of the file record that it is about.
    #[must_use]
    pub fn record(&self) -> u64 {
        match self {
            Self::Created { file, .. }
            | Self::Renamed { file, .. }
            | Self::NameAdded { file, .. }
            | Self::NameRemoved { file, .. } => file.record(),
            Self::Deleted { record, .. } | Self::TimesChanged { record, .. } => *record,
        }
    }
}

/// A name as a log record carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedName {
    /// The folder that it stands in.
    pub parent: FileReference,
    /// The name.
    pub name: String,
    /// Which rules it follows.
    pub namespace: Namespace,
    /// The times beside it: in a file record those of the making of the name, in an index a copy of
    /// `$STANDARD_INFORMATION` that Windows brings up to date now and then.
    pub times: FileTimes,
    /// Bytes of content, as the name's copy said.
    pub size: u64,
}

impl From<FileName<'_>> for LoggedName {
    fn from(name: FileName<'_>) -> Self {
        Self {
            parent: name.parent,
            name: name.name.to_text(),
            namespace: name.namespace,
            times: name.times,
            size: name.size,
        }
    }
}
