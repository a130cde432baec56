//! Logs that are built here, damaged ones, and those of the corpus.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod changes;
mod corpus;
mod damage;
mod reading;
mod written;

use kusari_fixtures::ntfs_log::{LogWriter, Update};

/// 2022-06-21T00:00:00Z.
const TIME: u64 = 133_002_432_000_000_000;

/// The size of the logs that are built here.
const SIZE: usize = 64 * 4096;

/// The shape of a volume with clusters of 4096 bytes: four file records in a cluster.
fn target(record: u64) -> Update<'static> {
    Update {
        attribute: 0x18,
        vcn: record / 4,
        cluster_offset: u16::try_from(record % 4 * 2).unwrap(),
        ..Update::default()
    }
}

/// The value of a `$FILE_NAME`.
fn file_name(parent: u64, name: &str, namespace: u8, time: u64) -> Vec<u8> {
    let units: Vec<u16> = name.encode_utf16().collect();
    let mut bytes = parent.to_le_bytes().to_vec();
    for _ in 0..4 {
        bytes.extend(time.to_le_bytes());
    }
    bytes.resize(64, 0);
    bytes.push(u8::try_from(units.len()).unwrap());
    bytes.push(namespace);
    bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    bytes
}

/// An entry of a folder's index.
fn index_entry(file: u64, name: &[u8]) -> Vec<u8> {
    let mut bytes = file.to_le_bytes().to_vec();
    let length = (16 + name.len()).next_multiple_of(8);
    bytes.extend(u16::try_from(length).unwrap().to_le_bytes());
    bytes.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(name);
    bytes.resize(length, 0);
    bytes
}

/// A resident attribute without a name.
fn attribute(kind: u32, value: &[u8]) -> Vec<u8> {
    let length = (0x18 + value.len()).next_multiple_of(8);
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend(u32::try_from(length).unwrap().to_le_bytes());
    bytes.resize(0x10, 0);
    bytes.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
    bytes.extend(0x18_u32.to_le_bytes());
    bytes.extend(value);
    bytes.resize(length, 0);
    bytes
}

/// A file record as a log carries it: the used part, without its update sequence.
fn file_record(record: u64, sequence: u16, time: u64, name: &[u8]) -> Vec<u8> {
    let mut standard = Vec::new();
    for _ in 0..4 {
        standard.extend(time.to_le_bytes());
    }
    standard.resize(72, 0);
    let mut attributes = attribute(0x10, &standard);
    attributes.extend(attribute(0x30, name));
    attributes.extend([0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]);
    let mut bytes = b"FILE".to_vec();
    bytes.extend([0x30, 0, 3, 0]);
    bytes.resize(0x38, 0);
    bytes[0x10..0x12].copy_from_slice(&sequence.to_le_bytes());
    bytes[0x12] = 1;
    bytes[0x14] = 0x38;
    bytes[0x16] = 1;
    bytes[0x1C..0x20].copy_from_slice(&1024_u32.to_le_bytes());
    bytes[0x2C..0x30].copy_from_slice(&u32::try_from(record).unwrap().to_le_bytes());
    bytes.extend(attributes);
    let used = u32::try_from(bytes.len()).unwrap();
    bytes[0x18..0x1C].copy_from_slice(&used.to_le_bytes());
    bytes
}

/// A transaction that makes a file in the root folder.
fn make(log: &mut LogWriter, record: u64, sequence: u16, name: &str) -> u64 {
    let root = 5 | 5 << 48;
    let name = file_name(root, name, 3, TIME);
    let written = file_record(record, sequence, TIME, &name);
    let entry = index_entry(record | u64::from(sequence) << 48, &name);
    let first = log.update(
        0,
        0,
        &Update {
            redo: 0x02,
            undo: 0x03,
            redo_data: &written,
            lcns: &[100 + record / 4],
            ..target(record)
        },
    );
    let second = log.update(
        first,
        first,
        &Update {
            redo: 0x0E,
            undo: 0x0F,
            redo_data: &entry,
            attribute: 0x40,
            lcns: &[44],
            ..Update::default()
        },
    );
    forget(log, second)
}

/// The end of a transaction.
fn forget(log: &mut LogWriter, last: u64) -> u64 {
    let end = Update {
        redo: 0x1B,
        undo: 0x01,
        ..Update::default()
    };
    log.update(last, 0, &end)
}

/// A log with so many files made.
fn files(version: u16, count: u64) -> LogWriter {
    let mut log = LogWriter::new(version, SIZE);
    log.checkpoint();
    for number in 0..count {
        let name = format!(
            "file {number} {}.txt",
            "x".repeat(usize::try_from(number % 50).unwrap())
        );
        make(&mut log, 40 + number, 1, &name);
    }
    log
}
