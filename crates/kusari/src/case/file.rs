//! The case file's TOML.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Days, NaiveDate, TimeZone};
use chrono_tz::Tz;
use kusari_evidence::UnlockKey;
use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};
use serde::Deserialize;

use super::{
    Case, CaseError, DeclaredStatement, Device, Fact, FactEvent, LocalizedText, LogClaim, Machine,
    Observation, Reads, Travel, VendorLog, keys, span, unlock::UnlockTable,
};

/// What an observation may be off when the case does not say: half a minute, for a number that
/// was written in minutes.
const DEFAULT_TOLERANCE: i64 = 30 * TICKS_PER_SECOND;

#[derive(Deserialize)]
struct CaseFile {
    case: Option<CaseTable>,
    #[serde(default)]
    machine: Vec<MachineTable>,
    #[serde(default)]
    device: Vec<DeviceTable>,
    #[serde(default)]
    fact: Vec<FactTable>,
    #[serde(default)]
    statement: Vec<StatementTable>,
    clock: Option<ClockTable>,
}

#[derive(Deserialize)]
struct CaseTable {
    name: Option<String>,
    timezone: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Deserialize)]
struct MachineTable {
    id: String,
    label: Option<LocalizedText>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    evidence: Paths,
    #[serde(default)]
    unlock: Vec<UnlockTable>,
    timezone: Option<String>,
    #[serde(default)]
    clock: Vec<ObservationTable>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Paths {
    One(PathBuf),
    Many(Vec<PathBuf>),
}

impl Default for Paths {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Paths {
    fn below(self, base: &Path) -> Vec<PathBuf> {
        let paths = match self {
            Self::One(path) => vec![path],
            Self::Many(paths) => paths,
        };
        paths.into_iter().map(|path| base.join(path)).collect()
    }
}

#[derive(Deserialize)]
struct ObservationTable {
    on: String,
    offset: String,
    tolerance: Option<String>,
    reads: Option<String>,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct DeviceTable {
    label: String,
    serial: Option<String>,
    #[serde(default)]
    evidence: Paths,
    #[serde(default)]
    unlock: Vec<UnlockTable>,
    vendor_log: Option<VendorLogTable>,
}

#[derive(Deserialize)]
struct VendorLogTable {
    path: PathBuf,
    profile: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct FactTable {
    id: String,
    says: LocalizedText,
    source: Option<String>,
    event: Option<FactEventTable>,
    not_before: Option<String>,
    not_after: Option<String>,
    at: Option<String>,
    tolerance: Option<String>,
}

#[derive(Deserialize)]
struct StatementTable {
    id: String,
    says: LocalizedText,
    source: Option<String>,
    about: Vec<String>,
    claims: String,
}

#[derive(Deserialize)]
struct FactEventTable {
    machine: Option<String>,
    device: Option<String>,
    action: Option<String>,
    which: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ClockTable {
    drift_ppm: Option<u32>,
    time_service: Option<String>,
    #[serde(default)]
    travel: Vec<TravelTable>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct TravelTable {
    between: (String, String),
    at_least: String,
}

pub(super) fn parse(text: &str, path: &Path) -> Result<Case, CaseError> {
    let syntax = |message: String| CaseError::Syntax {
        path: path.to_owned(),
        message,
    };
    let table: toml::Table = text
        .parse()
        .map_err(|e: toml::de::Error| syntax(e.to_string()))?;
    if let Some(unknown) = keys::first_unknown(&table) {
        return Err(syntax(unknown));
    }
    let file: CaseFile = toml::from_str(text).map_err(|e| syntax(e.to_string()))?;
    Reader {
        path,
        base: path.parent().unwrap_or(Path::new("")),
    }
    .case(file)
}

/// Turns the file's texts into values, and knows where the file lies.
struct Reader<'a> {
    path: &'a Path,
    base: &'a Path,
}

impl Reader<'_> {
    fn case(&self, file: CaseFile) -> Result<Case, CaseError> {
        let head = file.case.unwrap_or(CaseTable {
            name: None,
            timezone: None,
            from: None,
            to: None,
        });
        let timezone = self
            .zone("case.timezone", head.timezone)?
            .unwrap_or(Tz::UTC);
        let day = |place: &str, text: Option<String>| {
            text.map(|text| self.day(place, &text, timezone))
                .transpose()
        };
        let clock = file.clock.unwrap_or(ClockTable {
            drift_ppm: None,
            time_service: None,
            travel: Vec::new(),
        });
        let labels: Vec<String> = file.device.iter().map(|own| own.label.clone()).collect();
        let default_name = self
            .path
            .file_stem()
            .map(|s| s.to_string_lossy().into_owned())
            .unwrap_or_default();
        Ok(Case {
            name: head.name.unwrap_or(default_name),
            timezone,
            from: day("case.from", head.from)?.map(|(from, _)| from),
            to: day("case.to", head.to)?.map(|(_, to)| to),
            machines: self.each(file.machine, |index, m| self.machine(index, m, timezone))?,
            devices: self.each(file.device, |index, device| self.device(index, device))?,
            facts: self.each(file.fact, |index, fact| self.fact(index, fact))?,
            statements: self.each(file.statement, |index, own| {
                self.statement(index, own, &labels)
            })?,
            drift_ppm: clock.drift_ppm,
            time_service: clock
                .time_service
                .map(|text| self.span("clock.time-service", &text))
                .transpose()?
                .map(i64::saturating_abs),
            travel: self.each(clock.travel, |index, travel| {
                let place = format!("clock.travel[{index}].at-least");
                Ok(Travel {
                    at_least: self.span(&place, &travel.at_least)?,
                    between: travel.between,
                })
            })?,
        })
    }

