//! Whose hive it is, as far as the hive says, and the user's network drives.

use kusari_evidence::time::Timestamp;

use crate::Locator;
use crate::hive_fact::{self, HiveFact};
use crate::registry::Hive;

const EXPLORER: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer";

/// Hints at the user whose hive it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserHint {
    /// `Explorer\Logon User Name` (to Windows XP and 7): the name with which the user last logged
    /// on.
    pub logon_name: Option<HiveFact<String>>,
    /// The profile's folder, from `Explorer\Shell Folders`: the folder that holds the desktop.
    pub profile_path: Option<HiveFact<String>>,
}

impl UserHint {
    pub(super) fn read(hive: &Hive) -> Self {
        let profile_path = hive
            .key(&format!(r"{EXPLORER}\Shell Folders"))
            .and_then(|key| hive_fact::text_fact(&key, "Desktop"))
            .and_then(|desktop| {
                let (profile, _) = desktop.value.rsplit_once('\\')?;
                Some(HiveFact {
                    value: profile.to_owned(),
                    ..desktop
                })
            });
        Self {
            logon_name: hive
                .key(EXPLORER)
                .and_then(|key| hive_fact::text_fact(&key, "Logon User Name")),
            profile_path,
        }
    }

    /// The user's name: that of the logon, or else the name of the profile's folder, which is the
    /// name under which the profile was made.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        if let Some(name) = &self.logon_name {
            return Some(&name.value);
        }
        let path = &self.profile_path.as_ref()?.value;
        path.rsplit('\\').next().filter(|name| !name.is_empty())
    }
}

/// A network drive that is connected anew at each logon: `Network\<letter>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkDrive {
    /// The drive letter.
    pub letter: char,
    /// `RemotePath`: the share.
    pub remote_path: Option<String>,
    /// `UserName`, when another account than the user's own is used.
    pub user_name: Option<String>,
    /// The key.
    pub locator: Locator,
    /// When the key was last written, by the machine's clock, in UTC.
    pub key_written: Option<Timestamp>,
}

pub(super) fn network_drives(hive: &Hive) -> Vec<NetworkDrive> {
    hive.key("Network")
        .into_iter()
        .flat_map(|key| key.subkeys())
        .filter_map(|key| {
            let name = key.name();
            let mut rest = name.chars();
            let (Some(letter), None) = (rest.next(), rest.next()) else {
                return None;
            };
            letter.is_ascii_alphabetic().then(|| NetworkDrive {
                letter: letter.to_ascii_uppercase(),
                remote_path: hive_fact::text(&key, "RemotePath"),
                user_name: hive_fact::text(&key, "UserName"),
                locator: key.locator(),
                key_written: key.last_written(),
            })
        })
        .collect()
}
