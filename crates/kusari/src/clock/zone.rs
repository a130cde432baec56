//! Local time of a machine.

use chrono::{MappedLocalTime, Offset, TimeZone};
use chrono_tz::Tz;
use kusari_artifacts::system_hive::TimeZoneRules;
use kusari_evidence::time::Timestamp;

/// By which rules a machine's local times become UTC.
#[derive(Debug, Clone)]
pub enum Zone {
    /// The machine's own, from its registry.
    Registry(Box<TimeZoneRules>),
    /// Declared for the machine in the case file.
    Declared(Tz),
    /// Nothing is known; the case's zone is assumed.
    Assumed(Tz),
}

impl Zone {
    /// The moments that `local` can mean, earlier first. One in most cases; two when clocks were
    /// put back over it, and also when clocks were put forward over it, since a clock that showed
    /// it all the same ran by one of the two rules.
    #[must_use]
    pub fn to_utc(&self, local: Timestamp) -> (Timestamp, Timestamp) {
        match self {
            Self::Registry(rules) => {
                let mut candidates = rules.to_utc(local).candidates();
                match (candidates.next(), candidates.next()) {
                    (Some(first), Some(second)) => (first, second),
                    (Some(only), None) => (only, only),
                    _ => {
                        // In a gap: the offsets of half a day before and behind are the two.
                        let around = |seconds: i64| {
                            let near = local.checked_add_seconds(seconds).unwrap_or(local);
                            let offset = i64::from(rules.offset_at(near));
                            local.checked_add_seconds(-offset).unwrap_or(local)
                        };
                        let (a, b) = (around(-86_400), around(86_400));
                        (a.min(b), a.max(b))
                    }
                }
            }
            Self::Declared(zone) | Self::Assumed(zone) => named(*zone, local),
        }
    }

    /// What the machine's wall clock showed at a moment by its own clock.
    #[must_use]
    pub fn to_local(&self, utc: Timestamp) -> Timestamp {
        match self {
            Self::Registry(rules) => rules.to_local(utc).unwrap_or(utc),
            Self::Declared(zone) | Self::Assumed(zone) => {
                let offset = zone.offset_from_utc_datetime(&utc.to_naive()).fix();
                utc.checked_add_seconds(i64::from(offset.local_minus_utc()))
                    .unwrap_or(utc)
            }
        }
    }

    /// The offset from UTC in seconds at a moment, east positive.
    #[must_use]
    pub fn offset_at(&self, utc: Timestamp) -> i64 {
        self.to_local(utc).ticks_since(utc) / kusari_evidence::time::TICKS_PER_SECOND
    }
}

fn named(zone: Tz, local: Timestamp) -> (Timestamp, Timestamp) {
    let by_offset = |seconds: i32| {
        local
            .checked_add_seconds(-i64::from(seconds))
            .unwrap_or(local)
    };
    let offsets = match zone.offset_from_local_datetime(&local.to_naive()) {
        MappedLocalTime::Single(one) => (one, one),
        MappedLocalTime::Ambiguous(a, b) => (a, b),
        MappedLocalTime::None => {
            let near = |seconds: i64| {
                let at = local.checked_add_seconds(seconds).unwrap_or(local);
                zone.offset_from_utc_datetime(&at.to_naive())
            };
            (near(-86_400), near(86_400))
        }
    };
    let (a, b) = (
        by_offset(offsets.0.fix().local_minus_utc()),
        by_offset(offsets.1.fix().local_minus_utc()),
    );
    (a.min(b), a.max(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(h: u32, mi: u32) -> Timestamp {
        Timestamp::from_civil((2022, 10, 30), (h, mi, 0), 0).unwrap()
    }

    #[test]
    fn a_zone_without_summer_time_has_one_answer() {
        let tokyo = Zone::Assumed(Tz::Asia__Tokyo);
        let (a, b) = tokyo.to_utc(at(9, 0));
        assert_eq!((a, b), (at(0, 0), at(0, 0)));
        assert_eq!(tokyo.to_local(at(0, 0)), at(9, 0));
    }

    #[test]
    fn an_hour_that_comes_twice_has_two_answers() {
        let berlin = Zone::Declared(Tz::Europe__Berlin);
        assert_eq!(berlin.to_utc(at(2, 30)), (at(0, 30), at(1, 30)));
    }

    #[test]
    fn an_hour_that_is_skipped_has_two_answers() {
        let berlin = Zone::Declared(Tz::Europe__Berlin);
        let skipped = Timestamp::from_civil((2022, 3, 27), (2, 30, 0), 0).unwrap();
        let (a, b) = berlin.to_utc(skipped);
        assert_eq!(a.to_text(0), "2022-03-27T00:30:00");
        assert_eq!(b.to_text(0), "2022-03-27T01:30:00");
    }
}
