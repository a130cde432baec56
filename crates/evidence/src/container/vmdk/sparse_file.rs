//! A sparse extent: a file with a grain directory, grain tables and grains.

use std::io;
use std::sync::Arc;

use super::header::{self, AT_END, Header, SECTOR};
use super::mapped::{Packed, outside, read_there};
use super::table_pages::TablePages;
use super::walked::Walked;
use super::{as_u64, unpack};
use crate::{FormatError, ReadAt, read_vec_at};

/// An opened sparse extent.
pub(super) struct SparseFile {
    pub(super) bytes: Arc<dyn ReadAt>,
    pub(super) header: Header,
    /// Its number among the files of the disk, for caches.
    pub(super) number: u32,
    /// The grains, found by their markers where the grain directory is lost.
    walked: Option<Walked>,
}

/// Where a grain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    /// Nowhere in this extent: on the parent, or zeros.
    Unallocated,
    Zeros,
    /// At that sector.
    At(u64),
}

/// The bits of a packed grain's key that are its index; the number of the file is above them.
pub(super) const INDEX_BITS: u32 = 40;

impl SparseFile {
    /// Opens a sparse extent whose header was read. Finds the grain directory of a stream.
    pub(super) fn new(
        bytes: Arc<dyn ReadAt>,
        mut header: Header,
        number: u32,
        notes: &mut Vec<String>,
    ) -> Result<Self, FormatError> {
        let grains = header.capacity.div_ceil(header.grain);
        if header.capacity > u64::MAX / SECTOR || grains >= 1 << INDEX_BITS {
            return Err(FormatError::malformed(
                "VMDK sparse extent header",
                12,
                format!("a capacity of {} sectors", header.capacity),
            ));
        }
        notes.append(&mut header.notes);
        let mut walked = None;
        if header.directory == AT_END {
            match footer_directory(bytes.as_ref()) {
                Some(directory) => header.directory = directory,
                None => walked = Some(Walked::walk(bytes.as_ref(), &header, notes)?),
            }
        }
        let file = Self {
            bytes,
            header,
            number,
            walked,
        };
        file.check_directory(notes);
        Ok(file)
    }

    /// Bytes in a grain.
    pub(super) const fn grain_size(&self) -> u64 {
        self.header.grain * SECTOR
    }

    /// Says where the grain directory is damaged, as far as its entries show it.
    fn check_directory(&self, notes: &mut Vec<String>) {
        /// Enough for 2 TiB.
        const MOST: u64 = 65_536;
        if self.walked.is_some() {
            return;
        }
        let tables = self
            .header
            .capacity
            .div_ceil(self.header.grain)
            .div_ceil(self.header.table_entries);
        let length = tables.min(MOST) * 4;
        let at = self.header.directory.saturating_mul(SECTOR);
        let directory = read_vec_at(self.bytes.as_ref(), at, length).unwrap_or_default();
        let (entries, _) = directory.as_chunks::<4>();
        let end = self.bytes.size() / SECTOR;
        let bad = entries
            .iter()
            .filter(|entry| u64::from(u32::from_le_bytes(**entry)) >= end)
            .count();
        let missing = tables.min(MOST).saturating_sub(as_u64(entries.len()));
        let bad = as_u64(bad).saturating_add(missing);
        if bad > 0 {
            let instead = if self.header.redundant_directory == 0 {
                "and there is no second grain directory: what stands there cannot be read"
            } else {
                "the redundant grain directory is used instead"
            };
            notes.push(format!(
                "{bad} of {tables} entries of the grain directory at sector {} lead out of the \
                 file; {instead}",
                self.header.directory
            ));
        }
    }

