//! Values that the engine compressed. The upper five bits of the first byte say how.
//!
//! Source: Microsoft, Extensible-Storage-Engine, `compression.cxx`.

use super::xpress;
use crate::wire::u16_at;

/// The value without compression, at most `most` bytes of it.
pub(super) fn decompress(bytes: &[u8], most: usize) -> Result<Vec<u8>, &'static str> {
    let (first, rest) = bytes.split_first().ok_or("a compressed value is empty")?;
    match first >> 3 {
        1 => seven_bit(rest, first & 7, false, most),
        2 => seven_bit(rest, first & 7, true, most),
        3 => {
            let size = u16_at(rest, 0).ok_or("a compressed value is cut off")?;
            let size = usize::from(size);
            if size > most {
                return Err("a compressed value is longer than it may be");
            }
            xpress::decompress(rest.get(2..).unwrap_or_default(), size)
        }
        4 => Err("the value was overwritten (scrubbed)"),
        5 => Err("the value is compressed with XPRESS9, which is not read"),
        6 => Err("the value is compressed with XPRESS10, which is not read"),
        7 => Err("the value is compressed with LZ4, which is not read"),
        _ => Err("the value's compression is not known"),
    }
}

/// Units of 7 bits, the lowest bits first; the last byte has `last + 1` bits.
fn seven_bit(bytes: &[u8], last: u8, wide: bool, most: usize) -> Result<Vec<u8>, &'static str> {
    let Some(whole) = bytes.len().checked_sub(1) else {
        return Ok(Vec::new());
    };
    let bits = whole
        .saturating_mul(8)
        .saturating_add(usize::from(last))
        .saturating_add(1);
    let units = bits / 7;
    let length = units.saturating_mul(if wide { 2 } else { 1 });
    if length > most {
        return Err("a compressed value is longer than it may be");
    }
    let mut out = Vec::with_capacity(length);
    let (mut buffer, mut filled) = (0_u32, 0_u32);
    let mut input = bytes.iter();
    for _ in 0..units {
        if filled < 7 {
            let next = input.next().copied().unwrap_or(0);
            buffer |= u32::from(next) << filled;
            filled += 8;
        }
        out.push(u8::try_from(buffer & 0x7F).unwrap_or(0));
        if wide {
            out.push(0);
        }
        buffer >>= 7;
        filled -= 7;
    }
    Ok(out)
}
