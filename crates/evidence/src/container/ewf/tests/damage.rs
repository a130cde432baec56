//! Damage: it costs what is damaged, never gives a wrong byte, and is bounded in time and memory.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kusari_fixtures::ewf::{Image, Layout, section};
use kusari_fixtures::variants::{Kind, variant};

use super::super::fields::adler32;
use super::{Files, lost, media};
use crate::ReadAt;

const CHUNK: usize = 4096;

/// How many damaged variants of an image are read; `KUSARI_DAMAGE_VARIANTS` asks for more.
fn variants() -> usize {
    let asked = std::env::var("KUSARI_DAMAGE_VARIANTS").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(120)
}

fn image(layout: Layout) -> Image {
    Image {
        layout,
        sectors_per_chunk: 8,
        chunks_per_table: 10,
        ..Image::default()
    }
}

fn first_name(layout: Layout) -> &'static str {
    match layout {
        Layout::Version2 => "x.Ex01",
        Layout::Smart => "x.s01",
        _ => "x.E01",
    }
}

#[test]
fn a_flipped_bit_costs_one_chunk_at_most() {
    let media = media(25 * CHUNK);
    for layout in [Layout::EnCase6, Layout::EnCase1, Layout::Version2] {
        let name = first_name(layout);
        let files = Files::of(&image(layout), &media);
        let bytes = files.bytes(name);
        for at in (40..bytes.len()).step_by((bytes.len() / variants()).max(1)) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            let container = match files.replaced(name, flipped).open(name) {
                Ok(container) => container,
                // The texts of version 2 hold the sizes, and there is one copy a segment.
                Err(error) if layout == Layout::Version2 && at < 500 => {
                    assert!(error.to_string().contains("volume"), "{at}: {error}");
                    continue;
                }
                Err(error) => panic!("{layout:?} {at}: {error}"),
            };
            let lost = lost(container.media.as_ref(), &media, 1 << 20);
            let sum: usize = lost.iter().map(|(range, _)| range.len()).sum();
            // Only EnCase 6 has a copy of its tables; a table lists ten chunks.
            let most = if layout == Layout::EnCase6 { 1 } else { 10 };
            assert!(
                sum <= most * CHUNK,
                "{layout:?} byte {at}: {lost:?} {:?}",
                container.notes
            );
        }
    }
}

#[test]
fn no_damage_gives_a_wrong_byte() {
    let media = media(25 * CHUNK);
    for layout in [
        Layout::EnCase6,
        Layout::EnCase1,
        Layout::Smart,
        Layout::Version2,
    ] {
        let name = first_name(layout);
        let image = Image {
            chunks_per_segment: 12,
            ..image(layout)
        };
        let files = Files::of(&image, &media);
        let (mut opened, mut whole) = (0, 0);
        for seed in 0..variants() {
            let hit = &files.0[seed % files.0.len()].0;
            let seed = u64::try_from(seed).unwrap();
            let variant = variant(&files.bytes(hit), seed, 20_000);
            let Ok(container) = files.replaced(hit, variant.bytes).open(if hit == name {
                &files.0[1].0
            } else {
                name
            }) else {
                continue;
            };
            opened += 1;
            assert!(container.notes.len() <= 51);
            // What is read is held against the media in there.
            let lost = lost(container.media.as_ref(), &media, 60_000);
            let sum: usize = lost.iter().map(|(range, _)| range.len()).sum();
            whole += usize::from(sum == 0);
            if layout == Layout::EnCase6 && variant.kind == Kind::Flip {
                assert!(sum <= 12 * CHUNK, "{seed}: {lost:?}");
            }
        }
        assert!(
            opened > variants() / 2 && whole > 0 && whole < variants(),
            "{layout:?} {opened} {whole}"
        );
    }
}

