//! `Explorer\UserAssist`: programs and shortcuts that the user started through Explorer.
//!
//! One key a group (`{GUID}\Count`), one value a program. Its name is written in ROT13. Windows
//! 2000 to Vista (version 3) keep 16 bytes, Windows 7 and later (version 5) 72. Sources: libyal
//! winreg-kb, "User Assist"; Didier Stevens, "New format for UserAssist registry keys" (count,
//! focus time); the hives of the corpus for the presets.

use std::collections::HashMap;

use kusari_evidence::time::Timestamp;

use super::mru::key_length;
use super::reading::{Reading, length};
use crate::Locator;
use crate::known_folder;
use crate::registry::{Hive, Key};
use crate::wire::{u32_at, u64_at};

const PATH: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\UserAssist";

/// Windows keeps the times of version 5 in whole milliseconds.
const TICKS_PER_MILLISECOND: i64 = 10_000;

/// A program or shortcut that the user started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserAssistEntry {
    /// The group, as the key's name has it.
    pub group: String,
    /// The name as it stands, ROT13 undone: a path, often with the GUID of a known folder in
    /// front, or the identity of a packaged program; in version 3 with what was done in front
    /// (`UEME_RUNPATH:`).
    pub name: String,
    /// The session that it was last used in (version 3); of unknown meaning in version 5.
    pub session: u32,
    /// How often, as it stands. In version 3 the count begins at 5.
    pub stored_count: u32,
    /// How long it had the focus; version 5 only.
    pub focus: Option<Focus>,
    /// When it was last run, by the machine's clock, in UTC.
    pub last_run: Option<Timestamp>,
    /// The entry is one that Windows itself writes into a new profile: nobody ran the program
    /// then. See [`UserAssistEntry::last_run`].
    pub is_preset: bool,
    /// The value.
    pub locator: Locator,
}

/// How a program had the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Focus {
    /// How often. For shortcuts something else.
    pub count: u32,
    /// For how many milliseconds. For shortcuts how often they were used.
    pub milliseconds: u32,
}

/// The group of shortcuts, version 5.
const SHORTCUTS: &str = "{F4E57C4B-2036-45F0-A9AB-443BCFE33D9F}";

/// Where version 3 begins to count: public accounts of the format agree, and no entry of the corpus that
/// has a time has less than 6.
const FIRST_COUNT: u32 = 5;

impl UserAssistEntry {
    /// Whether the entry belongs to version 3 (Windows 2000 to Vista).
    #[must_use]
    pub const fn is_version_3(&self) -> bool {
        self.focus.is_none()
    }

    /// How often it was run, as far as the count says. It is reset and aged by Windows.
    #[must_use]
    pub const fn runs(&self) -> u32 {
        if self.is_version_3() {
            self.stored_count.saturating_sub(FIRST_COUNT)
        } else {
            self.stored_count
        }
    }

    /// What was done, in version 3: `UEME_RUNPATH`.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        if !self.name.starts_with("UEME_") {
            return None;
        }
        Some(
            self.name
                .split_once(':')
                .map_or(&*self.name, |(kind, _)| kind),
        )
    }

    /// The program, shortcut or shell folder: the name without what was done, and with the names
    /// of known folders (`<System>\calc.exe`). `None` for the sums that stand among the entries.
    #[must_use]
    pub fn target(&self) -> Option<String> {
        let target = match self.kind() {
            Some(kind) => {
                let target = self.name.split_once(':')?.1;
                // Behind a control panel file in quotes stands the page that was shown.
                let quoted = target
                    .strip_prefix('"')
                    .filter(|_| kind == "UEME_RUNCPL")
                    .and_then(|rest| rest.split_once('"'));
                quoted.map_or(target, |(path, _)| path)
            }
            None => &self.name,
        };
        Some(known_folder::with_name(target).unwrap_or_else(|| target.to_owned()))
    }

    /// Whether a shortcut was used and not a program.
    #[must_use]
    pub fn is_shortcut(&self) -> bool {
        let ends = |end: &str| {
            let from = self.name.len().checked_sub(end.len());
            from.and_then(|from| self.name.get(from..))
                .is_some_and(|found| found.eq_ignore_ascii_case(end))
        };
        self.group.eq_ignore_ascii_case(SHORTCUTS) || ends(".lnk")
    }
}

pub(super) fn read(hive: &Hive, reading: &mut Reading) -> Vec<UserAssistEntry> {
    let Some(key) = hive.key(PATH) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (group, subkey) in reading.subkeys(&key) {
        let Some(count) = reading.subkey(&subkey, "Count") else {
            continue;
        };
        // The version decides where it is said; else the length does, which differs.
        let version = reading.number(&subkey, "Version");
        let start = found.len();
        entries(&count, &group, version, reading, &mut found);
        mark_presets(found.get_mut(start..).unwrap_or_default());
    }
    found
}

