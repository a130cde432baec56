//! Where the clusters of a volume lie.

use std::sync::Arc;

use crate::ReadAt;

/// The number of the first cluster; 0 and 1 are no clusters.
pub(crate) const FIRST_CLUSTER: u32 = 2;

/// The clusters of a volume.
#[derive(Clone)]
pub(crate) struct Heap {
    /// The volume.
    pub(crate) volume: Arc<dyn ReadAt>,
    /// Where cluster 2 begins, in bytes.
    pub(crate) start: u64,
    /// Bytes in a cluster; never 0.
    pub(crate) cluster_size: u64,
    /// How many clusters there are.
    pub(crate) count: u32,
}

impl Heap {
    /// Whether there is a cluster of that number.
    pub(crate) fn contains(&self, cluster: u32) -> bool {
        cluster
            .checked_sub(FIRST_CLUSTER)
            .is_some_and(|index| index < self.count)
    }

    /// Where that cluster begins on the volume, in bytes.
    pub(crate) fn offset_of(&self, cluster: u32) -> Option<u64> {
        if !self.contains(cluster) {
            return None;
        }
        let index = u64::from(cluster.checked_sub(FIRST_CLUSTER)?);
        self.start
            .checked_add(index.checked_mul(self.cluster_size)?)
    }

    /// How many bytes the clusters have, of those that are there.
    pub(crate) fn size_there(&self) -> u64 {
        let said = u64::from(self.count).saturating_mul(self.cluster_size);
        said.min(self.volume.size().saturating_sub(self.start))
    }

    /// How many clusters so many bytes take.
    pub(crate) fn clusters_for(&self, bytes: u64) -> u64 {
        bytes.div_ceil(self.cluster_size.max(1))
    }
}