    fn each<A, B>(
        &self,
        list: Vec<A>,
        turn: impl Fn(usize, A) -> Result<B, CaseError>,
    ) -> Result<Vec<B>, CaseError> {
        list.into_iter()
            .enumerate()
            .map(|(index, item)| turn(index, item))
            .collect()
    }

    fn machine(&self, index: usize, machine: MachineTable, zone: Tz) -> Result<Machine, CaseError> {
        let place = format!("machine[{index}]");
        let own_zone = self.zone(&format!("{place}.timezone"), machine.timezone)?;
        Ok(Machine {
            id: Some(machine.id),
            label: machine.label,
            names: machine.names,
            evidence: machine.evidence.below(self.base),
            unlock: self.unlock(&place, machine.unlock)?,
            timezone: own_zone,
            clock: self.each(machine.clock, |index, observation| {
                let place = format!("{place}.clock[{index}]");
                self.observation(&place, observation, own_zone.unwrap_or(zone))
            })?,
        })
    }

    fn observation(
        &self,
        place: &str,
        observation: ObservationTable,
        zone: Tz,
    ) -> Result<Observation, CaseError> {
        let (from, to) = self.day(&format!("{place}.on"), &observation.on, zone)?;
        let reads = match observation.reads.as_deref() {
            Some("correction") => Reads::Correction,
            Some("deviation") => Reads::Deviation,
            Some("unknown") | None => Reads::Unknown,
            Some(other) => {
                return Err(self.wrong(
                    &format!("{place}.reads"),
                    other,
                    "`correction`, `deviation` or `unknown`",
                ));
            }
        };
        let tolerance = match &observation.tolerance {
            Some(text) => self.span(&format!("{place}.tolerance"), text)?.abs(),
            None => DEFAULT_TOLERANCE,
        };
        Ok(Observation {
            from,
            to,
            offset: self.span(&format!("{place}.offset"), &observation.offset)?,
            tolerance,
            reads,
            on: observation.on,
            note: observation.note,
        })
    }

    fn device(&self, index: usize, device: DeviceTable) -> Result<Device, CaseError> {
        Ok(Device {
            unlock: self.unlock(&format!("device[{index}]"), device.unlock)?,
            evidence: device.evidence.below(self.base),
            label: device.label,
            serial: device.serial,
            vendor_log: device.vendor_log.map(|log| VendorLog {
                path: self.base.join(log.path),
                profile: self.profile(log.profile),
            }),
        })
    }

    fn unlock(&self, place: &str, keys: Vec<UnlockTable>) -> Result<Vec<UnlockKey>, CaseError> {
        self.each(keys, |index, key| {
            let place = format!("{place}.unlock[{index}]");
            key.read(self.base).map_err(|(key, reason)| CaseError::Key {
                path: self.path.to_owned(),
                place: format!("{place}{key}"),
                reason,
            })
        })
    }

