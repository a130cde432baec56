//! The bytes of a file, out of its clusters.

use std::io;
use std::sync::Arc;

use super::chain::Chain;
use super::heap::Heap;
use crate::ReadAt;

/// One stretch of a file on the volume, in bytes.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    in_file: u64,
    on_volume: u64,
    length: u64,
}

/// A file's bytes. Where its chain is broken, or the volume ends early, reading is an error.
pub(crate) struct ClusterFile {
    volume: Arc<dyn ReadAt>,
    stretches: Vec<Stretch>,
    size: u64,
    valid: u64,
    broken: Option<String>,
}

impl ClusterFile {
    /// The first `size` bytes of that chain. Those from `valid` on were never written and are
    /// zeros.
    pub(crate) fn new(heap: &Heap, chain: Chain, size: u64, valid: u64) -> Self {
        let mut in_file = 0_u64;
        let mut broken = chain.broken;
        let mut stretches = Vec::with_capacity(chain.runs.len());
        for run in chain.runs {
            let last = run.first.checked_add(run.count.saturating_sub(1));
            let inside = last.is_some_and(|last| heap.contains(last));
            let Some(on_volume) = heap.offset_of(run.first).filter(|_| inside) else {
                broken = Some(format!("cluster {} does not exist", run.first));
                break;
            };
            let length = u64::from(run.count).saturating_mul(heap.cluster_size);
            stretches.push(Stretch {
                in_file,
                on_volume,
                length,
            });
            in_file = in_file.saturating_add(length);
        }
        Self {
            volume: Arc::clone(&heap.volume),
            stretches,
            size,
            valid: valid.min(size),
            broken,
        }
    }

    /// Reads at most to the end of the stretch that holds `offset`.
    fn read_some(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let end = if offset < self.valid {
            self.valid
        } else {
            self.size
        };
        let left = usize::try_from(end.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted).filter(|part| !part.is_empty()) else {
            return Ok(0);
        };
        if offset >= self.valid {
            buffer.fill(0);
            return Ok(wanted);
        }
        let index = self
            .stretches
            .partition_point(|stretch| stretch.in_file <= offset);
        let stretch = index
            .checked_sub(1)
            .and_then(|index| self.stretches.get(index));
        let Some((stretch, inside)) = stretch
            .map(|stretch| (stretch, offset.saturating_sub(stretch.in_file)))
            .filter(|(stretch, inside)| *inside < stretch.length)
        else {
            let reason = self.broken.as_deref().unwrap_or("its clusters end here");
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason));
        };
        let rest = stretch.length.saturating_sub(inside);
        let rest = usize::try_from(rest).unwrap_or(usize::MAX).min(wanted);
        let at = stretch.on_volume.saturating_add(inside);
        let count = self
            .volume
            .read_at(at, buffer.get_mut(..rest).unwrap_or_default())?;
        if count == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!(
                    "the volume ends at byte {}; this part of the file would lie at byte {at}",
                    self.volume.size()
                ),
            ));
        }
        Ok(count)
    }
}

impl ReadAt for ClusterFile {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0_usize;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let at = offset.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
            match self.read_some(at, rest) {
                Ok(0) => break,
                Ok(count) => filled = filled.saturating_add(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // The error stands at its byte; what came before is given first.
                Err(_) if filled > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fat_family::chain::Run;
    use crate::{read_full_at, read_vec_at};

    fn heap(bytes: usize, clusters: u32) -> Heap {
        Heap {
            volume: Arc::new(
                (0..bytes)
                    .map(|at| u8::try_from(at).unwrap())
                    .collect::<Vec<u8>>(),
            ),
            start: 10,
            cluster_size: 4,
            count: clusters,
        }
    }

    fn chain(runs: &[(u32, u32)], broken: Option<&str>) -> Chain {
        Chain {
            runs: runs
                .iter()
                .map(|&(first, count)| Run { first, count })
                .collect(),
            broken: broken.map(str::to_owned),
            ..Chain::default()
        }
    }

    #[test]
    fn bytes_come_from_the_clusters_and_zeros_from_behind_the_valid_part() {
        let file = ClusterFile::new(&heap(60, 12), chain(&[(5, 1), (2, 2)], None), 11, 9);
        assert_eq!(
            read_vec_at(&file, 0, 100).unwrap(),
            [22, 23, 24, 25, 10, 11, 12, 13, 14, 0, 0]
        );
        assert_eq!(read_vec_at(&file, 7, 3).unwrap(), [13, 14, 0]);
        assert_eq!(file.read_at(11, &mut [0]).unwrap(), 0);
    }

    #[test]
    fn a_broken_chain_gives_what_is_there_and_then_the_reason() {
        let file = ClusterFile::new(&heap(60, 12), chain(&[(2, 1)], Some("it is cut")), 9, 9);
        let mut buffer = [0; 9];
        assert_eq!(file.read_at(0, &mut buffer).unwrap(), 4);
        let error = file.read_at(4, &mut buffer).unwrap_err();
        assert_eq!(error.to_string(), "it is cut");
    }

    #[test]
    fn clusters_behind_the_end_of_the_volume_are_an_error() {
        // Cluster 4 begins at byte 18 of 20.
        let file = ClusterFile::new(&heap(20, 12), chain(&[(4, 1)], None), 4, 4);
        let mut buffer = [0; 4];
        assert_eq!(file.read_at(0, &mut buffer).unwrap(), 2);
        assert!(read_full_at(&file, 0, &mut buffer).is_err());
        let file = ClusterFile::new(&heap(20, 2), chain(&[(3, 2)], None), 4, 4);
        let error = file.read_at(0, &mut buffer).unwrap_err();
        assert!(error.to_string().contains("does not exist"));
    }
}
