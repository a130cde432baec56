//! Shows what a BitLocker volume says about itself; with a key, the SHA-256 of the unlocked bytes
//! and how fast they were read (`RAYON_NUM_THREADS=1` for one thread).
//!
//! ```text
//! read_bitlocker VOLUME [--recovery DIGITS | --password TEXT | --bek FILE]... [--out FILE]
//! ```

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kusari_evidence::bitlocker::LockedVolume;
use kusari_evidence::{DiskFile, UnlockKey, read_full_at};
use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let volume = arguments.next().ok_or("which volume?")?;
    let (mut keys, mut out) = (Vec::new(), None);
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or("a value is missing")?;
        match option.as_str() {
            "--recovery" => keys.push(UnlockKey::recovery_password(&value)?),
            "--password" => keys.push(UnlockKey::password(value)?),
            "--bek" => keys.push(UnlockKey::startup_key(&std::fs::read(value)?)?),
            "--out" => out = Some(std::fs::File::create(value)?),
            other => return Err(format!("unknown option {other}").into()),
        }
    }

    let locked = LockedVolume::open(Arc::new(DiskFile::open(Path::new(&volume))?))?;
    for fact in locked.facts() {
        println!("{}: {}", fact.name, fact.value);
    }
    for note in locked.notes() {
        println!("note: {note}");
    }
    let begun = Instant::now();
    let unlocked = locked.unlock(&keys)?;
    println!("unlocked by: {} ({:.2?})", unlocked.by, begun.elapsed());
    println!("metadata signed: {:?}", unlocked.metadata_signed);
    for note in &unlocked.notes {
        println!("note: {note}");
    }

    let (mut hasher, mut reading) = (Sha256::new(), Duration::ZERO);
    let (mut offset, mut buffer) = (0, vec![0; 1 << 20]);
    loop {
        let begun = Instant::now();
        let count = read_full_at(unlocked.media.as_ref(), offset, &mut buffer)?;
        reading += begun.elapsed();
        if count == 0 {
            break;
        }
        let read = buffer.get(..count).unwrap_or_default();
        hasher.update(read);
        if let Some(out) = &mut out {
            out.write_all(read)?;
        }
        offset += count as u64;
    }
    let hash = hasher
        .finalize()
        .iter()
        .fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
    println!("SHA-256: {hash}");
    let rate = offset as f64 / 1e6 / reading.as_secs_f64();
    println!("read: {offset} bytes in {reading:.2?}, {rate:.0} MB/s (without hashing)");
    Ok(())
}
