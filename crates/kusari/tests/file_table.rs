//! A collection with the file table of its volume: a file that was collected, and that the table lists,
//! lies at one place.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kusari::lineage::{CopiesOptions, FileState, NamePattern, Sighting};
use kusari::{Case, Options};
use kusari_evidence::ntfs::NtfsVolume;
use kusari_evidence::{DiskFile, FileSystem, read_all};
use kusari_fixtures::tools;

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("kusari-table-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The file table and the boot sector of a volume with three files in its root; `None` where mkntfs is
/// not installed.
fn volume(folder: &Folder, small: &[u8], large: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let image = folder.write("volume.raw", &[]);
    let file = std::fs::File::options().write(true).open(&image).unwrap();
    file.set_len(4 << 20).unwrap();
    let path = image.to_str().unwrap();
    tools::output("mkntfs", &["-F", "-Q", "-q", path])?;
    for (name, bytes) in [
        ("there.bak", small),
        ("grown.bak", small),
        ("LISTED.bak", large),
    ] {
        let source = folder.write("source", bytes);
        let source = source.to_str().unwrap();
        tools::output("ntfscp", &["-f", "-q", path, source, name])?;
    }
    let volume = NtfsVolume::open(Arc::new(DiskFile::open(&image).unwrap()), path).unwrap();
    let read = |name| read_all(&mut volume.open(name, None).unwrap(), 1 << 20).unwrap();
    Some((read("$MFT"), read("$Boot")))
}

fn copies(evidence: &Path, name: &str) -> Vec<Sighting> {
    let case = Case::builder().machine([evidence.to_owned()]).build();
    let r = case.reconstruct(&Options::default()).unwrap();
    let options = CopiesOptions {
        names: &[name.parse::<NamePattern>().unwrap()],
        without_content: false,
        progress: None,
    };
    let copies = r.copies(&options);
    let groups = copies.groups.into_iter();
    groups
        .flat_map(|group| group.members.into_iter().map(|(_, own)| own))
        .collect()
}

#[test]
fn a_collected_file_and_its_entry_in_the_table_are_one_place() {
    let folder = Folder::new();
    let large = vec![7; 20_000];
    let Some((table, boot)) = volume(&folder, b"content", &large) else {
        return;
    };
    folder.write("case/C/Windows/x", b"x");
    folder.write("case/C/$MFT", &table);
    folder.write("case/C/$Boot", &boot);
    folder.write("case/C/there.bak", b"content");
    folder.write("case/C/grown.bak", b"content and more");
    let case = folder.0.join("case");

    let found = copies(&case, "there.bak");
    let [one] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(one.state, FileState::There);
    // The collection has its content, the table its times.
    assert!(one.sha256.is_some() && one.unread.is_none(), "{one:?}");
    assert!(one.times.created.is_some() && one.times.modified.is_some());

    let found = copies(&case, "grown.bak");
    let [one] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!((one.size, one.times.modified), (Some(16), None));
    assert!(one.times.created.is_some());

    let found = copies(&case, "listed.bak");
    let [one] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!((one.size, one.sha256), (Some(20_000), None));
    assert!(one.unread.as_ref().unwrap().contains("not collected"));

    // By itself the table lists them all, and holds what is small.
    let alone = folder.write("alone/table.bin", &table);
    let found = copies(&alone, "*.bak");
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found.iter().filter(|own| own.sha256.is_some()).count(), 2);
}
