//! Finds the artifacts on a machine's evidence.

use std::io::Read;

use kusari_artifacts::text::AnsiCodePage;
use kusari_evidence::{
    Entry, EntryKind, Evidence, EvidenceFile, FileSystem, FileTimes, Layout, Limits, Volume, walk,
};

use super::pattern::name_matches;
use super::read::{LARGEST_ARTIFACT, size_behind_hole};
use super::{ARTIFACTS, ArtifactKind, LooseFile, code_page};

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
    /// The alternate stream that it is; `None` for the file's own content.
    pub(crate) stream: Option<&'static str>,
    /// Its size in bytes; of a stream that begins with a hole, behind that.
    pub(crate) size: u64,
    /// The times that its file system keeps for it.
    pub(crate) times: FileTimes,
    /// The code page of the machine.
    pub(crate) ansi: AnsiCodePage,
    /// It stands on the image of a device.
    pub(crate) on_device: bool,
}

/// The most bytes of artifacts of one piece of evidence that are read. Sparse files and packed ones
/// cost a hostile image nothing, and whoever reads them much.
const MOST_BYTES: u64 = 1 << 40;

/// Finds all artifacts on one piece of evidence, in the order of the table of artifacts and of
/// their paths. What could not be looked at is said in `notes`. Of a device only what a volume
/// keeps of itself is looked for: a Windows on it was never asked for.
pub(crate) fn discover<'a>(
    evidence: &'a Evidence,
    is_device: bool,
    notes: &mut Vec<String>,
) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    notes.extend(evidence.notes.iter().cloned());
    let kinds: Vec<&'static ArtifactKind> = ARTIFACTS
        .iter()
        .copied()
        .filter(|kind| kind.on_devices || !is_device)
        .collect();
    for volume in &evidence.volumes {
        let place = Place { evidence, volume };
        match volume.layout {
            Layout::Drive => known_places(place, &kinds, &mut found, notes),
            Layout::Loose => loose_files(place, &kinds, &mut found, notes),
            // Names without contents; what was collected stands on its own volume.
            Layout::FileTable => {}
        }
    }
    keep_within(MOST_BYTES, &mut found, notes);
    found
        .iter_mut()
        .for_each(|found| found.on_device = is_device);
    if !is_device && !found.is_empty() {
        let ansi = code_page::of(evidence);
        found.iter_mut().for_each(|found| found.ansi = ansi);
    }
    found
}

/// Leaves out what goes beyond so many bytes in all, and says so.
fn keep_within(most: u64, found: &mut Vec<Found<'_>>, notes: &mut Vec<String>) {
    let mut bytes = 0_u64;
    let fits = found.iter().take_while(|found| {
        // One that is too large is refused for that, and costs the others nothing.
        if found.size <= LARGEST_ARTIFACT {
            bytes = bytes.saturating_add(found.size);
        }
        bytes <= most
    });
    let fits = fits.count();
    if let Some(first) = found.get(fits) {
        notes.push(format!(
            "`{}` and {} more artifacts are left out: with them more than {most} bytes would be read",
            first.path,
            found.len().saturating_sub(fits).saturating_sub(1)
        ));
        found.truncate(fits);
    }
}

fn known_places<'a>(
    place: Place<'a>,
    kinds: &[&'static ArtifactKind],
    found: &mut Vec<Found<'a>>,
    notes: &mut Vec<String>,
) {
    let files = place.volume.file_system.as_ref();
    for &kind in kinds {
        let mut hits: Vec<(Entry, Option<&'static str>)> = Vec::new();
        for pattern in kind.places {
            let (path, stream) = match pattern.split_once(':') {
                Some((path, stream)) => (path, Some(stream)),
                None => (*pattern, None),
            };
            let names: Vec<&str> = path.split('/').collect();
            let mut own = Vec::new();
            expand(files, "", &names, &mut own, notes);
            let is_there = |entry: &Entry| match stream {
                None => true,
                Some(stream) => entry.streams.iter().any(|own| own.name == stream),
            };
            hits.extend(own.into_iter().filter(is_there).map(|own| (own, stream)));
        }
        hits.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        hits.dedup_by(|(a, of_a), (b, of_b)| a.path == b.path && of_a == of_b);
        found.extend(hits.into_iter().map(|(entry, stream)| Found {
            place,
            kind,
            size: size_of(files, &entry, stream),
            times: entry.times,
            path: entry.path,
            stream,
            ansi: AnsiCodePage::default(),
            on_device: false,
        }));
    }
}

/// The bytes that reading an artifact takes.
fn size_of(files: &dyn FileSystem, entry: &Entry, stream: Option<&str>) -> u64 {
    match stream.map(|stream| files.open(&entry.path, Some(stream))) {
        None => entry.size,
        Some(Ok(file)) => size_behind_hole(EvidenceFile::bytes(&file).as_ref()),
        // Reading will say what is wrong.
        Some(Err(_)) => 0,
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

fn loose_files<'a>(
    place: Place<'a>,
    kinds: &[&'static ArtifactKind],
    found: &mut Vec<Found<'a>>,
    notes: &mut Vec<String>,
) {
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
        if let Some((rank, kind)) = kinds
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
        stream: None,
        ansi: AnsiCodePage::default(),
        on_device: false,
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
    let mut name = parts.join("/");
    if let Some(stream) = found.stream {
        name.push(':');
        name.push_str(stream);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_beyond_the_most_bytes_is_left_out_and_said() {
        let folder = std::env::temp_dir().join(format!("kusari-most-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (name, size) in [("a.evtx", 100), ("b.evtx", 100), ("c.evtx", 100)] {
            let mut log = b"ElfFile\0".to_vec();
            log.resize(size, 0);
            std::fs::write(folder.join(name), log).unwrap();
        }
        // Its size is a lie as far as anybody knows; it is sparse.
        std::fs::write(folder.join("aa.evtx"), b"ElfFile\0").unwrap();
        let huge = std::fs::File::options()
            .append(true)
            .open(folder.join("aa.evtx"));
        huge.unwrap().set_len(LARGEST_ARTIFACT + 1).unwrap();

        let evidence = kusari_evidence::open(&folder).unwrap();
        let mut notes = Vec::new();
        let mut found = discover(&evidence, false, &mut notes);
        assert_eq!((found.len(), notes.len()), (4, 0), "{notes:?}");
        keep_within(250, &mut found, &mut notes);
        let left: Vec<&str> = found.iter().map(|found| found.path.as_str()).collect();
        assert_eq!(left, ["a.evtx", "aa.evtx", "b.evtx"]);
        assert!(notes[0].starts_with("`c.evtx` and 0 more"), "{notes:?}");

        // The huge one is neither read where it lies nor into memory.
        struct Nobody;
        impl crate::intake::Reading for Nobody {
            fn done(&self, _path: &str, _bytes: u64) {}
        }
        let options = crate::intake::ReadOptions::default();
        let read = crate::intake::read_sources(&found, &options, &Nobody, &|_, _, _| None);
        let error = read[1].error.as_deref().unwrap_or_default();
        assert!(error.contains("exceeds the limit"), "{error}");
        assert!(read[0].error.is_none() && read[2].error.is_none());
        let _ = std::fs::remove_dir_all(&folder);
    }
}
