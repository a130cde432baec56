//! The files of a Windows Search index, whatever form it has: which of them become traces, and what is
//! said of the others.

use std::collections::BTreeMap;

use kusari_artifacts::windows_search::{Item, Scopes};
use kusari_evidence::FileTimes;
use kusari_evidence::time::{RecordedTime, Timestamp};

use super::ReadOptions;
use crate::harvest::{FileTrace, Harvest};
use crate::identity::Identifier;

/// The most volumes that are named to people, and folders that are looked at for Windows' drive.
const MOST_NOTED: usize = 64;

/// Makes traces of the files of an index, whatever form it has.
pub(super) struct Files<'s> {
    scopes: &'s Scopes,
    /// The drive with Windows.
    own: char,
    /// How many items lie on each drive.
    drives: BTreeMap<char, u64>,
}

impl<'s> Files<'s> {
    pub(super) fn new(scopes: &'s Scopes) -> Self {
        Self {
            scopes,
            own: windows_drive(scopes),
            drives: BTreeMap::new(),
        }
    }

    pub(super) fn take(&mut self, item: Item, options: &ReadOptions, harvest: &mut Harvest) {
        let Some(letter) = item.drive_letter() else {
            return;
        };
        let count = self.drives.entry(letter).or_default();
        *count = count.saturating_add(1);
        // What lies on the machine's own drive are hundreds of thousands of files.
        if (letter != self.own || wants(&item, options))
            && let Some(trace) = trace_of(item, letter)
        {
            harvest.trace(trace);
        }
    }

    /// Says how many items lie on other drives, and which volumes were there.
    pub(super) fn note(&self, harvest: &mut Harvest) {
        if let Some(note) = note_of(&self.drives, self.scopes, self.own) {
            harvest.note(note);
        }
    }
}

/// The drive with Windows, on which the start menu lies: C: on nearly all machines.
fn windows_drive(scopes: &Scopes) -> char {
    let folders = scopes.named("ProgramData/").take(MOST_NOTED);
    let mut addresses = folders.filter_map(|id| scopes.address(id));
    addresses
        .find_map(|address| {
            let mut rest = address.strip_prefix("file:")?.chars();
            let letter = rest.next().filter(char::is_ascii_alphabetic)?;
            (rest.as_str() == ":/ProgramData/").then(|| letter.to_ascii_uppercase())
        })
        .unwrap_or('C')
}

fn wants(item: &Item, options: &ReadOptions) -> bool {
    let name = item.name.as_deref();
    name.is_some_and(|name| options.wants(name))
}

/// What the index says of a file; nothing of a folder.
fn trace_of(item: Item, letter: char) -> Option<FileTrace> {
    if item.is_folder == Some(true) || item.item_type.as_deref() == Some("Directory") {
        return None;
    }
    let time = |at: Option<Timestamp>| at.map(RecordedTime::utc);
    Some(FileTrace {
        path: item.file_path()?,
        volume: Some(Identifier::drive_letter(letter)),
        computer: item.computer,
        size: item.size,
        times: FileTimes {
            created: time(item.created),
            modified: time(item.modified),
            accessed: time(item.accessed),
            changed: None,
        },
        seen: time(item.gathered),
        locator: item.locator,
    })
}

/// How many items lie on each other drive, and which volumes the gatherer knew there.
fn note_of(drives: &BTreeMap<char, u64>, scopes: &Scopes, own: char) -> Option<String> {
    let mut parts = Vec::new();
    for (letter, count) in drives.iter().filter(|(letter, _)| **letter != own) {
        parts.push(format!("{count} items on {letter}:"));
    }
    for volume in scopes.volumes().into_iter().take(MOST_NOTED) {
        if let Some(letter) = volume.letter.filter(|letter| *letter != own) {
            parts.push(format!("volume {} was {letter}:", volume.guid));
        }
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}
