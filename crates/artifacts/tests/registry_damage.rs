//! Hives and logs with flipped, zeroed, cut and repeated bytes: nothing panics or hangs, and the
//! keys that the damage has not touched are still found.

// A test may fail loudly.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::HashSet;
use std::time::{Duration, Instant};

use kusari_artifacts::registry::{Hive, Key};
use kusari_fixtures::corpus;
use kusari_fixtures::hive as written;
use kusari_fixtures::variants::{Kind, variant};

mod split_log;
use split_log::split_log;

/// How many variants of each hive; `KUSARI_DAMAGE_VARIANTS` asks for another number.
fn variants() -> u64 {
    std::env::var("KUSARI_DAMAGE_VARIANTS")
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(150)
}

/// Asks everything of a hive that can be asked, and returns the cells of all keys found.
fn read(primary: Vec<u8>, logs: &[Vec<u8>]) -> HashSet<u32> {
    let started = Instant::now();
    let length = primary.len() + logs.iter().map(Vec::len).sum::<usize>();
    let Ok(hive) = Hive::open(primary, logs) else {
        return HashSet::new();
    };
    assert!(hive.bytes().len() <= length);
    let mut cells = HashSet::new();
    let mut waiting: Vec<Key<'_>> = hive.root().into_iter().collect();
    while let Some(key) = waiting.pop() {
        assert!(cells.insert(key.cell()), "a key was reached twice");
        look_at(&hive, key);
        let path = key.path();
        for subkey in key.subkeys() {
            assert!(subkey.path().starts_with(&path));
            waiting.push(subkey);
        }
    }
    assert_eq!(hive.outcome().coverage.records, cells.len() as u64);
    for key in hive.recovered_keys() {
        look_at(&hive, key);
        let _ = (key.path(), key.possible_path(), key.subkeys().count());
        cells.insert(key.cell());
    }
    for value in hive.recovered_values() {
        let _ = (value.data().len(), value.locator(), value.possible_key());
    }
    assert!(started.elapsed() < Duration::from_secs(10), "took too long");
    cells
}

fn look_at(hive: &Hive, key: Key<'_>) {
    let _ = (key.class_name(), key.last_written(), key.locator());
    let _ = (hive.bytes_of(key.cell()), hive.log_pages_of(key.cell()));
    for value in key.values() {
        assert!(value.data().len() <= hive.bytes().len());
        let _ = (value.text(), value.texts(), value.number(), value.time());
        let _ = (value.guid(), value.property(), value.locator());
    }
}

/// Opens damaged variants of `primary`, and checks that damage which moves nothing loses no key
/// but those that it touches.
fn damage(name: &str, primary: &[u8], logs: &[Vec<u8>]) {
    let all = read(primary.to_vec(), logs);
    assert!(all.len() > 20, "{name}: {}", all.len());
    for seed in 0..variants() {
        let damaged = variant(primary, seed, 600);
        let found = read(damaged.bytes, logs);
        let moves_nothing = matches!(damaged.kind, Kind::Flip | Kind::Zero | Kind::Noise);
        // A log writes pages over the damage, and a damaged header decides which.
        if !moves_nothing || !logs.is_empty() || damaged.touched.start < 4096 {
            continue;
        }
        for &cell in all.difference(&found) {
            let key = cell as usize..cell as usize + 4 + 76 + 512;
            assert!(
                key.start < damaged.touched.end && damaged.touched.start < key.end,
                "{name}, seed {seed}: the key at {cell:#x} is lost by {:?} at {:x?}",
                damaged.kind,
                damaged.touched
            );
        }
    }
}

#[test]
fn damaged_hives_give_all_keys_that_are_whole() {
    for path in [
        "rathbun-win10-DESKTOP-GNCCVRK-nousb/registry/SECURITY",
        "rathbun-win10-DESKTOP-GNCCVRK-nousb/registry/SAM",
        "m57-pat-winxp/SECURITY",
    ] {
        let Some(bytes) = corpus::bytes(path) else {
            return;
        };
        damage(path, &bytes, &[]);
    }
}

#[test]
fn damaged_logs_are_not_applied_in_part() {
    let (primary, [log1, log2]) = hive_with_logs();
    let before = read(primary.clone(), &[]);
    let states: Vec<HashSet<u32>> = [vec![], vec![log1.clone()], {
        vec![log1.clone(), log2.clone()]
    }]
    .iter()
    .map(|logs| read(primary.clone(), logs))
    .collect();
    assert_eq!(before, states[0]);
    assert!(states[0] != states[1] && states[1] != states[2]);
    for seed in 0..variants() {
        let damaged = variant(&log1, seed, 600).bytes;
        let found = read(primary.clone(), &[damaged, log2.clone()]);
        assert!(states.contains(&found), "seed {seed}");
        let damaged = variant(&log2, seed, 600).bytes;
        let found = read(primary.clone(), &[log1.clone(), damaged]);
        assert!(states.contains(&found), "seed {seed}");
    }
    damage("the primary file", &primary, &[log1, log2]);
}

/// A hive whose last two changes stand in a log each.
fn hive_with_logs() -> (Vec<u8>, [Vec<u8>; 2]) {
    let mut time = 132_000_000_000_000_000;
    let mut root = written::Key::new("ROOT", time);
    for number in 0..40 {
        let value = written::Value::sz("Name", &format!("device {number}"));
        root.put(written::Key::new(format!("Key{number:02}"), time).with(value));
    }
    let mut hive = written::Hive::new("SYSTEM", &root, time, 7);
    for number in 0..2 {
        time += 10_000_000;
        hive.add_key(
            &format!("Key{number:02}"),
            &written::Key::new("Added", time),
        );
        hive.log_changes();
    }
    let dirty = hive.to_dirty();
    let logs = split_log(&dirty.log1, 1);
    (dirty.primary, logs)
}
