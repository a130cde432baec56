//! The machine's time zone and its daylight rules: `Control\TimeZoneInformation`.
//!
//! All biases are minutes that are added to local time to get UTC, so Tokyo has -540.
//!
//! Sources: Microsoft Learn, `TIME_ZONE_INFORMATION` and `DYNAMIC_TIME_ZONE_INFORMATION`
//! (meaning of the biases, of the transition dates and of week 5) and `TIME_FIELDS`; libyal
//! winreg-kb, "Time zone information"; the hives of the corpus (Windows XP, 7, 8, 10), which show
//! that this key stores `TIME_FIELDS` where the `TZI` values of `Time Zones` store `SYSTEMTIME`.

mod conversion;
mod transition;

pub use conversion::LocalTime;
pub use transition::Transition;

use std::collections::BTreeMap;

use super::control_set::ControlSet;
use crate::hive_fact::{self, HiveFact};
use crate::registry::Key;

/// The widest bias that is taken for one: no zone lies further from UTC than 14 hours, and
/// daylight time adds at most two.
const WIDEST_BIAS: i32 = 16 * 60;

/// The rules of one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct YearRules {
    /// Minutes from local standard time to UTC.
    pub bias: i32,
    /// Minutes more in standard time, almost always 0.
    pub standard_bias: i32,
    /// Minutes more in daylight time, mostly -60.
    pub daylight_bias: i32,
    /// When daylight time ends, by the wall clock in daylight time.
    pub standard_start: Option<Transition>,
    /// When daylight time begins, by the wall clock in standard time.
    pub daylight_start: Option<Transition>,
}

impl YearRules {
    /// Reads a `TZI` value (`REG_TZI_FORMAT`, 44 bytes) of `Time Zones` or `Dynamic DST`.
    #[must_use]
    pub fn from_tzi(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != 44 {
            return None;
        }
        let long = |at: usize| -> Option<i32> {
            let end = at.checked_add(4)?;
            Some(i32::from_le_bytes(bytes.get(at..end)?.try_into().ok()?))
        };
        Self {
            bias: long(0)?,
            standard_bias: long(4)?,
            daylight_bias: long(8)?,
            standard_start: Transition::from_system_time(bytes.get(12..28)?),
            daylight_start: Transition::from_system_time(bytes.get(28..44)?),
        }
        .checked()
    }

    fn checked(self) -> Option<Self> {
        let all = [self.bias, self.standard_bias, self.daylight_bias];
        all.iter()
            .all(|bias| (-WIDEST_BIAS..=WIDEST_BIAS).contains(bias))
            .then_some(self)
    }

    /// Minutes from local time to UTC in standard time.
    #[must_use]
    pub const fn standard(&self) -> i32 {
        self.bias + self.standard_bias
    }

    /// Minutes from local time to UTC in daylight time.
    #[must_use]
    pub const fn daylight(&self) -> i32 {
        self.bias + self.daylight_bias
    }
}

/// A machine's time zone with its daylight rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeZoneRules {
    /// The rules as the machine last had them; for every year that `years` does not name.
    pub rules: YearRules,
    /// The rules of single years, from `Dynamic DST` in the SOFTWARE hive; empty without them.
    /// A year before the first has the first one's rules, a year behind the last the last one's.
    pub years: BTreeMap<i32, YearRules>,
    /// `TimeZoneKeyName` (Vista and later): the zone's key under `Time Zones`, always English.
    pub key_name: Option<String>,
    /// `StandardName`: a name in the machine's language, or a resource (`@tzres.dll,-212`).
    pub standard_name: Option<String>,
    /// `DaylightName`, likewise.
    pub daylight_name: Option<String>,
    /// `ActiveTimeBias`: the whole bias at the time the key was written.
    pub active_bias: Option<i32>,
    /// The user had turned off the automatic change to daylight time
    /// (`DynamicDaylightTimeDisabled`, on XP `DisableAutoDaylightTimeSet`).
    pub daylight_disabled: bool,
}

impl TimeZoneRules {
    /// Rules without daylight time, `bias` minutes from local time to UTC.
    #[must_use]
    pub const fn fixed(bias: i32) -> Self {
        Self {
            rules: YearRules {
                bias,
                standard_bias: 0,
                daylight_bias: 0,
                standard_start: None,
                daylight_start: None,
            },
            years: BTreeMap::new(),
            key_name: None,
            standard_name: None,
            daylight_name: None,
            active_bias: None,
            daylight_disabled: false,
        }
    }

    /// The rules of a local year.
    #[must_use]
    pub fn of_year(&self, year: i32) -> &YearRules {
        let upto = self.years.range(..=year).next_back();
        upto.or_else(|| self.years.iter().next())
            .map_or(&self.rules, |(_, rules)| rules)
    }

    pub(super) fn read(control_set: &ControlSet<'_>) -> Option<HiveFact<Self>> {
        let key = control_set.key.subkey(r"Control\TimeZoneInformation")?;
        let bias = key.value("Bias")?;
        let rules = YearRules {
            bias: signed(&key, "Bias")?,
            standard_bias: signed(&key, "StandardBias").unwrap_or(0),
            daylight_bias: signed(&key, "DaylightBias").unwrap_or(0),
            standard_start: transition(&key, "StandardStart"),
            daylight_start: transition(&key, "DaylightStart"),
        }
        .checked()?;
        let is_set = |name| hive_fact::number(&key, name).is_some_and(|number| number != 0);
        let zone = Self {
            rules,
            years: BTreeMap::new(),
            key_name: key_name(&key),
            standard_name: hive_fact::text(&key, "StandardName"),
            daylight_name: hive_fact::text(&key, "DaylightName"),
            active_bias: signed(&key, "ActiveTimeBias"),
            daylight_disabled: is_set("DynamicDaylightTimeDisabled")
                || is_set("DisableAutoDaylightTimeSet"),
        };
        Some(HiveFact::of_value(&key, &bias, zone))
    }
}

/// `TimeZoneKeyName` has room for 128 characters; Vista leaves what stood behind the NUL.
fn key_name(key: &Key<'_>) -> Option<String> {
    hive_fact::text(key, "TimeZoneKeyName")
}

fn signed(key: &Key<'_>, name: &str) -> Option<i32> {
    Some(hive_fact::number(key, name)?.cast_signed())
}

fn transition(key: &Key<'_>, name: &str) -> Option<Transition> {
    Transition::from_time_fields(&key.value(name)?.data())
}
