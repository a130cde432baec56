//! From where a copy came.
//!
//! Windows keeps no record of it. Two sides must agree: the stick was in the machine when the copy was
//! made, and the other file was there before. What agrees is said, and what not; of several files that
//! could be the original each is named.

use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::{CopyGroup, CopyPlace, FileState, Likeness, Sighting};
use crate::custody::Session;
use crate::event::MachineIndex;
use crate::reconstruction::Reconstruction;

/// A file from which a copy can have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedFrom {
    /// Its place among the group's members.
    pub member: usize,
    /// What speaks for it, the strongest first.
    pub because: Vec<Agreement>,
}

/// What agrees between a copy and what it is held to be copied from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Agreement {
    /// The contents are the same bytes.
    Content,
    /// The copy was made while the stick was in the machine: the stay.
    MadeInStay(usize),
    /// The change journal of the copy's volume shows that it was made then.
    Journal,
    /// It was made later than its content was last written, as copies are.
    MadeAfterWritten,
    /// The stick was in the machine while the other file lay there: the stay. The copy's own time of
    /// creation says nothing, since it was kept from the original.
    TogetherInStay(usize),
    /// Both lie on volumes of the same machine.
    SameMachine,
    /// Somebody opened the file there in the same stay.
    OpenedInStay,
}

/// How surely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Content, and the copy's own time of creation inside the stay.
    Strong,
    /// One of both.
    Fair,
    /// Neither.
    Weak,
}

impl Grade {
    /// The word in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Fair => "fair",
            Self::Weak => "weak",
        }
    }
}

impl CopiedFrom {
    /// How surely.
    #[must_use]
    pub fn grade(&self) -> Grade {
        let content = self.because.contains(&Agreement::Content);
        let in_time = self.because.iter().any(|own| {
            matches!(
                own,
                Agreement::MadeInStay(_) | Agreement::SameMachine | Agreement::Journal
            )
        });
        match (content, in_time) {
            (true, true) => Grade::Strong,
            (false, false) => Grade::Weak,
            _ => Grade::Fair,
        }
    }
}

/// Records of a plug trail it, and those of a pull come before it is over.
const TRAILING: i64 = 15 * TICKS_PER_SECOND;

/// The most members that are held against each other; more are no longer for people to read.
const MOST: usize = 400;

pub(super) fn find(r: &Reconstruction, group: &mut CopyGroup) {
    if group.members.len() > MOST {
        return;
    }
    let all: Vec<Vec<CopiedFrom>> = (0..group.members.len())
        .map(|target| originals(r, group, target))
        .collect();
    for ((_, own), from) in group.members.iter_mut().zip(all) {
        own.from = from;
    }
}

fn originals(r: &Reconstruction, group: &CopyGroup, target: usize) -> Vec<CopiedFrom> {
    let Some((likeness, copy)) = group.members.get(target) else {
        return Vec::new();
    };
    let mut found: Vec<CopiedFrom> = Vec::new();
    for (number, (of_other, other)) in group.members.iter().enumerate() {
        if number == target || other.state == FileState::GoneFromRecycleBin {
            continue;
        }
        let content = *likeness == Likeness::Content && *of_other == Likeness::Content;
        if let Some(because) = agreements(r, copy, other, content) {
            found.push(CopiedFrom {
                member: number,
                because,
            });
        }
    }
    // What agrees in time drives out what merely does not contradict.
    let best = found.iter().map(CopiedFrom::grade).min();
    found.retain(|own| Some(own.grade()) == best);
    found
}

