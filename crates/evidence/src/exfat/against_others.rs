//! exFAT volumes held against The Sleuth Kit and `fsck.exfat`.

use std::io::Read;
use std::sync::Arc;

use super::{ExfatVolume, is_one};
use crate::fat_family::sleuthkit::{self, Image};
use crate::{Entry, FileSystem};
use kusari_fixtures::dos_time::FileTimes;
use kusari_fixtures::exfat::{ExfatWriter, Format, Placement};
use kusari_fixtures::fat::wall;
use kusari_fixtures::tools;

const FORMAT: Format = Format {
    bytes: 4 << 20,
    sector: 512,
    cluster: 2048,
    serial: 0x0013_CAFE,
    label: Some("記録 013"),
    guid: Some(*b"\x78\x56\x34\x12\x34\x12\x34\x12kusari!!"),
    dirty: false,
    second_table: false,
};

fn times(minute: u32, utc_offset_minutes: Option<i32>) -> FileTimes {
    FileTimes {
        created: wall((2022, 6, 21), (17, minute, 31), 570),
        modified: wall((2022, 6, 21), (18, minute, 9), 20),
        accessed: wall((2022, 6, 24), (2, minute, 6), 0),
        utc_offset_minutes,
    }
}

fn content(length: usize, seed: u8) -> Vec<u8> {
    (0..length)
        .map(|at| (at % 251).to_le_bytes()[0] ^ seed)
        .collect()
}

fn written(format: Format) -> ExfatWriter {
    let japan = Some(9 * 60);
    let mut volume = ExfatWriter::new(format);
    volume.folder("名簿", &times(1, japan));
    volume.folder("名簿/2022年度", &times(2, japan));
    volume.file(
        "名簿/2022年度/住民税非課税世帯等に対する臨時特別給付金.csv",
        &content(5000, 1),
        &times(3, japan),
    );
    volume.file(
        "README.TXT",
        &content(100, 2),
        &times(4, Some(-5 * 60 - 30)),
    );
    volume.file("Empty file.bin", &[], &times(6, Some(0)));
    let gaps = Placement {
        gap: 2,
        valid: None,
    };
    volume.file_placed("in pieces.bin", &content(20_000, 4), &times(7, japan), gaps);
    for number in 0..33 {
        let path = format!("名簿/A rather long name of a file {number}.dat");
        volume.file(&path, &content(number, 5), &times(8, japan));
    }
    volume.file(
        "Deleted with a long name.docx",
        &content(9000, 6),
        &times(9, japan),
    );
    volume.file_placed(
        "DELETED IN PIECES",
        &content(9000, 10),
        &times(9, japan),
        gaps,
    );
    volume.folder("Old folder", &times(11, japan));
    volume.file(
        "Old folder/what stood in it.xls",
        &content(2500, 8),
        &times(12, japan),
    );
    volume.folder("Old folder/INNER", &times(13, japan));
    volume.file(
        "Old folder/INNER/DEEP.TXT",
        &content(600, 9),
        &times(14, japan),
    );
    for path in [
        "Deleted with a long name.docx",
        "DELETED IN PIECES",
        "Old folder/INNER/DEEP.TXT",
        "Old folder/INNER",
        "Old folder/what stood in it.xls",
        "Old folder",
        "名簿/A rather long name of a file 30.dat",
    ] {
        volume.delete(path);
    }
    volume
}

fn open(image: &Image) -> ExfatVolume {
    let bytes = image.bytes();
    assert!(is_one(&bytes[..512]));
    ExfatVolume::open(Arc::new(bytes), image.name()).unwrap()
}

fn read(volume: &ExfatVolume, entry: &Entry) -> Vec<u8> {
    let mut bytes = Vec::new();
    volume
        .open_entry(entry, None)
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

fn is_sound(image: &Image) {
    if let Some(said) = tools::run("fsck.exfat", &["-n", image.name()]) {
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(said.status.success() && text.contains("clean"), "{text}");
    }
}

#[test]
fn written_volumes_are_sound_and_read_alike() {
    for (sector, cluster) in [(512, 512), (512, 2048), (4096, 4096)] {
        let image = Image::new(
            &written(Format {
                sector,
                cluster,
                ..FORMAT
            })
            .bytes(),
        );
        is_sound(&image);
        let volume = open(&image);
        let identity = volume.identity();
        assert_eq!(identity.serial, Some(0x0013_CAFE));
        assert_eq!(identity.label.as_deref(), Some("記録 013"));
        assert_eq!(
            identity.guid.unwrap().to_string(),
            "{12345678-1234-1234-6B75-736172692121}"
        );
        assert_eq!(volume.notes(), Vec::<String>::new());
        let Some(lines) = sleuthkit::lines(&image) else {
            return;
        };
        let entries = sleuthkit::entries(&volume);
        let ours = sleuthkit::our_rows(&entries, &|time| time.wall.unix_seconds());
        assert_eq!(ours, sleuthkit::rows(&lines));
        for entry in sleuthkit::files_to_read(&entries) {
            let line = lines
                .iter()
                .find(|line| line.path == entry.path && line.deleted == entry.deleted)
                .unwrap();
            let ours = read(&volume, entry);
            if entry.path == "DELETED IN PIECES" {
                // exFAT leaves the chain of a deleted file in the table; The Sleuth Kit takes
                // the clusters behind the first one instead.
                assert!(ours == content(9000, 10));
                continue;
            }
            let theirs = sleuthkit::content(&image, &line.inode);
            assert!(ours == theirs, "{}", entry.path);
            // The last access is kept to two seconds.
            let accessed = entry.times.accessed.unwrap();
            assert_eq!(accessed.wall.unix_seconds(), line.accessed);
        }
    }
}
