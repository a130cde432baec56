//! Chunks that wimlib compressed, out of WIM files that it writes in the test. A WIM's chunks are
//! those of the Windows Overlay Filter, and it holds the SHA-1 of each file.
//!
//! Source: Microsoft, "Windows Imaging File Format (WIM)" (2007): header, resources, lookup table.

use std::path::PathBuf;

use sha1::{Digest, Sha1};

use super::{DecompressError, lzx, xpress_huffman};

type Decompress = fn(&[u8], &mut [u8]) -> Result<(), DecompressError>;

/// A compressed resource: the SHA-1 of the whole, and each chunk with the length that it has
/// uncompressed.
type Resource<'a> = (Vec<u8>, Vec<(&'a [u8], usize)>);

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kusari-wim-{}-{name}", std::process::id()));
        std::fs::create_dir_all(path.join("files")).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Files of very different kinds: machine code with calls, text, runs, noise, and small ones.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let mut code = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    // From its middle, where the code is.
    code.drain(..code.len() / 3);
    code.truncate(3 << 20);
    let text = include_str!("lzx/block.rs").repeat(20).into_bytes();
    let mut state = 1_u64;
    let mut noise = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_be_bytes()[0]
    };
    let few: Vec<u8> = (0..200_000).map(|_| noise() & 3).collect();
    let noise: Vec<u8> = (0..100_000).map(|_| noise()).collect();
    let runs = (0..=255_u8).flat_map(|byte| vec![byte; 2000]).collect();
    let mixed = [
        &noise[..9000],
        &text[..9000],
        &vec![0; 60_000][..],
        &few[..700],
    ]
    .concat();
    let calls = [0xE8, 0x10, 0, 0, 0, 0x90, 0xE8, 0xF0, 0xFF, 0xFF, 0xFF].repeat(9000);
    let small = b"small small small small small small".to_vec();
    vec![
        ("code", code),
        ("text", text),
        ("few", few),
        ("noise", noise),
        ("runs", runs),
        ("mixed", mixed),
        ("calls", calls),
        ("small", small),
    ]
}

fn number(bytes: &[u8]) -> usize {
    let mut all = [0; 8];
    all[..bytes.len()].copy_from_slice(bytes);
    usize::try_from(u64::from_le_bytes(all)).unwrap()
}

/// All compressed resources of a WIM.
fn resources(wim: &[u8]) -> Vec<Resource<'_>> {
    assert_eq!(&wim[..8], b"MSWIM\0\0\0");
    let chunk_size = number(&wim[20..24]);
    let resource = |header: &[u8]| (number(&header[8..16]), number(&header[..7]));
    let (table, length) = resource(&wim[48..72]);
    let mut found = Vec::new();
    for entry in wim[table..table + length].chunks_exact(50) {
        let (start, stored) = resource(entry);
        let original = number(&entry[16..24]);
        let is_compressed = entry[7] & 4 != 0;
        if !is_compressed {
            continue;
        }
        let count = original.div_ceil(chunk_size);
        let body = start + (count - 1) * 4;
        let begins = |chunk: usize| match chunk {
            0 => 0,
            _ if chunk == count => start + stored - body,
            _ => number(&wim[start + (chunk - 1) * 4..start + chunk * 4]),
        };
        let chunks = (0..count).map(|chunk| {
            let bytes = &wim[body + begins(chunk)..body + begins(chunk + 1)];
            (bytes, chunk_size.min(original - chunk * chunk_size))
        });
        found.push((entry[30..50].to_vec(), chunks.collect()));
    }
    found
}

fn compare(kind: &str, chunk_size: &str, decompress: Decompress) {
    let folder = Folder::new(&format!("{kind}-{chunk_size}"));
    for (name, bytes) in files() {
        std::fs::write(folder.0.join("files").join(name), bytes).unwrap();
    }
    let path = |name: &str| folder.0.join(name).to_str().unwrap().to_owned();
    let (from, to) = (path("files"), path("image.wim"));
    let compress = format!("--compress={kind}");
    let size = format!("--chunk-size={chunk_size}");
    let capture = ["capture", &from, &to, &compress, &size, "--no-acls"];
    if kusari_fixtures::tools::output("wimlib-imagex", &capture).is_none() {
        return;
    }
    let wim = std::fs::read(&to).unwrap();
    let resources = resources(&wim);
    let mut compressed = 0;
    for (sha1, chunks) in &resources {
        let mut whole = Vec::new();
        for (bytes, length) in chunks {
            let mut output = vec![0xEE; *length];
            if bytes.len() == *length {
                output.copy_from_slice(bytes);
            } else {
                decompress(bytes, &mut output).unwrap();
                compressed += 1;
            }
            whole.extend_from_slice(&output);
        }
        assert_eq!(Sha1::digest(&whole).as_slice(), sha1);
    }
    assert!(resources.len() >= 7 && compressed > 50, "{compressed}");
    damaged(&resources, decompress);
}

/// Damaged chunks give an error, or bytes; they never panic. Cut ones always give an error.
fn damaged(resources: &[Resource<'_>], decompress: Decompress) {
    let all = resources.iter().flat_map(|(_, chunks)| chunks);
    let compressed: Vec<_> = all
        .filter(|(bytes, length)| bytes.len() < *length)
        .collect();
    let step = (compressed.len() / 40).max(1);
    for (seed, (bytes, length)) in (0_u64..).zip(compressed.iter().step_by(step)) {
        for turn in 0..6 {
            let seed = seed * 6 + turn;
            let variant = kusari_fixtures::variants::variant(bytes, seed, 64);
            let _ = decompress(&variant.bytes, &mut vec![0; *length]);
        }
        let half = &bytes[..bytes.len() / 2];
        assert!(decompress(half, &mut vec![0; *length]).is_err());
    }
}

#[test]
fn xpress_chunks_of_wimlib_are_read() {
    for chunk_size in ["4K", "8K", "16K", "64K"] {
        compare("XPRESS", chunk_size, xpress_huffman::decompress);
    }
}

#[test]
fn lzx_chunks_of_wimlib_are_read() {
    compare("LZX:20", "32K", lzx::decompress);
    compare("LZX:100", "32K", lzx::decompress);
}

/// How fast chunks of a WIM file are decompressed by one thread: `KUSARI_WIM=file cargo test
/// --release -p kusari-evidence how_fast -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement of a file that is named"]
fn how_fast_chunks_are_decompressed() {
    let wim = std::fs::read(std::env::var("KUSARI_WIM").unwrap()).unwrap();
    // The header's flags: XPRESS or LZX.
    let decompress: Decompress = match number(&wim[16..20]) & 0x6_0000 {
        0x2_0000 => xpress_huffman::decompress,
        0x4_0000 => lzx::decompress,
        other => panic!("flags {other:x}"),
    };
    let resources = resources(&wim);
    let chunks = || resources.iter().flat_map(|(_, chunks)| chunks);
    let (mut total, mut output) = (0, vec![0; 65_536]);
    let start = std::time::Instant::now();
    for (bytes, length) in chunks() {
        if bytes.len() < *length {
            decompress(bytes, &mut output[..*length]).unwrap();
            total += length;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let megabytes = f64::from(u32::try_from(total / 1000).unwrap()) / 1000.0;
    println!(
        "{megabytes:.1} MB in {seconds:.3} s: {:.0} MB/s",
        megabytes / seconds
    );
}
