//! From where a copy came.
//!
//! Windows keeps no record of it. Two sides must agree: the stick was in the machine when the copy was
//! made, and the other file was there before. What agrees is said, and what not; of several files that
//! could be the original each is named.

use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::{CopyGroup, CopyPlace, FileState, Likeness, Sighting};
use crate::custody::{Session, TRAILING};
use crate::event::MachineIndex;
use crate::identity::DeviceIndex;
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
    /// Name, size and time of the last writing are the same; no contents could be compared.
    NameSizeTime,
    /// The copy was made while the stick was in the machine: the stay.
    MadeInStay(usize),
    /// The copy was made after the stick was plugged in, and no removal is on record: the stay.
    MadeBehindPlug(usize),
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
    /// The content agrees, and the copy's own time of creation with the stay.
    Strong,
    /// One of both, or both in part.
    Fair,
    /// Nothing more than that it can have been so.
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

impl Agreement {
    /// How much it weighs.
    const fn weight(self) -> u32 {
        match self {
            Self::Content | Self::MadeInStay(_) => 2,
            Self::NameSizeTime | Self::MadeBehindPlug(_) | Self::Journal | Self::SameMachine => 1,
            Self::MadeAfterWritten | Self::TogetherInStay(_) | Self::OpenedInStay => 0,
        }
    }
}

