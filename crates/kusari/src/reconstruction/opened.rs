//! The evidence of a case, opened for whom it is.

use std::path::Path;

use kusari_evidence::{Evidence, LockedVolume, OpenOptions, UnlockKey, open_with};
use rayon::prelude::*;

use super::Progress;
use crate::case::{Case, Device};

/// Whose evidence it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The machine with that number in the case.
    Machine(usize),
    /// The device with that number in the case.
    Device(usize),
}

/// Evidence that was opened, and for whom.
#[derive(Debug)]
pub struct OpenedEvidence {
    /// Whose it is.
    pub owner: Owner,
    /// The evidence.
    pub evidence: Evidence,
}

/// How evidence is opened.
#[derive(Default, Clone, Copy)]
pub struct Opening<'a> {
    /// Also search images for partitions that no table knows.
    pub lost_partitions: bool,
    /// Leave volume shadow copies unread.
    pub without_shadow_copies: bool,
    /// Asked for the key of a volume that no key of the case opens; the volume stays locked when
    /// nobody is asked.
    pub ask: Option<&'a dyn AskForKey>,
}

/// Whoever knows keys that are not in the case file.
pub trait AskForKey: Sync {
    /// The key of a volume on the evidence that is called `evidence`, or `None` to leave it
    /// locked. Asked again with the reason in `volume` when the key does not fit.
    fn ask(&self, evidence: &str, volume: &LockedVolume) -> Option<UnlockKey>;
}

/// How often somebody is asked for the keys of one piece of evidence.
const MOST_QUESTIONS: usize = 8;

/// Opens all evidence of the case, several at a time; the results stand in the order of the case.
/// Images of machines without a name that hold no Windows become devices.
pub(super) fn open_all(
    case: &mut Case,
    opening: &Opening<'_>,
    progress: Option<&dyn Progress>,
    problems: &mut Vec<String>,
) -> Vec<OpenedEvidence> {
    let machines = case.machines.iter().enumerate().flat_map(|(index, own)| {
        let paths = own.evidence.iter();
        paths.map(move |path| (Owner::Machine(index), path.clone(), own.unlock.clone()))
    });
    let devices = case.devices.iter().enumerate().flat_map(|(index, own)| {
        let paths = own.evidence.iter();
        paths.map(move |path| (Owner::Device(index), path.clone(), own.unlock.clone()))
    });
    let wanted: Vec<_> = machines.chain(devices).collect();
    let opened: Vec<_> = wanted
        .into_par_iter()
        .map(|(owner, path, keys)| {
            let opened = open_one(&path, keys.clone(), opening, progress);
            (owner, opened, keys)
        })
        .collect();
    let mut all = Vec::new();
    for (owner, evidence, keys) in opened {
        match evidence {
            Ok(evidence) => {
                let evidence = unlocked(evidence, keys, opening, progress);
                let owner = owner_of(case, owner, &evidence);
                if matches!(owner, Owner::Device(_)) && !evidence.shows_files() {
                    problems.push(format!(
                        "{}: {} says nothing about the device; expected an image of it",
                        evidence.path.display(),
                        evidence.description
                    ));
                }
                all.push(OpenedEvidence { owner, evidence });
            }
            Err(error) => problems.push(error.to_string()),
        }
    }
    all
}

fn open_one(
    path: &Path,
    keys: Vec<UnlockKey>,
    opening: &Opening<'_>,
    progress: Option<&dyn Progress>,
) -> kusari_evidence::Result<Evidence> {
    let told = |what: &str, done: u64, of: u64| {
        if let Some(progress) = progress {
            progress.opening(&format!("{}: {what}", path.display()), done, of);
        }
    };
    let options = OpenOptions {
        keys,
        search_lost_partitions: opening.lost_partitions,
        without_shadow_copies: opening.without_shadow_copies,
        progress: Some(&told),
    };
    open_with(path, &options)
}

/// Asks for keys until all volumes are open or nobody knows one.
fn unlocked(
    mut evidence: Evidence,
    mut keys: Vec<UnlockKey>,
    opening: &Opening<'_>,
    progress: Option<&dyn Progress>,
) -> Evidence {
    let Some(ask) = opening.ask else {
        return evidence;
    };
    for _ in 0..MOST_QUESTIONS {
        let asked = evidence
            .locked
            .iter()
            .find_map(|volume| ask.ask(&evidence.id, volume));
        let Some(key) = asked else { break };
        keys.push(key);
        match open_one(&evidence.path, keys.clone(), opening, progress) {
            Ok(again) => evidence = again,
            Err(_) => break,
        }
    }
    evidence
}

/// An image that was given without a case file is of a machine, unless it holds no Windows.
fn owner_of(case: &mut Case, owner: Owner, evidence: &Evidence) -> Owner {
    let Owner::Machine(index) = owner else {
        return owner;
    };
    let Some(machine) = case.machines.get_mut(index) else {
        return owner;
    };
    if machine.id.is_some() || !evidence.is_data_medium() || !evidence.locked.is_empty() {
        return owner;
    }
    let label = evidence.id.clone();
    case.devices.push(Device {
        label,
        serial: None,
        evidence: std::mem::take(&mut machine.evidence),
        unlock: std::mem::take(&mut machine.unlock),
        vendor_log: None,
    });
    Owner::Device(case.devices.len().saturating_sub(1))
}
