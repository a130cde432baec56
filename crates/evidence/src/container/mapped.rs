//! Media of which a table says where each part lies: the reading that VMDK and QCOW2 share.
//!
//! A [`Map`] answers, for a place on the media, where its bytes are and how far that holds. The
//! reading plans a whole request first, and where several packed blocks are in it, unpacks them on
//! all cores.

use std::io;
use std::sync::Arc;

use rayon::prelude::*;

use crate::{BlockCache, ReadAt};

/// Where the bytes of a part of the media are.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// Nowhere: the format defines them as zeros.
    Zeros,
    /// As they are, in a file.
    Stored {
        /// The file.
        bytes: &'a dyn ReadAt,
        /// Where in it.
        at: u64,
    },
    /// In a packed block.
    Packed(Packed),
    /// On the media below (parent, backing file), at the same place.
    Below,
}

/// A packed block, and where in it the bytes begin.
#[derive(Clone, Copy)]
pub(super) struct Packed {
    /// The number by which the unpacked block is kept.
    pub(super) key: u64,
    /// What the map needs to find it.
    pub(super) at: u64,
    /// How long the block is when it is unpacked; the last may be shorter.
    pub(super) length: usize,
    /// Where in it the bytes begin.
    pub(super) skip: usize,
}

/// A part of the media whose bytes lie in one place.
pub(super) struct Stretch<'a> {
    pub(super) place: Place<'a>,
    /// How many bytes of it there are; at least one.
    pub(super) length: u64,
}

/// The tables of a disk.
pub(super) trait Map: Send + Sync {
    /// The size of the media in bytes.
    fn size(&self) -> u64;

    /// Where the byte at `offset` is, and for how many bytes (more than `most` are of no use) that
    /// holds.
    ///
    /// # Errors
    /// When the tables cannot say.
    fn stretch(&self, offset: u64, most: u64) -> io::Result<Stretch<'_>>;

    /// Unpacks a block into `out` and returns how many bytes it gave.
    ///
    /// # Errors
    /// When it cannot be read or is damaged.
    fn unpack(&self, packed: &Packed, out: &mut [u8]) -> io::Result<usize>;
}

/// What is below the media: where parts that it does not hold itself are read.
pub(super) enum Below {
    /// Nothing: such parts are zeros.
    Nothing,
    /// A disk; behind its end there are zeros.
    Disk(Arc<dyn ReadAt>),
    /// A disk that could not be opened, and why; such parts cannot be read.
    Missing(String),
}

/// The bytes of media with tables.
pub(super) struct Mapped<M> {
    map: M,
    below: Below,
    blocks: BlockCache,
}

/// Memory for unpacked blocks.
const BLOCK_MEMORY: u64 = 16 << 20;

/// The most parts in which a request is served at a time; what is left is read by the next.
const MOST_PARTS: usize = 4096;

/// One part of a request.
struct Part<'a> {
    offset: u64,
    length: usize,
    place: Place<'a>,
}

impl<M: Map> Mapped<M> {
    /// Media with that map, `depth` disks below the one that was asked for. `block_size` is the
    /// size of an unpacked block.
    pub(super) fn new(map: M, below: Below, block_size: u64, depth: u32) -> Self {
        let capacity = BLOCK_MEMORY / u64::from(depth).saturating_add(1);
        Self {
            map,
            below,
            blocks: BlockCache::new(capacity, block_size),
        }
    }

    /// The parts of `length` bytes from `offset` on, and the error behind them where the tables
    /// end before.
    fn plan(&self, offset: u64, length: usize) -> (Vec<Part<'_>>, Option<io::Error>) {
        let mut parts: Vec<Part<'_>> = Vec::new();
        let mut planned = 0_usize;
        while planned < length && parts.len() < MOST_PARTS {
            let at = offset.saturating_add(as_u64(planned));
            let left = length.saturating_sub(planned);
            let stretch = match self.map.stretch(at, as_u64(left)) {
                Ok(stretch) => stretch,
                Err(error) => return (parts, Some(error)),
            };
            let count = usize::try_from(stretch.length).unwrap_or(left).min(left);
            if count == 0 {
                return (parts, Some(io::Error::other("a table that leads nowhere")));
            }
            match parts.last_mut() {
                Some(last) if last.goes_on(&stretch.place) => {
                    last.length = last.length.saturating_add(count);
                }
                _ => parts.push(Part {
                    offset: at,
                    length: count,
                    place: stretch.place,
                }),
            }
            planned = planned.saturating_add(count);
        }
        (parts, None)
    }

