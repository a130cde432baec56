//! What single records say of files.

use kusari_evidence::FileTimes;
use kusari_evidence::ntfs::{AttributeType, FileReference, record};
use kusari_evidence::time::{RecordedTime, Timestamp};

use super::change::LoggedName;
use super::geometry::Geometry;
use super::index_entry::IndexEntry;
use super::open_attributes::OpenAttributes;
use super::operation::Operation;
use super::record::{Record, Update};
use crate::Locator;
use crate::wire::{slice_at, u16_at, u32_at, u64_at};

/// What one record says.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    pub(super) what: What,
    pub(super) lsn: u64,
    pub(super) locator: Locator,
    /// What a record that takes it back does, and to what that leads on.
    pub(super) undo: Operation,
    pub(super) undo_next_lsn: u64,
    pub(super) undone: bool,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    /// A file record is written from its beginning.
    Initialized {
        file: FileReference,
        is_folder: bool,
        standard: FileTimes,
        name: LoggedName,
        /// What takes it back is giving the record free.
        new: bool,
    },
    /// Were the transaction rolled back, the record would be given free: what follows makes it.
    ToBeMade { record: u64 },
    /// A file record is given free.
    Freed { record: u64, sequence: Option<u16> },
    /// An index entry is put in.
    Added {
        file: FileReference,
        name: LoggedName,
    },
    /// An index entry is taken out.
    Removed {
        file: FileReference,
        name: LoggedName,
    },
    /// Times are written over.
    Times {
        record: u64,
        before: FileTimes,
        after: FileTimes,
    },
}

impl What {
    /// The number of the file record that it is about.
    pub(super) const fn record(&self) -> u64 {
        match self {
            Self::Initialized { file, .. }
            | Self::Added { file, .. }
            | Self::Removed { file, .. } => file.record(),
            Self::ToBeMade { record } | Self::Freed { record, .. } | Self::Times { record, .. } => {
                *record
            }
        }
    }
}

/// What the record says of a file, if anything.
pub(super) fn fact(
    of: &Record<'_>,
    update: &Update<'_>,
    geometry: Option<Geometry>,
    open: &OpenAttributes,
) -> Option<Fact> {
    let number = || geometry.and_then(|geometry| geometry.record_of(&update.target));
    let what = match (update.redo, update.undo) {
        (Operation::INITIALIZE_FILE_RECORD, _) if in_file_table(update, open) => {
            initialized(update, number())?
        }
        (Operation::NOOP, Operation::DEALLOCATE_FILE_RECORD) if in_file_table(update, open) => {
            What::ToBeMade { record: number()? }
        }
        (Operation::DEALLOCATE_FILE_RECORD, _) if in_file_table(update, open) => {
            freed(update, number()?)
        }
        (redo, _) if redo.adds_entry() => {
            let (file, name) = entry(update, update.redo_data?, open)?;
            What::Added { file, name }
        }
        (redo, _) if redo.deletes_entry() => {
            let (file, name) = entry(update, update.undo_data?, open)?;
            What::Removed { file, name }
        }
        (Operation::UPDATE_RESIDENT_VALUE, _) if in_file_table(update, open) => {
            times(update, number()?, geometry?.first_attribute())?
        }
        _ => return None,
    };
    Some(Fact {
        what,
        lsn: of.lsn,
        locator: of.locator(),
        undo: update.undo,
        undo_next_lsn: of.undo_next_lsn,
        undone: false,
    })
}

/// Whether the target is the file table, as far as the log knows.
fn in_file_table(update: &Update<'_>, open: &OpenAttributes) -> bool {
    open.get(update.target.attribute)
        .is_none_or(|open| open.file.record() == 0 && open.kind == AttributeType::DATA)
}

fn initialized(update: &Update<'_>, number: Option<u64>) -> Option<What> {
    let bytes = update.redo_data?;
    let stated = || {
        let has_number = u16_at(bytes, 4)? >= 48;
        has_number
            .then(|| u32_at(bytes, 44).map(u64::from))
            .flatten()
    };
    let number = number.or_else(stated)?;
    let record = record::parse_restored(bytes, number).ok()?;
    // Empty records are written when the file table grows; extensions are no files.
    if !record.in_use() || record.base().is_some() {
        return None;
    }
    let long = record
        .file_names()
        .find(|name| !name.namespace.is_short_only());
    let name = long.or_else(|| record.file_names().next())?;
    Some(What::Initialized {
        file: record.reference(),
        is_folder: record.is_folder(),
        standard: record
            .standard_information()
            .map(|standard| standard.times)
            .unwrap_or_default(),
        name: name.into(),
        new: update.undo == Operation::DEALLOCATE_FILE_RECORD,
    })
}

/// What takes it back carries the header of the file record.
fn freed(update: &Update<'_>, record: u64) -> What {
    let header = update.undo_data.filter(|bytes| {
        update.undo == Operation::INITIALIZE_FILE_RECORD && bytes.starts_with(b"FILE")
    });
    What::Freed {
        record,
        sequence: header.and_then(|bytes| u16_at(bytes, 16)),
    }
}

/// The entry of a folder's index, but no short name that stands beside a long one.
fn entry(
    update: &Update<'_>,
    bytes: &[u8],
    open: &OpenAttributes,
) -> Option<(FileReference, LoggedName)> {
    let in_block = matches!(
        update.redo,
        Operation::ADD_ENTRY_ALLOCATION | Operation::DELETE_ENTRY_ALLOCATION
    );
    let name = open
        .get(update.target.attribute)
        .and_then(|open| open.name.as_deref());
    if in_block && name.is_some_and(|name| name != "$I30") {
        return None;
    }
    let entry = IndexEntry::parse(bytes)?;
    (!entry.name.namespace.is_short_only()).then(|| (entry.file, entry.name.into()))
}

fn times(update: &Update<'_>, record: u64, first_attribute: u16) -> Option<What> {
    /// Where the value of a resident attribute without a name stands.
    const VALUE: usize = 0x18;
    let target = &update.target;
    if update.undo != Operation::UPDATE_RESIDENT_VALUE || target.record_offset != first_attribute {
        return None;
    }
    let from = usize::from(target.attribute_offset).checked_sub(VALUE)?;
    let (before, _) = written(update.undo_data?, from);
    let (after, whole) = written(update.redo_data?, from);
    // What was written must be times: something else may stand there in a damaged log.
    let any = after != FileTimes::default();
    (whole && any && before != after).then_some(What::Times {
        record,
        before,
        after,
    })
}

/// The times whose bytes stand in a stretch of the attribute's value from `from` on, and whether
/// all of those are times.
fn written(bytes: &[u8], from: usize) -> (FileTimes, bool) {
    let mut whole = true;
    let mut time = |number: usize| {
        let at = number.saturating_mul(8).checked_sub(from)?;
        slice_at(bytes, at, 8)?;
        let time = Timestamp::from_filetime(u64_at(bytes, at)?).map(RecordedTime::utc);
        whole &= time.is_some();
        time
    };
    let times = FileTimes {
        created: time(0),
        modified: time(1),
        changed: time(2),
        accessed: time(3),
    };
    (times, whole)
}
