//! The rules of single years: `Microsoft\Windows NT\CurrentVersion\Time Zones\<zone>\Dynamic DST`.
//!
//! The SYSTEM hive holds the rules of one year only, the last that the machine was used in. Where
//! a country changed its rules, the years before need these. Source: Microsoft Learn,
//! `DYNAMIC_TIME_ZONE_INFORMATION` (the key, `FirstEntry`, `LastEntry` and the values named by
//! their year, each a `REG_TZI_FORMAT`).

use std::collections::BTreeMap;

use crate::registry::Hive;
use crate::system_hive::{TimeZoneRules, YearRules};

/// The most years that are read.
const MOST_YEARS: usize = 500;

/// The rules of the years that the SOFTWARE hive names for a zone, which is the
/// `TimeZoneKeyName` of the SYSTEM hive, or on Windows XP its `StandardName`. A zone whose rules
/// never changed has none; then its `TZI` holds for all years and is returned under the year 1601.
#[must_use]
pub fn time_zone_years(hive: &Hive, zone: &str) -> BTreeMap<i32, YearRules> {
    let mut years = BTreeMap::new();
    let Some(zones) = hive.key(r"Microsoft\Windows NT\CurrentVersion\Time Zones") else {
        return years;
    };
    let by_name = (!zone.contains('\\')).then(|| zones.subkey(zone)).flatten();
    let Some(key) = by_name.or_else(|| {
        // Windows XP in another language: the key's name is English, `Std` is not.
        zones
            .subkeys()
            .find(|key| crate::hive_fact::text(key, "Std").is_some_and(|name| name == zone))
    }) else {
        return years;
    };
    if let Some(dynamic) = key.subkey("Dynamic DST") {
        years.extend(dynamic.values().take(MOST_YEARS).filter_map(|value| {
            let year = value.name().parse().ok()?;
            Some((year, YearRules::from_tzi(&value.data())?))
        }));
    }
    if years.is_empty()
        && let Some(rules) = key
            .value("TZI")
            .and_then(|value| YearRules::from_tzi(&value.data()))
    {
        years.insert(1601, rules);
    }
    years
}

impl TimeZoneRules {
    /// The same zone with the rules of single years from the machine's SOFTWARE hive. Without
    /// them there it is returned as it is.
    #[must_use]
    pub fn with_years_from(mut self, software: &Hive) -> Self {
        let zone = self.key_name.as_deref().or(self.standard_name.as_deref());
        if let Some(zone) = zone {
            let years = time_zone_years(software, zone);
            if !years.is_empty() {
                self.years = years;
            }
        }
        self
    }
}
