//! What can be wrong with compressed bytes.

use std::io;

/// Compressed bytes that cannot be what their format allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("compressed data at byte {offset}: {problem}")]
pub struct DecompressError {
    /// Where in the compressed bytes it was seen. What went wrong may stand some bytes before.
    pub offset: usize,
    /// What is wrong.
    pub problem: &'static str,
}

impl DecompressError {
    pub(super) const fn new(offset: usize, problem: &'static str) -> Self {
        Self { offset, problem }
    }
}

impl From<DecompressError> for io::Error {
    fn from(error: DecompressError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}
