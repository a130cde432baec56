//! Shortcuts, jump lists and recycle bins with flipped, zeroed, cut and repeated bytes: nothing
//! panics or hangs, nothing grows beyond its source, and what the damage has not touched is found.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use encoding_rs::SHIFT_JIS;
use kusari_artifacts::jump_list::{self, AutomaticList};
use kusari_artifacts::{Damage, recycle_bin, shell_item, shortcut};
use kusari_fixtures::corpus;
use kusari_fixtures::jump_list as written_list;
use kusari_fixtures::recycle_bin as written_bin;
use kusari_fixtures::variants::{Kind, variant};

mod shell_files;
use shell_files::{MODIFIED, on_share, on_stick};

/// How many variants of each file; `KUSARI_DAMAGE_VARIANTS` asks for another number.
fn variants() -> u64 {
    std::env::var("KUSARI_DAMAGE_VARIANTS")
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(300)
}

fn check(damage: &[Damage], length: usize) {
    assert!(damage.len() <= Damage::MOST);
    for one in damage {
        assert!(one.offset <= length as u64, "{one} in {length} bytes");
    }
}

/// Reads the bytes as everything that they could be.
fn read_all(bytes: &[u8]) {
    let link = shortcut::read(bytes, SHIFT_JIS);
    check(&link.outcome.damage, bytes.len());
    if let Some(link) = link.shortcut {
        assert!(link.length <= bytes.len() as u64);
        let _ = (link.target_path(), link.extra.unknown.len());
    }
    let list = shell_item::read(bytes, SHIFT_JIS);
    assert!(list.length <= bytes.len() as u64 && list.items.len() <= bytes.len());
    check(&list.damage, bytes.len());
    let automatic = jump_list::read_automatic(bytes, SHIFT_JIS);
    check(&automatic.outcome.damage, bytes.len());
    let held: u64 = automatic
        .items
        .iter()
        .flat_map(|item| &item.shortcut_places)
        .map(|place| place.length)
        .sum();
    assert!(held <= bytes.len() as u64);
    let custom = jump_list::read_custom(bytes, SHIFT_JIS);
    check(&custom.outcome.damage, bytes.len());
    check(
        &recycle_bin::read_index_file(bytes).outcome.damage,
        bytes.len(),
    );
    let info = recycle_bin::read_info2(bytes, SHIFT_JIS);
    check(&info.outcome.damage, bytes.len());
    assert!(info.records.len() <= bytes.len() / 280);
}

#[test]
fn damaged_files_of_the_corpus_end_in_bounds() {
    for name in [
        "lnk-ez/native.xp.02.test",
        "lnk-ez/remote.directory.xp.test",
        "lnk-mixed/uwp_calc.lnk",
        "lnk-mixed/removable_malware_sample5.lnk",
        "rathbun-win10-DESKTOP-GNCCVRK-nousb/JumpLists/590aee7bdd69b59b.customDestinations-ms",
        "rathbun-win10-DESKTOP-GNCCVRK-nousb/JumpLists/f01b4d95cf55d32a.automaticDestinations-ms",
        "srl2012-WKS-WIN764BITB-win7-nfury/JumpLists/1b4dd67f29cb1962.automaticDestinations-ms",
        "recyclebin/INFO2-sample1",
        "recyclebin/$I4OZLXW.bmp",
    ] {
        let Some(bytes) = corpus::bytes(name) else {
            return;
        };
        for seed in 0..variants() {
            read_all(&variant(&bytes, seed, 600).bytes);
        }
    }
}

#[test]
fn damaged_files_that_were_written_end_in_bounds() {
    let entries = entries();
    for bytes in [
        on_stick().to_bytes(),
        on_share().to_bytes(),
        written_list::automatic(4, &entries),
        written_list::custom(&[("a".into(), vec![on_stick(), on_share()])]),
    ] {
        for seed in 0..variants() {
            read_all(&variant(&bytes, seed, 200).bytes);
        }
    }
}

fn entries() -> Vec<written_list::Entry> {
    (1..=12)
        .map(|number| written_list::Entry {
            number,
            last_access: MODIFIED + u64::from(number),
            access_count: number,
            pin: None,
            host: "dev-desktop".into(),
            path: format!(r"E:\folder\file {number:02}.bak"),
            shortcut: on_stick(),
        })
        .collect()
}

