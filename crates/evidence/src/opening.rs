//! From a path that an investigator names to volumes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::folder_shape::{self, Drive, Shape};
use crate::{Error, FileSystem, FolderFileSystem, Result, SingleFile, host_name, signature};

/// What an investigator has of one machine or stick, opened for reading.
pub struct Evidence {
    /// Where it stands on the examiner's machine, as it was given.
    pub path: PathBuf,
    /// The name under which outputs cite it: the last part of its path. Not unique among several
    /// pieces of evidence.
    pub id: String,
    /// What it is, for people: `triage folder with 2 drives`, `single file`.
    pub description: String,
    /// Its volumes, never empty, in an order that depends only on their names.
    pub volumes: Vec<Volume>,
    /// What a person should know about how it was opened: what was not looked at, and what looks
    /// wrong. Not errors.
    pub notes: Vec<String>,
}

impl std::fmt::Debug for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evidence")
            .field("path", &self.path)
            .field("description", &self.description)
            .finish_non_exhaustive()
    }
}

/// One volume of a piece of evidence.
pub struct Volume {
    /// Its name among the volumes of this evidence, unique there: `C`, `C-2`, `drive`, `files`.
    pub id: String,
    /// The drive letter that the collection or image says; `None` where it says none.
    pub letter: Option<char>,
    /// Whether paths on it are those of Windows.
    pub layout: Layout,
    /// Its place inside the evidence (`uploads/auto/C%3A`), empty when it is all of it.
    pub place: String,
    /// What it is, for people.
    pub description: String,
    /// Its files.
    pub file_system: Box<dyn FileSystem>,
}

/// Whether paths on a volume are those of Windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Paths are those of a Windows drive: an artifact stands at its own place.
    Drive,
    /// Loose files: an artifact is known by its name and content only.
    Loose,
}

/// What [`open`] can read, for messages.
const READABLE: &str = "a folder that is a drive (with Windows or Users in it), a triage \
                        collection (KAPE, Velociraptor, CyLR), a folder of artifact files, or \
                        one artifact file";