    /// Where the grain with that index is.
    pub(super) fn grain(&self, pages: &TablePages, index: u64) -> io::Result<Grain> {
        if let Some(walked) = &self.walked {
            return walked.grain(index);
        }
        let first = self.grain_by(pages, self.header.directory, index);
        if self.header.redundant_directory == 0 || matches!(first, Ok(Some(_))) {
            return first.map(|grain| grain.unwrap_or(Grain::Unallocated));
        }
        // No grain table, or damage: the redundant directory may know more.
        match (
            self.grain_by(pages, self.header.redundant_directory, index),
            first,
        ) {
            (Ok(Some(grain)), _) => Ok(grain),
            (_, Ok(_)) => Ok(Grain::Unallocated),
            (_, Err(error)) => Err(error),
        }
    }

    /// The grain by one of the grain directories; `None` when that has no table for it.
    fn grain_by(
        &self,
        pages: &TablePages,
        directory: u64,
        index: u64,
    ) -> io::Result<Option<Grain>> {
        let bytes = self.bytes.as_ref();
        let entry = |start: u64, index: u64| {
            let at = start.saturating_mul(SECTOR).saturating_add(index * 4);
            let entry = pages.entry(self.number, bytes, at)?;
            Ok::<u64, io::Error>(u64::from(u32::from_le_bytes(entry)))
        };
        let entries = self.header.table_entries;
        let zeroed = |sector| sector == 1 && self.header.zeroed_grains;
        let table = match entry(directory, index / entries)? {
            0 => return Ok(None),
            sector if zeroed(sector) => return Ok(Some(Grain::Zeros)),
            sector => sector,
        };
        Ok(Some(match entry(table, index % entries)? {
            0 => Grain::Unallocated,
            sector if zeroed(sector) => Grain::Zeros,
            sector if sector * SECTOR >= bytes.size() => return Err(outside(sector * SECTOR)),
            sector => Grain::At(sector),
        }))
    }

    /// Unpacks a grain.
    pub(super) fn unpack(&self, packed: &Packed, out: &mut [u8]) -> io::Result<usize> {
        let index = packed.key & ((1 << INDEX_BITS) - 1);
        let at = packed.at.saturating_mul(SECTOR);
        let damaged = |why: String| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the compressed grain at byte {at}: {why}"),
            )
        };
        let out = out
            .get_mut(..packed.length)
            .ok_or_else(|| io::Error::other("no room for a grain"))?;
        let longest = longest_packed(self.grain_size());
        let data = if self.header.markers {
            let mut marker = [0; 12];
            if read_there(self.bytes.as_ref(), at, &mut marker)? < marker.len() {
                return Err(damaged("the file ends inside its marker".to_owned()));
            }
            let [a, b, c, d, e, f, g, h, size @ ..] = marker;
            let sector = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
            let size = u64::from(u32::from_le_bytes(size));
            if sector != index * self.header.grain {
                return Err(damaged(format!(
                    "its marker says sector {sector} of the disk"
                )));
            }
            if size > longest {
                return Err(damaged(format!("its marker says {size} bytes")));
            }
            let data = read_vec_at(self.bytes.as_ref(), at.saturating_add(12), size)?;
            if as_u64(data.len()) < size {
                return Err(damaged("the file ends inside it".to_owned()));
            }
            data
        } else {
            read_vec_at(self.bytes.as_ref(), at, longest)?
        };
        unpack::zlib(&data, out).map_err(|error| damaged(error.to_string()))
    }
}

/// The longest that a packed grain is taken to be. Noise grows under deflate; by how much is the
/// packer's choice (zlib: five bytes in 16 KiB, others one byte in twenty).
pub(super) const fn longest_packed(grain_size: u64) -> u64 {
    grain_size * 2 + 512
}

/// Where the grain directory of a stream is, as its footer says: the second sector from the end.
fn footer_directory(bytes: &dyn ReadAt) -> Option<u64> {
    let at = bytes.size().checked_sub(2 * SECTOR)?;
    let footer = header::read_at(bytes, at).ok()?;
    let inside = footer
        .directory
        .checked_mul(SECTOR)
        .is_some_and(|at| at > 0 && at < bytes.size());
    inside.then_some(footer.directory)
}
