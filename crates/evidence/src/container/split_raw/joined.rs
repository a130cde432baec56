//! Files one behind the other.

use std::io;
use std::sync::Arc;

use super::super::mapped::as_u64;
use crate::ReadAt;

/// Bytes that lie in several files.
pub(super) struct Joined {
    pieces: Vec<Piece>,
    size: u64,
}

struct Piece {
    start: u64,
    length: u64,
    /// The bytes, or why they are missing.
    bytes: Result<Arc<dyn ReadAt>, String>,
}

impl Joined {
    pub(super) const fn new() -> Self {
        Self {
            pieces: Vec::new(),
            size: 0,
        }
    }

    /// Puts `length` bytes behind what is there; `None` when they would be too many.
    pub(super) fn push(
        &mut self,
        length: u64,
        bytes: Result<Arc<dyn ReadAt>, String>,
    ) -> Option<()> {
        let end = self.size.checked_add(length)?;
        self.pieces.push(Piece {
            start: self.size,
            length,
            bytes,
        });
        self.size = end;
        Some(())
    }

    fn read_piece(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let behind = self.pieces.partition_point(|piece| piece.start <= offset);
        let Some(piece) = behind
            .checked_sub(1)
            .and_then(|index| self.pieces.get(index))
        else {
            return Ok(0);
        };
        let within = offset.saturating_sub(piece.start);
        let left = piece.length.saturating_sub(within);
        let wanted = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let part = match buffer.get_mut(..wanted) {
            Some(part) if !part.is_empty() => part,
            _ => return Ok(0),
        };
        match &piece.bytes {
            Ok(bytes) => match bytes.read_at(within, part)? {
                0 => Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the part of the image became shorter while it was read",
                )),
                count => Ok(count),
            },
            Err(why) => Err(io::Error::other(why.clone())),
        }
    }
}

impl ReadAt for Joined {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0_usize;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read_piece(offset.saturating_add(as_u64(filled)), rest) {
                Ok(0) => break,
                Ok(count) => filled = filled.saturating_add(count),
                Err(error) if filled == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(filled)
    }
}
