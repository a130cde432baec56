//! Reads the artifacts that were found, in parallel, each into its own harvest.

use kusari_artifacts::vendor_log::Profile;
use kusari_artifacts::{Damage, SourceState};
use kusari_evidence::hash::{Sha256, sha256, sha256_at};
use kusari_evidence::{Evidence, EvidenceFile, FileSystem, ReadAt, read_all, read_recovering};
use rayon::prelude::*;

use super::discovery::Found;
use super::{ArtifactFile, ArtifactKind, InPlace, ReadOptions, Surroundings};
use crate::harvest::Harvest;

/// The largest artifact that is read. The largest event log that Windows' own
/// settings page offers is far below it.
pub(super) const LARGEST_ARTIFACT: u64 = 4 << 30;

/// The largest companion (a hive's transaction log) that is read.
const LARGEST_COMPANION: u64 = 1 << 30;

/// One source after reading.
#[derive(Debug)]
pub(crate) struct SourceRead {
    /// Size in bytes; of what could be read.
    pub(crate) size: u64,
    /// Hash of the artifact's own bytes; `None` when not all of them could be read.
    pub(crate) sha256: Option<Sha256>,
    /// The companions that were read with it, each with its hash.
    pub(crate) companions: Vec<(String, Sha256)>,
    /// What it gave.
    pub(crate) harvest: Harvest,
    /// Why it could not be read.
    pub(crate) error: Option<String>,
}

impl SourceRead {
    /// One that could not be read.
    fn unreadable(error: String) -> Self {
        Self::of_image(Harvest::default(), 0, Some(error))
    }

    /// What an image says of itself; its bytes are not hashed for that.
    pub(crate) fn of_image(harvest: Harvest, size: u64, error: Option<String>) -> Self {
        Self {
            size,
            sha256: None,
            companions: Vec::new(),
            harvest,
            error,
        }
    }
}

/// Told of each source that is done, from any thread.
pub trait Reading: Sync {
    /// A source of so many bytes is done.
    fn done(&self, path: &str, bytes: u64);
}

/// What is known already of a source that would be read: its kind, its path, its hash and those
/// of its companions give what came of it.
pub(crate) type Known<'a> =
    dyn Fn(&Found<'_>, Sha256, &[(String, Sha256)]) -> Option<Harvest> + Sync + 'a;

/// Reads all of them; the results stand in the order of `found`.
pub(crate) fn read_sources(
    found: &[Found<'_>],
    options: &ReadOptions,
    reading: &dyn Reading,
    known: &Known<'_>,
) -> Vec<SourceRead> {
    let mut read = Vec::with_capacity(found.len());
    for batch in batches(found) {
        read.par_extend(batch.par_iter().map(|found| {
            let read = read_one(found, options, known);
            reading.done(&found.path, read.size);
            read
        }));
    }
    read
}

/// The bytes of sources that are in memory at the same time, if no single one is larger.
const IN_MEMORY: u64 = 384 << 20;

/// The bytes that a source takes in memory.
fn in_memory(found: &Found<'_>) -> u64 {
    if reads_in_place(found).is_some() {
        0
    } else {
        found.size
    }
}

/// How a source is read where it lies, when it is.
fn reads_in_place(found: &Found<'_>) -> Option<InPlace> {
    // One above the limit is refused like any other: its size may be a lie.
    let is_large = |way: &InPlace| (way.from..=LARGEST_ARTIFACT).contains(&found.size);
    found.kind.in_place.filter(is_large)
}

fn around<'f>(found: &'f Found<'_>) -> Surroundings<'f> {
    Surroundings {
        path: &found.path,
        times: found.times,
        volume: Some(found.place.volume),
        on_device: found.on_device,
        ansi: found.ansi,
    }
}

/// Splits the sources into runs that are read at the same time, so that a machine with gigabytes
/// of logs does not take all memory.
fn batches<'f, 'a>(found: &'f [Found<'a>]) -> Vec<&'f [Found<'a>]> {
    let mut batches = Vec::new();
    let mut rest = found;
    while !rest.is_empty() {
        let mut bytes = 0_u64;
        let fits = rest.iter().take_while(|found| {
            bytes = bytes.saturating_add(in_memory(found));
            bytes <= IN_MEMORY
        });
        let count = fits.count().max(1);
        let (batch, behind) = rest.split_at_checked(count).unwrap_or((rest, &[]));
        batches.push(batch);
        rest = behind;
    }
    batches
}

