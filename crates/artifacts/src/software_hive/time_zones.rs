//! The rules of single years: `Microsoft\Windows NT\CurrentVersion\Time Zones\<zone>\Dynamic DST`.
//!
//! The SYSTEM hive holds the rules of one year only, the last that the machine was used in. Where
//! a country changed its rules, the years before need these. Source: Microsoft Learn,
//! `DYNAMIC_TIME_ZONE_INFORMATION` (the key, `FirstEntry`, `LastEntry` and the values named by
//! their year, each a `REG_TZI_FORMAT`).

use std::collections::BTreeMap;

use crate::Locator;
use crate::hive_fact;
use crate::registry::{Hive, Key};
use crate::system_hive::{TimeZoneRules, YearRules};

/// The most years that are read of one zone.
const MOST_YEARS: usize = 500;

/// A time zone whose rules changed over the years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneYears {
    /// The zone's key, always English: the `TimeZoneKeyName` of the SYSTEM hive.
    pub key_name: String,
    /// `Std`, in the machine's language: the `StandardName` of a SYSTEM hive of Windows XP.
    pub standard_name: Option<String>,
    /// The rules of each year.
    pub years: BTreeMap<i32, YearRules>,
    /// The key with the years.
    pub locator: Locator,
}

/// The zones that have rules for single years.
pub(super) fn read(hive: &Hive) -> Vec<ZoneYears> {
    hive.key(r"Microsoft\Windows NT\CurrentVersion\Time Zones")
        .into_iter()
        .flat_map(|zones| zones.subkeys())
        .filter_map(|key| zone(&key))
        .collect()
}

fn zone(key: &Key<'_>) -> Option<ZoneYears> {
    let dynamic = key.subkey("Dynamic DST")?;
    let years: BTreeMap<i32, YearRules> = dynamic
        .values()
        .take(MOST_YEARS)
        .filter_map(|value| {
            let year = value.name().parse().ok()?;
            Some((year, YearRules::from_tzi(&value.data())?))
        })
        .collect();
    (!years.is_empty()).then(|| ZoneYears {
        key_name: key.name(),
        standard_name: hive_fact::text(key, "Std"),
        years,
        locator: dynamic.locator(),
    })
}

impl TimeZoneRules {
    /// The same zone with the rules of single years that the machine's SOFTWARE hive has for it.
    /// Where it has none, nothing changes.
    #[must_use]
    pub fn with_years_of(mut self, zones: &[ZoneYears]) -> Self {
        let found = zones.iter().find(|zone| match &self.key_name {
            Some(name) => zone.key_name.eq_ignore_ascii_case(name),
            None => {
                self.standard_name.is_some()
                    && (zone.standard_name == self.standard_name
                        || Some(&zone.key_name) == self.standard_name.as_ref())
            }
        });
        if let Some(zone) = found {
            self.years = zone.years.clone();
        }
        self
    }
}
