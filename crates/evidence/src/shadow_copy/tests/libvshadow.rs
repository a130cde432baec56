//! What libvshadow makes of the same volumes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use kusari_fixtures::{corpus, tools};

use super::super::block::BLOCK;
use super::*;
use crate::DiskFile;
use crate::test_folder::TestFolder;

/// The copies of a volume as libvshadow gives them, mounted while this lives.
struct Mounted(PathBuf);

impl Mounted {
    /// `None` (said on standard error) where libvshadow or FUSE is not there.
    fn new(volume: &Path, place: &Path) -> Option<Self> {
        std::fs::create_dir_all(place).unwrap();
        let arguments = [volume.to_str().unwrap(), place.to_str().unwrap()];
        let output = tools::run("vshadowmount", &arguments)?;
        if !place.join("vss1").exists() {
            let text = String::from_utf8_lossy(&output.stderr);
            let said = format!("skipped: vshadowmount mounts nothing here: {text}\n");
            let _ = std::io::stderr().write_all(said.as_bytes());
            return None;
        }
        Some(Self(place.to_owned()))
    }

    fn copy(&self, number: usize) -> Arc<dyn ReadAt> {
        Arc::new(DiskFile::open(&self.0.join(format!("vss{number}"))).unwrap())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = tools::run("umount", &[self.0.to_str().unwrap()]);
    }
}

/// What `vshadowinfo` says of each copy, in its words and order.
fn vshadowinfo(volume: &Path) -> Option<Vec<String>> {
    let text = tools::output("vshadowinfo", &[volume.to_str().unwrap()])?;
    let text = String::from_utf8(text).unwrap();
    let lines = text.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some(format!("{}: {}", name.trim(), value.trim()))
    });
    Some(
        lines
            .skip_while(|line| !line.starts_with("Store:"))
            .collect(),
    )
}

/// The same lines from our own reading.
fn as_vshadowinfo(found: &ShadowCopies) -> Vec<String> {
    let mut lines = Vec::new();
    for copy in &found.copies {
        let guid = |guid: crate::Guid| guid.to_string().to_lowercase().replace(['{', '}'], "");
        let created = copy.created.unwrap();
        let date = created.to_naive().format("%b %d, %Y %H:%M:%S");
        let ticks = created.ticks() % crate::time::TICKS_PER_SECOND;
        lines.push(format!("Store: {}", copy.number));
        lines.push(format!("Identifier: {}", guid(copy.store_id)));
        lines.push(format!("Shadow copy set ID: {}", guid(copy.set_id)));
        lines.push(format!("Creation time: {date}.{ticks:07}00 UTC"));
        lines.push(format!("Shadow copy ID: {}", guid(copy.id)));
        lines.push(format!("Volume size: ({} bytes)", copy.size));
        lines.push(format!("Attribute flags: 0x{:08x}", copy.attribute_flags));
    }
    lines
}

/// `1.0 GiB (1073741824 bytes)` without the part that is rounded.
fn without_rounding(lines: Vec<String>) -> Vec<String> {
    let cut = |line: String| match line.split_once(" (") {
        Some((_, exact)) if line.starts_with("Volume size") => format!("Volume size: ({exact}"),
        _ => line,
    };
    lines.into_iter().map(cut).collect()
}

/// The volume of the corpus with two copies, as a sparse file in that folder.
fn windows_7(folder: &TestFolder) -> Option<PathBuf> {
    let image = corpus::path("images/vsstest.qcow2")?;
    let raw = folder.path().join("volume.raw");
    let (from, to) = (image.to_str().unwrap(), raw.to_str().unwrap());
    tools::output("qemu-img", &["convert", "-O", "raw", from, to])?;
    Some(raw)
}

#[test]
fn copies_of_windows_7_are_listed_as_libvshadow_does() {
    let folder = TestFolder::new();
    let Some(raw) = windows_7(&folder) else {
        return;
    };
    let volume: Arc<dyn ReadAt> = Arc::new(DiskFile::open(&raw).unwrap());
    let found = list(&volume).unwrap();
    assert_eq!(found.notes, [""; 0]);
    assert_eq!(found.copies.len(), 2);
    for copy in &found.copies {
        assert_eq!(copy.originating_machine.as_deref(), Some("infinity"));
        assert_eq!(copy.service_machine.as_deref(), Some("infinity"));
        assert_eq!((copy.context, copy.provider), (9, 1));
        assert_eq!(copy.notes(&volume), [""; 0]);
    }
    assert_eq!(
        found.copies[0].created.unwrap().to_string(),
        "2013-12-03T06:35:09.7363787Z"
    );
    if let Some(lines) = vshadowinfo(&raw) {
        assert_eq!(as_vshadowinfo(&found), without_rounding(lines));
    }
}

