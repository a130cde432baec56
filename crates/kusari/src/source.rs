//! The sources of a reconstruction: every file that was read.

use kusari_artifacts::Outcome;
use kusari_evidence::hash::Sha256;

use crate::event::MachineIndex;

/// One file that was read, or could not be.
#[derive(Debug, Clone)]
pub struct Source {
    /// The evidence and the path on it, as every output cites it.
    pub name: String,
    /// The machine on whose evidence it stands; `None` for a stick's own log.
    pub machine: Option<MachineIndex>,
    /// The label of the device whose own log it is.
    pub device_label: Option<String>,
    /// What kind of artifact.
    pub artifact: &'static str,
    /// The page of the project's documentation that says how it is read.
    pub page: &'static str,
    /// Size in bytes.
    pub size: u64,
    /// Hash of its bytes; `None` when it could not be read.
    pub sha256: Option<Sha256>,
    /// Files that were read with it (a hive's transaction logs), with their hashes.
    pub companions: Vec<(String, Sha256)>,
    /// What it could have seen, and what had to be skipped.
    pub outcome: Outcome,
    /// Sentences for people.
    pub notes: Vec<String>,
    /// Why it could not be read.
    pub error: Option<String>,
}

impl Source {
    /// Whether something of it could not be read.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.error.is_some() || !self.outcome.damage.is_empty()
    }
}
