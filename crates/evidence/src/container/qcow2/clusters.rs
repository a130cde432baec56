//! Where the clusters of a QCOW2 image lie: its L1 and L2 tables.

use std::io;
use std::sync::Arc;

use super::header::{Compression, EXTENDED_L2, Header};
use super::mapped::{Map, Packed, Place, Stretch};
use super::table_pages::TablePages;
use super::{as_u64, unpack};
use crate::{ReadAt, read_vec_at};

/// The tables of an image.
pub(super) struct Clusters {
    pub(super) file: Arc<dyn ReadAt>,
    /// Where the clusters of the disk are.
    pub(super) data: Data,
    pub(super) size: u64,
    pub(super) version: u32,
    pub(super) cluster_bits: u32,
    pub(super) extended: bool,
    pub(super) compression: Compression,
    pub(super) l1_entries: u64,
    pub(super) l1_offset: u64,
    pub(super) pages: TablePages,
}

/// The file that holds the clusters of the disk.
pub(super) enum Data {
    /// The image itself.
    Own,
    /// An external data file; or why it is missing.
    External(Result<Arc<dyn ReadAt>, String>),
}

/// Bits of L1 and L2 entries.
const OFFSET: u64 = 0x00FF_FFFF_FFFF_FE00;
const USED_ONCE: u64 = 1 << 63;
const COMPRESSED: u64 = 1 << 62;
const READS_AS_ZEROS: u64 = 1;

/// Subclusters of a cluster with extended L2 entries.
const SUBCLUSTERS: u64 = 32;

impl Clusters {
    pub(super) fn new(file: Arc<dyn ReadAt>, data: Data, header: &Header) -> Self {
        Self {
            file,
            data,
            size: header.size,
            version: header.version,
            cluster_bits: header.cluster_bits,
            extended: header.features & EXTENDED_L2 != 0,
            compression: header.compression,
            l1_entries: u64::from(header.l1_entries),
            l1_offset: header.l1_offset,
            pages: TablePages::new(),
        }
    }

    pub(super) const fn cluster_size(&self) -> u64 {
        1 << self.cluster_bits
    }

    /// The bits of a disk's offset that one L2 table decides.
    pub(super) const fn l1_shift(&self) -> u32 {
        // An entry is 8 bytes long, an extended one 16.
        let entry_bits = if self.extended { 4 } else { 3 };
        self.cluster_bits * 2 - entry_bits
    }

    /// Where the L2 table with that index is; `None` when there is none.
    fn l2_table(&self, index: u64) -> io::Result<Option<u64>> {
        if index >= self.l1_entries {
            return Err(damaged(format!(
                "the L1 table has {} entries, and none for this place",
                self.l1_entries
            )));
        }
        let at = self.l1_offset.saturating_add(index.saturating_mul(8));
        let entry = u64::from_be_bytes(self.pages.entry(0, self.file.as_ref(), at)?);
        if entry & !(OFFSET | USED_ONCE) != 0 {
            return Err(damaged(format!("the L1 entry {entry:#018x} at byte {at}")));
        }
        let table = entry & OFFSET;
        if table == 0 {
            return Ok(None);
        }
        self.check_cluster(table, "L2 table", at)?;
        Ok(Some(table))
    }

    /// A cluster of the image must lie on a cluster boundary, and neither in the header nor in the
    /// L1 table.
    fn check_cluster(&self, cluster: u64, what: &str, entry_at: u64) -> io::Result<()> {
        // The entries that the disk needs; the header may say any number.
        let needed = self.size.div_ceil(1 << self.l1_shift());
        let needed = needed.min(self.l1_entries);
        let l1_end = self.l1_offset.saturating_add(needed * 8);
        let in_l1 = cluster >= self.l1_offset && cluster < l1_end;
        if !cluster.is_multiple_of(self.cluster_size()) || cluster == 0 || in_l1 {
            return Err(damaged(format!(
                "the entry at byte {entry_at} puts a {what} at byte {cluster}, where none can be"
            )));
        }
        Ok(())
    }

    /// Where the cluster of an L2 entry is.
    fn cluster(&self, entry: u64, bitmap: u64, entry_at: u64) -> io::Result<Cluster> {
        let wrong = || damaged(format!("the L2 entry {entry:#018x} at byte {entry_at}"));
        if entry & COMPRESSED != 0 {
            let offset_bits = 62 - (self.cluster_bits - 8);
            let offset = entry & ((1 << offset_bits) - 1);
            if offset >> 56 != 0 || matches!(self.data, Data::External(_)) {
                return Err(wrong());
            }
            return Ok(Cluster::Compressed(entry & !USED_ONCE));
        }
        let zeros = if self.version >= 3 && !self.extended {
            entry & READS_AS_ZEROS != 0
        } else {
            false
        };
        let allowed = OFFSET | USED_ONCE | u64::from(zeros);
        if entry & !allowed != 0 {
            return Err(wrong());
        }
        let at = entry & OFFSET;
        let external = matches!(self.data, Data::External(_));
        let allocated = at != 0 || (external && entry & USED_ONCE != 0);
        if self.extended {
            let (used, zeroed) = (bitmap & 0xFFFF_FFFF, bitmap >> 32);
            if used & zeroed != 0 || (used != 0 && !allocated) {
                return Err(damaged(format!(
                    "the subcluster bitmap {bitmap:#018x} at byte {}",
                    entry_at.saturating_add(8)
                )));
            }
        }
        if zeros {
            return Ok(Cluster::Zeros);
        }
        if !allocated {
            return Ok(Cluster::Unallocated);
        }
        if external {
            if !at.is_multiple_of(self.cluster_size()) {
                return Err(wrong());
            }
        } else {
            self.check_cluster(at, "cluster", entry_at)?;
        }
        Ok(Cluster::At(at))
    }

