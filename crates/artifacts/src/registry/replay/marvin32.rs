//! Marvin32, the hash of transaction log entries.
//!
//! Source: the registry file format specification names the hash and its seed; the rounds are
//! those of .NET's `System.Marvin`. The hashes in the corpus' logs confirm both.

/// The seed that Windows uses for log entries: the bytes `82 EF 4D 88 7A 4E 55 C5`, highest
/// first. The hashes of the logs in the corpus come out right in this order and in no other.
pub(super) const LOG_ENTRY_SEED: u64 = 0x82EF_4D88_7A4E_55C5;

/// The 64-bit hash of `data`.
pub(super) fn hash(seed: u64, data: &[u8]) -> u64 {
    let [a, b, c, d, e, f, g, h] = seed.to_le_bytes();
    let mut state = State(
        u32::from_le_bytes([a, b, c, d]),
        u32::from_le_bytes([e, f, g, h]),
    );
    let blocks = data.chunks_exact(4);
    // The rest, with the bit that ends the message behind it.
    let rest = blocks.remainder();
    let last = rest
        .iter()
        .rev()
        .fold(0x80_u32, |number, &byte| number << 8 | u32::from(byte));
    for block in blocks {
        state.mix(u32::from_le_bytes(block.try_into().unwrap_or_default()));
    }
    state.mix(last);
    state.mix(0);
    u64::from(state.1) << 32 | u64::from(state.0)
}

struct State(u32, u32);

impl State {
    #[inline]
    fn mix(&mut self, block: u32) {
        self.0 = self.0.wrapping_add(block);
        self.1 ^= self.0;
        self.0 = self.0.rotate_left(20).wrapping_add(self.1);
        self.1 = self.1.rotate_left(9) ^ self.0;
        self.0 = self.0.rotate_left(27).wrapping_add(self.1);
        self.1 = self.1.rotate_left(19);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors from the tests of the .NET runtime (`MarvinTests`).
    #[test]
    fn known_vectors() {
        let seed = 0x004F_B61A_001B_DBCC;
        assert_eq!(hash(seed, &[]), 0x30ED_35C1_00CD_3C7D);
        assert_eq!(hash(seed, &[0xAF]), 0x48E7_3FC7_7D75_DDC1);
        assert_eq!(hash(seed, &[0x37, 0xF4, 0x95]), 0xF0B0_7C78_9B8C_F7E8);
        assert_eq!(
            hash(seed, &[0xAB, 0x42, 0x7E, 0xA8, 0xD1, 0x0F, 0xC7]),
            0xE118_47E4_F067_8C41
        );
    }

    #[test]
    fn every_length_of_the_rest_counts() {
        let hashes: Vec<u64> = (0..5).map(|n| hash(1, &vec![0; n])).collect();
        for (at, one) in hashes.iter().enumerate() {
            assert!(!hashes[at + 1..].contains(one));
        }
    }
}
