//! A reading position inside one chunk.

use crate::wire::{size, slice_at, u8_at, u16_at, u32_at};

/// Why bytes could not be read as binary XML, and where in the chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::event_log) struct Fault {
    /// Offset in the chunk.
    pub(in crate::event_log) at: usize,
    /// What was expected there.
    pub(in crate::event_log) reason: &'static str,
}

/// Reads forward in a chunk, up to `end`.
#[derive(Debug, Clone)]
pub(in crate::event_log) struct Cursor<'a> {
    chunk: &'a [u8],
    pub(in crate::event_log) position: usize,
    pub(in crate::event_log) end: usize,
}

impl<'a> Cursor<'a> {
    /// At `position`, reading up to `end` (or the chunk's end if that comes first).
    pub(in crate::event_log) fn new(chunk: &'a [u8], position: usize, end: usize) -> Self {
        Self {
            chunk,
            position,
            end: end.min(chunk.len()),
        }
    }

    pub(in crate::event_log) fn fault(&self, reason: &'static str) -> Fault {
        Fault {
            at: self.position,
            reason,
        }
    }

    pub(in crate::event_log) fn at_end(&self) -> bool {
        self.position >= self.end
    }

    /// The next byte without moving.
    pub(in crate::event_log) fn peek(&self) -> Option<u8> {
        if self.at_end() {
            return None;
        }
        u8_at(self.chunk, self.position)
    }

    /// Moves over so many bytes and returns them.
    pub(in crate::event_log) fn take(&mut self, length: usize) -> Result<&'a [u8], Fault> {
        let end = self
            .position
            .checked_add(length)
            .filter(|end| *end <= self.end)
            .ok_or_else(|| self.fault("the binary XML ends inside a field"))?;
        let bytes = slice_at(self.chunk, self.position, length)
            .ok_or_else(|| self.fault("the binary XML ends inside a field"))?;
        self.position = end;
        Ok(bytes)
    }

    pub(in crate::event_log) fn u8(&mut self) -> Result<u8, Fault> {
        let bytes = self.take(1)?;
        u8_at(bytes, 0).ok_or_else(|| self.fault("the binary XML ends inside a field"))
    }

    pub(in crate::event_log) fn u16(&mut self) -> Result<u16, Fault> {
        let bytes = self.take(2)?;
        u16_at(bytes, 0).ok_or_else(|| self.fault("the binary XML ends inside a field"))
    }

    pub(in crate::event_log) fn u32(&mut self) -> Result<u32, Fault> {
        let bytes = self.take(4)?;
        u32_at(bytes, 0).ok_or_else(|| self.fault("the binary XML ends inside a field"))
    }

    /// Text with its length in characters before it; UTF-16, little-endian.
    pub(in crate::event_log) fn prefixed_text(&mut self) -> Result<&'a [u8], Fault> {
        let characters = self.u16()?;
        self.take(usize::from(characters) * 2)
    }

    /// A name given by its offset in the chunk. The first use of a name carries the name itself
    /// right behind the offset; the cursor then moves over it. Returns its UTF-16 text.
    pub(in crate::event_log) fn name(&mut self) -> Result<&'a [u8], Fault> {
        let stands_at = size(self.u32()?);
        if stands_at == self.position {
            // Next-name offset (4), hash (2), then text with its length and a NUL.
            self.take(6)?;
            let text = self.prefixed_text()?;
            self.take(2)?;
            return Ok(text);
        }
        let mut there = Self::new(self.chunk, stands_at, self.chunk.len());
        there.take(6).map_err(|_| Fault {
            at: self.position,
            reason: "a name's offset points outside the chunk",
        })?;
        there.prefixed_text()
    }
}
