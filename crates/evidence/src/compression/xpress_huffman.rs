//! XPRESS with Huffman codes: the chunks of 4, 8 or 16 KiB of files that the Windows Overlay
//! Filter compresses.
//!
//! 256 bytes give the lengths of 512 code words, 4 bits each. Symbols below 256 are bytes; the
//! others are copies: 4 bits say how many bits the distance has, 4 bits the length. A long length
//! follows in bytes of its own, which lie between the words of the bits. After each 65,536 bytes
//! of output new code lengths follow.
//!
//! Source: MS-XCA 2.1.4.3, 2.2.4 (decompression) and 3.2 (examples).

use super::DecompressError;
use super::bit_reader::BitReader;
use super::output::Output;
use super::prefix_code::{NO_CODE, PrefixCode};

/// Bytes that the lengths of the code words take.
const LENGTHS: usize = 256;

/// Bytes of output that share one code.
const BLOCK: usize = 65_536;

type Code = PrefixCode<2048, 512>;

/// Fills `output` from the stream `input`. Both lengths are known from elsewhere; a chunk that
/// its owner stores with the length that it has uncompressed is not compressed.
///
/// # Errors
/// When the input ends before the output is full, or says what cannot be.
pub fn decompress(input: &[u8], output: &mut [u8]) -> Result<(), DecompressError> {
    let mut at = 0_usize;
    let mut output = Output::new(output);
    let mut code = Code::empty();
    while output.left() > 0 {
        let first = at.saturating_add(LENGTHS);
        let lengths = input
            .get(at..first)
            .ok_or_else(|| BitReader::new(input, at).end_error())?;
        if !code.set(&code_lengths(lengths)) {
            return Err(DecompressError::new(at, NO_CODE));
        }
        let end = output.made().saturating_add(output.left().min(BLOCK));
        at = block(&mut BitReader::new(input, first), &code, &mut output, end)?;
    }
    Ok(())
}

fn code_lengths(packed: &[u8]) -> [u8; 512] {
    let mut lengths = [0_u8; 512];
    for (pair, byte) in lengths.chunks_exact_mut(2).zip(packed) {
        pair.copy_from_slice(&[byte & 0x0F, byte >> 4]);
    }
    lengths
}

/// Makes bytes until `end` are made. The last copy may go beyond it. Returns where the next
/// block begins.
fn block(
    reader: &mut BitReader<'_>,
    code: &Code,
    output: &mut Output<'_>,
    end: usize,
) -> Result<usize, DecompressError> {
    while output.made() < end {
        reader.refill();
        let symbol = code
            .symbol(reader)
            .ok_or_else(|| DecompressError::new(reader.position(), NO_CODE))?;
        if let Ok(byte) = u8::try_from(symbol) {
            output.literal(byte);
        } else {
            copy(reader, symbol, output)?;
        }
        if reader.is_behind_the_end() {
            return Err(reader.end_error());
        }
    }
    reader.refill();
    Ok(reader.position())
}

#[inline]
fn copy(
    reader: &mut BitReader<'_>,
    symbol: usize,
    output: &mut Output<'_>,
) -> Result<(), DecompressError> {
    let mut length = symbol & 0x0F;
    let distance_bits = u32::try_from((symbol >> 4) & 0x0F).unwrap_or(0);
    if length == 15 {
        // At least 16 bits are here, although a code word of up to 15 was taken: 32 were fetched.
        length = long_length(reader)?;
        reader.refill();
    }
    let distance = reader.bits(distance_bits) | (1 << distance_bits);
    if output.copy(distance, length.saturating_add(3)) {
        return Ok(());
    }
    let problem = if distance > output.made() {
        "a copy from before the beginning"
    } else {
        "a copy beyond the end of the output"
    };
    Err(DecompressError::new(reader.position(), problem))
}

fn long_length(reader: &mut BitReader<'_>) -> Result<usize, DecompressError> {
    let [byte] = reader.bytes_between()?;
    if byte < 255 {
        return Ok(usize::from(byte).saturating_add(15));
    }
    let length = match u16::from_le_bytes(reader.bytes_between()?) {
        0 => u32::from_le_bytes(reader.bytes_between()?),
        some => u32::from(some),
    };
    // The bytes before could have said a shorter one.
    usize::try_from(length)
        .ok()
        .filter(|length| *length >= 15)
        .ok_or_else(|| DecompressError::new(reader.position(), "a long length below 15"))
}

#[cfg(test)]
mod tests;
