//! From UTC to what the wall clock showed, and back.

use kusari_evidence::time::Timestamp;

use super::{TimeZoneRules, YearRules};

/// The moments at which a wall clock showed a local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalTime {
    /// Never: the clocks were put forward over it. A record with such a time was written by a
    /// clock that followed other rules.
    Gap,
    /// Once.
    Once(Timestamp),
    /// Twice: the clocks were put back over it. The earlier moment comes first.
    Twice(Timestamp, Timestamp),
}

impl LocalTime {
    /// The moments in their order: none, one or two.
    pub fn candidates(self) -> impl Iterator<Item = Timestamp> {
        let (first, second) = match self {
            Self::Gap => (None, None),
            Self::Once(at) => (Some(at), None),
            Self::Twice(first, second) => (Some(first), Some(second)),
        };
        first.into_iter().chain(second)
    }

    /// The moment, when there is exactly one.
    #[must_use]
    pub const fn once(self) -> Option<Timestamp> {
        match self {
            Self::Once(at) => Some(at),
            _ => None,
        }
    }
}

impl TimeZoneRules {
    /// The offset of local time from UTC in seconds (east positive) at a moment.
    #[must_use]
    pub fn offset_at(&self, utc: Timestamp) -> i32 {
        -60 * self.bias_at(utc)
    }

    /// What the wall clock showed at a moment. `None` only at the edges of the calendar.
    #[must_use]
    pub fn to_local(&self, utc: Timestamp) -> Option<Timestamp> {
        add_minutes(utc, -self.bias_at(utc))
    }