fn read_one(found: &Found<'_>, options: &ReadOptions, known: &Known<'_>) -> SourceRead {
    if let Some(way) = reads_in_place(found) {
        return read_in_place(found, way, options, known);
    }
    let mut harvest = Harvest::default();
    match load(found) {
        Ok(Loaded { file, unreadable }) => {
            let sha256 = sha256(&file.bytes);
            let companions: Vec<(String, Sha256)> = file
                .companions
                .iter()
                .map(|(name, bytes)| (name.clone(), self::sha256(bytes)))
                .collect();
            let size = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
            match known(found, sha256, &companions).filter(|_| unreadable.is_empty()) {
                Some(known) => harvest = known,
                None => (found.kind.read)(file, &around(found), options, &mut harvest),
            }
            let whole = unreadable.own.is_empty();
            unreadable.tell(&mut harvest);
            SourceRead {
                size,
                sha256: whole.then_some(sha256),
                companions,
                harvest,
                error: None,
            }
        }
        Err(error) => SourceRead::unreadable(error.to_string()),
    }
}

/// Reads a source where it lies, and hashes it at the same time.
fn read_in_place(
    found: &Found<'_>,
    way: InPlace,
    options: &ReadOptions,
    known: &Known<'_>,
) -> SourceRead {
    let files = found.place.volume.file_system.as_ref();
    let file = match files.open(&found.path, found.stream) {
        Ok(file) => file,
        Err(error) => return SourceRead::unreadable(error.to_string()),
    };
    let bytes = EvidenceFile::bytes(&file);
    let bytes = bytes.as_ref();
    let around = around(found);
    let size = size_behind_hole(bytes);
    // A copy in a shadow copy is most often the same as the live one; then its hash is enough.
    let is_copy = found.place.volume.snapshot.is_some();
    let mut harvest = Harvest::default();
    let sha256 = if is_copy {
        hash_behind_hole(bytes)
    } else {
        let (sha256, ()) = rayon::join(
            || hash_behind_hole(bytes),
            || (way.read)(bytes, &around, options, &mut harvest),
        );
        sha256
    };
    // What cannot be read stands among the damage that the reader saw.
    let sha256 = sha256.ok();
    if is_copy {
        match sha256.and_then(|sha256| known(found, sha256, &[])) {
            Some(known) => harvest = known,
            None => (way.read)(bytes, &around, options, &mut harvest),
        }
    }
    SourceRead {
        size,
        sha256,
        companions: Vec::new(),
        harvest,
        error: None,
    }
}

/// Where the hole ends that a sparse stream begins with: a change journal's first gigabytes are one,
/// and no copy of it that others make holds them.
fn hole_of(bytes: &dyn ReadAt) -> u64 {
    bytes
        .next_stored(0)
        .map_or(bytes.size(), |stored| stored.start)
}

/// How many bytes stand behind the hole at the beginning.
pub(crate) fn size_behind_hole(bytes: &dyn ReadAt) -> u64 {
    bytes.size().saturating_sub(hole_of(bytes))
}

/// The hash of the bytes behind the hole at the beginning: of all, where there is none.
pub(crate) fn hash_behind_hole(bytes: &dyn ReadAt) -> std::io::Result<Sha256> {
    sha256_at(bytes, hole_of(bytes)..bytes.size())
}

/// An artifact in memory.
pub(crate) struct Loaded {
    /// Its bytes and those of its companions; zeros where they cannot be read.
    pub(crate) file: ArtifactFile,
    unreadable: Unreadable,
}

/// What of an artifact and of its companions cannot be read.
#[derive(Default)]
struct Unreadable {
    own: Vec<Damage>,
    companions: Vec<String>,
}

