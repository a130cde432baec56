//! The bytes of an attribute that lie in clusters as they are.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::extents::Extents;
use super::runs::Run;
use crate::ReadAt;
use crate::fields::{narrowed, widened};

/// The clusters of a volume.
#[derive(Clone)]
pub(super) struct Clusters {
    /// The bytes of the volume.
    pub(super) volume: Arc<dyn ReadAt>,
    /// Bytes in a cluster.
    pub(super) size: u64,
}

/// The bytes of an attribute.
pub(super) struct ClusterStream {
    clusters: Clusters,
    extents: Extents,
    /// `$Bitmap`, for a deleted file: clusters that are in use again hold another file's bytes.
    in_use: Option<Arc<dyn ReadAt>>,
}

impl ClusterStream {
    pub(super) fn new(clusters: Clusters, extents: Extents) -> Self {
        Self {
            clusters,
            extents,
            in_use: None,
        }
    }

    /// As the stream of a deleted file, which is only read where no other file has its clusters.
    pub(super) fn of_deleted(mut self, bitmap: Arc<dyn ReadAt>) -> Self {
        self.in_use = Some(bitmap);
        self
    }

    pub(super) const fn extents(&self) -> &Extents {
        &self.extents
    }

    /// Reads as long as one run goes; at least one byte.
    fn read_piece(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let Extents { valid, .. } = self.extents;
        if offset >= valid {
            buffer.fill(0);
            return Ok(buffer.len());
        }
        let size = self.clusters.size;
        let vcn = offset / size;
        let run = self.extents.run_at(vcn).ok_or_else(|| self.missing(vcn))?;
        let within = offset.saturating_sub(run.vcn.saturating_mul(size));
        let left = run.clusters.saturating_mul(size).saturating_sub(within);
        let wanted = narrowed(left.min(valid.saturating_sub(offset))).min(buffer.len());
        let piece = buffer.get_mut(..wanted).unwrap_or_default();
        let Some(start) = run.lcn else {
            piece.fill(0);
            return Ok(wanted);
        };
        let lcn = start.saturating_add(within / size);
        let free = self.free_bytes(lcn, within % size, wanted)?;
        let piece = piece.get_mut(..free).unwrap_or_default();
        self.clusters.read(start, within, piece)
    }

    /// Why a cluster of the attribute cannot be read that no run maps.
    pub(super) fn missing(&self, vcn: u64) -> io::Error {
        let why = self
            .extents
            .problem
            .as_deref()
            .unwrap_or("no run of the file maps it");
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("cluster {vcn} of the file cannot be found: {why}"),
        )
    }

    /// How many of the `wanted` bytes that start `within` cluster `lcn` stand in clusters that no
    /// other file has got since.
    fn free_bytes(&self, lcn: u64, within: u64, wanted: usize) -> io::Result<usize> {
        let Some(bitmap) = &self.in_use else {
            return Ok(wanted);
        };
        let last = lcn.saturating_add(
            within.saturating_add(widened(wanted)).saturating_sub(1) / self.clusters.size,
        );
        let bits = crate::read_vec_at(bitmap.as_ref(), lcn / 8, last / 8 - lcn / 8 + 1)?;
        let taken = (lcn..=last).find(|cluster| {
            let byte = narrowed((cluster / 8).saturating_sub(lcn / 8));
            // A cluster that the bitmap does not reach is not known to be free.
            bits.get(byte)
                .is_none_or(|byte| byte & (1 << (cluster % 8)) != 0)
        });
        let Some(taken) = taken else {
            return Ok(wanted);
        };
        if taken == lcn {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "cluster {taken} of the volume is in use again, so the deleted file's bytes are gone"
                ),
            ));
        }
        let free = taken
            .saturating_sub(lcn)
            .saturating_mul(self.clusters.size)
            .saturating_sub(within);
        Ok(narrowed(free).min(wanted))
    }

    /// Where bytes are stored, as ranges of the stream, in order, neighbours joined.
    pub(super) fn data_ranges(&self) -> Vec<Range<u64>> {
        let stored = self.extents.runs.iter().filter(|run| run.lcn.is_some());
        joined(stored.map(|run| self.bytes_of(run)))
    }

    /// Where a byte of the attribute stands on the volume; `None` where it is stored nowhere.
    pub(super) fn on_volume(&self, offset: u64) -> Option<u64> {
        let size = self.clusters.size;
        let run = self.extents.run_at(offset / size)?;
        let within = offset.saturating_sub(run.vcn.saturating_mul(size));
        run.lcn?.checked_mul(size)?.checked_add(within)
    }

    fn bytes_of(&self, run: &Run) -> Range<u64> {
        let end = self.extents.valid;
        let at = |vcn: u64| vcn.saturating_mul(self.clusters.size).min(end);
        at(run.vcn)..at(run.end())
    }
}

/// Ranges in order, with neighbours joined and empty ones left out.
pub(super) fn joined(ranges: impl Iterator<Item = Range<u64>>) -> Vec<Range<u64>> {
    let mut whole: Vec<Range<u64>> = Vec::new();
    for range in ranges.filter(|range| !range.is_empty()) {
        match whole.last_mut() {
            Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
            _ => whole.push(range),
        }
    }
    whole
}

