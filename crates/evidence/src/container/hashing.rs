//! The hashes of a whole media, to be held against those that its container stores.

use std::io;

use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;

use super::{HashAlgorithm, StoredHash};
use crate::ReadAt;

/// How much is read at a time. While one such piece is hashed, the next one is read.
const PIECE: usize = 8 << 20;

/// One hash that is being made.
enum Hasher {
    Md5(Box<Md5>),
    Sha1(Box<Sha1>),
    Sha256(Box<Sha256>),
}

impl Hasher {
    fn new(algorithm: HashAlgorithm) -> Self {
        match algorithm {
            HashAlgorithm::Md5 => Self::Md5(Box::default()),
            HashAlgorithm::Sha1 => Self::Sha1(Box::default()),
            HashAlgorithm::Sha256 => Self::Sha256(Box::default()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(hasher) => hasher.update(bytes),
            Self::Sha1(hasher) => hasher.update(bytes),
            Self::Sha256(hasher) => hasher.update(bytes),
        }
    }

    fn finish(self) -> StoredHash {
        let (algorithm, value) = match self {
            Self::Md5(hasher) => (HashAlgorithm::Md5, digits(&hasher.finalize())),
            Self::Sha1(hasher) => (HashAlgorithm::Sha1, digits(&hasher.finalize())),
            Self::Sha256(hasher) => (HashAlgorithm::Sha256, digits(&hasher.finalize())),
        };
        StoredHash { algorithm, value }
    }
}

fn digits(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads the whole media once and makes the `wanted` hashes of it, each once and in this order.
/// Each hash is made on a thread of its own, while the next piece of the media is read.
/// `progress` is told how many bytes have been hashed so far.
///
/// # Errors
/// When a byte of the media cannot be read; the message says which.
pub fn verify(
    media: &dyn ReadAt,
    wanted: &[HashAlgorithm],
    progress: &mut dyn FnMut(u64),
) -> io::Result<Vec<StoredHash>> {
    let mut algorithms: Vec<HashAlgorithm> = Vec::new();
    for algorithm in wanted {
        if !algorithms.contains(algorithm) {
            algorithms.push(*algorithm);
        }
    }
    let mut hashers: Vec<Hasher> = algorithms.into_iter().map(Hasher::new).collect();
    let size = media.size();
    let length = usize::try_from(size).unwrap_or(usize::MAX).min(PIECE);
    let (mut full, mut empty) = (vec![0; length], vec![0; length]);
    let mut at = 0_u64;
    let mut filled = fill(media, at, &mut full)?;
    while filled > 0 {
        let next_at = at.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
        let mut next = Ok(0);
        rayon::scope(|scope| {
            let piece = full.get(..filled).unwrap_or_default();
            for hasher in &mut hashers {
                scope.spawn(|_| hasher.update(piece));
            }
            next = fill(media, next_at, &mut empty);
        });
        progress(next_at);
        std::mem::swap(&mut full, &mut empty);
        at = next_at;
        filled = next?;
    }
    if at < size {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            format!("the bytes end at {at}, before their size of {size}"),
        ));
    }
    Ok(hashers.into_iter().map(Hasher::finish).collect())
}

/// Fills `buffer` from `offset`; less is read only at the end.
fn fill(media: &dyn ReadAt, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0_usize;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let at = offset.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
        match media.read_at(at, rest) {
            Ok(0) => break,
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                return Err(io::Error::new(
                    error.kind(),
                    format!("byte {at} of the media cannot be read: {error}"),
                ));
            }
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &[HashAlgorithm] = &[
        HashAlgorithm::Sha1,
        HashAlgorithm::Md5,
        HashAlgorithm::Sha256,
        HashAlgorithm::Sha1,
    ];

    /// The vectors of RFC 1321 and FIPS 180 for `abc`.
    #[test]
    fn published_vectors_in_the_order_that_was_asked() {
        let hashes = verify(&b"abc".to_vec(), ALL, &mut |_| ()).unwrap();
        let values: Vec<&str> = hashes.iter().map(|hash| hash.value.as_str()).collect();
        assert_eq!(
            values,
            [
                "a9993e364706816aba3e25717850c26c9cd0d89d",
                "900150983cd24fb0d6963f7d28e17f72",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ]
        );
        let empty = verify(&Vec::new(), &[HashAlgorithm::Md5], &mut |_| ()).unwrap();
        assert_eq!(empty[0].value, "d41d8cd98f00b204e9800998ecf8427e");
    }

    /// Bytes that come in odd pieces, with one that cannot be read.
    struct Odd {
        bytes: Vec<u8>,
        bad: Option<usize>,
    }

    impl ReadAt for Odd {
        fn size(&self) -> u64 {
            self.bytes.size()
        }

        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            let at = usize::try_from(offset).unwrap();
            let end = self.bad.unwrap_or(self.bytes.len());
            if self.bad == Some(at) {
                return Err(io::Error::other("torn"));
            }
            let count = buffer.len().min(100_003).min(end - at);
            self.bytes.read_at(offset, &mut buffer[..count])
        }
    }

    #[test]
    fn pieces_make_the_same_hash_and_progress_is_told() {
        let bytes: Vec<u8> = (0..=250).cycle().take(2 * PIECE + 7).collect();
        let odd = Odd { bytes, bad: None };
        let mut told = Vec::new();
        let hashes = verify(&odd, &[HashAlgorithm::Sha256], &mut |at| told.push(at)).unwrap();
        assert_eq!(hashes[0].value, crate::hash::sha256(&odd.bytes).to_string());
        let piece = u64::try_from(PIECE).unwrap();
        assert_eq!(told, [piece, 2 * piece, 2 * piece + 7]);
    }

    #[test]
    fn a_read_error_says_where() {
        let odd = Odd {
            bytes: vec![1; 300_000],
            bad: Some(123_456),
        };
        let error = verify(&odd, ALL, &mut |_| ()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "byte 123456 of the media cannot be read: torn"
        );
    }
}
