//! The log file of an NTFS volume: files that were made on it.
//!
//! A log record has no time. A new file's record is first written with the time of that moment as
//! its creation, modification and change time, so that one change has a time; deletions and
//! renames have none, and become no events.

use std::sync::Arc;

use kusari_artifacts::ntfs_log::{Change, FileChange, LogFile, LoggedName, Standing};
use kusari_evidence::ntfs::{FileReference, FileTable};
use kusari_evidence::time::RecordedTime;
use kusari_evidence::{FileTimes, ReadAt};

use super::usn_journal::{file_table, volume_identifier};
use super::{
    ArtifactFile, ArtifactKind, InPlace, LooseFile, ReadOptions, Surroundings, Title, no_companions,
};
use crate::event::{Action, Confidence, NewEvent, Whose};
use crate::harvest::{FileTrace, Harvest};
use crate::identity::Identifier;

const MEANING: &str = "$LogFile, creation time in the new file record as first written";

pub(super) static KIND: ArtifactKind = ArtifactKind {
    name: "ntfs-log",
    title: Title {
        en: "NTFS log file ($LogFile)",
        ja: "NTFSログファイル（$LogFile）",
    },
    page: "docs/artifacts/ntfs-log.md",
    places: &["$LogFile"],
    on_devices: true,
    recognise,
    companions: no_companions,
    read,
    in_place: Some(InPlace {
        from: 0,
        read: read_in_place,
    }),
};

fn recognise(file: &LooseFile<'_>) -> bool {
    file.name.eq_ignore_ascii_case("$LogFile") || file.head.starts_with(b"RSTR\x1E\0")
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
    let log = LogFile::read(bytes);
    let wants_all = around.on_device || options.wants_all();
    if !wants_all && options.names.is_empty() {
        // Nobody asked for files: only what it could have seen is of use.
        harvest.outcome(log.records(|_| {}));
        harvest.note(
            "its records become events for the files whose names are asked for (--name, `copies`), \
             or with --all",
        );
        return;
    }
    let table = around.volume.and_then(|volume| file_table(volume, harvest));
    let teller = Teller {
        table,
        volume: volume_identifier(around),
        letter: around.volume.and_then(|volume| volume.letter),
    };
    let outcome = log.changes(None, |change| {
        if let Change::Created { name, .. } = &change.what
            && (wants_all || options.wants(&name.name))
        {
            teller.tell(change, harvest);
        }
    });
    harvest.outcome(outcome);
}

struct Teller {
    table: Option<Arc<FileTable>>,
    volume: Option<Identifier>,
    letter: Option<char>,
}

impl Teller {
    fn tell(&self, change: &FileChange, harvest: &mut Harvest) {
        let Change::Created {
            file,
            is_folder,
            standard,
            name,
            ..
        } = &change.what
        else {
            return;
        };
        let Some(made) = moment(standard).filter(|_| change.standing == Standing::Committed) else {
            return;
        };
        let (path, known) = self.path_of(name);
        let what = if *is_folder { "folder" } else { "file" };
        let surely = if known {
            "; its folder's path is the one in the file table"
        } else {
            "; a folder on its path is not known"
        };
        harvest.event(&NewEvent {
            time: made,
            meaning: MEANING,
            action: Action::FileCreated,
            whose: Whose::ThisMachine,
            device: None,
            volume: self.volume.clone(),
            user: None,
            file: Some(&path),
            message: &format!("{what} made (file {file}, LSN {:#x}){surely}", change.lsn),
            locator: &change.locator,
            number: None,
            confidence: Confidence::Recorded,
        });
        if known && !is_folder {
            harvest.trace(FileTrace {
                path,
                volume: self.volume.clone(),
                computer: None,
                size: None,
                times: FileTimes {
                    created: Some(made),
                    ..FileTimes::default()
                },
                seen: Some(made),
                locator: change.locator.clone(),
            });
        }
    }

    /// The path as Windows writes one, without a letter where none is known; and whether all of it
    /// is known.
    fn path_of(&self, name: &LoggedName) -> (String, bool) {
        /// The record of every volume's root.
        const ROOT: u64 = 5;
        const UNKNOWN: &str = "?";
        let folder = |parent: FileReference| match &self.table {
            Some(table) => table.folder_path(parent),
            None if parent.record() == ROOT => String::new(),
            None => UNKNOWN.to_owned(),
        };
        let folder = folder(name.parent);
        let known = folder.split('/').next() != Some(UNKNOWN);
        let mut path = self
            .letter
            .map(|letter| format!("{letter}:"))
            .unwrap_or_default();
        for part in folder.split('/').filter(|part| !part.is_empty()) {
            path.push('\\');
            path.push_str(part);
        }
        path.push('\\');
        path.push_str(&name.name);
        (path, known)
    }
}

/// When the file was made: the creation time, where nothing but the making has set it. A name that
/// was used a moment ago gives its creation time on, and that differs from the others then.
fn moment(standard: &FileTimes) -> Option<RecordedTime> {
    let created = standard.created?;
    let of_making = standard.modified == Some(created) && standard.changed == Some(created);
    of_making.then_some(created)
}

#[cfg(test)]
#[path = "ntfs_log_tests.rs"]
mod tests;
