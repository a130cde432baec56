#![no_main]
//! Change journals: records, activities and paths without a file table, and carving.

use kusari_artifacts::usn_journal::{Journal, ReadOptions, carve};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let bytes = input.to_vec();
    let journal = Journal::read(&bytes, &ReadOptions::default());
    let folders = journal.folders(None);
    let mut paths = folders.paths();
    for activity in journal.activities() {
        let _ = paths.of(activity.record);
    }
    let mut carved = 0_usize;
    carve(&bytes, |_| carved += 1);
    assert!(carved <= bytes.len() / 8 + 1);
});
