//! The case: which machines and sticks there are, what examiners saw of the clocks, and what is
//! known about true time. Read from a TOML file or built by a program.

mod file;
mod keys;
mod span;
mod text;
mod unlock;

use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use kusari_evidence::UnlockKey;
use kusari_evidence::time::Timestamp;

pub use text::LocalizedText;

/// A case that cannot be read as one.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The file could not be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The case file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file is not TOML, or a key has a value of the wrong type.
    #[error("{}: {message}", path.display())]
    Syntax {
        /// The case file.
        path: PathBuf,
        /// What is wrong, and where.
        message: String,
    },
    /// A value means nothing.
    #[error("{}: {place}: `{value}` is not {expected}", path.display())]
    Value {
        /// The case file.
        path: PathBuf,
        /// The key's place in the file: `machine[1].clock[0].offset`.
        place: String,
        /// What stands there.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A key for an encrypted volume is none. The message never shows the key.
    #[error("{}: {place}: {reason}", path.display())]
    Key {
        /// The case file.
        path: PathBuf,
        /// The key's place in the file: `machine[1].unlock[0].recovery-key`.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// A case.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// The zone in which times are shown, and in which the case file's days are meant.
    pub timezone: Tz,
    /// The first moment of interest.
    pub from: Option<Timestamp>,
    /// The first moment that is no longer of interest.
    pub to: Option<Timestamp>,
    /// The machines, in the order of the file.
    pub machines: Vec<Machine>,
    /// The devices, in the order of the file.
    pub devices: Vec<Device>,
    /// What is known about true time.
    pub facts: Vec<Fact>,
    /// What is declared of devices' own logs.
    pub statements: Vec<DeclaredStatement>,
    /// How far a clock may drift, in millionths; `None`: the case does not say, and
    /// [`DEFAULT_DRIFT_PPM`] is assumed.
    pub drift_ppm: Option<u32>,
    /// How far from true time a clock was right behind a setting by the time service, in 100 ns; `None`:
    /// the case does not say, and nothing is concluded from such settings.
    pub time_service: Option<i64>,
    /// How long it takes to carry a stick between two machines at least.
    pub travel: Vec<Travel>,
}

/// A machine of the case.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Its id in every output. `None`: named after its computer name.
    pub id: Option<String>,
    /// How people call it.
    pub label: Option<LocalizedText>,
    /// Computer names under which other sources may name it.
    pub names: Vec<String>,
    /// Where its evidence lies, on the examiner's machine.
    pub evidence: Vec<PathBuf>,
    /// Keys for encrypted volumes on it.
    pub unlock: Vec<UnlockKey>,
    /// The zone of its local times, where its own registry does not say.
    pub timezone: Option<Tz>,
    /// What examiners saw of its clock.
    pub clock: Vec<Observation>,
}

/// What an examiner saw of a machine's clock.
#[derive(Debug, Clone)]
pub struct Observation {
    /// The beginning of the day on which it was seen.
    pub from: Timestamp,
    /// The end of that day.
    pub to: Timestamp,
    /// The day as the case file writes it.
    pub on: String,
    /// The written number, in 100 ns.
    pub offset: i64,
    /// How far it may be off, in 100 ns.
    pub tolerance: i64,
    /// How the written number is to be read.
    pub reads: Reads,
    /// What the examiner wrote.
    pub note: Option<String>,
}

/// How the number in an [`Observation`] is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// It is what to add to the machine's time to get true time.
    Correction,
    /// It is the machine's time minus true time.
    Deviation,
    /// It was not written down which.
    Unknown,
}

impl Reads {
    /// The word in case files and output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Correction => "correction",
            Self::Deviation => "deviation",
            Self::Unknown => "unknown",
        }
    }
}

/// A device of the case.
#[derive(Debug, Clone)]
pub struct Device {
    /// The label on it, its name in every output.
    pub label: String,
    /// The serial number that it reports by USB.
    pub serial: Option<String>,
    /// Images of it, on the examiner's machine.
    pub evidence: Vec<PathBuf>,
    /// Keys for encrypted volumes on it.
    pub unlock: Vec<UnlockKey>,
    /// Its own login log.
    pub vendor_log: Option<VendorLog>,
}

/// A device's own login log.
#[derive(Debug, Clone)]
pub struct VendorLog {
    /// Where it lies, on the examiner's machine.
    pub path: PathBuf,
    /// A built-in profile's name, or the path of a profile file.
    pub profile: String,
}

