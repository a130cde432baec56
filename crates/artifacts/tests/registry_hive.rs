//! Hives of the corpus against what independent readers say about them; see
//! `docs/validation/registry.md` for how the figures came about.

// A test may fail loudly.
#![allow(clippy::unwrap_used, clippy::panic)]

use kusari_artifacts::SourceState::{self, CutShort, Damaged, Dirty, LogsMissing, LogsReplayed};
use kusari_artifacts::registry::{Hive, Key, PathStanding, Recovered};
use kusari_fixtures::corpus;

const RATHBUN: &str = "rathbun-win10-DESKTOP-GNCCVRK-nousb";

/// A hive, its logs, its numbers of keys and values, and its states.
type Row = (
    &'static str,
    &'static [&'static str],
    u64,
    usize,
    &'static [SourceState],
);

const HIVES: &[Row] = &[
    ("m57-pat-winxp/SYSTEM", &[], 9629, 26819, &[]),
    ("m57-pat-winxp/SECURITY", &[], 211, 220, &[]),
    ("m57-pat-winxp/SAM", &[], 59, 65, &[]),
    ("m57-pat-winxp/NTUSER.DAT", &[], 1700, 8247, &[]),
    (
        "shellbags-regipy-NTUSER_BAGMRU/NTUSER_BAGMRU.DAT",
        &[],
        6279,
        15912,
        &[Dirty, LogsMissing],
    ),
    (
        "win10-DESKTOP-2KGM189/SYSTEM",
        &[],
        43211,
        90307,
        &[Dirty, LogsMissing],
    ),
    (
        "win10-DESKTOP-2KGM189/Users/tony/NTUSER.DAT",
        &["ntuser.dat.LOG1", "ntuser.dat.LOG2"],
        3105,
        4695,
        &[Dirty, LogsReplayed],
    ),
    ("srl2012-WKS-WIN732BITA-win7/SYSTEM", &[], 30756, 73456, &[]),
    (
        "srl2012-WKS-WIN732BITA-win7/Users/vibranium/NTUSER.DAT",
        &[],
        1812,
        4094,
        &[],
    ),
    (
        "srl2012-WKS-WIN764BITB-win7-nfury/Users/nfury/NTUSER.DAT",
        &[],
        2288,
        5470,
        &[],
    ),
    (
        "hive-negative-SENSEI/SYSTEM_2",
        &[],
        20015,
        49779,
        &[Dirty, LogsMissing],
    ),
    (
        "rathbun-win10-DESKTOP-GNCCVRK-nousb/Amcache/Amcache.hve",
        &["Amcache.hve.LOG1", "Amcache.hve.LOG2"],
        972,
        18956,
        &[Dirty, LogsReplayed],
    ),
    (
        "rathbun-win10-DESKTOP-GNCCVRK-nousb/registry/UsrClass.dat",
        &["UsrClass.dat.LOG1", "UsrClass.dat.LOG2"],
        6392,
        12988,
        &[Dirty, LogsReplayed],
    ),
    (
        "rathbun-win10-DESKTOP-GNCCVRK-nousb/registry/UsrClass.dat",
        // The order in which the logs are given must not matter: the later changes are in LOG2.
        &["UsrClass.dat.LOG2", "UsrClass.dat.LOG1"],
        6392,
        12988,
        &[Dirty, LogsReplayed],
    ),
    (
        "rathbun-win10-DESKTOP-GNCCVRK-nousb/registry/UsrClass.dat",
        &[],
        6374,
        12914,
        &[Dirty, LogsMissing],
    ),
    (
        "rathbun-win10-DESKTOP-GNCCVRK-nousb/registry/SECURITY",
        &["SECURITY.LOG1"],
        100,
        109,
        &[Dirty, LogsReplayed],
    ),
    (
        "rathbun-win10-DESKTOP-GNCCVRK-nousb/registry/SAM",
        // The hive is clean, so its logs are left alone.
        &["SAM.LOG1", "SAM.LOG2"],
        80,
        96,
        &[],
    ),
    (
        "rathbun-win10-DESKTOP-GNCCVRK-nousb/registry/NTUSER.DAT",
        &["ntuser.dat.LOG1", "ntuser.dat.LOG2"],
        3182,
        5072,
        &[Dirty, LogsReplayed],
    ),
];

