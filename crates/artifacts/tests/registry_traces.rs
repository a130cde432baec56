//! The traces of use in users' hives: real hives, built ones, and bytes that are anything.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

use encoding_rs::WINDOWS_1252;
use kusari_artifacts::registry::Hive;
use kusari_artifacts::user_hive::{Shellbag, TracesOfUse};
use kusari_evidence::time::TICKS_PER_SECOND;
use kusari_fixtures::corpus;
use kusari_fixtures::hive::{Hive as Written, Key, Value};
use proptest::prelude::*;

const TIME: u64 = 132_000_000_000_000_000;
const BAGS: &str = r"Software\Microsoft\Windows\Shell\BagMRU";
const EXPLORER: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer";

const HIVES: [&str; 7] = [
    "m57-pat-winxp/NTUSER.DAT",
    "shellbags-regipy-NTUSER_BAGMRU/NTUSER_BAGMRU.DAT",
    "win10-DESKTOP-2KGM189/Users/tony/NTUSER.DAT",
    "srl2012-WKS-WIN732BITA-win7/Users/vibranium/NTUSER.DAT",
    "srl2012-WKS-WIN764BITB-win7-nfury/Users/nfury/NTUSER.DAT",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/registry/NTUSER.DAT",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/registry/UsrClass.dat",
];

fn read(bytes: Vec<u8>) -> TracesOfUse {
    TracesOfUse::read(&Hive::open(bytes, &[]).unwrap(), WINDOWS_1252)
}

fn of_corpus(file: &str) -> Option<TracesOfUse> {
    Some(read(corpus::bytes(file)?))
}

/// As `docs/validation/registry-traces.md` counts them.
#[test]
fn real_hives_are_read_to_their_end() {
    let mut counts = [0_usize; 9];
    for file in HIVES {
        let Some(found) = of_corpus(file) else { return };
        assert_eq!(found.damage, [], "{file}");
        for (count, more) in counts.iter_mut().zip([
            found.shellbags.len(),
            found.recent_documents.len(),
            found.dialog_files.len(),
            found.dialog_programs.len(),
            found.typed_paths.len(),
            found.searches.len(),
            found.programs.len(),
            found.office_items.len(),
            found.trusted_documents.len(),
        ]) {
            *count += more;
        }
    }
    assert_eq!(counts, [226, 371, 114, 35, 18, 14, 489, 50, 5]);
}

