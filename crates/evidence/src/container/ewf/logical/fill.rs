//! A file that holds one byte again and again, of which the evidence stores only one.

use std::io;
use std::sync::Arc;

use crate::{ReadAt, read_exact_at};

pub(super) struct Fill {
    media: Arc<dyn ReadAt>,
    offset: u64,
    size: u64,
}

impl Fill {
    pub(super) fn new(media: Arc<dyn ReadAt>, offset: u64, size: u64) -> Self {
        Self {
            media,
            offset,
            size,
        }
    }
}

impl ReadAt for Fill {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let length = left.min(buffer.len());
        if let Some(part) = buffer.get_mut(..length).filter(|part| !part.is_empty()) {
            let mut byte = [0];
            read_exact_at(self.media.as_ref(), self.offset, &mut byte)?;
            part.fill(byte.first().copied().unwrap_or(0));
        }
        Ok(length)
    }
}
