//! Shortcuts: which files a user opened, and on which volumes they lay.
//!
//! Explorer writes a shortcut into `Recent` when a file or folder is opened through the shell, and
//! writes it anew at each further opening. So its own times are those of the first and of the last
//! opening; a shortcut anywhere else says only that its target was there.

use kusari_evidence::time::RecordedTime;

use super::file_use::Target;
use super::profile::user_of;
use super::{
    ArtifactFile, ArtifactKind, LooseFile, ReadOptions, Surroundings, Title, no_companions,
};
use crate::event::{Action, Confidence, NewEvent, Whose, meaning};
use crate::harvest::Harvest;

pub(super) static KIND: ArtifactKind = ArtifactKind {
    name: "shortcut",
    title: Title {
        en: "Windows shortcut (.lnk)",
        ja: "Windowsショートカット（.lnk）",
    },
    page: "docs/artifacts/shortcut.md",
    places: &[
        "Users/*/AppData/Roaming/Microsoft/Windows/Recent/*.lnk",
        "Users/*/AppData/Roaming/Microsoft/Office/Recent/*.lnk",
        "Users/*/Desktop/*.lnk",
        "Documents and Settings/*/Recent/*.lnk",
        "Documents and Settings/*/Application Data/Microsoft/Office/Recent/*.lnk",
        "Documents and Settings/*/Desktop/*.lnk",
    ],
    on_devices: false,
    recognise,
    companions: no_companions,
    read,
    in_place: None,
};

/// The length of a shortcut's header and its class, with which each begins (MS-SHLLINK 2.1).
const BEGINS: [u8; 8] = [0x4C, 0, 0, 0, 0x01, 0x14, 0x02, 0x00];

fn recognise(file: &LooseFile<'_>) -> bool {
    file.head.starts_with(&BEGINS)
}

fn read(
    file: ArtifactFile,
    around: &Surroundings<'_>,
    _options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let found = kusari_artifacts::shortcut::read(&file.bytes, around.ansi.encoding());
    harvest.outcome(found.outcome);
    let Some(shortcut) = found.shortcut else {
        return;
    };
    let Some(target) = Target::of(&shortcut) else {
        return;
    };
    let is_recent = is_in_recent(around.path);
    let times = around.times;
    // Both times are the shortcut's own; a collection that keeps none leaves it without events.
    if is_recent {
        let told = Told {
            target: &target,
            path: around.path,
            locator: &shortcut.locator,
        };
        if let Some(at) = times.modified {
            told.opened(at, meaning::RECENT_WRITTEN, Confidence::Recorded, harvest);
        }
        if let Some(at) = times.created.filter(|at| times.modified != Some(*at)) {
            // Another file of that name may have stood in it then.
            told.opened(at, meaning::RECENT_MADE, Confidence::Inferred, harvest);
        }
    }
    harvest.trace(target.into_trace(times.modified, &shortcut.locator));
}

/// The folder that Explorer and Office keep of what was opened.
fn is_in_recent(path: &str) -> bool {
    let mut folders = path.rsplit('/').skip(1);
    folders
        .next()
        .is_some_and(|folder| folder.eq_ignore_ascii_case("Recent"))
}

struct Told<'a> {
    target: &'a Target,
    path: &'a str,
    locator: &'a kusari_artifacts::Locator,
}

impl Told<'_> {
    fn opened(
        &self,
        at: RecordedTime,
        meaning: &'static str,
        confidence: Confidence,
        harvest: &mut Harvest,
    ) {
        let what = match self.target.opened {
            Action::FolderOpened => "folder",
            _ => "file",
        };
        harvest.event(&NewEvent {
            time: at,
            meaning,
            action: self.target.opened,
            whose: Whose::ThisMachine,
            device: None,
            volume: self.target.volume.clone(),
            user: user_of(self.path),
            file: Some(&self.target.path),
            message: &format!("recent {what}: {}", self.target.described),
            locator: self.locator,
            number: None,
            confidence,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kusari_evidence::FileTimes;
    use kusari_evidence::time::Timestamp;
    use kusari_fixtures::opened_file::OpenedFile;

    fn at(hour: u32) -> RecordedTime {
        RecordedTime::utc(Timestamp::from_civil((2022, 6, 21), (hour, 0, 0), 0).unwrap())
    }

    fn chrono_time(hour: u32) -> chrono::NaiveDateTime {
        let day = chrono::NaiveDate::from_ymd_opt(2022, 6, 21).unwrap();
        day.and_hms_opt(hour, 0, 0).unwrap()
    }

    fn harvested(path: &str, times: FileTimes) -> Harvest {
        let times_of_target = chrono_time(1);
        let opened = OpenedFile {
            path: r"E:\20220621\ESB.bak".to_owned(),
            size: 33_000,
            created: times_of_target,
            modified: times_of_target,
            accessed: times_of_target,
            drive_type: 2,
            serial: 0x5A3C_91E7,
            label: String::new(),
            machine: None,
        };
        let file = ArtifactFile {
            path: path.to_owned(),
            bytes: opened.shortcut().to_bytes(),
            companions: Vec::new(),
        };
        let around = Surroundings {
            times,
            ..Surroundings::of_path(path)
        };
        let mut harvest = Harvest::default();
        read(file, &around, &ReadOptions::default(), &mut harvest);
        harvest
    }

    #[test]
    fn one_in_recent_says_when_its_target_was_opened() {
        let times = FileTimes {
            created: Some(at(8)),
            modified: Some(at(9)),
            ..FileTimes::default()
        };
        let recent = "Users/a/AppData/Roaming/Microsoft/Windows/Recent/ESB.bak.lnk";
        let harvest = harvested(recent, times);
        let rows: Vec<_> = harvest.events().rows().collect();
        let strings = harvest.strings();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].time, rows[1].time), (at(9), at(8)));
        assert_eq!(strings.get(rows[0].file), Some(r"E:\20220621\ESB.bak"));
        assert_eq!(strings.get(rows[0].user), Some("a"));
        let volume = rows[0].volume.unwrap();
        assert_eq!(strings.get(volume.value), Some("5A3C91E7"));
        assert_eq!(rows[1].confidence, Confidence::Inferred);
        assert_eq!(harvest.traces()[0].size, Some(33_000));
        assert_eq!(harvest.traces()[0].seen, Some(at(9)));
    }

    #[test]
    fn one_elsewhere_or_without_times_says_only_that_its_target_was_there() {
        let times = FileTimes {
            modified: Some(at(9)),
            ..FileTimes::default()
        };
        for (path, times) in [
            ("Users/a/Desktop/ESB.bak.lnk", times),
            ("x/Recent/ESB.bak.lnk", FileTimes::default()),
        ] {
            let harvest = harvested(path, times);
            assert_eq!(harvest.events().len(), 0);
            assert_eq!(harvest.traces().len(), 1);
        }
    }
}
