//! The extents of a disk, one behind the other.

use std::io;
use std::sync::Arc;

use super::mapped::{Map, Packed, Place, Stretch};
use super::sparse_file::{Grain, INDEX_BITS, SparseFile};
use super::table_pages::TablePages;
use crate::ReadAt;

/// The extents of a disk.
pub(super) struct Disk {
    /// In order and without gaps.
    extents: Vec<Extent>,
    /// Every sparse file at the place of its number.
    sparse: Vec<Arc<SparseFile>>,
    size: u64,
    pages: TablePages,
}

/// A part of the disk.
struct Extent {
    start: u64,
    length: u64,
    body: Body,
}

/// Where the bytes of an extent are.
pub(super) enum Body {
    /// As they are, from that byte of the file on.
    Flat(Arc<dyn ReadAt>, u64),
    Sparse(Arc<SparseFile>),
    Zero,
    /// Not at hand, and why.
    Missing(String),
}

impl Disk {
    pub(super) fn new(sparse: Vec<Arc<SparseFile>>) -> Self {
        Self {
            extents: Vec::new(),
            sparse,
            size: 0,
            pages: TablePages::new(),
        }
    }

    /// Puts an extent behind the last.
    pub(super) fn push(&mut self, length: u64, body: Body) {
        self.extents.push(Extent {
            start: self.size,
            length,
            body,
        });
        self.size = self.size.saturating_add(length);
    }

    /// The largest block that is unpacked.
    pub(super) fn block_size(&self) -> u64 {
        let compressed = self.sparse.iter().filter(|file| file.header.compressed);
        compressed.map(|file| file.grain_size()).max().unwrap_or(1)
    }
}

fn in_sparse<'a>(
    file: &'a SparseFile,
    pages: &TablePages,
    within: u64,
) -> io::Result<(Place<'a>, u64)> {
    let capacity = file.header.capacity * super::header::SECTOR;
    if within >= capacity {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("the sparse extent ends at its byte {capacity}, before the descriptor says"),
        ));
    }
    let size = file.grain_size();
    let (index, in_grain) = (within / size, within % size);
    let place = match file.grain(pages, index)? {
        Grain::Unallocated => Place::Below,
        Grain::Zeros => Place::Zeros,
        Grain::At(sector) if file.header.compressed => Place::Packed(Packed {
            key: u64::from(file.number) << INDEX_BITS | index,
            at: sector,
            length: usize::try_from(size).unwrap_or(0),
            skip: usize::try_from(in_grain).unwrap_or(0),
        }),
        Grain::At(sector) => Place::Stored {
            bytes: file.bytes.as_ref(),
            at: sector.saturating_mul(super::header::SECTOR) + in_grain,
        },
    };
    Ok((place, (size - in_grain).min(capacity - within)))
}

impl Map for Disk {
    fn size(&self) -> u64 {
        self.size
    }

    fn stretch(&self, offset: u64, most: u64) -> io::Result<Stretch<'_>> {
        let behind = self
            .extents
            .partition_point(|extent| extent.start <= offset);
        let extent = behind
            .checked_sub(1)
            .and_then(|index| self.extents.get(index))
            .ok_or_else(|| io::Error::other("no extent is there"))?;
        let within = offset - extent.start;
        let left = extent.length.saturating_sub(within);
        let (place, length) = match &extent.body {
            Body::Flat(bytes, at) => {
                let place = Place::Stored {
                    bytes: bytes.as_ref(),
                    at: at.saturating_add(within),
                };
                (place, left)
            }
            Body::Sparse(file) => in_sparse(file, &self.pages, within)?,
            Body::Zero => (Place::Zeros, left),
            Body::Missing(why) => return Err(io::Error::other(why.clone())),
        };
        Ok(Stretch {
            place,
            length: length.min(left).min(most),
        })
    }

    fn unpack(&self, packed: &Packed, out: &mut [u8]) -> io::Result<usize> {
        usize::try_from(packed.key >> INDEX_BITS)
            .ok()
            .and_then(|number| self.sparse.get(number))
            .ok_or_else(|| io::Error::other("no such extent"))?
            .unpack(packed, out)
    }
}
