//! Absence: whether something did *not* happen in a stretch of time, and on what that rests.
//!
//! A missing record proves nothing by itself. It does where a source would have recorded the thing,
//! covers the whole stretch, numbers its records without a gap, and has none. For every gap in the
//! custody of a stick the question is asked for its logins, for its connections to each machine and for
//! what was done with its files. Three answers: yes, no, cannot tell; each with its reasons and with what
//! those stand on: evidence, a declared statement, or something that is assumed. The method stands in
//! `docs/absence.md`.

mod connections;
mod files;
mod gaps;
mod logins;
mod records;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use self::records::Records;
use crate::clock::{Basis, CorrectedTime, Says};
use crate::event::{MachineIndex, SourceIndex};
use crate::identity::DeviceIndex;
use crate::reconstruction::Reconstruction;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Whether a password was given to the device, right or wrong.
    Login,
    /// Whether the device was connected to the machine.
    Connection,
    /// Whether the device was connected to the machine before the first connection on record.
    EarlierConnection,
    /// Whether files on the device were opened or changed.
    FileUse,
}

impl Question {
    /// The word in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Connection => "connection",
            Self::EarlierConnection => "earlier-connection",
            Self::FileUse => "file-use",
        }
    }
}

/// The answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// It happened: there are records of it.
    Yes,
    /// It did not, as far as the reasons hold.
    No,
    /// The evidence does not say.
    CannotTell,
}

impl Answer {
    /// The word in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::CannotTell => "cannot-tell",
        }
    }
}

/// One end of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// An event.
    Event(usize),
    /// A moment of true time: an end of the days of interest.
    Moment(kusari_evidence::time::Timestamp),
    /// Nothing: it reaches as far as there is anything.
    Open,
}

/// A question about a stretch of time, and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// What is asked.
    pub question: Question,
    /// The device.
    pub device: DeviceIndex,
    /// The machine; `None` where it is asked of none in particular.
    pub machine: Option<MachineIndex>,
    /// The beginning of the stretch.
    pub from: End,
    /// The end of the stretch.
    pub to: End,
    /// The gap of custody that it is asked for; the stretch holds it. `None`: it is asked of all time.
    pub gap: Option<(End, End)>,
    /// The answer.
    pub answer: Answer,
    /// Why.
    pub because: Vec<Reason>,
}

/// One reason for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// On what it stands.
    pub basis: Basis,
    /// What it says.
    pub says: Says,
    /// The id of the case's statement that says it, where it is declared.
    pub statement: Option<String>,
    /// The sources that it is about.
    pub sources: Vec<SourceIndex>,
    /// The events that it is about.
    pub events: Vec<usize>,
}

impl Reason {
    fn evidence(en: impl Into<String>, ja: impl Into<String>) -> Self {
        Self {
            basis: Basis::Evidence,
            says: Says {
                en: en.into(),
                ja: ja.into(),
            },
            statement: None,
            sources: Vec::new(),
            events: Vec::new(),
        }
    }

    fn assumed(en: &str, ja: &str) -> Self {
        Self {
            basis: Basis::Assumed,
            ..Self::evidence(en, ja)
        }
    }

    fn about(mut self, source: SourceIndex) -> Self {
        self.sources.push(source);
        self
    }
}

/// A case can have more gaps than anybody reads about; so many questions are answered.
pub const MOST_ASKED: usize = 50_000;

/// An answer with its reasons.
type Answered = (Answer, Vec<Reason>);

impl Reconstruction {
    /// What is asked of each device of the custody table in each gap of its custody, in the order of
    /// devices and of time; no more than [`MOST_ASKED`].
    #[must_use]
    pub fn absences(&self) -> Vec<Absence> {
        let records = Records::new(self);
        let mut all = Vec::new();
        // Two gaps can lie between the same two logins; that is asked once.
        let mut asked = BTreeSet::new();
        for &device in &self.custody.columns {
            for gap in gaps::of(self, device) {
                let logins = logins::ask(self, &records, &gap).into_iter();
                let connections = connections::ask(self, &records, &gap);
                let files = files::ask(self, &records, &gap);
                let new = logins.chain(connections).chain(files);
                all.extend(new.filter(|own| {
                    asked.insert((own.question, own.device, own.machine, own.from, own.to))
                }));
                if all.len() > MOST_ASKED {
                    all.truncate(MOST_ASKED);
                    return all;
                }
            }
            all.extend(connections::ask_before_the_first(self, &records, device));
        }
        all
    }

    /// The true time of an end of a stretch; `None`: it is open.
    #[must_use]
    pub fn end_time(&self, end: End) -> Option<CorrectedTime> {
        match end {
            End::Event(event) => self.events.placed(event).map(|placed| placed.corrected),
            End::Moment(at) => Some(CorrectedTime {
                estimate: at,
                earliest: Some(at),
                latest: Some(at),
            }),
            End::Open => None,
        }
    }
}