/// Damage that moves nothing and lies in one shortcut or entry costs that one.
#[test]
fn damage_in_a_jump_list_costs_what_it_touches() {
    let bytes = written_list::automatic(4, &entries());
    let whole = jump_list::read_automatic(&bytes, SHIFT_JIS);
    let parts = |list: &AutomaticList| {
        let mut entries: Vec<_> = list
            .items
            .iter()
            .filter_map(|item| item.entry.clone())
            .collect();
        entries.sort_by_key(|entry| entry.number);
        entries
    };
    let mut compared = 0;
    for seed in 0..variants() * 4 {
        let damaged = variant(&bytes, seed, 40);
        if !matches!(damaged.kind, Kind::Flip | Kind::Zero | Kind::Noise) {
            continue;
        }
        let touches = |offset: u64, length: u64| {
            let offset = usize::try_from(offset).unwrap();
            let end = offset + usize::try_from(length).unwrap();
            damaged.touched.start < end && offset < damaged.touched.end
        };
        // Only damage inside shortcuts' and entries' own bytes, not in the header and tables.
        let holds = |offset: u64, length: u64| {
            let offset = usize::try_from(offset).unwrap();
            let end = offset + usize::try_from(length).unwrap();
            offset <= damaged.touched.start && damaged.touched.end <= end
        };
        let inside = whole.items.iter().any(|item| {
            item.entry_places
                .iter()
                .chain(&item.shortcut_places)
                .any(|place| holds(place.offset, place.length))
        });
        if !inside {
            continue;
        }
        compared += 1;
        let found = jump_list::read_automatic(&damaged.bytes, SHIFT_JIS);
        let found_entries = parts(&found);
        for item in &whole.items {
            let is_touched = item
                .entry_places
                .iter()
                .any(|place| touches(place.offset, place.length));
            let entry = item.entry.as_ref().unwrap();
            if !is_touched {
                assert!(
                    found_entries.iter().any(|other| other == entry),
                    "seed {seed}: entry {} is lost by {:?}",
                    entry.number,
                    damaged.touched
                );
            }
            let is_touched = item
                .shortcut_places
                .iter()
                .any(|place| touches(place.offset, place.length));
            if !is_touched {
                assert!(
                    found
                        .items
                        .iter()
                        .any(|other| other.shortcut == item.shortcut
                            && other.shortcut_places == item.shortcut_places),
                    "seed {seed}: the shortcut of {} is lost by {:?}",
                    entry.number,
                    damaged.touched
                );
            }
        }
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn damage_in_a_recycle_bin_costs_one_record() {
    let records: Vec<_> = (1..=20)
        .map(|number| written_bin::Info2Record {
            number,
            path: format!(r"C:\folder\file {number}.txt"),
            deleted: MODIFIED,
            size: 4096,
            is_gone: number % 3 == 0,
        })
        .collect();
    let bytes = written_bin::info2(&records, SHIFT_JIS);
    let whole = recycle_bin::read_info2(&bytes, SHIFT_JIS);
    for seed in 0..variants() {
        let damaged = variant(&bytes, seed, 600);
        let moves_nothing = matches!(damaged.kind, Kind::Flip | Kind::Zero | Kind::Noise);
        if !moves_nothing || damaged.touched.start < 20 {
            continue;
        }
        let found = recycle_bin::read_info2(&damaged.bytes, SHIFT_JIS);
        for (number, record) in whole.records.iter().enumerate() {
            let at = 20 + number * 800;
            if at + 800 <= damaged.touched.start || damaged.touched.end <= at {
                assert!(
                    found.records.contains(record),
                    "seed {seed}, record {number}"
                );
            }
        }
    }
}

/// A custom list whose second category is damaged keeps the shortcuts of the others.
#[test]
fn a_custom_list_is_read_on_behind_damage() {
    let categories: Vec<_> = (0..4)
        .map(|number| (format!("category {number}"), vec![on_stick(), on_share()]))
        .collect();
    let mut bytes = written_list::custom(&categories);
    let list = jump_list::read_custom(&bytes, SHIFT_JIS);
    let second = &list.categories[1].items[0].locator.to_string();
    let at = second
        .strip_prefix("bytes:0x")
        .unwrap()
        .split('+')
        .next()
        .unwrap();
    let at = usize::from_str_radix(at, 16).unwrap();
    // The shortcut's header, so that its end is not known.
    bytes[at..at + 20].fill(0);
    let found = jump_list::read_custom(&bytes, SHIFT_JIS);
    assert!(!found.outcome.damage.is_empty());
    assert_eq!(found.outcome.coverage.records, 7);
}
