//! A file as it is after a log was applied to it, without a byte of it being changed.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::super::layers::{first, read_in_runs};
use crate::ReadAt;

/// A file with changes over it. All changes are whole sectors of 4 KiB at whole sectors.
pub(super) struct Overlay {
    file: Arc<dyn ReadAt>,
    /// The size after the changes; what no change wrote behind the end of the file is zero.
    size: u64,
    /// The changes, none over another, by where they begin.
    changes: BTreeMap<u64, Change>,
}

struct Change {
    end: u64,
    /// The bytes, or `None` for zeros.
    bytes: Option<Box<[u8]>>,
}

impl Overlay {
    /// The file without a change yet.
    pub(super) fn new(file: Arc<dyn ReadAt>) -> Self {
        Self {
            size: file.size(),
            file,
            changes: BTreeMap::new(),
        }
    }

    /// Makes the file as large as that, at least.
    pub(super) fn extend_to(&mut self, size: u64) {
        self.size = self.size.max(size);
    }

    /// Writes a sector.
    pub(super) fn write(&mut self, start: u64, sector: Box<[u8]>) {
        let length = u64::try_from(sector.len()).unwrap_or(u64::MAX);
        self.put(start, start.saturating_add(length), Some(sector));
    }

    /// Writes zeros.
    pub(super) fn write_zeros(&mut self, start: u64, length: u64) {
        self.put(start, start.saturating_add(length), None);
    }

    fn put(&mut self, start: u64, end: u64, bytes: Option<Box<[u8]>>) {
        if start >= end {
            return;
        }
        // A change that reaches into this one is of zeros: one of bytes is a sector, and lies
        // wholly inside or outside.
        let before = self.changes.range_mut(..start).next_back();
        if let Some((_, change)) = before.filter(|(_, change)| change.end > start) {
            let old_end = std::mem::replace(&mut change.end, start);
            self.keep_rest(end, old_end);
        }
        while let Some((&at, _)) = self.changes.range(start..end).next() {
            if let Some(change) = self.changes.remove(&at) {
                self.keep_rest(end, change.end);
            }
        }
        self.changes.insert(start, Change { end, bytes });
        self.extend_to(end);
    }

    /// The rest of a change of zeros behind one that was put over it.
    fn keep_rest(&mut self, start: u64, end: u64) {
        if start < end {
            self.changes.insert(start, Change { end, bytes: None });
        }
    }

    fn read_run(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let over = self.changes.range(..=at).next_back();
        if let Some((start, change)) = over.filter(|(_, change)| at < change.end) {
            let part = first(buffer, change.end.saturating_sub(at));
            match &change.bytes {
                None => part.fill(0),
                Some(bytes) => {
                    let within = usize::try_from(at.saturating_sub(*start)).ok();
                    let bytes = within
                        .and_then(|within| bytes.get(within..)?.get(..part.len()))
                        .ok_or_else(|| io::Error::other("a sector of the log is too short"))?;
                    part.copy_from_slice(bytes);
                }
            }
            return Ok(part.len());
        }
        let next = self.changes.range(at..).next();
        let end = next.map_or(self.size, |(start, _)| *start);
        let stored = self.file.size();
        if at < stored {
            let part = first(buffer, end.min(stored).saturating_sub(at));
            return self.file.read_at(at, part);
        }
        let part = first(buffer, end.saturating_sub(at));
        part.fill(0);
        Ok(part.len())
    }
}

impl ReadAt for Overlay {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        read_in_runs(self.size, offset, buffer, |at, rest| {
            self.read_run(at, rest)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_vec_at;

    #[test]
    fn later_changes_lie_over_earlier_ones_as_on_a_plain_file() {
        const SECTOR: usize = 4;
        let file: Vec<u8> = (1..=40).collect();
        let mut plain = file.clone();
        let mut overlay = Overlay::new(Arc::new(file));
        // Sector, count of sectors, and the byte (0 for zeros).
        let changes = [
            (2, 1, 90),
            (1, 6, 0),
            (3, 1, 91),
            (3, 1, 92),
            (0, 2, 0),
            (5, 3, 0),
            (11, 1, 93),
            (4, 8, 0),
            (6, 1, 94),
        ];
        for (sector, count, byte) in changes {
            let (start, end) = (sector * SECTOR, (sector + count) * SECTOR);
            plain.resize(plain.len().max(end), 0);
            plain[start..end].fill(byte);
            let at = u64::try_from(start).unwrap();
            if byte == 0 {
                overlay.write_zeros(at, u64::try_from(end - start).unwrap());
            } else {
                overlay.write(at, vec![byte; SECTOR].into());
            }
            assert_eq!(read_vec_at(&overlay, 0, 1000).unwrap(), plain);
        }
        overlay.extend_to(60);
        plain.resize(60, 0);
        assert_eq!(read_vec_at(&overlay, 0, 1000).unwrap(), plain);
        assert_eq!(read_vec_at(&overlay, 23, 9).unwrap(), plain[23..32]);
    }
}
