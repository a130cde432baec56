use super::*;

/// A stream: the lengths of some code words, and what follows them.
fn stream(lengths: &[(usize, u8)], rest: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; LENGTHS];
    for (symbol, length) in lengths {
        bytes[symbol / 2] |= length << (symbol % 2 * 4);
    }
    bytes.extend_from_slice(rest);
    bytes
}

/// MS-XCA 3.2, first example.
fn alphabet() -> Vec<u8> {
    // Five bits for a to t (the first half byte of 0x50 is '`'), four for the others and the end.
    let mut bytes = stream(&[], &[]);
    bytes[48] = 0x50;
    bytes[49..59].fill(0x55);
    bytes[59..62].copy_from_slice(&[0x45, 0x44, 0x04]);
    bytes[128] = 0x04;
    bytes.extend_from_slice(&[
        0xd8, 0x52, 0x3e, 0xd7, 0x94, 0x11, 0x5b, 0xe9, 0x19, 0x5f, 0xf9, 0xd6, 0x7c, 0xdf, 0x8d,
        0x04, 0x00, 0x00, 0x00, 0x00,
    ]);
    bytes
}

/// MS-XCA 3.2, second example: `abc` a hundred times.
fn abc() -> Vec<u8> {
    let lengths = [(97, 3), (98, 3), (99, 2), (256, 2), (287, 2)];
    stream(&lengths, &[0xa8, 0xdc, 0x00, 0x00, 0xff, 0x26, 0x01])
}

fn decompressed(input: &[u8], length: usize) -> Result<Vec<u8>, DecompressError> {
    let mut output = vec![0xEE; length];
    decompress(input, &mut output).map(|()| output)
}

#[test]
fn the_examples_of_ms_xca_are_read() {
    let letters = b"abcdefghijklmnopqrstuvwxyz";
    assert_eq!(decompressed(&alphabet(), 26).unwrap(), letters);
    assert_eq!(decompressed(&abc(), 300).unwrap(), b"abc".repeat(100));
    assert_eq!(decompressed(&[], 0).unwrap(), []);
}

#[test]
fn a_copy_may_not_go_beyond_the_output() {
    let error = decompressed(&abc(), 299).unwrap_err();
    assert_eq!(error.problem, "a copy beyond the end of the output");
}

#[test]
fn an_input_that_ends_too_early_is_refused() {
    let input = alphabet();
    // The last four bytes are only fetched, those before are needed.
    assert!(decompressed(&input[..input.len() - 4], 26).is_ok());
    for length in 0..input.len() - 5 {
        let error = decompressed(&input[..length], 26).unwrap_err();
        assert!(error.offset <= length, "{length}");
    }
    assert!(decompressed(&input, 200).is_err());
}

#[test]
fn long_lengths_take_one_three_or_seven_bytes() {
    // 0: the byte `x`; 1: a copy with a long length from one byte back.
    let lengths = [(usize::from(b'x'), 1), (256 + 15, 1)];
    let bits = [0x00, 0x40, 0x00, 0x00];
    for (more, length) in [
        (&[0_u8][..], 18),
        (&[254], 272),
        (&[255, 15, 0], 18),
        (&[255, 0xFF, 0xFF], 65_538),
        (&[255, 0, 0, 0x00, 0x00, 0x01, 0x00], 65_539),
    ] {
        let input = stream(&lengths, &[&bits[..], more].concat());
        let output = decompressed(&input, 1 + length).unwrap();
        assert_eq!(output, vec![b'x'; 1 + length], "{more:?}");
    }
    let input = stream(&lengths, &[&bits[..], &[255, 14, 0]].concat());
    assert_eq!(
        decompressed(&input, 100).unwrap_err().problem,
        "a long length below 15"
    );
}

#[test]
fn new_code_lengths_follow_after_each_block() {
    // One byte and a copy of 65,535, then the same with another byte.
    let block = |byte: u8| {
        let lengths = [(usize::from(byte), 1), (256 + 15, 1)];
        stream(&lengths, &[0x00, 0x40, 0x00, 0x00, 255, 0xFC, 0xFF])
    };
    let input = [block(b'x'), block(b'y')].concat();
    let output = decompressed(&input, 2 * 65_536).unwrap();
    assert_eq!(output[..65_536], vec![b'x'; 65_536]);
    assert_eq!(output[65_536..], vec![b'y'; 65_536]);
    let output = decompressed(&input, 65_537 + 100);
    assert!(output.is_err(), "the copy is longer than that");
}

#[test]
fn copies_from_before_the_beginning_are_refused() {
    // The first symbol is a copy from two or three bytes back.
    let input = stream(&[(256 + 16, 1), (257, 1)], &[0, 0, 0, 0]);
    assert_eq!(
        decompressed(&input, 20).unwrap_err().problem,
        "a copy from before the beginning"
    );
}

#[test]
fn damage_does_no_harm() {
    for (input, length) in [(alphabet(), 26), (abc(), 300)] {
        for seed in 0..2000 {
            let variant = kusari_fixtures::variants::variant(&input, seed, 8);
            let _ = decompressed(&variant.bytes, length);
        }
    }
}
