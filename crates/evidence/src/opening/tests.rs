use super::*;
use crate::test_folder::TestFolder;
use crate::{Limits, walk};

fn opened(files: &[&str]) -> (TestFolder, Evidence) {
    let folder = TestFolder::new();
    for file in files {
        folder.write(file, b"x");
    }
    let evidence = open(folder.path()).unwrap();
    (folder, evidence)
}

fn volumes(evidence: &Evidence) -> Vec<(&str, Option<char>, Layout, &str)> {
    evidence
        .volumes
        .iter()
        .map(|v| (v.id.as_str(), v.letter, v.layout, v.place.as_str()))
        .collect()
}

fn all_paths(volume: &Volume) -> Vec<String> {
    let mut paths = Vec::new();
    walk(
        volume.file_system.as_ref(),
        &Limits::default(),
        &mut |entry| {
            paths.push(entry.path);
        },
    );
    paths
}

#[test]
fn velociraptor_collection() {
    let (_folder, evidence) = opened(&[
        "uploads/auto/C%3A/Windows/System32/winevt/Logs/A%254B.evtx",
        "uploads/ntfs/%5C%5C.%5CC%3A/Users/a/NTUSER.DAT",
        "uploads.json",
    ]);
    assert_eq!(
        volumes(&evidence),
        [
            ("C", Some('C'), Layout::Drive, "uploads/auto/C%3A"),
            (
                "C-2",
                Some('C'),
                Layout::Drive,
                "uploads/ntfs/%5C%5C.%5CC%3A"
            ),
        ]
    );
    assert_eq!(
        all_paths(&evidence.volumes[0]).last().unwrap(),
        "Windows/System32/winevt/Logs/A%4B.evtx"
    );
    // The collector's own file is said in the description; nothing is wrong.
    assert!(evidence.notes.is_empty(), "{:?}", evidence.notes);
    assert!(evidence.description.ends_with("not read: 1"));
}

#[test]
fn two_machines_in_one_folder_are_said() {
    let (_folder, evidence) = opened(&["PC1/C/Windows/x", "PC2/C/Windows/x"]);
    assert_eq!(evidence.volumes.len(), 2);
    assert!(
        evidence.notes[0].contains("`PC1`, `PC2`"),
        "{:?}",
        evidence.notes
    );
}

#[test]
fn loose_files_in_a_folder() {
    let (folder, evidence) = opened(&["registry/SYSTEM", "registry/SYSTEM.LOG1"]);
    assert_eq!(volumes(&evidence), [("files", None, Layout::Loose, "")]);
    assert_eq!(
        all_paths(&evidence.volumes[0]),
        ["registry", "registry/SYSTEM", "registry/SYSTEM.LOG1"]
    );
    assert_eq!(evidence.path, folder.path());
    assert_eq!(
        evidence.id,
        folder.path().file_name().unwrap().to_str().unwrap()
    );
}

#[test]
fn one_file_alone_says_that_its_logs_are_not_read() {
    let folder = TestFolder::new();
    folder.write("SYSTEM", b"regf");
    folder.write("SYSTEM.LOG1", b"regf");
    let evidence = open(&folder.path().join("SYSTEM")).unwrap();
    assert_eq!(all_paths(&evidence.volumes[0]), ["SYSTEM"]);
    assert!(evidence.notes[0].starts_with("SYSTEM.LOG1 stands beside it"));
}

fn message(path: &Path) -> String {
    open(path).unwrap_err().to_string()
}

#[test]
fn what_cannot_be_opened_says_what_to_try() {
    let folder = TestFolder::new();
    assert!(message(folder.path()).contains("a folder without any file in it"));
    std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
    assert!(message(folder.path()).contains("a folder without any file in it"));

    let missing = message(&folder.path().join("a/x/SYSTEM"));
    let there = folder.path().join("a").display().to_string();
    assert!(
        missing.contains(&format!("only `{there}` is there")),
        "{missing}"
    );

    // It begins as an image and ends at once: that is said, and it is taken for nothing else.
    folder.write("disk.bin", b"EVF\x09\x0d\x0a\xff\x00\x01");
    let image = message(&folder.path().join("disk.bin"));
    assert!(image.contains("disk.bin: "), "{image}");
    folder.write("archive.bin", b"7z\xbc\xaf\x27\x1c\0");
    let archive = message(&folder.path().join("archive.bin"));
    assert!(archive.contains("unpack it"), "{archive}");
}

