//! Time as exact integers: 100 ns intervals since 1601-01-01, the unit and epoch of a FILETIME.
//!
//! Source: MS-DTYP 2.3.3 (FILETIME) and 2.3.13 (SYSTEMTIME).

use std::num::NonZeroU64;

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike};

/// 100 ns intervals in a second.
pub const TICKS_PER_SECOND: i64 = 10_000_000;

/// Seconds from 1601-01-01 to 1970-01-01.
const UNIX_EPOCH_SECONDS: i64 = 11_644_473_600;

/// The last moment that has a four-digit year, 9999-12-31T23:59:59.9999999.
const MAX_TICKS: i64 = 2_650_467_743_999_999_999;

/// A moment, or the digits on a wall clock: 100 ns intervals since 1601-01-01T00:00:00.
///
/// Always between the years 1601 and 9999; whatever lies outside is no time that evidence can
/// mean and is refused by the constructors.
///
/// Kept as one more than it is, so that a moment that may be missing takes no more room than one that
/// is there: cases keep millions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(NonZeroU64);

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timestamp").field(&self.ticks()).finish()
    }
}

impl Timestamp {
    /// 1601-01-01T00:00:00, the first moment.
    pub const EPOCH: Self = Self(NonZeroU64::MIN);

    /// From 100 ns intervals since 1601. `None` outside the years 1601 to 9999.
    #[must_use]
    pub const fn from_ticks(ticks: i64) -> Option<Self> {
        if ticks < 0 || ticks > MAX_TICKS {
            None
        } else {
            Some(Self(NonZeroU64::MIN.saturating_add(ticks.cast_unsigned())))
        }
    }

    /// From a FILETIME as Windows stores it. Zero means "never" and gives `None`.
    #[must_use]
    pub fn from_filetime(filetime: u64) -> Option<Self> {
        if filetime == 0 {
            return None;
        }
        Self::from_ticks(i64::try_from(filetime).ok()?)
    }

    /// From eight little-endian bytes of a FILETIME.
    #[must_use]
    pub fn from_filetime_bytes(bytes: &[u8]) -> Option<Self> {
        Self::from_filetime(u64::from_le_bytes(bytes.try_into().ok()?))
    }

    /// From seconds since 1970, with the 100 ns intervals inside the second.
    #[must_use]
    pub fn from_unix(seconds: i64, ticks: u32) -> Option<Self> {
        let ticks_whole = seconds
            .checked_add(UNIX_EPOCH_SECONDS)?
            .checked_mul(TICKS_PER_SECOND)?;
        Self::from_ticks(ticks_whole.checked_add(i64::from(ticks))?)
    }

    /// From the parts of a date and time of day; `None` when there is no such date.
    #[must_use]
    pub fn from_civil(
        (year, month, day): (i32, u32, u32),
        (hour, minute, second): (u32, u32, u32),
        ticks: u32,
    ) -> Option<Self> {
        let date = NaiveDate::from_ymd_opt(year, month, day)?;
        let nanos = ticks.checked_mul(100)?;
        Self::from_naive(date.and_hms_nano_opt(hour, minute, second, nanos)?)
    }

    /// From chrono's date and time without a zone; what is finer than 100 ns is cut off.
    #[must_use]
    pub fn from_naive(naive: NaiveDateTime) -> Option<Self> {
        let utc = naive.and_utc();
        Self::from_unix(utc.timestamp(), utc.timestamp_subsec_nanos() / 100)
    }

    /// As chrono's date and time without a zone.
    #[must_use]
    pub fn to_naive(self) -> NaiveDateTime {
        let seconds = self.ticks().div_euclid(TICKS_PER_SECOND) - UNIX_EPOCH_SECONDS;
        let nanos = u32::try_from(self.ticks().rem_euclid(TICKS_PER_SECOND) * 100).unwrap_or(0);
        // In range by construction: the years 1601 to 9999 are far inside chrono's.
        DateTime::from_timestamp(seconds, nanos)
            .unwrap_or_default()
            .naive_utc()
    }

    /// 100 ns intervals since 1601.
    #[must_use]
    pub const fn ticks(self) -> i64 {
        self.0.get().cast_signed() - 1
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.ticks().div_euclid(TICKS_PER_SECOND) - UNIX_EPOCH_SECONDS
    }

    /// Moved by so many 100 ns intervals; `None` when that leaves the years 1601 to 9999.
    #[must_use]
    pub fn checked_add_ticks(self, ticks: i64) -> Option<Self> {
        Self::from_ticks(self.ticks().checked_add(ticks)?)
    }

    /// Moved by so many seconds; `None` when that leaves the years 1601 to 9999.
    #[must_use]
    pub fn checked_add_seconds(self, seconds: i64) -> Option<Self> {
        self.checked_add_ticks(seconds.checked_mul(TICKS_PER_SECOND)?)
    }

    /// The 100 ns intervals from `earlier` to `self`; negative when `earlier` is later.
    #[must_use]
    pub const fn ticks_since(self, earlier: Self) -> i64 {
        // Both lie in 0..=MAX_TICKS, so the difference cannot overflow.
        self.ticks() - earlier.ticks()
    }

    /// The day, as `(year, month, day)`.
    #[must_use]
    pub fn date(self) -> (i32, u32, u32) {
        let naive = self.to_naive();
        (naive.year(), naive.month(), naive.day())
    }