fn open(path: &str, logs: &[&str]) -> Option<Hive> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let primary = corpus::bytes(path)?;
    let logs: Option<Vec<_>> = logs
        .iter()
        .map(|log| corpus::bytes(&format!("{folder}/{log}")))
        .collect();
    Some(Hive::open(primary, &logs?).unwrap())
}

/// Keys and values below a key, itself included.
fn count(key: Key<'_>) -> (u64, usize) {
    let mut all = (0, 0);
    let mut waiting = vec![key];
    while let Some(key) = waiting.pop() {
        all.0 += 1;
        all.1 += key.values().filter(|value| value.is_complete()).count();
        waiting.extend(key.subkeys());
    }
    all
}

#[test]
fn sound_hives_are_walked_whole() {
    for &(path, logs, keys, values, states) in HIVES {
        let Some(hive) = open(path, logs) else { return };
        let outcome = hive.outcome();
        assert_eq!(outcome.damage, [], "{path}");
        assert_eq!(outcome.coverage.states, states, "{path}");
        assert_eq!(outcome.coverage.records, keys, "{path}");
        assert_eq!(count(hive.root().unwrap()), (keys, values), "{path}");
    }
}

#[test]
fn nt_hive_reads_the_same_keys_and_values() {
    // Not all of them: nt-hive's readers are slow in a debug build.
    for &(path, logs, ..) in HIVES.iter().filter(|row| row.2 < 10_000) {
        let Some(hive) = open(path, logs) else { return };
        let theirs = nt_hive::Hive::without_validation(hive.bytes()).unwrap();
        let is_version_3 = hive.base_block().minor_version == 3;
        let root = theirs.root_key_node().unwrap();
        compare(hive.root().unwrap(), &root, is_version_3);
    }
}

fn compare(ours: Key<'_>, theirs: &nt_hive::KeyNode<'_, &[u8]>, is_version_3: bool) {
    // An odd unit of UTF-16 cannot be compared as text, and there is none in the corpus.
    assert_eq!(theirs.name().unwrap(), ours.name().as_str());
    let mut values = ours.values();
    for value in theirs.values().into_iter().flat_map(Result::unwrap) {
        let value = value.unwrap();
        let own = values.next().unwrap();
        assert_eq!(value.name().unwrap(), own.name().as_str());
        match value.data() {
            Ok(data) => assert_eq!(data.into_vec().unwrap(), own.data().into_owned()),
            // It takes long data for big data in hives of version 1.3 too, which have none.
            Err(_) => assert!(is_version_3 && own.data().len() > 16_344),
        }
    }
    assert!(values.next().is_none());
    let mut subkeys = ours.subkeys();
    for key in theirs.subkeys().into_iter().flat_map(Result::unwrap) {
        compare(subkeys.next().unwrap(), &key.unwrap(), is_version_3);
    }
    assert!(subkeys.next().is_none());
}

#[test]
fn a_page_from_a_log_leads_back_to_the_log() {
    let logs = ["ntuser.dat.LOG1", "ntuser.dat.LOG2"];
    let Some(hive) = open(&format!("{RATHBUN}/registry/NTUSER.DAT"), &logs) else {
        return;
    };
    let root = hive.root().unwrap();
    let bytes = hive.bytes_of(root.cell()).unwrap();
    let pages = hive.log_pages_of(root.cell());
    let [page] = pages[..] else {
        panic!("{pages:?}");
    };
    assert_eq!(page.length, bytes.len() as u64);
    let log = corpus::bytes(&format!("{RATHBUN}/registry/{}", logs[page.log])).unwrap();
    let start = usize::try_from(page.log_offset).unwrap();
    assert_eq!(&log[start..start + bytes.len()], bytes);
}

