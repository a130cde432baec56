//! DOS dates and times, as FAT and exFAT store them: local time of the machine that wrote them.
//!
//! Sources: Microsoft, fatgen103 ("Date and Time Formats") and the exFAT specification (7.4.8,
//! 7.4.9).

use crate::time::Timestamp;

/// The most units of 10 ms in the two seconds that the time of day counts in.
const MOST_HUNDREDTHS: u8 = 199;

/// 100 ns intervals in 10 ms.
const TICKS_OF_A_HUNDREDTH: u32 = 100_000;

/// A field that holds bits which are no date or time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoTime;

/// The date in such a field, as `(year, month, day)`; `None` for 0, which means that none was
/// recorded.
pub(crate) fn date(date: u16) -> Result<Option<(i32, u32, u32)>, NoTime> {
    if date == 0 {
        return Ok(None);
    }
    let parts = (
        1980 + i32::from(date >> 9),
        u32::from(date >> 5 & 0x0F),
        u32::from(date & 0x1F),
    );
    Timestamp::from_civil(parts, (0, 0, 0), 0).ok_or(NoTime)?;
    Ok(Some(parts))
}

/// The date and time of day with the units of 10 ms behind it; `None` when none was recorded.
pub(crate) fn wall(
    date_field: u16,
    time_field: u16,
    hundredths: u8,
) -> Result<Option<Timestamp>, NoTime> {
    let Some(day) = date(date_field)? else {
        // A time of day without a date names no moment.
        return Ok(None);
    };
    if hundredths > MOST_HUNDREDTHS {
        return Err(NoTime);
    }
    let time = (
        u32::from(time_field >> 11),
        u32::from(time_field >> 5 & 0x3F),
        u32::from(time_field & 0x1F) * 2 + u32::from(hundredths / 100),
    );
    let ticks = u32::from(hundredths % 100) * TICKS_OF_A_HUNDREDTH;
    // `from_civil` knows no second 60 (a leap second has no place in a DOS time).
    Timestamp::from_civil(day, time, ticks)
        .map(Some)
        .ok_or(NoTime)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: (i32, u32, u32), time: (u32, u32, u32), ticks: u32) -> Option<Timestamp> {
        Timestamp::from_civil(day, time, ticks)
    }

    #[test]
    fn the_fields_are_packed_as_the_specification_says() {
        let date_field = (42 << 9) | (6 << 5) | 21;
        let time_field = (17 << 11) | (41 << 5) | 15;
        assert_eq!(date(date_field), Ok(Some((2022, 6, 21))));
        assert_eq!(
            wall(date_field, time_field, 157),
            Ok(at((2022, 6, 21), (17, 41, 31), 5_700_000))
        );
        let last = (127 << 9) | (12 << 5) | 31;
        assert_eq!(
            wall(last, (23 << 11) | (59 << 5) | 29, 199),
            Ok(at((2107, 12, 31), (23, 59, 59), 9_900_000))
        );
    }

    #[test]
    fn no_date_and_impossible_dates_are_told_apart() {
        assert_eq!(wall(0, 0, 0), Ok(None));
        assert_eq!(wall(0, 0x6000, 0), Ok(None));
        let good = (42 << 9) | (6 << 5) | 21;
        for (date_field, time_field, hundredths) in [
            ((42 << 9) | 21, 0, 0),
            ((42 << 9) | (13 << 5) | 1, 0, 0),
            ((42 << 9) | (2 << 5) | 30, 0, 0),
            (good, 24 << 11, 0),
            (good, 60 << 5, 0),
            (good, 30, 0),
            (good, 0, 200),
        ] {
            assert_eq!(wall(date_field, time_field, hundredths), Err(NoTime));
        }
    }
}
