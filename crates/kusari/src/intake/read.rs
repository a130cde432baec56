//! Reads the artifacts that were found, in parallel, each into its own harvest.

use kusari_artifacts::vendor_log::Profile;
use kusari_evidence::Evidence;
use kusari_evidence::hash::{Sha256, sha256};
use kusari_evidence::read_all as read_file;
use rayon::prelude::*;

use super::discovery::Found;
use super::{ArtifactFile, ReadOptions};
use crate::harvest::Harvest;

/// The largest artifact that is read into memory. The largest event log that Windows' own
/// settings page offers is far below it.
const LARGEST_ARTIFACT: u64 = 4 << 30;

/// The largest companion (a hive's transaction log) that is read.
const LARGEST_COMPANION: u64 = 1 << 30;

/// One source after reading.
#[derive(Debug)]
pub(crate) struct SourceRead {
    /// Size in bytes; of what could be read.
    pub(crate) size: u64,
    /// Hash of the artifact's own bytes; `None` when it could not be read.
    pub(crate) sha256: Option<Sha256>,
    /// The companions that were read with it, each with its hash.
    pub(crate) companions: Vec<(String, Sha256)>,
    /// What it gave.
    pub(crate) harvest: Harvest,
    /// Why it could not be read.
    pub(crate) error: Option<String>,
}

/// Told of each source that is done, from any thread.
pub trait Reading: Sync {
    /// A source of so many bytes is done.
    fn done(&self, path: &str, bytes: u64);
}

/// Reads all of them; the results stand in the order of `found`.
pub(crate) fn read_all(
    found: &[Found<'_>],
    options: &ReadOptions,
    reading: &dyn Reading,
) -> Vec<SourceRead> {
    found
        .par_iter()
        .map(|found| {
            let read = read_one(found, options);
            reading.done(&found.path, read.size);
            read
        })
        .collect()
}

fn read_one(found: &Found<'_>, options: &ReadOptions) -> SourceRead {
    let mut harvest = Harvest::default();
    match load(found) {
        Ok(file) => {
            let sha256 = sha256(&file.bytes);
            let companions = file
                .companions
                .iter()
                .map(|(name, bytes)| (name.clone(), self::sha256(bytes)))
                .collect();
            let size = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
            (found.kind.read)(file, options, &mut harvest);
            SourceRead {
                size,
                sha256: Some(sha256),
                companions,
                harvest,
                error: None,
            }
        }
        Err(error) => SourceRead {
            size: 0,
            sha256: None,
            companions: Vec::new(),
            harvest,
            error: Some(error.to_string()),
        },
    }
}

/// The bytes of an artifact and of its companions.
pub(crate) fn load(found: &Found<'_>) -> kusari_evidence::Result<ArtifactFile> {
    let files = found.place.volume.file_system.as_ref();
    let mut file = files.open(&found.path, None)?;
    let bytes = read_file(&mut file, LARGEST_ARTIFACT)?;
    let (folder, name) = match found.path.rsplit_once('/') {
        Some((folder, name)) => (Some(folder), name),
        None => (None, found.path.as_str()),
    };
    let mut companions = Vec::new();
    for companion in (found.kind.companions)(name) {
        let path = match folder {
            Some(folder) => format!("{folder}/{companion}"),
            None => companion,
        };
        if let Some(entry) = files.entry(&path)? {
            let mut file = files.open(&entry.path, None)?;
            let bytes = read_file(&mut file, LARGEST_COMPANION)?;
            companions.push((entry.name().to_owned(), bytes));
        }
    }
    Ok(ArtifactFile {
        path: found.path.clone(),
        bytes,
        companions,
    })
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
        Err(error) => SourceRead {
            size: 0,
            sha256: None,
            companions: Vec::new(),
            harvest,
            error: Some(error),
        },
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
    let bytes = read_file(&mut file, LARGEST_ARTIFACT).map_err(|error| error.to_string())?;
    Ok(ArtifactFile {
        path: entry.path.clone(),
        bytes,
        companions: Vec::new(),
    })
}
