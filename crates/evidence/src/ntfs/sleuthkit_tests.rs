//! The same volumes read by sleuthkit: the same names, records, sizes, times and bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kusari_fixtures::{corpus, tools};

use super::NtfsVolume;
use super::attribute::AttributeType;
use super::file::File;
use super::name::Name;
use super::test_volumes::{TestVolume, all_entries, content, delete_record, is_file, open_file};
use crate::test_folder::TestFolder;
use crate::time::RecordedTime;
use crate::{Entry, EntryKind, FileSystem, FileTimes, hash};

/// A line of fls' body format: record, size, and the times in seconds: accessed, modified,
/// changed, created. Of a `$FILE_NAME` line the times are those of that attribute.
type Line = (u64, Option<u64>, [i64; 4]);

#[derive(Default, Debug)]
struct Body {
    /// Files and streams, by path.
    files: BTreeSet<(String, Line)>,
    /// The names, with the times of `$FILE_NAME`.
    names: BTreeSet<(String, Line)>,
    deleted: BTreeMap<u64, String>,
}

/// What sleuthkit makes of a FILETIME of zero, as mkntfs writes for `$MFT`: a day in 2076.
const NO_TIME: i64 = 3_373_865_674;

fn fls(path: &Path) -> Option<Body> {
    let said = tools::output("fls", &["-r", "-p", "-m", "", path.to_str().unwrap()])?;
    let mut body = Body::default();
    for line in String::from_utf8(said).unwrap().lines() {
        let fields: Vec<&str> = line.split('|').collect();
        let name = fields[1].trim_start_matches('/');
        let mut address = fields[2].split('-');
        let record = address.next().unwrap().parse().unwrap();
        let kind = address.next().unwrap_or_default();
        let times = [7, 8, 9, 10].map(|at| match fields[at].parse().unwrap() {
            NO_TIME => 0,
            seconds => seconds,
        });
        let is_folder = fields[3].starts_with("d/");
        // The streams of a folder stand there a second time, as those of `.`.
        if name.contains("/.:") || name.starts_with(".:") || name.contains("/..:") {
            continue;
        }
        if name.starts_with("$OrphanFiles") || name.contains(" (deleted") {
            if let Some(name) = name.strip_suffix(" (deleted)") {
                body.deleted.insert(record, name.to_owned());
            }
        } else if let Some(name) = name.strip_suffix(" ($FILE_NAME)") {
            body.names.insert((name.to_owned(), (record, None, times)));
        } else if kind == "128" || is_folder {
            let size = (kind == "128").then(|| fields[6].parse().unwrap());
            body.files.insert((name.to_owned(), (record, size, times)));
        }
    }
    Some(body)
}

fn seconds(times: &FileTimes) -> [i64; 4] {
    [times.accessed, times.modified, times.changed, times.created]
        .map(|time| time.map_or(0, |time: RecordedTime| time.wall.unix_seconds()))
}

/// What fls would print of these entries.
fn body_of(volume: &NtfsVolume, entries: &[Entry]) -> Body {
    let mut body = Body::default();
    for entry in entries {
        let record = entry.reference.unwrap() & 0xFFFF_FFFF_FFFF;
        let times = seconds(&entry.times);
        let file = File::load(&volume.core, record).unwrap();
        let has_content = file.size_of(AttributeType::DATA, Name::new(&[])).is_some();
        let is_folder = entry.kind == EntryKind::Folder;
        if has_content || is_folder {
            let size = (!is_folder).then_some(entry.size);
            body.files
                .insert((entry.path.clone(), (record, size, times)));
        }
        for stream in &entry.streams {
            let line = (record, Some(stream.size), times);
            body.files
                .insert((format!("{}:{}", entry.path, stream.name), line));
        }
        let own_name = file
            .names()
            .find(|name| name.name.to_text() == entry.name() && !name.namespace.is_short_only());
        let times = own_name.map_or([0; 4], |name| seconds(&name.times));
        body.names
            .insert((entry.path.clone(), (record, None, times)));
    }
    body
}

