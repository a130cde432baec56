//! The bytes of a volume as they were when a shadow copy was made.

use std::io;
use std::sync::Arc;

use super::bitmap::Unused;
use super::block::BLOCK;
use super::block_list::{BlockList, Found};
use crate::ReadAt;

/// Bytes in a sector, the unit of an overlay.
const SECTOR: u64 = 512;

/// The volume as it was.
pub(super) struct Snapshot {
    /// The volume as it is now.
    pub(super) volume: Arc<dyn ReadAt>,
    pub(super) size: u64,
    /// The copy's own store, then the newer ones.
    pub(super) layers: Vec<Layer>,
    /// The blocks that were not in use, when this is the newest copy.
    pub(super) unused: Option<Unused>,
}

/// A store on the way from a copy to the volume as it is now.
#[derive(Clone)]
pub(super) struct Layer {
    pub(super) list: Arc<BlockList>,
    /// The number of the copy, for messages.
    pub(super) number: usize,
    /// Why it is not sure that the next layer is the one that was made next.
    pub(super) order: Option<Arc<str>>,
}

/// Where bytes come from.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    /// From this byte of the volume on.
    Volume(u64),
    Zeros,
    /// They are not known, for this reason.
    Lost(String),
}

impl Snapshot {
    /// Where the bytes from `offset` on come from, and for how many that holds (one block at most).
    fn source(&self, offset: u64) -> (Source, u64) {
        let within = offset % BLOCK;
        let mut length = BLOCK.saturating_sub(within);
        let mut block = offset / BLOCK;
        let mut layers = self.layers.iter().peekable();
        let mut own = true;
        while let Some(layer) = layers.next() {
            if let Some(overlay) = layer.list.overlay(block).filter(|_| own) {
                let (written, sectors) = run(overlay.sectors, within / SECTOR);
                length = length.min(
                    sectors
                        .saturating_mul(SECTOR)
                        .saturating_sub(within % SECTOR),
                );
                if written {
                    return (place(overlay.found, within, layer.number), length);
                }
            }
            let (next, moved) = match layer.list.block(block) {
                Some(Found::Moved(to)) => (to / BLOCK, true),
                Some(found) => return (place(found, within, layer.number), length),
                None => (block, false),
            };
            let unsure = if moved { &None } else { &layer.list.gap };
            if let Some(reason) = unsure {
                return (lost(layer.number, reason), length);
            }
            if let Some(reason) = &layer.order {
                return (Source::Lost(reason.to_string()), length);
            }
            if own && !moved && layers.peek().is_none() {
                return (self.not_described(block, within, layer), length);
            }
            block = next;
            own = false;
        }
        let at = block.saturating_mul(BLOCK).saturating_add(within);
        (Source::Volume(at), length)
    }

    /// Where a block comes from that the newest store does not describe.
    fn not_described(&self, block: u64, within: u64, layer: &Layer) -> Source {
        let at = block.saturating_mul(BLOCK).saturating_add(within);
        if layer.list.is_moved_to(block) {
            return Source::Volume(at);
        }
        match self.unused.as_ref().map(|unused| unused.is_unused(block)) {
            Some(Ok(true)) => Source::Zeros,
            Some(Err(reason)) => lost(layer.number, reason),
            Some(Ok(false)) | None => Source::Volume(at),
        }
    }

    /// The longest stretch from `offset` on that comes from one place, `wanted` bytes at most.
    fn stretch(&self, offset: u64, wanted: u64) -> (Source, u64) {
        let (source, mut length) = self.source(offset);
        while length < wanted {
            let (next, more) = self.source(offset.saturating_add(length));
            let follows = match (&source, &next) {
                (Source::Volume(start), Source::Volume(at)) => start.saturating_add(length) == *at,
                (Source::Zeros, Source::Zeros) => true,
                _ => false,
            };
            if !follows {
                break;
            }
            length = length.saturating_add(more);
        }
        (source, length.min(wanted))
    }
}

impl ReadAt for Snapshot {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut done = 0_usize;
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let at = offset.saturating_add(u64::try_from(done).unwrap_or(u64::MAX));
            let wanted = u64::try_from(rest.len()).unwrap_or(u64::MAX);
            let wanted = wanted.min(self.size.saturating_sub(at));
            if wanted == 0 {
                break;
            }
            let (source, length) = self.stretch(at, wanted);
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let Some(part) = rest.get_mut(..length) else {
                break;
            };
            let read = match source {
                Source::Volume(from) => self.volume.read_at(from, part),
                Source::Zeros => {
                    part.fill(0);
                    Ok(part.len())
                }
                Source::Lost(reason) => Err(io::Error::new(io::ErrorKind::InvalidData, reason)),
            };
            let short = match read {
                Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    done = done.saturating_add(count);
                    Ok(count < length)
                }
                Err(error) => Err(error),
            };
            match short {
                Ok(false) => {}
                Ok(true) => break,
                Err(error) if done == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(done)
    }
}

/// Whether the sector is among those of the overlay, and for how many sectors that stays so.
fn run(sectors: u32, sector: u64) -> (bool, u64) {
    let sector = u32::try_from(sector).unwrap_or(31).min(31);
    let rest = sectors >> sector;
    let written = rest & 1 == 1;
    let same = if written {
        rest.trailing_ones()
    } else {
        rest.trailing_zeros()
    };
    let left = 32_u32.saturating_sub(sector);
    (written, u64::from(same.min(left)))
}

fn place(found: Found, within: u64, number: usize) -> Source {
    match found {
        Found::At(offset) | Found::Moved(offset) => Source::Volume(offset.saturating_add(within)),
        Found::Contradicts(at) => Source::Lost(format!(
            "the block descriptor of shadow copy {number} at byte {at} cannot be right"
        )),
    }
}

fn lost(number: usize, reason: &str) -> Source {
    Source::Lost(format!(
        "shadow copy {number} may hold this block, and what it holds is not wholly known: {reason}"
    ))
}
