//! Where the drives stand in a folder that an investigator has.
//!
//! Known shapes: a folder that is a drive itself; KAPE (`<target>/C/Windows/…`), CyLR
//! (`C/Windows/…`), Velociraptor (`uploads/auto/C%3A/…`, `uploads/ntfs/%5C%5C.%5CC%3A/…`, other
//! accessors and shadow copies likewise), each possibly some folders further down; and loose
//! artifact files.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use crate::{EntryKind, FileSystem, FolderFileSystem, Result, collector_names};

/// How many folders inside each other a drive is looked for: a Velociraptor server keeps its
/// collections seven deep (`clients/C.…/collections/F.…/uploads/ntfs/%5C%5C.%5CC%3A`).
const DEPTH: usize = 8;

/// The most folders that are looked into for drives.
const MOST_FOLDERS: usize = 20_000;

/// The most notes about files that are not read.
const MOST_NOTES: usize = 50;

/// What was found in a folder.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    /// The drives, in the order of their paths.
    pub(crate) drives: Vec<Drive>,
    /// Files that stand in no drive.
    pub(crate) files_outside: u64,
    /// What was not looked at, and why.
    pub(crate) notes: Vec<String>,
}

/// A folder that stands for a drive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drive {
    /// Its place on the examiner's disk.
    pub(crate) on_disk: PathBuf,
    /// Its path from the folder that was opened; empty for that folder itself.
    pub(crate) relative: String,
    /// The drive letter, where the folder's name says one.
    pub(crate) letter: Option<char>,
    /// The collector escaped the names inside it.
    pub(crate) escaped: bool,
}

/// Looks for drives in `root`. Links are not followed.
pub(crate) fn find(root: &Path) -> Result<Shape> {
    let mut shape = Shape::default();
    let top_name = root
        .canonicalize()
        .ok()
        .and_then(|path| path.file_name().map(crate::host_name::to_text))
        .unwrap_or_default();
    let top = Candidate {
        drive: drive(root.to_owned(), String::new(), &top_name),
        name: top_name,
    };
    let mut waiting = VecDeque::from([(top, 0_usize)]);
    let mut looked_at = 0;
    while let Some((candidate, depth)) = waiting.pop_front() {
        if looked_at == MOST_FOLDERS {
            shape.notes.push(format!(
                "looked for drives in {MOST_FOLDERS} folders only; `{}` and others were left out",
                candidate.drive.relative
            ));
            break;
        }
        looked_at += 1;
        let contents = match Contents::read(&candidate.drive.on_disk) {
            Ok(contents) => contents,
            Err(error) if depth == 0 => return Err(error),
            Err(error) => {
                shape.note(error.to_string());
                continue;
            }
        };
        if candidate.is_drive(&contents, depth == 0) {
            shape.drives.push(candidate.drive);
            continue;
        }
        shape.files_outside += contents.files.len() as u64;
        for file in &contents.files {
            let on_disk = candidate.drive.on_disk.join(file);
            if let Some(container) = container(file, &on_disk) {
                shape.note(format!(
                    "`{}`: not read, it is {container}; mount or unpack it and give the folder",
                    below(&candidate.drive.relative, file)
                ));
            }
        }
        if depth == DEPTH {
            continue;
        }
        for name in contents.folders {
            let relative = below(&candidate.drive.relative, &name);
            let on_disk = candidate.drive.on_disk.join(&name);
            let drive = drive(on_disk, relative, &name);
            waiting.push_back((Candidate { drive, name }, depth + 1));
        }
    }
    shape.add_drives_beside_drives()?;
    shape.drives.sort_by(|a, b| a.relative.cmp(&b.relative));
    Ok(shape)
}

impl Shape {
    fn note(&mut self, text: String) {
        match self.notes.len() {
            0..MOST_NOTES => self.notes.push(text),
            MOST_NOTES => self.notes.push("more such notes were left out".to_owned()),
            _ => {}
        }
    }

    /// A collector that wrote `C/Windows` wrote `E/` beside it for another drive, which need not
    /// hold anything that tells a drive.
    fn add_drives_beside_drives(&mut self) -> Result<()> {
        let parents: Vec<PathBuf> = self
            .drives
            .iter()
            .filter(|drive| drive.letter.is_some() && !drive.relative.is_empty())
            .filter_map(|drive| drive.on_disk.parent().map(Path::to_owned))
            .collect();
        for parent in parents {
            let relative = self
                .drives
                .iter()
                .find(|drive| drive.on_disk.parent() == Some(&parent))
                .and_then(|drive| drive.relative.rsplit_once('/'))
                .map_or("", |(folder, _)| folder)
                .to_owned();
            for name in Contents::read(&parent)?.folders {
                let on_disk = parent.join(&name);
                let found = self.drives.iter().any(|drive| drive.on_disk == on_disk);
                if !found && collector_names::drive_letter(&name).is_some() {
                    self.drives
                        .push(drive(on_disk, below(&relative, &name), &name));
                }
            }
        }
        Ok(())
    }
}

struct Candidate {
    drive: Drive,
    name: String,
}

impl Candidate {
    fn is_drive(&self, contents: &Contents, is_top: bool) -> bool {
        let holds = |names: &[&str]| {
            contents
                .folders
                .iter()
                .any(|folder| names.contains(&folder.to_lowercase().as_str()))
        };
        if collector_names::is_device_name(&self.name) || holds(&["windows", "winnt"]) {
            return true;
        }
        // These also stand in folders that someone sorted artifact files into.
        let perhaps = holds(&["users", "documents and settings", "programdata"]);
        perhaps && contents.files.is_empty() && (is_top || self.drive.letter.is_some())
    }
}

