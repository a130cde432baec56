#![no_main]
//! xpress_huffman. The first two bytes are the length that is expected of the output, in units of 16 bytes
//! and of one.

use kusari_evidence::compression::xpress_huffman;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Some(([long, short], rest)) = input.split_first_chunk::<2>() {
        let mut output = vec![0xA5; usize::from(*long) * 256 + usize::from(*short)];
        let _ = xpress_huffman::decompress(rest, &mut output);
    }
});
