//! What one source gives: its events, its claims about identity, what it says about the machine
//! and its clock, and what it could have seen.

use std::collections::BTreeMap;

use kusari_artifacts::system_hive::{TimeZoneRules, YearRules};
use kusari_artifacts::{Locator, Outcome};
use kusari_evidence::FileTimes;
use kusari_evidence::time::{RecordedTime, Timestamp};

use crate::event::{EventTable, NewEvent};
use crate::identity::{Claim, Identifier, Property, PropertyKind};
use crate::strings::StringPool;

/// What a source says about the machine that it was found on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MachineFact {
    /// The computer's name.
    ComputerName(String),
    /// The computer's name in an event, perhaps an earlier one, perhaps fully qualified.
    ComputerNameInEvents(String),
    /// The rules between local time and UTC, as the machine last had them.
    TimeZone(TimeZoneRules),
    /// The rules of single years for one zone (`Dynamic DST`), which complete [`Self::TimeZone`]
    /// when the machine has that zone.
    TimeZoneYears {
        /// The zone's key under `Time Zones`.
        key_name: String,
        /// Rules by local year.
        years: BTreeMap<i32, YearRules>,
    },
    /// The version of Windows in words, with its build: `Windows 10 Pro 21H2 (19044.1766)`.
    WindowsVersion(String),
    /// The build number of Windows: 19044.
    WindowsBuild(u32),
    /// When this installation (or its last feature update) was made.
    InstallDate(Timestamp),
    /// When the change journal of the volume was made or last stamped anew, by the machine's clock,
    /// from `$UsnJrnl:$Max` beside the source.
    ChangeJournalMade {
        /// The time that is the journal's id.
        at: Timestamp,
        /// Whether its numbers go on from those of an earlier journal.
        goes_on: bool,
    },
    /// A user of the machine.
    User {
        /// Security identifier, `S-1-5-…`.
        sid: String,
        /// The account's name, or the name of its profile folder.
        name: String,
    },
}

/// A [`MachineFact`] with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedFact {
    /// What is said.
    pub fact: MachineFact,
    /// Where.
    pub locator: Locator,
}

/// A record that the machine's clock was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockChange {
    /// What the clock showed before, UTC.
    pub before: Timestamp,
    /// What it showed right after, UTC.
    pub after: Timestamp,
    /// The program that set it, as the record writes its path.
    pub program: Option<String>,
    /// The SID of the account that set it.
    pub account: Option<String>,
    /// The name of that account, where the record has it.
    pub account_name: Option<String>,
    /// Whether the clock only went on after a sleep, or may have: what it showed before was not wrong, and
    /// nothing is concluded from the change.
    pub may_be_resume: bool,
    /// Where the record stands.
    pub locator: Locator,
}

/// The account under which Windows' time service runs.
const LOCAL_SERVICE: &str = "S-1-5-19";

/// The program in which Windows' services run.
const SERVICE_HOST: &str = "svchost.exe";

impl ClockChange {
    /// Who or what set it, as far as the record says: the program, else the account.
    #[must_use]
    pub fn by(&self) -> Option<&str> {
        self.program.as_deref().or(self.account_name.as_deref())
    }

    /// Whether time may have passed that the clock did not see: it was put forward, and by no person.
    /// Time services do that with the clock of a virtual machine that had been stopped, so what it
    /// showed before need not have been wrong.
    #[must_use]
    pub fn may_hide_a_pause(&self) -> bool {
        self.step() > 0 && !self.is_by_an_account_of_people()
    }

    /// Whether Windows' time service set it, by the time of its source.
    #[must_use]
    pub fn is_by_the_time_service(&self) -> bool {
        let program = self.program.as_deref().unwrap_or_default();
        let name = program.rsplit(['\\', '/']).next().unwrap_or_default();
        self.account.as_deref() == Some(LOCAL_SERVICE) && name.eq_ignore_ascii_case(SERVICE_HOST)
    }

    /// Takes what another record of the same change tells beside this one.
    pub(crate) fn add(&mut self, other: Self) {
        if self.account.is_none() || other.is_by_an_account_of_people() {
            self.account = other.account;
        }
        self.program = self.program.take().or(other.program);
        self.account_name = self.account_name.take().or(other.account_name);
    }

    /// By how many 100 ns the clock was put forward; negative when it was put back.
    #[must_use]
    pub const fn step(&self) -> i64 {
        self.after.ticks_since(self.before)
    }

