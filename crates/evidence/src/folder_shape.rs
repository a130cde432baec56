//! Where the drives and the disk images stand in a folder that an investigator has (on disk, in an
//! archive, on an image).
//!
//! Known shapes: a folder that is a drive itself; KAPE (`<target>/C/Windows/…`), CyLR
//! (`C/Windows/…`), Velociraptor (`uploads/auto/C%3A/…`, `uploads/ntfs/%5C%5C.%5CC%3A/…`, other
//! accessors and shadow copies likewise), each possibly some folders further down; and loose
//! artifact files.

use crate::evidence_path::below;
use std::collections::VecDeque;

use crate::{EntryKind, FileSystem, Result, collector_names};

/// How far drives are looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    /// How many folders inside each other.
    pub(crate) depth: usize,
    /// How many folders altogether.
    pub(crate) folders: usize,
}

impl Reach {
    /// In a collection: a Velociraptor server keeps its drives seven deep
    /// (`clients/C.…/collections/F.…/uploads/ntfs/%5C%5C.%5CC%3A`).
    pub(crate) const COLLECTION: Self = Self {
        depth: 8,
        folders: 20_000,
    };

    /// On the volume of a disk image, which a collector may have made (KAPE writes a VHDX on
    /// request), but which mostly is a volume of its own and may hold a million folders.
    pub(crate) const VOLUME: Self = Self {
        depth: 1,
        folders: 100,
    };
}

/// The most notes about folders that are not looked at.
const MOST_NOTES: usize = 50;

/// What was found in a folder.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    /// The drives, in the order of their paths.
    pub(crate) drives: Vec<Drive>,
    /// Files that stand in no drive.
    pub(crate) files_outside: u64,
    /// Those of them that are named like a disk image or archive.
    pub(crate) perhaps_containers: Vec<String>,
    /// What was not looked at, and why.
    pub(crate) notes: Vec<String>,
}

/// A folder that stands for a drive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drive {
    /// Its path from the root of the file system; empty for the root itself.
    pub(crate) relative: String,
    /// The drive letter, where the folder's name says one.
    pub(crate) letter: Option<char>,
    /// The collector escaped the names inside it.
    pub(crate) escaped: bool,
}

/// Looks for drives on a file system whose root is called `top_name`. Links are not followed.
///
/// # Errors
/// When the root cannot be listed.
pub(crate) fn find(files: &dyn FileSystem, top_name: &str, reach: Reach) -> Result<Shape> {
    let mut shape = Shape::default();
    let top = Candidate {
        drive: drive(String::new(), top_name),
        name: top_name.to_owned(),
    };
    let mut waiting = VecDeque::from([(top, 0_usize)]);
    let mut looked_at = 0;
    while let Some((candidate, depth)) = waiting.pop_front() {
        if looked_at == reach.folders {
            shape.notes.push(format!(
                "looked for drives in {} folders only; `{}` and others were left out",
                reach.folders, candidate.drive.relative
            ));
            break;
        }
        looked_at += 1;
        let contents = match Contents::read(files, &candidate.drive.relative) {
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
        shape.files_outside = shape
            .files_outside
            .saturating_add(u64::try_from(contents.files.len()).unwrap_or(u64::MAX));
        for file in &contents.files {
            if shape.perhaps_containers.len() < MOST_CONTAINERS && is_named_like_container(file) {
                let path = below(&candidate.drive.relative, file);
                shape.perhaps_containers.push(path);
            }
        }
        if depth == reach.depth {
            continue;
        }
        for name in contents.folders {
            let drive = drive(below(&candidate.drive.relative, &name), &name);
            waiting.push_back((Candidate { drive, name }, depth.saturating_add(1)));
        }
    }
    shape.add_drives_beside_drives(files)?;
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
    fn add_drives_beside_drives(&mut self, files: &dyn FileSystem) -> Result<()> {
        let mut parents: Vec<String> = self
            .drives
            .iter()
            .filter(|drive| drive.letter.is_some() && !drive.relative.is_empty())
            .map(|drive| {
                let parent = drive.relative.rsplit_once('/');
                parent.map_or(String::new(), |(folder, _)| folder.to_owned())
            })
            .collect();
        parents.dedup();
        for parent in parents {
            for name in Contents::read(files, &parent)?.folders {
                let relative = below(&parent, &name);
                let found = self.drives.iter().any(|drive| drive.relative == relative);
                if !found && collector_names::drive_letter(&name).is_some() {
                    self.drives.push(drive(relative, &name));
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

fn drive(relative: String, name: &str) -> Drive {
    Drive {
        letter: collector_names::drive_letter(name),
        escaped: collector_names::is_device_name(name),
        relative,
    }
}

/// The names in a folder; links are left out.
struct Contents {
    folders: Vec<String>,
    files: Vec<String>,
}

impl Contents {
    fn read(files: &dyn FileSystem, path: &str) -> Result<Self> {
        let mut contents = Self {
            folders: Vec::new(),
            files: Vec::new(),
        };
        for entry in files.list(path)? {
            match entry.kind {
                EntryKind::Folder => contents.folders.push(entry.name().to_owned()),
                EntryKind::File => contents.files.push(entry.name().to_owned()),
                _ => {}
            }
        }
        Ok(contents)
    }
}

/// The most files of one folder that are looked into for being an image.
const MOST_CONTAINERS: usize = 1_000;

/// Only files that are named like an image or archive are looked into, so that a folder of many
/// files need not be opened whole; what they are then tells their content. A name alone says
/// nothing (the recycle bin keeps `$I….zip`).
fn is_named_like_container(name: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "e01", "ex01", "l01", "lx01", "s01", "vhd", "vhdx", "avhd", "avhdx", "vmdk", "qcow2",
        "qcow", "dd", "raw", "img", "bin", "001", "000", "aa", "aff4", "zip", "7z", "rar",
    ];
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| ENDINGS.contains(&ending.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FolderFileSystem;
    use crate::test_folder::TestFolder;

    fn drives(folder: &TestFolder) -> Vec<(String, Option<char>, bool)> {
        let files = FolderFileSystem::new(folder.path()).unwrap();
        find(&files, "folder", Reach::COLLECTION)
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
    fn files_named_like_images_are_told() {
        let folder = TestFolder::new();
        folder.write("SYSTEM", b"");
        folder.write("more/disk.E01", b"");
        folder.write("$Recycle.Bin/$ISEBKEC.zip", b"");
        let files = FolderFileSystem::new(folder.path()).unwrap();
        let shape = find(&files, "folder", Reach::COLLECTION).unwrap();
        assert_eq!(shape.files_outside, 3);
        assert_eq!(
            shape.perhaps_containers,
            ["$Recycle.Bin/$ISEBKEC.zip", "more/disk.E01"]
        );
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
