//! Bytes that are made in chunks of one size, on demand: each chunk stands alone, so several are
//! made at the same time.

use std::io;

use rayon::prelude::*;

use crate::fields::narrowed;
use crate::{BlockCache, ReadAt};

/// How a chunk is made.
pub(super) trait MakeChunk: Send + Sync {
    /// The `length` bytes of a chunk.
    ///
    /// # Errors
    /// When they cannot be read or decompressed.
    fn make(&self, number: u64, length: usize) -> io::Result<Vec<u8>>;
}

/// The bytes that chunks make.
pub(super) struct Chunks<M> {
    size: u64,
    chunk: u64,
    cache: BlockCache,
    maker: M,
}

/// How much of one file is kept.
const CACHE: u64 = 2 << 20;

/// From so many chunks on in one read, they are made on several threads.
const MANY: usize = 4;

impl<M: MakeChunk> Chunks<M> {
    /// The `size` bytes that `maker` makes in chunks of `chunk` bytes; the last may be shorter.
    pub(super) fn new(size: u64, chunk: u64, maker: M) -> Self {
        Self {
            size,
            chunk: chunk.max(1),
            cache: BlockCache::new(CACHE, chunk),
            maker,
        }
    }

    fn copy(&self, number: u64, within: usize, to: &mut [u8]) -> io::Result<()> {
        let start = number.saturating_mul(self.chunk);
        let length = narrowed(self.chunk.min(self.size.saturating_sub(start)));
        let chunk = self
            .cache
            .get_or_make(number, || self.maker.make(number, length))?;
        let from = crate::fields::slice_at(&chunk, within, to.len())
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        to.copy_from_slice(from);
        Ok(())
    }
}

/// A part of a buffer that one chunk fills.
struct Part<'a> {
    number: u64,
    within: usize,
    to: &'a mut [u8],
}

impl<M: MakeChunk> ReadAt for Chunks<M> {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = narrowed(self.size.saturating_sub(offset));
        let wanted = left.min(buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted).filter(|part| !part.is_empty()) else {
            return Ok(0);
        };
        let first = offset / self.chunk;
        let within = narrowed(offset % self.chunk);
        let head = narrowed(self.chunk).saturating_sub(within).min(wanted);
        let (head, tail) = buffer.split_at_mut(head);
        let mut parts = vec![Part {
            number: first,
            within,
            to: head,
        }];
        let rest = tail.chunks_mut(narrowed(self.chunk));
        parts.extend(
            (first.saturating_add(1)..)
                .zip(rest)
                .map(|(number, to)| Part {
                    number,
                    within: 0,
                    to,
                }),
        );
        let made: Vec<(usize, io::Result<()>)> = if parts.len() < MANY {
            parts.iter_mut().map(|part| self.fill(part)).collect()
        } else {
            parts.par_iter_mut().map(|part| self.fill(part)).collect()
        };
        let mut filled = 0_usize;
        for (length, result) in made {
            match result {
                Ok(()) => filled = filled.saturating_add(length),
                Err(error) if filled == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(filled)
    }
}

impl<M: MakeChunk> Chunks<M> {
    fn fill(&self, part: &mut Part<'_>) -> (usize, io::Result<()>) {
        let result = self.copy(part.number, part.within, part.to);
        (part.to.len(), result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_vec_at;

    /// Chunk 3 is damaged.
    struct Numbers;

    impl MakeChunk for Numbers {
        fn make(&self, number: u64, length: usize) -> io::Result<Vec<u8>> {
            if number == 3 {
                return Err(io::Error::other("damaged"));
            }
            let first = u8::try_from(number * 10).unwrap();
            Ok((first..).take(length).collect())
        }
    }

    #[test]
    fn damage_to_a_chunk_costs_that_chunk() {
        let chunks = Chunks::new(57, 10, Numbers);
        assert_eq!(
            read_vec_at(&chunks, 5, 20).unwrap(),
            (5..25).collect::<Vec<u8>>()
        );
        let mut buffer = [0; 100];
        assert_eq!(chunks.read_at(7, &mut buffer).unwrap(), 23);
        assert!(chunks.read_at(30, &mut buffer).is_err());
        assert_eq!(chunks.read_at(40, &mut buffer).unwrap(), 17);
        assert_eq!(buffer[16], 56);
        assert_eq!(chunks.read_at(57, &mut buffer).unwrap(), 0);
    }
}
