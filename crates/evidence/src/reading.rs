//! Whole files into memory, never more than asked for.

use std::io::{Read, Seek, SeekFrom};

use crate::{Error, EvidenceFile, Result};

/// All bytes of a file, read from its beginning.
///
/// Memory grows with what is really there, not with what a damaged file system says the size is.
///
/// # Errors
/// When the file holds more than `limit` bytes, or cannot be read.
pub fn read_all(file: &mut EvidenceFile, limit: u64) -> Result<Vec<u8>> {
    let too_long = |file: &EvidenceFile| Error::Limit {
        evidence: file.evidence().to_owned(),
        path: file.path().to_owned(),
        what: "its size in bytes",
        limit,
    };
    if file.size() > limit {
        return Err(too_long(file));
    }
    let mut bytes = Vec::new();
    let outcome = file.seek(SeekFrom::Start(0)).and_then(|_| {
        // One byte more than allowed shows a file that grew, or that lied about its size.
        file.by_ref()
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
    });
    match outcome {
        Ok(count) if u64::try_from(count).unwrap_or(u64::MAX) > limit => Err(too_long(file)),
        Ok(_) => Ok(bytes),
        Err(source) => Err(Error::Read {
            evidence: file.evidence().to_owned(),
            path: file.path().to_owned(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReadAt;
    use std::sync::Arc;

    /// Bytes that say another size than they have.
    struct Liar(Vec<u8>, u64);

    impl ReadAt for Liar {
        fn size(&self) -> u64 {
            self.1
        }
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0.read_at(offset, buffer)
        }
    }

    fn liar(bytes: Vec<u8>, size: u64) -> EvidenceFile {
        EvidenceFile::new("test", "liar", Arc::new(Liar(bytes, size)))
    }

    #[test]
    fn reads_up_to_the_limit_and_says_when_there_is_more() {
        let mut file = liar(vec![7; 10], 10);
        assert_eq!(read_all(&mut file, 10).unwrap(), vec![7; 10]);
        let error = read_all(&mut file, 9).unwrap_err();
        assert_eq!(
            error.to_string(),
            "test: `liar`: its size in bytes exceeds the limit of 9"
        );
    }

    #[test]
    fn a_false_size_neither_allocates_nor_lets_more_through() {
        let mut shorter = liar(vec![7; 10], u64::MAX - 1);
        assert_eq!(read_all(&mut shorter, u64::MAX).unwrap().len(), 10);
        let mut longer = liar(vec![7; 10], 3);
        assert!(matches!(read_all(&mut longer, 5), Err(Error::Limit { .. })));
    }
}
