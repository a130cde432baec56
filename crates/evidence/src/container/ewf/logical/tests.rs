use std::io::Read;
use std::sync::Arc;

use kusari_fixtures::ewf::{LogicalFile, write_logical};
use kusari_fixtures::variants::variant;

use super::super::is_logical;
use super::super::tests::Files;
use crate::container::{Beside, Candidate, Ends};
use crate::time::Timestamp;
use crate::{EntryKind, FileSystem, Limits, walk};

fn file(name: &str, content: &[u8]) -> LogicalFile {
    LogicalFile {
        name: name.to_owned(),
        content: Some(content.to_vec()),
        times: [1_655_800_000, 1_655_800_001, 0, 1_655_800_003],
        children: Vec::new(),
    }
}

fn folder(name: &str, children: Vec<LogicalFile>) -> LogicalFile {
    LogicalFile {
        name: name.to_owned(),
        children,
        ..LogicalFile::default()
    }
}

fn noise(length: usize) -> Vec<u8> {
    super::super::tests::media(length.next_multiple_of(512))[..length].to_vec()
}

fn evidence() -> Vec<u8> {
    let hives = vec![
        file("SYSTEM", &noise(100_001)),
        file("empty", b""),
        file("one", b"1"),
    ];
    write_logical(&[folder(
        "C",
        vec![
            folder("Windows", vec![folder("System32", hives)]),
            file("a/b", b"slash"),
            file("twice", b"first"),
            file("twice", b"second"),
            file("zeros", &[0; 10_000]),
            file("日本語.txt", b"text"),
        ],
    )])
}

fn open(bytes: Vec<u8>) -> Result<Box<dyn FileSystem>, crate::FormatError> {
    let files = Files(vec![("x.L01".to_owned(), Arc::new(bytes))]);
    let candidate = Candidate {
        bytes: Beside::open(&files, "x.L01").unwrap().unwrap(),
        name: "x.L01",
        beside: &files,
        depth: 0,
    };
    super::open(&candidate).map(|evidence| evidence.files)
}

fn content(files: &dyn FileSystem, path: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut file = files.open(path, None).unwrap();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn files_folders_times_and_contents() {
    let bytes = evidence();
    let ends = Ends {
        start: &bytes[..100],
        end: &[],
    };
    assert!(is_logical(&ends));
    let files = open(bytes).unwrap();
    assert_eq!((files.kind(), files.evidence()), ("L01", "x.L01"));
    let names = |path: &str| -> Vec<String> {
        let list = files.list(path).unwrap();
        list.iter().map(|entry| entry.name().to_owned()).collect()
    };
    assert_eq!(names(""), ["C"]);
    let inside = [
        "a\u{2215}b",
        "twice",
        "twice",
        "Windows",
        "zeros",
        "日本語.txt",
    ];
    assert_eq!(names("c"), inside);
    let system = files.entry("c/windows/SYSTEM32/system").unwrap().unwrap();
    assert_eq!(system.path, "C/Windows/System32/SYSTEM");
    assert_eq!((system.kind, system.size), (EntryKind::File, 100_001));
    let created = system.times.created.unwrap();
    assert_eq!(created.to_string(), "2022-06-21T08:26:40Z");
    assert_eq!(created.to_utc(), Timestamp::from_unix(1_655_800_000, 0));
    assert!(system.times.accessed.is_some() && system.times.changed.is_some());
    assert_eq!(system.times.modified, None);

    assert!(content(&*files, &system.path) == noise(100_001));
    assert_eq!(content(&*files, "C/Windows/System32/empty"), b"");
    assert_eq!(content(&*files, "C/Windows/System32/one"), b"1");
    assert_eq!(content(&*files, "C/zeros"), [0; 10_000]);
    assert_eq!(content(&*files, "C/日本語.txt"), b"text");
    let twice: Vec<_> = files.list("C").unwrap();
    let twice = twice.iter().filter(|entry| entry.name() == "twice");
    let sizes: Vec<u64> = twice
        .map(|entry| files.open_entry(entry, None).unwrap().size())
        .collect();
    assert_eq!(sizes, [5, 6]);
    assert!(files.open("C", None).is_err());
    assert!(files.open("C/none", None).is_err());
    assert!(files.open("C/zeros", Some("s")).is_err());
    assert_eq!(files.notes().len(), 1, "{:?}", files.notes());
}

#[test]
fn a_damaged_list_is_said_and_damage_is_bounded() {
    let sound = evidence();
    let mut opened = 0;
    for seed in 0..200 {
        let variant = variant(&sound, seed, 5000);
        let Ok(files) = open(variant.bytes) else {
            continue;
        };
        opened += 1;
        let mut listed = 0;
        walk(files.as_ref(), &Limits::default(), &mut |entry| {
            listed += 1;
            if let Ok(mut file) = files.open_entry(&entry, None) {
                let _ = std::io::copy(&mut file.by_ref().take(1 << 20), &mut std::io::sink());
            }
        });
        assert!(listed < 200);
    }
    assert!(opened > 50, "{opened}");
    // A bit in the list is seen by its MD5.
    let at = sound
        .windows(6)
        .position(|part| part == b"z\0e\0r\0")
        .unwrap();
    let mut flipped = sound;
    flipped[at] ^= 1;
    let files = open(flipped).unwrap();
    assert!(
        files
            .notes()
            .iter()
            .any(|note| note.contains("MD5 of the list"))
    );
    assert!(files.entry("C/zeros").unwrap().is_none());
}

#[test]
fn hostile_lists_are_refused_or_bounded() {
    let parse = |text: &str| {
        let text: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut notes = super::super::notes::Notes::default();
        super::FileList::parse(&text, &mut notes).map(|list| (list, notes.into_vec()))
    };
    let start = "5\nrec\ntb\n100\n\nentry\n1\t1\np\tn\tls\tbe\n";
    assert!(parse("").is_err());
    assert!(parse("5\nrec\ntb\nmany\n\n").is_err());
    assert!(parse("5\nrec\ntb\n100\n\nentry\n1\t1\np\tn\n").is_err());
    assert!(parse(start).is_err());
    // A count that the text does not hold.
    let (list, notes) = parse(&format!("{start}0\t18446744073709551615\n1\t\t\t\n")).unwrap();
    assert_eq!((list.files.len(), notes.len()), (1, 1));
    // Folders in folders without end.
    let deep = format!("{start}{}", "0\t1\n1\td\t\t\n".repeat(5000));
    assert!(parse(&deep).is_err());
    // Extents in other forms are not guessed at.
    for extent in ["1 0", "2 0 1 5 1", "1 x 5", "1 0 6", ""] {
        let text = format!("{start}0\t1\n1\t\t\t\n0\t0\n\tf\t5\t{extent}\n\n");
        let (list, _) = parse(&text).unwrap();
        assert!(
            matches!(list.files[1].contents, super::Contents::Unknown(_)),
            "{extent}"
        );
    }
}
