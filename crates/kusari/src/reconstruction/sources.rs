//! The artifacts on all evidence: those of live volumes, and those of shadow copies, which only
//! complete them.

use std::collections::BTreeMap;

use kusari_evidence::hash::Sha256;

use super::opened::{OpenedEvidence, Owner};
use crate::harvest::Harvest;
use crate::intake::{self, Found, SourceRead};

/// An artifact that was found, with its owner and the place that it is from.
pub(super) struct Own<'a> {
    pub(super) owner: Owner,
    evidence: usize,
    pub(super) found: Found<'a>,
}

/// The owner, and the evidence among those that were opened.
pub(super) struct Place {
    pub(super) owner: Owner,
    pub(super) evidence: usize,
}

impl<'a> Own<'a> {
    pub(super) fn parts(self) -> (Place, Found<'a>) {
        let place = Place {
            owner: self.owner,
            evidence: self.evidence,
        };
        (place, self.found)
    }
}

/// The artifacts of all machines: those of live volumes, and those of shadow copies, which only
/// complete them.
#[derive(Default)]
pub(super) struct Sources<'a> {
    pub(super) live: Vec<Own<'a>>,
    pub(super) copies: Vec<Own<'a>>,
}

pub(super) fn find<'a>(opened: &'a [OpenedEvidence], problems: &mut Vec<String>) -> Sources<'a> {
    let mut sources = Sources::default();
    for (evidence, one) in opened.iter().enumerate() {
        let mut notes = Vec::new();
        let is_device = matches!(one.owner, Owner::Device(_));
        let found = intake::discover(&one.evidence, is_device, &mut notes);
        let name = one.evidence.path.display();
        problems.extend(notes.into_iter().map(|note| format!("{name}: {note}")));
        for found in found {
            let of_copy = found.place.volume.snapshot.is_some();
            let list = if of_copy {
                &mut sources.copies
            } else {
                &mut sources.live
            };
            list.push(Own {
                owner: one.owner,
                evidence,
                found,
            });
        }
    }
    // The newest first, so that each adds only what nothing later has.
    sources.copies.sort_by_key(|own| {
        let made = own.found.place.volume.snapshot.as_ref();
        (own.owner, std::cmp::Reverse(made.map(|copy| copy.number)))
    });
    sources
}

/// What the live volumes gave, by what was read.
pub(super) struct Same<'r> {
    harvests: BTreeMap<(String, Sha256, Vec<Sha256>), &'r Harvest>,
}

impl<'r> Same<'r> {
    pub(super) fn new(places: &[Place], found: &[Found<'_>], read: &'r [SourceRead]) -> Self {
        let harvests = places
            .iter()
            .zip(found)
            .zip(read)
            .filter_map(|((_, found), read)| {
                let companions = read.companions.iter().map(|(_, hash)| *hash).collect();
                let path = found.path.to_lowercase();
                Some(((path, read.sha256?, companions), &read.harvest))
            })
            .collect();
        Self { harvests }
    }

    /// What a source of a shadow copy gives when it is the same as on the live volume: nothing new.
    pub(super) fn harvest(
        &self,
        found: &Found<'_>,
        sha256: Sha256,
        companions: &[(String, Sha256)],
    ) -> Option<Harvest> {
        let companions = companions.iter().map(|(_, hash)| *hash).collect();
        let key = (found.path.to_lowercase(), sha256, companions);
        let live = self.harvests.get(&key)?;
        let mut harvest = Harvest::default();
        harvest.outcome(live.outcome.clone());
        harvest.note("the same bytes as on the live volume; it adds nothing");
        Some(harvest)
    }
}