    /// A profile file's path is relative to the case file; a built-in profile's name stays.
    fn profile(&self, profile: String) -> String {
        if Path::new(&profile)
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            self.base.join(profile).to_string_lossy().into_owned()
        } else {
            profile
        }
    }

    fn fact(&self, index: usize, fact: FactTable) -> Result<Fact, CaseError> {
        let place = format!("fact[{index}]");
        let moment = |key: &str, text: &Option<String>| {
            text.as_ref()
                .map(|text| self.moment(&format!("{place}.{key}"), text))
                .transpose()
        };
        Ok(Fact {
            not_before: moment("not-before", &fact.not_before)?,
            not_after: moment("not-after", &fact.not_after)?,
            at: moment("at", &fact.at)?,
            tolerance: match &fact.tolerance {
                Some(text) => self.span(&format!("{place}.tolerance"), text)?.abs(),
                None => 0,
            },
            id: fact.id,
            says: fact.says,
            source: fact.source,
            event: fact.event.map(|event| FactEvent {
                machine: event.machine,
                device: event.device,
                action: event.action,
                which: event.which,
            }),
        })
    }

    fn statement(
        &self,
        index: usize,
        own: StatementTable,
        labels: &[String],
    ) -> Result<DeclaredStatement, CaseError> {
        let claims = match own.claims.as_str() {
            "every-login-is-recorded" => LogClaim::EveryLoginIsRecorded,
            "records-are-in-order" => LogClaim::RecordsAreInOrder,
            other => {
                return Err(self.wrong(
                    &format!("statement[{index}].claims"),
                    other,
                    "`every-login-is-recorded` or `records-are-in-order`",
                ));
            }
        };
        if let Some(unknown) = own.about.iter().find(|label| !labels.contains(label)) {
            return Err(self.wrong(
                &format!("statement[{index}].about"),
                unknown,
                "the label of a device of this case",
            ));
        }
        Ok(DeclaredStatement {
            id: own.id,
            says: own.says,
            source: own.source,
            about: own.about,
            claims,
        })
    }

    fn wrong(&self, place: &str, value: &str, expected: &'static str) -> CaseError {
        CaseError::Value {
            path: self.path.to_owned(),
            place: place.to_owned(),
            value: value.to_owned(),
            expected,
        }
    }

    fn zone(&self, place: &str, name: Option<String>) -> Result<Option<Tz>, CaseError> {
        name.map(|name| {
            name.parse().map_err(|_| {
                self.wrong(
                    place,
                    &name,
                    "a time zone of the IANA list, such as `Asia/Tokyo`",
                )
            })
        })
        .transpose()
    }

    fn span(&self, place: &str, text: &str) -> Result<i64, CaseError> {
        span::parse(text)
            .ok_or_else(|| self.wrong(place, text, "a span of time such as `30s` or `-19m`"))
    }

    /// The beginning of a day and the beginning of the next.
    fn day(&self, place: &str, text: &str, zone: Tz) -> Result<(Timestamp, Timestamp), CaseError> {
        let expected = "a day such as `2022-06-21`";
        let day: NaiveDate = text
            .parse()
            .map_err(|_| self.wrong(place, text, expected))?;
        let next = day.checked_add_days(Days::new(1));
        let begin = |day: NaiveDate| {
            // Where a zone skips midnight, the day begins with the first moment it has.
            let midnight = day.and_hms_opt(0, 0, 0)?;
            let local = (0..=180).find_map(|minutes| {
                let at = midnight.checked_add_signed(chrono::TimeDelta::minutes(minutes))?;
                zone.from_local_datetime(&at).earliest()
            })?;
            Timestamp::from_unix(local.timestamp(), 0)
        };
        begin(day)
            .zip(next.and_then(begin))
            .ok_or_else(|| self.wrong(place, text, "a day between the years 1601 and 9999"))
    }

