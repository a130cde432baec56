//! The change journal of an NTFS volume: what was made, written, renamed and deleted on it.

use std::collections::HashSet;
use std::sync::Arc;

use kusari_artifacts::Locator;
use kusari_artifacts::usn_journal::{
    Activity, FileActivity, FileId, Folders, Journal, PathStanding, Paths, Record, Settings, scan,
};
use kusari_evidence::ntfs::{FileTable, Name};
use kusari_evidence::time::RecordedTime;
use kusari_evidence::{FileSystem, FileTimes, ReadAt, Volume, read_vec_at};

use super::{
    ArtifactFile, ArtifactKind, InPlace, LooseFile, ReadOptions, Surroundings, Title, no_companions,
};
use crate::event::{Action, Confidence, NewEvent, Whose, meaning};
use crate::harvest::{FileTrace, Harvest, MachineFact};
use crate::identity::Identifier;

/// Where the journal is on a volume, and under which names collectors lay it down.
const PLACES: &[&str] = &[
    "$Extend/$UsnJrnl:$J",
    "$Extend/$UsnJrnl%3A$J",
    "$Extend/$UsnJrnl$J",
    "$Extend/$UsnJrnl_$J",
    "$Extend/$J",
];

pub(crate) const NAME: &str = "usn-journal";

pub(super) static KIND: ArtifactKind = ArtifactKind {
    name: NAME,
    title: Title {
        en: "NTFS change journal ($UsnJrnl)",
        ja: "NTFS変更ジャーナル（$UsnJrnl）",
    },
    page: "docs/artifacts/usn-journal.md",
    places: PLACES,
    on_devices: true,
    recognise,
    companions: no_companions,
    read,
    in_place: Some(InPlace {
        from: 0,
        read: read_in_place,
    }),
};

/// A journal has no header; a loose one is known by its name, as collectors give it, or by records
/// that stand at its beginning one behind the other.
fn recognise(file: &LooseFile<'_>) -> bool {
    let names = [
        "$J",
        "$UsnJrnl$J",
        "$UsnJrnl_$J",
        "$UsnJrnl%3A$J",
        "$UsnJrnl",
    ];
    names
        .iter()
        .any(|name| file.name.eq_ignore_ascii_case(name))
        || begins_with_records(file.head)
}

fn begins_with_records(head: &[u8]) -> bool {
    /// Three in a row are no accident.
    const ENOUGH: u32 = 3;
    let (mut next, mut count) = (0, 0_u32);
    if !matches!(head.get(4..8), Some([2 | 3, 0, 0, 0])) {
        return false;
    }
    scan(&head.to_vec(), None, |record| {
        if record.offset == next {
            next = next.saturating_add(u64::from(record.length));
            count = count.saturating_add(1);
        }
    });
    count >= ENOUGH
}

fn read(
    file: ArtifactFile,
    around: &Surroundings<'_>,
    options: &ReadOptions,
    harvest: &mut Harvest,
) {
    read_in_place(&file.bytes, around, options, harvest);
}

fn read_in_place(
    bytes: &dyn ReadAt,
    around: &Surroundings<'_>,
    options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let settings = settings(around);
    if let Some((settings, at)) = settings.and_then(|own| Some((own, own.made()?))) {
        let goes_on = settings.restarted();
        // The stream `$Max` is as long as this; the journal itself does not say it.
        let whole = Locator::Bytes {
            offset: 0,
            length: 32,
        };
        harvest.fact(MachineFact::ChangeJournalMade { at, goes_on }, &whole);
    }
    let wants_all = around.on_device || options.wants_all();
    if !wants_all && options.names.is_empty() {
        // Nobody asked for files: only what it could have seen is of use.
        let outcome = scan(bytes, settings.as_ref(), |_| {});
        harvest.outcome(outcome);
        harvest.note(
            "its records become events for the files whose names are asked for (--name, `copies`), \
             or with --all",
        );
        return;
    }
    let read_options = kusari_artifacts::usn_journal::ReadOptions {
        settings,
        ..Default::default()
    };
    let journal = Journal::read(bytes, &read_options);
    let table = around.volume.and_then(|volume| file_table(volume, harvest));
    let folders = journal.folders(table.as_deref());
    let wanted = (!wants_all).then(|| wanted_files(&journal, options));
    let mut teller = Teller::new(around, &folders);
    let activities = match &wanted {
        Some(files) => journal.activities_of(files),
        None => journal.activities(),
    };
    for activity in activities {
        if let Some(record) = journal.record(activity.record) {
            teller.tell(activity, &record, harvest);
        }
    }
    harvest.outcome(journal.outcome().clone());
}

/// What `$Max` beside it says.
fn settings(around: &Surroundings<'_>) -> Option<Settings> {
    /// A `$Max` is of 32 bytes.
    const LARGEST: u64 = 4096;
    let files = around.volume?.file_system.as_ref();
    let of_stream = files.open(around.path, Some("$Max"));
    let folder = around
        .path
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    let beside = match folder {
        "" => "$Max".to_owned(),
        folder => format!("{folder}/$Max"),
    };
    let file = of_stream.or_else(|_| files.open(&beside, None)).ok()?;
    let bytes = kusari_evidence::EvidenceFile::bytes(&file);
    Settings::parse(&read_vec_at(bytes.as_ref(), 0, LARGEST).ok()?)
}

