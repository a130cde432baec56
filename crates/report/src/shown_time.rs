//! Times as people read them: in one zone, exact to the second unless asked for more.

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use kusari::clock::CorrectedTime;
use kusari_evidence::time::{RecordedTime, TICKS_PER_SECOND, Timestamp};

/// A moment in a zone.
fn in_zone(at: Timestamp, zone: Tz) -> DateTime<Tz> {
    zone.from_utc_datetime(&at.to_naive())
}

/// `2022-06-21 17:58:03`, in the zone.
pub(crate) fn date_and_time(at: Timestamp, zone: Tz) -> String {
    in_zone(at, zone).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// `17:58:03`, in the zone; with the day in front where it is not `day`.
pub(crate) fn time_on(at: Timestamp, zone: Tz, day: (i32, u32, u32)) -> String {
    let shown = in_zone(at, zone);
    let date = Timestamp::from_naive(shown.naive_local()).map(Timestamp::date);
    if date == Some(day) {
        shown.format("%H:%M:%S").to_string()
    } else {
        shown.format("%m-%d %H:%M:%S").to_string()
    }
}

/// `17:58:03` of a local time.
pub(crate) fn wall_time(local: Timestamp) -> String {
    local.to_naive().format("%H:%M:%S").to_string()
}

/// `2022-06-21`.
pub(crate) fn day((year, month, day): (i32, u32, u32)) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

/// A recorded time to the second, with its own basis: `2022-06-21T08:39:03Z`. Decimals are cut;
/// data and `explain` have them all.
pub(crate) fn to_the_second(time: RecordedTime) -> String {
    RecordedTime {
        decimals: 0,
        ..time
    }
    .to_string()
}

/// How far a zone stands off UTC at a moment: `+09:00`.
pub(crate) fn offset(at: Timestamp, zone: Tz) -> String {
    in_zone(at, zone).offset().fix().to_string()
}

/// How far a corrected time may be off: `±44s`, `-0s +12s`, `±38m`; `None` where one side or both
/// are not bounded. Rounded up, so that the true time is never outside.
pub(crate) fn bounds(time: &CorrectedTime) -> Option<String> {
    let before = time.estimate.ticks_since(time.earliest?);
    let after = time.latest?.ticks_since(time.estimate);
    let (before, after) = (seconds_up(before), seconds_up(after));
    Some(if before.abs_diff(after) <= 1 {
        format!("±{}", span(before.max(after)))
    } else {
        format!("-{} +{}", span(before), span(after))
    })
}

/// Whole seconds, rounded up.
fn seconds_up(ticks: i64) -> i64 {
    ticks.max(0).saturating_add(TICKS_PER_SECOND - 1) / TICKS_PER_SECOND
}

/// `44s`, `19m`, `19m30s`, `2h05m`, `3d`; seconds stand only below an hour, and what is cut off
/// above is rounded up.
pub(crate) fn span(seconds: i64) -> String {
    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;
    match seconds {
        ..60 => format!("{seconds}s"),
        60..HOUR if seconds % 60 == 0 => format!("{}m", seconds / 60),
        60..HOUR => format!("{}m{:02}s", seconds / 60, seconds % 60),
        HOUR..DAY => {
            let minutes = seconds.saturating_add(59) / 60;
            format!("{}h{:02}m", minutes / 60, minutes % 60)
        }
        _ => format!("{}d", seconds.saturating_add(DAY - 1) / DAY),
    }
}

/// A signed span in 100 ns as hours, minutes and seconds, rounded to the second away from what it bounds:
/// `4m01s`, `-1h00m05s`.
pub(crate) fn exact_span(ticks: i64, up: bool) -> String {
    let seconds = if up {
        ticks
            .div_euclid(TICKS_PER_SECOND)
            .saturating_add(i64::from(ticks.rem_euclid(TICKS_PER_SECOND) > 0))
    } else {
        ticks.div_euclid(TICKS_PER_SECOND)
    };
    let sign = if seconds < 0 { "-" } else { "" };
    let size = seconds.unsigned_abs();
    let (hours, minutes, seconds) = (size / 3600, size / 60 % 60, size % 60);
    match (hours, minutes) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, _) => format!("{sign}{minutes}m{seconds:02}s"),
        _ => format!("{sign}{hours}h{minutes:02}m{seconds:02}s"),
    }
}

/// A signed span in 100 ns: `+19m`, `-4m`, `0s`.
pub(crate) fn signed_span(ticks: i64) -> String {
    let size = ticks.unsigned_abs() / TICKS_PER_SECOND.unsigned_abs();
    let text = span(i64::try_from(size).unwrap_or(i64::MAX));
    match ticks {
        0 => text,
        1.. => format!("+{text}"),
        _ => format!("-{text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u32, minute: u32, second: u32) -> Timestamp {
        Timestamp::from_civil((2022, 6, 21), (hour, minute, second), 0).unwrap()
    }

    #[test]
    fn shown_in_the_zone() {
        let zone: Tz = "Asia/Tokyo".parse().unwrap();
        assert_eq!(date_and_time(at(16, 0, 1), zone), "2022-06-22 01:00:01");
        assert_eq!(time_on(at(9, 0, 1), zone, (2022, 6, 21)), "18:00:01");
        assert_eq!(time_on(at(16, 0, 1), zone, (2022, 6, 21)), "06-22 01:00:01");
        assert_eq!(offset(at(0, 0, 0), zone), "+09:00");
        assert_eq!(
            to_the_second(RecordedTime::with_offset(at(9, 0, 1), 9 * 3600, 7)),
            "2022-06-21T09:00:01+09:00"
        );
        assert_eq!(day((2022, 6, 21)), "2022-06-21");
        assert_eq!(wall_time(at(9, 5, 7)), "09:05:07");
    }

    #[test]
    fn bounds_never_shut_the_true_time_out() {
        let time = |low: i64, high: i64| CorrectedTime {
            estimate: at(9, 0, 0),
            earliest: at(9, 0, 0).checked_add_ticks(-low),
            latest: at(9, 0, 0).checked_add_ticks(high),
        };
        let second = TICKS_PER_SECOND;
        assert_eq!(
            bounds(&time(30 * second, 30 * second)).as_deref(),
            Some("±30s")
        );
        assert_eq!(
            bounds(&time(30 * second + 1, 30 * second + 1)).as_deref(),
            Some("±31s")
        );
        assert_eq!(bounds(&time(0, 90 * second)).as_deref(), Some("-0s +1m30s"));
        let open = CorrectedTime {
            latest: None,
            ..time(0, 0)
        };
        assert_eq!(bounds(&open), None);
    }

    #[test]
    fn spans() {
        let cases = [
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (1140, "19m"),
            (61, "1m01s"),
            (3601, "1h01m"),
        ];
        for (seconds, text) in cases {
            assert_eq!(span(seconds), text);
        }
        assert_eq!(span(86_401), "2d");
        assert_eq!(exact_span(-TICKS_PER_SECOND - 1, false), "-2s");
        assert_eq!(exact_span(-TICKS_PER_SECOND - 1, true), "-1s");
        assert_eq!(exact_span(241 * TICKS_PER_SECOND, true), "4m01s");
        assert_eq!(exact_span(-3605 * TICKS_PER_SECOND, false), "-1h00m05s");
        assert_eq!(signed_span(-4 * 60 * TICKS_PER_SECOND), "-4m");
        assert_eq!(signed_span(19 * 60 * TICKS_PER_SECOND), "+19m");
    }
}
