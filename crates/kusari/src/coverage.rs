//! What each source could have seen. Absence counts only inside it.

use kusari_artifacts::{NumberGap, SourceState};
use kusari_evidence::hash::Sha256;
use kusari_evidence::time::RecordedTime;

use std::collections::BTreeSet;

use crate::event::MachineIndex;
use crate::machine::Machine;
use crate::source::{Source, SourcePlace};

/// One source's coverage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageRow {
    /// The machine's id; for a stick's own log its label.
    pub machine: String,
    /// The evidence and the path on it.
    pub source: String,
    /// What kind of artifact.
    pub artifact: &'static str,
    /// The earliest time among its records.
    pub from: Option<RecordedTime>,
    /// The latest time among its records.
    pub to: Option<RecordedTime>,
    /// How many records it holds.
    pub records: u64,
    /// Gaps in its own numbering.
    pub gaps: Vec<NumberGap>,
    /// The words for its state.
    pub state: Vec<&'static str>,
    /// Sentences for people: damage, and what limits the source.
    pub note: Vec<String>,
    /// Hash of the source's bytes; `None` when it could not be read or is an image.
    pub sha256: Option<Sha256>,
}

/// How many damage entries are said in a note; the rest is counted.
const DAMAGE_SAID: usize = 3;

/// A row for each source, and one for each that is missing.
///
/// `drives` are the machines of which a whole volume with Windows was looked at, so that a file that is not among
/// the sources was not there.
pub(crate) fn rows(
    machines: &[Machine],
    sources: &[Source],
    drives: &BTreeSet<MachineIndex>,
) -> Vec<CoverageRow> {
    let found = sources.iter().map(|source| row(machines, source));
    let missing = drives
        .iter()
        .flat_map(|index| missing(machines, sources, *index));
    found.chain(missing).collect()
}

/// A file that Windows of some build and later has on its drive.
struct Expected {
    artifact: &'static str,
    path: &'static str,
    since_build: u32,
    /// What it would have told.
    tells: &'static str,
}

/// Windows Vista; the first build of its logs and setup log.
const VISTA: u32 = 6000;

/// Windows 10, version 1709: the oldest in which the log was described. Windows Server 2016 (14393) does not
/// have it.
pub(crate) const PARTITION_DIAGNOSTIC: u32 = 16299;

const EXPECTED: &[Expected] = &[
    Expected {
        artifact: "system-hive",
        path: "Windows/System32/config/SYSTEM",
        since_build: 0,
        tells: "which devices this Windows knows, and their last connection and removal",
    },
    Expected {
        artifact: "software-hive",
        path: "Windows/System32/config/SOFTWARE",
        since_build: 0,
        tells: "volume names and letters of portable devices",
    },
    Expected {
        artifact: "setup-log",
        path: "Windows/INF/setupapi.dev.log",
        since_build: VISTA,
        tells: "first installations of devices",
    },
    Expected {
        artifact: "event-log",
        path: "Windows/System32/winevt/Logs/System.evtx",
        since_build: VISTA,
        tells: "starts, shutdowns and settings of the clock",
    },
    Expected {
        artifact: "event-log",
        path: "Windows/System32/winevt/Logs/Security.evtx",
        since_build: VISTA,
        tells: "logons and settings of the clock",
    },
    Expected {
        artifact: "event-log",
        path: "Windows/System32/winevt/Logs/Microsoft-Windows-Partition%4Diagnostic.evtx",
        since_build: PARTITION_DIAGNOSTIC,
        tells: "each connection and removal of a disk",
    },
];

/// The state of a source that is not there.
pub const MISSING: &str = "missing";

