//! A machine of a reconstruction: what the case says of it and what its evidence says.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use kusari_artifacts::system_hive::TimeZoneRules;
use kusari_evidence::time::Timestamp;

use crate::case::{Case, LocalizedText};
use crate::clock::{MachineClock, RecordedStep, Zone};
use crate::event::SourceIndex;
use crate::harvest::{ClockChange, LocatedFact, MachineFact};

/// Since when a change journal exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeJournal {
    /// The journal.
    pub source: SourceIndex,
    /// When it was made or last stamped anew, by the machine's own clock.
    pub made: Timestamp,
    /// Whether its numbers go on from those of an earlier journal.
    pub goes_on: bool,
}

/// A machine.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Its id in every output.
    pub id: String,
    /// How people call it.
    pub label: Option<LocalizedText>,
    /// All computer names by which it is known, the registry's first.
    pub names: Vec<String>,
    /// The same names in groups: names that one source gives together, or that two sources share,
    /// stand in one. More than one group: nothing says that all sources are of one machine.
    pub name_groups: Vec<Vec<String>>,
    /// Whether there is evidence of its own, or only what other sources say of it.
    pub has_evidence: bool,
    /// Whether the case file names it.
    pub in_case: bool,
    /// The version of Windows, in words.
    pub windows: Option<String>,
    /// The build number of its Windows.
    pub build: Option<u32>,
    /// When its Windows was installed, by its own clock.
    pub installed: Option<Timestamp>,
    /// The change journals of its volumes: the source of each, and since when it exists.
    pub change_journals: Vec<ChangeJournal>,
    /// Its users: SID and name.
    pub users: BTreeMap<String, String>,
    /// Its clock.
    pub clock: MachineClock,
}

impl Machine {
    /// Whether a record that names a computer means this machine. Computer names compare without
    /// case; a fully qualified name means its host part.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.names.iter().any(|own| same_computer(own, name)) || same_computer(&self.id, name)
    }
}

fn same_computer(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.trim().to_lowercase();
    let (a, b) = (plain(a), plain(b));
    let host = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    if a.is_empty() || b.is_empty() {
        return false;
    }
    a == b || (!host(&a).is_empty() && host(&a) == host(&b) && (a.contains('.') != b.contains('.')))
}

/// What the sources of one machine say about it, in the order of the sources.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) facts: Vec<(SourceIndex, LocatedFact)>,
    pub(crate) steps: Vec<(SourceIndex, ClockChange)>,
}

/// The machine that a case's entry and its evidence make.
pub(crate) fn from_case(
    case: &Case,
    entry: &crate::case::Machine,
    gathered: Gathered,
    fallback_id: &str,
) -> Machine {
    let mut names = Vec::new();
    let mut in_events = Vec::new();
    let mut rules: Option<TimeZoneRules> = None;
    let mut years = BTreeMap::new();
    let (mut windows, mut build, mut installed) = (None, None, None);
    let mut users = BTreeMap::new();
    let name_groups = name_groups(&gathered.facts);
    let mut change_journals = Vec::new();
    for (source, located) in gathered.facts {
        match located.fact {
            MachineFact::ChangeJournalMade { at, goes_on } => {
                change_journals.push(ChangeJournal {
                    source,
                    made: at,
                    goes_on,
                });
            }
            MachineFact::ComputerName(name) => names.push(name),
            MachineFact::ComputerNameInEvents(name) => in_events.push(name),
            MachineFact::TimeZone(found) => rules = rules.or(Some(found)),
            MachineFact::TimeZoneYears {
                key_name,
                years: found,
            } => {
                years.entry(key_name.to_lowercase()).or_insert(found);
            }
            MachineFact::WindowsVersion(text) => windows = windows.or(Some(text)),
            MachineFact::WindowsBuild(number) => build = build.or(Some(number)),
            MachineFact::InstallDate(at) => installed = installed.or(Some(at)),
            MachineFact::User { sid, name } => {
                users.entry(sid).or_insert(name);
            }
        }
    }
    let own_name = names.first().or_else(|| in_events.last()).cloned();
    names.extend(entry.names.iter().cloned());
    names.extend(in_events);
    dedup_without_case(&mut names);
    if let Some(rules) = &mut rules {
        let key = rules.key_name.as_deref().map(str::to_lowercase);
        if let Some(found) = key.and_then(|key| years.remove(&key)) {
            rules.years = found;
        }
    }
    let zone = match (rules, entry.timezone) {
        (Some(rules), _) => Zone::Registry(Box::new(rules)),
        (None, Some(zone)) => Zone::Declared(zone),
        (None, None) => Zone::Assumed(case.timezone),
    };
    let steps = gathered
        .steps
        .into_iter()
        .map(|(source, step)| RecordedStep { step, source })
        .collect();
    Machine {
        id: entry
            .id
            .clone()
            .or(own_name)
            .unwrap_or_else(|| fallback_id.to_owned()),
        label: entry.label.clone(),
        names,
        name_groups,
        has_evidence: !entry.evidence.is_empty(),
        in_case: entry.id.is_some(),
        windows,
        build,
        installed,
        change_journals,
        users,
        clock: MachineClock::new(zone, entry.clock.clone(), steps, case.drift()),
    }
}

