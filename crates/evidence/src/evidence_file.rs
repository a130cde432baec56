//! An open file on evidence.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use crate::ReadAt;

/// An open file on evidence. `Read + Seek` over its bytes, whatever they lie in.
pub struct EvidenceFile {
    bytes: Arc<dyn ReadAt>,
    evidence: String,
    path: String,
    position: u64,
}

impl EvidenceFile {
    /// The file `path` on `evidence` with these bytes, its position at the beginning.
    #[must_use]
    pub fn new(evidence: &str, path: impl Into<String>, bytes: Arc<dyn ReadAt>) -> Self {
        Self {
            bytes,
            evidence: evidence.to_owned(),
            path: path.into(),
            position: 0,
        }
    }

    /// What it stands on, for messages: the path on the examiner's machine that was opened.
    #[must_use]
    pub fn evidence(&self) -> &str {
        &self.evidence
    }

    /// Its path on the evidence (with `:stream` behind it for an alternate stream), for messages.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The size of the file in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.bytes.size()
    }

    /// Its bytes, to be read at any place: a disk image can lie in any file.
    #[must_use]
    pub fn bytes(&self) -> Arc<dyn ReadAt> {
        Arc::clone(&self.bytes)
    }
}

impl fmt::Debug for EvidenceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EvidenceFile")
            .field("evidence", &self.evidence)
            .field("path", &self.path)
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}

impl Read for EvidenceFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read_at(self.position, buffer)?;
        let read = u64::try_from(count).unwrap_or(u64::MAX);
        self.position = self.position.saturating_add(read);
        Ok(count)
    }
}

impl Seek for EvidenceFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size().checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