    /// Fills `out` with the bytes of `part`; fewer where those behind cannot be read.
    fn fill(&self, part: &Part<'_>, out: &mut [u8], straight: bool) -> io::Result<usize> {
        match &part.place {
            Place::Zeros => {
                out.fill(0);
                Ok(out.len())
            }
            Place::Stored { bytes, at } => read_there(*bytes, *at, out),
            Place::Below => self.fill_from_below(part.offset, out),
            Place::Packed(packed) => self.fill_unpacked(packed, out, straight),
        }
    }

    fn fill_from_below(&self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        let disk = match &self.below {
            Below::Nothing => {
                out.fill(0);
                return Ok(out.len());
            }
            Below::Missing(why) => return Err(io::Error::other(why.clone())),
            Below::Disk(disk) => disk,
        };
        let there = disk.size().saturating_sub(offset);
        let there = usize::try_from(there).unwrap_or(usize::MAX).min(out.len());
        let Some((from_disk, behind)) = out.split_at_mut_checked(there) else {
            return Ok(0);
        };
        if !from_disk.is_empty() {
            let count = read_there(disk.as_ref(), offset, from_disk)?;
            if count < there {
                return Ok(count);
            }
        }
        behind.fill(0);
        Ok(out.len())
    }

    fn fill_unpacked(&self, packed: &Packed, out: &mut [u8], straight: bool) -> io::Result<usize> {
        let short = || io::Error::other("a packed block holds less than it should");
        if straight && packed.skip == 0 && out.len() >= packed.length {
            // A long read goes over each block once: it is unpacked where it is wanted.
            return match self.map.unpack(packed, out)? {
                0 => Err(short()),
                count => Ok(count),
            };
        }
        let block = self.blocks.get_or_make(packed.key, || {
            let mut block = vec![0; packed.length];
            let count = self.map.unpack(packed, &mut block)?;
            block.truncate(count);
            Ok(block)
        })?;
        let from = block.get(packed.skip..).unwrap_or_default();
        let count = from.len().min(out.len());
        match (out.get_mut(..count), from.get(..count)) {
            (Some(to), Some(from)) if count > 0 => to.copy_from_slice(from),
            _ => return Err(short()),
        }
        Ok(count)
    }
}

impl Part<'_> {
    /// Whether what lies at `next` is the continuation of this part.
    fn goes_on(&self, next: &Place<'_>) -> bool {
        match (&self.place, next) {
            (Place::Zeros, Place::Zeros) | (Place::Below, Place::Below) => true,
            (
                Place::Stored { bytes, at },
                Place::Stored {
                    bytes: next,
                    at: next_at,
                },
            ) => {
                std::ptr::addr_eq(*bytes, *next)
                    && at.checked_add(as_u64(self.length)) == Some(*next_at)
            }
            _ => false,
        }
    }
}

impl<M: Map> ReadAt for Mapped<M> {
    fn size(&self) -> u64 {
        self.map.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.map.size().saturating_sub(offset);
        let wanted = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let (parts, error) = self.plan(offset, wanted);
        let mut rest = buffer;
        let mut work = Vec::with_capacity(parts.len());
        for part in &parts {
            let Some((out, behind)) = rest.split_at_mut_checked(part.length) else {
                break;
            };
            work.push((part, out));
            rest = behind;
        }
        let packed = parts
            .iter()
            .filter(|part| matches!(part.place, Place::Packed(_)))
            .count();
        let filled: Vec<(usize, io::Result<usize>)> = if packed > 1 {
            work.into_par_iter()
                .map(|(part, out)| (part.length, self.fill(part, out, true)))
                .collect()
        } else {
            work.into_iter()
                .map(|(part, out)| (part.length, self.fill(part, out, false)))
                .collect()
        };
        let mut read = 0_usize;
        for (length, result) in filled {
            match result {
                Ok(count) => {
                    read = read.saturating_add(count);
                    if count < length {
                        return Ok(read);
                    }
                }
                Err(error) if read == 0 => return Err(error),
                Err(_) => return Ok(read),
            }
        }
        match error {
            Some(error) if read == 0 => Err(error),
            _ => Ok(read),
        }
    }
}

/// Reads from a file up to the first byte that cannot be read; an error when that is the first.
/// A file that ends before is damage here: the tables say that there are bytes.
pub(super) fn read_there(bytes: &dyn ReadAt, at: u64, out: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0_usize;
    while let Some(rest) = out.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let from = at.checked_add(as_u64(filled)).ok_or_else(|| outside(at))?;
        match bytes.read_at(from, rest) {
            Ok(0) if filled == 0 => return Err(outside(at)),
            Ok(0) => break,
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if filled == 0 => return Err(error),
            Err(_) => break,
        }
    }
    Ok(filled)
}

/// The error of bytes that would lie behind the end of their file.
pub(super) fn outside(at: u64) -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        format!("the file ends before byte {at}, where this part should be"),
    )
}

/// A length in memory as a length on media.
pub(super) fn as_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