    fn moment(&self, place: &str, text: &str) -> Result<Timestamp, CaseError> {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .and_then(|at| Timestamp::from_unix(at.timestamp(), at.timestamp_subsec_nanos() / 100))
            .ok_or_else(|| self.wrong(place, text, "a moment such as `2022-06-21T17:50:00+09:00`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Case, CaseError> {
        parse(text, Path::new("/case/case.toml"))
    }

    #[test]
    fn a_case_is_read_whole() {
        let case = read(
            r#"
            [case]
            name = "Amagasaki"
            timezone = "Asia/Tokyo"
            from = "2022-06-21"
            to = "2022-06-24"
            [[machine]]
            id = "cc"
            label = { en = "Call centre", ja = "コールセンター" }
            names = ["CC-SV01"]
            evidence = "evidence/cc"
              [[machine.clock]]
              on = "2022-07-21"
              offset = "-19m"
              tolerance = "30s"
              reads = "deviation"
            [[device]]
            label = "012"
            serial = "ABC"
            evidence = ["012.dd"]
            vendor-log = { path = "012.txt", profile = "iodata" }
            [[fact]]
            id = "F4"
            says = "The four met"
            event = { machine = "cc", device = "012", action = "connected", which = "first" }
            not-before = "2022-06-21T17:50:00+09:00"
            tolerance = "5m"
            [[statement]]
            id = "M1"
            says = "no access without a record"
            source = "the maker"
            about = ["012"]
            claims = "every-login-is-recorded"
            [clock]
            drift-ppm = 50
            time-service = "2s"
            travel = [{ between = ["a", "cc"], at-least = "20m" }]
            "#,
        )
        .unwrap();
        assert_eq!(case.from.unwrap().to_text(0), "2022-06-20T15:00:00");
        assert_eq!(case.to.unwrap().to_text(0), "2022-06-24T15:00:00");
        let machine = &case.machines[0];
        assert_eq!(machine.evidence, [PathBuf::from("/case/evidence/cc")]);
        assert_eq!(machine.label.as_ref().unwrap().ja(), "コールセンター");
        assert_eq!(machine.clock[0].offset, -19 * 60 * TICKS_PER_SECOND);
        assert_eq!(machine.clock[0].reads, Reads::Deviation);
        assert_eq!(
            case.facts[0].not_before.unwrap().to_text(0),
            "2022-06-21T08:50:00"
        );
        assert_eq!(case.devices[0].evidence, [PathBuf::from("/case/012.dd")]);
        assert_eq!(case.statements[0].claims, LogClaim::EveryLoginIsRecorded);
        assert_eq!(case.statements[0].about, ["012"]);
        assert_eq!(case.time_service, Some(2 * TICKS_PER_SECOND));
        assert_eq!(case.drift_ppm, Some(50));
        assert_eq!(case.travel[0].at_least, 20 * 60 * TICKS_PER_SECOND);
    }

    #[test]
    fn keys_are_read_and_never_shown() {
        let good = "000000-".repeat(7) + "000000";
        let case = read(&format!(
            "[[machine]]\nid='a'\n[[machine.unlock]]\nrecovery-key='{good}'\n[[machine.unlock]]\npassword='secret'\n"
        ))
        .unwrap();
        assert_eq!(case.machines[0].unlock.len(), 2);
        assert!(!format!("{case:?}").contains("secret"));
        for (text, said) in [
            (
                "recovery-key='123456-7'",
                "machine[0].unlock[0].recovery-key",
            ),
            ("", "machine[0].unlock[0]"),
            ("password='secret'\nrecovery-key='x'", "one of"),
            ("startup-key='no-such.BEK'", "no-such.BEK"),
        ] {
            let file = format!("[[machine]]\nid='a'\n[[machine.unlock]]\n{text}\n");
            let error = read(&file).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
            assert!(
                !error.contains("secret") && !error.contains("123456"),
                "{error}"
            );
        }
    }

    #[test]
    fn wrong_values_name_their_place() {
        let error = read("[[machine]]\nid='a'\n[[machine.clock]]\non='x'\noffset='1m'\n");
        let claim = read("[[statement]]\nid='M1'\nsays='x'\nabout=['a']\nclaims='all'\n");
        let claim = claim.unwrap_err().to_string();
        let about =
            "[[statement]]\nid='M1'\nsays='x'\nabout=['a']\nclaims='records-are-in-order'\n";
        let about = read(about).unwrap_err().to_string();
        assert!(about.contains("statement[0].about: `a`"), "{about}");
        assert!(
            claim.contains("statement[0].claims") && claim.contains("every-login"),
            "{claim}"
        );
        assert_eq!(
            error.unwrap_err().to_string(),
            "/case/case.toml: machine[0].clock[0].on: `x` is not a day such as `2022-06-21`"
        );
    }
}