impl CopiedFrom {
    /// How surely: by how much agrees of content and of time.
    #[must_use]
    pub fn grade(&self) -> Grade {
        let weights = self.because.iter().map(|own| own.weight());
        match weights.fold(0, u32::saturating_add) {
            4.. => Grade::Strong,
            2..4 => Grade::Fair,
            _ => Grade::Weak,
        }
    }
}

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
        let both = |is: fn(Likeness) -> bool| is(*likeness) && is(*of_other);
        let same = if both(|own| own == Likeness::Content) {
            Some(Agreement::Content)
        } else if both(|own| matches!(own, Likeness::Content | Likeness::NameSizeTime)) {
            Some(Agreement::NameSizeTime)
        } else {
            None
        };
        if let Some(because) = agreements(r, copy, other, same) {
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
    same: Option<Agreement>,
) -> Option<Vec<Agreement>> {
    let mut because: Vec<Agreement> = same.into_iter().collect();
    let made = own_time(r, copy)?;
    match (&copy.place, &other.place) {
        (CopyPlace::Machine(machine), CopyPlace::Device(device)) => {
            let closed = stays(r, *device, *machine).find(|(_, stay)| holds(r, stay, made));
            let (number, stay, in_stay) = match closed {
                Some((number, stay)) => (number, stay, Agreement::MadeInStay(number)),
                None => {
                    let (number, stay) = behind_plug(r, *device, *machine, made)?;
                    (number, stay, Agreement::MadeBehindPlug(number))
                }
            };
            // What came onto the stick in this stay and after the copy was made is no original.
            let first = own_time_in(r, other, *machine);
            if first.is_some_and(|first| first.ticks_since(made) > 0) {
                return None;
            }
            because.push(in_stay);
            if opened_in(r, number, stay, other) {
                because.push(Agreement::OpenedInStay);
            }
        }
        (CopyPlace::Device(device), CopyPlace::Machine(machine)) => {
            let there = own_time(r, other)?;
            let in_own_stay = |number: &usize| {
                let stay = r.sessions.get(*number);
                stay.is_some_and(|stay| stay.machine == *machine)
            };
            let in_machine = own_time_in(r, copy, *machine)?;
            if !copy.stays.is_empty() {
                let number = copy.stays.iter().copied().find(in_own_stay)?;
                if there.ticks_since(in_machine) > 0 {
                    return None;
                }
                because.push(Agreement::MadeInStay(number));
            } else if let Some((number, _)) = behind_plug(r, *device, *machine, in_machine)
                .filter(|_| there.ticks_since(in_machine) <= 0)
            {
                because.push(Agreement::MadeBehindPlug(number));
            } else {
                // Its time of creation lies in no stay: it was kept from the original. The copy was
                // there at the latest when a record first speaks of it.
                let seen = first_seen(r, copy);
                let fits = |stay: &Session| {
                    stay.begin(&r.events).is_some_and(|begin| {
                        there.ticks_since(begin) <= 0
                            && seen.is_none_or(|seen| begin.ticks_since(seen) <= 0)
                    })
                };
                let stay = stays(r, *device, *machine).find(|(_, stay)| fits(stay));
                because.push(Agreement::TogetherInStay(stay?.0));
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
    device: DeviceIndex,
    machine: MachineIndex,
) -> impl Iterator<Item = (usize, &Session)> {
    let all = r.sessions.iter().enumerate();
    all.filter(move |(_, stay)| stay.device == device && stay.machine == machine)
}

/// Whether a moment of the machine's own clock lies in a stay.
fn holds(r: &Reconstruction, stay: &Session, at: Timestamp) -> bool {
    stay.holds(&r.events, (at, at), TRAILING)
}

/// The stay without a removal on record in which a moment of the machine's own clock can lie: the last
/// plug was at most half a day before.
fn behind_plug(
    r: &Reconstruction,
    device: DeviceIndex,
    machine: MachineIndex,
    at: Timestamp,
) -> Option<(usize, &Session)> {
    /// Longer than anybody leaves a stick where no record shows it any more.
    const HALF_DAY: i64 = 12 * 3600 * TICKS_PER_SECOND;
    let before = stays(r, device, machine).filter_map(|(number, stay)| {
        let begin = stay.begin(&r.events)?;
        let behind = at.ticks_since(begin);
        (-TRAILING..=HALF_DAY)
            .contains(&behind)
            .then_some((begin, number, stay))
    });
    let (_, number, stay) = before.max_by_key(|(begin, number, _)| (*begin, *number))?;
    stay.removed.is_empty().then_some((number, stay))
}

/// When a record first speaks of the file, by the clock of the machine that it is from.
fn first_seen(r: &Reconstruction, own: &Sighting) -> Option<Timestamp> {
    let seen = own.traces.iter().filter_map(|trace| {
        let (source, trace) = r.traces.get(*trace)?;
        let source = r.sources.get(usize::try_from(*source).ok()?)?;
        Some(super::traces::utc(r, source.machine, trace.seen?))
    });
    seen.min()
}

/// Whether a record of the stay's machine says that the file was opened then.
fn opened_in(r: &Reconstruction, number: usize, stay: &Session, other: &Sighting) -> bool {
    other.traces.iter().any(|trace| {
        let Some((source, trace)) = r.traces.get(*trace) else {
            return false;
        };
        let source = usize::try_from(*source).ok().and_then(|s| r.sources.get(s));
        let here = source.is_some_and(|source| source.machine == Some(stay.machine));
        let seen = trace
            .seen
            .map(|at| super::traces::utc(r, Some(stay.machine), at));
        let in_stay = |seen: Timestamp| {
            holds(r, stay, seen)
                || behind_plug(r, stay.device, stay.machine, seen)
                    .is_some_and(|(own, _)| own == number)
        };
        here && seen.is_some_and(in_stay)
    })
}

fn is_journal(r: &Reconstruction, trace: usize) -> bool {
    let source = r.traces.get(trace).map(|(source, _)| *source);
    let source = source.and_then(|source| usize::try_from(source).ok());
    source
        .and_then(|source| r.sources.get(source))
        .is_some_and(|source| source.artifact == crate::intake::usn_journal::NAME)
}

#[cfg(test)]
mod tests {
    use kusari_evidence::FileTimes;
    use kusari_evidence::hash::sha256;
    use kusari_evidence::time::RecordedTime;

    use super::*;
    use crate::event::Action;
    use crate::lineage::{FileState, Stands};
    use crate::reconstruction::testing::{Scene, at};

    fn file(place: CopyPlace, created: &str) -> (Likeness, Sighting) {
        let created = RecordedTime::utc(at(created));
        let modified = RecordedTime::utc(at("2022-06-01 01:00:00"));
        let own = Sighting {
            place,
            stands: Stands::File {
                evidence: 0,
                volume: 0,
                reference: None,
            },
            name: "a.bak".to_owned(),
            path: "a.bak".to_owned(),
            original_path: None,
            size: Some(7),
            state: FileState::There,
            times: FileTimes {
                created: Some(created),
                modified: Some(modified),
                ..FileTimes::default()
            },
            modified: modified.to_utc(),
            sha256: Some(sha256(b"content")),
            unread: None,
            created: None,
            stays: Vec::new(),
            traces: Vec::new(),
            from: Vec::new(),
        };
        (Likeness::Content, own)
    }

    /// A stick that is in a machine from 9 to 10; when the second stay has an end is told.
    fn scene(second_end: bool) -> (Reconstruction, CopyPlace, CopyPlace) {
        let mut scene = Scene::new();
        let (machine, device) = (scene.machine("PC"), scene.device("S", "1"));
        scene.log(machine, device, Action::Connected, "2022-06-21 09:00:00");
        scene.log(machine, device, Action::Removed, "2022-06-21 10:00:00");
        scene.log(machine, device, Action::Connected, "2022-06-22 09:00:00");
        if second_end {
            scene.log(machine, device, Action::Removed, "2022-06-22 10:00:00");
        }
        let places = (CopyPlace::Machine(machine), CopyPlace::Device(device));
        (scene.build(), places.0, places.1)
    }

    /// What speaks for the first file being copied from the second.
    fn from(
        r: &Reconstruction,
        copy: (Likeness, Sighting),
        other: (Likeness, Sighting),
    ) -> Option<CopiedFrom> {
        let mut group = CopyGroup {
            members: vec![copy, other],
            or_of: Vec::new(),
        };
        find(r, &mut group);
        let (_, own) = group.members.remove(0);
        own.from.into_iter().next()
    }

    #[test]
    fn a_copy_made_in_a_stay_came_from_the_stick() {
        let (r, pc, stick) = scene(true);
        let on_stick = || file(stick.clone(), "2022-06-20 09:00:00");
        let found = from(&r, file(pc.clone(), "2022-06-21 09:30:00"), on_stick()).unwrap();
        assert_eq!(found.grade(), Grade::Strong);
        assert!(found.because.contains(&Agreement::MadeInStay(0)));
        assert!(found.because.contains(&Agreement::MadeAfterWritten));
        // Before it came, and after it went.
        for time in ["2022-06-21 08:30:00", "2022-06-21 10:30:00"] {
            assert_eq!(from(&r, file(pc.clone(), time), on_stick()), None, "{time}");
        }
        // What came onto the stick later is no original.
        let later = file(stick.clone(), "2022-06-21 09:40:00");
        assert_eq!(from(&r, file(pc, "2022-06-21 09:30:00"), later), None);
    }

    #[test]
    fn a_stay_without_an_end_says_less_and_not_for_ever() {
        let (r, pc, stick) = scene(false);
        let on_stick = || file(stick.clone(), "2022-06-20 09:00:00");
        let found = from(&r, file(pc.clone(), "2022-06-22 11:00:00"), on_stick()).unwrap();
        assert_eq!(found.grade(), Grade::Fair);
        assert!(found.because.contains(&Agreement::MadeBehindPlug(1)));
        assert_eq!(from(&r, file(pc, "2022-06-23 11:00:00"), on_stick()), None);
    }

    #[test]
    fn a_time_that_was_kept_leaves_the_stay_in_which_both_were_there() {
        let (r, pc, stick) = scene(true);
        let kept = || file(stick.clone(), "2022-06-01 01:00:00");
        let found = from(&r, kept(), file(pc.clone(), "2022-06-20 09:00:00")).unwrap();
        assert_eq!(found.grade(), Grade::Fair);
        assert!(found.because.contains(&Agreement::TogetherInStay(0)));
        let later = file(pc.clone(), "2022-06-21 12:00:00");
        let found = from(&r, kept(), later).unwrap();
        assert!(found.because.contains(&Agreement::TogetherInStay(1)));
        // It came to the machine when the stick was never there again.
        assert_eq!(from(&r, kept(), file(pc, "2022-06-23 12:00:00")), None);
    }

    #[test]
    fn on_one_machine_the_older_is_the_original() {
        let (r, pc, _) = scene(true);
        let (old, new) = ("2022-06-20 09:00:00", "2022-06-20 10:00:00");
        let found = from(&r, file(pc.clone(), new), file(pc.clone(), old)).unwrap();
        assert_eq!(found.grade(), Grade::Fair);
        assert_eq!(from(&r, file(pc.clone(), old), file(pc, new)), None);
    }
}