    /// The date and time of day with so many decimals (0 to 7) and nothing behind them:
    /// `2022-06-21T09:27:45.1234567`. Decimals are cut, not rounded.
    #[must_use]
    pub fn to_text(self, decimals: u8) -> String {
        let naive = self.to_naive();
        let mut text = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            naive.year(),
            naive.month(),
            naive.day(),
            naive.hour(),
            naive.minute(),
            naive.second()
        );
        if decimals > 0 {
            let fraction = format!("{:07}", self.ticks().rem_euclid(TICKS_PER_SECOND));
            text.push('.');
            text.extend(fraction.chars().take(usize::from(decimals)));
        }
        text
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with all seven decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.to_text(7))
    }
}

/// Against what a recorded time was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeBasis {
    /// UTC, by the machine's clock.
    Utc,
    /// Local time with its offset from UTC in seconds, east positive.
    Offset(i32),
    /// Local time without a word about its zone.
    Local,
}

/// A time as its source wrote it: the digits, what they count against, and how fine they are.
/// It is never changed afterwards; corrected times are computed beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordedTime {
    /// The digits as written. For [`TimeBasis::Utc`] this is the moment by the machine's clock;
    /// otherwise it is what the wall clock showed.
    pub wall: Timestamp,
    /// What the digits count against.
    pub basis: TimeBasis,
    /// How many decimals of a second the source stores, 0 to 7.
    pub decimals: u8,
}

impl RecordedTime {
    /// A time stored as UTC with 100 ns resolution, as in a FILETIME.
    #[must_use]
    pub const fn utc(at: Timestamp) -> Self {
        Self {
            wall: at,
            basis: TimeBasis::Utc,
            decimals: 7,
        }
    }

    /// Local time without a zone, with so many decimals.
    #[must_use]
    pub const fn local(wall: Timestamp, decimals: u8) -> Self {
        Self {
            wall,
            basis: TimeBasis::Local,
            decimals,
        }
    }

    /// Local time with a known offset from UTC in seconds, with so many decimals.
    #[must_use]
    pub const fn with_offset(wall: Timestamp, seconds: i32, decimals: u8) -> Self {
        Self {
            wall,
            basis: TimeBasis::Offset(seconds),
            decimals,
        }
    }

    /// The moment in UTC by the recording clock; `None` for local time without a zone.
    #[must_use]
    pub fn to_utc(self) -> Option<Timestamp> {
        match self.basis {
            TimeBasis::Utc => Some(self.wall),
            TimeBasis::Offset(seconds) => self.wall.checked_add_seconds(-i64::from(seconds)),
            TimeBasis::Local => None,
        }
    }
}

impl fmt::Display for RecordedTime {
    /// RFC 3339 as written: `Z`, the offset, or nothing behind the seconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.wall.to_text(self.decimals))?;
        match self.basis {
            TimeBasis::Utc => write!(f, "Z"),
            TimeBasis::Offset(seconds) => {
                let sign = if seconds < 0 { '-' } else { '+' };
                let minutes = seconds.unsigned_abs() / 60;
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
            TimeBasis::Local => Ok(()),
        }
    }
}

/// A span of time in 100 ns intervals as chrono's, for formatting.
#[must_use]
pub fn to_delta(ticks: i64) -> TimeDelta {
    TimeDelta::microseconds(ticks / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_filetime_gives_known_date() {
        // Unix time 0, the difference between the two epochs that Microsoft documents
        // (RtlSecondsSince1970ToTime).
        let at = Timestamp::from_filetime(116_444_736_000_000_000).unwrap();
        assert_eq!(at.to_string(), "1970-01-01T00:00:00.0000000Z");
        assert_eq!(at.unix_seconds(), 0);
    }

    #[test]
    fn zero_and_absurd_filetimes_are_no_time() {
        assert_eq!(Timestamp::from_filetime(0), None);
        assert_eq!(Timestamp::from_filetime(u64::MAX), None);
        assert!(Timestamp::from_ticks(MAX_TICKS).is_some());
        assert!(Timestamp::from_ticks(MAX_TICKS + 1).is_none());
    }

    #[test]
    fn last_tick_of_the_year_9999_is_the_limit() {
        let last = Timestamp::from_civil((9999, 12, 31), (23, 59, 59), 9_999_999).unwrap();
        assert_eq!(last.ticks(), MAX_TICKS);
    }

    #[test]
    fn recorded_times_show_their_basis() {
        let wall = Timestamp::from_civil((2022, 6, 21), (9, 27, 45), 1_234_567).unwrap();
        assert_eq!(
            RecordedTime::utc(wall).to_string(),
            "2022-06-21T09:27:45.1234567Z"
        );
        assert_eq!(
            RecordedTime::local(wall, 3).to_string(),
            "2022-06-21T09:27:45.123"
        );
        assert_eq!(
            RecordedTime::with_offset(wall, 9 * 3600, 0).to_string(),
            "2022-06-21T09:27:45+09:00"
        );
        assert_eq!(
            RecordedTime::with_offset(wall, 9 * 3600, 0)
                .to_utc()
                .unwrap()
                .to_text(0),
            "2022-06-21T00:27:45"
        );
    }
}
