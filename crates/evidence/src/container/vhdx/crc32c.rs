//! CRC-32C, the checksum of the structures of a VHDX (MS-VHDX 2.2.2): the reflected polynomial
//! 0x82F63B78 of Castagnoli, begun and ended with all bits turned over (RFC 3720, B.4).

use std::sync::LazyLock;

/// What each value of a byte does to the checksum.
static TABLE: LazyLock<[u32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|value| {
        let mut sum = u32::try_from(value).unwrap_or(0);
        for _ in 0..8 {
            let polynomial = if sum & 1 == 1 { 0x82F6_3B78 } else { 0 };
            sum = (sum >> 1) ^ polynomial;
        }
        sum
    })
});

/// A checksum in the making.
pub(super) struct Crc32c(u32);

impl Crc32c {
    /// Of no bytes yet.
    pub(super) const fn new() -> Self {
        Self(u32::MAX)
    }

    /// Takes more bytes in.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        let table = &*TABLE;
        for byte in bytes {
            let [low, ..] = (self.0 ^ u32::from(*byte)).to_le_bytes();
            let step = table.get(usize::from(low)).copied().unwrap_or(0);
            self.0 = (self.0 >> 8) ^ step;
        }
    }

    /// The checksum.
    pub(super) const fn finish(self) -> u32 {
        !self.0
    }
}

/// Whether the four bytes at 4 of a structure are its checksum, taken with zeros in their place.
pub(super) fn is_sound(structure: &[u8]) -> bool {
    let before = structure.get(..4).unwrap_or_default();
    let Some(stored) = structure.get(4..).and_then(|rest| rest.first_chunk()) else {
        return false;
    };
    let mut sum = Crc32c::new();
    sum.update(before);
    sum.update(&[0; 4]);
    sum.update(structure.get(8..).unwrap_or_default());
    sum.finish() == u32::from_le_bytes(*stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors() {
        // RFC 3720, B.4: 32 bytes of zeros, of ones, and counting up.
        let of = |bytes: &[u8]| {
            let mut sum = Crc32c::new();
            sum.update(bytes);
            sum.finish()
        };
        assert_eq!(of(&[0; 32]), 0x8A91_36AA);
        assert_eq!(of(&[0xFF; 32]), 0x62A8_AB43);
        assert_eq!(of(&(0..32).collect::<Vec<u8>>()), 0x46DD_794E);
        assert_eq!(of(b"123456789"), 0xE306_9283);
    }

    #[test]
    fn the_checksum_stands_inside_what_it_covers() {
        let mut structure = b"head\0\0\0\0and the rest".to_vec();
        let mut sum = Crc32c::new();
        sum.update(&structure);
        structure[4..8].copy_from_slice(&sum.finish().to_le_bytes());
        assert!(is_sound(&structure));
        structure[9] ^= 1;
        assert!(!is_sound(&structure));
        assert!(!is_sound(b"head"));
    }
}