#[test]
#[cfg(unix)]
fn a_socket_is_no_evidence_and_is_not_waited_for() {
    let folder = TestFolder::new();
    let path = folder.path().join("socket");
    let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
    assert!(message(&path).contains("a device, pipe or socket"));
}

#[test]
#[cfg(unix)]
fn an_unreadable_folder_costs_only_itself() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TestFolder::new();
    folder.write("Windows/closed/x", b"");
    folder.write("Windows/open/x", b"");
    let closed = folder.path().join("Windows/closed");
    let set = |mode| {
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(0o000);
    let as_administrator = std::fs::read_dir(&closed).is_ok();
    let evidence = open(folder.path()).unwrap();
    let mut count = 0;
    let files = evidence.volumes[0].file_system.as_ref();
    let summary = walk(files, &Limits::default(), &mut |_| count += 1);
    set(0o755);
    if as_administrator {
        eprintln!("skipped: this user can read everything");
        return;
    }
    assert_eq!(count, 4);
    assert_eq!(summary.notes.len(), 1);
    assert!(summary.notes[0].contains("`Windows/closed` cannot be read"));
}

#[test]
fn corpus_folders_open_as_what_they_are() {
    for (name, files) in [
        ("m57-pat-winxp", 4),
        ("win10-DESKTOP-2KGM189", 6),
        ("rathbun-win10-DESKTOP-GNCCVRK-nousb", 46),
    ] {
        let Some(path) = kusari_fixtures::corpus::path(name) else {
            continue;
        };
        let evidence = open(&path).unwrap();
        assert_eq!(
            volumes(&evidence),
            [("files", None, Layout::Loose, "")],
            "{name}"
        );
        let mut count = 0;
        let volume = &evidence.volumes[0];
        walk(
            volume.file_system.as_ref(),
            &Limits::default(),
            &mut |entry| {
                count += u32::from(entry.kind == crate::EntryKind::File);
            },
        );
        assert_eq!(count, files, "{name}");
    }
}

#[test]
fn corpus_images_open_as_what_they_are() {
    for (name, format, file_system) in [
        ("images/vsstest.qcow2", "QCOW2", "NTFS"),
        ("images/testfs1", "raw", "NTFS"),
        ("images/ntfs_img.dd", "raw", "NTFS"),
    ] {
        let Some(path) = kusari_fixtures::corpus::path(name) else {
            continue;
        };
        let evidence = open(&path).unwrap();
        assert_eq!(evidence.description, format, "{name}");
        let live = evidence.volumes.iter().find(|v| v.snapshot.is_none());
        assert_eq!(live.unwrap().file_system.kind(), file_system, "{name}");
        assert!(evidence.is_data_medium(), "{name}");
    }
}

#[test]
fn a_disk_image_in_a_zip_is_opened_by_itself() {
    let Some(path) = kusari_fixtures::corpus::path("images/SampleTinyNtfsVolume.zip") else {
        return;
    };
    let evidence = open(&path).unwrap();
    let kinds: Vec<&str> = evidence
        .volumes
        .iter()
        .map(|v| v.file_system.kind())
        .collect();
    assert!(kinds.contains(&"NTFS"), "{kinds:?} {:?}", evidence.notes);
}

