//! Shortcuts, jump lists and recycle bins that our own writers wrote: read back, and read by other
//! people's programs where they are installed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;

use encoding_rs::SHIFT_JIS;
use kusari_artifacts::jump_list::{self, CategoryKind, Pin};
use kusari_artifacts::shortcut::{self, DriveType, Shortcut};
use kusari_artifacts::{SourceState, compound_file, recycle_bin};
use kusari_fixtures::jump_list as written_list;
use kusari_fixtures::recycle_bin as written_bin;
use kusari_fixtures::tools;

mod shell_files;
use shell_files::{MODIFIED, on_share, on_stick};

fn read(bytes: &[u8]) -> Shortcut {
    let read = shortcut::read(bytes, SHIFT_JIS);
    assert_eq!(read.outcome.damage, []);
    let shortcut = read.shortcut.unwrap();
    assert_eq!(shortcut.length, bytes.len() as u64);
    assert!(shortcut.extra.terminated);
    shortcut
}

/// A file of that name in a folder of its own.
fn put(name: &str, bytes: &[u8]) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("kusari-shell-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_shortcut_to_a_stick_names_its_volume() {
    let link = read(&on_stick().to_bytes());
    let volume = link.volume().unwrap();
    assert_eq!(volume.drive_type, DriveType::Removable);
    assert_eq!(volume.serial, 0x4A3F_00C1);
    assert_eq!(volume.label.text(), Some("USB012"));
    let path = r"E:\○○個人資料\表.bak";
    assert_eq!(link.local_path().as_deref(), Some(path));
    let info = link.link_info.as_ref().unwrap();
    // CP932: the second byte of 表 is a backslash.
    assert_eq!(
        info.local_base_path.as_ref().unwrap().ansi.as_deref(),
        Some(path)
    );
    assert_eq!(
        link.header.modified.unwrap().ticks(),
        MODIFIED.cast_signed()
    );
    let target = link.target.as_ref().unwrap();
    assert_eq!(target.path().as_deref(), Some(path));
    let file = target.target().unwrap();
    let extension = file.file_extension().unwrap();
    assert_eq!(file.file_entry().unwrap().name, "5C5C~1.BAK");
    let reference = extension.file_reference.unwrap();
    assert_eq!((reference.entry(), reference.sequence()), (0x1234, 7));
    assert_eq!(
        extension.created.unwrap().to_string(),
        "2022-06-21T09:26:32Z"
    );
    assert!(
        extension
            .created
            .unwrap()
            .may_be(link.header.modified.unwrap())
    );
    let tracker = link.extra.tracker.as_ref().unwrap();
    assert_eq!(tracker.machine_id, "dev-desktop");
    let file = tracker.droid.file;
    assert_eq!(file.mac_address().unwrap().to_string(), "EC:63:D7:72:83:36");
    assert_eq!(file.time().unwrap().date().0, 2022);
    assert_eq!(
        link.strings.working_directory.as_deref(),
        Some(r"E:\○○個人資料")
    );
}

#[test]
fn a_shortcut_to_a_share_names_it_and_its_drive() {
    let link = read(&on_share().to_bytes());
    assert_eq!(link.volume(), None);
    let path = r"\\files\共有\○○個人資料\表.bak";
    assert_eq!(link.network_path().as_deref(), Some(path));
    assert_eq!(link.target_path().as_deref(), Some(path));
    let network = link.link_info.as_ref().unwrap().network.as_ref().unwrap();
    assert_eq!(network.device.as_ref().unwrap().text(), Some("Z:"));
    assert_eq!(network.provider, Some(0x0002_0000));
    assert_eq!(link.strings.arguments.as_deref(), Some("/x"));
}