    /// The moments at which the wall clock showed `local`. By construction every one of them is
    /// turned back into `local` by [`to_local`](Self::to_local), and no other moment is.
    #[must_use]
    pub fn to_utc(&self, local: Timestamp) -> LocalTime {
        let (year, ..) = local.date();
        let mut found: Vec<Timestamp> = [year - 1, year, year + 1]
            .iter()
            .flat_map(|&year| {
                let rules = self.of_year(year);
                [rules.standard(), rules.daylight()]
            })
            .filter_map(|bias| {
                let utc = add_minutes(local, bias)?;
                (self.bias_at(utc) == bias).then_some(utc)
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            [] => LocalTime::Gap,
            [at] => LocalTime::Once(*at),
            [first, .., last] => LocalTime::Twice(*first, *last),
        }
    }

    fn bias_at(&self, utc: Timestamp) -> i32 {
        let year = self.local_year(utc);
        let rules = self.of_year(year);
        if !self.daylight_disabled && is_daylight(rules, utc, year) {
            rules.daylight()
        } else {
            rules.standard()
        }
    }

    /// The year by the wall clock in standard time, which decides whose rules count.
    fn local_year(&self, utc: Timestamp) -> i32 {
        let (utc_year, ..) = utc.date();
        let standard = self.of_year(utc_year).standard();
        add_minutes(utc, -standard).map_or(utc_year, |local| local.date().0)
    }
}

/// Whether a moment in the local year `year` lies in daylight time.
fn is_daylight(rules: &YearRules, utc: Timestamp, year: i32) -> bool {
    let (Some(daylight), Some(standard)) = (rules.daylight_start, rules.standard_start) else {
        return false;
    };
    let begins = daylight
        .in_year(year)
        .and_then(|local| add_minutes(local, rules.standard()));
    let ends = standard
        .in_year(year)
        .and_then(|local| add_minutes(local, rules.daylight()));
    match (begins, ends) {
        (Some(begins), Some(ends)) if begins <= ends => begins <= utc && utc < ends,
        // South of the equator daylight time holds over the turn of the year.
        (Some(begins), Some(ends)) => utc < ends || begins <= utc,
        _ => false,
    }
}

fn add_minutes(at: Timestamp, minutes: i32) -> Option<Timestamp> {
    at.checked_add_seconds(i64::from(minutes).checked_mul(60)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Transition;
    use super::*;

    fn transition(month: u16, day: u16, weekday: u16, hour: u16) -> Option<Transition> {
        Some(Transition {
            year: 0,
            month,
            day,
            weekday,
            hour,
            minute: 0,
            second: 0,
            millisecond: 0,
        })
    }

    fn pacific() -> TimeZoneRules {
        let mut zone = TimeZoneRules::fixed(480);
        zone.rules.daylight_bias = -60;
        zone.rules.daylight_start = transition(3, 2, 0, 2);
        zone.rules.standard_start = transition(11, 1, 0, 2);
        zone
    }

    fn sydney() -> TimeZoneRules {
        let mut zone = TimeZoneRules::fixed(-600);
        zone.rules.daylight_bias = -60;
        zone.rules.daylight_start = transition(10, 1, 0, 2);
        zone.rules.standard_start = transition(4, 1, 0, 3);
        zone
    }

    fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> Timestamp {
        Timestamp::from_civil((year, month, day), (hour, minute, 0), 0).unwrap()
    }

    #[test]
    fn a_zone_without_daylight_time_is_a_shift() {
        let tokyo = TimeZoneRules::fixed(-540);
        assert_eq!(
            tokyo.to_utc(at(2022, 6, 21, 18, 0)),
            LocalTime::Once(at(2022, 6, 21, 9, 0))
        );
        assert_eq!(tokyo.offset_at(at(2022, 6, 21, 9, 0)), 9 * 3600);
    }

    #[test]
    fn gap_and_fold_are_told() {
        let zone = pacific();
        assert_eq!(zone.to_utc(at(2020, 3, 8, 2, 30)), LocalTime::Gap);
        assert_eq!(
            zone.to_utc(at(2020, 3, 8, 3, 0)),
            LocalTime::Once(at(2020, 3, 8, 10, 0))
        );
        assert_eq!(
            zone.to_utc(at(2020, 11, 1, 1, 30)),
            LocalTime::Twice(at(2020, 11, 1, 8, 30), at(2020, 11, 1, 9, 30))
        );
        assert_eq!(
            zone.to_utc(at(2020, 11, 1, 2, 0)),
            LocalTime::Once(at(2020, 11, 1, 10, 0))
        );
    }

    #[test]
    fn south_of_the_equator_the_new_year_is_in_daylight_time() {
        let zone = sydney();
        assert_eq!(zone.offset_at(at(2021, 1, 1, 0, 0)), 11 * 3600);
        assert_eq!(zone.offset_at(at(2020, 12, 31, 14, 0)), 11 * 3600);
        assert_eq!(zone.offset_at(at(2021, 7, 1, 0, 0)), 10 * 3600);
        assert_eq!(
            zone.to_utc(at(2021, 4, 4, 2, 30)),
            LocalTime::Twice(at(2021, 4, 3, 15, 30), at(2021, 4, 3, 16, 30))
        );
    }

    #[test]
    fn daylight_time_turned_off_is_off() {
        let mut zone = pacific();
        zone.daylight_disabled = true;
        assert_eq!(zone.offset_at(at(2020, 7, 1, 12, 0)), -8 * 3600);
    }

    #[test]
    fn years_have_their_own_rules() {
        // The United States moved the change in 2007.
        let mut zone = pacific();
        let mut old = zone.rules;
        old.daylight_start = transition(4, 1, 0, 2);
        old.standard_start = transition(10, 5, 0, 2);
        zone.years.insert(2006, old);
        zone.years.insert(2007, zone.rules);
        assert_eq!(zone.offset_at(at(2006, 3, 20, 12, 0)), -8 * 3600);
        assert_eq!(zone.offset_at(at(1999, 3, 20, 12, 0)), -8 * 3600);
        assert_eq!(zone.offset_at(at(2007, 3, 20, 12, 0)), -7 * 3600);
        assert_eq!(zone.offset_at(at(2030, 3, 20, 12, 0)), -7 * 3600);
    }

    #[test]
    fn the_same_as_the_zone_database() {
        // Independent oracle: the IANA zone database in chrono-tz, hour by hour.
        use chrono::{Offset, TimeZone};
        for (zone, iana) in [
            (pacific(), chrono_tz::America::Los_Angeles),
            (sydney(), chrono_tz::Australia::Sydney),
        ] {
            for hour in 0..(5 * 366 * 24) {
                let utc = at(2016, 1, 1, 0, 0)
                    .checked_add_seconds(hour * 3600)
                    .unwrap();
                let expected = iana.offset_from_utc_datetime(&utc.to_naive()).fix();
                assert_eq!(
                    zone.offset_at(utc),
                    expected.local_minus_utc(),
                    "{utc} in {iana}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn there_and_back(seconds in 978_307_200_i64..2_500_000_000, south in any::<bool>()) {
            let zone = if south { sydney() } else { pacific() };
            let utc = Timestamp::from_unix(seconds, 0).unwrap();
            let local = zone.to_local(utc).unwrap();
            prop_assert!(zone.to_utc(local).candidates().any(|found| found == utc));
            for found in zone.to_utc(local).candidates() {
                prop_assert_eq!(zone.to_local(found), Some(local));
            }
        }
    }
}
