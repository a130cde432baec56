//! A folder of images for tests, and what is asked of every image in it.

use std::io;
use std::sync::Arc;

use super::{Beside, Candidate, Container, open};
use crate::test_folder::TestFolder;
use crate::{DiskFile, FormatError, ReadAt, read_full_at};

/// A folder with images.
pub(super) struct ImageFolder(pub(super) TestFolder);

impl ImageFolder {
    pub(super) fn new() -> Self {
        Self(TestFolder::new())
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    pub(super) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) {
        self.0.write(name, bytes);
    }

    pub(super) fn try_open(&self, name: &str) -> Result<Option<Container>, FormatError> {
        self.open_bytes(
            name,
            Arc::new(DiskFile::open(self.path(name).as_ref()).unwrap()),
        )
    }

    pub(super) fn open(&self, name: &str) -> Container {
        self.try_open(name).unwrap().expect("a known format")
    }

    /// Opens bytes that are not in the folder under a name as if they were.
    pub(super) fn open_bytes(
        &self,
        name: &str,
        bytes: Arc<dyn ReadAt>,
    ) -> Result<Option<Container>, FormatError> {
        open(&Candidate {
            bytes,
            name,
            beside: self,
            depth: 0,
        })
    }

    /// Runs qemu-img in this folder; `None` where it is not installed.
    pub(super) fn qemu_img(&self, arguments: &[&str]) -> Option<()> {
        self.tool("qemu-img", arguments)
    }

    pub(super) fn tool(&self, program: &str, arguments: &[&str]) -> Option<()> {
        let arguments: Vec<String> = arguments
            .iter()
            .map(|argument| argument.replace("{}", &self.path("")))
            .collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        kusari_fixtures::tools::output(program, &arguments).map(|_| ())
    }
}

impl Beside for ImageFolder {
    fn names(&self) -> io::Result<Vec<String>> {
        let names = std::fs::read_dir(self.0.path())?
            .map(|entry| entry.unwrap().file_name().into_string().unwrap());
        Ok(names.collect())
    }

    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn ReadAt>>> {
        assert!(!name.contains(['/', '\\']), "out of the folder: {name}");
        let names = self.names()?;
        let found = names.iter().find(|other| *other == name).or_else(|| {
            names
                .iter()
                .find(|other| other.to_lowercase() == name.to_lowercase())
        });
        match found {
            Some(name) => Ok(Some(Arc::new(DiskFile::open(self.path(name).as_ref())?))),
            None => Ok(None),
        }
    }
}

/// A disk of `length` bytes in which text, noise and zeros take turns, with something in its last
/// bytes.
pub(super) fn some_disk(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut noise = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut disk = Vec::with_capacity(length);
    while disk.len() < length {
        let stretch = 512 * (1 + usize::try_from(noise() % 300).unwrap());
        match noise() % 4 {
            0 => disk.extend((0..stretch).map(|_| noise().to_be_bytes()[0])),
            1 => disk.extend(
                b"a line of text that repeats\n"
                    .iter()
                    .cycle()
                    .take(stretch),
            ),
            _ => disk.resize(disk.len() + stretch * 2, 0),
        }
    }
    disk.truncate(length);
    let end = disk.len() - 300;
    disk[end..].fill(0x55);
    disk
}

/// The media of `container` is `raw`: read at once, in odd pieces, and from several threads.
pub(super) fn assert_same(container: &Container, raw: &[u8]) {
    let media = container.media.as_ref();
    assert_eq!(media.size(), u64::try_from(raw.len()).unwrap());
    let mut whole = vec![0xEE; raw.len() + 10];
    assert_eq!(read_full_at(media, 0, &mut whole).unwrap(), raw.len());
    assert_eq!(first_difference(&whole[..raw.len()], raw), None);
    std::thread::scope(|scope| {
        for thread in 0..3_usize {
            scope.spawn(move || {
                let mut at = thread * 777;
                let mut piece = vec![0xEE; 40_961 + thread * 31_337];
                while at < raw.len() {
                    let there = (raw.len() - at).min(piece.len());
                    let count =
                        read_full_at(media, u64::try_from(at).unwrap(), &mut piece).unwrap();
                    assert_eq!(count, there);
                    assert_eq!(
                        first_difference(&piece[..there], &raw[at..at + there]),
                        None
                    );
                    at += there + thread * 99_999;
                }
            });
        }
    });
}

fn first_difference(one: &[u8], two: &[u8]) -> Option<usize> {
    if one == two {
        return None;
    }
    one.iter().zip(two).position(|(one, two)| one != two)
}

/// Reads all of a container in pieces of 512 bytes and says for each whether it is that of `raw`,
/// cannot be read, or is wrong.
pub(super) fn judge(container: &Container, raw: &[u8]) -> Judgement {
    let mut judgement = Judgement::default();
    let mut buffer = [0; 512];
    for (index, sector) in raw.chunks(512).enumerate() {
        let at = u64::try_from(index).unwrap() * 512;
        let buffer = &mut buffer[..sector.len()];
        match crate::read_exact_at(container.media.as_ref(), at, buffer) {
            Ok(()) if buffer == sector => judgement.right += 1,
            Ok(()) => judgement.wrong.push(at),
            Err(_) => judgement.errors.push(at),
        }
    }
    judgement
}

/// What became of the sectors of a damaged image.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    pub(super) right: usize,
    /// Where sectors are that cannot be read.
    pub(super) errors: Vec<u64>,
    /// Where sectors are that differ.
    pub(super) wrong: Vec<u64>,
}
