//! The files with the wanted names on all evidence.

use std::collections::HashMap;

use kusari_evidence::hash::sha256_of;
use kusari_evidence::{Entry, EntryKind, FileSystem, FileTimes, Layout, Limits, Volume, walk};

use super::{CopiesOptions, CopyPlace, FileState, Sighting, Stands, bins, table};
use crate::reconstruction::{OpenedEvidence, Reconstruction};

/// The most sightings; a pattern that fits everything would fill memory.
const MOST: usize = 1_000_000;

pub(super) fn find(
    r: &Reconstruction,
    options: &CopiesOptions<'_>,
    notes: &mut Vec<String>,
) -> Vec<Sighting> {
    let mut found = Vec::new();
    for (evidence, one) in r.evidence.iter().enumerate() {
        for number in in_order(one) {
            if let Some(volume) = one.evidence.volumes.get(number) {
                let place = Place {
                    opened: one,
                    opened_place: r.place_of(one.owner),
                    evidence,
                    volume,
                    number,
                };
                on_volume(&place, options, &mut found, notes);
            }
        }
    }
    if found.len() >= MOST {
        notes.push(format!(
            "more than {MOST} files have such a name; the rest is left out"
        ));
    }
    found
}

/// A file with a wanted name.
pub(super) struct Found {
    pub(super) entry: Entry,
    pub(super) name: String,
    pub(super) original_path: Option<String>,
    pub(super) state: FileState,
}

impl Found {
    /// The same on a shadow copy, where only what is there says something.
    fn on(self, volume: &Volume) -> Option<Self> {
        match (&volume.snapshot, self.state) {
            (None, _) => Some(self),
            (Some(_), FileState::GoneFromRecycleBin) => None,
            (Some(_), _) => Some(Self {
                state: FileState::InShadowCopy,
                ..self
            }),
        }
    }

    fn of_entry(entry: Entry, volume: &Volume) -> Self {
        Self {
            name: entry.name().to_owned(),
            original_path: None,
            state: if entry.deleted {
                FileState::Deleted
            } else if volume.snapshot.is_some() {
                FileState::InShadowCopy
            } else {
                FileState::There
            },
            entry,
        }
    }
}

pub(super) struct Place<'a> {
    pub(super) opened: &'a OpenedEvidence,
    opened_place: Option<CopyPlace>,
    pub(super) evidence: usize,
    pub(super) volume: &'a Volume,
    number: usize,
}

/// Whether a volume is a file table that was collected without the files.
pub(super) fn is_table(volume: &Volume) -> bool {
    volume.layout == Layout::FileTable
}

/// Live volumes first, then collected file tables, then shadow copies from the newest on: so each
/// adds only what nothing before it has.
fn in_order(one: &OpenedEvidence) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..one.evidence.volumes.len()).collect();
    numbers.sort_by_key(|number| {
        let volume = one.evidence.volumes.get(*number);
        let copy = volume.and_then(|volume| volume.snapshot.as_ref());
        (
            copy.is_some(),
            volume.is_some_and(is_table),
            copy.map(|copy| std::cmp::Reverse(copy.number)),
        )
    });
    numbers
}

