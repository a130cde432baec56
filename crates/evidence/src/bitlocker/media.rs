//! The unlocked volume.

use std::io;
use std::sync::Arc;

use rayon::prelude::*;

use super::layout::{Layout, Source};
use super::sector_cipher::SectorCipher;
use crate::ReadAt;

/// The longest sector.
const LONGEST_SECTOR: usize = 4096;

/// Sectors are decrypted on several threads when there are at least so many bytes of them, in
/// parts of [`PART`].
const PARALLEL: usize = 1 << 18;
const PART: usize = 1 << 16;

/// The unlocked volume: sectors are decrypted as they are read; nothing is kept, and no lock is
/// taken.
pub(super) struct Media {
    volume: Arc<dyn ReadAt>,
    layout: Layout,
    cipher: SectorCipher,
    sector_size: usize,
}

impl Media {
    pub(super) fn new(
        volume: Arc<dyn ReadAt>,
        layout: Layout,
        cipher: SectorCipher,
        sector_size: u32,
    ) -> Self {
        Self {
            volume,
            layout,
            cipher,
            sector_size: usize::try_from(sector_size).unwrap_or(LONGEST_SECTOR),
        }
    }

    /// As [`ReadAt::read_at`], of one source only.
    fn read_some(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = u64::try_from(buffer.len()).unwrap_or(u64::MAX);
        let (source, length) = self.layout.source(offset, wanted);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let Some(buffer) = buffer.get_mut(..length).filter(|part| !part.is_empty()) else {
            return Ok(0);
        };
        match source {
            Source::Encrypted(position) => self.read_encrypted(position, buffer),
            Source::Clear(position) => match self.volume.read_at(position, buffer)? {
                0 => Err(self.ends(position)),
                count => Ok(count),
            },
            Source::Zeros => {
                buffer.fill(0);
                Ok(buffer.len())
            }
            Source::These(bytes) => {
                let count = buffer.len().min(bytes.len());
                let pairs = buffer.iter_mut().zip(bytes);
                pairs.for_each(|(to, from)| *to = *from);
                Ok(count)
            }
            Source::Unreadable(why) => Err(io::Error::other(why)),
        }
    }

    /// Decrypts from `position` on: whole sectors in the buffer itself, a part of one beside it.
    fn read_encrypted(&self, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let sector = u64::try_from(self.sector_size).unwrap_or(1).max(1);
        let inside = usize::try_from(position % sector).unwrap_or(0);
        let whole = buffer.len() / self.sector_size * self.sector_size;
        if inside == 0
            && let Some(sectors) = buffer.get_mut(..whole).filter(|part| !part.is_empty())
        {
            return self.read_sectors(position, sectors);
        }
        let start = position.saturating_sub(position % sector);
        let mut space = [0; LONGEST_SECTOR];
        let one = space.get_mut(..self.sector_size).unwrap_or_default();
        self.read_sectors(start, one)?;
        let from = one.get(inside..).unwrap_or_default();
        let pairs = buffer.iter_mut().zip(from);
        Ok(pairs.map(|(to, from)| *to = *from).count())
    }

    /// Fills whole sectors; those before one that cannot be read, when one cannot.
    fn read_sectors(&self, position: u64, sectors: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0_usize;
        let mut stopped = None;
        while let Some(rest) = sectors.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let at = position.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
            match self.volume.read_at(at, rest) {
                Ok(0) => {
                    stopped = Some(self.ends(at));
                    break;
                }
                Ok(count) => filled = filled.saturating_add(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    stopped = Some(error);
                    break;
                }
            }
        }
        let whole = filled / self.sector_size * self.sector_size;
        let Some(sectors) = sectors.get_mut(..whole).filter(|part| !part.is_empty()) else {
            return Err(stopped.unwrap_or_else(|| self.ends(position)));
        };
        if whole < PARALLEL {
            self.cipher.decrypt(position, sectors);
        } else {
            let step = u64::try_from(PART).unwrap_or(u64::MAX);
            let parts = sectors.par_chunks_mut(PART).enumerate();
            parts.for_each(|(number, part)| {
                let number = u64::try_from(number).unwrap_or(u64::MAX);
                let at = position.saturating_add(number.saturating_mul(step));
                self.cipher.decrypt(at, part);
            });
        }
        Ok(whole)
    }

    fn ends(&self, position: u64) -> io::Error {
        io::Error::new(
            io::ErrorKind::UnexpectedEof,
            format!(
                "the BitLocker volume ends at byte {}, inside what is wanted from byte {position}",
                self.volume.size()
            ),
        )
    }
}

impl ReadAt for Media {
    fn size(&self) -> u64 {
        self.volume.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0_usize;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let at = offset.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
            match self.read_some(at, rest) {
                Ok(0) => break,
                Ok(count) => filled = filled.saturating_add(count),
                // What was read before the damage is given; asking again gives the reason.
                Err(_) if filled > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}