/// A machine that only other sources name.
pub(crate) fn named_only(name: &str, zone: Tz, drift_ppm: u32) -> Machine {
    Machine {
        id: name.to_owned(),
        label: None,
        names: vec![name.to_owned()],
        name_groups: Vec::new(),
        has_evidence: false,
        in_case: false,
        windows: None,
        build: None,
        installed: None,
        change_journals: Vec::new(),
        users: BTreeMap::new(),
        clock: MachineClock::new(Zone::Assumed(zone), Vec::new(), Vec::new(), drift_ppm),
    }
}

/// Puts computer names together that one source gives. A machine that was renamed has a log that
/// holds both names; logs of two machines that were put into one folder have none.
fn name_groups(facts: &[(SourceIndex, LocatedFact)]) -> Vec<Vec<String>> {
    let mut by_source: BTreeMap<SourceIndex, Vec<&str>> = BTreeMap::new();
    for (source, located) in facts {
        if let MachineFact::ComputerName(name) | MachineFact::ComputerNameInEvents(name) =
            &located.fact
        {
            by_source.entry(*source).or_default().push(name);
        }
    }
    let mut groups: Vec<Vec<String>> = Vec::new();
    for names in by_source.into_values() {
        let touches = |group: &Vec<String>| {
            group
                .iter()
                .any(|own| names.iter().any(|name| same_computer(own, name)))
        };
        let (touched, mut apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(touches);
        let mut group: Vec<String> = touched.into_iter().flatten().collect();
        group.extend(names.into_iter().map(ToOwned::to_owned));
        dedup_without_case(&mut group);
        apart.push(group);
        groups = apart;
    }
    groups
}

fn dedup_without_case(names: &mut Vec<String>) {
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.trim().to_lowercase()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use kusari_artifacts::Locator;

    #[test]
    fn names_compare_without_case_and_domain() {
        assert!(same_computer("CC-SV01", "cc-sv01"));
        assert!(same_computer("CC-SV01", "cc-sv01.city.local"));
        assert!(!same_computer("CC-SV01", "CC-SV011"));
        assert!(!same_computer("a.x.local", "a.y.local"));
        assert!(!same_computer("", ".x"));
        assert!(!same_computer("", " "));
    }

    #[test]
    fn a_renamed_machine_is_one_and_two_machines_are_two() {
        let groups = |facts: &[(SourceIndex, &str)]| {
            let facts: Vec<_> = facts
                .iter()
                .map(|(source, name)| {
                    let fact = MachineFact::ComputerNameInEvents((*name).to_owned());
                    let locator = Locator::Bytes {
                        offset: 0,
                        length: 0,
                    };
                    (*source, LocatedFact { fact, locator })
                })
                .collect();
            name_groups(&facts).len()
        };
        assert_eq!(
            groups(&[
                (0, "WIN-1"),
                (0, "DESKTOP"),
                (1, "desktop.lan"),
                (2, "WIN-1")
            ]),
            1
        );
        assert_eq!(groups(&[(0, "FS01.lan"), (1, "FS03.lan")]), 2);
        assert_eq!(groups(&[(0, "A"), (1, "B"), (2, "A"), (2, "B")]), 1);
    }
}
