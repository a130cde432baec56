use super::*;

/// MS-XCA 3.3.
const EXAMPLE: &[u8] = &[
    0x38, 0xb0, 0x88, 0x46, 0x23, 0x20, 0x00, 0x20, 0x47, 0x20, 0x41, 0x00, 0x10, 0xa2, 0x47, 0x01,
    0xa0, 0x45, 0x20, 0x44, 0x00, 0x08, 0x45, 0x01, 0x50, 0x79, 0x00, 0xc0, 0x45, 0x20, 0x05, 0x24,
    0x13, 0x88, 0x05, 0xb4, 0x02, 0x4a, 0x44, 0xef, 0x03, 0x58, 0x02, 0x8c, 0x09, 0x16, 0x01, 0x48,
    0x45, 0x00, 0xbe, 0x00, 0x9e, 0x00, 0x04, 0x01, 0x18, 0x90, 0x00,
];
const TUNE: &[u8] =
    b"F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D \
E F# G F# D E F# G F# E D E A F# F# G A A G F# E D D E F# E D D\0";

#[test]
fn the_example_of_ms_xca_is_read() {
    let mut output = [0xEE; 4096];
    assert_eq!(decompress(EXAMPLE, &mut output), Ok(142));
    assert_eq!(&output[..142], TUNE);
    assert_eq!(output[142..], [0; 4096 - 142]);
}

#[test]
fn an_output_that_ends_inside_a_chunk_is_filled() {
    for length in 0..142 {
        let mut output = vec![0; length];
        assert_eq!(decompress(EXAMPLE, &mut output), Ok(length));
        assert_eq!(output, TUNE[..length]);
    }
}

#[test]
fn short_and_stored_chunks_follow_each_other() {
    let stored = [&[0xFF, 0x3F][..], &[b'x'; 4096]].concat();
    let input = [EXAMPLE, &stored, EXAMPLE, &[0, 0], &stored].concat();
    let mut output = vec![0xEE; 65_536];
    assert_eq!(decompress(&input, &mut output), Ok(2 * 4096 + 142));
    assert_eq!(&output[..142], TUNE);
    assert_eq!(output[142..4096], [0; 4096 - 142]);
    assert_eq!(output[4096..8192], [b'x'; 4096]);
    assert_eq!(&output[8192..8192 + 142], TUNE);
    assert_eq!(output[8192 + 142..12_288], [0; 4096 - 142]);
    assert!(output[12_288..].iter().all(|byte| *byte == 0xEE));
}

#[test]
fn a_run_reaches_through_the_chunk() {
    // One byte and a copy from it of 4095: 12 bits of length hold 4095 - 3.
    let input = [0x03, 0xB0, 0x02, b'z', 0xFC, 0x0F];
    let mut output = [0; 4096];
    assert_eq!(decompress(&input, &mut output), Ok(4096));
    assert_eq!(output, [b'z'; 4096]);
}

#[test]
fn what_cannot_be_is_refused_with_its_place() {
    let refused = |input: &[u8]| decompress(input, &mut [0; 8192]).unwrap_err();
    assert_eq!(refused(&[0x38, 0xA0, 0]).offset, 0);
    assert_eq!(
        refused(&EXAMPLE[..58]).problem,
        "a chunk that is longer than what is there"
    );
    // A copy as the first element.
    let error = refused(&[0x02, 0xB0, 0x01, 0, 0]);
    assert_eq!(
        (error.offset, error.problem),
        (3, "a copy from before its chunk's beginning")
    );
    // One byte and 4096 more.
    let error = refused(&[0x03, 0xB0, 0x02, b'z', 0xFD, 0x0F]);
    assert_eq!(error.problem, "a chunk of more than 4096 bytes");
    let error = refused(&[0x02, 0xB0, 0x02, b'z', 0xFD]);
    assert_eq!(error.problem, "half a copy at a chunk's end");
    assert_eq!(
        error.to_string(),
        "compressed data at byte 3: half a copy at a chunk's end"
    );
}

#[test]
fn damage_does_no_harm() {
    for seed in 0..3000 {
        let variant = kusari_fixtures::variants::variant(EXAMPLE, seed, 8);
        let mut output = [0; 5000];
        if let Ok(made) = decompress(&variant.bytes, &mut output) {
            assert!(made <= output.len());
        }
    }
}
