//! The copies of a file: in how many places it lies, in how many it did, and in which order it
//! came there.
//!
//! Windows keeps no record of copying. What is said here rests on the file tables of all evidence:
//! two entries are of one file when their contents are the same, byte for byte; where the content is
//! gone, when name, size and time of modification are the same, which a copy keeps. The time of
//! creation is when a copy came to its place, on most paths by which it can come there. Shortcuts, jump
//! lists, recycle bins and journals speak of files, too: also of such as lay on sticks and machines that
//! are not among the evidence.

mod bins;
mod grouping;
mod name_pattern;
mod origin;
mod place;
mod sightings;
mod stays;
mod table;
mod traces;

pub use grouping::Likeness;
pub use name_pattern::{NamePattern, NotANamePattern};
pub use origin::{Agreement, CopiedFrom, Grade};
pub use place::CopyPlace;

use std::collections::BTreeSet;

use kusari_evidence::hash::Sha256;
use kusari_evidence::time::Timestamp;
use kusari_evidence::{FileTimes, Volume};

use crate::clock::CorrectedTime;
use crate::reconstruction::Reconstruction;

/// What is looked for.
pub struct CopiesOptions<'a> {
    /// The names.
    pub names: &'a [NamePattern],
    /// Leave contents unread: then copies are told by name, size and time alone.
    pub without_content: bool,
    /// Told of the place that is looked at.
    pub progress: Option<&'a dyn Fn(&str)>,
}

/// Whether a file is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FileState {
    /// It is there.
    There,
    /// It was deleted; its entry is left.
    Deleted,
    /// It stands in a recycle bin.
    InRecycleBin,
    /// The recycle bin's record of it is left, its content is not there: it was restored, or removed
    /// for good.
    GoneFromRecycleBin,
    /// It stands in a shadow copy, and not on the volume as it is now.
    InShadowCopy,
    /// A record elsewhere speaks of it; whether it is there is not known, or it is not.
    Traced,
}

impl FileState {
    /// The word in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::There => "there",
            Self::Deleted => "deleted",
            Self::InRecycleBin => "in-recycle-bin",
            Self::GoneFromRecycleBin => "gone-from-recycle-bin",
            Self::InShadowCopy => "in-shadow-copy",
            Self::Traced => "traced",
        }
    }
}

/// What a sighting rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// A file of a volume of the evidence.
    File {
        /// Its evidence, by its place in [`Reconstruction::evidence`].
        evidence: usize,
        /// Its volume, by its place in the evidence.
        volume: usize,
        /// Where its record stands on the volume, see [`kusari_evidence::Entry::reference`].
        reference: Option<u64>,
    },
    /// Only records elsewhere: [`Sighting::traces`].
    Trace,
}

/// A file at one place.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// The machine or device.
    pub place: CopyPlace,
    /// What it rests on.
    pub stands: Stands,
    /// Its own name; of a file in a recycle bin the one that it had.
    pub name: String,
    /// The path on the volume; of one that is only traced, as the record writes it.
    pub path: String,
    /// Of a file in a recycle bin: the path that it had, as Windows wrote it.
    pub original_path: Option<String>,
    /// Size in bytes; `None` where the record keeps none.
    pub size: Option<u64>,
    /// Whether it is there.
    pub state: FileState,
    /// Its times as recorded. Of a file that was collected with its volume's file table (`$MFT`)
    /// those of the table; only the time of creation where the two differ in size.
    pub times: FileTimes,
    /// When it was last written, on one scale with all others: local time of a stick is read in the
    /// zone of the machine that it was in, else of the case.
    pub modified: Option<Timestamp>,
    /// The hash of its content, as far as that could be read. Of a deleted file the clusters may
    /// hold another file's bytes by now.
    pub sha256: Option<Sha256>,
    /// Why its content could not be read.
    pub unread: Option<String>,
    /// When it came to its place, after correction; `None` where no clock is known on which it was
    /// recorded.
    pub created: Option<CorrectedTime>,
    /// The stays of the device in which it was created, by the clocks of the machines that it was
    /// in. Two are two candidates.
    pub stays: Vec<usize>,
    /// The records elsewhere that speak of it, by their place in [`Reconstruction::traces`].
    pub traces: Vec<usize>,
    /// The members of its group from which it can have been copied, where that can be told.
    pub from: Vec<CopiedFrom>,
}