impl Clusters {
    /// Reads from the byte `within` behind the start of cluster `lcn`, as the volume reads: at
    /// least one byte where the buffer holds one.
    pub(super) fn read(&self, lcn: u64, within: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let at = lcn
            .checked_mul(self.size)
            .and_then(|start| start.checked_add(within))
            .filter(|at| *at < self.volume.size())
            .ok_or_else(|| {
                io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    format!(
                        "cluster {} lies outside of the volume, of which there are {} bytes",
                        lcn.saturating_add(within / self.size),
                        self.volume.size()
                    ),
                )
            })?;
        match self.volume.read_at(at, buffer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }
}

impl ReadAt for ClusterStream {
    fn size(&self) -> u64 {
        self.extents.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.extents.size.saturating_sub(offset);
        let wanted = narrowed(left).min(buffer.len());
        let mut filled = 0_usize;
        while let Some(rest) = buffer
            .get_mut(filled..wanted)
            .filter(|rest| !rest.is_empty())
        {
            match self.read_piece(offset.saturating_add(widened(filled)), rest) {
                Ok(count) => filled = filled.saturating_add(count),
                Err(error) if filled == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(filled)
    }

    fn next_stored(&self, offset: u64) -> Option<Range<u64>> {
        // Clusters that no run maps cannot be read: that is an error to be met, not a hole.
        let end = self.extents.size;
        let mapped = self.extents.end().saturating_mul(self.clusters.size);
        let lost = mapped.max(offset)..self.extents.valid.max(mapped);
        let first = self.extents.runs_from(offset / self.clusters.size);
        let stored = first.iter().filter(|run| run.lcn.is_some());
        let ranges = stored
            .map(|run| self.bytes_of(run))
            .chain(std::iter::once(lost));
        ranges
            .map(|range| range.start.max(offset)..range.end.min(end))
            .find(|range| !range.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_vec_at;

    fn stream(runs: &[(u64, u64, Option<u64>)], size: u64, valid: u64) -> ClusterStream {
        let volume: Vec<u8> = (0..=255).cycle().take(4 * 20).collect();
        let clusters = Clusters {
            volume: Arc::new(volume),
            size: 4,
        };
        let runs = runs
            .iter()
            .map(|&(vcn, clusters, lcn)| Run { vcn, clusters, lcn })
            .collect();
        ClusterStream::new(
            clusters,
            Extents {
                runs,
                size,
                valid,
                ..Extents::default()
            },
        )
    }

    #[test]
    fn runs_holes_and_the_unwritten_end_are_joined() {
        let stream = stream(&[(0, 2, Some(5)), (2, 1, None), (3, 2, Some(1))], 19, 14);
        let bytes = read_vec_at(&stream, 0, 100).unwrap();
        assert_eq!(
            bytes,
            [
                20, 21, 22, 23, 24, 25, 26, 27, 0, 0, 0, 0, 4, 5, 0, 0, 0, 0, 0
            ]
        );
        assert_eq!(read_vec_at(&stream, 6, 8).unwrap(), bytes[6..14]);
        assert_eq!(stream.data_ranges(), [0..8, 12..14]);
        assert_eq!(stream.next_stored(0), Some(0..8));
        assert_eq!(stream.next_stored(9), Some(12..14));
        assert_eq!(stream.next_stored(13), Some(13..14));
        assert_eq!(stream.next_stored(14), None);
        assert_eq!(stream.read_at(19, &mut [0; 4]).unwrap(), 0);
    }

    #[test]
    fn damage_ends_a_read_before_it() {
        // A gap, a run outside of the volume, a run that leaves it, runs that end too early.
        for runs in [
            [(0, 2, Some(5)), (3, 2, Some(1))],
            [(0, 2, Some(5)), (2, 2, Some(20))],
            [(0, 2, Some(5)), (2, 2, Some(u64::MAX / 4 + 1))],
            [(0, 1, Some(5)), (1, 1, Some(6))],
        ] {
            let stream = stream(&runs, 20, 20);
            let mut buffer = [0; 20];
            assert_eq!(stream.read_at(0, &mut buffer).unwrap(), 8, "{runs:?}");
            assert!(stream.read_at(8, &mut buffer).is_err(), "{runs:?}");
            // What is lost is no hole.
            assert_eq!(stream.next_stored(19), Some(19..20), "{runs:?}");
        }
        let leaving = stream(&[(0, 4, Some(18))], 16, 16);
        let mut buffer = [0; 16];
        assert_eq!(leaving.read_at(0, &mut buffer).unwrap(), 8);
    }

    #[test]
    fn a_deleted_file_is_read_where_its_clusters_are_free() {
        // Cluster 7 is in use again, and 9.
        let bitmap: Arc<dyn ReadAt> = Arc::new(vec![0x80_u8, 0x02, 0]);
        let stream = stream(&[(0, 8, Some(5))], 32, 32).of_deleted(bitmap);
        let mut buffer = [0; 32];
        assert_eq!(stream.read_at(0, &mut buffer).unwrap(), 8);
        assert_eq!(stream.read_at(5, &mut buffer).unwrap(), 3);
        assert!(stream.read_at(8, &mut buffer).is_err());
        assert!(stream.read_at(11, &mut buffer).is_err());
        assert_eq!(stream.read_at(13, &mut buffer).unwrap(), 3);
        assert_eq!(stream.read_at(20, &mut buffer).unwrap(), 12);
    }
}
