//! What each source could have seen. Absence counts only inside it.

use kusari_artifacts::{NumberGap, SourceState};
use kusari_evidence::hash::Sha256;
use kusari_evidence::time::RecordedTime;

use crate::machine::Machine;
use crate::source::Source;

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

pub(crate) fn rows(machines: &[Machine], sources: &[Source]) -> Vec<CoverageRow> {
    sources.iter().map(|source| row(machines, source)).collect()
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
