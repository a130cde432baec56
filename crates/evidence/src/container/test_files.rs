//! Files beside each other in a test, and what other people's programs make of images.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use kusari_fixtures::tools;

use super::{Beside, Candidate, Container, open};
use crate::{FormatError, ReadAt, read_vec_at};

/// Files in one folder.
#[derive(Default)]
pub(super) struct Files(BTreeMap<String, Arc<dyn ReadAt>>);

impl Files {
    pub(super) fn of(files: &[(&str, &[u8])]) -> Self {
        let files = files.iter().map(|(name, bytes)| {
            let bytes: Arc<dyn ReadAt> = Arc::new(bytes.to_vec());
            ((*name).to_owned(), bytes)
        });
        Self(files.collect())
    }

    /// Opens the container with that name.
    pub(super) fn try_open(&self, name: &str) -> Result<Container, FormatError> {
        let candidate = Candidate {
            bytes: Arc::clone(&self.0[name]),
            name,
            beside: self,
            depth: 0,
        };
        open(&candidate)?.ok_or_else(|| FormatError::Unsupported("no container".to_owned()))
    }

    pub(super) fn open(&self, name: &str) -> Container {
        self.try_open(name).unwrap()
    }
}

impl Beside for Files {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.0.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn ReadAt>>> {
        let mut files = self.0.iter();
        let file = files.find(|(there, _)| there.eq_ignore_ascii_case(name));
        Ok(file.map(|(_, bytes)| Arc::clone(bytes)))
    }
}

/// Opens an image that stands alone.
pub(super) fn open_alone(bytes: &[u8]) -> Result<Container, FormatError> {
    Files::of(&[("image", bytes)]).try_open("image")
}

/// All bytes of a disk.
pub(super) fn all(container: &Container) -> Vec<u8> {
    let bytes = read_vec_at(container.media.as_ref(), 0, u64::MAX).unwrap();
    assert_eq!(u64::try_from(bytes.len()).unwrap(), container.media.size());
    bytes
}

/// Reads a disk in steps; `None` for each step that is an error.
pub(super) fn steps(media: &dyn ReadAt, step: usize) -> Vec<Option<Vec<u8>>> {
    let length = u64::try_from(step).unwrap();
    (0..media.size().div_ceil(length))
        .map(|number| read_vec_at(media, number * length, length).ok())
        .collect()
}

/// Sectors of 512 bytes of which no two are the same, nor the same as with another seed.
pub(super) fn sectors(count: usize, seed: u8) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(count * 512);
    for number in 0..u32::try_from(count).unwrap() {
        let mut state = (number + 1).wrapping_mul(0x9E37_79B9) ^ (u32::from(seed) << 24) | 1;
        for _ in 0..128 {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            bytes.extend(state.to_le_bytes());
        }
    }
    bytes
}

/// The value of a fact.
pub(super) fn fact<'a>(container: &'a Container, name: &str) -> &'a str {
    let mut facts = container.facts.iter();
    let fact = facts.find(|fact| fact.name == name);
    &fact
        .unwrap_or_else(|| panic!("no fact {name}: {:?}", container.facts))
        .value
}

/// Whether a note contains the text.
pub(super) fn has_note(container: &Container, text: &str) -> bool {
    container.notes.iter().any(|note| note.contains(text))
}

/// The bytes that libvhdi reads from the image `name` in a folder, its parents beside it. `None`
/// (said on standard error) where `vhdimount` is not installed or nothing can be mounted.
pub(super) fn libvhdi(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let mount = folder.join(format!("{name}.mounted"));
    std::fs::create_dir_all(&mount).unwrap();
    let image = folder.join(name);
    let (image, point) = (image.to_str().unwrap(), mount.to_str().unwrap());
    let output = tools::run("vhdimount", &[image, point])?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            said.contains("fuse") && !Path::new("/dev/fuse").exists(),
            "vhdimount {image}: {said}"
        );
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "skipped: nothing can be mounted here");
        return None;
    }
    let mut names: Vec<_> = std::fs::read_dir(&mount)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    // Of a chain it shows each disk; the last is the one that was asked for.
    let bytes = std::fs::read(names.last().unwrap()).unwrap();
    let _ = tools::run("fusermount", &["-u", point]);
    Some(bytes)
}

/// The bytes that 7-Zip reads from the image `name` in a folder, its parents beside it.
pub(super) fn seven_zip(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let image = folder.join(name);
    tools::output("7z", &["x", "-so", image.to_str().unwrap()])
}

/// Fills a file of that size with sectors and holes of some blocks each; gives its bytes.
pub(super) fn patterned(size: usize, stretch: usize) -> Vec<u8> {
    let mut bytes = sectors(size.div_ceil(512), 1);
    bytes.truncate(size);
    for (number, part) in bytes.chunks_mut(stretch).enumerate() {
        if !matches!(number % 7, 0 | 1 | 4) {
            part.fill(0);
        }
    }
    bytes
}
