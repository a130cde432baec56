#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod activities;
mod corpus;
mod damage;
mod reading;
mod replay;
mod volume;

use kusari_fixtures::usn_journal::{Change, JournalWriter};

/// 2022-06-21T00:00:00Z.
const TIME: u64 = 133_002_432_000_000_000;

/// A reference as a record has it.
fn id(record: u64, sequence: u64) -> (u64, u64) {
    (record | sequence << 48, 0)
}

fn change(file: (u64, u64), parent: (u64, u64), reasons: u32, name: &str) -> Change {
    Change {
        version: 2,
        file,
        parent,
        time: TIME,
        reasons,
        source: 0,
        security_id: 0,
        attributes: 0x20,
        name: name.encode_utf16().collect(),
    }
}

/// So many records about files of the root, each with another name.
fn plain(count: u64, first: u64) -> JournalWriter {
    let mut journal = JournalWriter::new(first);
    for number in 0..count {
        let name = format!(
            "file {number} {}",
            "x".repeat(usize::try_from(number % 40).unwrap())
        );
        let mut change = change(id(100 + number, 1), id(5, 5), 0x102, &name);
        change.time += number;
        journal.change(&change);
    }
    journal
}
