//! FAT dates and times inside shell items.

use std::fmt;

use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

/// A FAT date and time inside a shell item: UTC in steps of two seconds, **rounded up**.
///
/// Windows makes it from the file's FILETIME. In the shortcuts of the corpus that keep both, 90
/// lie less than two seconds behind the FILETIME, 33 equal it, and none lies before it (see
/// `docs/validation/shortcuts.md`). So the file's own time lies in the two seconds that end here.
///
/// On FAT volumes the file's time is local and was turned to UTC with the zone that the machine
/// had when it wrote the item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShellTime(Timestamp);

impl ShellTime {
    /// From the date and the time of day as they stand. `None` for zero, which means that no time
    /// was recorded, and for bits that are no date.
    #[must_use]
    pub fn from_fields(date: u16, time: u16) -> Option<Self> {
        if date == 0 {
            return None;
        }
        let day = (
            1980 + i32::from(date >> 9),
            u32::from(date >> 5 & 0x0F),
            u32::from(date & 0x1F),
        );
        let clock = (
            u32::from(time >> 11),
            u32::from(time >> 5 & 0x3F),
            u32::from(time & 0x1F) * 2,
        );
        Timestamp::from_civil(day, clock, 0).map(Self)
    }

    /// The time as written.
    #[must_use]
    pub const fn as_written(self) -> Timestamp {
        self.0
    }

    /// The first moment that Windows rounds to this time. The last one is the time as written.
    #[must_use]
    pub fn earliest(self) -> Timestamp {
        let step = 2 * TICKS_PER_SECOND - 1;
        self.0.checked_add_ticks(-step).unwrap_or(Timestamp::EPOCH)
    }

    /// Whether a FILETIME is one that Windows rounds to this time.
    #[must_use]
    pub fn may_be(self, time: Timestamp) -> bool {
        self.earliest() <= time && time <= self.0
    }
}

impl fmt::Display for ShellTime {
    /// RFC 3339 in UTC without decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.0.to_text(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_the_end_of_its_two_seconds() {
        // 2010-07-08 12:36:02 in a shell item whose shortcut has 12:36:01.253 in its header.
        let time = ShellTime::from_fields(30 << 9 | 7 << 5 | 8, 12 << 11 | 36 << 5 | 1).unwrap();
        assert_eq!(time.to_string(), "2010-07-08T12:36:02Z");
        let of =
            |second, ticks| Timestamp::from_civil((2010, 7, 8), (12, 36, second), ticks).unwrap();
        assert!(time.may_be(of(1, 2_530_000)) && time.may_be(of(2, 0)) && time.may_be(of(0, 1)));
        assert!(!time.may_be(of(2, 1)) && !time.may_be(of(0, 0)));
    }

    #[test]
    fn zero_and_impossible_dates_are_no_time() {
        assert_eq!(ShellTime::from_fields(0, 0), None);
        assert_eq!(ShellTime::from_fields(13 << 5 | 1, 0), None);
        assert_eq!(ShellTime::from_fields(1 << 5 | 1, 31 << 11), None);
    }
}
