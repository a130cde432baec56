//! Bounded work on what a reader opened. Where it takes long or much memory all the same, the
//! reader is to blame.

use std::io;
use std::io::Read;
use std::sync::Arc;

use kusari_evidence::container::{self, Beside, Candidate, Nothing};
use kusari_evidence::{Entry, EntryKind, FileSystem, Limits, ReadAt, walk};

/// Bytes that are read of one file.
const MOST_OF_A_FILE: u64 = 64 << 10;

/// Files that are opened.
const MOST_FILES: usize = 48;

/// Reads pieces of some bytes at the ends, in the middle and beyond, and holds them to the
/// contract of `ReadAt`: never more than asked for or there, and the same bytes each time.
pub fn read_pieces(bytes: &dyn ReadAt) {
    let size = bytes.size();
    let mut buffer = vec![0; 64 << 10];
    let places = [
        0,
        1,
        511,
        4096,
        size / 3,
        size / 2,
        size.saturating_sub(70_000),
    ];
    let ends = [size.saturating_sub(1), size, u64::MAX - 1, u64::MAX];
    for place in places.into_iter().chain(ends) {
        for length in [1, 513, buffer.len()] {
            let part = &mut buffer[..length];
            if let Ok(count) = bytes.read_at(place, part) {
                assert!(count <= length, "more than was asked for");
                assert!(
                    count as u64 <= size.saturating_sub(place),
                    "more than is there"
                );
                assert!(
                    count > 0 || place >= size,
                    "an end at {place} of {size} without an error"
                );
                let mut again = vec![0xA5; count];
                let second = bytes.read_at(place, &mut again);
                if let Ok(second) = second {
                    assert_eq!(part[..second.min(count)], again[..second.min(count)]);
                }
            }
        }
    }
    // A piece in each of sixteen parts: tables and blocks all over the disk.
    for part in 0..16 {
        let _ = bytes.read_at(size / 16 * part, &mut buffer[..4096]);
    }
}

/// Opens a container of any format and reads from it.
pub fn container(bytes: Vec<u8>, name: &str) {
    beside(bytes, name, &Nothing);
}

/// The same with files beside it.
pub fn beside(bytes: Vec<u8>, name: &str, beside: &dyn Beside) {
    let candidate = Candidate {
        bytes: Arc::new(bytes),
        name,
        beside,
        depth: 0,
    };
    if let Ok(Some(container)) = container::open(&candidate) {
        assert!(container.notes.len() < 1000, "notes without end");
        assert!(container.facts.len() < 10_000, "facts without end");
        read_pieces(container.media.as_ref());
    }
}

/// Walks a file system, opens files of it, and asks all that it knows.
pub fn file_system(files: &dyn FileSystem) {
    let limits = Limits {
        depth: 12,
        entries: 2_000,
    };
    let mut entries = Vec::new();
    walk(files, &limits, &mut |entry| entries.push(entry));
    for entry in entries.iter().take(MOST_FILES) {
        let _ = files.entry(&entry.path);
    }
    open_some(files, &entries);
    let mut deleted = Vec::new();
    let mut seen = 0_u64;
    let _ = files.deleted(&mut |entry| {
        seen += 1;
        if deleted.len() < MOST_FILES {
            deleted.push(entry);
        }
    });
    assert!(seen < 4_000_000, "deleted entries without end");
    open_some(files, &deleted);
    let _ = files.identity();
    assert!(files.notes().len() < 1000, "notes without end");
    let _ = files.open("no/such/file", None);
}

fn open_some(files: &dyn FileSystem, entries: &[Entry]) {
    let regular = entries.iter().filter(|entry| entry.kind == EntryKind::File);
    for entry in regular.take(MOST_FILES) {
        read_some(files.open_entry(entry, None));
        for stream in entry.streams.iter().take(4) {
            read_some(files.open_entry(entry, Some(&stream.name)));
        }
    }
}

fn read_some(opened: kusari_evidence::Result<kusari_evidence::EvidenceFile>) {
    let Ok(mut file) = opened else {
        return;
    };
    let bytes: Arc<dyn ReadAt> = kusari_evidence::EvidenceFile::bytes(&file);
    let _ = io::copy(&mut (&mut file).take(MOST_OF_A_FILE), &mut io::sink());
    let size = bytes.size();
    for place in [size / 2, size.saturating_sub(100), u64::MAX] {
        let mut buffer = [0; 4096];
        if let Ok(count) = bytes.read_at(place, &mut buffer) {
            assert!(
                count as u64 <= size.saturating_sub(place),
                "more than is there"
            );
        }
    }
}
