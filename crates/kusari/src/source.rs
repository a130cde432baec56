//! The sources of a reconstruction: every file that was read.

use kusari_artifacts::Outcome;
use kusari_evidence::FileTimes;
use kusari_evidence::hash::Sha256;

use crate::event::MachineIndex;

/// One file that was read, or could not be.
#[derive(Debug, Clone)]
pub struct Source {
    /// The evidence and the path on it, as every output cites it.
    pub name: String,
    /// The machine on whose evidence it stands; `None` for a stick's own log.
    pub machine: Option<MachineIndex>,
    /// The label of the device whose own log it is, or on whose image it stands.
    pub device_label: Option<String>,
    /// What kind of artifact.
    pub artifact: &'static str,
    /// The page of the project's documentation that says how it is read.
    pub page: &'static str,
    /// Where it stands: its evidence among those that were opened and its volume there. `None`
    /// for a stick's own log and for what is no file.
    pub place: Option<SourcePlace>,
    /// Size in bytes.
    pub size: u64,
    /// The times that its file system keeps for it.
    pub times: FileTimes,
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

/// Where a source stands among the evidence that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePlace {
    /// The evidence, by its place in [`crate::Reconstruction::evidence`].
    pub evidence: usize,
    /// The volume, by its place in the evidence.
    pub volume: usize,
    /// The path on the volume; empty for the volume itself.
    pub path: String,
    /// The alternate stream that it is; `None` for the file's own content.
    pub stream: Option<&'static str>,
}

impl Source {
    /// Whether something of it could not be read.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.error.is_some() || !self.outcome.damage.is_empty()
    }
}
