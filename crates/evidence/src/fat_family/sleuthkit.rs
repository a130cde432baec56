//! What The Sleuth Kit makes of a volume, for comparison.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Entry, EntryKind, FileSystem, Limits, walk};
use kusari_fixtures::tools;

/// A volume in a file, removed at the end.
pub(crate) struct Image(PathBuf);

impl Image {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("kusari-fat-{}-{number}.raw", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }

    pub(crate) fn name(&self) -> &str {
        self.0.to_str().unwrap()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.0).unwrap()
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A file or folder as both readers describe it. Times are seconds since 1970, as if the wall
/// clock showed UTC; 0 is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) is_folder: bool,
    pub(crate) size: u64,
    pub(crate) modified: i64,
    pub(crate) created: i64,
}

/// Rows by path; paths of deleted entries begin with `*`, and each can stand there more than once.
pub(crate) type Rows = BTreeMap<String, Vec<Row>>;

/// A line of `fls -m`.
pub(crate) struct Line {
    pub(crate) path: String,
    pub(crate) deleted: bool,
    pub(crate) inode: String,
    pub(crate) accessed: i64,
    pub(crate) row: Row,
}

/// What `fls` lists; `None` where it is not installed.
pub(crate) fn lines(image: &Image) -> Option<Vec<Line>> {
    let out = tools::output("fls", &["-r", "-p", "-z", "UTC", "-m", "/", image.name()])?;
    let text = String::from_utf8_lossy(&out).into_owned();
    Some(text.lines().filter_map(line).collect())
}

fn line(text: &str) -> Option<Line> {
    let fields: Vec<&str> = text.split('|').collect();
    let [
        _,
        path,
        inode,
        mode,
        _,
        _,
        size,
        accessed,
        modified,
        _,
        created,
    ] = fields[..]
    else {
        panic!("{text}");
    };
    // What The Sleuth Kit makes up for its own use.
    if path.ends_with("(Volume Label Entry)") || path.starts_with("/$") {
        return None;
    }
    let path = path.trim_start_matches('/');
    let plain = path
        .strip_suffix(" (deleted)")
        .or_else(|| path.strip_suffix(" (deleted-realloc)"));
    Some(Line {
        path: plain.unwrap_or(path).to_owned(),
        deleted: plain.is_some(),
        inode: inode.to_owned(),
        accessed: accessed.parse().unwrap(),
        row: Row {
            is_folder: mode.contains("d/d") || mode.contains("-/d"),
            size: size.parse().unwrap(),
            modified: modified.parse().unwrap(),
            created: created.parse().unwrap(),
        },
    })
}

/// The bytes of a file by its number.
pub(crate) fn content(image: &Image, inode: &str) -> Vec<u8> {
    tools::output("icat", &["-r", image.name(), inode]).unwrap()
}

pub(crate) fn rows(lines: &[Line]) -> Rows {
    let mut rows = Rows::new();
    for line in lines {
        let star = if line.deleted { "*" } else { "" };
        let mut row = line.row.clone();
        if row.is_folder {
            row.size = 0;
        }
        rows.entry(format!("{star}{}", line.path))
            .or_default()
            .push(row);
    }
    rows
}

/// All that our reader gives of a volume.
pub(crate) fn entries(volume: &dyn FileSystem) -> Vec<Entry> {
    let mut entries = Vec::new();
    let summary = walk(volume, &Limits::default(), &mut |entry| entries.push(entry));
    assert_eq!(summary.notes, Vec::<String>::new());
    volume.deleted(&mut |entry| entries.push(entry)).unwrap();
    entries
}

/// The files whose bytes are compared: of many alike, every eighth.
pub(crate) fn files_to_read(entries: &[Entry]) -> impl Iterator<Item = &Entry> {
    entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::File)
        .enumerate()
        .filter(|(number, entry)| !entry.path.contains("rather long") || number % 8 == 0)
        .map(|(_, entry)| entry)
}

pub(crate) fn our_rows(
    entries: &[Entry],
    seconds: &dyn Fn(&crate::time::RecordedTime) -> i64,
) -> Rows {
    let mut rows = Rows::new();
    for entry in entries {
        let star = if entry.deleted { "*" } else { "" };
        let time = |time: Option<crate::time::RecordedTime>| time.as_ref().map_or(0, seconds);
        let row = Row {
            is_folder: entry.kind == EntryKind::Folder,
            size: entry.size,
            modified: time(entry.times.modified),
            created: time(entry.times.created),
        };
        rows.entry(format!("{star}{}", entry.path))
            .or_default()
            .push(row);
    }
    rows
}
