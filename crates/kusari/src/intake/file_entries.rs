//! The files of a stick, as its own file system lists them: when they came to be and were written,
//! also those that were deleted.
//!
//! FAT and exFAT keep no machine beside a time, and FAT no zone: it is on the clock of whatever machine
//! the stick was in. Of a machine's own volumes the file table is not taken in, since its millions of
//! entries tell of Windows itself; `copies` and `inspect --files` look through it.

use kusari_artifacts::{Coverage, Locator, Outcome};
use kusari_evidence::time::RecordedTime;
use kusari_evidence::{
    Entry, EntryKind, EvidenceFile, FileSystem, Limits, Volume, read_vec_at, walk,
};

use super::Title;
use crate::event::{Action, Confidence, NewEvent, Whose, meaning};
use crate::harvest::Harvest;
use crate::identity::Identifier;

/// The word for the entries of a volume in every output.
pub(crate) const NAME: &str = "file-entries";

/// What people call it.
pub(crate) const TITLE: Title = Title {
    en: "files of a stick",
    ja: "USBメモリ内のファイル",
};

/// The page that describes how it is read.
pub(crate) const PAGE: &str = "docs/artifacts/file-entries.md";

/// The file table of NTFS, in which its records stand.
pub(crate) const TABLE: &str = "$MFT";

/// The most files whose times become events; a stick with more is a disk of Windows or hostile.
const MOST: usize = 200_000;

/// The length of an entry of a folder on FAT and exFAT (Microsoft, "FAT: General Overview" and "exFAT
/// file system specification").
const FOLDER_ENTRY: u64 = 32;

/// Where an entry's record stands.
#[derive(Clone, Copy)]
enum Records {
    /// In the folders of the volume, by byte offset.
    Folders,
    /// In the file table, by number; records of so many bytes.
    Table(u64),
}

/// Whether the records of a volume stand in its file table, and not in its folders.
pub(crate) fn is_in_table(files: &dyn FileSystem) -> bool {
    files.kind() == "NTFS"
}

/// Reads the files of a volume.
pub(crate) fn read(volume: &Volume) -> Harvest {
    let mut harvest = Harvest::default();
    let files = volume.file_system.as_ref();
    let records = if is_in_table(files) {
        Records::Table(record_size(files).unwrap_or(1024))
    } else {
        Records::Folders
    };
    let serial = files.identity().serial.map(Identifier::volume_serial);
    let (mut count, mut coverage) = (0_usize, Coverage::default());
    let mut take = |entry: Entry| {
        // NTFS keeps its own workings as files.
        let own = entry.path.starts_with('$') && matches!(records, Records::Table(_));
        if entry.kind != EntryKind::File || own {
            return;
        }
        count = count.saturating_add(1);
        if count <= MOST {
            tell(
                &entry,
                records,
                serial.as_ref(),
                &mut coverage,
                &mut harvest,
            );
        }
    };
    let summary = walk(files, &Limits::default(), &mut take);
    let deleted = files.deleted(&mut take);
    for note in summary.notes {
        harvest.note(note);
    }
    if let Err(error) = deleted {
        harvest.note(format!("deleted files: {error}"));
    }
    if count > MOST {
        harvest.note(format!(
            "it has {count} files; the times of the first {MOST} are events"
        ));
    }
    coverage.records = u64::try_from(count).unwrap_or(u64::MAX);
    harvest.outcome(Outcome {
        coverage,
        ..Outcome::default()
    });
    harvest
}

/// How long a record is, as the first one says.
fn record_size(files: &dyn FileSystem) -> Option<u64> {
    let file = files.open(TABLE, None).ok()?;
    let head = read_vec_at(EvidenceFile::bytes(&file).as_ref(), 0, 48).ok()?;
    let size = u32::from_le_bytes(head.get(28..32)?.try_into().ok()?);
    (512..=65_536).contains(&size).then_some(u64::from(size))
}

fn tell(
    entry: &Entry,
    records: Records,
    serial: Option<&Identifier>,
    coverage: &mut Coverage,
    harvest: &mut Harvest,
) {
    let Some(locator) = locator(entry, records) else {
        return;
    };
    let path = format!("\\{}", entry.path.replace('/', "\\"));
    let deleted = if entry.deleted { "; deleted since" } else { "" };
    let mut add = |action: Action, meaning: &'static str, at: RecordedTime, what: &str| {
        coverage.widen(at);
        harvest.event(&NewEvent {
            time: at,
            meaning,
            action,
            whose: Whose::ThisMachine,
            device: None,
            volume: serial.cloned(),
            user: None,
            file: Some(&path),
            message: &format!("file {what}, {} bytes{deleted}", entry.size),
            locator: &locator,
            number: None,
            confidence: if entry.deleted {
                Confidence::Recovered
            } else {
                Confidence::Recorded
            },
        });
    };
    if let Some(at) = entry.times.created {
        add(Action::FileCreated, meaning::FILE_CREATED, at, "made");
    }
    if let Some(at) = entry.times.modified {
        add(
            Action::FileWritten,
            meaning::FILE_MODIFIED,
            at,
            "last written",
        );
    }
}

fn locator(entry: &Entry, records: Records) -> Option<Locator> {
    /// The record's number in a file reference (MS-FSCC 2.1.2.7: 48 bits).
    const NUMBER: u64 = (1 << 48) - 1;
    let reference = entry.reference?;
    Some(match records {
        Records::Folders => Locator::Bytes {
            offset: reference,
            length: FOLDER_ENTRY,
        },
        Records::Table(size) => Locator::Bytes {
            offset: (reference & NUMBER).checked_mul(size)?,
            length: size,
        },
    })
}
