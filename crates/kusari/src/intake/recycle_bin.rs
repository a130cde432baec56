//! The recycle bin of Windows Vista and later: who deleted which file when.

use kusari_artifacts::Locator;
use kusari_artifacts::recycle_bin::{BinPlace, content_name, is_index_file, read_index_file};
use kusari_evidence::FileTimes;
use kusari_evidence::time::{RecordedTime, Timestamp};

use super::file_use::letter_of;
use super::{
    ArtifactFile, ArtifactKind, LooseFile, ReadOptions, Surroundings, Title, no_companions,
};
use crate::event::{Action, Confidence, NewEvent, Whose, meaning};
use crate::harvest::{FileTrace, Harvest};
use crate::identity::Identifier;

pub(super) static KIND: ArtifactKind = ArtifactKind {
    name: "recycle-bin",
    title: Title {
        en: "Recycle bin ($I)",
        ja: "ごみ箱（$I）",
    },
    page: "docs/artifacts/recycle-bin.md",
    places: &["$Recycle.Bin/*/$I*", "$Recycle.Bin/$I*"],
    on_devices: true,
    recognise,
    companions: no_companions,
    read,
    in_place: None,
};

/// A loose one is known by its name and by the version that it begins with.
fn recognise(file: &LooseFile<'_>) -> bool {
    is_index_file(file.name)
        && matches!(
            file.head
                .first_chunk::<8>()
                .copied()
                .map(u64::from_le_bytes),
            Some(1 | 2)
        )
}

fn read(
    file: ArtifactFile,
    around: &Surroundings<'_>,
    _options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let found = read_index_file(&file.bytes);
    harvest.outcome(found.outcome);
    let Some(deleted) = found.file else { return };
    let Some(at) = deleted.deleted else { return };
    let name = file.name();
    let content = content_name(name);
    let state = content
        .and_then(|content| Some((around.has_beside(&content)?, content)))
        .map_or_else(String::new, |(is_there, content)| {
            let state = if is_there {
                "is there"
            } else {
                "is gone: restored, or removed for good"
            };
            format!("; its content {content} {state}")
        });
    PutIntoBin {
        at,
        path: &deleted.original_path,
        size: Some(deleted.size),
        message: &format!("put into the recycle bin, {} bytes{state}", deleted.size),
        locator: &deleted.locator,
    }
    .tell(around, harvest);
}

/// A file that was put into a bin, as either kind of bin tells of it.
pub(super) struct PutIntoBin<'a> {
    /// When.
    pub(super) at: Timestamp,
    /// The path that it had.
    pub(super) path: &'a str,
    /// Its size in bytes; `None` where the record keeps whole clusters.
    pub(super) size: Option<u64>,
    /// The record in words.
    pub(super) message: &'a str,
    /// Where the record stands.
    pub(super) locator: &'a Locator,
}

impl PutIntoBin<'_> {
    /// As an event, and as a trace of the file.
    pub(super) fn tell(&self, around: &Surroundings<'_>, harvest: &mut Harvest) {
        let volume = volume_of(around, self.path);
        let at = RecordedTime::utc(self.at);
        harvest.event(&NewEvent {
            time: at,
            meaning: meaning::RECYCLE_BIN_DELETED,
            action: Action::FileDeleted,
            whose: Whose::ThisMachine,
            device: None,
            volume: volume.clone(),
            user: BinPlace::of(around.path).and_then(|place| place.sid),
            file: Some(self.path),
            message: self.message,
            locator: self.locator,
            number: None,
            confidence: Confidence::Recorded,
        });
        harvest.trace(FileTrace {
            path: self.path.to_owned(),
            volume,
            computer: None,
            size: self.size,
            times: FileTimes::default(),
            seen: Some(at),
            locator: self.locator.clone(),
        });
    }
}

/// The volume that a bin is on: each volume has its own. Without the volume, the letter that it had.
fn volume_of(around: &Surroundings<'_>, original_path: &str) -> Option<Identifier> {
    let identity = around
        .volume
        .map(|volume| volume.file_system.identity())
        .unwrap_or_default();
    identity
        .serial
        .map(Identifier::volume_serial)
        .or_else(|| letter_of(original_path).map(Identifier::drive_letter))
}
