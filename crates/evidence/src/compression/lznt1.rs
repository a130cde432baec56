//! LZNT1: the compression units of files with the NTFS attribute "compressed".
//!
//! Chunks of 4096 bytes of output, each with a header of 16 bits: its size, a signature, and
//! whether it is compressed. A compressed chunk is groups of eight elements behind a byte of
//! flags: a byte as it is, or a copy from the same chunk in 16 bits, of which the more are the
//! distance the more of the chunk is made.
//!
//! Source: MS-XCA 2.5 (format) and 3.3 (example); for what a chunk that ends early means, the
//! behaviour of ntfs-3g and of `RtlDecompressBuffer`, which fill it up with zeros.

use super::DecompressError;
use super::output::Output;

/// Bytes that a chunk makes, except the last one, which may make fewer.
const CHUNK: usize = 4096;

/// Decompresses chunks until a header of zeros, the end of `input`, or until `output` is full.
/// Returns how many bytes were made; of the rest of `output` that of the last chunk is zeroed, the
/// rest is left as it was.
///
/// # Errors
/// When a chunk is cut, or says what cannot be.
pub fn decompress(input: &[u8], output: &mut [u8]) -> Result<usize, DecompressError> {
    let mut at = 0_usize;
    let mut made = 0_usize;
    for place in output.chunks_mut(CHUNK) {
        let body = at.saturating_add(2);
        let Some(header) = input.get(at..body).and_then(|bytes| bytes.try_into().ok()) else {
            return Ok(made);
        };
        let header = u16::from_le_bytes(header);
        if header == 0 {
            return Ok(made);
        }
        if (header >> 12) & 7 != 3 {
            return Err(DecompressError::new(at, "a chunk without its signature"));
        }
        let size = usize::from(header & 0x0FFF).saturating_add(1);
        let end = body.saturating_add(size);
        let Some(chunk) = input.get(body..end) else {
            return Err(DecompressError::new(
                at,
                "a chunk that is longer than what is there",
            ));
        };
        let count = if header & 0x8000 == 0 {
            stored(chunk, place)
        } else {
            compressed(chunk, place).map_err(|error| DecompressError {
                offset: error.offset.saturating_add(body),
                ..error
            })?
        };
        // Also what a copy of whole blocks wrote too much.
        if let Some(rest) = place.get_mut(count..) {
            rest.fill(0);
        }
        // A chunk that ends early ends in zeros when another one follows.
        made = made.next_multiple_of(CHUNK).saturating_add(count);
        at = end;
    }
    Ok(made)
}

fn stored(chunk: &[u8], place: &mut [u8]) -> usize {
    let count = chunk.len().min(place.len());
    if let (Some(to), Some(from)) = (place.get_mut(..count), chunk.get(..count)) {
        to.copy_from_slice(from);
    }
    count
}

fn compressed(mut chunk: &[u8], place: &mut [u8]) -> Result<usize, DecompressError> {
    let length = chunk.len();
    let is_whole = place.len() == CHUNK;
    let mut output = Output::new(place);
    // An output that ends inside the chunk cuts it; a whole one must have room for all of it.
    while output.left() > 0 || is_whole {
        let Some((flags, rest)) = chunk.split_first() else {
            break;
        };
        if *flags == 0
            && let Some((bytes, behind)) = rest.split_at_checked(8)
            && output.literals(bytes)
        {
            chunk = behind;
            continue;
        }
        let offset = length.saturating_sub(rest.len());
        chunk = group(*flags, rest, &mut output, is_whole)
            .map_err(|problem| DecompressError { offset, problem })?;
    }
    Ok(output.made())
}

/// Up to eight elements. Returns what is left of the chunk.
fn group<'a>(
    flags: u8,
    mut chunk: &'a [u8],
    output: &mut Output<'_>,
    is_whole: bool,
) -> Result<&'a [u8], &'static str> {
    for bit in 0..8 {
        if output.left() == 0 && !is_whole {
            break;
        }
        let Some((first, rest)) = chunk.split_first() else {
            break;
        };
        if (flags >> bit) & 1 == 0 {
            if !output.literal(*first) {
                return Err("a chunk of more than 4096 bytes");
            }
            chunk = rest;
            continue;
        }
        let (second, rest) = rest.split_first().ok_or("half a copy at a chunk's end")?;
        let copy = u16::from_le_bytes([*first, *second]);
        let length_bits = length_bits(output.made());
        let distance = usize::from(copy >> length_bits).saturating_add(1);
        let length = usize::from(copy & !(u16::MAX << length_bits)).saturating_add(3);
        if distance > output.made() {
            return Err("a copy from before its chunk's beginning");
        }
        let length = if is_whole {
            length
        } else {
            length.min(output.left())
        };
        if !output.copy(distance, length) {
            return Err("a chunk of more than 4096 bytes");
        }
        chunk = rest;
    }
    Ok(chunk)
}

/// How many bits of a copy are its length: 12 at first, and 4 when more than 2048 bytes of the
/// chunk are made. The distance has what it needs to reach the chunk's beginning, but 4 at least.
#[inline]
fn length_bits(made: usize) -> u32 {
    let reach = made.saturating_sub(1) >> 4;
    let distance_bits = usize::BITS.saturating_sub(reach.leading_zeros());
    12_u32.saturating_sub(distance_bits)
}

#[cfg(test)]
mod tests;