fn on_volume(
    place: &Place<'_>,
    options: &CopiesOptions<'_>,
    found: &mut Vec<Sighting>,
    notes: &mut Vec<String>,
) {
    let files = place.volume.file_system.as_ref();
    let name = [
        place.opened.evidence.id.as_str(),
        place.volume.place.as_str(),
    ];
    let name = name.into_iter().filter(|part| !part.is_empty());
    let name = name.collect::<Vec<_>>().join("/");
    if let Some(progress) = options.progress {
        progress(&name);
    }
    let wanted = |name: &str| options.names.iter().any(|own| own.matches(name));
    let loses_first_letters = files.kind().starts_with("FAT");
    let mut entries: Vec<Found> = Vec::new();
    let mut in_bins: Vec<Entry> = Vec::new();
    let mut take = |entry: Entry| {
        let full = found.len().saturating_add(entries.len()) >= MOST;
        if full || entry.kind != EntryKind::File {
            return;
        }
        if !entry.deleted && bins::is_record(&entry.path) && in_bins.len() < MOST {
            in_bins.push(entry.clone());
        }
        let name = entry.name();
        let is_lost = entry.deleted && loses_first_letters && name.starts_with('_');
        let perhaps = || options.names.iter().any(|own| own.matches_but_first(name));
        if wanted(name) || (is_lost && perhaps()) {
            entries.push(Found::of_entry(entry, place.volume));
        }
    };
    let summary = walk(files, &Limits::default(), &mut take);
    let missed = summary.notes.into_iter();
    notes.extend(missed.map(|note| format!("{name}: {note}")));
    if let Err(error) = files.deleted(&mut take) {
        notes.push(format!("{name}: {error}"));
    }
    for record in in_bins {
        match bins::read(files, &record) {
            Ok(Some(mut bin)) if wanted(&bin.name) => {
                // What somebody collected need not hold the content; then its absence says nothing.
                let knows_all = place.volume.is_whole() || is_table(place.volume);
                if bin.state == FileState::GoneFromRecycleBin && !knows_all {
                    bin.state = FileState::Traced;
                }
                entries.extend(bin.on(place.volume));
            }
            Ok(_) => {}
            Err(error) => notes.push(format!("{name}: {error}")),
        }
    }
    let Some(at) = place.opened_place.clone() else {
        return;
    };
    let copy_of = place.volume.snapshot.as_ref().map(|copy| copy.of);
    // What of a shadow copy stands on the volume as it is now, or in a later copy, just so.
    let mut known: HashMap<(String, u64), Vec<FileTimes>> = HashMap::new();
    if let Some(of) = copy_of {
        for own in found.iter() {
            if let Stands::File {
                evidence, volume, ..
            } = own.stands
                && evidence == place.evidence
                && is_of(place, volume, of)
            {
                let key = (own.path.to_lowercase(), own.size.unwrap_or_default());
                known.entry(key).or_default().push(own.times);
            }
        }
    }
    let collected = table::Collected::new(place, found);
    for own in entries {
        if collected.takes(&own, found) {
            continue;
        }
        let same = known.get(&(own.entry.path.to_lowercase(), own.entry.size));
        let is_known = same.is_some_and(|times| times.contains(&own.entry.times));
        // What was deleted already when the copy was made is known from the volume, too.
        if copy_of.is_some() && (own.entry.deleted || is_known) {
            continue;
        }
        found.push(sighting(place, &at, files, own, options));
    }
}

/// Whether a volume of the same evidence is `of`, or another copy of it.
fn is_of(place: &Place<'_>, volume: usize, of: usize) -> bool {
    let volumes = &place.opened.evidence.volumes;
    let copy = volumes.get(volume).and_then(|own| own.snapshot.as_ref());
    volume == of || copy.is_some_and(|copy| copy.of == of)
}

fn sighting(
    place: &Place<'_>,
    at: &CopyPlace,
    files: &dyn FileSystem,
    own: Found,
    options: &CopiesOptions<'_>,
) -> Sighting {
    let Found {
        entry,
        name,
        original_path,
        state,
    } = own;
    let has_content = !matches!(state, FileState::GoneFromRecycleBin | FileState::Traced);
    let wanted = !options.without_content && has_content;
    let content = wanted.then(|| {
        let mut file = files.open_entry(&entry, None)?;
        sha256_of(&mut file)
    });
    let (sha256, unread) = match content {
        None => (None, None),
        Some(Ok(hash)) => (Some(hash), None),
        Some(Err(error)) => (None, Some(error.to_string())),
    };
    Sighting {
        place: at.clone(),
        stands: Stands::File {
            evidence: place.evidence,
            volume: place.number,
            reference: entry.reference,
        },
        name,
        size: Some(entry.size),
        state,
        times: entry.times,
        modified: None,
        path: entry.path,
        original_path,
        sha256,
        unread,
        created: None,
        stays: Vec::new(),
        traces: Vec::new(),
        from: Vec::new(),
    }
}
