//! A bound on the work that one database can cause.

use std::sync::atomic::{AtomicU64, Ordering};

/// Work that is left, for many threads.
#[derive(Debug)]
pub(super) struct Budget(AtomicU64);

impl Budget {
    pub(super) const fn new(most: u64) -> Self {
        Self(AtomicU64::new(most))
    }

    /// Takes `amount` off; `false` when so much is not left.
    pub(super) fn spend(&self, amount: u64) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(amount)
            })
            .is_ok()
    }
}
