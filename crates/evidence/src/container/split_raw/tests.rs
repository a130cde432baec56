//! Parts as `split` writes them, and sets with something missing.

use super::super::image_folder::{ImageFolder, assert_same, judge, some_disk};
use super::*;
use crate::DiskFile;

const PART: usize = 100_000;

fn try_join(folder: &ImageFolder, name: &str) -> io::Result<Option<Container>> {
    let bytes: Arc<dyn ReadAt> = Arc::new(DiskFile::open(folder.path(name).as_ref())?);
    join(name, &bytes, folder)
}

fn joined(folder: &ImageFolder, name: &str) -> Container {
    try_join(folder, name).unwrap().expect("a set")
}

fn write_parts(folder: &ImageFolder, raw: &[u8], name: impl Fn(usize) -> String) {
    for (index, part) in raw.chunks(PART).enumerate() {
        folder.write(&name(index), part);
    }
}

#[test]
fn what_split_writes_is_joined_from_any_part() {
    for (arguments, given) in [
        (&["-d", "-a", "3"][..], "d.raw.004"),
        (&["-a", "2"], "d.raw.aa"),
        (&["-d", "-a", "2"], "d.raw.12"),
        (&["-a", "3"], "d.raw.aab"),
        (&["--numeric-suffixes=1", "-a", "3"], "d.raw.001"),
    ] {
        let folder = ImageFolder::new();
        let raw = some_disk(PART * 12 + 4567, 21);
        folder.write("whole", &raw);
        let (from, to) = (folder.path("whole"), folder.path("d.raw."));
        let mut all = vec!["-b", "100000"];
        all.extend(arguments);
        all.extend([from.as_str(), &to]);
        if folder.tool("split", &all).is_none() {
            return;
        }
        let container = joined(&folder, given);
        assert_eq!(
            (container.files.len(), container.notes.len()),
            (13, 0),
            "{given}"
        );
        assert_same(&container, &raw);
    }
}

#[test]
fn more_parts_than_the_digits_count() {
    let folder = ImageFolder::new();
    let raw: Vec<u8> = (0..=255).cycle().take(105 * 10).collect();
    for (index, part) in raw.chunks(10).enumerate() {
        folder.write(&format!("d.{:02}", index + 1), part);
    }
    for given in ["d.01", "d.99", "d.105"] {
        assert_eq!(joined(&folder, given).files.len(), 105, "{given}");
    }
    assert_same(&joined(&folder, "d.44"), &raw);
}

#[test]
fn a_missing_part_is_a_range_that_cannot_be_read() {
    let folder = ImageFolder::new();
    let raw = some_disk(PART * 5 + 300, 22);
    write_parts(&folder, &raw, |index| format!("d.{:03}", index + 1));
    std::fs::remove_file(folder.path("d.003")).unwrap();
    let container = joined(&folder, "d.001");
    assert_eq!(container.media.size(), as_u64(raw.len()));
    assert_eq!(container.notes.len(), 1);
    assert!(
        container.notes[0].contains("part 3"),
        "{:?}",
        container.notes
    );
    let judgement = judge(&container, &raw);
    assert!(judgement.wrong.is_empty());
    let touched: Vec<u64> = (0..as_u64(raw.len()))
        .step_by(512)
        .filter(|at| at + 512 > 200_000 && *at < 300_000)
        .collect();
    assert_eq!(judgement.errors, touched);
}

#[test]
fn where_sizes_do_not_tell_the_image_ends() {
    let folder = ImageFolder::new();
    for (name, size) in [
        ("d.001", 1000),
        ("d.002", 900),
        ("d.004", 800),
        ("d.005", 10),
    ] {
        folder.write(name, &vec![1; size]);
    }
    let container = joined(&folder, "d.004");
    assert_eq!(container.media.size(), 1900);
    assert_eq!(container.files, ["d.001", "d.002"]);
    assert!(
        container.notes[0].contains("2 further parts are not"),
        "{:?}",
        container.notes
    );
}

#[test]
fn a_part_that_was_cut_moves_nothing_behind_it() {
    let folder = ImageFolder::new();
    let raw = some_disk(PART * 4, 23);
    write_parts(&folder, &raw, |index| format!("d.{:03}", index + 1));
    folder.write("d.002", &raw[PART..PART * 2 - 1000]);
    let container = joined(&folder, "d.001");
    let judgement = judge(&container, &raw);
    assert!(judgement.wrong.is_empty());
    assert!((2..=4).contains(&judgement.errors.len()));
    assert!(
        container.notes[0].contains("1000 bytes shorter"),
        "{:?}",
        container.notes
    );
}

#[test]
fn without_its_first_part_nothing_has_a_place() {
    let folder = ImageFolder::new();
    folder.write("d.002", &[1; 100]);
    folder.write("d.003", &[1; 100]);
    let error = try_join(&folder, "d.003").err().unwrap().to_string();
    assert!(error.contains("first part is missing"), "{error}");
}

#[test]
fn other_names_are_no_sets() {
    let folder = ImageFolder::new();
    for name in [
        "image.dd",
        "image.gz",
        "alone.001",
        "report.2023",
        "report.2024",
        "log.1",
        "log.2",
        "x.aa",
        "y.aa",
        "y.zz",
        "z.001",
        "z.900",
    ] {
        folder.write(name, &[1; 10]);
    }
    for name in [
        "image.dd",
        "image.gz",
        "alone.001",
        "report.2024",
        "log.1",
        "x.aa",
        "y.zz",
        "z.900",
    ] {
        assert!(try_join(&folder, name).unwrap().is_none(), "{name}");
    }
}

fn as_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap()
}
