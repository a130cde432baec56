//! What can go wrong between an investigator's path and the bytes of a file.

use std::path::PathBuf;

/// The result of everything that touches evidence.
pub type Result<T> = std::result::Result<T, Error>;

/// Evidence that could not be opened or read; says where, what was expected and what to try.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused a path on the examiner's machine.
    #[error("{}: {source}", path.display())]
    Io {
        /// The path on the examiner's machine.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// There is nothing at that path on the examiner's machine.
    #[error("{}: no such file or folder; only `{}` is there", path.display(), there.display())]
    Missing {
        /// The path that was given.
        path: PathBuf,
        /// The longest part of it that exists.
        there: PathBuf,
    },
    /// A file on the evidence could not be read.
    #[error("{evidence}: `{path}` cannot be read: {source}")]
    Read {
        /// The evidence it stands on.
        evidence: String,
        /// Its path there.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A path on the evidence does not exist.
    #[error("{evidence}: no file `{path}` on this evidence")]
    NotFound {
        /// The evidence it was looked for on.
        evidence: String,
        /// The path that was asked for.
        path: String,
    },
    /// The evidence is of a kind that cannot be read.
    #[error("{}: found {found}; expected {expected}", path.display())]
    Unsupported {
        /// The path on the examiner's machine.
        path: PathBuf,
        /// What was found.
        found: String,
        /// What could have been read.
        expected: &'static str,
    },
    /// It is an image or archive that cannot be opened.
    #[error("{}: {source}", path.display())]
    Format {
        /// The path on the examiner's machine.
        path: PathBuf,
        /// What is wrong with it, and where.
        source: crate::FormatError,
    },
    /// A limit that keeps hostile evidence from taking all time or memory was reached.
    #[error("{evidence}: `{path}`: {what} exceeds the limit of {limit}")]
    Limit {
        /// The evidence that reached it.
        evidence: String,
        /// The path on it where the limit was reached.
        path: String,
        /// What there was too much of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
}