/// The sightings of one file, in the order in which they came to their places, as far as that is
/// known.
#[derive(Debug, Clone)]
pub struct CopyGroup {
    /// By what each is held to be of this file, and the sighting.
    pub members: Vec<(Likeness, Sighting)>,
    /// Other groups to which its members without content could belong just as well, by number.
    pub or_of: Vec<usize>,
}

/// The copies of the files that were asked for.
#[derive(Debug, Clone, Default)]
pub struct Copies {
    /// One group a file.
    pub groups: Vec<CopyGroup>,
    /// What could not be looked at.
    pub notes: Vec<String>,
}

/// In how many places files lie, and in how many they were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopyCount {
    /// Paths at which a file is there, recycle bins included.
    pub files_now: usize,
    /// Machines and sticks on which these are.
    pub places_now: usize,
    /// Paths at which one is, or was as far as the evidence says.
    pub files_ever: usize,
    /// Machines and sticks on which these are.
    pub places_ever: usize,
}

impl CopyGroup {
    /// Counts its members.
    #[must_use]
    pub fn count(&self) -> CopyCount {
        let is_there =
            |own: &&Sighting| matches!(own.state, FileState::There | FileState::InRecycleBin);
        let all = || self.members.iter().map(|(_, own)| own);
        let places = |places: BTreeSet<&CopyPlace>| places.len();
        CopyCount {
            files_now: all().filter(is_there).count(),
            places_now: places(all().filter(is_there).map(|own| &own.place).collect()),
            files_ever: self.members.len(),
            places_ever: places(all().map(|own| &own.place).collect()),
        }
    }
}

impl Reconstruction {
    /// Finds the copies of files by their names on all evidence.
    #[must_use]
    pub fn copies(&self, options: &CopiesOptions<'_>) -> Copies {
        let mut notes = Vec::new();
        let mut found = sightings::find(self, options, &mut notes);
        traces::add(self, options, &mut found);
        for sighting in &mut found {
            stays::place(self, sighting);
        }
        let mut groups = grouping::group(found);
        for group in &mut groups {
            origin::find(self, group);
        }
        Copies { groups, notes }
    }

    /// A sighting's path for people: on a machine's volume whose letter is known, as Windows writes it;
    /// else on the volume.
    #[must_use]
    pub fn path_of(&self, sighting: &Sighting) -> String {
        let letter = match (&sighting.place, sighting.stands) {
            (
                CopyPlace::Machine(_),
                Stands::File {
                    evidence, volume, ..
                },
            ) => self.own_letters.get(&(evidence, volume)),
            _ => None,
        };
        match letter {
            Some(letter) => format!(r"{letter}:\{}", sighting.path.replace('/', r"\")),
            None => sighting.path.clone(),
        }
    }

    /// Where a sighting's file stands, as every output cites it; of one that is only traced, where the
    /// first record stands that speaks of it.
    #[must_use]
    pub fn source_of(&self, sighting: &Sighting) -> String {
        let Stands::File { evidence, .. } = sighting.stands else {
            let first = sighting.traces.first();
            return first
                .and_then(|trace| self.source_of_trace(*trace))
                .unwrap_or_default();
        };
        let evidence = self.evidence.get(evidence);
        let id = evidence.map_or("", |own| own.evidence.id.as_str());
        let volume = self.volume_of(sighting);
        let place = volume.map_or("", |volume| volume.place.as_str());
        let parts = [id, place, sighting.path.as_str()];
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join("/")
    }

    /// Where a trace's record stands: its source and the place in it.
    #[must_use]
    pub fn source_of_trace(&self, trace: usize) -> Option<String> {
        let (source, trace) = self.traces.get(trace)?;
        let source = self.sources.get(usize::try_from(*source).ok()?)?;
        Some(format!("{} {}", source.name, trace.locator))
    }

    /// The volume that a sighting is on; `None` of one that is only traced.
    #[must_use]
    pub fn volume_of(&self, sighting: &Sighting) -> Option<&Volume> {
        let Stands::File {
            evidence, volume, ..
        } = sighting.stands
        else {
            return None;
        };
        self.evidence.get(evidence)?.evidence.volumes.get(volume)
    }
}