#[test]
fn liblnk_reads_the_shortcuts() {
    for (name, link, wanted) in [
        (
            "stick.lnk",
            on_stick(),
            &[
                "Drive type\t\t\t: Removable (2)",
                "Drive serial number\t\t: 0x4a3f00c1",
                "Volume label\t\t\t: USB012",
                "Local path\t\t\t: E:\\○○個人資料\\表.bak",
                "Machine identifier\t\t: dev-desktop",
                "Droid file identifier\t\t: 972282d9-87d5-11ec-9e54-ec63d7728336",
                "Modification time\t\t: Jun 21, 2022 09:26:31.250000000 UTC",
            ][..],
        ),
        (
            "share.lnk",
            on_share(),
            &["Network path\t\t\t: \\\\files\\共有\\○○個人資料\\表.bak"][..],
        ),
    ] {
        let path = put(name, &link.to_bytes());
        let path = path.to_str().unwrap();
        let Some(said) = tools::output("lnkinfo", &["-c", "windows-932", path]) else {
            return;
        };
        let said = String::from_utf8(said).unwrap();
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let all = flat(&said);
        for line in wanted {
            assert!(
                all.contains(&flat(line)),
                "{name}: `{line}` is not in {said}"
            );
        }
    }
}

fn entries() -> Vec<written_list::Entry> {
    [(1, None, 3), (2, Some(0), 1), (0x1F, None, 7)]
        .map(|(number, pin, access_count)| written_list::Entry {
            number,
            last_access: MODIFIED + u64::from(number),
            access_count,
            pin,
            host: "dev-desktop".into(),
            path: format!(r"E:\○○個人資料\{number}.bak"),
            shortcut: on_stick(),
        })
        .to_vec()
}

#[test]
fn automatic_jump_lists_of_every_version_are_read() {
    for version in 1..=4 {
        let bytes = written_list::automatic(version, &entries());
        let list = jump_list::read_automatic(&bytes, SHIFT_JIS);
        assert_eq!(list.outcome.damage, [], "version {version}");
        let header = list.dest_list.unwrap();
        assert_eq!(
            (header.version, header.entries, header.pinned),
            (version, 3, 1)
        );
        for (item, wanted) in list.items.iter().zip(entries()) {
            let entry = item.entry.as_ref().unwrap();
            assert_eq!(entry.number, wanted.number);
            assert_eq!(entry.path, wanted.path);
            assert_eq!(entry.host_name, "dev-desktop");
            assert_eq!(
                entry.last_access.unwrap().ticks(),
                wanted.last_access.cast_signed()
            );
            let pin = wanted.pin.map_or(Pin::Unpinned, Pin::Pinned);
            assert_eq!(entry.pin, pin);
            let count = (version > 1).then_some(wanted.access_count);
            assert_eq!(entry.access_count, count);
            let link = item.shortcut.as_ref().unwrap();
            assert_eq!(entry.droid, link.extra.tracker.as_ref().unwrap().droid);
            // The places lead back to the shortcut's bytes.
            let found: Vec<u8> = item
                .shortcut_places
                .iter()
                .flat_map(|place| {
                    let at = usize::try_from(place.offset).unwrap();
                    bytes[at..at + usize::try_from(place.length).unwrap()].to_vec()
                })
                .collect();
            assert_eq!(found, wanted.shortcut.to_bytes());
        }
        let coverage = &list.outcome.coverage;
        assert_eq!(coverage.states, [SourceState::LastTimeOnly]);
        // Numbers 3 to 0x1E were given and are gone.
        assert_eq!(coverage.gaps.len(), 1);
        assert_eq!((coverage.gaps[0].after, coverage.gaps[0].before), (2, 0x1F));
    }
}

#[test]
fn custom_jump_lists_are_read() {
    let categories = [
        ("最近".to_owned(), vec![on_stick(), on_share()]),
        ("作業".to_owned(), vec![on_share()]),
    ];
    let bytes = written_list::custom(&categories);
    let list = jump_list::read_custom(&bytes, SHIFT_JIS);
    assert_eq!(list.outcome.damage, []);
    assert_eq!(list.categories.len(), 2);
    assert_eq!(list.categories[0].kind, CategoryKind::Custom("最近".into()));
    assert_eq!(
        (
            list.categories[0].items.len(),
            list.categories[1].items.len()
        ),
        (2, 1)
    );
    assert_eq!(list.outcome.coverage.records, 3);
}