/// Compares all of a volume, and the bytes of at most `contents` files.
fn compare(path: &Path, contents: usize) {
    let Some(said) = fls(path) else { return };
    let volume = open_file(path);
    let entries = all_entries(&volume);
    let read = body_of(&volume, &entries);
    let differ = |read: &BTreeSet<_>, said: &BTreeSet<_>| {
        let lines: Vec<_> = read.symmetric_difference(said).take(5).cloned().collect();
        assert_eq!(lines, Vec::<(String, Line)>::new(), "{}", path.display());
    };
    differ(&read.files, &said.files);
    assert_eq!(volume.notes(), Vec::<String>::new(), "{}", path.display());
    // With several links in one folder fls gives the times of any of the names.
    let links = |body: &BTreeSet<(String, Line)>| -> BTreeSet<_> {
        body.iter()
            .map(|(name, line)| (name.clone(), line.0))
            .collect()
    };
    assert_eq!(links(&read.names), links(&said.names));
    let mut of_record: BTreeMap<u64, usize> = BTreeMap::new();
    for (_, line) in &read.names {
        *of_record.entry(line.0).or_default() += 1;
    }
    let single = |body: &BTreeSet<(String, Line)>| -> BTreeSet<_> {
        body.iter()
            .filter(|(_, line)| of_record[&line.0] == 1)
            .cloned()
            .collect()
    };
    differ(&single(&read.names), &single(&said.names));

    for entry in entries.iter().filter(|entry| is_file(entry)).take(contents) {
        let record = entry.reference.unwrap() & 0xFFFF_FFFF_FFFF;
        let file = File::load(&volume.core, record).unwrap();
        if file.size_of(AttributeType::DATA, Name::new(&[])).is_none() {
            continue;
        }
        let address = format!("{record}-128");
        let said = tools::output("icat", &[path.to_str().unwrap(), &address]).unwrap();
        let bytes = content(&volume, entry, None);
        assert_eq!(hash::sha256(&bytes), hash::sha256(&said), "{}", entry.path);
    }
}

#[test]
fn volumes_of_the_corpus_are_read_as_sleuthkit_reads_them() {
    let folder = TestFolder::new();
    if let Some(path) = corpus::path("images/testfs1") {
        compare(&path, 30);
    }
    if let Some(path) = corpus::path("images/ntfs_img.dd") {
        // The partition starts at sector 63.
        let bytes = std::fs::read(path).unwrap();
        folder.write("partition.raw", &bytes[63 * 512..]);
        compare(&folder.path().join("partition.raw"), 40);
    }
    if let Some(path) = corpus::path("images/SampleTinyNtfsVolume.zip") {
        let out = format!("-o{}", folder.path().display());
        if tools::output("7z", &["x", "-y", &out, path.to_str().unwrap()]).is_some() {
            compare(&folder.path().join("SampleTinyNtfsVolume/partition.dd"), 40);
        }
    }
    if let Some(path) = corpus::path("images/vsstest.qcow2") {
        let raw = folder.path().join("vss.raw");
        let (from, to) = (path.to_str().unwrap(), raw.to_str().unwrap());
        if tools::output("qemu-img", &["convert", "-O", "raw", from, to]).is_some() {
            compare(&raw, 0);
        }
    }
}

