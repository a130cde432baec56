//! Damage costs what is damaged, and nothing panics or hangs.

use std::collections::BTreeMap;

use kusari_fixtures::variants::{Kind, variant};
use proptest::prelude::*;

use super::super::*;
use super::files;
use crate::SourceState;

fn read(bytes: &Vec<u8>) -> (BTreeMap<u64, (u64, Vec<u8>)>, crate::Outcome) {
    let mut all = BTreeMap::new();
    let outcome = LogFile::read(bytes).records(|record| {
        let again = all.insert(record.lsn, (record.offset, record.data.to_vec()));
        assert!(again.is_none(), "{:#x} twice", record.lsn);
    });
    (all, outcome)
}

#[test]
fn a_damaged_page_costs_its_records_only() {
    let bytes = files(1, 200).finish(true, false);
    let (whole, _) = read(&bytes);
    for seed in 0..400 {
        let damaged = variant(&bytes, seed, 3000);
        let (found, outcome) = read(&damaged.bytes);
        LogFile::read(&damaged.bytes).changes(None, |_| {});
        // Where bytes are moved, everything behind stands at a place that its LSN denies.
        if !matches!(
            damaged.kind,
            Kind::Flip | Kind::Zero | Kind::Noise | Kind::Truncate
        ) {
            continue;
        }
        let touched = (damaged.touched.start / 4096 * 4096) as u64
            ..(damaged.touched.end.next_multiple_of(4096)) as u64;
        for (lsn, (offset, data)) in &whole {
            let end = offset + data.len() as u64 + 0x70;
            let apart = end <= touched.start || *offset >= touched.end;
            if apart && touched.start >= 2 * 4096 {
                let same = found.get(lsn) == Some(&(*offset, data.clone()));
                assert!(
                    same,
                    "seed {seed} {:?} {offset:#x} {touched:x?}",
                    damaged.kind
                );
            }
        }
        if found.len() < whole.len() && damaged.kind != Kind::Truncate {
            let gaps = !outcome.coverage.gaps.is_empty();
            let older = outcome.coverage.states.contains(&SourceState::RolledOver);
            let said = !outcome.damage.is_empty() || gaps || older;
            assert!(said, "seed {seed} {:?}", damaged.kind);
        }
    }
}

#[test]
fn a_torn_page_is_told() {
    let mut bytes = files(2, 200).finish(true, false);
    let (whole, _) = read(&bytes);
    // The third page of the round, in its second sector's end.
    bytes[36 * 4096 + 1023] ^= 1;
    let (found, outcome) = read(&bytes);
    assert!(found.len() < whole.len());
    assert!(
        outcome
            .damage
            .iter()
            .any(|damage| damage.reason.contains("torn"))
    );
    assert!(
        outcome
            .damage
            .iter()
            .all(|damage| damage.offset < bytes.len() as u64)
    );
}

#[test]
fn hostile_headers_do_not_make_it_slow() {
    let mut bytes = files(1, 200).finish(true, false);
    // Every page says that it is full of records, and holds none.
    for page in bytes.chunks_exact_mut(4096).skip(4) {
        page[0x40..510].fill(0xAB);
        page[0x10] = 1;
        page[0x18..0x1A].copy_from_slice(&[0xFF, 0xFF]);
    }
    let (_, outcome) = read(&bytes);
    assert!(!outcome.damage.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn arbitrary_bytes_do_not_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..12_000), seals in any::<bool>()) {
        if seals {
            for (number, page) in bytes.chunks_mut(4096).enumerate() {
                let magic: &[u8] = if number < 2 { b"RSTR" } else { b"RCRD" };
                let there = page.len().min(4);
                page[..there].copy_from_slice(&magic[..there]);
            }
        }
        LogFile::read(&bytes).changes(None, |_| {});
        if let Some(entry) = IndexEntry::parse(&bytes) {
            prop_assert!(!entry.name.name.is_empty());
        }
    }

    #[test]
    fn arbitrary_contents_of_records_do_not_panic(
        contents in proptest::collection::vec((0_u16..0x28, 0_u16..0x28, proptest::collection::vec(any::<u8>(), 0..600), any::<u64>(), any::<u16>()), 1..20),
    ) {
        let mut log = files(1, 2);
        let mut previous = 0;
        for (redo, undo, data, vcn, place) in &contents {
            let update = kusari_fixtures::ntfs_log::Update {
                redo: *redo,
                undo: *undo,
                redo_data: data,
                undo_data: data,
                attribute: *place,
                record_offset: 0x38,
                attribute_offset: *place,
                cluster_offset: *place,
                vcn: *vcn,
                lcns: &[1],
            };
            previous = log.update(previous, previous, &update);
        }
        let bytes = log.finish(false, false);
        let mut count = 0;
        let outcome = LogFile::read(&bytes).changes(None, |_| count += 1);
        prop_assert_eq!(outcome.damage, vec![]);
    }
}
