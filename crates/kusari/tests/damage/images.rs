//! Whole cases from disk images: the recorded incident with one of its images damaged, cut off,
//! emptied, swapped or gone.

use std::path::{Path, PathBuf};

use kusari_fixtures::variants::variant;

use crate::cases::{Sound, look_at};
use crate::files::{all_files, testdata};
use crate::measure::{Limit, Tally, alone, measured};
use crate::settings;
use crate::texts::scratch;

/// What a variant does to an image file.
#[derive(Debug)]
enum Harm {
    Damaged {
        stretches: u64,
        longest: usize,
    },
    CutOff,
    Emptied,
    Gone,
    /// Another image's bytes stand under its name.
    Swapped,
}

impl Harm {
    fn of(roll: u64) -> Self {
        match roll % 16 {
            0 => Self::Gone,
            1 => Self::Emptied,
            2 => Self::Swapped,
            3 => Self::CutOff,
            4..8 => Self::Damaged {
                stretches: 1,
                longest: 64,
            },
            _ => Self::Damaged {
                stretches: 1 + roll / 16 % 40,
                longest: 4096,
            },
        }
    }

    /// Writes what it leaves of the image `from` to `to`.
    fn inflict(&self, from: &Path, to: &Path, others: &[PathBuf], roll: u64) {
        let bytes = || std::fs::read(from).unwrap();
        let left = match self {
            Self::Gone => {
                let _ = std::fs::remove_file(to);
                return;
            }
            Self::Emptied => Vec::new(),
            Self::Swapped => {
                let other = usize::try_from(roll / 16).unwrap() % others.len();
                std::fs::read(&others[other]).unwrap()
            }
            Self::CutOff => {
                let mut bytes = bytes();
                let length = usize::try_from(roll / 16).unwrap() % bytes.len();
                bytes.truncate(length);
                bytes
            }
            Self::Damaged { stretches, longest } => (0..*stretches).fold(bytes(), |bytes, more| {
                variant(&bytes, roll ^ (more << 32), *longest).bytes
            }),
        };
        std::fs::write(to, left).unwrap();
    }
}

/// What of an image's name its sources' names begin with: segments are named by the first one.
fn stem(image: &Path) -> String {
    let name = image.file_stem().unwrap();
    format!("{}.", name.to_str().unwrap())
}

#[test]
fn a_case_with_a_damaged_image_gives_all_that_the_other_images_say() {
    let _alone = alone();
    let root = testdata();
    let images = all_files(&root.join("images"));
    let mut tally = Tally::default();
    tally.files = images.len();
    let size = |path: &PathBuf| std::fs::metadata(path).unwrap().len();
    let size = usize::try_from(images.iter().map(size).sum::<u64>()).unwrap();
    let (sound, spent) = measured("the sound case", || look_at(&root.join("images.toml"))).unwrap();
    let sound = sound.unwrap();
    let limit = Limit::new(size, spent);
    let the_case = Sound { sound, size, limit };

    let folder = scratch("images").join("amagasaki");
    let _ = std::fs::remove_dir_all(&folder);
    for sub in ["images", "evidence"] {
        std::fs::create_dir_all(folder.join(sub)).unwrap();
    }
    for other in ["images.toml", "evidence/012.txt", "evidence/013.txt"] {
        std::fs::copy(root.join(other), folder.join(other)).unwrap();
    }
    let place = |image: &Path| folder.join("images").join(image.file_name().unwrap());
    for image in &images {
        std::fs::copy(image, place(image)).unwrap();
    }
    for image in &images {
        let name = image.file_name().unwrap().to_str().unwrap();
        if !settings::is_wanted(name) {
            continue;
        }
        let of_image = stem(image);
        for number in 0..settings::variants().unwrap_or(2) {
            let roll = settings::first_seed(&format!("{name} {number}"));
            let harm = Harm::of(roll);
            harm.inflict(image, &place(image), &images, roll);
            let what = format!("{name}, variant {number}: {harm:?}");
            let untouched = |source: &str| !source.starts_with(&of_image);
            let case = folder.join("images.toml");
            the_case.hold(&what, &case, &untouched, &mut tally);
        }
        std::fs::copy(image, place(image)).unwrap();
    }
    let _ = std::fs::remove_dir_all(&folder);
    tally.end("images");
}
