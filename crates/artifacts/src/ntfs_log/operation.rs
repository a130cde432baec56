//! What a log record does.

use std::fmt;

/// The operation of a log record, by its number. Source: Linux' ntfs3, which names them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operation(pub u16);

impl Operation {
    /// Nothing.
    pub const NOOP: Self = Self(0x00);
    /// As undo: the record itself undoes another one, and is never undone.
    pub const COMPENSATION: Self = Self(0x01);
    /// A file record is written from its beginning.
    pub const INITIALIZE_FILE_RECORD: Self = Self(0x02);
    /// A file record is given free.
    pub const DEALLOCATE_FILE_RECORD: Self = Self(0x03);
    /// An attribute is put into a file record.
    pub const CREATE_ATTRIBUTE: Self = Self(0x05);
    /// An attribute is taken out of a file record.
    pub const DELETE_ATTRIBUTE: Self = Self(0x06);
    /// Bytes of a resident attribute are written.
    pub const UPDATE_RESIDENT_VALUE: Self = Self(0x07);
    /// An entry is put into the root of an index, which stands in a file record.
    pub const ADD_ENTRY_ROOT: Self = Self(0x0C);
    /// An entry is taken out of the root of an index.
    pub const DELETE_ENTRY_ROOT: Self = Self(0x0D);
    /// An entry is put into a block of an index.
    pub const ADD_ENTRY_ALLOCATION: Self = Self(0x0E);
    /// An entry is taken out of a block of an index.
    pub const DELETE_ENTRY_ALLOCATION: Self = Self(0x0F);
    /// The transaction is committed; not seen in logs of the corpus, which end transactions by
    /// [`Operation::FORGET_TRANSACTION`] alone.
    pub const COMMIT_TRANSACTION: Self = Self(0x1A);
    /// The transaction is over.
    pub const FORGET_TRANSACTION: Self = Self(0x1B);
    /// An attribute in clusters is opened, and gets its place in the open attribute table.
    pub const OPEN_NONRESIDENT_ATTRIBUTE: Self = Self(0x1C);
    /// The open attribute table, as it is at a checkpoint.
    pub const OPEN_ATTRIBUTE_TABLE: Self = Self(0x1D);
    /// The names of the attributes in that table.
    pub const ATTRIBUTE_NAMES: Self = Self(0x1E);

    /// Its name in the documentation; `None` of a number that is not known.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        NAMES.get(usize::from(self.0)).copied()
    }

    /// Whether an entry is put into an index.
    #[must_use]
    pub const fn adds_entry(self) -> bool {
        matches!(self, Self::ADD_ENTRY_ROOT | Self::ADD_ENTRY_ALLOCATION)
    }

    /// Whether an entry is taken out of an index.
    #[must_use]
    pub const fn deletes_entry(self) -> bool {
        matches!(
            self,
            Self::DELETE_ENTRY_ROOT | Self::DELETE_ENTRY_ALLOCATION
        )
    }
}

const NAMES: [&str; 0x26] = [
    "Noop",
    "CompensationLogRecord",
    "InitializeFileRecordSegment",
    "DeallocateFileRecordSegment",
    "WriteEndOfFileRecordSegment",
    "CreateAttribute",
    "DeleteAttribute",
    "UpdateResidentValue",
    "UpdateNonresidentValue",
    "UpdateMappingPairs",
    "DeleteDirtyClusters",
    "SetNewAttributeSizes",
    "AddIndexEntryRoot",
    "DeleteIndexEntryRoot",
    "AddIndexEntryAllocation",
    "DeleteIndexEntryAllocation",
    "WriteEndOfIndexBuffer",
    "SetIndexEntryVcnRoot",
    "SetIndexEntryVcnAllocation",
    "UpdateFileNameRoot",
    "UpdateFileNameAllocation",
    "SetBitsInNonresidentBitMap",
    "ClearBitsInNonresidentBitMap",
    "HotFix",
    "EndTopLevelAction",
    "PrepareTransaction",
    "CommitTransaction",
    "ForgetTransaction",
    "OpenNonresidentAttribute",
    "OpenAttributeTableDump",
    "AttributeNamesDump",
    "DirtyPageTableDump",
    "TransactionTableDump",
    "UpdateRecordDataRoot",
    "UpdateRecordDataAllocation",
    "UpdateRelativeDataInIndex",
    "UpdateRelativeDataInIndex2",
    "ZeroEndOfFileRecord",
];

impl fmt::Display for Operation {
    /// The name, or `0x30` of an unknown number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#x}", self.0),
        }
    }
}
