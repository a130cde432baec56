//! The blocks of a chunk.

use super::super::DecompressError;
use super::super::bit_reader::BitReader;
use super::super::output::Output;
use super::super::prefix_code::{NO_CODE, PrefixCode};
use super::{WINDOW, code_lengths};

/// Ranges of distances in a window of 32 KiB.
const SLOTS: usize = 30;

/// Symbols for bytes, and for copies: a slot of distances and a short length.
const MAIN_SYMBOLS: usize = 256 + SLOTS * 8;

/// Symbols for lengths that are not short.
const LENGTH_SYMBOLS: usize = 249;

type MainCode = PrefixCode<2048, MAIN_SYMBOLS>;
type LengthCode = PrefixCode<1024, LENGTH_SYMBOLS>;
type AlignedCode = PrefixCode<128, 8>;

/// A chunk while it is decompressed.
pub(super) struct Chunk<'a> {
    input: &'a [u8],
    reader: BitReader<'a>,
    /// The last three distances, the last one first.
    recent: [usize; 3],
    main_lengths: [u8; MAIN_SYMBOLS],
    length_lengths: [u8; LENGTH_SYMBOLS],
    main: MainCode,
    length: LengthCode,
}

impl<'a> Chunk<'a> {
    pub(super) const fn new(input: &'a [u8]) -> Self {
        Self {
            input,
            reader: BitReader::new(input, 0),
            recent: [1; 3],
            main_lengths: [0; MAIN_SYMBOLS],
            length_lengths: [0; LENGTH_SYMBOLS],
            main: MainCode::empty(),
            length: LengthCode::empty(),
        }
    }

    /// One block.
    pub(super) fn block(&mut self, output: &mut Output<'_>) -> Result<(), DecompressError> {
        self.reader.refill();
        let kind = self.reader.bits(3);
        let size = match self.reader.bits(1) {
            1 => WINDOW,
            _ => self.reader.bits(16),
        };
        if self.reader.is_behind_the_end() {
            return Err(self.reader.end_error());
        }
        if size == 0 || size > output.left() {
            return Err(self.error("an empty block, or one beyond the end of its chunk"));
        }
        let end = output.made().saturating_add(size);
        match kind {
            1 => {
                self.read_codes()?;
                self.tokens(output, end, None)
            }
            2 => {
                let aligned = self.aligned_code()?;
                self.read_codes()?;
                self.tokens(output, end, Some(&aligned))
            }
            3 => self.uncompressed(output, size),
            _ => Err(self.error("a block of an unknown kind")),
        }
    }

    fn error(&self, problem: &'static str) -> DecompressError {
        DecompressError::new(self.reader.position(), problem)
    }

    fn aligned_code(&mut self) -> Result<AlignedCode, DecompressError> {
        let mut lengths = [0_u8; 8];
        for length in &mut lengths {
            self.reader.refill();
            *length = u8::try_from(self.reader.bits(3)).unwrap_or(0);
        }
        let mut code = AlignedCode::empty();
        if code.set(&lengths) {
            Ok(code)
        } else {
            Err(self.error(NO_CODE))
        }
    }

    fn read_codes(&mut self) -> Result<(), DecompressError> {
        let (bytes, copies) = self.main_lengths.split_at_mut(256);
        code_lengths::read(&mut self.reader, bytes)?;
        code_lengths::read(&mut self.reader, copies)?;
        code_lengths::read(&mut self.reader, &mut self.length_lengths)?;
        if self.main.set(&self.main_lengths) && self.length.set(&self.length_lengths) {
            Ok(())
        } else {
            Err(self.error(NO_CODE))
        }
    }

    /// Bytes and copies up to `end`.
    fn tokens(
        &mut self,
        output: &mut Output<'_>,
        end: usize,
        aligned: Option<&AlignedCode>,
    ) -> Result<(), DecompressError> {
        // In variables of its own, which the compiler can keep in registers.
        let mut reader = self.reader;
        while output.made() < end {
            reader.refill();
            let symbol = symbol_of(&self.main, &mut reader)?;
            if let Ok(byte) = u8::try_from(symbol) {
                output.literal(byte);
            } else {
                let copy = symbol.saturating_sub(256);
                let length = match copy & 7 {
                    7 => symbol_of(&self.length, &mut reader)?.saturating_add(9),
                    short => short.saturating_add(2),
                };
                let distance = distance(&mut self.recent, copy >> 3, &mut reader, aligned)?;
                let room = end.saturating_sub(output.made());
                if length > room || !output.copy(distance, length) {
                    return Err(DecompressError::new(
                        reader.position(),
                        "a copy from before the beginning or beyond the end",
                    ));
                }
            }
            if reader.is_behind_the_end() {
                return Err(reader.end_error());
            }
        }
        self.reader = reader;
        Ok(())
    }

    fn uncompressed(
        &mut self,
        output: &mut Output<'_>,
        size: usize,
    ) -> Result<(), DecompressError> {
        let (rest, at) = self.reader.aligned_rest()?;
        let (recent, rest) = rest
            .split_first_chunk::<12>()
            .ok_or_else(|| self.reader.end_error())?;
        for (distance, bytes) in self.recent.iter_mut().zip(recent.chunks_exact(4)) {
            let bytes = bytes.try_into().unwrap_or_default();
            *distance = usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(usize::MAX);
        }
        let bytes = rest.get(..size).ok_or_else(|| self.reader.end_error())?;
        output.literals(bytes);
        // What follows begins at a word again.
        let next = at
            .saturating_add(12)
            .saturating_add(size.next_multiple_of(2));
        self.reader = BitReader::new(self.input, next);
        Ok(())
    }
}

#[inline]
fn symbol_of<const ENTRIES: usize, const SYMBOLS: usize>(
    code: &PrefixCode<ENTRIES, SYMBOLS>,
    reader: &mut BitReader<'_>,
) -> Result<usize, DecompressError> {
    code.symbol(reader)
        .ok_or_else(|| DecompressError::new(reader.position(), NO_CODE))
}

/// The distance of a copy: one of the last three, or a new one.
#[inline]
fn distance(
    recent: &mut [usize; 3],
    slot: usize,
    reader: &mut BitReader<'_>,
    aligned: Option<&AlignedCode>,
) -> Result<usize, DecompressError> {
    let [last, second, third] = *recent;
    *recent = match slot {
        0 => return Ok(last),
        1 => [second, last, third],
        2 => [third, second, last],
        _ => [new_distance(slot, reader, aligned)?, last, second],
    };
    let [distance, ..] = *recent;
    Ok(distance)
}

/// Slot 3 holds one distance (1), each two slots behind it twice as many as those before.
#[inline]
fn new_distance(
    slot: usize,
    reader: &mut BitReader<'_>,
    aligned: Option<&AlignedCode>,
) -> Result<usize, DecompressError> {
    let half = u32::try_from(slot >> 1).unwrap_or(0);
    let extra = half.saturating_sub(1);
    // 2 and 3 are the slots' first bits; distances are stored with 2 added.
    let base = ((slot & 1) | 2) << extra;
    reader.refill();
    let low = match aligned {
        Some(code) if extra >= 3 => {
            let high = reader.bits(extra.saturating_sub(3)) << 3;
            high | symbol_of(code, reader)?
        }
        _ => reader.bits(extra),
    };
    Ok((base | low).saturating_sub(2))
}
