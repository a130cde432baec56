//! Files that NTFS compressed: units of 16 clusters, each as it is, or compressed with LZNT1 into
//! fewer clusters, or never written.
//!
//! Source: libfsntfs' format document, "Compression": a unit is compressed when some of its
//! clusters are not stored, and holds zeros when none is.

use std::io;

use super::chunks::MakeChunk;
use super::cluster_stream::{ClusterStream, Clusters};
use super::extents::Extents;
use super::runs::Run;
use crate::compression::lznt1;
use crate::fields::{narrowed, widened};
use crate::read_exact_at;

/// The unit where the attribute says none, as Windows XP wrote at times.
const USUAL_UNIT: u64 = 16;

/// Windows compresses on clusters of 4 KiB at most, in units of 64 KiB.
const LARGEST_UNIT: u64 = 1 << 20;

/// How the units of a compressed attribute are read.
pub(super) struct CompressedUnits {
    unit_clusters: u64,
    cluster_size: u64,
    valid: u64,
}

/// As [`CompressedUnits`], with the clusters.
pub(super) struct StoredUnits {
    units: CompressedUnits,
    /// The clusters as they are stored.
    stored: ClusterStream,
}

/// How many clusters a unit has.
pub(super) fn unit_clusters(extents: &Extents) -> u64 {
    match extents.compression_unit {
        0 => USUAL_UNIT,
        power => 1_u64.checked_shl(u32::from(power)).unwrap_or(u64::MAX),
    }
}

/// The extents as the stream of all of their clusters, whatever the content's length.
pub(super) fn as_stored(extents: Extents, clusters: &Clusters) -> Extents {
    let size = extents.end().saturating_mul(clusters.size);
    Extents {
        size,
        valid: size,
        ..extents
    }
}

impl CompressedUnits {
    /// The units of an attribute of whose content `valid` bytes were written.
    pub(super) fn new(valid: u64, cluster_size: u64, extents: &Extents) -> Result<Self, String> {
        let unit_clusters = unit_clusters(extents);
        match unit_clusters.checked_mul(cluster_size) {
            Some(size) if size <= LARGEST_UNIT => Ok(Self {
                unit_clusters,
                cluster_size,
                valid,
            }),
            _ => Err(format!(
                "it is compressed in units of {unit_clusters} clusters, which no Windows makes"
            )),
        }
    }

    pub(super) const fn unit_size(&self) -> u64 {
        self.unit_clusters.saturating_mul(self.cluster_size)
    }

    pub(super) const fn of(self, stored: ClusterStream) -> StoredUnits {
        StoredUnits {
            units: self,
            stored,
        }
    }
}

impl MakeChunk for StoredUnits {
    fn make(&self, number: u64, length: usize) -> io::Result<Vec<u8>> {
        let CompressedUnits {
            unit_clusters,
            cluster_size,
            valid,
        } = self.units;
        let start = number.saturating_mul(self.units.unit_size());
        let mut unit = vec![0; length];
        if start >= valid {
            return Ok(unit);
        }
        let first = number.saturating_mul(unit_clusters);
        let end = first.saturating_add(unit_clusters);
        let runs = self.stored.extents().runs_from(first);
        let runs = runs.iter().take_while(|run| run.vcn < end);
        let has_hole = runs.clone().any(|run| run.lcn.is_none());
        if !has_hole {
            read_exact_at(&self.stored, start, &mut unit)?;
            self.zero_unwritten(start, &mut unit);
            return Ok(unit);
        }
        self.check_mapped(first, length, runs.clone())?;
        let mut compressed = Vec::new();
        for run in runs.filter(|run| run.lcn.is_some()) {
            let from = run.vcn.max(first);
            let clusters = run.end().min(end).saturating_sub(from);
            let before = compressed.len();
            let bytes = narrowed(clusters.saturating_mul(cluster_size));
            compressed.resize(before.saturating_add(bytes), 0);
            let part = compressed.get_mut(before..).unwrap_or_default();
            read_exact_at(&self.stored, from.saturating_mul(cluster_size), part)?;
        }
        if !compressed.is_empty() {
            // What the unit does not reach was zeros when it was compressed.
            let mut whole = vec![0; narrowed(self.units.unit_size())];
            lznt1::decompress(&compressed, &mut whole)?;
            whole.truncate(length);
            unit = whole;
            self.zero_unwritten(start, &mut unit);
        }
        Ok(unit)
    }
}

impl StoredUnits {
    /// Whether the runs map the unit from its `first` cluster on without a gap, as far as there is
    /// content: where an extent is lost, the rest of the unit would read as zeros.
    fn check_mapped<'a>(
        &self,
        first: u64,
        length: usize,
        runs: impl Iterator<Item = &'a Run>,
    ) -> io::Result<()> {
        let mut mapped = first;
        for run in runs {
            if run.vcn > mapped {
                return Err(self.stored.missing(mapped));
            }
            mapped = run.end();
        }
        let content = widened(length).div_ceil(self.units.cluster_size.max(1));
        if mapped < first.saturating_add(content) {
            return Err(self.stored.missing(mapped));
        }
        Ok(())
    }

    fn zero_unwritten(&self, start: u64, unit: &mut [u8]) {
        let written = self.units.valid.saturating_sub(start);
        if written < widened(unit.len())
            && let Some(rest) = unit.get_mut(narrowed(written)..)
        {
            rest.fill(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// One unit of 16 clusters of 512 bytes, with these runs.
    fn made(runs: &[(u64, u64, Option<u64>)]) -> io::Result<Vec<u8>> {
        // One LZNT1 chunk, stored as it is: 4096 times `k`.
        let mut volume = vec![b'k'; 20 * 512];
        volume[..2].copy_from_slice(&0x3FFF_u16.to_le_bytes());
        volume[2 + 4096..].fill(0);
        let clusters = Clusters {
            volume: Arc::new(volume),
            size: 512,
        };
        let runs = runs
            .iter()
            .map(|&(vcn, clusters, lcn)| Run { vcn, clusters, lcn })
            .collect();
        let extents = Extents {
            runs,
            size: 8192,
            valid: 8192,
            compression_unit: 4,
            ..Extents::default()
        };
        let units = CompressedUnits::new(8192, 512, &extents).unwrap();
        let stored = ClusterStream::new(clusters.clone(), as_stored(extents, &clusters));
        units.of(stored).make(0, 8192)
    }

    #[test]
    fn a_unit_with_a_lost_extent_is_an_error_and_no_zeros() {
        let whole = made(&[(0, 9, Some(0)), (9, 7, None)]).unwrap();
        assert!(whole[..4096].iter().all(|byte| *byte == b'k'));
        assert!(whole[4096..].iter().all(|byte| *byte == 0));
        assert_eq!(made(&[(0, 16, None)]).unwrap(), [0; 8192]);
        // The end is lost, the middle, the beginning.
        assert!(made(&[(0, 9, None)]).is_err());
        assert!(made(&[(0, 9, Some(0)), (12, 4, None)]).is_err());
        assert!(made(&[(3, 13, None)]).is_err());
    }
}