    /// Whether the account is one that a person logs on with: of a machine or domain (`S-1-5-21-`)
    /// or of the directory in the cloud (`S-1-12-1-`). The time service and the services of virtual
    /// machines run as `S-1-5-18` and `S-1-5-19`.
    ///
    /// Source: MS-DTYP 2.4.2.4 (well-known SIDs).
    #[must_use]
    pub fn is_by_an_account_of_people(&self) -> bool {
        let starts = |sid: &str| sid.starts_with("S-1-5-21-") || sid.starts_with("S-1-12-1-");
        self.account.as_deref().is_some_and(starts)
    }
}

/// What a record says of a file: that it lay at a place, and what it was like there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileTrace {
    /// Its path, as the record writes it: `E:\20220621\ESB.bak`, `\\server\share\ESB.bak`.
    pub path: String,
    /// The volume that it lay on, by the name that the record uses: a serial number, else a letter.
    pub volume: Option<Identifier>,
    /// The machine that it lay on or whose drive it was on, by its NetBIOS name.
    pub computer: Option<String>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Its own times, as its file system said them, UTC.
    pub times: FileTimes,
    /// When it lay there, by the clock of the machine that the record is from; `None` where nothing
    /// says when the record was written.
    pub seen: Option<RecordedTime>,
    /// Where the record stands.
    pub locator: Locator,
}

/// The most traces that one source gives; no Windows keeps as many.
const MOST_TRACES: usize = 200_000;

/// What one source gives. An intake module fills it.
#[derive(Debug, Default)]
pub struct Harvest {
    pub(crate) strings: StringPool,
    pub(crate) events: EventTable,
    pub(crate) claims: Vec<Claim>,
    pub(crate) properties: Vec<Property>,
    pub(crate) facts: Vec<LocatedFact>,
    pub(crate) clock_changes: Vec<ClockChange>,
    pub(crate) traces: Vec<FileTrace>,
    pub(crate) outcome: Outcome,
    pub(crate) notes: Vec<String>,
}

impl Harvest {
    /// Adds an event.
    pub fn event(&mut self, event: &NewEvent<'_>) {
        self.events.push(&mut self.strings, 0, event);
    }

    /// States that two names belong to one thing.
    pub fn claim(&mut self, a: Identifier, b: Identifier, why: &'static str, locator: &Locator) {
        self.claims.push(Claim {
            a,
            b,
            why,
            locator: locator.clone(),
        });
    }

    /// States what a device or volume is like.
    pub fn property(
        &mut self,
        of: &Identifier,
        kind: PropertyKind,
        value: impl Into<String>,
        locator: &Locator,
    ) {
        let value = value.into();
        self.properties.push(Property {
            of: of.clone(),
            kind,
            value,
            locator: locator.clone(),
        });
    }

    /// States something about the machine.
    pub fn fact(&mut self, fact: MachineFact, locator: &Locator) {
        self.facts.push(LocatedFact {
            fact,
            locator: locator.clone(),
        });
    }

    /// States that the machine's clock was set, whatever set it.
    pub fn clock_change(&mut self, change: ClockChange) {
        self.clock_changes.push(change);
    }

    /// States what a file was like at a place.
    pub fn trace(&mut self, trace: FileTrace) {
        if self.traces.len() < MOST_TRACES {
            self.traces.push(trace);
        }
    }

    /// Says what the source could have seen and what had to be skipped. Once a source.
    pub fn outcome(&mut self, outcome: Outcome) {
        self.outcome = outcome;
    }

    /// Adds a sentence for people to the source's line in the coverage.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

/// What a filled harvest holds, for programs that read one artifact by itself.
impl Harvest {
    /// The events, in the order of the source.
    #[must_use]
    pub fn events(&self) -> &EventTable {
        &self.events
    }

    /// The texts of the events.
    #[must_use]
    pub fn strings(&self) -> &StringPool {
        &self.strings
    }

    /// Which names belong together.
    #[must_use]
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// What devices and volumes are like.
    #[must_use]
    pub fn properties(&self) -> &[Property] {
        &self.properties
    }

    /// What is said about the machine.
    #[must_use]
    pub fn facts(&self) -> &[LocatedFact] {
        &self.facts
    }

    /// All recorded settings of the machine's clock, also those after a sleep.
    #[must_use]
    pub fn clock_changes(&self) -> &[ClockChange] {
        &self.clock_changes
    }

    /// What is said of files at places.
    #[must_use]
    pub fn traces(&self) -> &[FileTrace] {
        &self.traces
    }

    /// What the source could have seen, and what had to be skipped.
    #[must_use]
    pub fn said(&self) -> &Outcome {
        &self.outcome
    }

    /// Sentences for people.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}
