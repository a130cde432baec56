//! `--from` and `--to`: days and moments.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use kusari_evidence::time::Timestamp;

/// What can be given, for messages.
const EXPECTED: &str = "expected a day (2022-06-21), a time in the zone in which times are shown \
                        (2022-06-21T09:00 or 2022-06-21T09:00:00) or one with its offset \
                        (2022-06-21T09:00:00+09:00)";

/// The first moment that counts.
///
/// # Errors
/// A message for people when the text is no day and no moment.
pub(crate) fn from(text: &str, zone: Tz) -> Result<Timestamp, String> {
    begin(text, zone).map(|(first, _)| first)
}

/// The first moment that no longer counts: a day counts in whole, and so does the second.
///
/// # Errors
/// A message for people when the text is no day and no moment.
pub(crate) fn to(text: &str, zone: Tz) -> Result<Timestamp, String> {
    begin(text, zone).map(|(_, end)| end)
}

/// The moment that the text means, and the end of what it means.
fn begin(text: &str, zone: Tz) -> Result<(Timestamp, Timestamp), String> {
    let refused = || format!("`{text}` is no moment; {EXPECTED}");
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        let first = Timestamp::from_unix(at.timestamp(), at.timestamp_subsec_nanos() / 100);
        return first
            .and_then(|first| Some((first, first.checked_add_seconds(1)?)))
            .ok_or_else(refused);
    }
    if let Ok(day) = text.parse::<NaiveDate>() {
        let midnight = |day: NaiveDate| earliest(day.and_hms_opt(0, 0, 0)?, zone);
        let next = day.checked_add_days(Days::new(1));
        return midnight(day)
            .zip(next.and_then(midnight))
            .ok_or_else(refused);
    }
    let local = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
        .iter()
        .find_map(|format| Some((NaiveDateTime::parse_from_str(text, format).ok()?, 1)))
        .or_else(|| {
            ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
                .iter()
                .find_map(|format| Some((NaiveDateTime::parse_from_str(text, format).ok()?, 60)))
        });
    local
        .and_then(|(local, seconds)| {
            let first = earliest(local, zone)?;
            Some((first, first.checked_add_seconds(seconds)?))
        })
        .ok_or_else(refused)
}

/// The first moment at which clocks of the zone show this time; where they skip it, the first
/// moment behind the gap.
fn earliest(local: NaiveDateTime, zone: Tz) -> Option<Timestamp> {
    // No zone of the database ever skipped more than a day.
    let at = (0..=24 * 60).find_map(|minutes| {
        let shown = local.checked_add_signed(TimeDelta::minutes(minutes))?;
        zone.from_local_datetime(&shown).earliest()
    })?;
    Timestamp::from_unix(at.timestamp(), at.timestamp_subsec_nanos() / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(text: &str, zone: &str) -> (String, String) {
        let zone: Tz = zone.parse().unwrap();
        (
            from(text, zone).unwrap().to_text(0),
            to(text, zone).unwrap().to_text(0),
        )
    }

    fn pair(first: &str, end: &str) -> (String, String) {
        (first.to_owned(), end.to_owned())
    }

    #[test]
    fn days_and_moments_in_the_zone() {
        assert_eq!(
            both("2022-06-21", "Asia/Tokyo"),
            pair("2022-06-20T15:00:00", "2022-06-21T15:00:00")
        );
        assert_eq!(
            both("2022-06-21T09:00", "Asia/Tokyo"),
            pair("2022-06-21T00:00:00", "2022-06-21T00:01:00")
        );
        assert_eq!(
            both("2022-06-21 09:00:30", "UTC"),
            pair("2022-06-21T09:00:30", "2022-06-21T09:00:31")
        );
        assert_eq!(
            both("2022-06-21T09:00:00+09:00", "America/New_York"),
            pair("2022-06-21T00:00:00", "2022-06-21T00:00:01")
        );
    }

    #[test]
    fn a_day_that_begins_behind_a_gap_begins_there() {
        // Clocks in São Paulo went from 2018-11-04T00:00 to 01:00.
        assert_eq!(
            both("2018-11-04", "America/Sao_Paulo"),
            pair("2018-11-04T03:00:00", "2018-11-05T02:00:00")
        );
    }

    #[test]
    fn other_texts_are_refused_with_what_was_expected() {
        for text in [
            "",
            "yesterday",
            "2022-13-01",
            "21/06/2022",
            "2022-06-21T25:00",
        ] {
            let message = from(text, Tz::UTC).unwrap_err();
            assert!(message.contains("expected a day"), "{message}");
        }
    }
}
