//! What a caller chooses about opening.

use crate::UnlockKey;

/// How evidence is opened.
#[derive(Default, Clone)]
pub struct OpenOptions<'a> {
    /// Keys that encrypted volumes are tried with.
    pub keys: Vec<UnlockKey>,
    /// Also search the disks for partitions that no table knows. It reads the whole disk.
    pub search_lost_partitions: bool,
    /// Leave volume shadow copies unopened.
    pub without_shadow_copies: bool,
    /// Told how far long work is.
    pub progress: Option<&'a OpenProgress<'a>>,
}

/// Told what is being done, how many bytes of it are done, and of how many.
pub type OpenProgress<'a> = dyn Fn(&str, u64, u64) + Sync + 'a;

impl std::fmt::Debug for OpenOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenOptions")
            .field("keys", &self.keys.len())
            .field("search_lost_partitions", &self.search_lost_partitions)
            .field("without_shadow_copies", &self.without_shadow_copies)
            .finish_non_exhaustive()
    }
}