/// A volume with folders, streams and links.
fn filled() -> Option<TestVolume> {
    let test = TestVolume::format(16 << 20, &[])?;
    test.fill("streams_interface=windows", |at| {
        let write = |path: &str, bytes: &[u8]| {
            let path = at.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        for number in 0..40_u8 {
            write(&format!("folder/sub/file {number}.txt"), &[number; 5000]);
        }
        write("folder/small.txt", b"resident");
        write("folder/small.txt:stream", b"of a deleted file");
        write("folder/sub/日本語.txt", b"name");
        write("folder/sub/日本語.txt:Zone.Identifier", b"[ZoneTransfer]");
        std::fs::hard_link(at.join("folder/small.txt"), at.join("link")).unwrap();
    })?;
    Some(test)
}

#[test]
fn a_volume_with_links_and_streams_is_read_as_sleuthkit_reads_it() {
    if let Some(test) = filled() {
        compare(&test.path(), 20);
    }
}

#[test]
fn what_windows_deletes_is_found_as_sleuthkit_finds_it() {
    let Some(test) = filled() else { return };
    let volume = test.open();
    let record = |path: &str| volume.entry(path).unwrap().unwrap().reference.unwrap() & 0xFFFF_FFFF;
    let gone = [
        "folder/sub",
        "folder/sub/file 3.txt",
        "folder/sub/file 4.txt",
        "folder/sub/日本語.txt",
        "folder/small.txt",
    ];
    let records = gone.map(record);
    let mut bytes = test.bytes();
    for number in records {
        delete_record(&mut bytes, number);
    }
    // Their clusters are free, but for those of file 4, which have been given to another file.
    free_clusters(&volume, &mut bytes, "folder/sub/file 3.txt");
    test.set_bytes(&bytes);

    let volume = test.open();
    let mut deleted = Vec::new();
    volume.deleted(&mut |entry| deleted.push(entry)).unwrap();
    let read: BTreeMap<u64, String> = deleted
        .iter()
        .map(|entry| {
            (
                entry.reference.unwrap() & 0xFFFF_FFFF_FFFF,
                entry.path.clone(),
            )
        })
        .collect();
    for (number, path) in records.iter().zip(gone) {
        assert!(
            deleted
                .iter()
                .any(|entry| entry.path == path && entry.reference.unwrap() == *number | 2 << 48)
        );
    }
    if let Some(said) = fls(&test.path()) {
        // A file whose name still stands in the folder's index (`delete_record` leaves it) is no
        // deleted one to fls.
        let listed = said.names.iter().map(|(_, line)| line.0);
        let expected: BTreeSet<u64> = listed
            .filter(|number| records.contains(number))
            .chain(said.deleted.keys().copied().filter(|number| *number >= 24))
            .collect();
        assert_eq!(read.keys().copied().collect::<BTreeSet<_>>(), expected);
    }
    let find = |path: &str| deleted.iter().find(|entry| entry.path == path).unwrap();
    let link = find("link");
    assert_eq!(link.streams[0].size, 17);
    assert_eq!(content(&volume, link, None), b"resident");
    assert_eq!(content(&volume, link, Some("stream")), b"of a deleted file");
    assert!(find("folder/sub").kind == EntryKind::Folder);
    // Free clusters are read; those in use again are an error that says so.
    assert_eq!(
        content(&volume, find("folder/sub/file 3.txt"), None),
        [3; 5000]
    );
    let reused = volume
        .open_entry(find("folder/sub/file 4.txt"), None)
        .unwrap();
    let error = reused.bytes().read_at(0, &mut [0; 10]).unwrap_err();
    assert!(error.to_string().contains("in use again"), "{error}");
    // What is left in the folder's index leads to a record that is not in use.
    let left = volume.entry("folder/small.txt").unwrap().unwrap();
    // The size that the index says, and no times.
    assert_eq!((left.size, left.times), (8, FileTimes::default()));
    assert!(volume.open("folder/small.txt", None).is_err());
    assert!(
        volume
            .notes()
            .iter()
            .any(|note| note.contains("not in use any more"))
    );
}

/// Marks the clusters of a file as free.
fn free_clusters(volume: &NtfsVolume, bytes: &mut [u8], path: &str) {
    let runs = |file: &File| match file.content(AttributeType::DATA, Name::new(&[])) {
        Ok(Some(super::extents::Content::Clusters(extents))) => extents.runs,
        other => panic!("{other:?}"),
    };
    let bitmap =
        runs(&File::load(&volume.core, 6).unwrap())[0].lcn.unwrap() * volume.core.clusters.size;
    let (_, file) = volume.file_at(path).unwrap();
    for run in runs(&file) {
        for cluster in run.lcn.unwrap()..run.lcn.unwrap() + run.clusters {
            let at = usize::try_from(bitmap + cluster / 8).unwrap();
            bytes[at] &= !(1 << (cluster % 8));
        }
    }
}