/// Opens a folder or a file as evidence.
///
/// # Errors
/// When there is nothing at `path`, when it cannot be read, when a folder holds no file, and for
/// a disk image or archive, which cannot be read yet.
pub fn open(path: &Path) -> Result<Evidence> {
    let metadata = std::fs::metadata(path).map_err(|source| missing_or(path, source))?;
    if metadata.is_dir() {
        open_folder(path)
    } else if metadata.is_file() {
        open_file(path)
    } else {
        Err(Error::Unsupported {
            path: path.to_owned(),
            found: "a device, pipe or socket".to_owned(),
            expected: READABLE,
        })
    }
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

fn open_file(path: &Path) -> Result<Evidence> {
    if let Some(container) = signature::container_of(path)? {
        return Err(Error::Unsupported {
            path: path.to_owned(),
            found: container.to_owned(),
            expected: "a folder or one artifact file; disk images and archives cannot be read \
                       yet, so mount or unpack it and give the folder",
        });
    }
    let files = SingleFile::new(path)?;
    Ok(Evidence {
        id: last_name(path),
        path: path.to_owned(),
        description: "single file".to_owned(),
        notes: unread_logs_beside(path),
        volumes: vec![Volume {
            id: "files".to_owned(),
            letter: None,
            layout: Layout::Loose,
            place: String::new(),
            description: "single file".to_owned(),
            file_system: Box::new(files),
        }],
    })
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

fn open_folder(path: &Path) -> Result<Evidence> {
    let Shape {
        drives,
        files_outside,
        mut notes,
    } = folder_shape::find(path)?;
    let (description, volumes) = if drives.is_empty() {
        if files_outside == 0 && notes.is_empty() {
            return Err(Error::Unsupported {
                path: path.to_owned(),
                found: "a folder without any file in it".to_owned(),
                expected: READABLE,
            });
        }
        ("folder of loose files".to_owned(), vec![loose(path)?])
    } else {
        notes.extend(several_collections(&drives));
        (describe(&drives, files_outside), drive_volumes(&drives)?)
    };
    Ok(Evidence {
        id: last_name(path),
        path: path.to_owned(),
        description,
        volumes,
        notes,
    })
}

fn loose(path: &Path) -> Result<Volume> {
    Ok(Volume {
        id: "files".to_owned(),
        letter: None,
        layout: Layout::Loose,
        place: String::new(),
        description: "loose files".to_owned(),
        file_system: Box::new(FolderFileSystem::new(path)?),
    })
}

fn describe(drives: &[Drive], files_outside: u64) -> String {
    let kind = match drives {
        [only] if only.relative.is_empty() => "folder that is a drive".to_owned(),
        [_] => "triage folder with 1 drive".to_owned(),
        _ => format!("triage folder with {} drives", drives.len()),
    };
    match files_outside {
        0 => kind,
        // No note: a collector's own logs beside the drives are as it should be.
        count => format!("{kind}; files outside the drives, not read: {count}"),
    }
}

fn drive_volumes(drives: &[Drive]) -> Result<Vec<Volume>> {
    let mut used: BTreeMap<String, u32> = BTreeMap::new();
    drives
        .iter()
        .map(|drive| {
            let name = drive
                .letter
                .map_or_else(|| "drive".to_owned(), |letter| letter.to_string());
            let count = used.entry(name.clone()).or_default();
            *count += 1;
            let id = match *count {
                1 => name,
                more => format!("{name}-{more}"),
            };
            let file_system: Box<dyn FileSystem> = if drive.escaped {
                Box::new(FolderFileSystem::with_escaped_names(&drive.on_disk)?)
            } else {
                Box::new(FolderFileSystem::new(&drive.on_disk)?)
            };
            let description = match drive.letter {
                Some(letter) => format!("drive {letter}:"),
                None => "drive".to_owned(),
            };
            Ok(Volume {
                id,
                letter: drive.letter,
                layout: Layout::Drive,
                place: drive.relative.clone(),
                description,
                file_system,
            })
        })
        .collect()
}

/// One letter in two collections is most likely two machines, which must not be read as one.
fn several_collections(drives: &[Drive]) -> Option<String> {
    let mut collections: BTreeMap<(char, &str), ()> = BTreeMap::new();
    for drive in drives {
        if let Some(letter) = drive.letter {
            collections.insert((letter, collection_of(drive)), ());
        }
    }
    let clash = drives
        .iter()
        .filter_map(|drive| drive.letter)
        .find(|letter| {
            collections
                .keys()
                .filter(|(other, _)| other == letter)
                .count()
                > 1
        })?;
    let places: Vec<String> = collections
        .keys()
        .filter(|(letter, _)| *letter == clash)
        .map(|(_, place)| format!("`{place}`"))
        .collect();
    Some(format!(
        "drive {clash}: stands in more than one collection ({}); if these are several machines, \
         give each folder by itself",
        places.join(", ")
    ))
}

/// The folder of the collection that a drive belongs to: Velociraptor puts one drive under
/// several accessors (`uploads/auto`, `uploads/ntfs`).
fn collection_of(drive: &Drive) -> &str {
    let folder = |path: &'_ str| path.rfind('/').unwrap_or(0);
    let parent = drive.relative.get(..folder(&drive.relative)).unwrap_or("");
    if drive.escaped {
        parent.get(..folder(parent)).unwrap_or("")
    } else {
        parent
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
mod tests {
    use super::*;
    use crate::test_folder::TestFolder;
    use crate::{Limits, walk};

    fn opened(files: &[&str]) -> (TestFolder, Evidence) {
        let folder = TestFolder::new();
        for file in files {
            folder.write(file, b"x");
        }
        let evidence = open(folder.path()).unwrap();
        (folder, evidence)
    }

    fn volumes(evidence: &Evidence) -> Vec<(&str, Option<char>, Layout, &str)> {
        evidence
            .volumes
            .iter()
            .map(|v| (v.id.as_str(), v.letter, v.layout, v.place.as_str()))
            .collect()
    }

    fn all_paths(volume: &Volume) -> Vec<String> {
        let mut paths = Vec::new();
        walk(
            volume.file_system.as_ref(),
            &Limits::default(),
            &mut |entry| {
                paths.push(entry.path);
            },
        );
        paths
    }

    #[test]
    fn velociraptor_collection() {
        let (_folder, evidence) = opened(&[
            "uploads/auto/C%3A/Windows/System32/winevt/Logs/A%254B.evtx",
            "uploads/ntfs/%5C%5C.%5CC%3A/Users/a/NTUSER.DAT",
            "uploads.json",
        ]);
        assert_eq!(
            volumes(&evidence),
            [
                ("C", Some('C'), Layout::Drive, "uploads/auto/C%3A"),
                (
                    "C-2",
                    Some('C'),
                    Layout::Drive,
                    "uploads/ntfs/%5C%5C.%5CC%3A"
                ),
            ]
        );
        assert_eq!(
            all_paths(&evidence.volumes[0]).last().unwrap(),
            "Windows/System32/winevt/Logs/A%4B.evtx"
        );
        // The collector's own file is said in the description; nothing is wrong.
        assert!(evidence.notes.is_empty(), "{:?}", evidence.notes);
        assert!(evidence.description.ends_with("not read: 1"));
    }

    #[test]
    fn two_machines_in_one_folder_are_said() {
        let (_folder, evidence) = opened(&["PC1/C/Windows/x", "PC2/C/Windows/x"]);
        assert_eq!(evidence.volumes.len(), 2);
        assert!(
            evidence.notes[0].contains("`PC1`, `PC2`"),
            "{:?}",
            evidence.notes
        );
    }

    #[test]
    fn loose_files_in_a_folder() {
        let (folder, evidence) = opened(&["registry/SYSTEM", "registry/SYSTEM.LOG1"]);
        assert_eq!(volumes(&evidence), [("files", None, Layout::Loose, "")]);
        assert_eq!(
            all_paths(&evidence.volumes[0]),
            ["registry", "registry/SYSTEM", "registry/SYSTEM.LOG1"]
        );
        assert_eq!(evidence.path, folder.path());
        assert_eq!(
            evidence.id,
            folder.path().file_name().unwrap().to_str().unwrap()
        );
    }

    #[test]
    fn one_file_alone_says_that_its_logs_are_not_read() {
        let folder = TestFolder::new();
        folder.write("SYSTEM", b"regf");
        folder.write("SYSTEM.LOG1", b"regf");
        let evidence = open(&folder.path().join("SYSTEM")).unwrap();
        assert_eq!(all_paths(&evidence.volumes[0]), ["SYSTEM"]);
        assert!(evidence.notes[0].starts_with("SYSTEM.LOG1 stands beside it"));
    }

    fn message(path: &Path) -> String {
        open(path).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_opened_says_what_to_try() {
        let folder = TestFolder::new();
        assert!(message(folder.path()).contains("a folder without any file in it"));
        std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
        assert!(message(folder.path()).contains("a folder without any file in it"));

        let missing = message(&folder.path().join("a/x/SYSTEM"));
        let there = folder.path().join("a").display().to_string();
        assert!(
            missing.contains(&format!("only `{there}` is there")),
            "{missing}"
        );

        folder.write("disk.bin", b"EVF\x09\x0d\x0a\xff\x00\x01");
        let image = message(&folder.path().join("disk.bin"));
        assert!(
            image.contains("E01") && image.contains("cannot be read yet"),
            "{image}"
        );
    }

    #[test]
    #[cfg(unix)]
    fn a_socket_is_no_evidence_and_is_not_waited_for() {
        let folder = TestFolder::new();
        let path = folder.path().join("socket");
        let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert!(message(&path).contains("a device, pipe or socket"));
    }

    #[test]
    #[cfg(unix)]
    fn an_unreadable_folder_costs_only_itself() {
        use std::os::unix::fs::PermissionsExt;
        let folder = TestFolder::new();
        folder.write("Windows/closed/x", b"");
        folder.write("Windows/open/x", b"");
        let closed = folder.path().join("Windows/closed");
        let set = |mode| {
            std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        set(0o000);
        let as_administrator = std::fs::read_dir(&closed).is_ok();
        let evidence = open(folder.path()).unwrap();
        let mut count = 0;
        let files = evidence.volumes[0].file_system.as_ref();
        let summary = walk(files, &Limits::default(), &mut |_| count += 1);
        set(0o755);
        if as_administrator {
            eprintln!("skipped: this user can read everything");
            return;
        }
        assert_eq!(count, 4);
        assert_eq!(summary.notes.len(), 1);
        assert!(summary.notes[0].contains("`Windows/closed` cannot be read"));
    }

    #[test]
    fn corpus_folders_open_as_what_they_are() {
        for (name, files) in [
            ("m57-pat-winxp", 4),
            ("win10-DESKTOP-2KGM189", 6),
            ("rathbun-win10-DESKTOP-GNCCVRK-nousb", 46),
        ] {
            let Some(path) = kusari_fixtures::corpus::path(name) else {
                continue;
            };
            let evidence = open(&path).unwrap();
            assert_eq!(
                volumes(&evidence),
                [("files", None, Layout::Loose, "")],
                "{name}"
            );
            let mut count = 0;
            let volume = &evidence.volumes[0];
            walk(
                volume.file_system.as_ref(),
                &Limits::default(),
                &mut |entry| {
                    count += u32::from(entry.kind == crate::EntryKind::File);
                },
            );
            assert_eq!(count, files, "{name}");
        }
    }

    #[test]
    fn corpus_images_are_named_as_images() {
        for (name, kind) in [
            ("images/vsstest.qcow2", "QCOW2"),
            ("images/SampleTinyNtfsVolume.zip", "zip"),
            ("images/testfs1", "NTFS"),
            ("images/ntfs_img.dd", "MBR"),
        ] {
            if let Some(path) = kusari_fixtures::corpus::path(name) {
                assert!(message(&path).contains(kind), "{name}");
            }
        }
    }
}
