//! Files that the Windows Overlay Filter keeps compressed (Compact OS, `compact /exe`): chunks in
//! the alternate stream `WofCompressedData`, behind a table of where each but the first starts.
//!
//! Source: MS Learn, WOF_EXTERNAL_INFO and FILE_PROVIDER_EXTERNAL_INFO_V1 (algorithms and sizes of
//! chunks); wimlib's documentation of the resource format of WIM files, which the stream follows:
//! offsets of 32 bits, of 64 where the content is 4 GiB or more, counted from the end of the
//! table; a chunk that is as long as its content is stored as it is.

use std::io;
use std::sync::Arc;

use super::chunks::MakeChunk;
use super::reparse::Overlay;
use crate::compression::{lzx, xpress_huffman};
use crate::fields::{array_at, narrowed, widened};
use crate::{ReadAt, read_exact_at};

/// The stream that holds the chunks.
pub(super) const STREAM: &str = "WofCompressedData";

/// Fills the output with what the input holds.
type Decompress = fn(&[u8], &mut [u8]) -> io::Result<()>;

const LZX_CHUNK: u64 = 32 * 1024;

/// The chunks of one file.
pub(super) struct OverlayChunks {
    stored: Arc<dyn ReadAt>,
    chunk: u64,
    decompress: Decompress,
    /// How many chunks there are.
    count: u64,
    /// Bytes in an offset of the table.
    width: u64,
}

impl OverlayChunks {
    /// The chunks of `size` bytes of content.
    pub(super) fn new(
        overlay: Overlay,
        size: u64,
        stored: Arc<dyn ReadAt>,
    ) -> Result<Self, String> {
        let (chunk, decompress): (u64, Decompress) = match overlay {
            Overlay::Xpress(chunk) => (u64::from(chunk), |from, to| {
                xpress_huffman::decompress(from, to).map_err(io::Error::from)
            }),
            Overlay::Lzx => (LZX_CHUNK, |from, to| {
                lzx::decompress(from, to).map_err(io::Error::from)
            }),
            Overlay::Wim => return Err("its content is in a WIM file".to_owned()),
            Overlay::Unknown(provider, algorithm) => {
                return Err(format!(
                    "it is compressed by the Windows Overlay Filter in an unknown way (provider \
                     {provider}, algorithm {algorithm})"
                ));
            }
        };
        Ok(Self {
            stored,
            chunk,
            decompress,
            count: size.div_ceil(chunk),
            width: if size > u64::from(u32::MAX) { 8 } else { 4 },
        })
    }

    pub(super) const fn chunk_size(&self) -> u64 {
        self.chunk
    }

    fn table_size(&self) -> u64 {
        self.count.saturating_sub(1).saturating_mul(self.width)
    }

    /// Where a chunk starts, behind the table; of the one behind the last, where the data end.
    fn start_of(&self, number: u64) -> io::Result<u64> {
        if number == 0 {
            return Ok(0);
        }
        if number >= self.count {
            return Ok(self.stored.size().saturating_sub(self.table_size()));
        }
        let mut offset = [0; 8];
        let at = number.saturating_sub(1).saturating_mul(self.width);
        let width = narrowed(self.width);
        read_exact_at(
            self.stored.as_ref(),
            at,
            offset.get_mut(..width).unwrap_or_default(),
        )?;
        Ok(array_at::<8>(&offset, 0).map_or(0, u64::from_le_bytes))
    }
}

impl MakeChunk for OverlayChunks {
    fn make(&self, number: u64, length: usize) -> io::Result<Vec<u8>> {
        let (start, end) = (
            self.start_of(number)?,
            self.start_of(number.saturating_add(1))?,
        );
        let stored = end.checked_sub(start).filter(|stored| {
            // A chunk that compression makes longer is stored as it is.
            (1..=widened(length)).contains(stored)
        });
        let Some(stored) = stored else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("chunk {number} of the compressed content stands from {start} to {end}"),
            ));
        };
        let mut bytes = vec![0; narrowed(stored)];
        let at = self.table_size().saturating_add(start);
        read_exact_at(self.stored.as_ref(), at, &mut bytes)?;
        if bytes.len() == length {
            return Ok(bytes);
        }
        let mut content = vec![0; length];
        (self.decompress)(&bytes, &mut content)?;
        Ok(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ntfs::chunks::Chunks;
    use crate::read_vec_at;

    #[test]
    fn chunks_are_found_by_the_table() {
        // Three chunks of 4 KiB, stored as they are, the last of 100 bytes.
        let content: Vec<u8> = (0..=255).cycle().take(2 * 4096 + 100).collect();
        let mut stored = [4096_u32, 8192].map(u32::to_le_bytes).concat();
        stored.extend(&content);
        let open = |stored: Vec<u8>| {
            let size = widened(content.len());
            let chunks = OverlayChunks::new(Overlay::Xpress(4096), size, Arc::new(stored)).unwrap();
            Chunks::new(size, chunks.chunk_size(), chunks)
        };
        let whole = open(stored.clone());
        assert_eq!(read_vec_at(&whole, 0, u64::MAX).unwrap(), content);

        // A table that leads backwards costs the two chunks beside the offset.
        stored[4..8].copy_from_slice(&100_u32.to_le_bytes());
        let damaged = open(stored);
        let mut buffer = vec![0; 9000];
        assert_eq!(damaged.read_at(0, &mut buffer).unwrap(), 4096);
        assert!(damaged.read_at(4096, &mut buffer).is_err());
        assert!(damaged.read_at(8192, &mut buffer).is_err());
        let size = 10;
        assert!(OverlayChunks::new(Overlay::Unknown(3, 0), size, Arc::new(Vec::new())).is_err());
    }
}
