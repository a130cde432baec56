//! Where to go on behind a byte that cannot be read.

/// The unit in which readable bytes are looked for: the smallest allocation that Windows makes by
/// default, and a whole number of sectors.
const UNIT: u64 = 4096;

/// After so many units without a readable byte the steps grow, up to [`LARGEST_STEP`], so that a
/// long unreadable stretch (a missing part of a split image) takes few of them.
const STEPS_OF_ONE_UNIT: u64 = 64;

/// What a long unreadable stretch can cost of what is readable behind it.
const LARGEST_STEP: u64 = 1 << 20;

/// Says where a reader goes on behind a byte that it could not read.
#[derive(Debug, Clone, Default)]
pub struct PastUnreadable {
    failures: u64,
}

impl PastUnreadable {
    /// The byte at `at` could not be read: the next place to try, always behind it.
    pub fn next(&mut self, at: u64) -> u64 {
        self.failures = self.failures.saturating_add(1);
        let units = (self.failures / STEPS_OF_ONE_UNIT).saturating_add(1);
        let step = units.saturating_mul(UNIT).min(LARGEST_STEP);
        (at / UNIT).saturating_mul(UNIT).saturating_add(step)
    }

    /// Something was read: the next unreadable stretch begins anew.
    pub fn has_read(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_place_is_behind_and_the_steps_grow() {
        let mut past = PastUnreadable::default();
        assert_eq!(past.next(0), 4096);
        assert_eq!(past.next(5000), 8192);
        let (mut at, mut steps) = (8192, 0);
        while at < 1 << 30 {
            let next = past.next(at);
            assert!(next > at && next - at <= LARGEST_STEP);
            at = next;
            steps += 1;
        }
        assert!(steps < 20_000, "{steps}");
        past.has_read();
        assert_eq!(past.next(0), 4096);
    }
}
