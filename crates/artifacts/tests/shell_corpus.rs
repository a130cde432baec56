//! All shortcuts, jump lists and recycle bins of the corpus: everything in them is read, and what
//! the pages say of them holds.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;

use encoding_rs::WINDOWS_1252;
use kusari_artifacts::jump_list;
use kusari_artifacts::shell_item::ItemKind;
use kusari_artifacts::shortcut::{self, DriveType, Shortcut};
use kusari_artifacts::{ShellTime, recycle_bin};
use kusari_evidence::time::Timestamp;
use kusari_fixtures::corpus;

/// The files of a folder, in the order of their names.
fn files(folder: &str) -> Option<Vec<PathBuf>> {
    let folder = corpus::path(folder)?;
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    Some(files)
}

fn shortcuts() -> Option<Vec<(PathBuf, Shortcut)>> {
    let paths = files("lnk-ez")?.into_iter().chain(files("lnk-mixed")?);
    Some(
        paths
            .map(|path| {
                let read = shortcut::read(&std::fs::read(&path).unwrap(), WINDOWS_1252);
                assert_eq!(read.outcome.damage, [], "{}", path.display());
                (path, read.shortcut.unwrap())
            })
            .collect(),
    )
}

#[test]
fn every_shortcut_is_read_to_its_end() {
    let Some(links) = shortcuts() else { return };
    assert_eq!(links.len(), 167);
    for (path, link) in &links {
        assert!(link.extra.terminated, "{}", path.display());
        for item in link.target.iter().flat_map(|list| &list.items) {
            assert!(
                !matches!(item.kind, ItemKind::Unknown(_)),
                "{}: {item:?}",
                path.display()
            );
        }
    }
    let on_removable = |link: &Shortcut| {
        link.volume()
            .is_some_and(|volume| volume.drive_type == DriveType::Removable)
    };
    assert!(links.iter().any(|(_, link)| on_removable(link)));
}

/// What `ShellTime` says of rounding.
#[test]
fn times_of_shell_items_are_rounded_up() {
    let Some(links) = shortcuts() else { return };
    let (mut equal, mut up, mut down, mut other) = (0, 0, 0, 0);
    for (_, link) in &links {
        let Some(item) = link.target.as_ref().and_then(|list| list.target()) else {
            continue;
        };
        let (Some(entry), Some(extension)) = (item.file_entry(), item.file_extension()) else {
            continue;
        };
        let pairs: [(Option<ShellTime>, Option<Timestamp>); 3] = [
            (entry.modified, link.header.modified),
            (extension.created, link.header.created),
            (extension.accessed, link.header.accessed),
        ];
        for (item, header) in pairs {
            let (Some(item), Some(header)) = (item, header) else {
                continue;
            };
            match item.as_written().ticks_since(header) {
                0 => equal += 1,
                1..20_000_000 => up += 1,
                -20_000_000..0 => down += 1,
                _ => other += 1,
            }
            assert_eq!(
                item.may_be(header),
                (0..20_000_000).contains(&item.as_written().ticks_since(header))
            );
        }
    }
    // The others are times of access that changed between the two.
    assert_eq!((equal, up, down, other), (33, 90, 0, 6));
}

#[test]
fn every_jump_list_is_read() {
    let (mut automatic, mut custom) = (0, 0);
    for folder in [
        "rathbun-win10-DESKTOP-GNCCVRK-nousb/JumpLists",
        "srl2012-WKS-WIN764BITB-win7-nfury/JumpLists",
    ] {
        let Some(paths) = files(folder) else { return };
        for path in paths {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let bytes = std::fs::read(&path).unwrap();
            assert!(jump_list::application_of_file(&name).is_some());
            if name.ends_with("automaticDestinations-ms") {
                let list = jump_list::read_automatic(&bytes, WINDOWS_1252);
                assert_eq!(list.outcome.damage, [], "{name}");
                for item in &list.items {
                    let entry = item.entry.as_ref().unwrap();
                    let link = item.shortcut.as_ref().unwrap();
                    let of_link = link.extra.tracker.as_ref().map(|tracker| tracker.droid);
                    assert!(of_link.is_none_or(|droid| droid == entry.droid), "{name}");
                }
                automatic += list.items.len();
            } else {
                let list = jump_list::read_custom(&bytes, WINDOWS_1252);
                assert_eq!(list.outcome.damage, [], "{name}");
                custom += usize::try_from(list.outcome.coverage.records).unwrap();
            }
        }
    }
    assert_eq!((automatic, custom), (37, 14));
}

#[test]
fn every_recycle_bin_is_read() {
    let Some(paths) = files("recyclebin") else {
        return;
    };
    let mut versions = Vec::new();
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        if path.ends_with("INFO2-sample1") {
            let info = recycle_bin::read_info2(&bytes, WINDOWS_1252);
            assert_eq!(info.outcome.damage, []);
            assert_eq!((info.header.unwrap().version, info.records.len()), (5, 16));
        } else {
            let read = recycle_bin::read_index_file(&bytes);
            assert_eq!(read.outcome.damage, [], "{}", path.display());
            versions.push(read.file.unwrap().version);
        }
    }
    assert_eq!(versions, [2; 6]);
}
