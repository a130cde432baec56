//! `SAM\Domains\Account\Users`: the accounts.

use std::collections::HashMap;

use kusari_evidence::time::Timestamp;

use crate::Locator;
use crate::registry::Key;

/// Where the data of the `V` value begins, behind its 17 descriptors.
const V_DATA: usize = 204;

/// An account of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalAccount {
    /// The relative identifier, the last part of the account's SID.
    pub rid: u32,
    /// The name, from the `V` value, or else from `Names`.
    pub name: Option<String>,
    /// `Names` has another name for this RID than the `V` value: one of them was changed by hand,
    /// or a rename did not reach the disk.
    pub other_name: Option<String>,
    /// The full name.
    pub full_name: Option<String>,
    /// The comment.
    pub comment: Option<String>,
    /// The last logon, by the machine's clock, in UTC. Logons with a Microsoft account or over
    /// the network do not always count.
    pub last_logon: Option<Timestamp>,
    /// When the password was last set.
    pub password_set: Option<Timestamp>,
    /// The last logon with a wrong password.
    pub last_failed_logon: Option<Timestamp>,
    /// How often the account was logged on; stops at 65535, and counts no Microsoft accounts.
    pub logons: Option<u16>,
    /// How often in a row the password was wrong.
    pub failed_logons: Option<u16>,
    /// The account control flags.
    pub flags: Option<AccountFlags>,
    /// When the account's entry in `Names` was last written, by the machine's clock, in UTC: mostly
    /// when the account was made or renamed.
    pub name_written: Option<Timestamp>,
    /// The account's key.
    pub locator: Locator,
    /// When that key was last written.
    pub key_written: Option<Timestamp>,
    /// The key was deleted and found again in free space of the hive.
    pub recovered: bool,
}

/// Account control flags (MS-SAMR 2.2.1.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccountFlags(pub u16);

impl AccountFlags {
    /// `USER_ACCOUNT_DISABLED`
    #[must_use]
    pub const fn is_disabled(self) -> bool {
        self.0 & 0x0001 != 0
    }

    /// `USER_PASSWORD_NOT_REQUIRED`
    #[must_use]
    pub const fn needs_no_password(self) -> bool {
        self.0 & 0x0004 != 0
    }

    /// `USER_ACCOUNT_AUTO_LOCKED`
    #[must_use]
    pub const fn is_locked(self) -> bool {
        self.0 & 0x0400 != 0
    }
}

pub(super) fn read(domain: &Key<'_>) -> Vec<LocalAccount> {
    let Some(users) = domain.subkey("Users") else {
        return Vec::new();
    };
    let names = names(&users);
    users
        .subkeys()
        .filter_map(|key| {
            let rid = rid(&key.name())?;
            Some(LocalAccount::read(&key, rid, names.get(&rid)))
        })
        .collect()
}

/// The name and write time of each RID. The default value has the RID as its type and no data.
fn names(users: &Key<'_>) -> HashMap<u32, (String, Option<Timestamp>)> {
    users
        .subkey("Names")
        .into_iter()
        .flat_map(|names| names.subkeys())
        .filter_map(|key| {
            let rid = key.value("")?.data_type();
            Some((rid, (key.name(), key.last_written())))
        })
        .collect()
}

/// The RID in a key's name of eight hexadecimal digits.
fn rid(name: &str) -> Option<u32> {
    let is_rid = name.len() == 8 && name.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_rid.then(|| u32::from_str_radix(name, 16).ok()).flatten()
}

impl LocalAccount {
    fn read(key: &Key<'_>, rid: u32, listed: Option<&(String, Option<Timestamp>)>) -> Self {
        let variable = key.value("V").map(|value| value.data().into_owned());
        let text = |index| text(variable.as_deref()?, index);
        let fixed = key
            .value("F")
            .map(|value| value.data().into_owned())
            // The value names its own RID; another one means that it is not this account's.
            .filter(|data| field(data, 48, 4) == Some(&rid.to_le_bytes()));
        let time = |at| {
            let time = Timestamp::from_filetime_bytes(field(fixed.as_deref()?, at, 8)?)?;
            Some(time)
        };
        let short = |at| {
            let bytes = field(fixed.as_deref()?, at, 2)?;
            Some(u16::from_le_bytes(bytes.try_into().ok()?))
        };
        let own = text(1);
        let listed_name = listed.map(|(name, _)| name.clone());
        Self {
            rid,
            other_name: listed_name
                .clone()
                .filter(|name| own.as_ref().is_some_and(|own| own != name)),
            name: own.or(listed_name),
            full_name: text(2),
            comment: text(3),
            last_logon: time(8),
            password_set: time(24),
            last_failed_logon: time(40),
            flags: short(56).map(AccountFlags),
            failed_logons: short(64),
            logons: short(66),
            name_written: listed.and_then(|(_, written)| *written),
            locator: key.locator(),
            key_written: key.last_written(),
            recovered: false,
        }
    }
}

/// The stretch of a `V` value that the descriptor `index` names: its offset behind `base`, and its
/// length.
pub(super) fn stretch(data: &[u8], index: usize, base: usize) -> Option<&[u8]> {
    let number = |at: usize| {
        let bytes = field(data, at, 4)?;
        usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
    };
    let at = index.checked_mul(12)?;
    let offset = base.checked_add(number(at)?)?;
    field(data, offset, number(at.checked_add(4)?)?)
}

pub(super) fn field(data: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    data.get(at..at.checked_add(length)?)
}

fn text(data: &[u8], index: usize) -> Option<String> {
    let bytes = stretch(data, index, V_DATA)?;
    let units = bytes
        .chunks_exact(2)
        .filter_map(|pair| Some(u16::from_le_bytes(pair.try_into().ok()?)));
    let text: String = char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    (!text.is_empty()).then_some(text)
}
