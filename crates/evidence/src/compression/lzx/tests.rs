use super::*;

/// Writes bits as LZX reads them.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    word: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, count: u32, value: u32) -> &mut Self {
        for bit in (0..count).rev() {
            self.word = self.word << 1 | (value >> bit & 1);
            self.count += 1;
            if self.count == 16 {
                let word = u16::try_from(self.word).unwrap();
                self.bytes.extend_from_slice(&word.to_le_bytes());
                (self.word, self.count) = (0, 0);
            }
        }
        self
    }

    fn aligned(&mut self) -> Vec<u8> {
        self.put(1, 0);
        while self.count != 0 {
            self.put(1, 0);
        }
        std::mem::take(&mut self.bytes)
    }
}

fn uncompressed_block(bytes: &[u8], recent: [u32; 3]) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(3, 3).put(1, 0);
    bits.put(16, u32::try_from(bytes.len()).unwrap());
    let mut block = bits.aligned();
    for distance in recent {
        block.extend_from_slice(&distance.to_le_bytes());
    }
    block.extend_from_slice(bytes);
    if bytes.len() % 2 == 1 {
        block.push(0);
    }
    block
}

/// Lengths of code words, each as a difference to a length before of zero, all symbols of the
/// pretree with 4 or 5 bits.
fn put_lengths(bits: &mut Bits, lengths: &[u8]) {
    // 12 code words of 4 bits and 8 of 5 bits: symbols 0 to 11 and 12 to 19.
    for symbol in 0..20 {
        bits.put(4, if symbol < 12 { 4 } else { 5 });
    }
    for length in lengths {
        let symbol = (17 - u32::from(*length)) % 17;
        if symbol < 12 {
            bits.put(4, symbol);
        } else {
            bits.put(5, 24 + symbol - 12);
        }
    }
}

/// The codes of a block with bytes of 1 bit for `a` and 2 bits for two copies.
fn put_codes(bits: &mut Bits, copies: [usize; 2]) {
    let mut main = [0_u8; 496];
    main[usize::from(b'a')] = 1;
    for copy in copies {
        main[copy] = 2;
    }
    put_lengths(bits, &main[..256]);
    put_lengths(bits, &main[256..]);
    put_lengths(bits, &[0; 249]);
}

fn decompressed(input: &[u8], length: usize) -> Result<Vec<u8>, DecompressError> {
    let mut output = vec![0xEE; length];
    decompress(input, &mut output).map(|()| output)
}

#[test]
fn uncompressed_blocks_begin_and_end_at_words() {
    let input = [
        uncompressed_block(b"abc", [1; 3]),
        uncompressed_block(b"defg", [1; 3]),
    ]
    .concat();
    assert_eq!(decompressed(&input, 7).unwrap(), b"abcdefg");
    assert!(decompressed(&input, 8).is_err());
    for length in 0..input.len() {
        assert!(decompressed(&input[..length], 7).is_err(), "{length}");
    }
}

#[test]
fn distances_of_an_uncompressed_block_are_used_by_the_next_one() {
    let mut input = uncompressed_block(b"0123456789", [3, 5, 9]);
    let mut bits = Bits::default();
    // A verbatim block of 6 bytes: copies of 3 bytes with the second, then with the third of the
    // last distances (the second one became the first).
    bits.put(3, 1).put(1, 0).put(16, 6);
    put_codes(&mut bits, [256 + 8 + 1, 256 + 16 + 1]);
    bits.put(2, 0b10).put(2, 0b11);
    input.extend(bits.aligned());
    let output = decompressed(&input, 16).unwrap();
    assert_eq!(output, b"0123456789567456");
}

#[test]
fn aligned_blocks_have_the_lowest_three_bits_in_a_code_of_their_own() {
    let mut bits = Bits::default();
    // Slot 8 has three bits more: distances 14 to 21.
    bits.put(3, 2).put(1, 0).put(16, 34);
    for _ in 0..8 {
        bits.put(3, 3);
    }
    put_codes(&mut bits, [256 + 8 * 8, 256 + 8 * 8 + 1]);
    bits.put(32, 0);
    // 32 times `a`, then two from 14 + 5 bytes back.
    bits.put(2, 0b10).put(3, 5);
    let input = bits.aligned();
    assert_eq!(decompressed(&input, 34).unwrap(), [b'a'; 34]);
    assert!(decompressed(&input[..input.len() - 2], 34).is_err());
}

#[test]
fn what_cannot_be_is_refused() {
    let problem = |input: &[u8]| decompressed(input, 10).unwrap_err().problem;
    let block = |kind, default, size| {
        let mut bits = Bits::default();
        bits.put(3, kind)
            .put(1, default)
            .put(16, size)
            .put(32, 0)
            .put(32, 0);
        bits.aligned()
    };
    assert_eq!(problem(&block(0, 0, 5)), "a block of an unknown kind");
    assert_eq!(problem(&block(7, 0, 5)), "a block of an unknown kind");
    let size = "an empty block, or one beyond the end of its chunk";
    assert_eq!(problem(&block(1, 0, 0)), size);
    assert_eq!(problem(&block(1, 0, 11)), size);
    assert_eq!(problem(&block(1, 1, 0)), size);
    assert!(decompressed(&block(1, 0, 5), 10).is_err());
    assert!(decompressed(&[], 32_769).is_err());
    assert_eq!(decompressed(&[], 0).unwrap(), []);
    // The first symbol is a copy.
    let mut bits = Bits::default();
    bits.put(3, 1).put(1, 0).put(16, 6);
    put_codes(&mut bits, [256 + 1, 256 + 2]);
    bits.put(16, 0xFFFF);
    assert_eq!(
        problem(&bits.aligned()),
        "a copy from before the beginning or beyond the end"
    );
}