#[test]
fn logs_of_another_hive_are_not_applied() {
    let Some(primary) = corpus::bytes(&format!("{RATHBUN}/registry/SECURITY")) else {
        return;
    };
    let bytes = corpus::bytes(&format!("{RATHBUN}/registry/SAM.LOG1")).unwrap();
    let hive = Hive::open(primary, &[bytes]).unwrap();
    assert_eq!(hive.outcome().coverage.states, [Dirty, LogsMissing]);
}

#[test]
fn every_type_of_a_device_property_is_read() {
    let Some(hive) = open("win10-DESKTOP-2KGM189/SYSTEM", &[]) else {
        return;
    };
    let mut read = 0;
    let mut waiting = vec![hive.key(r"ControlSet001\Enum").unwrap()];
    while let Some(key) = waiting.pop() {
        for value in key
            .values()
            .filter(|value| value.data_type() >> 16 == 0xFFFF)
        {
            assert!(value.property().is_some(), "{}", value.locator());
            read += 1;
        }
        waiting.extend(key.subkeys());
    }
    assert!(read > 5000, "{read}");
}

#[test]
fn what_stands_behind_the_end_is_no_deleted_key() {
    // The last bins of this file are left from another layout, in which the same offsets meant
    // other keys.
    let Some(hive) = open("win10-DESKTOP-2KGM189/SYSTEM", &[]) else {
        return;
    };
    let end = hive.base_block().bins_length + 4096;
    let (behind, inside): (Vec<_>, Vec<_>) = hive
        .recovered_keys()
        .partition(|key| key.recovery() == Some(Recovered::BehindEnd));
    assert_eq!(behind.len(), 794);
    assert!(behind.iter().all(|key| key.cell() >= end));
    assert!(inside.iter().all(|key| key.cell() < end));
    assert!(
        behind
            .iter()
            .all(|key| key.path_standing() == PathStanding::Unknown)
    );
}

#[test]
fn deleted_keys_of_windows_xp_are_found() {
    // python-registry and regipy do not look for them; notatin and yarp's rules do.
    let Some(hive) = open("m57-pat-winxp/SYSTEM", &[]) else {
        return;
    };
    let found: Vec<String> = hive
        .recovered_keys()
        .filter_map(|key| key.possible_path())
        .collect();
    assert!(found.contains(&r"ControlSet001\Enum\Root\LEGACY_WIN32DD2\0000".to_owned()));
    assert!(
        hive.key(r"ControlSet001\Enum\Root\LEGACY_WIN32DD2")
            .is_none()
    );
}

#[test]
fn a_damaged_hive_gives_what_is_readable() {
    let Some(hive) = open("hive-corrupt/corrupted_system_hive", &[]) else {
        return;
    };
    let outcome = hive.outcome();
    assert_eq!(outcome.coverage.states, [Damaged]);
    assert_eq!(outcome.coverage.records, 1687);
    let cut_off = hive
        .recovered_keys()
        .filter(|key| key.recovery() == Some(Recovered::CutOff))
        .count();
    assert_eq!(cut_off, 335);
}

#[test]
fn a_hive_that_is_cut_short_says_so() {
    let Some(mut bytes) = corpus::bytes("m57-pat-winxp/NTUSER.DAT") else {
        return;
    };
    let whole = Hive::open(bytes.clone(), &[]).unwrap().outcome();
    bytes.truncate(bytes.len() / 2);
    let hive = Hive::open(bytes, &[]).unwrap();
    let outcome = hive.outcome();
    assert_eq!(outcome.coverage.states, [CutShort, Damaged]);
    assert!(outcome.coverage.records > whole.coverage.records / 10);
    assert_eq!(count(hive.root().unwrap()).0, outcome.coverage.records);
}
