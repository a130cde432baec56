//! The day of a year on which the clocks change.

use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

/// 100 ns intervals in a millisecond.
const TICKS_PER_MILLISECOND: u32 = 10_000;

/// When standard or daylight time begins, by the wall clock as it stands just before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Transition {
    /// 0: every year, on a weekday of the month. Otherwise only in this year, on a day of the
    /// month.
    pub year: u16,
    /// 1 to 12.
    pub month: u16,
    /// In every year: which of the month's weekdays, 1 to 4, or 5 for the last one. In one year:
    /// the day of the month.
    pub day: u16,
    /// 0 is Sunday.
    pub weekday: u16,
    /// 0 to 23.
    pub hour: u16,
    /// 0 to 59.
    pub minute: u16,
    /// 0 to 59.
    pub second: u16,
    /// 0 to 999.
    pub millisecond: u16,
}

impl Transition {
    /// Reads 16 bytes as `Control\TimeZoneInformation` stores them: the kernel's `TIME_FIELDS`
    /// (year, month, day, hour, minute, second, millisecond, weekday).
    ///
    /// `None` when there is no transition (month 0) or the fields make no sense.
    #[must_use]
    pub fn from_time_fields(bytes: &[u8]) -> Option<Self> {
        let [year, month, day, hour, minute, second, millisecond, weekday] = fields(bytes)?;
        Self {
            year,
            month,
            day,
            weekday,
            hour,
            minute,
            second,
            millisecond,
        }
        .checked()
    }

    /// Reads 16 bytes as the `TZI` values of `Time Zones` store them: a `SYSTEMTIME` (year,
    /// month, weekday, day, hour, minute, second, millisecond).
    ///
    /// `None` when there is no transition (month 0) or the fields make no sense.
    #[must_use]
    pub fn from_system_time(bytes: &[u8]) -> Option<Self> {
        let [year, month, weekday, day, hour, minute, second, millisecond] = fields(bytes)?;
        Self {
            year,
            month,
            day,
            weekday,
            hour,
            minute,
            second,
            millisecond,
        }
        .checked()
    }

    fn checked(self) -> Option<Self> {
        let is_day = if self.year == 0 {
            (1..=5).contains(&self.day) && self.weekday <= 6
        } else {
            (1..=31).contains(&self.day)
        };
        let is_time = self.hour <= 23
            && self.minute <= 59
            && self.second <= 59
            && self.millisecond <= 999
            && (1..=12).contains(&self.month);
        (is_day && is_time).then_some(self)
    }

    /// What the wall clock shows just before it is changed in `year`; `None` when it is not
    /// changed in that year.
    #[must_use]
    pub fn in_year(self, year: i32) -> Option<Timestamp> {
        let month = u32::from(self.month);
        let day = if self.year == 0 {
            self.day_of_month(year, month)?
        } else if i32::from(self.year) == year {
            u32::from(self.day)
        } else {
            return None;
        };
        let time = (
            u32::from(self.hour),
            u32::from(self.minute),
            u32::from(self.second),
        );
        let ticks = u32::from(self.millisecond) * TICKS_PER_MILLISECOND;
        Timestamp::from_civil((year, month, day), time, ticks)
    }

    fn day_of_month(self, year: i32, month: u32) -> Option<u32> {
        let first = Timestamp::from_civil((year, month, 1), (0, 0, 0), 0)?;
        // 1601-01-01 was a Monday.
        let days = first.ticks().div_euclid(TICKS_PER_SECOND * 86_400);
        let weekday_of_first = u32::try_from((days + 1).rem_euclid(7)).ok()?;
        let to_weekday = (u32::from(self.weekday) + 7 - weekday_of_first) % 7;
        let mut day = 1 + to_weekday + 7 * (u32::from(self.day) - 1);
        // Five means the last one: step back while the month has no such day.
        while Timestamp::from_civil((year, month, day), (0, 0, 0), 0).is_none() {
            day = day.checked_sub(7).filter(|&day| day > 0)?;
        }
        Some(day)
    }
}

fn fields(bytes: &[u8]) -> Option<[u16; 8]> {
    let bytes: &[u8; 16] = bytes.try_into().ok()?;
    let mut fields = [0; 8];
    for (field, pair) in fields.iter_mut().zip(bytes.chunks_exact(2)) {
        *field = u16::from_le_bytes(pair.try_into().ok()?);
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_year(month: u16, day: u16, weekday: u16, hour: u16) -> Transition {
        Transition {
            year: 0,
            month,
            day,
            weekday,
            hour,
            minute: 0,
            second: 0,
            millisecond: 0,
        }
    }

    #[test]
    fn both_layouts_mean_the_same() {
        // The second Sunday of March at 2: as in the corpus' TimeZoneInformation, and as a
        // SYSTEMTIME.
        let kernel = [0, 0, 3, 0, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let user = [0, 0, 3, 0, 0, 0, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(
            Transition::from_time_fields(&kernel),
            Some(every_year(3, 2, 0, 2))
        );
        assert_eq!(
            Transition::from_system_time(&user),
            Some(every_year(3, 2, 0, 2))
        );
    }

    #[test]
    fn weekdays_fall_where_the_calendar_says() {
        let text = |transition: Transition, year| transition.in_year(year).unwrap().to_text(0);
        assert_eq!(text(every_year(3, 2, 0, 2), 2020), "2020-03-08T02:00:00");
        assert_eq!(text(every_year(11, 1, 0, 2), 2020), "2020-11-01T02:00:00");
        assert_eq!(text(every_year(10, 5, 0, 3), 2021), "2021-10-31T03:00:00");
        assert_eq!(text(every_year(10, 5, 0, 3), 2022), "2022-10-30T03:00:00");
        assert_eq!(text(every_year(2, 5, 6, 0), 2015), "2015-02-28T00:00:00");
        assert_eq!(text(every_year(1, 1, 1, 0), 2024), "2024-01-01T00:00:00");
    }

    #[test]
    fn a_transition_of_one_year_is_of_that_year_only() {
        let once = Transition {
            year: 2011,
            month: 3,
            day: 27,
            weekday: 0,
            hour: 2,
            minute: 0,
            second: 0,
            millisecond: 0,
        };
        assert_eq!(
            once.in_year(2011).unwrap().to_text(0),
            "2011-03-27T02:00:00"
        );
        assert_eq!(once.in_year(2012), None);
    }

    #[test]
    fn nonsense_is_no_transition() {
        assert_eq!(Transition::from_system_time(&[0; 16]), None);
        assert_eq!(Transition::from_system_time(&[0xFF; 16]), None);
        assert_eq!(Transition::from_time_fields(&[0; 15]), None);
        // A sixth Sunday.
        let kernel = [0, 0, 3, 0, 6, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(Transition::from_time_fields(&kernel), None);
    }
}
