//! What is left of a deleted file's content.
//!
//! Deleting sets the file's entries in the file allocation table to 0, so only its first cluster
//! and its size are left. That it lay in one piece is inferred, and given only where nothing speaks
//! against it: all its clusters are free.
//!
//! In FAT32 Windows sets the upper half of the first cluster to 0, too. Where another cluster with
//! the same lower half could have been the first one as well, nothing is given.
//!
//! Source: CnW Recovery, "FAT32 deleted file recovery" (the upper half); confirmed by no document
//! of Microsoft's, so the rule only ever withholds.

use std::io;

use super::layout::FatLayout;
use crate::fat_family::chain::Chain;
use crate::fat_family::open_error::refused;
use crate::fat_family::table::Link;

/// The most table entries that are looked at for one file.
const MOST_LOOKED_AT: u64 = 64 << 20;

impl FatLayout {
    /// The clusters of a deleted file.
    pub(super) fn deleted_content(&self, first: u32, clusters: u64) -> io::Result<Chain> {
        let mut looked_at = 0_u64;
        if let Some(used) = self.used_cluster(first, clusters, &mut looked_at)? {
            return Err(refused(format!(
                "it is deleted, and cluster {used}, where it would have lain, is in use or does \
                 not exist: its content is overwritten, or it lay in several pieces"
            )));
        }
        for other in self.with_other_upper_halves(first) {
            if looked_at > MOST_LOOKED_AT
                || self
                    .used_cluster(other, clusters, &mut looked_at)?
                    .is_none()
            {
                return Err(refused(format!(
                    "it is deleted, and the upper half of its first cluster is 0, as Windows \
                     leaves it: it may have begun at cluster {first} or at another, such as {other}"
                )));
            }
        }
        Chain::contiguous(first, clusters).ok_or_else(|| refused("it is longer than any volume"))
    }

    /// The first of these clusters that is not free.
    fn used_cluster(
        &self,
        first: u32,
        clusters: u64,
        looked_at: &mut u64,
    ) -> io::Result<Option<u32>> {
        let mut table = self.table.reader(0);
        let mut cluster = first;
        for _ in 0..clusters {
            *looked_at = looked_at.saturating_add(1);
            if !self.heap.contains(cluster) || table.link(cluster)? != Link::Free {
                return Ok(Some(cluster));
            }
            cluster = cluster.saturating_add(1);
        }
        Ok(None)
    }
}
