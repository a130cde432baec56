//! One chunk: from its bytes in a segment to its bytes of the media.

use std::io;

use flate2::{Decompress, FlushDecompress, Status};

use super::chunk_place::{Encoding, Stored};
use super::fields::adler32;
use crate::fields::{u32_at, widened};
use crate::{ReadAt, read_full_at};

/// What one thread needs to make chunks, kept from one chunk to the next.
pub(super) struct Maker {
    inflater: Decompress,
    stored: Vec<u8>,
    whole: Vec<u8>,
}

impl Default for Maker {
    fn default() -> Self {
        Self {
            inflater: Decompress::new(true),
            stored: Vec::new(),
            whole: Vec::new(),
        }
    }
}

fn bad(problem: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

impl Maker {
    /// Fills `chunk` from what `segment` stores. Of a chunk at the end of the media more
    /// may be stored, up to `chunk_size` bytes.
    ///
    /// # Errors
    /// When the chunk cannot be read, or its checksum is wrong.
    pub(super) fn make(
        &mut self,
        segment: &dyn ReadAt,
        stored: Stored,
        chunk_size: u64,
        chunk: &mut [u8],
    ) -> io::Result<()> {
        match stored.encoding {
            Encoding::Fill(pattern) => {
                for (byte, from) in chunk.iter_mut().zip(pattern.iter().cycle()) {
                    *byte = *from;
                }
                Ok(())
            }
            Encoding::Deflate => {
                // What deflate cannot shorten grows by a few bytes; a writer may do worse.
                let most = chunk_size
                    .saturating_add(chunk_size / 8)
                    .saturating_add(1024);
                self.read(segment, stored.offset, stored.length.min(most))?;
                self.inflate(chunk_size, chunk)
            }
            Encoding::Summed => {
                let most = chunk_size.saturating_add(4).min(stored.length);
                self.read(segment, stored.offset, most)?;
                self.summed(chunk)
            }
            Encoding::Plain => {
                self.read(segment, stored.offset, stored.length.min(chunk_size))?;
                self.copy(chunk)
            }
        }
    }

    /// Reads up to `length` bytes into the buffer.
    fn read(&mut self, segment: &dyn ReadAt, offset: u64, length: u64) -> io::Result<()> {
        let there = segment.size().saturating_sub(offset).min(length);
        self.stored
            .resize(usize::try_from(there).map_err(io::Error::other)?, 0);
        let filled = read_full_at(segment, offset, &mut self.stored)?;
        self.stored.truncate(filled);
        Ok(())
    }

    fn inflate(&mut self, chunk_size: u64, chunk: &mut [u8]) -> io::Result<()> {
        let wrong = || bad("the chunk does not inflate to its length");
        let length = chunk.len();
        if self.inflated_length(chunk)? == Some(widened(length)) {
            return Ok(());
        }
        if widened(length) >= chunk_size {
            return Err(wrong());
        }
        // The end of the media: more of the chunk may have been stored, up to the whole of it.
        let size = usize::try_from(chunk_size).map_err(io::Error::other)?;
        let mut whole = std::mem::take(&mut self.whole);
        whole.resize(size, 0);
        let inflated = self.inflated_length(&mut whole);
        self.whole = whole;
        match (inflated?, self.whole.get(..length)) {
            (Some(inflated), Some(part)) if inflated >= widened(length) => {
                chunk.copy_from_slice(part);
                Ok(())
            }
            _ => Err(wrong()),
        }
    }

    /// Inflates the stored bytes to `to`; how many came out, or `None` when they do not end there.
    fn inflated_length(&mut self, to: &mut [u8]) -> io::Result<Option<u64>> {
        self.inflater.reset(true);
        let status = self
            .inflater
            .decompress(&self.stored, to, FlushDecompress::Finish)
            .map_err(|_| bad("the chunk cannot be inflated, or its checksum is wrong"))?;
        Ok((status == Status::StreamEnd).then(|| self.inflater.total_out()))
    }

    fn summed(&self, chunk: &mut [u8]) -> io::Result<()> {
        // The length that is asked for, or at the end of the media what was stored.
        let whole = self.stored.len().saturating_sub(4);
        let covered = [chunk.len(), whole].into_iter().find_map(|length| {
            let covered = self.stored.get(..length)?;
            let sum = u32_at(&self.stored, length)?;
            (length >= chunk.len() && adler32(covered) == sum).then_some(covered)
        });
        match covered.and_then(|covered| covered.get(..chunk.len())) {
            Some(covered) => {
                chunk.copy_from_slice(covered);
                Ok(())
            }
            None => Err(bad("the checksum of the chunk is wrong")),
        }
    }

    fn copy(&self, chunk: &mut [u8]) -> io::Result<()> {
        let from = self.stored.get(..chunk.len());
        let from = from.ok_or_else(|| bad("the chunk is shorter than its length"))?;
        chunk.copy_from_slice(from);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn made(
        bytes: Vec<u8>,
        encoding: Encoding,
        chunk_size: u64,
        length: usize,
    ) -> io::Result<Vec<u8>> {
        let stored = Stored {
            offset: 2,
            length: widened(bytes.len()),
            encoding,
        };
        let segment = [vec![9, 9], bytes, vec![7; 100]].concat();
        let mut chunk = vec![0; length];
        Maker::default().make(&segment, stored, chunk_size, &mut chunk)?;
        Ok(chunk)
    }

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    fn summed(bytes: &[u8]) -> Vec<u8> {
        [bytes, &adler32(bytes).to_le_bytes()].concat()
    }

    #[test]
    fn every_encoding_gives_the_chunk() {
        let chunk: Vec<u8> = (0..=255).collect();
        for (stored, encoding) in [
            (deflated(&chunk), Encoding::Deflate),
            (summed(&chunk), Encoding::Summed),
            (chunk.clone(), Encoding::Plain),
        ] {
            assert_eq!(made(stored.clone(), encoding, 256, 256).unwrap(), chunk);
            // At the end of the media a chunk may be stored whole.
            assert_eq!(made(stored, encoding, 256, 100).unwrap(), chunk[..100]);
        }
        let fill = Encoding::Fill(*b"12345678");
        assert_eq!(made(Vec::new(), fill, 16, 10).unwrap(), b"1234567812");
    }

    #[test]
    fn damage_and_wrong_lengths_are_refused() {
        let chunk: Vec<u8> = (0..=255).collect();
        for (stored, encoding) in [
            (deflated(&chunk), Encoding::Deflate),
            (summed(&chunk), Encoding::Summed),
        ] {
            for at in 0..stored.len() {
                let mut stored = stored.clone();
                stored[at] ^= 0x10;
                if let Ok(bytes) = made(stored, encoding, 256, 256) {
                    // Bits of zlib's header may be turned without harm to what is inflated.
                    assert_eq!((bytes, encoding), (chunk.clone(), Encoding::Deflate));
                }
            }
            assert!(made(stored[..stored.len() - 1].to_vec(), encoding, 256, 256).is_err());
            assert!(made(stored.clone(), encoding, 512, 512).is_err());
            assert!(made(stored, encoding, 128, 128).is_err());
        }
    }
}
