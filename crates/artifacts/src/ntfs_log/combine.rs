//! From the facts of one transaction to changes of files.

use std::collections::{BTreeMap, BTreeSet};

use kusari_evidence::ntfs::FileReference;

use super::change::{Change, FileChange, LoggedName, Standing};
use super::facts::{Fact, What};
use crate::Locator;

/// What a transaction says of one file record.
#[derive(Default)]
struct Of {
    made: Option<Told<(FileReference, bool, kusari_evidence::FileTimes, LoggedName)>>,
    freed: Option<Told<Option<u16>>>,
    added: Vec<Told<(FileReference, LoggedName)>>,
    removed: Vec<Told<(FileReference, LoggedName)>>,
    times: Vec<Told<(kusari_evidence::FileTimes, kusari_evidence::FileTimes)>>,
}

/// Something, and the record that says it.
struct Told<T> {
    what: T,
    lsn: u64,
    locator: Locator,
    undone: bool,
}

/// The changes that the facts of one transaction make, in the order of their LSNs.
pub(super) fn combine(facts: Vec<Fact>, standing: Standing) -> Vec<FileChange> {
    let to_be_made: BTreeSet<u64> = facts
        .iter()
        .filter(|fact| matches!(fact.what, What::ToBeMade { .. }))
        .map(|fact| fact.what.record())
        .collect();
    let mut files: BTreeMap<u64, Of> = BTreeMap::new();
    for fact in facts {
        let record = fact.what.record();
        let of = files.entry(record).or_default();
        let (lsn, locator, undone) = (fact.lsn, fact.locator, fact.undone);
        macro_rules! told {
            ($what:expr) => {
                Told {
                    what: $what,
                    lsn,
                    locator,
                    undone,
                }
            };
        }
        match fact.what {
            What::Initialized {
                file,
                is_folder,
                standard,
                name,
                new,
            } => {
                // A record that exists is written anew when its attributes move.
                if (new || to_be_made.contains(&record)) && of.made.is_none() {
                    of.made = Some(told!((file, is_folder, standard, name)));
                }
            }
            What::ToBeMade { .. } => {}
            What::Freed { sequence, .. } => of.freed = Some(told!(sequence)),
            What::Added { file, name } => of.added.push(told!((file, name))),
            What::Removed { file, name } => of.removed.push(told!((file, name))),
            What::Times { before, after, .. } => of.times.push(told!((before, after))),
        }
    }
    let mut changes = Vec::new();
    for (record, of) in files {
        of.tell(record, standing, &mut changes);
    }
    changes.sort_by_key(|change| change.lsn);
    changes
}

impl Of {
    fn tell(mut self, record: u64, standing: Standing, changes: &mut Vec<FileChange>) {
        self.drop_moved();
        let mut say = |what, from: Vec<(u64, Locator, bool)>| {
            let mut from = from.into_iter();
            let Some((lsn, locator, mut undone)) = from.next() else {
                return;
            };
            let mut further = Vec::new();
            for (_, locator, also_undone) in from {
                undone &= also_undone;
                further.push(locator);
            }
            changes.push(FileChange {
                what,
                standing: if undone { Standing::Undone } else { standing },
                lsn,
                locator,
                further,
            });
        };
        if let Some(made) = self.made {
            let place = made.place();
            let (file, is_folder, standard, name) = made.what;
            let mut from = vec![place];
            let (own, other): (Vec<_>, Vec<_>) =
                self.added.into_iter().partition(|told| told.what.0 == file);
            self.added = other;
            let indexed = !own.is_empty();
            from.extend(own.iter().map(Told::place));
            say(
                Change::Created {
                    file,
                    is_folder,
                    standard,
                    name,
                    indexed,
                },
                from,
            );
        }
        if let Some(freed) = self.freed {
            let sequence = freed.what;
            let fits = |told: &Told<(FileReference, LoggedName)>| {
                sequence.is_none_or(|sequence| told.what.0.sequence() == sequence)
            };
            let mut from = vec![freed.place()];
            let (mut own, other): (Vec<_>, Vec<_>) = self.removed.into_iter().partition(fits);
            self.removed = other;
            from.extend(own.iter().map(Told::place));
            let last = own.pop();
            let known = last.as_ref().map(|told| told.what.0.sequence());
            say(
                Change::Deleted {
                    record,
                    sequence: sequence.or(known),
                    name: last.map(|told| told.what.1),
                },
                from,
            );
        }
        for removed in self.removed {
            let to = self
                .added
                .iter()
                .position(|added| added.what.0 == removed.what.0)
                .map(|at| self.added.remove(at));
            let place = removed.place();
            let (file, from) = removed.what;
            match to {
                Some(to) => {
                    let places = vec![to.place(), place];
                    let to = to.what.1;
                    say(Change::Renamed { file, from, to }, places);
                }
                None => say(Change::NameRemoved { file, name: from }, vec![place]),
            }
        }
        for added in self.added {
            let place = added.place();
            let (file, name) = added.what;
            say(Change::NameAdded { file, name }, vec![place]);
        }
        for times in self.times {
            let place = times.place();
            let (before, after) = times.what;
            say(
                Change::TimesChanged {
                    record,
                    before,
                    after,
                },
                vec![place],
            );
        }
    }

    /// An entry that is taken out and put in again under the same name has moved within the index.
    fn drop_moved(&mut self) {
        self.removed.retain(|removed| {
            let same = |added: &Told<(FileReference, LoggedName)>| {
                added.what.0 == removed.what.0
                    && added.what.1.parent == removed.what.1.parent
                    && added.what.1.name == removed.what.1.name
            };
            match self.added.iter().position(same) {
                Some(at) => {
                    self.added.remove(at);
                    false
                }
                None => true,
            }
        });
    }
}

impl<T> Told<T> {
    fn place(&self) -> (u64, Locator, bool) {
        (self.lsn, self.locator.clone(), self.undone)
    }
}
