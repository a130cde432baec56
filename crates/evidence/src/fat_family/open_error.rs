//! Why a file of a FAT or exFAT volume cannot be opened.

use std::io;

/// An error with a reason for people.
pub(crate) fn refused(reason: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.into())
}
