//! Names in slack: built ones, and those of volumes that ntfs-3g changed, against sleuthkit.

use std::collections::BTreeSet;

use kusari_fixtures::{corpus, tools, variants};

use super::super::NtfsVolume;
use super::super::file_name::tests::value;
use super::super::record::tests::{record, resident};
use super::super::test_volumes::{TestVolume, all_entries, open_bytes, open_file};
use super::*;
use crate::{FileSystem, read_vec_at};

const FOLDER: FileReference = FileReference::new(30, 4);
const FILE: FileReference = FileReference::new(77, 9);

/// An entry of an index.
fn entry(file: FileReference, parent: FileReference, name: &str) -> Vec<u8> {
    let mut key = value(parent, name, 1, 123);
    key[8..16].copy_from_slice(&5_u64.to_le_bytes());
    let length = (HEAD + key.len()).next_multiple_of(8);
    let mut bytes = vec![0; HEAD];
    bytes[..8].copy_from_slice(&file.0.to_le_bytes());
    bytes[8..10].copy_from_slice(&u16::try_from(length).unwrap().to_le_bytes());
    bytes[10..12].copy_from_slice(&u16::try_from(key.len()).unwrap().to_le_bytes());
    bytes.extend(key);
    bytes.resize(length, 0);
    bytes
}

/// A block of 4 KiB whose node uses nothing but its end, with bytes behind that.
fn block(behind: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    bytes[24..28].copy_from_slice(&40_u32.to_le_bytes());
    bytes[28..32].copy_from_slice(&56_u32.to_le_bytes());
    bytes[80..80 + behind.len()].copy_from_slice(behind);
    bytes
}

fn names(block: &[u8], in_use: bool) -> Vec<SlackName> {
    let wanted = Wanted {
        folder: FOLDER,
        in_use,
    };
    let place = |at: usize| SlackPlace::Index {
        offset: 4096 + widened(at),
        on_volume: None,
    };
    let mut found = Vec::new();
    wanted.in_block(block, false, &place, &mut |name| found.push(name));
    found
}

#[test]
fn names_behind_the_end_of_a_node_are_found_with_their_place() {
    let whole = entry(FILE, FOLDER, "gone.txt");
    let of_another = entry(FILE, FileReference::new(30, 3), "not here");
    let mut headless = entry(FILE, FOLDER, "half");
    headless[..16].fill(0xEE);
    let behind = [whole.clone(), of_another.clone(), headless].concat();
    let found = names(&block(&behind), true);
    assert_eq!(found.len(), 2, "{found:?}");
    let first = &found[0];
    let place = SlackPlace::Index {
        offset: 4096 + 80,
        on_volume: None,
    };
    assert_eq!((first.place, first.length), (place, 16 + 66 + 16));
    assert_eq!((first.file, first.parent), (Some(FILE), FOLDER));
    assert_eq!((first.name.as_str(), first.size), ("gone.txt", 123));
    assert_eq!(first.times.created.unwrap().wall.ticks(), 5);
    assert_eq!((found[1].file, found[1].name.as_str()), (None, "half"));
    // Of a deleted folder the reference is the one that it had.
    assert_eq!(names(&block(&behind), false)[0].name, "not here");
}

#[test]
fn names_in_records_are_found_behind_the_attributes() {
    let root = {
        let mut value = vec![0; 16];
        value[8..12].copy_from_slice(&4096_u32.to_le_bytes());
        value.extend(16_u32.to_le_bytes());
        value.extend(32_u32.to_le_bytes());
        value.extend(32_u32.to_le_bytes());
        value.extend([0; 4 + 16]);
        value.extend(entry(FILE, FOLDER, "in the root"));
        resident(AttributeType::INDEX_ROOT, "$I30", &value)
    };
    let mut bytes = record(30, 4, 3, &[root]);
    let end = usize::try_from(u32::from_le_bytes(bytes[24..28].try_into().unwrap())).unwrap();
    let left = entry(FILE, FOLDER, "in the record");
    bytes[end..end + left.len()].copy_from_slice(&left);
    struct One(Vec<u8>);
    impl super::super::record_pieces::Records for One {
        fn record(
            &self,
            number: u64,
        ) -> Result<FileRecord<'static>, super::super::record::RecordError> {
            super::super::record::parse(self.0.clone(), number)
        }
        fn listed(
            &self,
            _: &FileRecord<'_>,
            _: &super::super::Attribute<'_>,
        ) -> Result<Vec<u64>, String> {
            Ok(Vec::new())
        }
    }
    let file = File::load(&One(bytes), 30).unwrap();
    let mut found = Vec::new();
    Wanted::of(&file).in_records(&file, 1024, &mut |name| found.push(name));
    let shown: Vec<&str> = found.iter().map(|own| own.name.as_str()).collect();
    assert_eq!(shown, ["in the root", "in the record"]);
    let offset = 30 * 1024 + widened(end);
    assert_eq!(found[1].place, SlackPlace::FileTable { offset });
}

