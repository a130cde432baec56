//! What is wrong with a structure of a container, a partition table or a file system.

use std::io;

/// Why a structure on evidence could not be used: which, where, and what stood there.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// It says what cannot be.
    #[error("{structure} at byte {offset}: {problem}")]
    Malformed {
        /// The structure, in the words of its specification.
        structure: &'static str,
        /// Where it stands in the bytes that were given.
        offset: u64,
        /// What was found, and what was expected.
        problem: String,
    },
    /// Its bytes could not be read.
    #[error("{structure} at byte {offset} cannot be read: {source}")]
    Unreadable {
        /// The structure, in the words of its specification.
        structure: &'static str,
        /// Where it stands in the bytes that were given.
        offset: u64,
        /// Why.
        source: io::Error,
    },
    /// It is sound, and Kusari does not read it.
    #[error("{0}")]
    Unsupported(String),
}

impl FormatError {
    /// A structure that says what cannot be.
    #[must_use]
    pub fn malformed(structure: &'static str, offset: u64, problem: impl Into<String>) -> Self {
        Self::Malformed {
            structure,
            offset,
            problem: problem.into(),
        }
    }

    /// A structure whose bytes could not be read.
    #[must_use]
    pub const fn unreadable(structure: &'static str, offset: u64, source: io::Error) -> Self {
        Self::Unreadable {
            structure,
            offset,
            source,
        }
    }
}

impl From<FormatError> for io::Error {
    fn from(error: FormatError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}
