//! Bytes that can be read at any place from any thread: what everything on this floor stands on.
//!
//! A container reads a file and gives the bytes of a disk; a partition is a window on them; an
//! encrypted volume gives its clear bytes; a file system gives the bytes of a file. All of them
//! are a [`ReadAt`], so each can stand on any other.

use std::io;
use std::ops::Range;
use std::sync::Arc;

/// Bytes that can be read at any place, from several threads at a time, and never change.
pub trait ReadAt: Send + Sync {
    /// How many bytes there are.
    fn size(&self) -> u64;

    /// Reads from `offset` into `buffer` and returns how many bytes were read.
    ///
    /// Fewer bytes than the buffer holds are read at the end (none at or behind it), or when the
    /// byte that follows cannot be read: asking for that byte then gives the error. So damage
    /// costs only what is damaged.
    ///
    /// # Errors
    /// When the byte at `offset` cannot be read.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// The first stretch at or behind `offset` whose bytes are stored; what lies before it is a
    /// hole that reads as zeros. `None` when nothing but a hole follows. So the gigabytes or
    /// terabytes that a sparse stream begins with need not be read.
    ///
    /// Where it is not known what is stored, that is all of the rest.
    fn next_stored(&self, offset: u64) -> Option<Range<u64>> {
        let size = self.size();
        (offset < size).then_some(offset..size)
    }
}

/// Fills `buffer` from `offset`.
///
/// # Errors
/// When a byte cannot be read, or the bytes end before the buffer is full (`UnexpectedEof`).
pub fn read_exact_at(bytes: &dyn ReadAt, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
    let filled = read_full_at(bytes, offset, buffer)?;
    if filled < buffer.len() {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            format!("the bytes end at {}", bytes.size()),
        ));
    }
    Ok(())
}

/// Reads as much of `buffer` as there is from `offset` on; fewer bytes mean the end.
///
/// # Errors
/// When a byte before the end cannot be read.
pub fn read_full_at(bytes: &dyn ReadAt, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0_usize;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let at = offset.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
        match bytes.read_at(at, rest) {
            Ok(0) => break,
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// `length` bytes from `offset` on, or fewer where the bytes end before. What is allocated is
/// never more than what is there.
///
/// # Errors
/// When a byte before the end cannot be read.
pub fn read_vec_at(bytes: &dyn ReadAt, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let there = bytes.size().saturating_sub(offset).min(length);
    let length = usize::try_from(there).map_err(|_| io::Error::other("longer than memory"))?;
    let mut buffer = vec![0; length];
    let filled = read_full_at(bytes, offset, &mut buffer)?;
    buffer.truncate(filled);
    Ok(buffer)
}

/// Part of other bytes: a partition of a disk, a stored member of an archive. Where the other
/// bytes end before the window does, the window ends there, too.
pub struct Window {
    bytes: Arc<dyn ReadAt>,
    start: u64,
    length: u64,
}

impl Window {
    /// The window of `length` bytes from `start` on.
    #[must_use]
    pub fn new(bytes: Arc<dyn ReadAt>, start: u64, length: u64) -> Self {
        let length = length.min(bytes.size().saturating_sub(start));
        Self {
            bytes,
            start,
            length,
        }
    }
}

impl ReadAt for Window {
    fn size(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(offset);
        let wanted = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        match buffer.get_mut(..wanted) {
            Some(part) if !part.is_empty() => {
                self.bytes.read_at(self.start.saturating_add(offset), part)
            }
            _ => Ok(0),
        }
    }

    fn next_stored(&self, offset: u64) -> Option<Range<u64>> {
        if offset >= self.length {
            return None;
        }
        let stored = self.bytes.next_stored(self.start.checked_add(offset)?)?;
        let inside = |at: u64| at.saturating_sub(self.start).min(self.length);
        Some(inside(stored.start)..inside(stored.end)).filter(|stored| !stored.is_empty())
    }
}

impl ReadAt for Vec<u8> {
    fn size(&self) -> u64 {
        u64::try_from(self.len()).unwrap_or(u64::MAX)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|offset| self.get(offset..))
            .unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_where_it_or_its_bytes_end() {
        let bytes: Arc<dyn ReadAt> = Arc::new((0..100).collect::<Vec<u8>>());
        let window = Window::new(Arc::clone(&bytes), 90, 5);
        assert_eq!(read_vec_at(&window, 0, 100).unwrap(), [90, 91, 92, 93, 94]);
        let past = Window::new(Arc::clone(&bytes), 98, u64::MAX);
        assert_eq!(read_vec_at(&past, 1, u64::MAX).unwrap(), [99]);
        let outside = Window::new(bytes, u64::MAX, u64::MAX);
        assert_eq!(
            (outside.size(), outside.read_at(0, &mut [0]).unwrap()),
            (0, 0)
        );
    }

    #[test]
    fn a_window_on_holes_knows_its_part_of_what_is_stored() {
        struct Holed;
        impl ReadAt for Holed {
            fn size(&self) -> u64 {
                100
            }
            fn read_at(&self, _: u64, buffer: &mut [u8]) -> io::Result<usize> {
                Ok(buffer.len())
            }
            fn next_stored(&self, offset: u64) -> Option<Range<u64>> {
                (offset < 60).then_some(offset.max(40)..60)
            }
        }
        let window = |start, length| Window::new(Arc::new(Holed), start, length);
        assert_eq!(window(30, 50).next_stored(0), Some(10..30));
        assert_eq!(window(30, 50).next_stored(12), Some(12..30));
        assert_eq!(window(30, 20).next_stored(0), Some(10..20));
        assert_eq!(window(30, 50).next_stored(30), None);
        assert_eq!(window(0, 40).next_stored(0), None);
        assert_eq!(vec![0_u8; 4].next_stored(1), Some(1..4));
        assert_eq!(vec![0_u8; 4].next_stored(4), None);
    }

    #[test]
    fn the_end_inside_a_buffer_is_said() {
        let bytes = vec![1, 2, 3];
        let error = read_exact_at(&bytes, 1, &mut [0; 3]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        let mut two = [0; 2];
        read_exact_at(&bytes, 1, &mut two).unwrap();
        assert_eq!(two, [2, 3]);
    }
}
