//! From a path that an investigator names to volumes.

mod beside;
mod collection;
mod disk;
mod evidence;
mod file_system;
mod file_table;
mod layer;
mod locked;
mod opener;
mod options;
mod recognise;
mod snapshots;
mod volume;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use evidence::{Evidence, Layout, Media, Snapshot, Volume, VolumePlace};
pub use layer::{Layer, LayerKind};
pub use locked::LockedVolume;
pub use options::{OpenOptions, OpenProgress};

use crate::container::Nothing;
use crate::{DiskFile, Error, FileSystem, FolderFileSystem, ReadAt, Result, SingleFile, host_name};
use beside::DiskFolder;
use opener::Opener;
use recognise::{Given, recognise};

/// What [`open`] can read, for messages.
const READABLE: &str = "a disk image (E01, Ex01, L01, VHD, VHDX, VMDK, QCOW2, raw, split raw), a \
                        folder that is a drive (with Windows or Users in it), a triage collection \
                        as folder or zip (KAPE, Velociraptor, CyLR), a folder of artifact files, \
                        or one artifact file";

/// What [`open_bytes`] can read, for messages.
const READABLE_BYTES: &str = "a disk image (E01, Ex01, L01, VHD, VHDX, VMDK, QCOW2, raw) or a zip";

/// Opens a disk image, an archive, a folder or a file as evidence.
///
/// # Errors
/// When there is nothing at `path`, when it cannot be read, when a folder holds no file, and for
/// an image or archive that is too damaged or of a kind that is not read.
pub fn open(path: &Path) -> Result<Evidence> {
    open_with(path, &OpenOptions::default())
}

/// As [`open`], with keys for encrypted volumes and choices.
///
/// # Errors
/// As [`open`]. A volume that none of the keys opens is no error: it is listed in
/// [`Evidence::locked`].
pub fn open_with(path: &Path, options: &OpenOptions<'_>) -> Result<Evidence> {
    let metadata = std::fs::metadata(path).map_err(|source| missing_or(path, source))?;
    if metadata.is_dir() {
        open_folder(path, options)
    } else if metadata.is_file() {
        open_file(path, options)
    } else {
        Err(Error::Unsupported {
            path: path.to_owned(),
            found: "a device, pipe or socket".to_owned(),
            expected: READABLE,
        })
    }
}

/// Opens the bytes of a disk image or an archive that do not lie in a file of the examiner's
/// machine: in memory, on a server, in something that another program reads. `name` is what
/// [`Evidence::path`] and messages say. Nothing stands beside them, so an image must be whole in
/// its first file.
///
/// # Errors
/// When the bytes cannot be read, or are no image and no archive, or one that is too damaged or of
/// a kind that is not read.
pub fn open_bytes(
    bytes: Arc<dyn ReadAt>,
    name: &str,
    options: &OpenOptions<'_>,
) -> Result<Evidence> {
    let path = Path::new(name);
    let mut opener = Opener::new(path, options);
    let format = |source| Error::Format {
        path: path.to_owned(),
        source,
    };
    let inside = recognise(&Given {
        bytes,
        name,
        beside: &Nothing,
        place: "",
        depth: 0,
    });
    let Some(inside) = inside.map_err(format)? else {
        return Err(Error::Unsupported {
            path: path.to_owned(),
            found: "something that is no disk image and no archive".to_owned(),
            expected: READABLE_BYTES,
        });
    };
    let layer = opener.unfold(inside, "", 0).map_err(format)?;
    Ok(opener.finish(name.to_owned(), layer))
}

/// For a path that is not there, the part of it that is: most are typing mistakes.
fn missing_or(path: &Path, source: std::io::Error) -> Error {
    if source.kind() != std::io::ErrorKind::NotFound {
        return Error::Io {
            path: path.to_owned(),
            source,
        };
    }
    let there = path
        .ancestors()
        .skip(1)
        .find(|ancestor| !ancestor.as_os_str().is_empty() && ancestor.exists())
        .unwrap_or_else(|| Path::new("."));
    Error::Missing {
        path: path.to_owned(),
        there: there.to_owned(),
    }
}

fn open_file(path: &Path, options: &OpenOptions<'_>) -> Result<Evidence> {
    let bytes = DiskFile::open(path).map_err(|source| Error::Io {
        path: path.to_owned(),
        source,
    })?;
    let name = last_name(path);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut opener = Opener::new(path, options);
    let inside = recognise(&Given {
        bytes: Arc::new(bytes),
        name: &name,
        beside: &DiskFolder(folder),
        place: "",
        depth: 0,
    });
    let format = |source| Error::Format {
        path: path.to_owned(),
        source,
    };
    let layer = match inside.map_err(format)? {
        Some(inside) => opener.unfold(inside, "", 0).map_err(format)?,
        None => {
            let file_system = SingleFile::new(path)?;
            let mut layer = Layer::new(LayerKind::File, "single file");
            layer.notes = unread_logs_beside(path);
            let files: Arc<dyn FileSystem> = Arc::new(file_system);
            let at = opener.push(Volume {
                id: "files".to_owned(),
                letter: None,
                layout: Layout::Loose,
                place: String::new(),
                description: "single file".to_owned(),
                file_system: Arc::clone(&files),
                stands: None,
                snapshot: None,
                table_of: None,
            });
            layer.volume = Some(at);
            layer.children.extend(opener.file_table(&files, &name, at));
            layer
        }
    };
    Ok(opener.finish(last_name(path), layer))
}

/// A hive given by itself may be dirty, and its last changes stand in the logs beside it.
fn unread_logs_beside(path: &Path) -> Vec<String> {
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let logs: Vec<String> = [".LOG1", ".LOG2", ".LOG", ".log1", ".log2"]
        .iter()
        .map(|ending| beside(ending))
        .filter(|log| log.is_file())
        .map(|log| last_name(&log))
        .collect();
    if logs.is_empty() {
        return Vec::new();
    }
    vec![format!(
        "{} stands beside it and is not read; give the folder to have it applied",
        logs.join(", ")
    )]
}

fn open_folder(path: &Path, options: &OpenOptions<'_>) -> Result<Evidence> {
    let name = path
        .canonicalize()
        .ok()
        .and_then(|path| path.file_name().map(host_name::to_text))
        .unwrap_or_default();
    let files = Arc::new(FolderFileSystem::new(path)?);
    let mut opener = Opener::new(path, options);
    let layer = opener.collection(files, &name, "", 0)?;
    match layer {
        Some(layer) => Ok(opener.finish(last_name(path), layer)),
        None => Err(Error::Unsupported {
            path: path.to_owned(),
            found: "a folder without any file in it".to_owned(),
            expected: READABLE,
        }),
    }
}

fn last_name(path: &Path) -> String {
    path.file_name()
        .map(host_name::to_text)
        .or_else(|| {
            let full = path.canonicalize().ok()?;
            full.file_name().map(host_name::to_text)
        })
        .unwrap_or_else(|| path.display().to_string())
}

#[cfg(test)]
mod tests;
