//! Files of the Windows Overlay Filter: chunks that wimlib compressed, put into a volume as
//! Windows keeps them.

use kusari_fixtures::tools;

use super::test_volumes::{TestVolume, content};
use crate::test_folder::TestFolder;
use crate::{EntryKind, FileSystem};

/// The resource of the only compressed file of a WIM: its table of chunks and the chunks, which
/// is what the stream `WofCompressedData` holds.
///
/// Source: Microsoft, "Windows Imaging File Format (WIM)" (2007).
fn resource(wim: &[u8], size: usize) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let mut whole = [0; 8];
        whole[..bytes.len()].copy_from_slice(bytes);
        usize::try_from(u64::from_le_bytes(whole)).unwrap()
    };
    let at = |header: &[u8]| (number(&header[8..16]), number(&header[..7]));
    let (table, length) = at(&wim[48..72]);
    let entry = wim[table..table + length]
        .chunks_exact(50)
        .find(|entry| number(&entry[16..24]) == size && entry[7] & 4 != 0)
        .unwrap();
    let (start, stored) = at(entry);
    wim[start..start + stored].to_vec()
}

fn compressed(folder: &TestFolder, bytes: &[u8], kind: &str, chunk: &str) -> Option<Vec<u8>> {
    folder.write("files/file", bytes);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (from, to) = (path("files"), path(&format!("{kind}-{chunk}.wim")));
    let options = [
        format!("--compress={kind}"),
        format!("--chunk-size={chunk}"),
    ];
    let capture = ["capture", &from, &to, &options[0], &options[1], "--no-acls"];
    tools::output("wimlib-imagex", &capture)?;
    Some(resource(&std::fs::read(to).unwrap(), bytes.len()))
}

#[test]
fn files_of_the_overlay_filter_read_as_their_content() {
    let Some(test) = TestVolume::format(16 << 20, &[]) else {
        return;
    };
    let folder = TestFolder::new();
    let lines = (0..40_000).flat_map(|number| format!("line {number}\n").into_bytes());
    let bytes: Vec<u8> = lines.collect();
    let kinds = [
        ("xpress", "4096", 0_u8),
        ("lzx", "32768", 1),
        ("xpress", "8192", 2),
        ("xpress", "16384", 3),
    ];
    let mut streams = Vec::new();
    for (kind, chunk, _) in kinds {
        let Some(stream) = compressed(&folder, &bytes, kind, chunk) else {
            return;
        };
        streams.push(stream);
    }
    let filled = test.fill("streams_interface=windows", |at| {
        for ((_, _, algorithm), stream) in kinds.iter().zip(&streams) {
            let path = at.join(format!("file-{algorithm}"));
            let file = std::fs::File::create(&path).unwrap();
            file.set_len(u64::try_from(bytes.len()).unwrap()).unwrap();
            let name = at.join(format!("file-{algorithm}:WofCompressedData"));
            std::fs::write(name, stream).unwrap();
            // The tag, 16 bytes of data: version 1, provider 2 (file), version 1, the algorithm.
            let head = "0x1700008010000000010000000200000001000000";
            let point = format!("{head}{algorithm:02x}000000");
            let set = [
                "-n",
                "system.ntfs_reparse_data",
                "-v",
                &point,
                path.to_str().unwrap(),
            ];
            assert!(tools::output("setfattr", &set).is_some());
        }
    });
    if filled.is_none() {
        return;
    }
    let volume = test.open();
    for ((kind, chunk, algorithm), stream) in kinds.iter().zip(&streams) {
        let what = format!("{kind} {chunk}");
        let entry = volume.entry(&format!("file-{algorithm}")).unwrap().unwrap();
        assert_eq!(
            (entry.kind, entry.size),
            (EntryKind::File, bytes.len() as u64)
        );
        assert!(content(&volume, &entry, None) == bytes, "{what}");
        assert!(
            content(&volume, &entry, Some("WofCompressedData")) == *stream,
            "{what}"
        );
        let ranges = volume.data_ranges(&entry.path, None).unwrap();
        assert!(ranges.len() == 1 && ranges[0] == (0..entry.size));
    }
    assert_eq!(volume.notes(), Vec::<String>::new());
}

#[test]
fn other_reparse_points_say_what_they_are() {
    let Some(test) = TestVolume::format(8 << 20, &[]) else {
        return;
    };
    // Tag, data, file or folder, and what is said when it is opened.
    let points = [
        ("dedup", "0x130000800400000000000000", "deduplicated"),
        (
            "cloud",
            "0x1a3000900400000000000000",
            "placeholder of a cloud file",
        ),
        ("alias", "0x1b0000800400000000000000", ""),
        (
            "wim",
            "0x1700008010000000010000000100000001000000ffffffff",
            "WIM",
        ),
        // A symbolic link to `a`.
        (
            "link",
            "0x0c0000a01000000000000200020002000000000061006100",
            "symbolic link to `a`",
        ),
    ];
    let filled = test.fill("streams_interface=windows", |at| {
        for (name, point, _) in points {
            let path = at.join(name);
            std::fs::write(&path, b"content").unwrap();
            let path = path.to_str().unwrap();
            let set = ["-n", "system.ntfs_reparse_data", "-v", point, path];
            assert!(tools::output("setfattr", &set).is_some());
            if name == "cloud" {
                // Archive, and FILE_ATTRIBUTE_OFFLINE.
                let set = ["-n", "system.ntfs_attrib_be", "-v", "0x00001020", path];
                assert!(tools::output("setfattr", &set).is_some());
            }
        }
    });
    if filled.is_none() {
        return;
    }
    let volume = test.open();
    for (name, _, expected) in points {
        let entry = volume.entry(name).unwrap().unwrap();
        let kind = if name == "link" {
            EntryKind::Link
        } else {
            EntryKind::File
        };
        assert_eq!(entry.kind, kind, "{name}");
        match volume.open(name, None) {
            Ok(_) => assert_eq!(expected, "", "{name}"),
            Err(error) => {
                let error = error.to_string();
                assert!(
                    !expected.is_empty() && error.contains(expected),
                    "{name}: {error}"
                );
            }
        }
    }
}
