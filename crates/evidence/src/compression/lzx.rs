//! LZX as in WIM files and as the Windows Overlay Filter uses it: chunks of up to 32 KiB, each
//! for itself.
//!
//! A chunk is blocks, each with prefix codes of its own: one for bytes and copies together, one
//! for long lengths, in an *aligned* block a third one for the lowest bits of distances. The
//! lengths of the code words are given as differences to those of the block before. A block can
//! also be uncompressed. At last the targets of x86 call instructions, which were made absolute
//! to compress better, are made relative again.
//!
//! Sources: MS-PATCH 2.3 to 2.7 (LZX DELTA: blocks, codes, repeated distances); Microsoft, "LZX
//! Data Compression Format" (1997). For what is different in WIM files, the notes in the source of
//! wimlib and ms-compress: the window is 32 KiB, no header stands before the blocks, a block's
//! size is one bit for 32 KiB or 16 bits more, the aligned code comes first, calls are always
//! translated with a file size of 12,000,000. All of it was checked with chunks that wimlib wrote.

mod block;
mod calls;
mod code_lengths;

use super::DecompressError;
use super::output::Output;
use block::Chunk;

/// The longest chunk.
const WINDOW: usize = 32_768;

/// Fills `output`, at most 32 KiB, from the chunk `input`. Both lengths are known from elsewhere;
/// a chunk that its owner stores with the length that it has uncompressed is not compressed.
///
/// # Errors
/// When the input ends before the output is full, or says what cannot be.
pub fn decompress(input: &[u8], output: &mut [u8]) -> Result<(), DecompressError> {
    if output.len() > WINDOW {
        return Err(DecompressError::new(0, "a chunk of more than 32 KiB"));
    }
    let mut chunk = Chunk::new(input);
    let mut made = Output::new(output);
    while made.left() > 0 {
        chunk.block(&mut made)?;
    }
    calls::make_relative(output);
    Ok(())
}

#[cfg(test)]
mod tests;
