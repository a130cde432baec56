//! The whole way of a case: evidence, sources, machines, identities, clocks, custody, findings.

mod assemble;
mod by_letter;
mod earlier;
mod events;
mod gathering;
mod opened;
mod order;
mod own_letters;
mod sources;
#[cfg(test)]
pub(crate) mod testing;
mod view;

use kusari_evidence::time::Timestamp;

pub use assemble::reconstruct;
pub use events::{Events, Placed};
pub use opened::{AskForKey, OpenedEvidence, Opening, Owner};
pub use view::{EventId, EventView};

use crate::case::Case;
use crate::clock::Clocks;
use crate::coverage::CoverageRow;
use crate::custody::{CustodyTable, Session};
use crate::event::{MachineIndex, SourceIndex};
use crate::findings::Finding;
use crate::harvest::{ClockChange, FileTrace};
use crate::identity::{Device, DeviceIndex, Identities};
use crate::intake::{ReadOptions, Reading};
use crate::machine::Machine;
use crate::source::Source;

/// How a case is reconstructed.
#[derive(Default)]
pub struct Options<'a> {
    /// What is read beyond the usual.
    pub read: ReadOptions,
    /// How evidence is opened.
    pub opening: Opening<'a>,
    /// How many threads read; `None`: one a core. The result does not depend on it.
    pub threads: Option<usize>,
    /// Told of progress.
    pub progress: Option<&'a dyn Progress>,
}

/// Told how far a reconstruction is.
pub trait Progress: Reading {
    /// Opening evidence takes long: what is done with which evidence, and how much of it.
    fn opening(&self, what: &str, done: u64, of: u64) {
        let _ = (what, done, of);
    }

    /// So many sources with so many bytes will be read.
    fn start(&self, sources: usize, bytes: u64);
}

/// A case that cannot be reconstructed at all.
#[derive(Debug, thiserror::Error)]
pub enum ReconstructError {
    /// None of the evidence could be opened.
    #[error("none of the evidence could be opened:\n{}", problems.join("\n"))]
    NothingOpened {
        /// What was wrong with each.
        problems: Vec<String>,
    },
    /// Evidence was opened, but no artifact was found on it.
    #[error(
        "no artifact that Kusari reads was found on: {}\nexpected a disk image, a folder with \
         Windows or Users in it, or hives, event logs (*.evtx), setup logs, shortcuts, jump lists, \
         files of recycle bins, change journals or a $MFT; a stick's own login log is given with \
         --vendor-log or in the case file",
        evidence.join(", ")
    )]
    NothingFound {
        /// The evidence.
        evidence: Vec<String>,
    },
    /// A login log's profile could not be read.
    #[error("profile `{profile}` of the login log of `{label}`: {reason}")]
    Profile {
        /// The device's label.
        label: String,
        /// The profile's name or path.
        profile: String,
        /// What is wrong.
        reason: String,
    },
    /// The threads could not be made.
    #[error("cannot make {threads} threads: {reason}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the operating system said.
        reason: String,
    },
}

/// A reconstructed case.
#[derive(Debug)]
pub struct Reconstruction {
    pub(crate) case: Case,
    pub(crate) machines: Vec<Machine>,
    pub(crate) sources: Vec<Source>,
    pub(crate) events: Events,
    pub(crate) identities: Identities,
    pub(crate) sessions: Vec<Session>,
    pub(crate) clocks: Clocks,
    pub(crate) custody: CustodyTable,
    pub(crate) findings: Vec<Finding>,
    pub(crate) coverage: Vec<CoverageRow>,
    pub(crate) problems: Vec<String>,
    pub(crate) traces: Vec<(SourceIndex, FileTrace)>,
    pub(crate) clock_changes: Vec<(SourceIndex, ClockChange)>,
    pub(crate) evidence: Vec<OpenedEvidence>,
    pub(crate) own_letters: own_letters::OwnLetters,
}

impl Case {
    /// Reads all evidence of the case and rebuilds its timeline.
    ///
    /// # Errors
    /// When nothing could be produced. Damaged or missing sources are no error: they stand in the
    /// coverage and in [`Reconstruction::problems`].
    pub fn reconstruct(self, options: &Options<'_>) -> Result<Reconstruction, ReconstructError> {
        reconstruct(self, options)
    }
}

impl Reconstruction {
    /// The case.
    #[must_use]
    pub fn case(&self) -> &Case {
        &self.case
    }

    /// The machines: the case's in its order, then those that only other sources name.
    #[must_use]
    pub fn machines(&self) -> &[Machine] {
        &self.machines
    }

    /// The machine with that number.
    #[must_use]
    pub fn machine(&self, index: MachineIndex) -> Option<&Machine> {
        self.machines.get(usize::try_from(index).ok()?)
    }

    /// Every file that was read.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The physical devices, also those that are no storage that can be carried.
    #[must_use]
    pub fn devices(&self) -> &[Device] {
        &self.identities.devices
    }

    /// The device with that number.
    #[must_use]
    pub fn device(&self, index: DeviceIndex) -> Option<&Device> {
        self.identities.devices.get(usize::try_from(index).ok()?)
    }

    /// Devices joined from all claims, and the claims that clash.
    #[must_use]
    pub fn identities(&self) -> &Identities {
        &self.identities
    }

    /// All events in columns, with their order and what they were placed to.
    #[must_use]
    pub fn event_columns(&self) -> &Events {
        &self.events
    }

    /// Sessions of each device in each machine.
    #[must_use]
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// What was stated of clocks, what was solved from it, and what cannot all hold. The corrections
    /// themselves stand in each machine's [clock](crate::machine::Machine::clock).
    #[must_use]
    pub fn clocks(&self) -> &Clocks {
        &self.clocks
    }

    /// The custody table.
    #[must_use]
    pub fn custody_table(&self) -> &CustodyTable {
        &self.custody
    }

    /// What the evidence shows that does not fit, or that limits what it can say.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What each source could have seen.
    #[must_use]
    pub fn coverage(&self) -> &[CoverageRow] {
        &self.coverage
    }

    /// The evidence that was opened, in the order of the case: machines, then devices.
    #[must_use]
    pub fn evidence(&self) -> &[OpenedEvidence] {
        &self.evidence
    }

    /// What records say of files at places, each with its source. Those of change journals are among
    /// them for the names that were asked for ([`ReadOptions::names`]).
    #[must_use]
    pub fn traces(&self) -> &[(SourceIndex, FileTrace)] {
        &self.traces
    }

    /// Every record that a machine's clock was set, each with its source: also those after a sleep,
    /// and the same change once for each log that records it.
    #[must_use]
    pub fn clock_changes(&self) -> &[(SourceIndex, ClockChange)] {
        &self.clock_changes
    }

    /// Evidence that could not be opened or read, in sentences for people.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// Whether every source could be opened and read whole.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.problems.is_empty() && !self.sources.iter().any(Source::is_damaged)
    }

    /// When a machine's local clock showed a moment of its own clock.
    #[must_use]
    pub fn local_time(&self, machine: MachineIndex, at: Timestamp) -> Timestamp {
        self.machine(machine)
            .map_or(at, |machine| machine.clock.zone.to_local(at))
    }
}
