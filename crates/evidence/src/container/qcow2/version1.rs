//! QCOW version 1: the same two tables with fewer kinds of entries.
//!
//! Source: libyal, "QEMU Copy-On-Write file format", sections on version 1; images written by
//! `qemu-img`.

use std::io;
use std::sync::Arc;

use super::backing::Backing;
use super::clusters::damaged;
use super::header::{self, Fields};
use super::mapped::{Map, Mapped, Packed, Place, Stretch};
use super::table_pages::TablePages;
use super::{Candidate, Container, Fact, same_folder, unpack};
use crate::{FormatError, ReadAt, read_vec_at};

const HEADER: u64 = 48;

const COMPRESSED: u64 = 1 << 63;

/// Opens an image of version 1.
pub(super) fn open(candidate: &Candidate<'_>) -> Result<Container, FormatError> {
    let bytes = candidate.bytes.as_ref();
    let fields = Fields::of(bytes, HEADER)?;
    let malformed =
        |offset, problem: String| FormatError::malformed("QCOW header", offset, problem);
    match fields.u32(36) {
        0 => {}
        method => return Err(header::encrypted(method)),
    }
    let (cluster_bits, l2_bits) = (u32::from(fields.u8(32)), u32::from(fields.u8(33)));
    // What QEMU allows: clusters of 512 bytes to 64 KiB, L2 tables of the same sizes.
    if !(9..=16).contains(&cluster_bits) || !(6..=13).contains(&l2_bits) {
        return Err(malformed(
            32,
            format!("clusters of 2^{cluster_bits} bytes, L2 tables of 2^{l2_bits} entries"),
        ));
    }
    let size = fields.u64(24);
    if i64::try_from(size).is_err() {
        return Err(malformed(24, format!("a disk of {size} bytes")));
    }
    let l1_offset = fields.u64(40);
    if size > 0 && l1_offset >= bytes.size() {
        return Err(malformed(
            40,
            format!("the L1 table at byte {l1_offset}, behind the end of the file"),
        ));
    }
    let mut facts = vec![
        Fact::new("version", "1"),
        Fact::new("cluster size", (1_u64 << cluster_bits).to_string()),
    ];
    let mut notes = Vec::new();
    let path = header::backing_name(bytes, fields.u64(8), u64::from(fields.u32(16)), &mut notes);
    let mut files = Vec::new();
    let below = if let Some(path) = path {
        facts.push(Fact::new("backing file", same_folder::shown(&path)));
        let backing = Backing::open(candidate, &path, None);
        files = backing.files;
        notes.extend(backing.notes);
        backing.below
    } else {
        super::mapped::Below::Nothing
    };
    let clusters = Clusters {
        file: Arc::clone(&candidate.bytes),
        size,
        cluster_bits,
        l2_bits,
        l1_offset,
        pages: TablePages::new(),
    };
    let media = Mapped::new(clusters, below, 1 << cluster_bits, candidate.depth);
    Ok(Container {
        format: "QCOW",
        media: Arc::new(media),
        sector_size: 512,
        facts,
        stored_hashes: Vec::new(),
        files,
        notes: super::few(notes),
    })
}

/// The tables of an image of version 1.
struct Clusters {
    file: Arc<dyn ReadAt>,
    size: u64,
    cluster_bits: u32,
    l2_bits: u32,
    l1_offset: u64,
    pages: TablePages,
}

impl Clusters {
    fn entry(&self, table: u64, index: u64) -> io::Result<u64> {
        let at = table.saturating_add(index.saturating_mul(8));
        let entry = self.pages.entry(0, self.file.as_ref(), at)?;
        Ok(u64::from_be_bytes(entry))
    }

    /// The bits of a compressed cluster's entry that are its offset.
    const fn offset_bits(&self) -> u32 {
        63 - self.cluster_bits
    }
}

impl Map for Clusters {
    fn size(&self) -> u64 {
        self.size
    }

    fn stretch(&self, offset: u64, most: u64) -> io::Result<Stretch<'_>> {
        let l1_shift = self.cluster_bits + self.l2_bits;
        let table = self.entry(self.l1_offset, offset >> l1_shift)?;
        if table == 0 {
            let covered = 1_u64 << l1_shift;
            return Ok(Stretch {
                place: Place::Below,
                length: covered - (offset & (covered - 1)),
            });
        }
        // The largest offset of a file.
        if i64::try_from(table).is_err() {
            return Err(damaged(format!("the L1 entry {table:#018x}")));
        }
        let index = (offset >> self.cluster_bits) & ((1 << self.l2_bits) - 1);
        let entry = self.entry(table, index)?;
        let size = 1_u64 << self.cluster_bits;
        let within = offset & (size - 1);
        let place = if entry & COMPRESSED != 0 {
            Place::Packed(Packed {
                key: entry,
                at: entry & !COMPRESSED,
                length: usize::try_from(size).unwrap_or(0),
                skip: usize::try_from(within).unwrap_or(0),
            })
        } else if entry == 0 {
            Place::Below
        } else {
            Place::Stored {
                bytes: self.file.as_ref(),
                at: entry.saturating_add(within),
            }
        };
        Ok(Stretch {
            place,
            length: (size - within).min(most),
        })
    }

    fn unpack(&self, packed: &Packed, out: &mut [u8]) -> io::Result<usize> {
        let at = packed.at & ((1 << self.offset_bits()) - 1);
        let length = packed.at >> self.offset_bits();
        let data = read_vec_at(self.file.as_ref(), at, length)?;
        let out = out
            .get_mut(..packed.length)
            .ok_or_else(|| io::Error::other("no room for a cluster"))?;
        unpack::deflate(&data, out)
            .map_err(|error| damaged(format!("the compressed cluster at byte {at}: {error}")))
    }
}
