//! Canonical prefix codes (Huffman codes): codes of one length count up in the order of their
//! symbols, shorter ones come first.

use super::bit_reader::BitReader;

/// The longest code word, in bits, of both formats.
const LONGEST: usize = 16;

/// A prefix code for up to `SYMBOLS` symbols, with a table of `ENTRIES` (a power of two) that
/// gives the short code words at once. Long ones, which are rare, are searched by their length.
pub(super) struct PrefixCode<const ENTRIES: usize, const SYMBOLS: usize> {
    /// By the next bits: the symbol shifted left by 5, and the length of its code word. Zero for
    /// a code word that is longer than the table is deep.
    table: [u16; ENTRIES],
    /// The symbols in the order of their code words.
    symbols: [u16; SYMBOLS],
    /// For each length what its code words are, as if they had 16 bits.
    lengths: [Length; LONGEST + 1],
}

#[derive(Clone, Copy, Default)]
struct Length {
    /// The first code word.
    first: usize,
    /// The first code word of the next length.
    end: usize,
    /// The place of the first one's symbol.
    symbol: usize,
}

/// Lengths that are no code.
pub(super) const NO_CODE: &str = "the lengths of a prefix code make no whole code";

impl<const ENTRIES: usize, const SYMBOLS: usize> PrefixCode<ENTRIES, SYMBOLS> {
    const BITS: u32 = ENTRIES.ilog2();

    /// A code without symbols.
    pub(super) const fn empty() -> Self {
        Self {
            table: [0; ENTRIES],
            symbols: [0; SYMBOLS],
            lengths: [Length {
                first: 0,
                end: 0,
                symbol: 0,
            }; LONGEST + 1],
        }
    }

    /// Makes it the code with these lengths of code words (0 to 16, 0 for an unused symbol). False
    /// when they are no code: neither are all sequences of bits used, nor is it empty.
    pub(super) fn set(&mut self, code_lengths: &[u8]) -> bool {
        let mut counts = [0_usize; LONGEST + 1];
        for length in code_lengths {
            match counts.get_mut(usize::from(*length)) {
                Some(count) => *count = count.saturating_add(1),
                None => return false,
            }
        }
        let whole = 1_usize << LONGEST;
        let (mut code, mut place) = (0_usize, 0_usize);
        let mut places = [0_usize; LONGEST + 1];
        let all = self.lengths.iter_mut().zip(&mut places).zip(&counts);
        for (length, ((range, start), count)) in all.enumerate().skip(1) {
            let end = code.saturating_add(count.saturating_mul(whole >> length));
            *range = Length {
                first: code,
                end,
                symbol: place,
            };
            *start = place;
            code = end;
            place = place.saturating_add(*count);
        }
        if code != whole && code != 0 {
            return false;
        }
        for (symbol, length) in (0_u16..).zip(code_lengths) {
            let next = places
                .get_mut(usize::from(*length))
                .filter(|_| *length != 0);
            if let Some(next) = next
                && let Some(slot) = self.symbols.get_mut(*next)
            {
                *slot = symbol;
                *next = next.saturating_add(1);
            }
        }
        self.fill_table(&counts);
        true
    }

    fn fill_table(&mut self, counts: &[usize; LONGEST + 1]) {
        let mut symbols = self.symbols.iter();
        let mut rest = self.table.as_mut_slice();
        let short = (1_u16..).zip(counts.iter().skip(1));
        for (length, count) in short.take(usize::try_from(Self::BITS).unwrap_or(0)) {
            let span = ENTRIES >> length;
            for symbol in symbols.by_ref().take(*count) {
                let Some((entries, behind)) = rest.split_at_mut_checked(span) else {
                    return;
                };
                entries.fill((*symbol << 5) | length);
                rest = behind;
            }
        }
        rest.fill(0);
    }

    /// Takes the next symbol. `None` for a code without symbols. At least 16 bits must have been
    /// fetched.
    #[inline]
    pub(super) fn symbol(&self, reader: &mut BitReader<'_>) -> Option<usize> {
        let entry = self.table.get(reader.peek(Self::BITS)).copied()?;
        if entry == 0 {
            return self.long_symbol(reader);
        }
        reader.take(u32::from(entry & 31));
        Some(usize::from(entry >> 5))
    }

    fn long_symbol(&self, reader: &mut BitReader<'_>) -> Option<usize> {
        let code = reader.peek(16);
        let (length, range) = (0_u32..)
            .zip(&self.lengths)
            .find(|(_, range)| code < range.end)?;
        let above = code.saturating_sub(range.first) >> 16_u32.saturating_sub(length);
        let symbol = self.symbols.get(range.symbol.saturating_add(above))?;
        reader.take(length);
        Some(usize::from(*symbol))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_code_words_are_read() {
        // 0; 10; 110; ... one of each length, the last two with 16 bits: all ones but one, all ones.
        let lengths: Vec<u8> = (1..=16).chain([16]).collect();
        let mut code = PrefixCode::<64, 20>::empty();
        assert!(code.set(&lengths));
        for symbol in 0..17_u32 {
            let ones = symbol.min(16);
            let word = u16::try_from(0x1_0000_u32 - (1 << (16 - ones))).unwrap();
            let bytes = [word.to_le_bytes(), [0, 0]].concat();
            let mut reader = BitReader::new(&bytes, 0);
            reader.refill();
            assert_eq!(code.symbol(&mut reader), usize::try_from(symbol).ok());
            let rest = reader.peek(32);
            assert_eq!(rest, 0, "{symbol}: all its bits were taken");
        }
    }

    #[test]
    fn lengths_that_leave_bits_without_a_symbol_or_give_two_are_no_code() {
        let mut code = PrefixCode::<64, 20>::empty();
        assert!(!code.set(&[1]));
        assert!(!code.set(&[1, 1, 1]));
        assert!(!code.set(&[2, 2, 2, 3]));
        assert!(!code.set(&[17, 1]));
        assert!(!code.set(&[16; 20]));
        assert!(code.set(&[2, 2, 2, 3, 3]));
        assert!(code.set(&[0; 20]));
        let mut reader = BitReader::new(&[0; 4], 0);
        reader.refill();
        assert_eq!(code.symbol(&mut reader), None);
    }
}