#[test]
fn the_paths_and_places_of_real_shellbags() {
    let Some(found) = of_corpus("m57-pat-winxp/NTUSER.DAT") else {
        return;
    };
    let bag = |path: &str| {
        found
            .shellbags
            .iter()
            .find(|bag| bag.file_path.as_deref() == Some(path))
            .unwrap_or_else(|| panic!("{path}"))
    };
    let users = bag(r"\\192.168.1.1\Users\domex");
    assert_eq!(
        users.shell_path,
        r"Desktop\My Network Places\Entire Network\Microsoft Windows Network\Unknown\192.168.1.1\Users\domex"
    );
    assert_eq!(users.place.position, Some(1));
    assert_eq!(users.place.used(), None);
    let windd = bag(r"Z:\ram\windd");
    assert_eq!(
        windd.place.used().unwrap().to_text(0),
        "2009-11-25T00:38:25"
    );
    assert_eq!(windd.key.as_ref().unwrap().node_slot, Some(31));
    assert!(bag(r"E:\").is_place());
    let Some(classes) = of_corpus(HIVES[6]) else {
        return;
    };
    let reference = |bag: &Shellbag| bag.item.as_ref()?.file_extension()?.file_reference;
    let temp = classes
        .shellbags
        .iter()
        .find(|bag| bag.file_path.as_deref() == Some(r"C:\temp"))
        .unwrap();
    let reference = reference(temp).unwrap();
    assert_eq!((reference.entry(), reference.sequence()), (105_793, 2));
    let Some(wsl) = of_corpus(HIVES[1]) else {
        return;
    };
    // The share names its whole path, whatever Explorer shows above it.
    assert!(
        wsl.shellbags
            .iter()
            .any(|bag| bag.file_path.as_deref() == Some(r"\\wsl$\Ubuntu\projects\CAD316_001"))
    );
}

/// What the page says of Office's times.
#[test]
fn the_times_of_office_agree_with_those_of_the_keys() {
    let mut held = (0, 0);
    for file in HIVES {
        let Some(bytes) = corpus::bytes(file) else {
            return;
        };
        let hive = Hive::open(bytes, &[]).unwrap();
        let found = TracesOfUse::read(&hive, WINDOWS_1252);
        let written = |locator: &kusari_artifacts::Locator| match locator {
            kusari_artifacts::Locator::Registry { key, .. } => {
                hive.key(key).unwrap().last_written().unwrap()
            }
            other => panic!("{other:?}"),
        };
        for item in found.office_items.iter().filter(|item| item.number == 1) {
            let behind = written(&item.locator).ticks_since(item.used.unwrap());
            // Lists for an identity are written anew at other times, too.
            if item.identity.is_none() {
                assert!((0..TICKS_PER_SECOND / 20).contains(&behind), "{item:?}");
                held.0 += 1;
            }
        }
        for program in ["Word", "Excel"] {
            let last = found
                .trusted_documents
                .iter()
                .filter(|document| document.program.name == program)
                .max_by_key(|document| document.trusted);
            if let Some(document) = last {
                let behind = written(&document.locator).ticks_since(document.trusted.unwrap());
                assert!((0..60 * TICKS_PER_SECOND).contains(&behind), "{document:?}");
                held.1 += 1;
            }
        }
    }
    assert_eq!(held, (11, 3));
}

/// What `is_preset` relies on.
#[test]
fn times_of_user_assist_that_are_no_whole_milliseconds_are_shared() {
    let mut presets = 0;
    for file in HIVES {
        let Some(found) = of_corpus(file) else { return };
        let programs: Vec<_> = found
            .programs
            .iter()
            .filter(|entry| !entry.is_version_3() && entry.last_run.is_some())
            .collect();
        for entry in &programs {
            let shared = programs
                .iter()
                .filter(|other| other.group == entry.group && other.last_run == entry.last_run)
                .count()
                > 1;
            let is_whole = entry.last_run.unwrap().ticks() % 10_000 == 0;
            assert_eq!(shared, !is_whole, "{file}: {entry:?}");
            assert_eq!(entry.is_preset, shared, "{file}: {entry:?}");
            presets += usize::from(shared);
        }
    }
    assert!(presets > 50, "{presets}");
}

fn item(data: &[u8]) -> Vec<u8> {
    let mut item = (data.len() as u16 + 2).to_le_bytes().to_vec();
    item.extend(data);
    item.extend([0, 0]);
    item
}

fn folder(name: &str) -> Vec<u8> {
    let mut data = vec![0x31, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0];
    data.extend(name.as_bytes());
    data.push(0);
    item(&data)
}

fn order(numbers: &[u32]) -> Value {
    let numbers = numbers.iter().chain([&u32::MAX]);
    Value::binary(
        "MRUListEx",
        numbers.flat_map(|number| number.to_le_bytes()).collect(),
    )
}

fn written(root: &Key) -> Vec<u8> {
    Written::new("NTUSER.DAT", root, TIME, 1).to_bytes()
}

#[test]
fn folders_nested_without_end_are_followed_so_deep_and_no_deeper() {
    let mut key = Key::new("0", TIME);
    for _ in 0..300 {
        let mut above = Key::new("0", TIME).with(Value::binary("0", folder("a")));
        above.put(key);
        key = above;
    }
    let mut root = Key::new("ROOT", TIME);
    let bags = root.at(BAGS, TIME);
    bags.values = vec![Value::binary("0", folder("a"))];
    bags.put(key);
    let found = read(written(&root));
    assert!((150..200).contains(&found.shellbags.len()));
    assert_eq!(found.damage.len(), 1);
    assert!(found.damage[0].reason.contains("deeper"));
}

#[test]
fn many_long_paths_end_at_the_bound() {
    let name = "n".repeat(30_000);
    let mut key = Key::new("0", TIME);
    for _ in 0..120 {
        let mut above = Key::new("0", TIME).with(Value::binary("0", folder(&name)));
        above.put(key);
        key = above;
    }
    let mut root = Key::new("ROOT", TIME);
    root.at(BAGS, TIME).put(key);
    let found = read(written(&root));
    let kept: usize = found.shellbags.iter().map(|bag| bag.shell_path.len()).sum();
    assert!(kept < 32 << 20, "{kept}");
    assert!(
        found
            .damage
            .iter()
            .any(|one| one.reason.contains("not read"))
    );
}

#[test]
fn keys_without_values_and_values_without_keys_are_both_given() {
    let mut root = Key::new("ROOT", TIME);
    root.at(BAGS, TIME).values = vec![order(&[7, 9]), Value::binary("7", folder("a"))];
    root.at(&format!(r"{BAGS}\9\0"), TIME);
    root.at(&format!(r"{BAGS}\9"), TIME).values = vec![
        Value::dword("NodeSlot", 3),
        Value::binary("0", item(&[0x2F, b'E', b':', b'\\', 0])),
    ];
    let found = read(written(&root));
    let bags: Vec<_> = found
        .shellbags
        .iter()
        .map(|bag| {
            let slot = bag.key.as_ref().and_then(|key| key.node_slot);
            (
                &*bag.shell_path,
                bag.file_path.as_deref(),
                bag.place.position,
                slot,
            )
        })
        .collect();
    assert_eq!(
        bags,
        [
            (r"Desktop\a", None, Some(0), None),
            (r"Desktop\?", None, None, Some(3)),
            // What lies above is not known, so neither is the path.
            (r"Desktop\?\E:", None, None, None),
        ]
    );
    assert_eq!(found.damage, []);
}

#[test]
fn a_phone_s_folder_names_the_phone() {
    let path = r"\\?\usb#vid_18d1&pid_4ee1#0123#{6ac27878}";
    let utf16 = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16().chain([0]);
        units.flat_map(u16::to_le_bytes).collect()
    };
    let mut phone = vec![0x2E, 0, 0, 0];
    phone.extend(0x0831_2006_u32.to_le_bytes());
    phone.extend([3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    for text in ["Phone", path] {
        phone.extend((text.len() as u32 + 1).to_le_bytes());
    }
    phone.extend([0, 0]);
    phone.extend(utf16("Phone"));
    phone.extend(utf16(path));
    let mut root = Key::new("ROOT", TIME);
    root.at(BAGS, TIME).values = vec![order(&[0]), Value::binary("0", item(&phone))];
    root.at(&format!(r"{BAGS}\0"), TIME).values = vec![Value::binary("0", folder("DCIM"))];
    let found = read(written(&root));
    let below = &found.shellbags[1];
    assert_eq!(below.shell_path, r"Desktop\Phone\DCIM");
    assert_eq!(below.device_path.as_deref(), Some(path));
    assert_eq!(below.file_path, None);
}

#[test]
fn a_value_longer_than_any_item_is_damage_and_costs_no_other() {
    let mut root = Key::new("ROOT", TIME);
    root.at(BAGS, TIME).values = vec![
        Value::binary("0", vec![0x41; 70_000]),
        Value::binary("1", folder("a")),
    ];
    let found = read(written(&root));
    assert_eq!(found.shellbags.len(), 1);
    assert_eq!(found.damage.len(), 1);
}

/// Where in the hive the damage inside an item lies.
#[test]
fn damage_inside_an_item_is_placed_in_the_hive() {
    let mut root = Key::new("ROOT", TIME);
    let marker = b"\xF0\xF1MARK";
    let mut data = folder("a");
    data.truncate(data.len() - 2);
    data.extend(marker);
    root.at(BAGS, TIME).values = vec![Value::binary("0", data)];
    let bytes = written(&root);
    let at = bytes.windows(6).position(|found| found == marker).unwrap();
    let found = read(bytes);
    assert_eq!(found.damage[0].offset, at as u64);
}

/// A hive with all lists whose values hold these bytes.
fn lists_of(data: &[u8], name: &str) -> Key {
    let mut root = Key::new("ROOT", TIME);
    let all = [
        BAGS.to_owned(),
        format!(r"{BAGS}\0"),
        format!(r"{EXPLORER}\RecentDocs"),
        format!(r"{EXPLORER}\RecentDocs\.txt"),
        format!(r"{EXPLORER}\ComDlg32\OpenSavePidlMRU\*"),
        format!(r"{EXPLORER}\ComDlg32\OpenSaveMRU\*"),
        format!(r"{EXPLORER}\ComDlg32\LastVisitedPidlMRU"),
        format!(r"{EXPLORER}\ComDlg32\LastVisitedMRU"),
        format!(r"{EXPLORER}\WordWheelQuery"),
        format!(r"{EXPLORER}\TypedPaths"),
        format!(r"{EXPLORER}\UserAssist\{{1}}\Count"),
        r"Software\Microsoft\Office\16.0\Word\File MRU".to_owned(),
        r"Software\Microsoft\Office\16.0\Word\User MRU\A\Place MRU".to_owned(),
        r"Software\Microsoft\Office\16.0\Word\Security\Trusted Documents\TrustRecords".to_owned(),
    ];
    for path in all {
        root.at(&path, TIME).values = ["0", "a", "url1", "Item 1", "MRUListEx", name]
            .map(|name| Value::binary(name, data.to_vec()))
            .to_vec();
    }
    root
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_as_values_do_not_panic(
        data in prop::collection::vec(any::<u8>(), 0..200),
        name in "[^\0]{0,30}",
    ) {
        let found = read(written(&lists_of(&data, &name)));
        for document in &found.trusted_documents {
            let _ = document.path();
        }
        for program in &found.programs {
            let _ = (program.target(), program.is_shortcut(), program.runs());
        }
    }

    #[test]
    fn changed_hives_do_not_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..60),
    ) {
        let mut bytes = written(&lists_of(&folder("data"), "1"));
        for (at, byte) in changes {
            let at = 4096 + at.index(bytes.len() - 4096);
            bytes[at] = byte;
        }
        if let Ok(hive) = Hive::open(bytes, &[]) {
            let found = TracesOfUse::read(&hive, WINDOWS_1252);
            prop_assert!(found.shellbags.len() < 1000);
        }
    }
}

/// A real hive with changes: what is found stays within bounds, and nothing panics.
#[test]
fn changed_real_hives_do_not_panic() {
    let Some(bytes) = corpus::bytes("m57-pat-winxp/NTUSER.DAT") else {
        return;
    };
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    for _ in 0..40 {
        let mut changed = bytes.clone();
        for _ in 0..2000 {
            let at = 4096 + next() as usize % (changed.len() - 4096);
            changed[at] = next() as u8;
        }
        if let Ok(hive) = Hive::open(changed, &[]) {
            let found = TracesOfUse::read(&hive, WINDOWS_1252);
            assert!(found.shellbags.len() < 10_000);
        }
    }
}
