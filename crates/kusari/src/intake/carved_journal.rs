//! Records of change journals anywhere on an NTFS volume: what the journal freed, and what earlier
//! journals left in clusters that nothing has written over. Only when carving is asked for, since the
//! whole volume is read.

use std::collections::HashSet;

use kusari_artifacts::Outcome;
use kusari_artifacts::usn_journal::{
    Journal, PathStanding, ReadOptions as JournalOptions, Reasons, Record, carve,
};
use kusari_evidence::time::RecordedTime;
use kusari_evidence::{EvidenceFile, ReadAt, Volume};

use super::{ReadOptions, Title};
use crate::event::{Action, Confidence, NewEvent, Whose, meaning};
use crate::harvest::Harvest;
use crate::identity::Identifier;

/// The word for such records in every output.
pub(crate) const NAME: &str = "carved-usn-records";

/// What people call it.
pub(crate) const TITLE: Title = Title {
    en: "carved records of change journals",
    ja: "カービングした変更ジャーナルのレコード",
};

/// The page that describes how it is read.
pub(crate) const PAGE: &str = "docs/artifacts/usn-journal.md";

/// The most records that become events of one volume.
const MOST: usize = 1_000_000;

/// Whether a volume is searched: an NTFS volume of an image, when carving is asked for, and names.
pub(crate) fn is_wanted(volume: &Volume, options: &ReadOptions) -> bool {
    options.carve
        && !options.names.is_empty()
        && volume.is_whole()
        && volume.snapshot.is_none()
        && volume.file_system.kind() == "NTFS"
}

/// Searches a volume, whose bytes these are.
pub(crate) fn read(volume: &Volume, bytes: &dyn ReadAt, options: &ReadOptions) -> Harvest {
    let mut harvest = Harvest::default();
    let journal = live_journal(volume);
    let live: HashSet<(u64, u64)> = journal
        .records()
        .map(|record| (record.usn, record.file.low))
        .collect();
    let table = super::usn_journal::file_table(volume, &mut harvest);
    let folders = journal.folders(table.as_deref());
    let serial = volume.file_system.identity().serial64;
    let serial = serial.map(Identifier::volume_serial_64);
    // A record stands again wherever its cluster was copied to.
    let mut seen = HashSet::new();
    let mut left_out = 0_u64;
    let found = carve(bytes, |record| {
        let is_new = !live.contains(&(record.usn, record.file.low));
        let named = record.name.is_some_and(|name| options.wants_units(name));
        if !is_new || !named {
            return;
        }
        if seen.len() >= MOST {
            left_out = left_out.saturating_add(1);
        } else if seen.insert((record.usn, record.file.low, record.reasons.0)) {
            let (path, standing) = folders.path_of_carved(record);
            tell(record, &path, standing, serial.as_ref(), &mut harvest);
        }
    });
    if left_out > 0 {
        harvest.note(format!("{left_out} more records are left out"));
    }
    // Its count is of all records that look like one, live ones with them; nothing follows from what
    // was not found.
    let mut outcome = Outcome {
        damage: found.damage,
        ..Outcome::default()
    };
    outcome.coverage.records = u64::try_from(seen.len()).unwrap_or(u64::MAX);
    harvest.outcome(outcome);
    harvest
}

/// The volume's own journal; an empty one where it has none.
fn live_journal(volume: &Volume) -> Journal {
    let stream = volume
        .file_system
        .open("$Extend/$UsnJrnl", Some("$J"))
        .map(|file| EvidenceFile::bytes(&file));
    match stream {
        Ok(bytes) => Journal::read(bytes.as_ref(), &JournalOptions::default()),
        Err(_) => Journal::read(&Vec::new(), &JournalOptions::default()),
    }
}

/// The reason that tells most of a record; of one by itself nobody knows which came last.
fn action(reasons: Reasons) -> Option<(Action, &'static str)> {
    let known = [
        (Reasons::FILE_DELETE, Action::FileDeleted, "deleted"),
        (Reasons::FILE_CREATE, Action::FileCreated, "made"),
        (
            Reasons::RENAME_NEW_NAME,
            Action::FileRenamed,
            "renamed or moved to this name",
        ),
        (Reasons::DATA, Action::FileWritten, "written"),
    ];
    let found = known.into_iter().find(|(own, ..)| reasons.has_any(*own));
    found.map(|(_, action, what)| (action, what))
}

fn tell(
    record: &Record<'_>,
    path: &str,
    standing: PathStanding,
    volume: Option<&Identifier>,
    harvest: &mut Harvest,
) {
    let (Some(at), Some((action, what))) = (record.time, action(record.reasons)) else {
        return;
    };
    let what_is = if record.is_folder() { "folder" } else { "file" };
    let surely = match standing {
        PathStanding::Known => "",
        PathStanding::AcrossGap => {
            "; a folder on its path is known only from beyond missing records"
        }
        PathStanding::Unknown => "; a folder on its path is not known",
    };
    harvest.event(&NewEvent {
        time: RecordedTime::utc(at),
        meaning: meaning::JOURNAL_NOT_LATER,
        action,
        whose: Whose::ThisMachine,
        device: None,
        volume: volume.cloned(),
        user: None,
        file: Some(&format!("\\{}", path.replace('/', "\\"))),
        message: &format!(
            "carved: {what_is} {what} (file {}, USN {}){surely}",
            record.file, record.usn
        ),
        locator: &record.locator(),
        number: None,
        confidence: Confidence::Recovered,
    });
}