/// Every block that differs from the volume as it is now, and every 512th of the others.
#[test]
fn copies_of_windows_7_hold_what_libvshadow_reads() {
    let folder = TestFolder::new();
    let Some(raw) = windows_7(&folder) else {
        return;
    };
    let Some(mounted) = Mounted::new(&raw, &folder.path().join("mounted")) else {
        return;
    };
    let volume: Arc<dyn ReadAt> = Arc::new(DiskFile::open(&raw).unwrap());
    let mut different = Vec::new();
    for copy in list(&volume).unwrap().copies {
        let (ours, theirs) = (copy.media(&volume).unwrap(), mounted.copy(copy.number));
        assert_eq!(ours.size(), theirs.size());
        let mut changed = 0;
        for block in 0..ours.size() / BLOCK {
            let at = block * BLOCK;
            let then = read_vec_at(ours.as_ref(), at, BLOCK).unwrap();
            let differs = then != read_vec_at(volume.as_ref(), at, BLOCK).unwrap();
            changed += u64::from(differs);
            if differs || block % 512 == 0 {
                let expected = read_vec_at(theirs.as_ref(), at, BLOCK).unwrap();
                assert!(then == expected, "copy {} at {at}", copy.number);
            }
        }
        different.push(changed);
    }
    println!("blocks that differ from the volume as it is now: {different:?}");
    assert!(different.iter().all(|count| *count > 20));
}

#[test]
#[ignore = "hashes four times 1 GiB: run it with --release"]
fn whole_copies_of_windows_7_hash_as_those_of_libvshadow() {
    let folder = TestFolder::new();
    let Some(raw) = windows_7(&folder) else {
        return;
    };
    let Some(mounted) = Mounted::new(&raw, &folder.path().join("mounted")) else {
        return;
    };
    let volume: Arc<dyn ReadAt> = Arc::new(DiskFile::open(&raw).unwrap());
    let start = Instant::now();
    let found = list(&volume).unwrap();
    println!("listed in {:?}", start.elapsed());
    for copy in found.copies {
        let start = Instant::now();
        let ours = copy.media(&volume).unwrap();
        println!("copy {} opened in {:?}", copy.number, start.elapsed());
        let theirs = mounted.copy(copy.number);
        // Twice each, so that the second time everything is in the machine's cache.
        for (name, bytes) in [("ours", &ours), ("vshadowmount", &theirs)].repeat(2) {
            let start = Instant::now();
            read_through(bytes);
            println!(
                "copy {} read through, {name}: {:?}",
                copy.number,
                start.elapsed()
            );
        }
        let hash = sha256_of(&ours);
        println!("copy {}: SHA-256 {hash}", copy.number);
        assert_eq!(hash, sha256_of(&theirs));
    }
}

/// Reads everything in pieces of 1 MiB.
fn read_through(bytes: &Arc<dyn ReadAt>) {
    let mut buffer = vec![0; 1 << 20];
    let mut at = 0;
    while at < bytes.size() {
        let count = bytes.read_at(at, &mut buffer).unwrap();
        at += u64::try_from(count).unwrap();
    }
}

/// Volumes of random lists, read whole and in pieces.
fn compare_random(seeds: std::ops::Range<u64>) {
    let folder = TestFolder::new();
    let mut compared = 0;
    for seed in seeds {
        let volume = super::random::volume(seed).write();
        let name = format!("{seed}.raw");
        folder.write(&name, &read_vec_at(volume.as_ref(), 0, u64::MAX).unwrap());
        let raw = folder.path().join(name);
        let Some(mounted) = Mounted::new(&raw, &folder.path().join(seed.to_string())) else {
            return;
        };
        let found = list(&volume).unwrap();
        assert_eq!(found.notes, [""; 0]);
        for copy in &found.copies {
            assert_eq!(copy.notes(&volume), [""; 0], "seed {seed}");
            let ours = copy.media(&volume).unwrap();
            let ours = read_vec_at(ours.as_ref(), 0, u64::MAX).unwrap();
            let theirs = read_vec_at(mounted.copy(copy.number).as_ref(), 0, u64::MAX).unwrap();
            let sectors = ours.chunks(512).zip(theirs.chunks(512));
            let differs: Vec<_> = (sectors.enumerate())
                .filter(|(_, (ours, theirs))| ours != theirs)
                .map(|(sector, _)| (sector / 32, sector % 32))
                .collect();
            assert!(
                differs.is_empty() && ours.len() == theirs.len(),
                "seed {seed}, copy {}: {differs:?}",
                copy.number
            );
            compared += 1;
        }
        drop(mounted);
        std::fs::remove_file(raw).unwrap();
    }
    println!("{compared} copies hold what libvshadow reads");
    assert!(compared > 0);
}

#[test]
fn random_lists_are_read_as_libvshadow_reads_them() {
    compare_random(0..8);
}

#[test]
#[ignore = "mounts 1,000 volumes: run it with --release"]
fn many_random_lists_are_read_as_libvshadow_reads_them() {
    compare_random(0..1000);
}
