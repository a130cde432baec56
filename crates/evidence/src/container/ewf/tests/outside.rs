//! Images that libewf's `ewfacquire` and `ewfexport` make, where they are installed. The programs
//! of a newer libewf, which write version 2, can be named by `KUSARI_EWF_TOOLS`.

use std::path::Path;
use std::sync::Arc;

use kusari_fixtures::tools::output;

use super::{Files, fact, lost, media};
use crate::container::HashAlgorithm;
use crate::test_folder::TestFolder;
use crate::{DiskFile, ReadAt};

/// The program of that name, from the folder that is named for newer ones if it is wanted.
fn program(name: &str, newer: bool) -> Option<String> {
    if !newer {
        return Some(name.to_owned());
    }
    if let Ok(folder) = std::env::var("KUSARI_EWF_TOOLS") {
        return Some(Path::new(&folder).join(name).display().to_string());
    }
    eprintln!("skipped: KUSARI_EWF_TOOLS does not name programs that know version 2");
    None
}

/// The files in a folder whose names begin with `x.`.
fn files(folder: &TestFolder) -> Files {
    let mut files = Files::default();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if name.starts_with("x.") {
            let bytes: Arc<dyn ReadAt> =
                Arc::new(DiskFile::open(&folder.path().join(&name)).unwrap());
            files.0.push((name, bytes));
        }
    }
    files.0.sort_by(|(one, _), (other, _)| one.cmp(other));
    files
}

/// Has `ewfacquire` make an image; the files, and what `ewfinfo` says about them.
fn acquired(raw: &[u8], newer: bool, arguments: &[&str]) -> Option<(Files, String)> {
    let folder = TestFolder::new();
    folder.write("raw", raw);
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (target, source) = (at("x"), at("raw"));
    let fixed = [
        "-u",
        "-q",
        "-l",
        "/dev/null",
        "-C",
        "case 1",
        "-D",
        "a description",
        "-e",
        "an examiner",
        "-E",
        "evidence 2",
        "-N",
        "some notes",
        "-m",
        "removable",
        "-M",
        "logical",
        "-t",
        &target,
    ];
    let all = [&fixed[..], arguments, &[&source]].concat();
    output(&program("ewfacquire", newer)?, &all)?;
    let files = files(&folder);
    let first = at(&files.0[0].0);
    let info = output(&program("ewfinfo", newer)?, &[&first])?;
    // The files stay open when the folder is gone.
    Some((files, String::from_utf8(info).unwrap()))
}

/// The value of a line of `ewfinfo`.
fn line<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    let line = info.lines().find(|line| line.trim().starts_with(name))?;
    Some(line.split_once(':')?.1.trim())
}

fn held(raw: &[u8], newer: bool, arguments: &[&str], segments: usize) -> Option<()> {
    let (files, info) = acquired(raw, newer, arguments)?;
    assert!(
        files.0.len() >= segments,
        "{arguments:?}: {}",
        files.0.len()
    );
    for name in [&files.0[0].0, &files.0.last().unwrap().0] {
        let container = files.open(name).unwrap();
        assert_eq!(container.notes, [""; 0], "{arguments:?}");
        assert_eq!(
            lost(container.media.as_ref(), raw, 1 << 20),
            [],
            "{arguments:?}"
        );
        for (said, name) in [
            ("Case number", "case number"),
            ("Description", "description"),
            ("Examiner name", "examiner"),
            ("Evidence number", "evidence number"),
            ("Notes", "notes"),
            ("Software version used", "software version"),
            ("Operating system used", "operating system"),
            ("Bytes per sector", "bytes per sector"),
            ("Number of sectors", "sectors"),
            ("Sectors per chunk", "sectors per chunk"),
        ] {
            let ours = fact(&container, name);
            assert_eq!(ours.as_deref(), line(&info, said), "{arguments:?} {name}");
        }
        for (algorithm, said) in [(HashAlgorithm::Md5, "MD5"), (HashAlgorithm::Sha1, "SHA1")] {
            let ours = container
                .stored_hashes
                .iter()
                .find(|hash| hash.algorithm == algorithm);
            let ours = ours.map(|hash| hash.value.as_str());
            assert_eq!(ours, line(&info, said), "{arguments:?} {said}");
        }
        assert!(fact(&container, "acquired").unwrap().starts_with("20"));
    }
    Some(())
}

#[test]
fn every_format_of_ewfacquire() {
    let raw = media(3_000_000);
    for format in [
        "ewf", "smart", "ftk", "encase2", "encase3", "encase4", "encase5", "encase6", "encase7",
        "linen5", "linen6", "linen7", "ewfx",
    ] {
        let arguments = ["-f", format, "-c", "fast", "-S", "1048576"];
        if held(&raw, false, &arguments, 2).is_none() {
            return;
        }
    }
}

#[test]
fn every_compression_and_chunk_size_of_ewfacquire() {
    let raw = media(1_000_000);
    for compression in ["none", "empty-block", "fast", "best"] {
        for sectors in ["16", "64", "4096"] {
            let arguments = [
                "-f",
                "encase6",
                "-d",
                "sha1",
                "-c",
                compression,
                "-b",
                sectors,
            ];
            if held(&raw, false, &arguments, 1).is_none() {
                return;
            }
        }
    }
}

#[test]
fn version_2_of_a_newer_ewfacquire() {
    let raw = media(3_000_000);
    for compression in ["none", "empty-block", "fast", "best"] {
        let arguments = [
            "-f",
            "encase7-v2",
            "-d",
            "sha1",
            "-c",
            compression,
            "-S",
            "1048576",
        ];
        if held(&raw, true, &arguments, 1).is_none() {
            return;
        }
    }
}
