//! The 32-byte slots of a folder, each with its place on the volume.

use std::io;

use super::chain::Chain;
use super::heap::Heap;
use super::notes::Notes;
use crate::{ReadAt, read_full_at};

/// Bytes in a slot.
pub(crate) const SLOT: usize = 32;

/// How much is read at a time.
const PIECE: usize = 64 * 1024;

/// What damage costs: one sector of the smallest size.
const SECTOR: usize = 512;

/// One slot of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Where it stands on the volume, in bytes.
    pub(crate) at: u64,
    /// Its bytes.
    pub(crate) bytes: [u8; SLOT],
}

/// What comes out of a folder, in order.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Piece {
    /// A slot.
    Slot(Slot),
    /// Slots that could not be read.
    Gap,
}

/// A stretch of the volume, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// Where it begins.
    pub(crate) at: u64,
    /// Its length.
    pub(crate) length: u64,
}

/// The stretches of a chain of clusters.
pub(crate) fn stretches(heap: &Heap, chain: &Chain) -> Vec<Stretch> {
    chain
        .runs
        .iter()
        .filter_map(|run| {
            // Clusters behind the last one are cut off; the chain's reader says so.
            let there = u64::from(heap.count)
                .saturating_add(u64::from(super::heap::FIRST_CLUSTER))
                .saturating_sub(u64::from(run.first));
            Some(Stretch {
                at: heap.offset_of(run.first)?,
                length: u64::from(run.count)
                    .min(there)
                    .saturating_mul(heap.cluster_size),
            })
        })
        .collect()
}

/// Gives every slot of those stretches to `visit`, until it returns `false`. What cannot be read
/// is noted, and costs only itself.
pub(crate) fn for_each(
    volume: &dyn ReadAt,
    stretches: &[Stretch],
    notes: &Notes,
    visit: &mut dyn FnMut(Piece) -> bool,
) {
    let mut buffer = vec![0; PIECE];
    for stretch in stretches {
        let mut done = 0_u64;
        while done < stretch.length {
            let left = usize::try_from(stretch.length.saturating_sub(done)).unwrap_or(usize::MAX);
            let Some(piece) = buffer.get_mut(..left.min(PIECE)) else {
                return;
            };
            let at = stretch.at.saturating_add(done);
            if !read_piece(volume, at, piece, notes, visit) {
                return;
            }
            done = done.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        }
    }
}

/// Reads one piece, by sectors where it cannot be read whole.
fn read_piece(
    volume: &dyn ReadAt,
    at: u64,
    piece: &mut [u8],
    notes: &Notes,
    visit: &mut dyn FnMut(Piece) -> bool,
) -> bool {
    if matches!(read_full_at(volume, at, piece), Ok(count) if count == piece.len()) {
        return give(at, piece, visit);
    }
    let mut place = at;
    for sector in piece.chunks_mut(SECTOR) {
        match read_full_at(volume, place, sector) {
            Ok(count) => {
                let there = sector.get(..count).unwrap_or_default();
                if !give(place, there, visit) {
                    return false;
                }
                if count < sector.len() {
                    let end = volume.size();
                    notes.add(format!(
                        "a folder goes on behind byte {end}, where the volume ends"
                    ));
                    visit(Piece::Gap);
                    return false;
                }
            }
            Err(error) => {
                note_unreadable(place, &error, notes);
                if !visit(Piece::Gap) {
                    return false;
                }
            }
        }
        place = place.saturating_add(u64::try_from(sector.len()).unwrap_or(u64::MAX));
    }
    true
}

fn note_unreadable(at: u64, error: &io::Error, notes: &Notes) {
    notes.add(format!(
        "the part of a folder at byte {at} cannot be read: {error}"
    ));
}

fn give(at: u64, bytes: &[u8], visit: &mut dyn FnMut(Piece) -> bool) -> bool {
    let (slots, _) = bytes.as_chunks::<SLOT>();
    let mut at = at;
    for bytes in slots {
        if !visit(Piece::Slot(Slot { at, bytes: *bytes })) {
            return false;
        }
        at = at.saturating_add(32);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kilobyte whose second sector is bad.
    struct Bad;

    impl ReadAt for Bad {
        fn size(&self) -> u64 {
            1536
        }

        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            match offset {
                512..1024 => Err(io::Error::other("bad sector")),
                0..512 => {
                    let count = buffer.len().min(usize::try_from(512 - offset).unwrap());
                    buffer[..count].fill(1);
                    Ok(count)
                }
                1024..1536 => {
                    let count = buffer.len().min(usize::try_from(1536 - offset).unwrap());
                    buffer[..count].fill(3);
                    Ok(count)
                }
                _ => Ok(0),
            }
        }
    }

    #[test]
    fn a_bad_sector_costs_its_slots_only() {
        let notes = Notes::default();
        let mut seen = Vec::new();
        let stretch = Stretch {
            at: 0,
            length: 2048,
        };
        for_each(&Bad, &[stretch], &notes, &mut |piece| {
            seen.push(match piece {
                Piece::Slot(slot) => (slot.at, slot.bytes[0]),
                Piece::Gap => (0, 0xFF),
            });
            true
        });
        assert_eq!(seen.len(), 16 + 1 + 16 + 1);
        assert_eq!(seen[15], (480, 1));
        assert_eq!(seen[16], (0, 0xFF));
        assert_eq!(seen[17], (1024, 3));
        let said = notes.all().join("\n");
        assert!(said.contains("byte 512 cannot be read: bad sector"));
        assert!(said.contains("behind byte 1536, where the volume ends"));
    }
}
