//! Files in the recycle bins of Windows Vista and later: `$I…` says what a file was called, `$R…` is
//! the file. See `docs/artifacts/recycle-bin.md`.

use kusari_artifacts::recycle_bin::{BinPlace, content_name, is_index_file, read_index_file};
use kusari_evidence::{Entry, FileSystem, FileTimes, read_all};

use super::FileState;
use super::sightings::Found;

/// The largest `$I`; those of Windows hold one path.
const LARGEST: u64 = 256 << 10;

/// Whether a path is that of a recycle bin's record of a file.
pub(super) fn is_record(path: &str) -> bool {
    BinPlace::of(path).is_some_and(|place| is_index_file(place.name))
}

/// The file that a record is of; `None` when the record says nothing.
pub(super) fn read(
    files: &dyn FileSystem,
    record: &Entry,
) -> kusari_evidence::Result<Option<Found>> {
    let mut file = files.open_entry(record, None)?;
    let Some(was) = read_index_file(&read_all(&mut file, LARGEST)?).file else {
        return Ok(None);
    };
    let name = was.original_path.rsplit('\\').next();
    let name = name.unwrap_or(&was.original_path).to_owned();
    let folder = record
        .path
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    let content = content_name(record.name()).map(|name| format!("{folder}/{name}"));
    let there = match &content {
        Some(path) => files.entry(path)?,
        None => None,
    };
    Ok(Some(match there {
        Some(entry) => Found {
            entry,
            name,
            original_path: Some(was.original_path),
            state: FileState::InRecycleBin,
        },
        None => Found {
            entry: Entry {
                size: was.size,
                // Its own times are those of the record, not of the file.
                times: FileTimes::default(),
                ..record.clone()
            },
            name,
            original_path: Some(was.original_path),
            state: FileState::GoneFromRecycleBin,
        },
    }))
}