/// The volume's own file table, or the one that was collected with the journal.
pub(super) fn file_table(volume: &Volume, harvest: &mut Harvest) -> Option<Arc<FileTable>> {
    let files = volume.file_system.as_ref();
    match files.file_table() {
        Ok(Some(table)) => Some(table),
        Ok(None) => collected_table(files).map(Arc::new),
        Err(error) => {
            harvest.note(format!(
                "paths are as the journal knows them alone: {error}"
            ));
            None
        }
    }
}

fn collected_table(files: &dyn FileSystem) -> Option<FileTable> {
    let file = files.open("$MFT", None).ok()?;
    let bytes = kusari_evidence::EvidenceFile::bytes(&file);
    // The first record says how long one is.
    let head = read_vec_at(bytes.as_ref(), 0, 48).ok()?;
    let size = head.get(28..32)?.try_into().ok().map(u32::from_le_bytes)?;
    let is_table = head.starts_with(b"FILE") && size.is_power_of_two();
    (is_table && (512..=65_536).contains(&size)).then(|| FileTable::read(bytes.as_ref(), size))
}

/// The files that had a name that is asked for at any time: what became of them under another name
/// belongs to their story.
fn wanted_files(journal: &Journal, options: &ReadOptions) -> HashSet<FileId> {
    let named = |name: Name<'_>| options.wants_units(name);
    journal
        .records()
        .filter(|record| !record.is_folder() && record.name.is_some_and(named))
        .map(|record| record.file)
        .collect()
}

/// What the record says whose bytes these are, name by name.
pub(crate) fn decoded(bytes: &[u8]) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    scan(&bytes.to_vec(), None, |record| {
        if !fields.is_empty() {
            return;
        }
        let mut add = |name: &str, value: String| fields.push((name.to_owned(), value));
        add("USN", record.usn.to_string());
        if let Some(time) = record.time {
            add("time", time.to_string());
        }
        add("file", record.file.to_string());
        add("folder", record.parent.to_string());
        if let Some(name) = record.name {
            add("name", name.to_text());
        }
        add("reasons", record.reasons.to_string());
    });
    fields
}

/// The volume that it stands on, by its serial number.
pub(super) fn volume_identifier(around: &Surroundings<'_>) -> Option<Identifier> {
    let identity = around.volume?.file_system.identity();
    let serial = identity.serial64.map(Identifier::volume_serial_64);
    serial.or_else(|| identity.serial.map(Identifier::volume_serial))
}

struct Teller<'a, 'j> {
    paths: Paths<'a, 'j>,
    volume: Option<Identifier>,
    letter: Option<char>,
}

impl<'a, 'j> Teller<'a, 'j> {
    fn new(around: &Surroundings<'_>, folders: &'a Folders<'j>) -> Self {
        Self {
            paths: folders.paths(),
            volume: volume_identifier(around),
            letter: around.volume.and_then(|volume| volume.letter),
        }
    }

    fn tell(&mut self, activity: Activity, record: &Record<'_>, harvest: &mut Harvest) {
        let Some(at) = record.time else { return };
        let (action, what) = match activity.kind {
            FileActivity::Created => (Action::FileCreated, "made".to_owned()),
            FileActivity::Deleted => (Action::FileDeleted, "deleted".to_owned()),
            FileActivity::DataWritten => (Action::FileWritten, "written".to_owned()),
            FileActivity::Renamed { from } => {
                let from = from.map_or_else(
                    || "a name whose record is missing".to_owned(),
                    |from| self.path_of(from).0,
                );
                (Action::FileRenamed, format!("renamed or moved from {from}"))
            }
            FileActivity::RenamedToUnknown => (
                Action::FileRenamed,
                "renamed or moved; the record with the new name is missing".to_owned(),
            ),
            // Attributes, streams and rights tell nothing of a file's content and place.
            _ => return,
        };
        let (path, standing) = self.path_of(activity.record);
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
            meaning: if activity.exact {
                meaning::JOURNAL
            } else {
                meaning::JOURNAL_NOT_LATER
            },
            action,
            whose: Whose::ThisMachine,
            device: None,
            volume: self.volume.clone(),
            user: None,
            file: Some(&path),
            message: &format!(
                "{what_is} {what} (file {}, USN {}){surely}",
                record.file, record.usn
            ),
            locator: &record.locator(),
            number: None,
            confidence: Confidence::Recorded,
        });
        let came = matches!(action, Action::FileCreated | Action::FileRenamed);
        if came && !record.is_folder() && standing != PathStanding::Unknown {
            let made = (action == Action::FileCreated && activity.exact).then_some(at);
            harvest.trace(FileTrace {
                path,
                volume: self.volume.clone(),
                computer: None,
                size: None,
                times: FileTimes {
                    created: made.map(RecordedTime::utc),
                    ..FileTimes::default()
                },
                seen: Some(RecordedTime::utc(at)),
                locator: record.locator(),
            });
        }
    }

    /// The path as Windows writes one; without a letter where none is known.
    fn path_of(&mut self, record: u32) -> (String, PathStanding) {
        let mut path = String::new();
        let standing = self.paths.append(record, &mut path);
        let letter = self.letter.map(|letter| format!("{letter}:"));
        let path = format!(
            "{}\\{}",
            letter.unwrap_or_default(),
            path.replace('/', "\\")
        );
        (path, standing)
    }
}
