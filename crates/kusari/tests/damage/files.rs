//! The files that are damaged: all of the recorded incident and of the corpus that the table of
//! artifacts knows.

use std::path::{Path, PathBuf};

use kusari::intake::{ARTIFACTS, ArtifactFile, ArtifactKind, LooseFile};
use kusari_fixtures::corpus;

use crate::settings;

/// A file to damage.
pub(crate) struct Subject {
    /// Its path in the test data or the corpus.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) kind: &'static ArtifactKind,
    pub(crate) size: usize,
}

impl Subject {
    /// Its bytes, with the files beside it that belong to it.
    pub(crate) fn load(&self) -> ArtifactFile {
        let own = file_name(&self.path);
        let beside = names_in(self.path.parent().unwrap());
        let companions = (self.kind.companions)(&own)
            .into_iter()
            .filter_map(|wanted| {
                let path = beside
                    .iter()
                    .find(|path| file_name(path).eq_ignore_ascii_case(&wanted))?;
                Some((file_name(path), std::fs::read(path).unwrap()))
            })
            .collect();
        ArtifactFile {
            path: self.name.clone(),
            bytes: std::fs::read(&self.path).unwrap(),
            companions,
        }
    }
}

/// The recorded incident's folder.
pub(crate) fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/amagasaki")
}

/// All of them, by name.
pub(crate) fn subjects() -> Vec<Subject> {
    let mut subjects = Vec::new();
    let incident = testdata().join("evidence");
    for (label, root) in [("amagasaki", Some(incident)), ("corpus", corpus::path(""))] {
        let Some(root) = root else { continue };
        for path in all_files(&root) {
            let relative = path.strip_prefix(&root).unwrap();
            let name = format!("{label}/{}", relative.to_string_lossy());
            if let Some((kind, size)) = known(&path, &name)
                && settings::is_wanted(&name)
            {
                subjects.push(Subject {
                    name,
                    path,
                    kind,
                    size,
                });
            }
        }
    }
    assert!(!subjects.is_empty());
    subjects
}

fn known(path: &Path, name: &str) -> Option<(&'static ArtifactKind, usize)> {
    let bytes = std::fs::read(path).unwrap();
    let loose = LooseFile {
        path: name,
        name: &file_name(path),
        head: &bytes[..bytes.len().min(LooseFile::HEAD)],
    };
    let kind = ARTIFACTS.iter().find(|kind| (kind.recognise)(&loose))?;
    Some((kind, bytes.len()))
}

/// All files below a folder, in the order of their paths.
pub(crate) fn all_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in names_in(folder) {
        if path.is_dir() {
            files.extend(all_files(&path));
        } else {
            files.push(path);
        }
    }
    files
}

fn names_in(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    names
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
