//! Finds the artifacts on a machine's evidence.

use std::io::Read;

use kusari_evidence::{
    Entry, EntryKind, Evidence, FileSystem, FileTimes, Layout, Limits, Volume, walk,
};

use super::pattern::name_matches;
use super::{ARTIFACTS, ArtifactKind, LooseFile};

/// An artifact that was found, not yet read.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The evidence that it is on.
    pub(crate) evidence: &'a Evidence,
    /// The volume that it is on.
    pub(crate) volume: &'a Volume,
}

/// An artifact that was found, not yet read.
pub(crate) struct Found<'a> {
    /// The evidence and volume.
    pub(crate) place: Place<'a>,
    /// What kind it is.
    pub(crate) kind: &'static ArtifactKind,
    /// Its path on the volume.
    pub(crate) path: String,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// The times that its file system keeps for it.
    pub(crate) times: FileTimes,
}

/// Finds all artifacts on one piece of evidence, in the order of the table of artifacts and of
/// their paths. What could not be looked at is said in `notes`.
pub(crate) fn discover<'a>(evidence: &'a Evidence, notes: &mut Vec<String>) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    notes.extend(evidence.notes.iter().cloned());
    for volume in &evidence.volumes {
        let place = Place { evidence, volume };
        match volume.layout {
            Layout::Drive => known_places(place, &mut found, notes),
            Layout::Loose => loose_files(place, &mut found, notes),
        }
    }
    found
}

fn known_places<'a>(place: Place<'a>, found: &mut Vec<Found<'a>>, notes: &mut Vec<String>) {
    let files = place.volume.file_system.as_ref();
    for &kind in ARTIFACTS {
        let mut hits: Vec<Entry> = Vec::new();
        for pattern in kind.places {
            let names: Vec<&str> = pattern.split('/').collect();
            expand(files, "", &names, &mut hits, notes);
        }
        hits.sort_by(|a, b| a.path.cmp(&b.path));
        hits.dedup_by(|a, b| a.path == b.path);
        found.extend(hits.into_iter().map(|entry| Found {
            place,
            kind,
            size: entry.size,
            times: entry.times,
            path: entry.path,
        }));
    }
}

/// Follows a pattern down from `folder`; `names` are the parts that are left.
fn expand(
    files: &dyn FileSystem,
    folder: &str,
    names: &[&str],
    hits: &mut Vec<Entry>,
    notes: &mut Vec<String>,
) {
    let Some((name, rest)) = names.split_first() else {
        return;
    };
    let join = |name: &str| {
        if folder.is_empty() {
            name.to_owned()
        } else {
            format!("{folder}/{name}")
        }
    };
    let entries = if name.contains('*') {
        files.list(folder).map(|entries| {
            entries
                .into_iter()
                .filter(|entry| name_matches(name, entry.name()))
                .collect()
        })
    } else {
        files
            .entry(&join(name))
            .map(|entry| entry.into_iter().collect::<Vec<_>>())
    };
    match entries {
        Err(error) => notes.push(error.to_string()),
        Ok(entries) => {
            for entry in entries {
                match entry.kind {
                    EntryKind::File if rest.is_empty() => hits.push(entry),
                    EntryKind::Folder if !rest.is_empty() => {
                        expand(files, &entry.path, rest, hits, notes);
                    }
                    _ => {}
                }
            }
        }
    }
}

fn loose_files<'a>(place: Place<'a>, found: &mut Vec<Found<'a>>, notes: &mut Vec<String>) {
    let files = place.volume.file_system.as_ref();
    let mut entries = Vec::new();
    let summary = walk(files, &Limits::default(), &mut |entry| {
        if entry.kind == EntryKind::File {
            entries.push(entry);
        }
    });
    notes.extend(summary.notes);
    let mut hits = Vec::new();
    for entry in entries {
        let head = match head(files, &entry.path) {
            Ok(head) => head,
            Err(error) => {
                notes.push(error.to_string());
                continue;
            }
        };
        let loose = LooseFile {
            path: &entry.path,
            name: entry.name(),
            head: &head,
        };
        if let Some((rank, kind)) = ARTIFACTS
            .iter()
            .enumerate()
            .find(|(_, kind)| (kind.recognise)(&loose))
        {
            hits.push((rank, *kind, entry));
        }
    }
    hits.sort_by(|a, b| (a.0, &a.2.path).cmp(&(b.0, &b.2.path)));
    found.extend(hits.into_iter().map(|(_, kind, entry)| Found {
        place,
        kind,
        size: entry.size,
        times: entry.times,
        path: entry.path,
    }));
}

/// The first bytes of a file.
fn head(files: &dyn FileSystem, path: &str) -> kusari_evidence::Result<Vec<u8>> {
    let mut file = files.open(path, None)?;
    let mut head = vec![0; LooseFile::HEAD];
    let mut filled = 0;
    while let Some(rest) = head.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(source) => {
                return Err(kusari_evidence::Error::Io {
                    path: path.into(),
                    source,
                });
            }
        }
    }
    head.truncate(filled);
    Ok(head)
}

/// A source as every output cites it: the evidence, the place of the volume in it, the path.
pub(crate) fn source_name_of(found: &Found<'_>) -> String {
    let parts = [
        found.place.evidence.id.as_str(),
        found.place.volume.place.as_str(),
        found.path.as_str(),
    ];
    let mut parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    // A single file is its own evidence: its name would stand there twice.
    parts.dedup();
    parts.join("/")
}