    fn stored(&self, at: u64) -> io::Result<Place<'_>> {
        let bytes = match &self.data {
            Data::Own => self.file.as_ref(),
            Data::External(Ok(file)) => file.as_ref(),
            Data::External(Err(why)) => return Err(io::Error::other(why.clone())),
        };
        Ok(Place::Stored { bytes, at })
    }

    /// The place of a cluster's byte `within`, and how far it holds inside the cluster.
    fn place(&self, cluster: Cluster, bitmap: u64, within: u64) -> io::Result<(Place<'_>, u64)> {
        let size = self.cluster_size();
        if let Cluster::Compressed(descriptor) = cluster {
            let packed = Packed {
                key: descriptor,
                at: descriptor,
                length: usize::try_from(size).unwrap_or(0),
                skip: usize::try_from(within).unwrap_or(0),
            };
            return Ok((Place::Packed(packed), size.saturating_sub(within)));
        }
        let (end, state) = if self.extended {
            let subcluster = size / SUBCLUSTERS;
            let index = within / subcluster;
            let used = bitmap >> index & 1 == 1;
            let zeroed = bitmap >> (index + SUBCLUSTERS) & 1 == 1;
            let state = match cluster {
                _ if zeroed => Cluster::Zeros,
                cluster if used => cluster,
                _ => Cluster::Unallocated,
            };
            ((index + 1) * subcluster, state)
        } else {
            (size, cluster)
        };
        let place = match state {
            Cluster::Zeros => Place::Zeros,
            Cluster::At(at) => self.stored(at.saturating_add(within))?,
            Cluster::Unallocated | Cluster::Compressed(_) => Place::Below,
        };
        Ok((place, end.saturating_sub(within)))
    }
}

/// What an L2 entry says of a cluster.
#[derive(Clone, Copy)]
enum Cluster {
    Unallocated,
    Zeros,
    At(u64),
    /// The compressed cluster descriptor.
    Compressed(u64),
}

impl Map for Clusters {
    fn size(&self) -> u64 {
        self.size
    }

    fn stretch(&self, offset: u64, most: u64) -> io::Result<Stretch<'_>> {
        let l1_shift = self.l1_shift();
        let Some(table) = self.l2_table(offset >> l1_shift)? else {
            let covered = 1_u64 << l1_shift;
            return Ok(Stretch {
                place: Place::Below,
                length: covered - (offset & (covered - 1)),
            });
        };
        let entries_bits = l1_shift - self.cluster_bits;
        let index = (offset >> self.cluster_bits) & ((1 << entries_bits) - 1);
        let (at, entry, bitmap) = if self.extended {
            let at = table.saturating_add(index * 16);
            let both: [u8; 16] = self.pages.entry(0, self.file.as_ref(), at)?;
            let both = u128::from_be_bytes(both);
            let low = u64::try_from(both & u128::from(u64::MAX)).unwrap_or(0);
            (at, u64::try_from(both >> 64).unwrap_or(0), low)
        } else {
            let at = table.saturating_add(index * 8);
            let entry = self.pages.entry(0, self.file.as_ref(), at)?;
            (at, u64::from_be_bytes(entry), 0)
        };
        let within = offset & (self.cluster_size() - 1);
        let cluster = self.cluster(entry, bitmap, at)?;
        let (place, length) = self.place(cluster, bitmap, within)?;
        Ok(Stretch {
            place,
            length: length.min(most),
        })
    }

    fn unpack(&self, packed: &Packed, out: &mut [u8]) -> io::Result<usize> {
        let offset_bits = 62 - (self.cluster_bits - 8);
        let descriptor = packed.at & !COMPRESSED;
        let at = descriptor & ((1 << offset_bits) - 1);
        let sectors = (descriptor >> offset_bits) + 1;
        // The data begins inside its first sector. The file may end inside its last.
        let length = sectors * 512 - at % 512;
        let data = read_vec_at(self.file.as_ref(), at, length)?;
        let out = out
            .get_mut(..packed.length)
            .ok_or_else(|| io::Error::other("no room for a cluster"))?;
        let unpacked = match self.compression {
            Compression::Deflate => unpack::deflate(&data, out),
            Compression::Zstandard => unpack::zstandard(&data, out),
        };
        unpacked.map_err(|error| {
            damaged(format!(
                "the compressed cluster at byte {at} ({} bytes): {error}",
                as_u64(data.len())
            ))
        })
    }
}

pub(super) fn damaged(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