fn drive(on_disk: PathBuf, relative: String, name: &str) -> Drive {
    Drive {
        letter: collector_names::drive_letter(name),
        escaped: collector_names::is_device_name(name),
        on_disk,
        relative,
    }
}

/// The names in a folder; links are left out.
struct Contents {
    folders: Vec<String>,
    files: Vec<String>,
}

impl Contents {
    fn read(on_disk: &Path) -> Result<Self> {
        let mut contents = Self {
            folders: Vec::new(),
            files: Vec::new(),
        };
        for entry in FolderFileSystem::new(on_disk)?.list("")? {
            match entry.kind {
                EntryKind::Folder => contents.folders.push(entry.path),
                EntryKind::File => contents.files.push(entry.path),
                _ => {}
            }
        }
        Ok(contents)
    }
}

fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// The kind of image or archive that a file is. Only files that are named like one are looked
/// into; a name alone (the recycle bin keeps `$I….zip`) says nothing.
fn container(name: &str, on_disk: &Path) -> Option<&'static str> {
    const ENDINGS: &[&str] = &[
        "e01", "ex01", "l01", "lx01", "vhd", "vhdx", "vmdk", "qcow2", "dd", "raw", "img", "001",
        "aff4", "zip", "7z", "rar",
    ];
    let (_, ending) = name.rsplit_once('.')?;
    if !ENDINGS.contains(&ending.to_lowercase().as_str()) {
        return None;
    }
    crate::signature::container_of(on_disk).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_folder::TestFolder;

    fn drives(folder: &TestFolder) -> Vec<(String, Option<char>, bool)> {
        find(folder.path())
            .unwrap()
            .drives
            .into_iter()
            .map(|drive| (drive.relative, drive.letter, drive.escaped))
            .collect()
    }

    fn expect(files: &[&str], expected: &[(&str, Option<char>, bool)]) {
        let folder = TestFolder::new();
        for file in files {
            folder.write(file, b"x");
        }
        let expected: Vec<_> = expected
            .iter()
            .map(|(path, letter, escaped)| ((*path).to_owned(), *letter, *escaped))
            .collect();
        assert_eq!(drives(&folder), expected, "{files:?}");
    }

    #[test]
    fn a_drive_itself() {
        expect(&["Windows/System32/config/SYSTEM"], &[("", None, false)]);
        expect(&["WINNT/setupapi.log", "boot.ini"], &[("", None, false)]);
        expect(&["users/a/NTUSER.DAT"], &[("", None, false)]);
    }

    #[test]
    fn collections() {
        expect(
            &["C/Windows/x", "2022_CopyLog.csv"],
            &[("C", Some('C'), false)],
        );
        expect(
            &["PC01/C/Windows/x", "PC01/E/report.docx", "PC01/notes/n.txt"],
            &[("PC01/C", Some('C'), false), ("PC01/E", Some('E'), false)],
        );
        expect(
            &["out/D/Users/a/NTUSER.DAT"],
            &[("out/D", Some('D'), false)],
        );
        expect(
            &[
                "uploads/auto/C%3A/Windows/x",
                "uploads/ntfs/%5C%5C.%5CC%3A/$MFT",
                "uploads/ntfs/%5C%5C%3F%5CGLOBALROOT%5CDevice%5CHarddiskVolumeShadowCopy1/x",
                "results/a.json",
            ],
            &[
                ("uploads/auto/C%3A", Some('C'), true),
                (
                    "uploads/ntfs/%5C%5C%3F%5CGLOBALROOT%5CDevice%5CHarddiskVolumeShadowCopy1",
                    None,
                    true,
                ),
                ("uploads/ntfs/%5C%5C.%5CC%3A", Some('C'), true),
            ],
        );
    }

    #[test]
    fn loose_files() {
        for files in [
            &["SYSTEM", "NTUSER.DAT"][..],
            &["SYSTEM", "Users/tony/NTUSER.DAT"],
            &[
                "registry/SYSTEM",
                "$Recycle.Bin/$I1",
                "winevt/Security.evtx",
            ],
            &["a/b/c/SYSTEM"],
        ] {
            expect(files, &[]);
        }
    }

    #[test]
    fn images_among_loose_files_are_said() {
        let folder = TestFolder::new();
        folder.write("SYSTEM", b"");
        folder.write("more/disk.E01", b"EVF\x09\x0d\x0a\xff\x00");
        // A recycle bin's `$I` file has the ending of what was deleted.
        folder.write("$Recycle.Bin/$ISEBKEC.zip", b"\x01\0\0\0\0\0\0\0");
        let shape = find(folder.path()).unwrap();
        assert_eq!(shape.files_outside, 3);
        assert_eq!(shape.notes.len(), 1);
        assert!(shape.notes[0].contains("`more/disk.E01`"));
    }

    #[test]
    #[cfg(unix)]
    fn links_lead_to_no_drive() {
        let folder = TestFolder::new();
        folder.write("real/C/Windows/x", b"");
        std::os::unix::fs::symlink("..", folder.path().join("real/loop")).unwrap();
        std::os::unix::fs::symlink("real", folder.path().join("again")).unwrap();
        assert_eq!(drives(&folder), [("real/C".to_owned(), Some('C'), false)]);
    }
}
