//! Disks that stand on each other: a run of sectors stands in the file itself, comes from the
//! parent disk below, or was never written and is zero.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use crate::ReadAt;

/// What is read where a disk itself holds nothing.
pub(super) enum Below {
    /// The disk stands alone: what was never written is zero.
    Zeros,
    /// The parent disk. Behind its end, where a child was made larger, nothing was ever written.
    Parent(Arc<dyn ReadAt>),
    /// There should be a parent, and there is none that may be used; says why.
    Missing(String),
}

impl Below {
    /// Reads from `offset`, as [`ReadAt::read_at`] does.
    pub(super) fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Parent(disk) if offset < disk.size() => {
                let part = first(buffer, disk.size().saturating_sub(offset));
                disk.read_at(offset, part)
            }
            Self::Parent(_) | Self::Zeros => {
                buffer.fill(0);
                Ok(buffer.len())
            }
            Self::Missing(reason) => Err(io::Error::new(
                io::ErrorKind::NotFound,
                format!("these bytes stand in the parent disk: {reason}"),
            )),
        }
    }
}

/// Reads a disk of `size` bytes run by run. `read_run` is asked for bytes that all lie on the disk
/// and gives as many as lie together, one at least.
pub(super) fn read_in_runs(
    size: u64,
    offset: u64,
    buffer: &mut [u8],
    read_run: impl Fn(u64, &mut [u8]) -> io::Result<usize>,
) -> io::Result<usize> {
    let left = usize::try_from(size.saturating_sub(offset)).unwrap_or(usize::MAX);
    let wanted = left.min(buffer.len());
    let mut filled = 0_usize;
    while filled < wanted {
        let at = offset.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
        let rest = buffer.get_mut(filled..wanted).unwrap_or_default();
        match read_run(at, rest) {
            Ok(0) => return Err(ends_early(at)),
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // What lies before the damage is sound.
            Err(_) if filled > 0 => break,
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Reads from a block that stands in the file of a disk. `end` is where blocks must end: at the
/// end of the file, or where its footer stands.
pub(super) fn read_stored(
    file: &dyn ReadAt,
    end: u64,
    at: u64,
    buffer: &mut [u8],
) -> io::Result<usize> {
    let left = end.saturating_sub(at);
    if left == 0 && !buffer.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            format!("they should stand at byte {at} of the file, which is behind its end ({end})"),
        ));
    }
    file.read_at(at, first(buffer, left))
}

/// The parts of a file where its own structures stand, and no block may.
pub(super) struct Structures(Vec<(&'static str, Range<u64>)>);

impl Structures {
    /// These structures; the words say which.
    pub(super) fn new(structures: Vec<(&'static str, Range<u64>)>) -> Self {
        Self(structures)
    }

    /// The structure that bytes of a block share with, if any.
    pub(super) fn hit_by(&self, start: u64, length: u64) -> Option<&'static str> {
        let end = start.saturating_add(length);
        self.0
            .iter()
            .find(|(_, range)| start < range.end && range.start < end)
            .map(|(name, _)| *name)
    }
}

/// How many first bits of `bits` from number `from` on are all the same as the first, and what it
/// is; at most `most`. `is_set` tells a bit of the bitmap.
pub(super) fn run_of_bits(
    from: u64,
    most: u64,
    is_set: impl Fn(u64) -> Option<bool>,
) -> Option<(bool, u64)> {
    let first = is_set(from)?;
    let mut length = 1;
    while length < most && is_set(from.saturating_add(length)) == Some(first) {
        length = length.saturating_add(1);
    }
    Some((first, length))
}

/// The first `most` bytes of a buffer.
pub(super) fn first(buffer: &mut [u8], most: u64) -> &mut [u8] {
    let most = usize::try_from(most)
        .unwrap_or(usize::MAX)
        .min(buffer.len());
    buffer.get_mut(..most).unwrap_or_default()
}

/// Notes in bounded number.
pub(super) fn bounded(mut notes: Vec<String>) -> Vec<String> {
    let more = notes.len().saturating_sub(MOST_NOTES);
    if more > 0 {
        notes.truncate(MOST_NOTES);
        notes.push(format!("{more} more notes"));
    }
    notes
}

/// The most notes of one disk, those of its parents with it.
const MOST_NOTES: usize = 50;

fn ends_early(at: u64) -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        format!("the file gives no bytes for byte {at} of the disk"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_may_be_larger_than_its_parent() {
        let below = Below::Parent(Arc::new(vec![7_u8; 3]));
        let mut buffer = [1; 4];
        assert_eq!(below.read(1, &mut buffer).unwrap(), 2);
        assert_eq!(below.read(3, &mut buffer).unwrap(), 4);
        assert_eq!(buffer, [0; 4]);
    }

    #[test]
    fn what_lies_before_damage_is_given_and_the_error_at_its_place() {
        let read = |offset, buffer: &mut [u8]| {
            read_in_runs(100, offset, buffer, |at, rest| {
                let count = 10_usize.min(rest.len());
                if (30..40).contains(&at) {
                    return Err(io::Error::other("damage"));
                }
                rest[..count].fill(u8::try_from(at).unwrap());
                Ok(count)
            })
        };
        let mut buffer = [0; 100];
        assert_eq!(read(10, &mut buffer).unwrap(), 20);
        assert_eq!((buffer[0], buffer[19]), (10, 20));
        assert!(read(30, &mut buffer).is_err());
        assert_eq!(read(40, &mut buffer).unwrap(), 60);
        assert_eq!(read(100, &mut buffer).unwrap(), 0);
    }

    #[test]
    fn structures_are_hit_by_any_common_byte() {
        let structures = Structures::new(vec![("header", 0..10), ("table", 20..30)]);
        assert_eq!(structures.hit_by(9, 1), Some("header"));
        assert_eq!(structures.hit_by(10, 10), None);
        assert_eq!(structures.hit_by(0, u64::MAX), Some("header"));
        assert_eq!(structures.hit_by(15, 6), Some("table"));
    }

    #[test]
    fn notes_are_bounded() {
        assert_eq!(bounded(vec![String::new(); 50]).len(), 50);
        let notes = bounded(vec![String::new(); 60]);
        assert_eq!((notes.len(), notes[50].as_str()), (51, "10 more notes"));
    }
}