#[test]
fn logical_evidence_is_opened_as_the_files_that_it_holds() {
    use kusari_fixtures::ewf::{LogicalFile, write_logical};
    let folder = |name: &str, children| LogicalFile {
        name: name.to_owned(),
        children,
        ..LogicalFile::default()
    };
    let log = LogicalFile {
        name: "setupapi.dev.log".to_owned(),
        content: Some(b"[Device Install Log]".to_vec()),
        ..LogicalFile::default()
    };
    let drive = folder("C", vec![folder("Windows", vec![folder("INF", vec![log])])]);
    let here = TestFolder::new();
    here.write("files.L01", &write_logical(&[drive]));
    let evidence = open(&here.path().join("files.L01")).unwrap();
    assert_eq!(evidence.layer.kind, LayerKind::Container);
    assert!(evidence.layer.title.starts_with("L01, "));
    let fact = |name: &str| {
        let found = evidence.layer.facts.iter().find(|fact| fact.name == name);
        found.map(|fact| fact.value.as_str())
    };
    assert_eq!(fact("files"), Some("files.L01"));
    assert_eq!(fact("segments"), Some("1"));
    assert_eq!(volumes(&evidence), [("C", Some('C'), Layout::Drive, "C")]);
    let paths = all_paths(&evidence.volumes[0]);
    assert_eq!(paths.last().unwrap(), "Windows/INF/setupapi.dev.log");
}

#[test]
fn bytes_open_as_the_file_that_holds_them_does() {
    use kusari_fixtures::zip::{Member, archive};

    let zip = archive(&[Member::stored("C/Windows/INF/setupapi.dev.log", b"x")]);
    let folder = TestFolder::new();
    folder.write("kape.zip", &zip);
    let file = open(&folder.path().join("kape.zip")).unwrap();
    let options = OpenOptions::default();
    let bytes = open_bytes(Arc::new(zip), "kape.zip", &options).unwrap();
    assert_eq!(bytes.layer, file.layer);
    assert_eq!(
        all_paths(&bytes.volumes[0]),
        ["Windows", "Windows/INF", "Windows/INF/setupapi.dev.log"]
    );
    assert_eq!(
        (bytes.id.as_str(), bytes.path.as_path()),
        ("kape.zip", Path::new("kape.zip"))
    );

    let error = open_bytes(Arc::new(b"regf".to_vec()), "SYSTEM", &options).unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error}");
}

/// A file table of six records: `$MFT`, and the root.
fn small_file_table() -> Vec<u8> {
    use crate::ntfs::testing::{name, record};
    let mut bytes = record(0, 1, 1, &[name(5, "$MFT")]);
    bytes.extend(vec![0; 4 * 1024]);
    bytes.extend(record(5, 5, 3, &[name(5, ".")]));
    bytes
}

#[test]
fn a_collected_file_table_is_a_volume_beside_the_collected_files() {
    let folder = TestFolder::new();
    folder.write("out/C/Windows/x", b"x");
    folder.write("out/C/$MFT", &small_file_table());
    let evidence = open(folder.path()).unwrap();
    let expected = [
        ("C", Some('C'), Layout::Drive, "out/C"),
        ("C-MFT", Some('C'), Layout::FileTable, "out/C/$MFT"),
    ];
    assert_eq!(volumes(&evidence), expected);
    let table = &evidence.volumes[1];
    assert_eq!(table.table_of, Some(0));
    assert!(!table.is_whole() && evidence.shows_files());
    assert_eq!(all_paths(table), ["$MFT"]);
    assert_eq!(
        all_paths(&evidence.volumes[0]),
        ["$MFT", "Windows", "Windows/x"]
    );

    // Loose, and by itself.
    let alone = TestFolder::new();
    alone.write("mft.bin", &small_file_table());
    let evidence = open(&alone.path().join("mft.bin")).unwrap();
    let expected = [
        ("files", None, Layout::Loose, ""),
        ("files-MFT", None, Layout::FileTable, ""),
    ];
    assert_eq!(volumes(&evidence), expected);
    alone.write("$MFT", &small_file_table());
    let evidence = open(alone.path()).unwrap();
    assert_eq!(volumes(&evidence)[1].3, "$MFT");

    // Something else that is called so is said, and costs nothing.
    alone.write("$MFT", b"nothing");
    let evidence = open(alone.path()).unwrap();
    assert_eq!(evidence.volumes.len(), 1);
    assert!(evidence.notes[0].starts_with("`$MFT`: not read"));
}
