use super::*;
use crate::{Limits, read_all, walk};
use kusari_fixtures::zip::{Member as Written, archive};
use std::io::Write;

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn opened(members: &[Written]) -> ZipArchive {
    ZipArchive::open(Arc::new(archive(members)), "test.zip").unwrap()
}

fn content(files: &ZipArchive, path: &str) -> Vec<u8> {
    read_all(&mut files.open(path, None).unwrap(), 1 << 20).unwrap()
}

fn paths(files: &ZipArchive) -> Vec<String> {
    let mut paths = Vec::new();
    walk(files, &Limits::default(), &mut |entry| {
        paths.push(entry.path)
    });
    paths
}

#[test]
fn members_are_found_without_case_and_read() {
    let long = b"All of it, again and again. ".repeat(1000);
    let files = opened(&[
        Written::stored("C/Windows/INF/setupapi.dev.log", b"[Device Install Log]"),
        Written::deflated("C/Users/a/NTUSER.DAT", &long, deflate(&long)),
        Written::stored("C/empty/", b""),
    ]);
    assert_eq!(
        content(&files, "c/windows/inf/SETUPAPI.dev.log"),
        b"[Device Install Log]"
    );
    assert_eq!(content(&files, "C/USERS/A/ntuser.dat"), long);
    assert_eq!(
        paths(&files),
        [
            "C",
            "C/empty",
            "C/Users",
            "C/Users/a",
            "C/Users/a/NTUSER.DAT",
            "C/Windows",
            "C/Windows/INF",
            "C/Windows/INF/setupapi.dev.log"
        ]
    );
    assert!(files.notes().is_empty());
    for path in ["C/Windows", "nothing", "C/Windows/INF/setupapi.dev.log/x"] {
        assert!(files.open(path, None).is_err(), "{path}");
    }
}

#[test]
fn names_that_lead_out_are_left_out_and_said() {
    let files = opened(&[
        Written::stored("../outside", b"x"),
        Written::stored("a/../../b", b"x"),
        Written::stored("/absolute", b"y"),
        Written::stored(r"D\backslash.txt", b"z"),
    ]);
    assert_eq!(paths(&files), ["absolute", "D", "D/backslash.txt"]);
    assert_eq!(files.notes().len(), 2, "{:?}", files.notes());
}

#[test]
fn names_in_cp932_are_read() {
    // `台帳.txt` as Windows writes it in Japan: no flag, CP932.
    let files = opened(&[Written {
        name: b"\x91\xe4\x92\xa0.txt".to_vec(),
        flags: 0,
        ..Written::stored("", b"x")
    }]);
    assert_eq!(paths(&files), ["台帳.txt"]);
}

#[test]
fn what_cannot_be_read_is_said_and_costs_itself() {
    let text = b"something".repeat(100);
    let mut broken = deflate(&text);
    broken[4] ^= 0x55;
    let files = opened(&[
        Written {
            flags: 0x0801,
            ..Written::stored("secret", b"xxxxxxxxxxxxxxxx")
        },
        Written {
            method: 12,
            ..Written::stored("bzip2", b"BZh")
        },
        Written::deflated("broken", &text, broken),
        Written {
            crc32: 1,
            ..Written::deflated("changed", &text, deflate(&text))
        },
        Written::stored("sound", b"sound"),
    ]);
    let refused = |path: &str| match files.open(path, None) {
        Ok(mut file) => read_all(&mut file, 1 << 20).unwrap_err().to_string(),
        Err(error) => error.to_string(),
    };
    assert!(refused("secret").contains("encrypted"));
    assert!(
        refused("bzip2").contains("unpack the archive"),
        "{}",
        refused("bzip2")
    );
    let _ = files
        .open("broken", None)
        .map(|mut file| read_all(&mut file, 1 << 20));
    assert_eq!(content(&files, "changed"), text);
    assert_eq!(content(&files, "sound"), b"sound");
    let notes = files.notes();
    assert!(
        notes.iter().any(|n| n.contains("`changed`: its CRC-32")),
        "{notes:?}"
    );
}

#[test]
fn flipped_bytes_and_cut_archives_end_in_bounded_time() {
    let text = b"All of it, again and again. ".repeat(50);
    let whole = archive(&[
        Written::stored("C/Windows/x", b"[Device Install Log]"),
        Written::deflated("C/Users/a/NTUSER.DAT", &text, deflate(&text)),
    ]);
    let read_through = |bytes: Vec<u8>| {
        let Ok(files) = ZipArchive::open(Arc::new(bytes), "test") else {
            return;
        };
        walk(&files, &Limits::default(), &mut |entry| {
            if let Ok(mut file) = files.open(&entry.path, None) {
                let _ = read_all(&mut file, 1 << 20);
            }
        });
    };
    for at in 0..whole.len() {
        for value in [0, 0xff, whole[at] ^ 1] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            read_through(bytes);
        }
        read_through(whole[..at].to_vec());
    }
}

#[test]
fn the_python_library_reads_what_our_writer_wrote() {
    let text = b"All of it, again and again. ".repeat(50);
    let bytes = archive(&[
        Written::stored("台帳.txt", b"x"),
        Written::deflated("b", &text, deflate(&text)),
    ]);
    let folder = crate::test_folder::TestFolder::new();
    folder.write("a.zip", &bytes);
    let path = folder.path().join("a.zip").display().to_string();
    let script = "import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);print(z.testzip(),z.namelist(),len(z.read('b')))";
    if let Some(said) = kusari_fixtures::tools::output("python3", &["-c", script, &path]) {
        let said = String::from_utf8(said).unwrap();
        assert_eq!(said.trim(), "None ['台帳.txt', 'b'] 1400");
    }
}
