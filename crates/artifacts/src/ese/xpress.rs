//! Plain LZ77, the form of XPRESS without Huffman codes.
//!
//! 32 flags come in a word, the first in its highest bit. A flag of 0 stands for a byte, one of 1 for
//! a copy: a word of 16 bits with 13 for the distance and 3 for the length, which goes on in half a
//! byte, a byte, a word where it is longer. Two copies share a byte for their half bytes.
//!
//! Source: MS-XCA 2.4 (plain LZ77 decompression).

/// Makes `length` bytes out of the stream `input`.
pub(super) fn decompress(input: &[u8], length: usize) -> Result<Vec<u8>, &'static str> {
    let mut reader = Reader {
        input,
        at: 0,
        half: None,
    };
    let mut out = Vec::with_capacity(length);
    let (mut flags, mut left) = (0_u32, 0_u32);
    while out.len() < length {
        if left == 0 {
            flags = u32::from_le_bytes(reader.take()?);
            left = 32;
        }
        let is_copy = flags & 0x8000_0000 != 0;
        flags <<= 1;
        left -= 1;
        if is_copy {
            let (distance, count) = reader.copy()?;
            if count > length.saturating_sub(out.len()) {
                return Err("a copy goes beyond the end of a compressed value");
            }
            append_copy(&mut out, distance, count)?;
        } else {
            let [byte] = reader.take()?;
            out.push(byte);
        }
    }
    Ok(out)
}

/// Appends `count` of the bytes that begin `distance` before the end. They may overlap.
fn append_copy(out: &mut Vec<u8>, distance: usize, count: usize) -> Result<(), &'static str> {
    let from = out
        .len()
        .checked_sub(distance)
        .ok_or("a copy comes from before the beginning of a compressed value")?;
    let mut left = count;
    while left > 0 {
        // What was copied before can be copied again, so each turn copies twice as much.
        let part = left.min(out.len().saturating_sub(from));
        if part == 0 {
            return Err("a copy of nothing in a compressed value");
        }
        out.extend_from_within(from..from.saturating_add(part));
        left = left.saturating_sub(part);
    }
    Ok(())
}

struct Reader<'a> {
    input: &'a [u8],
    at: usize,
    /// Where the byte stands of which only the lower half is used.
    half: Option<usize>,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let end = self.at.saturating_add(N);
        let bytes = self.input.get(self.at..end);
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        self.at = end;
        bytes.ok_or("a compressed value is cut off")
    }

    /// The distance and the length of a copy.
    fn copy(&mut self) -> Result<(usize, usize), &'static str> {
        let word = u16::from_le_bytes(self.take()?);
        let distance = usize::from(word >> 3).saturating_add(1);
        let mut length = usize::from(word & 7);
        if length == 7 {
            length = self.longer()?;
        }
        Ok((distance, length.saturating_add(3)))
    }

    fn longer(&mut self) -> Result<usize, &'static str> {
        let half = if let Some(at) = self.half.take() {
            self.input.get(at).copied().unwrap_or(0) >> 4
        } else {
            self.half = Some(self.at);
            let [byte] = self.take()?;
            byte & 0x0F
        };
        if half < 15 {
            return Ok(usize::from(half).saturating_add(7));
        }
        let [byte] = self.take()?;
        if byte < 255 {
            return Ok(usize::from(byte).saturating_add(15 + 7));
        }
        let length = match u16::from_le_bytes(self.take()?) {
            0 => u32::from_le_bytes(self.take()?),
            some => u32::from(some),
        };
        usize::try_from(length)
            .ok()
            .filter(|length| *length >= 15 + 7)
            .ok_or("a copy in a compressed value is shorter than its form")
    }
}
