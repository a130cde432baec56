//! What changed (`Reason`), and who wrote it (`SourceInfo`), by the names of MS Learn.

use std::fmt;

/// The reasons of a record: everything that has happened to the file since it was opened first,
/// gathered until it is closed. So a reason stands in the record that it caused and in those that
/// follow, up to the one with [`Reasons::CLOSE`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Reasons(pub u32);

/// What a program told about its changes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SourceInfo(pub u32);

macro_rules! flags {
    ($of:ident, $prefix:literal, $($(#[$doc:meta])* $name:ident = $bit:literal;)*) => {
        impl $of {
            $($(#[$doc])* pub const $name: Self = Self($bit);)*

            const NAMES: &[(u32, &str)] = &[$(($bit, stringify!($name)),)*];

            /// Whether all of `other` is in it.
            #[must_use]
            pub const fn has(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Whether some of `other` is in it.
            #[must_use]
            pub const fn has_any(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }

            /// The names without their prefix, by bit; a bit without a name is left out.
            pub fn names(self) -> impl Iterator<Item = &'static str> {
                Self::NAMES
                    .iter()
                    .filter(move |(bit, _)| self.0 & bit != 0)
                    .map(|(_, name)| *name)
            }

            /// The bits that have no name.
            #[must_use]
            pub fn unnamed(self) -> u32 {
                Self::NAMES.iter().fold(self.0, |left, (bit, _)| left & !bit)
            }
        }

        impl std::ops::BitOr for $of {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl fmt::Display for $of {
            /// The names with `|` between them, then the bits without a name in hexadecimal.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut between = "";
                for name in self.names() {
                    write!(f, "{between}{name}")?;
                    between = "|";
                }
                match self.unnamed() {
                    0 => Ok(()),
                    bits => write!(f, "{between}{bits:#x}"),
                }
            }
        }

        impl fmt::Debug for $of {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "({})"), self)
            }
        }
    };
}

flags! { Reasons, "Reasons",
    /// Bytes of the content were overwritten.
    DATA_OVERWRITE = 0x1;
    /// The content grew.
    DATA_EXTEND = 0x2;
    /// The content was cut.
    DATA_TRUNCATION = 0x4;
    /// Bytes of an alternate stream were overwritten.
    NAMED_DATA_OVERWRITE = 0x10;
    /// An alternate stream grew.
    NAMED_DATA_EXTEND = 0x20;
    /// An alternate stream was cut.
    NAMED_DATA_TRUNCATION = 0x40;
    /// The file or folder was created.
    FILE_CREATE = 0x100;
    /// The file or folder was deleted.
    FILE_DELETE = 0x200;
    /// Its extended attributes changed.
    EA_CHANGE = 0x400;
    /// Its access rights changed.
    SECURITY_CHANGE = 0x800;
    /// It was renamed or moved; the record has the name and folder from before.
    RENAME_OLD_NAME = 0x1000;
    /// It was renamed or moved; the record has the new name and folder.
    RENAME_NEW_NAME = 0x2000;
    /// Whether its content is to be indexed changed.
    INDEXABLE_CHANGE = 0x4000;
    /// Attributes (read-only, hidden, …) or times were set.
    BASIC_INFO_CHANGE = 0x8000;
    /// A hard link was added or taken away.
    HARD_LINK_CHANGE = 0x1_0000;
    /// It was compressed or decompressed by NTFS.
    COMPRESSION_CHANGE = 0x2_0000;
    /// It was encrypted or decrypted by EFS.
    ENCRYPTION_CHANGE = 0x4_0000;
    /// Its object id changed.
    OBJECT_ID_CHANGE = 0x8_0000;
    /// A reparse point was set, changed or taken away.
    REPARSE_POINT_CHANGE = 0x10_0000;
    /// An alternate stream was added, taken away or renamed.
    STREAM_CHANGE = 0x20_0000;
    /// It was changed in a transaction (TxF).
    TRANSACTED_CHANGE = 0x40_0000;
    /// Its integrity setting changed (ReFS).
    INTEGRITY_CHANGE = 0x80_0000;
    /// Another class of storage is wanted for it (in winioctl.h; MS Learn does not explain it).
    DESIRED_STORAGE_CLASS_CHANGE = 0x100_0000;
    /// The last handle was closed.
    CLOSE = 0x8000_0000;
}

flags! { SourceInfo, "SourceInfo",
    /// The content was moved (hierarchical storage), not changed.
    DATA_MANAGEMENT = 0x1;
    /// A private stream was added (a thumbnail, a virus scanner's note), the content not changed.
    AUXILIARY_DATA = 0x2;
    /// Replication brought the file to the state of another replica.
    REPLICATION_MANAGEMENT = 0x4;
    /// Replication on a client, such as a cloud synchroniser.
    CLIENT_REPLICATION_MANAGEMENT = 0x8;
}

impl Reasons {
    /// The content was written, cut or made longer.
    pub const DATA: Self =
        Self(Self::DATA_OVERWRITE.0 | Self::DATA_EXTEND.0 | Self::DATA_TRUNCATION.0);

    /// An alternate stream was written, cut, made longer, added, taken away or renamed.
    pub const STREAMS: Self = Self(
        Self::NAMED_DATA_OVERWRITE.0
            | Self::NAMED_DATA_EXTEND.0
            | Self::NAMED_DATA_TRUNCATION.0
            | Self::STREAM_CHANGE.0,
    );

    /// The record has the name and folder from before a rename.
    pub(super) const fn is_old_name(self) -> bool {
        self.has(Self::RENAME_OLD_NAME) && !self.has(Self::RENAME_NEW_NAME)
    }
}
