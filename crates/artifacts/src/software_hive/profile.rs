//! User profiles: `Microsoft\Windows NT\CurrentVersion\ProfileList\<SID>`.
//!
//! Sources: Microsoft Learn, "Security identifiers" and MS-DTYP 2.4.2 (SID); libyal winreg-kb,
//! "User profiles"; public accounts of the load and unload times.

use std::fmt::Write as _;

use kusari_evidence::time::Timestamp;

use crate::Locator;
use crate::hive_fact;
use crate::registry::{Hive, Key};

/// A user's profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The user's SID (`S-1-5-21-...`).
    pub sid: String,
    /// `ProfileImagePath`: the profile's folder, as written (`%SystemDrive%\Users\Pat`).
    pub path: Option<String>,
    /// `LocalProfileLoadTime` (Windows 10 and later): when the profile was last loaded, by the
    /// machine's clock, in UTC. A logon loads it; so does a task or service of the user.
    pub loaded: Option<Timestamp>,
    /// `LocalProfileUnloadTime`: when it was last unloaded.
    pub unloaded: Option<Timestamp>,
    /// Its key name ends in `.bak`: Windows could not load it and set it aside.
    pub set_aside: bool,
    /// The key.
    pub locator: Locator,
    /// When the key was last written, by the machine's clock, in UTC.
    pub key_written: Option<Timestamp>,
    /// The key was deleted and found again in free space of the hive.
    pub recovered: bool,
}

impl Profile {
    /// The name of the profile's folder. It is the user's name when the profile was made; it stays
    /// when the user is renamed, and may have a domain or a number behind it (`Pat.CORP`).
    #[must_use]
    pub fn folder_name(&self) -> Option<&str> {
        let path = self.path.as_deref()?.trim_end_matches('\\');
        path.rsplit('\\').next().filter(|name| !name.is_empty())
    }

    /// Whether it is a person's: the SID belongs to a machine or domain, not to a service.
    #[must_use]
    pub fn is_of_account(&self) -> bool {
        // Microsoft Entra accounts have S-1-12-1.
        self.sid.starts_with("S-1-5-21-") || self.sid.starts_with("S-1-12-1-")
    }

    pub(crate) fn of_key(key: &Key<'_>) -> Option<Self> {
        let name = key.name();
        let upper = name.to_ascii_uppercase();
        let (sid, set_aside) = match upper.strip_suffix(".BAK") {
            Some(sid) => (sid.to_owned(), true),
            None => (upper, false),
        };
        if !sid.starts_with("S-1-") {
            return None;
        }
        Some(Self {
            sid,
            path: hive_fact::text(key, "ProfileImagePath"),
            loaded: time(key, "LocalProfileLoadTime"),
            unloaded: time(key, "LocalProfileUnloadTime"),
            set_aside,
            locator: key.locator(),
            key_written: key.last_written(),
            recovered: false,
        })
    }
}

/// A FILETIME in two values, `<name>High` and `<name>Low`.
fn time(key: &Key<'_>, name: &str) -> Option<Timestamp> {
    let half = |end: &str| hive_fact::number(key, &format!("{name}{end}")).map(u64::from);
    Timestamp::from_filetime((half("High")? << 32) | half("Low")?)
}

pub(super) fn read(hive: &Hive) -> Vec<Profile> {
    hive.key(r"Microsoft\Windows NT\CurrentVersion\ProfileList")
        .into_iter()
        .flat_map(|list| list.subkeys())
        .filter_map(|key| Profile::of_key(&key))
        .collect()
}

/// The text of a SID in its binary form (MS-DTYP 2.4.2.2). `None` when the bytes are no SID or
/// more than one.
#[must_use]
pub fn sid_of_bytes(bytes: &[u8]) -> Option<String> {
    let (&[revision, count], rest) = bytes.split_first_chunk::<2>()?;
    let (authority, parts) = rest.split_first_chunk::<6>()?;
    if revision != 1 || count > 15 || parts.len() != usize::from(count) * 4 {
        return None;
    }
    let mut wide = [0; 8];
    for (to, from) in wide.iter_mut().skip(2).zip(authority) {
        *to = *from;
    }
    let mut text = format!("S-1-{}", u64::from_be_bytes(wide));
    for part in parts.chunks_exact(4) {
        // Writing to a String does not fail.
        let _ = write!(text, "-{}", u32::from_le_bytes(part.try_into().ok()?));
    }
    Some(text)
}
