//! Compression units that ntfs-3g wrote on a volume of its own, found by the sleuthkit's `istat`.

use std::io::Write;
use std::path::{Path, PathBuf};

use kusari_fixtures::tools;

use super::lznt1;

const CLUSTER: usize = 4096;
/// Clusters of a compression unit.
const UNIT: usize = 16;

struct Volume {
    folder: PathBuf,
}

impl Volume {
    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A volume with these files in a compressed folder `c`; `None` where it cannot be made.
fn volume(name: &str, files: &[(&str, Vec<u8>)]) -> Option<Volume> {
    let name = format!("kusari-lznt1-{}-{name}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(folder.join("mount")).unwrap();
    let volume = Volume { folder };
    let (image, mount) = (volume.path("image"), volume.path("mount"));
    let file = std::fs::File::create(&image).unwrap();
    file.set_len(64 << 20).unwrap();
    tools::output("mkntfs", &["-F", "-Q", "-q", "-c", "4096", &image])?;
    let mounted = tools::run("ntfs-3g", &["-o", "compression", &image, &mount])?;
    if !mounted.status.success() {
        let _ = std::io::stderr().write_all(b"skipped: ntfs-3g cannot mount on this machine\n");
        return None;
    }
    let made = fill(Path::new(&mount), files);
    tools::output("umount", &[&mount])?;
    made.then_some(volume)
}

fn fill(mount: &Path, files: &[(&str, Vec<u8>)]) -> bool {
    let folder = mount.join("c");
    std::fs::create_dir(&folder).unwrap();
    let attribute = ["-n", "system.ntfs_attrib_be", "-v", "0x00000810"];
    let arguments = [&attribute[..], &[folder.to_str().unwrap()]].concat();
    if tools::output("setfattr", &arguments).is_none() {
        return false;
    }
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    true
}

/// The clusters of a file's data, zero for a hole.
fn clusters(image: &str, name: &str) -> Option<Vec<usize>> {
    let listed = tools::output("fls", &["-r", "-p", image])?;
    let listed = String::from_utf8(listed).unwrap();
    let ending = format!("\tc/{name}");
    let line = listed.lines().find(|line| line.ends_with(&ending)).unwrap();
    let address = line.split_whitespace().nth(1).unwrap();
    let said = tools::output("istat", &[image, address.trim_end_matches(':')])?;
    let said = String::from_utf8(said).unwrap();
    let (_, data) = said.split_once("Non-Resident, Compressed").unwrap();
    let numbers = data.lines().skip(1).flat_map(str::split_whitespace);
    Some(numbers.map_while(|number| number.parse().ok()).collect())
}

/// What is stored of each compression unit of a file, empty for a hole.
fn units(volume: &Volume, name: &str) -> Option<Vec<Vec<u8>>> {
    let image_path = volume.path("image");
    let clusters = clusters(&image_path, name)?;
    let image = std::fs::read(&image_path).unwrap();
    let units = clusters.chunks(UNIT).map(|unit| {
        let there = unit.iter().take_while(|cluster| **cluster != 0);
        there
            .flat_map(|cluster| &image[cluster * CLUSTER..(cluster + 1) * CLUSTER])
            .copied()
            .collect()
    });
    Some(units.collect())
}

fn program() -> Vec<u8> {
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    program[program.len() / 2..].to_vec()
}

#[test]
fn compression_units_of_ntfs_3g_are_read() {
    let mut state = 1_u64;
    let mut noise = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_be_bytes()[0]
    };
    let few: Vec<u8> = (0..150_000).map(|_| noise() & 3).collect();
    let noise: Vec<u8> = (0..200_000).map(|_| noise()).collect();
    let text = include_str!("../read_at.rs").repeat(40).into_bytes();
    let files = [
        ("code", program()[..600_000].to_vec()),
        (
            "mixed",
            [&text[..50_000], &noise, &[0; 100_000], &few].concat(),
        ),
        ("text", text),
        ("few", few),
    ];
    let Some(volume) = volume("kinds", &files) else {
        return;
    };
    let mut kinds = [0; 3];
    for (name, bytes) in &files {
        let Some(units) = units(&volume, name) else {
            return;
        };
        let mut whole = Vec::new();
        for stored in units {
            let mut output = vec![0; UNIT * CLUSTER];
            if stored.is_empty() {
                kinds[0] += 1;
            } else if stored.len() == output.len() {
                output.copy_from_slice(&stored);
                kinds[1] += 1;
            } else {
                lznt1::decompress(&stored, &mut output).unwrap();
                kinds[2] += 1;
            }
            whole.extend_from_slice(&output);
        }
        whole.truncate(bytes.len());
        assert!(whole == *bytes, "{name}");
    }
    let [holes, stored, compressed] = kinds;
    assert!(holes >= 1 && stored >= 1 && compressed >= 15, "{kinds:?}");
}

/// How fast one thread decompresses: `cargo test --release -p kusari-evidence
/// how_fast_compression_units -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn how_fast_compression_units_are_decompressed() {
    let text = include_str!("../read_at.rs").repeat(40).into_bytes();
    for (name, bytes) in [("code", program()), ("text", text)] {
        let files = [(name, bytes[..bytes.len().min(2_000_000)].to_vec())];
        let volume = volume(name, &files).unwrap();
        let units = units(&volume, name).unwrap();
        let mut output = vec![0; UNIT * CLUSTER];
        let compressed = || {
            let units = units.iter();
            units.filter(|unit| !unit.is_empty() && unit.len() < UNIT * CLUSTER)
        };
        let (mut total, start) = (0.0, std::time::Instant::now());
        for _ in 0..50 {
            for unit in compressed() {
                let made = lznt1::decompress(unit, &mut output).unwrap();
                total += f64::from(u32::try_from(made).unwrap()) / 1e6;
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{name}: {total:.0} MB in {seconds:.3} s: {:.0} MB/s",
            total / seconds
        );
    }
}