fn entries(
    key: &Key<'_>,
    group: &str,
    version: Option<u32>,
    reading: &mut Reading,
    found: &mut Vec<UserAssistEntry>,
) {
    for (name, value) in reading.values(key) {
        let name = rot13(&name);
        if name == "UEME_CTLSESSION" {
            continue;
        }
        let is_wanted = match length(&value) {
            16 => version.is_none_or(|version| version < 5),
            72 => version.is_none_or(|version| version >= 5),
            _ => false,
        };
        let entry = reading
            .data(&value)
            .filter(|_| is_wanted)
            .and_then(|data| entry(&data));
        let Some((session, stored_count, focus, last_run)) = entry else {
            reading.damage(
                u64::from(value.cell()),
                u64::from(value.stated_length()),
                "an entry of UserAssist that has not the length of its version",
            );
            continue;
        };
        let locator = value.locator();
        if !reading.take(key_length(&locator) + group.len(), value.cell()) {
            return;
        }
        found.push(UserAssistEntry {
            group: group.to_owned(),
            name,
            session,
            stored_count,
            focus,
            last_run,
            is_preset: false,
            locator,
        });
    }
}

type Fields = (u32, u32, Option<Focus>, Option<Timestamp>);

fn entry(data: &[u8]) -> Option<Fields> {
    let time = |at| u64_at(data, at).map(Timestamp::from_filetime);
    let (focus, last_run) = if data.len() == 16 {
        (None, time(8)?)
    } else {
        let focus = Focus {
            count: u32_at(data, 8)?,
            milliseconds: u32_at(data, 12)?,
        };
        (Some(focus), time(60)?)
    };
    Some((u32_at(data, 0)?, u32_at(data, 4)?, focus, last_run))
}

/// A new profile of Windows 7 and later gets entries for programs that nobody has run, all with
/// the same time and counts from 14 down. In the corpus these are the only ones of version 5 that
/// share a time within a group, and the only ones whose time is no whole millisecond; so each of
/// the two tells them.
fn mark_presets(entries: &mut [UserAssistEntry]) {
    let mut times: HashMap<Timestamp, u32> = HashMap::new();
    for time in entries.iter().filter_map(|entry| entry.last_run) {
        let count = times.entry(time).or_default();
        *count = count.saturating_add(1);
    }
    for entry in entries.iter_mut().filter(|entry| !entry.is_version_3()) {
        entry.is_preset = entry.last_run.is_some_and(|time| {
            times.get(&time).is_some_and(|&count| count > 1)
                || time.ticks() % TICKS_PER_MILLISECOND != 0
        });
    }
}

/// Letters of ASCII by thirteen places, the rest as it is.
fn rot13(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            'A'..='M' | 'a'..='m' => char::from_u32(u32::from(letter) + 13).unwrap_or(letter),
            'N'..='Z' | 'n'..='z' => char::from_u32(u32::from(letter) - 13).unwrap_or(letter),
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> UserAssistEntry {
        UserAssistEntry {
            group: "{75048700-EF1F-11D0-9888-006097DEACF9}".into(),
            name: name.into(),
            session: 1,
            stored_count: 6,
            focus: None,
            last_run: None,
            is_preset: false,
            locator: Locator::Bytes {
                offset: 0,
                length: 0,
            },
        }
    }

    #[test]
    fn names_are_turned_by_thirteen_letters() {
        assert_eq!(
            rot13(r"HRZR_EHACNGU:R:\n-Z.rkr"),
            r"UEME_RUNPATH:E:\a-M.exe"
        );
        assert_eq!(rot13("鎖1"), "鎖1");
    }

    #[test]
    fn what_was_done_stands_before_the_target() {
        let run = entry(r"UEME_RUNPATH:E:\a.exe");
        assert_eq!(run.kind(), Some("UEME_RUNPATH"));
        assert_eq!(run.target().as_deref(), Some(r"E:\a.exe"));
        assert_eq!((run.runs(), run.is_shortcut()), (1, false));
        assert_eq!(entry("UEME_RUNPATH").target(), None);
        let page = entry(r#"UEME_RUNCPL:"C:\sysdm.cpl",System"#);
        assert_eq!(page.target().as_deref(), Some(r"C:\sysdm.cpl"));
        assert!(entry(r"UEME_RUNPIDL:C:\a.LNK").is_shortcut());
        assert!(!entry("é").is_shortcut());
    }
}
