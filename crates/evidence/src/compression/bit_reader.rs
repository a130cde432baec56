//! Bits as XPRESS Huffman and LZX store them: 16-bit little-endian words, each from its highest
//! bit on.

use super::DecompressError;

/// What is said when a stream goes on behind its end.
const ENDS: &str = "the compressed bytes end too early";

#[derive(Clone, Copy)]
pub(super) struct BitReader<'a> {
    input: &'a [u8],
    /// Where the next word stands.
    next: usize,
    /// Bits that were fetched and not taken, the next one highest; below them zeros.
    bits: u64,
    /// How many they are.
    count: u32,
    /// How many of them, the last ones, stand behind the input's end and are made-up zeros. They
    /// may be fetched but not taken.
    missing: u32,
}

impl<'a> BitReader<'a> {
    /// Reads `input` from byte `at` on.
    pub(super) const fn new(input: &'a [u8], at: usize) -> Self {
        Self {
            input,
            next: at,
            bits: 0,
            count: 0,
            missing: 0,
        }
    }

    /// Fetches, so that at least 32 bits can be looked at.
    #[inline]
    pub(super) fn refill(&mut self) {
        if self.count >= 32 {
            return;
        }
        let two_words = self
            .input
            .get(self.next..self.next.saturating_add(4))
            .and_then(|bytes| bytes.try_into().ok());
        if let Some(bytes) = two_words {
            // The first word comes first, so it goes into the higher half.
            let words = u32::from_le_bytes(bytes).rotate_left(16);
            self.bits |= u64::from(words) << 32_u32.saturating_sub(self.count);
            self.count = self.count.saturating_add(32);
            self.next = self.next.saturating_add(4);
        } else {
            self.refill_at_the_end();
        }
    }

    #[cold]
    fn refill_at_the_end(&mut self) {
        while self.count < 32 {
            let word = self
                .input
                .get(self.next..self.next.saturating_add(2))
                .and_then(|bytes| bytes.try_into().ok());
            if let Some(bytes) = word {
                let word = u64::from(u16::from_le_bytes(bytes));
                self.bits |= word << 48_u32.saturating_sub(self.count);
                self.next = self.next.saturating_add(2);
            } else {
                self.missing = self.missing.saturating_add(16);
            }
            self.count = self.count.saturating_add(16);
        }
    }

    /// The next `count` bits (0 to 32) without taking them; [`Self::refill`] must have come before.
    #[inline]
    pub(super) fn peek(&self, count: u32) -> usize {
        let bits = (self.bits >> 1) >> 63_u32.saturating_sub(count);
        usize::try_from(bits).unwrap_or(0)
    }

    /// Takes bits that were looked at.
    #[inline]
    pub(super) fn take(&mut self, count: u32) {
        self.bits = self.bits.checked_shl(count).unwrap_or(0);
        self.count = self.count.saturating_sub(count);
    }

    /// The next `count` bits (0 to 16), taken; [`Self::refill`] must have come before.
    #[inline]
    pub(super) fn bits(&mut self, count: u32) -> usize {
        let bits = self.peek(count);
        self.take(count);
        bits
    }

    /// Whether bits were taken that stand behind the input's end.
    #[inline]
    pub(super) const fn is_behind_the_end(&self) -> bool {
        self.count < self.missing
    }

    /// The error for that.
    pub(super) const fn end_error(&self) -> DecompressError {
        DecompressError::new(self.input.len(), ENDS)
    }

    /// Where a reader stands that fetches a word only when fewer than 16 bits are left, as
    /// MS-XCA's does. Bytes that lie between the words are found there.
    pub(super) fn position(&self) -> usize {
        let ahead = self.count.saturating_sub(16) / 16;
        let there = ahead.saturating_sub(self.missing / 16);
        let there = usize::try_from(there).unwrap_or(0);
        self.next.saturating_sub(there.saturating_mul(2))
    }