#[test]
fn damaged_blocks_do_no_harm() {
    let behind: Vec<u8> = (0..30)
        .flat_map(|number| entry(FILE, FOLDER, &format!("name {number}")))
        .collect();
    let sound = block(&behind);
    assert_eq!(names(&sound, true).len(), 30);
    for seed in 0..2_000 {
        for name in names(&variants::variant(&sound, seed, 500).bytes, true) {
            assert!(name.length < 16 + 66 + 512);
        }
    }
}

/// Names as fls lists them, also from slack: record, and path.
fn by_sleuthkit(path: &std::path::Path) -> Option<BTreeSet<(u64, String)>> {
    let said = tools::output("fls", &["-rp", "-f", "ntfs", path.to_str().unwrap()])?;
    let said = String::from_utf8(said).unwrap();
    let lines = said.lines().filter_map(|line| {
        let (what, path) = line.split_once(":\t")?;
        let address = what.rsplit(' ').next()?.trim_end_matches("(realloc)");
        let record = address.split('-').next()?.parse().ok()?;
        Some((record, path.to_owned()))
    });
    Some(lines.collect())
}

#[test]
fn files_whose_records_were_used_again_are_found() {
    let Some(test) = TestVolume::format(8 << 20, &["-c", "4096"]) else {
        return;
    };
    let filled = test.fill("streams_interface=windows", |at| {
        for folder in ["first", "second"] {
            std::fs::create_dir(at.join(folder)).unwrap();
            for number in 0..100 {
                let name = format!("{folder}/a name that takes room {number:03}");
                std::fs::write(at.join(name), b"content").unwrap();
            }
        }
        for number in 20..100 {
            let name = format!("first/a name that takes room {number:03}");
            std::fs::remove_file(at.join(name)).unwrap();
        }
        for number in 0..120 {
            std::fs::write(at.join(format!("second/b {number:03}")), b"new").unwrap();
        }
    });
    if filled.is_none() {
        return;
    }
    let volume = test.open();
    let mut lost = Vec::new();
    volume
        .deleted(&mut |entry| lost.extend((!entry.path.starts_with('?')).then_some(entry)))
        .unwrap();
    assert!(lost.len() > 10, "{}", lost.len());
    let there: BTreeSet<String> = all_entries(&volume)
        .into_iter()
        .map(|own| own.path)
        .collect();
    for entry in &lost {
        assert!(
            entry.path.starts_with("first/a name that takes room "),
            "{entry:?}"
        );
        assert!(entry.deleted && !there.contains(&entry.path), "{entry:?}");
        assert_eq!((entry.size, entry.times.created), (7, None));
        assert!(entry.name_times.created.is_some());
        assert!(volume.open_entry(entry, None).is_err());
    }
    let Some(known) = by_sleuthkit(&test.path()) else {
        return;
    };
    // fls gives few of the names whose records are other files' by now; what it gives is here, too.
    let folder = volume.entry("first").unwrap().unwrap().reference.unwrap();
    let mut own = BTreeSet::new();
    volume
        .index_slack(FileReference(folder).record(), &mut |name| {
            let path = format!("first/{}", name.name);
            own.extend(name.file.map(|file| (file.record(), path)));
        })
        .unwrap();
    let others: Vec<(u64, String)> = known
        .into_iter()
        .filter(|(_, path)| path.starts_with("first/") && !there.contains(path))
        .collect();
    assert!(!others.is_empty());
    for other in &others {
        assert!(own.contains(other), "{other:?}");
    }
}

/// Every place leads back to the bytes of the name.
fn check_places(volume: &NtfsVolume, bytes: &[u8]) -> usize {
    let mft = volume.open("$MFT", None).unwrap().bytes();
    let mut count = 0;
    for number in 0..volume.record_count() {
        let mut check = |name: SlackName| {
            let length = usize::try_from(name.length).unwrap();
            let stored = match name.place {
                SlackPlace::FileTable { offset } => {
                    read_vec_at(mft.as_ref(), offset, name.length).unwrap()
                }
                SlackPlace::Index { on_volume, .. } => {
                    let at = usize::try_from(on_volume.unwrap()).unwrap();
                    bytes[at..at + length].to_vec()
                }
            };
            let head = if name.file.is_some() { HEAD } else { 0 };
            assert_eq!(u64_at(&stored, head), Some(name.parent.0));
            count += 1;
        };
        let _ = volume.index_slack(number, &mut check);
    }
    count
}

#[test]
fn names_in_the_slack_of_the_corpus_lead_back_to_their_bytes() {
    let mut count = 0;
    if let Some(path) = corpus::path("images/testfs1") {
        count += check_places(&open_file(&path), &std::fs::read(&path).unwrap());
    }
    if let Some(bytes) = corpus::bytes("images/ntfs_img.dd") {
        let bytes = bytes[63 * 512..].to_vec();
        count += check_places(&open_bytes(bytes.clone()), &bytes);
    }
    if corpus::path("images/testfs1").is_some() {
        assert!(count > 0);
    }
}
