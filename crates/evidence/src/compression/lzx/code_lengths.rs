//! Lengths of code words, as they stand before a block: differences to the block before, in runs,
//! by a small prefix code of their own.

use super::super::DecompressError;
use super::super::bit_reader::BitReader;
use super::super::prefix_code::{NO_CODE, PrefixCode};

/// Reads new lengths over those of the block before.
pub(super) fn read(reader: &mut BitReader<'_>, lengths: &mut [u8]) -> Result<(), DecompressError> {
    let mut of_pretree = [0_u8; 20];
    for length in &mut of_pretree {
        reader.refill();
        *length = u8::try_from(reader.bits(4)).unwrap_or(0);
    }
    let mut pretree = PrefixCode::<64, 20>::empty();
    if !pretree.set(&of_pretree) {
        return Err(DecompressError::new(reader.position(), NO_CODE));
    }
    let next = |reader: &mut BitReader<'_>| {
        reader.refill();
        pretree
            .symbol(reader)
            .ok_or_else(|| DecompressError::new(reader.position(), NO_CODE))
    };
    let mut rest = lengths;
    while let Some(first) = rest.first().copied() {
        let symbol = next(reader)?;
        let (run, length) = match symbol {
            17 => (reader.bits(4).saturating_add(4), 0),
            18 => (reader.bits(5).saturating_add(20), 0),
            19 => {
                let run = reader.bits(1).saturating_add(4);
                let symbol = next(reader)?;
                (run, changed(reader, first, symbol)?)
            }
            _ => (1, changed(reader, first, symbol)?),
        };
        if reader.is_behind_the_end() {
            return Err(reader.end_error());
        }
        let (same, behind) = rest.split_at_mut_checked(run).ok_or_else(|| {
            DecompressError::new(reader.position(), "a run beyond the end of a prefix code")
        })?;
        same.fill(length);
        rest = behind;
    }
    Ok(())
}

/// The new length, from the one before and the difference modulo 17.
fn changed(reader: &BitReader<'_>, before: u8, symbol: usize) -> Result<u8, DecompressError> {
    u8::try_from(symbol)
        .ok()
        .and_then(|symbol| before.saturating_add(17).checked_sub(symbol))
        .filter(|_| symbol <= 16)
        .map(|length| length % 17)
        .ok_or_else(|| DecompressError::new(reader.position(), "a run inside a run"))
}