#[test]
fn a_cut_file_gives_the_chunks_whose_table_is_there() {
    let media = media(25 * CHUNK);
    let files = Files::of(&image(Layout::EnCase6), &media);
    let bytes = files.bytes("x.E01");
    let second = bytes
        .windows(7)
        .rposition(|part| part == b"sectors")
        .unwrap();
    let cut = files.replaced("x.E01", bytes[..second + 90].to_vec());
    let container = cut.open("x.E01").unwrap();
    let lost = lost(container.media.as_ref(), &media, 1 << 20);
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].0, 20 * CHUNK..25 * CHUNK);
    let said = |note: &String| note.contains("the file ends before the next section");
    assert!(container.notes.iter().any(said), "{:?}", container.notes);
}

#[test]
fn damaged_tables_are_read_from_their_copies() {
    let media = media(25 * CHUNK);
    let files = Files::of(&image(Layout::EnCase6), &media);
    let bytes = files.bytes("x.E01");
    let table = |name: &[u8]| {
        bytes
            .windows(name.len())
            .position(|part| part == name)
            .unwrap()
    };
    let (first, second) = (table(b"table\0"), table(b"table2\0"));
    // The count of chunks, absurd, with and without a right checksum.
    let mut absurd = bytes[first + 76..first + 96].to_vec();
    absurd[..4].copy_from_slice(&u32::MAX.to_le_bytes());
    let sum = adler32(&absurd).to_le_bytes();
    let wrong = files.patched("x.E01", first + 76, &absurd);
    let right = wrong.patched("x.E01", first + 96, &sum);
    // The whole section, its descriptor with it.
    let gone = files.patched("x.E01", first, &[0xaa; 76 + 24 + 40]);
    for damaged in [&wrong, &right, &gone] {
        let container = damaged.open("x.E01").unwrap();
        assert_eq!(lost(container.media.as_ref(), &media, 1 << 20), []);
        assert_eq!(container.notes.len(), 1, "{:?}", container.notes);
    }
    // An entry in either copy: only these two chunks cannot be found.
    let entry = |files: &Files, at: usize| files.patched("x.E01", at, &[0x11, 0x22, 0x33, 0x44]);
    let both = entry(&entry(&files, first + 100 + 8), second + 100 + 24);
    let container = both.open("x.E01").unwrap();
    let lost_there = lost(container.media.as_ref(), &media, 1 << 20);
    let ranges: Vec<_> = lost_there.iter().map(|(range, _)| range.clone()).collect();
    assert_eq!(ranges, [2 * CHUNK..3 * CHUNK, 6 * CHUNK..7 * CHUNK]);
    assert!(
        lost_there[0]
            .1
            .contains("x.E01, chunk 2: the table that says")
    );
    // Both headers: the chunks of this table are lost, the others are counted from both ends.
    let headers =
        files
            .patched("x.E01", first + 76, &[0xff; 4])
            .patched("x.E01", second + 76, &[0xff; 4]);
    let container = headers.open("x.E01").unwrap();
    let lost_there = lost(container.media.as_ref(), &media, 1 << 20);
    assert_eq!(lost_there.len(), 1);
    assert_eq!(lost_there[0].0, 0..10 * CHUNK);
}

#[test]
fn a_read_stops_before_a_damaged_chunk() {
    let media = media(25 * CHUNK);
    let image = Image {
        compressed: false,
        ..image(Layout::EnCase6)
    };
    let files = Files::of(&image, &media);
    let bytes = files.bytes("x.E01");
    let sectors = bytes
        .windows(7)
        .position(|part| part == b"sectors")
        .unwrap();
    let files = files.patched("x.E01", sectors + 76 + 5 * (CHUNK + 4) + 1, &[0xee]);
    let container = files.open("x.E01").unwrap();
    let mut buffer = vec![0; 20 * CHUNK];
    let read =
        |at: usize, buffer: &mut [u8]| container.media.read_at(u64::try_from(at).unwrap(), buffer);
    assert_eq!(read(100, &mut buffer).unwrap(), 5 * CHUNK - 100);
    assert_eq!(read(4 * CHUNK, &mut buffer).unwrap(), CHUNK);
    let error = read(5 * CHUNK, &mut buffer).unwrap_err();
    assert_eq!(
        error.to_string(),
        "x.E01, chunk 5: the checksum of the chunk is wrong"
    );
    assert!(read(6 * CHUNK - 1, &mut buffer).is_err());
    assert_eq!(read(6 * CHUNK, &mut buffer).unwrap(), 19 * CHUNK);
    assert_eq!(read(25 * CHUNK, &mut buffer).unwrap(), 0);
    assert_eq!(read(usize::MAX, &mut buffer).unwrap(), 0);
    assert_eq!(read(0, &mut []).unwrap(), 0);
}

