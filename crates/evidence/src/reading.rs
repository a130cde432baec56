//! Whole files into memory, never more than asked for.

use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;

use crate::{Error, EvidenceFile, PastUnreadable, Result};

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
    // Room for all of it at once: growing would take up to twice the memory. It is only address
    // space until something is written there, so a false size costs nothing; where even that is
    // refused, it grows.
    let room = usize::try_from(file.size())
        .unwrap_or(usize::MAX)
        .saturating_add(1);
    let _ = bytes.try_reserve_exact(room);
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

/// A file of which some bytes may not be readable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// Its bytes; zeros where they cannot be read.
    pub bytes: Vec<u8>,
    /// The stretches that cannot be read, in order, each with the reason of its first byte.
    pub unreadable: Vec<(Range<u64>, String)>,
}

/// Zeros that stand for unreadable bytes are memory that no evidence backs; the file ends where
/// they would be more.
const MOST_UNREADABLE: u64 = 256 << 20;

/// The bytes of a file, with zeros in place of those that cannot be read: a missing part of a
/// split image or a damaged run costs what lies there, not the file.
///
/// # Errors
/// When the file holds more than `limit` bytes, or none of them can be read.
pub fn read_recovering(file: &mut EvidenceFile, limit: u64) -> Result<Recovered> {
    let mut recovered = Recovered {
        bytes: Vec::new(),
        unreadable: Vec::new(),
    };
    let first_error = match read_all(file, limit) {
        Ok(bytes) => {
            recovered.bytes = bytes;
            return Ok(recovered);
        }
        Err(error @ Error::Limit { .. }) => return Err(error),
        Err(error) => error,
    };
    let source = EvidenceFile::bytes(file);
    let size = source.size().min(limit);
    let mut block = vec![0_u8; 1 << 16];
    let (mut at, mut lost, mut readable) = (0_u64, 0_u64, false);
    let mut past = PastUnreadable::default();
    while at < size {
        let wanted = usize::try_from(size - at).map_or(block.len(), |rest| rest.min(block.len()));
        let Some(space) = block.get_mut(..wanted) else {
            break;
        };
        match source.read_at(at, space) {
            Ok(0) => break,
            Ok(count) => {
                recovered
                    .bytes
                    .extend_from_slice(space.get(..count).unwrap_or_default());
                at = at.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
                readable = true;
                past.has_read();
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                let next = past.next(at).min(size);
                lost = lost.saturating_add(next - at);
                let given_up = lost > MOST_UNREADABLE;
                let end = if given_up { size } else { next };
                match recovered.unreadable.last_mut() {
                    Some((range, _)) if range.end == at => range.end = end,
                    _ => recovered.unreadable.push((at..end, error.to_string())),
                }
                if given_up {
                    break;
                }
                let length = usize::try_from(next).unwrap_or(usize::MAX);
                recovered.bytes.resize(length, 0);
                at = next;
            }
        }
    }
    if readable {
        Ok(recovered)
    } else {
        Err(first_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReadAt;
    use std::sync::Arc;

    /// Bytes of which some stretches cannot be read.
    struct Holed(Vec<u8>, Vec<Range<u64>>);

    impl ReadAt for Holed {
        fn size(&self) -> u64 {
            u64::try_from(self.0.len()).unwrap()
        }
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.1.iter().any(|hole| hole.contains(&offset)) {
                return Err(std::io::Error::other("lost"));
            }
            let next = self.1.iter().map(|hole| hole.start);
            let end = next.filter(|start| *start > offset).min();
            let most = end.map_or(buffer.len(), |end| {
                buffer.len().min(usize::try_from(end - offset).unwrap())
            });
            self.0.read_at(offset, &mut buffer[..most])
        }
    }

    fn holed(size: usize, holes: impl IntoIterator<Item = Range<u64>>) -> (Vec<u8>, EvidenceFile) {
        let bytes: Vec<u8> = (1..=251).cycle().take(size).collect();
        let file = Holed(bytes.clone(), holes.into_iter().collect());
        (bytes, EvidenceFile::new("test", "holed", Arc::new(file)))
    }

    #[test]
    fn unreadable_bytes_cost_only_themselves() {
        let holes = [4096..8192, 70_000..70_010, 99_000..100_000];
        let (bytes, mut file) = holed(100_000, holes);
        let recovered = read_recovering(&mut file, 1 << 20).unwrap();
        // A unit that begins in a hole is lost to its end.
        let lost = [4096..8192, 70_000..73_728, 99_000..100_000];
        assert_eq!(
            recovered.unreadable,
            lost.clone().map(|range| (range, "lost".to_owned()))
        );
        assert_eq!(recovered.bytes.len(), bytes.len());
        for (at, (&read, &there)) in recovered.bytes.iter().zip(&bytes).enumerate() {
            let is_lost = lost.iter().any(|range| range.contains(&(at as u64)));
            assert_eq!(read, if is_lost { 0 } else { there }, "{at}");
        }
    }

    #[test]
    fn a_long_hole_takes_few_steps_and_a_file_of_nothing_is_an_error() {
        let (bytes, mut file) = holed(40 << 20, std::iter::once(1 << 20..33 << 20));
        let recovered = read_recovering(&mut file, 1 << 30).unwrap();
        let (range, _) = &recovered.unreadable[0];
        assert_eq!(range.start, 1 << 20);
        assert!(range.end >= 33 << 20 && range.end <= 34 << 20, "{range:?}");
        let end = usize::try_from(range.end).unwrap();
        assert_eq!(recovered.bytes[end..], bytes[end..]);
        let (_, mut file) = holed(1 << 20, std::iter::once(0..1 << 20));
        let error = read_recovering(&mut file, 1 << 30).unwrap_err();
        assert!(matches!(error, Error::Read { .. }), "{error}");
    }

    #[test]
    fn memory_for_what_cannot_be_read_is_bounded() {
        struct Huge;
        impl ReadAt for Huge {
            fn size(&self) -> u64 {
                3 << 30
            }
            fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
                match (offset, buffer.first_mut()) {
                    (0, Some(first)) => {
                        *first = 7;
                        Ok(1)
                    }
                    _ => Err(std::io::Error::other("lost")),
                }
            }
        }
        let mut file = EvidenceFile::new("test", "huge", Arc::new(Huge));
        let recovered = read_recovering(&mut file, 4 << 30).unwrap();
        assert!(recovered.bytes.len() < 300 << 20);
        assert_eq!(recovered.unreadable, [(1..3 << 30, "lost".to_owned())]);
    }

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
