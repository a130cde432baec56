//! Metadata entries, of which everything in a metadata block and in a `.BEK` file consists.
//!
//! Source: libyal, "BitLocker Drive Encryption (BDE) format": FVE metadata entry, FVE key, FVE
//! AES-CCM encrypted key.

use crate::fields::u16_at;

/// Bytes before an entry's data: size, entry type, value type, version.
const HEADER: usize = 8;

/// What an entry is for.
pub(super) mod kind {
    /// Part of the entry that it stands in.
    pub(crate) const PROPERTY: u16 = 0x0000;
    /// A volume master key, with its protector.
    pub(crate) const VOLUME_MASTER_KEY: u16 = 0x0002;
    /// The key of the volume.
    pub(crate) const VOLUME_KEY: u16 = 0x0003;
    /// The key in a `.BEK` file.
    pub(crate) const STARTUP_KEY: u16 = 0x0006;
    /// The description: computer, volume, date.
    pub(crate) const DESCRIPTION: u16 = 0x0007;
    /// Where the volume's first sectors were moved to.
    pub(crate) const VOLUME_HEADER: u16 = 0x000F;
}

/// What an entry holds.
pub(super) mod value {
    /// A key in the clear.
    pub(crate) const KEY: u16 = 0x0001;
    /// A text in UTF-16.
    pub(crate) const TEXT: u16 = 0x0002;
    /// The salt of a key that is stretched from a password.
    pub(crate) const STRETCH_KEY: u16 = 0x0003;
    /// A key encrypted with another one.
    pub(crate) const ENCRYPTED_KEY: u16 = 0x0005;
    /// A volume master key with its protector and properties.
    pub(crate) const VOLUME_MASTER_KEY: u16 = 0x0008;
    /// A key of a `.BEK` file, with its identifier and properties.
    pub(crate) const EXTERNAL_KEY: u16 = 0x0009;
}

/// One entry. Its data never reach beyond the bytes that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub(super) kind: u16,
    pub(super) value: u16,
    pub(super) data: &'a [u8],
}

/// The entries one after the other; it ends at the first that cannot be one, and at the end of the
/// bytes. Entries inside an entry are its data's: nothing is followed, so nothing can go round in
/// a circle.
pub(super) struct Entries<'a> {
    rest: &'a [u8],
    /// An entry's size was no size, or reached beyond the bytes.
    broken: bool,
}

impl<'a> Entries<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            broken: false,
        }
    }

    /// Whether it ended at something that cannot be an entry.
    pub(super) const fn broken(&self) -> bool {
        self.broken
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let size = usize::from(u16_at(self.rest, 0)?);
        if size == 0 {
            // Zeros are padding.
            self.rest = &[];
            return None;
        }
        let whole = self.rest.get(..size).filter(|whole| whole.len() >= HEADER);
        let Some(whole) = whole else {
            self.broken = true;
            self.rest = &[];
            return None;
        };
        self.rest = self.rest.get(size..).unwrap_or_default();
        Some(Entry {
            kind: u16_at(whole, 2)?,
            value: u16_at(whole, 4)?,
            data: whole.get(HEADER..)?,
        })
    }
}

/// A key encrypted with AES-CCM: nonce, message authentication code, encrypted bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EncryptedKey {
    pub(super) nonce: [u8; 12],
    pub(super) code: [u8; 16],
    pub(super) bytes: Vec<u8>,
}

/// The longest encrypted key that is taken: the key of the volume has up to 64 bytes and a header
/// of 12.
const LONGEST_KEY: usize = 256;

impl EncryptedKey {
    /// From an entry's data.
    pub(super) fn parse(data: &[u8]) -> Option<Self> {
        let (nonce, rest) = data.split_first_chunk()?;
        let (code, bytes) = rest.split_first_chunk()?;
        (bytes.len() <= LONGEST_KEY).then(|| Self {
            nonce: *nonce,
            code: *code,
            bytes: bytes.to_vec(),
        })
    }
}

/// A key in the clear: what it is for (an encryption method), and its bytes. From an entry of the
/// value type [`value::KEY`], which is also what an encrypted key decrypts to.
pub(super) fn clear_key<'a>(entry: &Entry<'a>) -> Option<(u16, &'a [u8])> {
    (entry.value == value::KEY).then_some(())?;
    Some((u16_at(entry.data, 0)?, entry.data.get(4..)?))
}

/// A text in UTF-16, little-endian, up to its end or its first zero.
pub(super) fn text(data: &[u8]) -> String {
    let units = data.chunks_exact(2).filter_map(|unit| u16_at(unit, 0));
    let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: u16, value: u16, data: &[u8]) -> Vec<u8> {
        let size = u16::try_from(data.len() + HEADER).unwrap();
        let fields = [size, kind, value, 1].map(u16::to_le_bytes);
        [fields.as_flattened(), data].concat()
    }

    #[test]
    fn entries_end_where_they_cannot_go_on() {
        let mut bytes = [entry(7, 2, b"a\0b\0\0\0"), entry(2, 8, b"xyz")].concat();
        let count = |bytes: &[u8]| {
            let mut entries = Entries::new(bytes);
            (entries.by_ref().count(), entries.broken())
        };
        assert_eq!(count(&bytes), (2, false));
        let first = Entries::new(&bytes).next().unwrap();
        assert_eq!((first.kind, first.value), (7, 2));
        assert_eq!(text(first.data), "ab");
        // Cut, sizes that are none, sizes beyond the end.
        assert_eq!(count(&bytes[..bytes.len() - 1]), (1, true));
        for size in [1_u16, 7, 0xFFFF] {
            bytes[..2].copy_from_slice(&size.to_le_bytes());
            assert_eq!(count(&bytes), (0, true), "{size}");
        }
        bytes[..2].fill(0);
        assert_eq!(count(&bytes), (0, false));
        assert_eq!(count(&[1]), (0, false));
    }

    #[test]
    fn an_encrypted_key_is_not_longer_than_any_key() {
        assert!(EncryptedKey::parse(&[0; 27]).is_none());
        assert_eq!(EncryptedKey::parse(&[3; 28]).unwrap().bytes, []);
        assert!(EncryptedKey::parse(&[0; 28 + LONGEST_KEY + 1]).is_none());
    }
}
