//! What the modules share that read shortcuts, wherever those stand: what a target was, and on
//! which volume.

use kusari_artifacts::shortcut::{DriveType, LinkFlags, Shortcut};
use kusari_artifacts::{DualText, Locator};
use kusari_evidence::FileTimes;
use kusari_evidence::time::{RecordedTime, Timestamp};

use crate::event::Action;
use crate::harvest::FileTrace;
use crate::identity::Identifier;

/// `FILE_ATTRIBUTE_DIRECTORY`
const DIRECTORY: u32 = 0x10;

/// A target as a shortcut describes it.
pub(super) struct Target {
    /// Its path with a drive letter or a share.
    pub(super) path: String,
    /// The volume, by its serial number, else by its letter.
    pub(super) volume: Option<Identifier>,
    /// What opening it is.
    pub(super) opened: Action,
    /// The shortcut in words, without the path.
    pub(super) described: String,
    computer: Option<String>,
    size: Option<u64>,
    times: FileTimes,
}

impl Target {
    /// `None` where the target is no file or folder with a path of its own (a control panel, a web
    /// page, a device without letters).
    pub(super) fn of(shortcut: &Shortcut) -> Option<Self> {
        let path = shortcut.target_path().filter(|path| is_file_path(path))?;
        let header = &shortcut.header;
        let volume = shortcut.volume();
        let on_drive = letter_of(&path);
        // The serial number of nothing is zero: of a share, or a drive without a medium.
        let serial = volume.filter(|volume| volume.serial != 0 && on_drive.is_some());
        let is_folder = header.attributes & DIRECTORY != 0;
        let computer = shortcut.extra.tracker.as_ref();
        let computer = computer.map(|tracker| tracker.machine_id.clone());
        let time = |at: Option<Timestamp>| at.map(RecordedTime::utc);
        Some(Self {
            volume: serial
                .map(|volume| Identifier::volume_serial(volume.serial))
                .or_else(|| on_drive.map(Identifier::drive_letter)),
            opened: if is_folder {
                Action::FolderOpened
            } else {
                Action::FileOpened
            },
            described: described(shortcut),
            computer: computer.filter(|name| !name.is_empty()),
            size: (!is_folder && has_file_facts(shortcut)).then(|| u64::from(header.size)),
            times: FileTimes {
                created: time(header.created),
                modified: time(header.modified),
                accessed: time(header.accessed),
                changed: None,
            },
            path,
        })
    }

    /// As a trace of the file, seen at `seen`.
    pub(super) fn into_trace(self, seen: Option<RecordedTime>, locator: &Locator) -> FileTrace {
        FileTrace {
            path: self.path,
            volume: self.volume,
            computer: self.computer,
            size: self.size,
            times: self.times,
            seen,
            locator: locator.clone(),
        }
    }
}

/// Programs make shortcuts without ever looking at the target: then its times are zero, and its
/// size says nothing.
fn has_file_facts(shortcut: &Shortcut) -> bool {
    let header = &shortcut.header;
    header.modified.is_some() || header.created.is_some()
}

/// Whether a path names a file by drive or share.
pub(super) fn is_file_path(path: &str) -> bool {
    letter_of(path).is_some() || (path.starts_with(r"\\") && !path.starts_with(r"\\?"))
}

/// The drive of a path, `E:\…`.
pub(super) fn letter_of(path: &str) -> Option<char> {
    let mut characters = path.chars();
    let letter = characters.next().filter(char::is_ascii_alphabetic)?;
    let is_path = characters.next() == Some(':') && matches!(characters.next(), None | Some('\\'));
    is_path.then_some(letter)
}

/// What a shortcut says of its target, in words.
fn described(shortcut: &Shortcut) -> String {
    let header = &shortcut.header;
    let mut parts = Vec::new();
    if header.attributes & DIRECTORY == 0 && has_file_facts(shortcut) {
        parts.push(format!("{} bytes", header.size));
    }
    for (what, at) in [("created", header.created), ("modified", header.modified)] {
        parts.extend(at.map(|at| format!("{what} {at}")));
    }
    if let Some(volume) = shortcut.volume() {
        let kind = match volume.drive_type {
            DriveType::Removable => "removable ",
            DriveType::Fixed => "fixed ",
            DriveType::Remote => "network ",
            DriveType::CdRom => "optical ",
            _ => "",
        };
        let (high, low) = (volume.serial >> 16, volume.serial & 0xFFFF);
        let label = volume.label.text().filter(|label| !label.is_empty());
        let label = label.map_or_else(String::new, |label| format!(" `{label}`"));
        parts.push(format!("on {kind}volume {high:04X}-{low:04X}{label}"));
    }
    let share = shortcut
        .link_info
        .as_ref()
        .and_then(|info| info.network.as_ref());
    if let Some(share) = share {
        let name = share.share.text().unwrap_or_default();
        let drive = share.device.as_ref().and_then(DualText::text);
        let drive = drive.map_or_else(String::new, |drive| format!(" as {drive}"));
        parts.push(format!("on share {name}{drive}"));
    }
    if let Some(tracker) = &shortcut.extra.tracker
        && !tracker.machine_id.is_empty()
    {
        parts.push(format!("last on machine {}", tracker.machine_id));
    }
    if header.flags.has(LinkFlags::HAS_ARGUMENTS)
        && let Some(arguments) = &shortcut.strings.arguments
    {
        parts.push(format!("arguments `{arguments}`"));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_with_a_drive_or_share_are_of_files() {
        for path in [r"E:\ESB.bak", "C:", r"\\server\share\a.doc"] {
            assert!(is_file_path(path), "{path}");
        }
        for path in [
            "https://example.org/a",
            "::{20D04FE0-3AEA-1069-A2D8-08002B30309D}",
            r"Phone\Card\a.jpg",
            "E",
            "ESB.bak",
            "",
        ] {
            assert!(!is_file_path(path), "{path}");
        }
        assert_eq!(letter_of(r"e:\x"), Some('e'));
        assert_eq!(letter_of("e:x"), None);
    }
}
