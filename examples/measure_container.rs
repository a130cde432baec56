//! Reads the whole media of a disk image and says how long it took.
//!
//!     cargo run --release -p kusari-evidence --example measure_container -- image.E01 [threads] [md5|sha1|sha256]...
//!
//! Without the name of a hash the media is only read.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use kusari_evidence::container::{Beside, Candidate, HashAlgorithm, hashing, open};
use kusari_evidence::{DiskFile, ReadAt};

/// The files in a folder of this machine.
struct Folder(PathBuf);

impl Beside for Folder {
    fn names(&self) -> io::Result<Vec<String>> {
        let files = std::fs::read_dir(&self.0)?;
        files
            .map(|file| Ok(file?.file_name().to_string_lossy().into_owned()))
            .collect()
    }

    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn ReadAt>>> {
        Ok(Some(Arc::new(DiskFile::open(&self.0.join(name))?)))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = Path::new(arguments.first().ok_or("the path of an image is missing")?);
    let threads: usize = arguments.get(1).map_or(Ok(0), |text| text.parse())?;
    let hashes: Vec<HashAlgorithm> = arguments
        .iter()
        .skip(2)
        .map(|name| match name.as_str() {
            "md5" => Ok(HashAlgorithm::Md5),
            "sha1" => Ok(HashAlgorithm::Sha1),
            "sha256" => Ok(HashAlgorithm::Sha256),
            other => Err(format!("no hash `{other}`")),
        })
        .collect::<Result<_, _>>()?;

    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = Folder(folder.unwrap_or(Path::new(".")).to_owned());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let begin = Instant::now();
    let candidate = Candidate {
        bytes: Arc::new(DiskFile::open(path)?),
        name: &name,
        beside: &folder,
        depth: 0,
    };
    let container = open(&candidate)?.ok_or("it is no image of a known format")?;
    println!(
        "{} of {} bytes opened in {:?}",
        container.format,
        container.media.size(),
        begin.elapsed()
    );
    for fact in &container.facts {
        println!("  {}: {}", fact.name, fact.value);
    }
    for note in &container.notes {
        println!("  note: {note}");
    }

    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()?;
    let begin = Instant::now();
    let made = pool.install(|| hashing::verify(container.media.as_ref(), &hashes, &mut |_| ()))?;
    let taken = begin.elapsed();
    let rate = u128::from(container.media.size()) / taken.as_micros().max(1);
    println!(
        "read in {taken:?}, {rate} MB/s, {} threads",
        pool.current_num_threads()
    );
    for hash in made {
        let stored = container
            .stored_hashes
            .iter()
            .find(|stored| stored.algorithm == hash.algorithm);
        let said = match stored {
            Some(stored) if *stored == hash => "as stored",
            Some(_) => "NOT as stored",
            None => "none is stored",
        };
        println!("{} {}: {said}", hash.algorithm.name(), hash.value);
    }
    Ok(())
}
