//! Jump lists: which files each program opened, and on which volumes they lay.

use kusari_artifacts::Locator;
use kusari_artifacts::jump_list::{
    AutomaticItem, DestListEntry, Pin, application_of_file, read_automatic, read_custom,
};
use kusari_evidence::time::RecordedTime;

use super::file_use::{Target, is_file_path, letter_of};
use super::profile::user_of;
use super::{
    ArtifactFile, ArtifactKind, LooseFile, ReadOptions, Surroundings, Title, no_companions,
};
use crate::event::{Action, Confidence, NewEvent, Whose, meaning};
use crate::harvest::Harvest;
use crate::identity::Identifier;

pub(super) static AUTOMATIC: ArtifactKind = ArtifactKind {
    name: "jump-list",
    title: Title {
        en: "Jump list",
        ja: "ジャンプリスト",
    },
    page: "docs/artifacts/jump-list.md",
    places: &[
        "Users/*/AppData/Roaming/Microsoft/Windows/Recent/AutomaticDestinations/*.automaticDestinations-ms",
    ],
    on_devices: false,
    recognise: |file| is_named(file, ".automaticDestinations-ms"),
    companions: no_companions,
    read: automatic,
    in_place: None,
};

pub(super) static CUSTOM: ArtifactKind = ArtifactKind {
    name: "custom-jump-list",
    title: Title {
        en: "Jump list of a program's own making",
        ja: "ジャンプリスト（アプリケーション作成）",
    },
    page: "docs/artifacts/jump-list.md",
    places: &[
        "Users/*/AppData/Roaming/Microsoft/Windows/Recent/CustomDestinations/*.customDestinations-ms",
    ],
    on_devices: false,
    recognise: |file| is_named(file, ".customDestinations-ms"),
    companions: no_companions,
    read: custom,
    in_place: None,
};

fn is_named(file: &LooseFile<'_>, end: &str) -> bool {
    let name = file.name.to_ascii_lowercase();
    name.ends_with(&end.to_ascii_lowercase())
}

fn automatic(
    file: ArtifactFile,
    around: &Surroundings<'_>,
    _options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let list = read_automatic(&file.bytes, around.ansi.encoding());
    harvest.outcome(list.outcome);
    let program = program_of(around.path);
    for item in &list.items {
        opened(item, &program, around.path, harvest);
    }
}

fn custom(
    file: ArtifactFile,
    around: &Surroundings<'_>,
    _options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let list = read_custom(&file.bytes, around.ansi.encoding());
    harvest.outcome(list.outcome);
    // The list keeps no time of an opening; that it was written is no opening of all its items.
    for item in list.categories.iter().flat_map(|category| &category.items) {
        if let Some(target) = Target::of(&item.shortcut) {
            harvest.trace(target.into_trace(around.times.modified, &item.locator));
        }
    }
}

/// The program that a list is of, as people call it, else by its number.
fn program_of(path: &str) -> String {
    match application_of_file(path) {
        Some(id) => match id.program() {
            Some(name) => name.to_owned(),
            None => format!("program {id}"),
        },
        None => "a program that the file's name does not tell".to_owned(),
    }
}

fn opened(item: &AutomaticItem, program: &str, path: &str, harvest: &mut Harvest) {
    let target = item.shortcut.as_ref().and_then(Target::of);
    let last = item.entry.as_ref().and_then(|entry| entry.last_access);
    if let (Some(entry), Some(at)) = (&item.entry, last) {
        tell(entry, at, target.as_ref(), program, path, item, harvest);
    }
    if let Some(target) = target {
        let locator = item
            .shortcut_places
            .first()
            .map(|place| Locator::Bytes {
                offset: place.offset,
                length: place.length,
            })
            .unwrap_or_else(|| item.locator.clone());
        harvest.trace(target.into_trace(last.map(RecordedTime::utc), &locator));
    }
}

fn tell(
    entry: &DestListEntry,
    at: kusari_evidence::time::Timestamp,
    target: Option<&Target>,
    program: &str,
    path: &str,
    item: &AutomaticItem,
    harvest: &mut Harvest,
) {
    // The entry's own path is what the program asked for; a shortcut that names another place is
    // of something else.
    let of_shortcut = target.filter(|target| target.path.eq_ignore_ascii_case(&entry.path));
    if !is_file_path(&entry.path) {
        return;
    }
    let volume = match of_shortcut {
        Some(target) => target.volume.clone(),
        None => letter_of(&entry.path).map(Identifier::drive_letter),
    };
    let mut message = format!("opened with {program}");
    if let Some(count) = entry.access_count {
        message.push_str(&format!(", count {count}"));
    }
    if entry.pin != Pin::Unpinned {
        message.push_str(", pinned");
    }
    if !entry.host_name.is_empty() {
        message.push_str(&format!(", on machine {}", entry.host_name));
    }
    if let Some(target) = of_shortcut {
        message.push_str(": ");
        message.push_str(&target.described);
    }
    harvest.event(&NewEvent {
        time: RecordedTime::utc(at),
        meaning: meaning::JUMP_LIST_LAST_ACCESS,
        action: of_shortcut.map_or(Action::FileOpened, |target| target.opened),
        whose: Whose::ThisMachine,
        device: None,
        volume,
        user: user_of(path),
        file: Some(&entry.path),
        message: &message,
        locator: &item.locator,
        number: None,
        confidence: Confidence::Recorded,
    });
}