#[test]
fn a_chain_in_a_circle_ends() {
    let media = media(4 * CHUNK);
    let files = Files::of(&image(Layout::EnCase6), &media);
    let bytes = files.bytes("x.E01");
    let sectors = bytes
        .windows(7)
        .position(|part| part == b"sectors")
        .unwrap();
    for next in [13_u64, 0, u64::MAX] {
        let mut circle = bytes.clone();
        circle[sectors + 16..sectors + 24].copy_from_slice(&next.to_le_bytes());
        let sum = adler32(&circle[sectors..sectors + 72]).to_le_bytes();
        circle[sectors + 72..sectors + 76].copy_from_slice(&sum);
        let container = files.replaced("x.E01", circle).open("x.E01").unwrap();
        let lost = lost(container.media.as_ref(), &media, 1 << 20);
        // A next section inside the file is searched for; one behind its end is believed.
        assert_eq!(lost.is_empty(), next != u64::MAX, "{lost:?}");
        assert!(!container.notes.is_empty());
    }
    // Sections without data and without end.
    let mut file = bytes[..13].to_vec();
    for _ in 0..20_000 {
        let empty = section("sectors", file.len(), &[]);
        file.extend(empty);
    }
    let error = files.replaced("x.E01", file).open("x.E01").err().unwrap();
    assert!(error.to_string().contains("volume"), "{error}");
}

#[test]
fn absurd_sizes_are_refused_or_bounded() {
    let media = media(4 * CHUNK);
    let files = Files::of(&image(Layout::EnCase6), &media);
    let bytes = files.bytes("x.E01");
    let with = |at: usize, value: &[u8]| {
        let mut changed = bytes.clone();
        // The volume section and its copy.
        for name in [b"volume\0".as_slice(), b"data\0"] {
            let start = bytes
                .windows(name.len())
                .position(|part| part == name)
                .unwrap()
                + 76;
            changed[start + at..start + at + value.len()].copy_from_slice(value);
            let sum = adler32(&changed[start..start + 1048]).to_le_bytes();
            changed[start + 1048..start + 1052].copy_from_slice(&sum);
        }
        files.replaced("x.E01", changed)
    };
    for (at, value) in [
        (8, vec![0; 4]),
        (8, vec![0xff; 4]),
        (12, vec![0; 4]),
        (12, vec![0xff; 4]),
        (16, vec![0xff; 8]),
    ] {
        assert!(with(at, &value).open("x.E01").is_err(), "{at} {value:?}");
    }
    // More sectors than chunks are there for: the rest cannot be read.
    let container = with(16, &(1_u64 << 50).to_le_bytes())
        .open("x.E01")
        .unwrap();
    assert_eq!(container.media.size(), 1 << 59);
    let mut buffer = vec![0; 10 * CHUNK];
    assert_eq!(container.media.read_at(0, &mut buffer).unwrap(), 4 * CHUNK);
    let error = container.media.read_at(1 << 58, &mut buffer).unwrap_err();
    assert!(error.to_string().contains("no table"), "{error}");
}

/// Bytes that count how many of them are read.
struct Counted {
    bytes: Vec<u8>,
    read: AtomicU64,
}

impl ReadAt for Counted {
    fn size(&self) -> u64 {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read_at(offset, buffer)?;
        self.read
            .fetch_add(u64::try_from(count).unwrap(), Ordering::Relaxed);
        Ok(count)
    }
}