/// What people or other records say about true time. Used by the clock solver.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Its id: `F4`.
    pub id: String,
    /// What is said.
    pub says: LocalizedText,
    /// Who says it.
    pub source: Option<String>,
    /// The event that it is about.
    pub event: Option<FactEvent>,
    /// The event is not before this moment.
    pub not_before: Option<Timestamp>,
    /// The event is not after this moment.
    pub not_after: Option<Timestamp>,
    /// The event is at this moment.
    pub at: Option<Timestamp>,
    /// How far the moment may be off, in 100 ns.
    pub tolerance: i64,
}

/// The event that a [`Fact`] is about.
#[derive(Debug, Clone)]
pub struct FactEvent {
    /// The machine's id.
    pub machine: Option<String>,
    /// The device's label.
    pub device: Option<String>,
    /// The action's name.
    pub action: Option<String>,
    /// `first`, `last`, or nothing for all.
    pub which: Option<String>,
}

/// What somebody declares of devices' own logs, such as their maker. It stands in reports as declared.
#[derive(Debug, Clone)]
pub struct DeclaredStatement {
    /// Its id: `M1`.
    pub id: String,
    /// What is said.
    pub says: LocalizedText,
    /// Who says it.
    pub source: Option<String>,
    /// The labels of the devices that it is about.
    pub about: Vec<String>,
    /// What it means for the log.
    pub claims: LogClaim,
}

/// What can be declared of a device's own log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogClaim {
    /// The device cannot be opened, and no password given to it, without a record.
    EveryLoginIsRecorded,
    /// Records are numbered in the order of the operations, whatever the clock of the PC shows.
    RecordsAreInOrder,
}

/// How long it takes to carry a stick between two machines at least.
#[derive(Debug, Clone)]
pub struct Travel {
    /// The two machines' ids.
    pub between: (String, String),
    /// In 100 ns.
    pub at_least: i64,
}

impl Case {
    /// Reads a case file. Paths in it are relative to it.
    ///
    /// # Errors
    /// When it cannot be read, is no TOML, holds an unknown key (the nearest known one is
    /// named), or a value means nothing.
    pub fn from_file(path: &Path) -> Result<Self, CaseError> {
        let text = std::fs::read_to_string(path).map_err(|source| CaseError::Io {
            path: path.to_owned(),
            source,
        })?;
        file::parse(&text, path)
    }

    /// How far a clock may drift, in millionths: as the case says, or as is assumed.
    #[must_use]
    pub fn drift(&self) -> u32 {
        self.drift_ppm.unwrap_or(DEFAULT_DRIFT_PPM)
    }

    /// Whether a moment by a machine's own clock lies in the days of interest.
    #[must_use]
    pub fn is_of_interest(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at < to)
    }

    /// A case without a file, to which evidence is added.
    #[must_use]
    pub fn builder() -> CaseBuilder {
        CaseBuilder {
            case: Self {
                name: String::new(),
                timezone: Tz::UTC,
                from: None,
                to: None,
                machines: Vec::new(),
                devices: Vec::new(),
                facts: Vec::new(),
                statements: Vec::new(),
                drift_ppm: None,
                time_service: None,
                travel: Vec::new(),
            },
        }
    }
}

/// How far a clock may drift unless the case says otherwise: 100 millionths, 8.64 s a day.
pub const DEFAULT_DRIFT_PPM: u32 = 100;

/// Builds a [`Case`] without a file.
#[derive(Debug, Clone)]
pub struct CaseBuilder {
    case: Case,
}

impl CaseBuilder {
    /// Adds a machine whose evidence lies at these paths; it is named after its computer name.
    #[must_use]
    pub fn machine(mut self, evidence: impl IntoIterator<Item = PathBuf>) -> Self {
        self.case.machines.push(Machine {
            id: None,
            label: None,
            names: Vec::new(),
            evidence: evidence.into_iter().collect(),
            unlock: Vec::new(),
            timezone: None,
            clock: Vec::new(),
        });
        self
    }

    /// Adds a device's own login log.
    #[must_use]
    pub fn vendor_log(mut self, label: &str, path: PathBuf, profile: &str) -> Self {
        let vendor_log = Some(VendorLog {
            path,
            profile: profile.to_owned(),
        });
        self.case.devices.push(Device {
            label: label.to_owned(),
            serial: None,
            evidence: Vec::new(),
            unlock: Vec::new(),
            vendor_log,
        });
        self
    }

    /// Sets the zone in which times are shown.
    #[must_use]
    pub fn timezone(mut self, timezone: Tz) -> Self {
        self.case.timezone = timezone;
        self
    }

    /// The case.
    #[must_use]
    pub fn build(self) -> Case {
        self.case
    }
}