    /// Takes `N` bytes that lie between the words, see [`Self::position`]. At least 16 bits must
    /// have been fetched.
    pub(super) fn bytes_between<const N: usize>(&mut self) -> Result<[u8; N], DecompressError> {
        let at = self.position();
        let end = at.saturating_add(N);
        let bytes = self
            .input
            .get(at..end)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| self.end_error())?;
        // The words that were fetched ahead begin elsewhere now.
        let ahead = self.count.saturating_sub(16) / 16 * 16;
        self.count = self.count.saturating_sub(ahead);
        self.missing = self.missing.saturating_sub(ahead);
        let kept = u64::MAX.checked_shl(64_u32.saturating_sub(self.count));
        self.bits &= kept.unwrap_or(0);
        self.next = end;
        Ok(bytes)
    }

    /// Leaves 1 to 16 bits out, up to where a word begins, and gives the rest of the input from
    /// there on, with its position.
    pub(super) fn aligned_rest(&mut self) -> Result<(&'a [u8], usize), DecompressError> {
        self.refill();
        let padding = match self.count % 16 {
            0 => 16,
            some => some,
        };
        self.take(padding);
        let fetched = self.count.saturating_sub(self.missing) / 8;
        let at = self
            .next
            .saturating_sub(usize::try_from(fetched).unwrap_or(0));
        match self.input.get(at..) {
            Some(rest) if !self.is_behind_the_end() => Ok((rest, at)),
            _ => Err(self.end_error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_little_endian_and_read_from_their_highest_bit() {
        let input = [0x34, 0x12, 0x78, 0x56, 0xBC, 0x9A, 0xF0, 0xDE];
        let mut reader = BitReader::new(&input, 0);
        for digit in [1, 2, 3, 4, 5, 6, 7, 8, 9, 0xA, 0xB, 0xC, 0xD, 0xE, 0xF, 0] {
            reader.refill();
            assert_eq!(reader.bits(4), digit);
        }
        assert!(!reader.is_behind_the_end());
        reader.refill();
        assert_eq!(reader.bits(1), 0);
        assert!(reader.is_behind_the_end());
    }

    #[test]
    fn bytes_lie_behind_the_words_that_ms_xca_has_fetched() {
        // MS-XCA fetches two words first, the third when fewer than 16 bits are left.
        let input = [0x34, 0x12, 0x78, 0x56, 0xAA, 0xBC, 0x9A, 0xF0, 0xDE, 0xEE];
        let mut reader = BitReader::new(&input, 0);
        reader.refill();
        assert_eq!(reader.bits(16), 0x1234);
        reader.refill();
        assert_eq!(reader.position(), 4);
        assert_eq!(reader.bytes_between::<1>(), Ok([0xAA]));
        reader.refill();
        assert_eq!(reader.bits(4), 5);
        reader.refill();
        assert_eq!(reader.position(), 7);
        assert_eq!(reader.bytes_between::<1>(), Ok([0xF0]));
        reader.refill();
        assert_eq!(reader.bits(16), 0x6789);
        reader.refill();
        assert_eq!(reader.bits(12), 0xABC);
        reader.refill();
        assert_eq!(reader.bits(16), 0xEEDE);
        assert!(!reader.is_behind_the_end());
        assert!(reader.bytes_between::<1>().is_err());
    }

    #[test]
    fn a_rest_begins_at_a_word_behind_at_least_one_bit() {
        let input = [0, 0, 1, 2, 3, 4];
        for (taken, at) in [(0, 2), (1, 2), (15, 2), (16, 4), (17, 4), (32, 6)] {
            let mut reader = BitReader::new(&input, 0);
            for _ in 0..taken {
                reader.refill();
                reader.take(1);
            }
            assert_eq!(reader.aligned_rest(), Ok((&input[at..], at)), "{taken}");
        }
        let mut reader = BitReader::new(&input, 4);
        reader.refill();
        reader.take(16);
        assert!(reader.aligned_rest().is_err());
    }
}