#[test]
fn opening_reads_no_tables_and_no_chunks() {
    // A million bytes a table: 2000 chunks of 512 bytes.
    let media = media(8_000 * 512);
    for layout in [Layout::EnCase6, Layout::Version2] {
        let image = Image {
            sectors_per_chunk: 1,
            chunks_per_table: 2000,
            ..image(layout)
        };
        let name = first_name(layout);
        let counted = Arc::new(Counted {
            bytes: Files::of(&image, &media).bytes(name),
            read: AtomicU64::new(0),
        });
        let files = Files(vec![(name.to_owned(), counted.clone())]);
        let container = files.open(name).unwrap();
        let read = || counted.read.swap(0, Ordering::Relaxed);
        // Both ends, the sections' descriptors and the texts.
        let opening = read();
        assert!(opening < 12_000, "{layout:?} {opening}");
        let mut sector = [0; 512];
        container.media.read_at(5000 * 512, &mut sector).unwrap();
        assert!(sector[..] == media[5000 * 512..5001 * 512]);
        // One table is checked whole, and the page of the chunk is read.
        let one = read();
        assert!(one < 70_000, "{layout:?} {one}");
        container.media.read_at(5001 * 512, &mut sector).unwrap();
        let next = read();
        assert!(next < 1500, "{layout:?} {next}");
    }
}

/// Counts the bytes that are read.
struct Counting(Vec<u8>, AtomicU64);

impl ReadAt for Counting {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read_at(offset, buffer)?;
        self.1.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

#[test]
fn a_chain_that_is_broken_again_and_again_is_not_read_again_and_again() {
    // Sound descriptors, each of which says that the next one stands before it.
    let mut file = Files::of(&image(Layout::EnCase6), &media(CHUNK)).bytes("x.E01")[..13].to_vec();
    for _ in 0..30_000 {
        let mut back = section("sectors", file.len(), &[]);
        back[16..24].copy_from_slice(&13_u64.to_le_bytes());
        let sum = adler32(&back[..72]).to_le_bytes();
        back[72..76].copy_from_slice(&sum);
        file.extend(back);
    }
    let bytes = Arc::new(Counting(file, AtomicU64::new(0)));
    let files = Files(vec![(
        "x.E01".to_owned(),
        Arc::clone(&bytes) as Arc<dyn ReadAt>,
    )]);
    assert!(files.open("x.E01").is_err());
    // 4 KiB a break, for the first ten thousand of them.
    assert!(bytes.1.load(Ordering::Relaxed) < 64 << 20);
}

#[test]
fn many_texts_hashes_and_sizes_are_not_kept() {
    let media = media(4 * CHUNK);
    let sound = Files::of(&image(Layout::EnCase6), &media).bytes("x.E01");
    let start = |name: &[u8]| {
        sound
            .windows(name.len())
            .position(|part| part == name)
            .unwrap()
    };
    let part = |name: &[u8]| {
        let at = start(name);
        let next = u64::from_le_bytes(sound[at + 16..at + 24].try_into().unwrap());
        sound[at + 76..usize::try_from(next).unwrap()].to_vec()
    };
    let (header, volume) = (part(b"header2\0"), part(b"volume\0"));
    let mut file = sound[..13].to_vec();
    for number in 0..5_000_u32 {
        let mut hash = vec![0; 32];
        hash[..4].copy_from_slice(&(number + 1).to_le_bytes());
        let sum = adler32(&hash).to_le_bytes();
        hash.extend(sum);
        for (name, data) in [("header2", &header), ("volume", &volume), ("hash", &hash)] {
            let more = section(name, file.len(), data);
            file.extend(more);
        }
    }
    let files = Files::of(&image(Layout::EnCase6), &media).replaced("x.E01", file);
    let container = files.open("x.E01").unwrap();
    assert!(container.stored_hashes.len() <= 16);
    assert!(container.facts.len() < 100, "{:?}", container.facts);
}