#[test]
fn other_programs_read_the_compound_file() {
    let streams = [
        ("small".to_owned(), vec![7; 100]),
        (
            "large".to_owned(),
            (0..20_000_u32).map(|n| n.to_le_bytes()[0]).collect(),
        ),
        ("empty".to_owned(), Vec::new()),
        ("a".to_owned(), vec![1; 4095]),
    ];
    let bytes = kusari_fixtures::compound_file::write(&streams);
    let file = compound_file::read(&bytes).unwrap();
    assert_eq!(file.damage, []);
    for (name, wanted) in &streams {
        let found = file
            .streams
            .iter()
            .find(|stream| stream.name == *name)
            .unwrap();
        assert!(found.bytes == *wanted, "{name}");
    }
    let path = put("streams.cfb", &bytes);
    let target = path.with_extension("out");
    let out = format!("-o{}", target.display());
    let arguments = ["x", "-y", "-tCompound", &out, path.to_str().unwrap()];
    if tools::output("7z", &arguments).is_none() {
        return;
    }
    for (name, wanted) in &streams {
        assert!(
            std::fs::read(target.join(name)).unwrap() == *wanted,
            "{name}"
        );
    }
}

#[test]
fn recycle_bins_are_read_here_and_by_rifiuti2() {
    let path = r"D:\○○個人資料\ESB.bak";
    for version in [1, 2] {
        let bytes = written_bin::index_file(version, 5_000_000_000, MODIFIED, path);
        let read = recycle_bin::read_index_file(&bytes);
        assert_eq!(read.outcome.damage, []);
        let file = read.file.unwrap();
        assert_eq!((file.version, file.size), (version, 5_000_000_000));
        assert_eq!(file.original_path, path);
        assert_eq!(file.deleted.unwrap().ticks(), MODIFIED.cast_signed());
        let index = put(&format!("$IABC12{version}.bak"), &bytes);
        let Some(said) = tools::output("rifiuti-vista", &["-n", index.to_str().unwrap()]) else {
            continue;
        };
        let wanted = format!("$IABC12{version}.bak\t2022-06-21 09:26:31\t5000000000\t{path}");
        assert_eq!(String::from_utf8(said).unwrap().trim_end(), wanted);
    }
    let records =
        [(1, false), (2, true), (4, false)].map(|(number, is_gone)| written_bin::Info2Record {
            number,
            path: path.into(),
            deleted: MODIFIED,
            size: 462_848,
            is_gone,
        });
    let bytes = written_bin::info2(&records, SHIFT_JIS);
    let info = recycle_bin::read_info2(&bytes, SHIFT_JIS);
    assert_eq!(info.outcome.damage, []);
    for (found, wanted) in info.records.iter().zip(&records) {
        assert_eq!(
            (found.number, found.is_gone),
            (wanted.number, wanted.is_gone)
        );
        assert_eq!(found.path().as_deref(), Some(path));
        let content = format!("Dd{}.bak", wanted.number);
        assert_eq!(found.content_name().as_deref(), Some(content.as_str()));
    }
    assert_eq!(info.records[1].original_path.ansi.as_deref(), path.get(1..));
    assert_eq!(info.outcome.coverage.gaps.len(), 1);
    let index = put("INFO2", &bytes);
    if let Some(said) = tools::output("rifiuti2", &["-n", index.to_str().unwrap()]) {
        let said = String::from_utf8(said).unwrap();
        let wanted: Vec<String> = records
            .iter()
            .map(|record| {
                let gone = if record.is_gone { "Yes" } else { "No" };
                format!(
                    "{}\t2022-06-21 09:26:31\t{gone}\t462848\t{path}",
                    record.number
                )
            })
            .collect();
        assert_eq!(said.lines().collect::<Vec<_>>(), wanted);
    }
}