impl Unreadable {
    fn is_empty(&self) -> bool {
        self.own.is_empty() && self.companions.is_empty()
    }

    /// Puts it before the damage that its reader found, most of which follows from it.
    fn tell(self, harvest: &mut Harvest) {
        if !self.own.is_empty() {
            let outcome = &mut harvest.outcome;
            outcome.coverage.note(SourceState::Damaged);
            let found = std::mem::replace(&mut outcome.damage, self.own);
            for damage in found {
                damage.push_to(&mut outcome.damage);
            }
        }
        for note in self.companions {
            harvest.note(note);
        }
    }
}

/// The bytes of an artifact and of its companions.
fn load(found: &Found<'_>) -> kusari_evidence::Result<Loaded> {
    let files = found.place.volume.file_system.as_ref();
    load_file(files, found.kind, &found.path, found.stream)
}

/// The bytes of the artifact at `path` and of its companions.
pub(crate) fn load_file(
    files: &dyn FileSystem,
    kind: &ArtifactKind,
    path: &str,
    stream: Option<&str>,
) -> kusari_evidence::Result<Loaded> {
    let mut unreadable = Unreadable::default();
    let read = read_recovering(&mut files.open(path, stream)?, LARGEST_ARTIFACT)?;
    for (range, reason) in read.unreadable {
        let length = range.end.saturating_sub(range.start);
        Damage::new(range.start, length, reason).push_to(&mut unreadable.own);
    }
    let (folder, name) = match path.rsplit_once('/') {
        Some((folder, name)) => (Some(folder), name),
        None => (None, path),
    };
    let mut companions = Vec::new();
    for companion in (kind.companions)(name) {
        let path = match folder {
            Some(folder) => format!("{folder}/{companion}"),
            None => companion,
        };
        match load_companion(files, &path) {
            Ok(found) => companions.extend(found),
            Err(error) => unreadable.companions.push(error.to_string()),
        }
    }
    Ok(Loaded {
        file: ArtifactFile {
            path: path.to_owned(),
            bytes: read.bytes,
            companions,
        },
        unreadable,
    })
}

/// A companion's own name and its bytes, when it is there. One that cannot be read whole is left
/// out: what it would do to the artifact cannot be told.
fn load_companion(
    files: &dyn FileSystem,
    path: &str,
) -> kusari_evidence::Result<Option<(String, Vec<u8>)>> {
    let Some(entry) = files.entry(path)? else {
        return Ok(None);
    };
    let mut file = files.open(&entry.path, None)?;
    let bytes = read_all(&mut file, LARGEST_COMPANION)?;
    Ok(Some((entry.name().to_owned(), bytes)))
}

/// Reads a stick's own login log.
pub(crate) fn read_login_log(
    evidence: &Evidence,
    label: &str,
    profile: &Profile,
    options: &ReadOptions,
) -> SourceRead {
    let mut harvest = Harvest::default();
    match load_single(evidence) {
        Ok(file) => {
            super::vendor_log::read(&file.bytes, profile, label, options, &mut harvest);
            SourceRead {
                size: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
                sha256: Some(sha256(&file.bytes)),
                companions: Vec::new(),
                harvest,
                error: None,
            }
        }
        Err(error) => SourceRead::unreadable(error),
    }
}

/// The first file of evidence that is one file.
pub(crate) fn load_single(evidence: &Evidence) -> Result<ArtifactFile, String> {
    let volume = evidence
        .volumes
        .first()
        .ok_or_else(|| "no volume".to_owned())?;
    let files = volume.file_system.as_ref();
    let entries = files.list("").map_err(|error| error.to_string())?;
    let entry = entries.first().ok_or_else(|| "no file".to_owned())?;
    let mut file = files
        .open(&entry.path, None)
        .map_err(|error| error.to_string())?;
    let bytes = read_all(&mut file, LARGEST_ARTIFACT).map_err(|error| error.to_string())?;
    Ok(ArtifactFile {
        path: entry.path.clone(),
        bytes,
        companions: Vec::new(),
    })
}