/// What agrees; `None` where nothing ties the two, or their order is the other way round.
fn agreements(
    r: &Reconstruction,
    copy: &Sighting,
    other: &Sighting,
    content: bool,
) -> Option<Vec<Agreement>> {
    let mut because = Vec::new();
    if content {
        because.push(Agreement::Content);
    }
    let made = own_time(r, copy)?;
    match (&copy.place, &other.place) {
        (CopyPlace::Machine(machine), CopyPlace::Device(device)) => {
            let stay = stays(r, *device, *machine).find(|(_, stay)| holds(r, stay, made));
            let (number, stay) = stay?;
            // What came onto the stick in this stay and after the copy was made is no original.
            let first = own_time_in(r, other, *machine);
            if first.is_some_and(|first| first.ticks_since(made) > 0) {
                return None;
            }
            because.push(Agreement::MadeInStay(number));
            if opened_in(r, other, stay) {
                because.push(Agreement::OpenedInStay);
            }
        }
        (CopyPlace::Device(device), CopyPlace::Machine(machine)) => {
            let there = own_time(r, other)?;
            let in_own_stay = |number: &usize| {
                let stay = r.sessions.get(*number);
                stay.is_some_and(|stay| stay.machine == *machine)
            };
            if copy.stays.is_empty() {
                // Its time of creation is older than every stay: it was kept.
                let stay = stays(r, *device, *machine)
                    .find(|(_, stay)| begin(r, stay).is_some_and(|b| there.ticks_since(b) <= 0));
                because.push(Agreement::TogetherInStay(stay?.0));
            } else {
                let number = copy.stays.iter().copied().find(in_own_stay)?;
                let in_machine = own_time_in(r, copy, *machine)?;
                if there.ticks_since(in_machine) > 0 {
                    return None;
                }
                because.push(Agreement::MadeInStay(number));
            }
        }
        (CopyPlace::Machine(machine), CopyPlace::Machine(of_other)) if machine == of_other => {
            let there = own_time(r, other)?;
            if there.ticks_since(made) >= 0 {
                return None;
            }
            because.push(Agreement::SameMachine);
        }
        _ => return None,
    }
    if copy.traces.iter().any(|trace| is_journal(r, *trace)) {
        because.push(Agreement::Journal);
    }
    let written = copy.modified;
    if written.is_some_and(|written| made.ticks_since(written) > 0) {
        because.push(Agreement::MadeAfterWritten);
    }
    because.sort();
    Some(because)
}

/// When it was made by its machine's own clock, UTC; on a stick as its file system wrote it.
fn own_time(r: &Reconstruction, own: &Sighting) -> Option<Timestamp> {
    let machine = match own.place {
        CopyPlace::Machine(machine) => Some(machine),
        _ => None,
    };
    Some(super::traces::utc(r, machine, own.times.created?))
}

/// When it was made on the stick, read on the clock of the machine that it was in.
fn own_time_in(r: &Reconstruction, own: &Sighting, machine: MachineIndex) -> Option<Timestamp> {
    Some(super::traces::utc(r, Some(machine), own.times.created?))
}

/// The stays of a device in a machine, by their number.
fn stays(
    r: &Reconstruction,
    device: u32,
    machine: MachineIndex,
) -> impl Iterator<Item = (usize, &Session)> {
    let all = r.sessions.iter().enumerate();
    all.filter(move |(_, stay)| stay.device == device && stay.machine == machine)
}

fn begin(r: &Reconstruction, stay: &Session) -> Option<Timestamp> {
    stay.connected
        .iter()
        .map(|event| r.events.own_time(*event))
        .min()
}

/// Whether a moment of the machine's own clock lies in a stay of which both ends are known.
fn holds(r: &Reconstruction, stay: &Session, at: Timestamp) -> bool {
    let end = stay
        .removed
        .iter()
        .map(|event| r.events.own_time(*event))
        .max();
    begin(r, stay).zip(end).is_some_and(|(begin, end)| {
        begin.ticks_since(at) <= TRAILING && at.ticks_since(end) <= TRAILING
    })
}

/// Whether a record of the stay's machine says that the file was opened then.
fn opened_in(r: &Reconstruction, other: &Sighting, stay: &Session) -> bool {
    other.traces.iter().any(|trace| {
        let Some((source, trace)) = r.traces.get(*trace) else {
            return false;
        };
        let source = usize::try_from(*source).ok().and_then(|s| r.sources.get(s));
        let here = source.is_some_and(|source| source.machine == Some(stay.machine));
        let seen = trace
            .seen
            .map(|at| super::traces::utc(r, Some(stay.machine), at));
        here && seen.is_some_and(|seen| holds(r, stay, seen))
    })
}

fn is_journal(r: &Reconstruction, trace: usize) -> bool {
    let source = r.traces.get(trace).map(|(source, _)| *source);
    let source = source.and_then(|source| usize::try_from(source).ok());
    source
        .and_then(|source| r.sources.get(source))
        .is_some_and(|source| source.artifact == crate::intake::usn_journal::NAME)
}
