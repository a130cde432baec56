//! SHA-256 of evidence (FIPS 180-4), by which a file is named in every output.

use std::fmt;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::str::FromStr;

use sha2::{Digest, Sha256 as Hasher};

use crate::{Error, EvidenceFile, ReadAt, Result, read_exact_at};

/// How much of a file is in memory while it is hashed.
const BUFFER: usize = 64 * 1024;

/// A SHA-256. Shown as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

/// A text that is not a SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a SHA-256; expected 64 hexadecimal digits")]
pub struct NotASha256(String);

impl FromStr for Sha256 {
    type Err = NotASha256;

    fn from_str(text: &str) -> std::result::Result<Self, NotASha256> {
        let refused = || NotASha256(text.to_owned());
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(refused());
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            let digits = text.get(index * 2..index * 2 + 2).ok_or_else(refused)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| refused())?;
        }
        Ok(Self(bytes))
    }
}

/// The SHA-256 of bytes in memory.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Sha256 {
    Sha256(Hasher::digest(bytes).into())
}

/// The SHA-256 of a whole file, read from its beginning in pieces of 64 KiB. The position is
/// back at the beginning afterwards.
///
/// # Errors
/// When the file cannot be read to its end.
pub fn sha256_of(file: &mut EvidenceFile) -> Result<Sha256> {
    hash_stream(file).map_err(|source| Error::Read {
        evidence: file.evidence().to_owned(),
        path: file.path().to_owned(),
        source,
    })
}

/// The SHA-256 of a stretch of bytes, wherever they lie.
///
/// # Errors
/// When one of them cannot be read, or they end before.
pub fn sha256_at(bytes: &dyn ReadAt, stretch: Range<u64>) -> std::io::Result<Sha256> {
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; BUFFER];
    let mut at = stretch.start;
    while at < stretch.end {
        let left = usize::try_from(stretch.end.saturating_sub(at)).unwrap_or(usize::MAX);
        let part = buffer.get_mut(..left.min(BUFFER)).unwrap_or_default();
        read_exact_at(bytes, at, part)?;
        hasher.update(&*part);
        at = at.saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
    }
    Ok(Sha256(hasher.finalize().into()))
}

fn hash_stream(file: &mut EvidenceFile) -> std::io::Result<Sha256> {
    file.seek(SeekFrom::Start(0))?;
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => hasher.update(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(Sha256(hasher.finalize().into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileSystem, SingleFile};

    /// The example of FIPS 180-4's test vectors: the three bytes `abc`.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn published_vector() {
        assert_eq!(sha256(b"abc").to_string(), ABC);
        assert_eq!(ABC.parse(), Ok(sha256(b"abc")));
    }

    #[test]
    fn other_texts_are_refused() {
        let signed = format!("+f{}", ABC.get(2..).unwrap());
        for text in ["", "ba78", &ABC.replace('b', "g"), &signed, &"é".repeat(32)] {
            assert!(text.parse::<Sha256>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_file_longer_than_the_buffer_hashes_as_its_bytes() {
        let folder = crate::test_folder::TestFolder::new();
        let bytes: Vec<u8> = (0..=255).cycle().take(BUFFER * 2 + 17).collect();
        folder.write("big.bin", &bytes);
        let files = SingleFile::new(&folder.path().join("big.bin")).unwrap();
        let mut file = files.open("big.bin", None).unwrap();
        file.seek(SeekFrom::End(0)).unwrap();
        assert_eq!(sha256_of(&mut file).unwrap(), sha256(&bytes));
        assert_eq!(file.stream_position().unwrap(), 0);
        let stretch = 5..u64::try_from(bytes.len() - 1).unwrap();
        let part = &bytes[5..bytes.len() - 1];
        assert_eq!(sha256_at(&bytes, stretch).unwrap(), sha256(part));
        assert!(sha256_at(&bytes, 0..1 << 40).is_err());
    }
}