/// Rows for files that a machine's Windows would have and that are not on its drive.
fn missing(machines: &[Machine], sources: &[Source], index: MachineIndex) -> Vec<CoverageRow> {
    let Some(machine) = usize::try_from(index)
        .ok()
        .and_then(|own| machines.get(own))
    else {
        return Vec::new();
    };
    let is_there = |expected: &Expected| {
        sources.iter().any(|own| {
            let is_it = |place: &SourcePlace| place.path.eq_ignore_ascii_case(expected.path);
            own.machine == Some(index)
                && own.place.as_ref().is_some_and(is_it)
                && !own.outcome.coverage.states.contains(&SourceState::Snapshot)
        })
    };
    let would_be = |expected: &&Expected| {
        // Without a build number only what every Windows has is missed.
        expected.since_build == 0 || machine.build.is_some_and(|own| own >= expected.since_build)
    };
    EXPECTED
        .iter()
        .filter(would_be)
        .filter(|expected| !is_there(expected))
        .map(|expected| CoverageRow {
            machine: machine.id.clone(),
            source: expected.path.to_owned(),
            artifact: expected.artifact,
            from: None,
            to: None,
            records: 0,
            gaps: Vec::new(),
            state: vec![MISSING],
            note: vec![format!(
                "not on the drive, though Windows of this version has it; it would tell {}",
                expected.tells
            )],
            sha256: None,
        })
        .collect()
}

fn row(machines: &[Machine], source: &Source) -> CoverageRow {
    let machine = source
        .machine
        .and_then(|index| machines.get(usize::try_from(index).ok()?))
        .map(|machine| machine.id.clone())
        .or_else(|| source.device_label.clone())
        .unwrap_or_default();
    let coverage = &source.outcome.coverage;
    let mut states = coverage.states.clone();
    if !source.outcome.damage.is_empty() && !states.contains(&SourceState::Damaged) {
        states.push(SourceState::Damaged);
    }
    states.sort_unstable();
    let mut state: Vec<&'static str> = states.into_iter().map(SourceState::name).collect();
    let mut note = source.notes.clone();
    if let Some(error) = &source.error {
        state.push("unreadable");
        note.push(error.clone());
    }
    let damage = &source.outcome.damage;
    note.extend(damage.iter().take(DAMAGE_SAID).map(ToString::to_string));
    if damage.len() > DAMAGE_SAID {
        note.push(format!(
            "and {} more damaged places",
            damage.len().saturating_sub(DAMAGE_SAID)
        ));
    }
    CoverageRow {
        machine,
        source: source.name.clone(),
        artifact: source.artifact,
        from: coverage.first,
        to: coverage.last,
        records: coverage.records,
        gaps: coverage.gaps.clone(),
        state,
        note,
        sha256: source.sha256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reconstruction::testing::Scene;

    fn missed(build: Option<u32>, name: &str, is_drive: bool) -> Vec<String> {
        let mut scene = Scene::new();
        let machine = scene.machine("PC");
        scene.machines[0].build = build;
        for (source, name) in scene.sources.iter_mut().zip([
            name,
            "Windows/System32/config/SYSTEM",
            "windows/INF/setupapi.dev.log",
        ]) {
            source.place = Some(SourcePlace {
                evidence: 0,
                volume: 0,
                path: name.to_owned(),
                stream: None,
            });
        }
        let drives = is_drive.then_some(machine).into_iter().collect();
        let rows = rows(&scene.machines, &scene.sources, &drives);
        let missing = rows.into_iter().filter(|row| row.state == [MISSING]);
        missing
            .map(|row| row.source.rsplit('/').next().unwrap_or_default().to_owned())
            .collect()
    }

    const LOG: &str = "Windows/System32/winevt/Logs/Microsoft-Windows-Partition%4Diagnostic.evtx";

    #[test]
    fn what_this_windows_would_have_and_the_drive_lacks_is_missing() {
        let all = missed(
            Some(19044),
            "Windows/System32/winevt/Logs/System.evtx",
            true,
        );
        assert_eq!(
            all,
            [
                "SOFTWARE",
                "Security.evtx",
                "Microsoft-Windows-Partition%4Diagnostic.evtx"
            ]
        );
        assert!(
            !missed(Some(19044), LOG, true)
                .iter()
                .any(|own| LOG.ends_with(own))
        );
        assert!(
            !missed(Some(14393), "x", true)
                .iter()
                .any(|own| LOG.ends_with(own))
        );
        assert_eq!(missed(None, "x", true), ["SOFTWARE"]);
        assert_eq!(missed(Some(19044), "x", false), Vec::<String>::new());
    }
}
