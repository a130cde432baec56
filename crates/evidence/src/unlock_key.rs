//! Keys that an investigator has for a locked volume.
//!
//! Sources: Microsoft, "BitLocker recovery overview" (the 48-digit recovery password: eight groups
//! of six digits, each divisible by 11 and below 720,896); libyal, "BitLocker Drive Encryption
//! (BDE) format" (the key in it, and the `.BEK` file).

use std::fmt;

use zeroize::Zeroize;

use crate::Guid;
use crate::bitlocker::startup_key;

/// Groups in a recovery password.
const GROUPS: usize = 8;

/// Digits in a group.
const DIGITS: usize = 6;

/// A key for a locked volume. Neither `Debug` nor `Display` shows the secret, and the memory that
/// holds it is overwritten when it is dropped.
#[derive(Clone)]
pub enum UnlockKey {
    /// The 48 digits that Windows gives when a volume is encrypted.
    RecoveryPassword(RecoveryPassword),
    /// The password that a person chose.
    Password(Password),
    /// A `.BEK` file.
    StartupKey(StartupKey),
}

/// A recovery password: the 128 bits that its 48 digits stand for.
#[derive(Clone)]
pub struct RecoveryPassword([u8; 16]);

/// A password that a person chose.
#[derive(Clone)]
pub struct Password(String);

/// The external key that a `.BEK` file holds.
#[derive(Clone)]
pub struct StartupKey {
    identifier: Guid,
    key: [u8; 32],
}

/// A text or file that is no key. Says what is wrong with it, and never shows a part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    /// A recovery password with too few or too many groups.
    #[error(
        "not a recovery password: it has {0} groups of digits; expected 8 groups of 6 digits \
         with `-` between them"
    )]
    Groups(usize),
    /// A group that is not six digits long.
    #[error("not a recovery password: group {group} of 8 is not 6 digits long")]
    Length {
        /// Which group, counted from 1.
        group: usize,
    },
    /// A group with something else than digits in it.
    #[error("not a recovery password: group {group} of 8 holds something else than digits")]
    NoDigits {
        /// Which group, counted from 1.
        group: usize,
    },
    /// A group that no recovery password has: a digit was misread.
    #[error(
        "not a recovery password: a digit of group {group} of 8 is wrong (every group is \
         divisible by 11)"
    )]
    NotDivisible {
        /// Which group, counted from 1.
        group: usize,
    },
    /// A group that stands for more than 16 bits: a digit was misread.
    #[error(
        "not a recovery password: a digit of group {group} of 8 is wrong (every group is below \
         720896)"
    )]
    TooLarge {
        /// Which group, counted from 1.
        group: usize,
    },
    /// A password of no characters.
    #[error("a password cannot be empty")]
    Empty,
    /// A file that is no startup key.
    #[error("not a startup key (.BEK file): {0}")]
    StartupKey(&'static str),
}

impl UnlockKey {
    /// A recovery password: 8 groups of 6 digits with `-` or spaces between them, or its 48 digits
    /// in one.
    ///
    /// # Errors
    /// When it cannot be one; the message names the group by its place.
    pub fn recovery_password(text: &str) -> Result<Self, NotAKey> {
        let trimmed = text.trim();
        let in_one =
            trimmed.len() == GROUPS * DIGITS && trimmed.bytes().all(|byte| byte.is_ascii_digit());
        let groups: Vec<&[u8]> = if in_one {
            trimmed.as_bytes().chunks(DIGITS).collect()
        } else {
            let between = |character: char| character == '-' || character.is_whitespace();
            let groups = trimmed.split(between).filter(|group| !group.is_empty());
            groups.map(str::as_bytes).collect()
        };
        if groups.len() != GROUPS {
            return Err(NotAKey::Groups(groups.len()));
        }
        let mut key = RecoveryPassword([0; 16]);
        let parts = key.0.chunks_exact_mut(2);
        for (group, (digits, part)) in (1..).zip(groups.into_iter().zip(parts)) {
            part.copy_from_slice(&group_value(group, digits)?.to_le_bytes());
        }
        Ok(Self::RecoveryPassword(key))
    }

    /// A password that a person chose.
    ///
    /// # Errors
    /// When it is empty.
    pub fn password(password: impl Into<String>) -> Result<Self, NotAKey> {
        let password = password.into();
        if password.is_empty() {
            return Err(NotAKey::Empty);
        }
        Ok(Self::Password(Password(password)))
    }

    /// The bytes of a `.BEK` file.
    ///
    /// # Errors
    /// When they are none.
    pub fn startup_key(file: &[u8]) -> Result<Self, NotAKey> {
        let (identifier, key) = startup_key::parse(file).map_err(NotAKey::StartupKey)?;
        Ok(Self::StartupKey(StartupKey { identifier, key }))
    }
}

/// The 16 bits that a group of six digits stands for.
fn group_value(group: usize, digits: &[u8]) -> Result<u16, NotAKey> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(NotAKey::NoDigits { group });
    }
    if digits.len() != DIGITS {
        return Err(NotAKey::Length { group });
    }
    let number = digits.iter().fold(0_u32, |number, digit| {
        number * 10 + u32::from(digit.wrapping_sub(b'0'))
    });
    if number % 11 != 0 {
        return Err(NotAKey::NotDivisible { group });
    }
    u16::try_from(number / 11).map_err(|_| NotAKey::TooLarge { group })
}

impl RecoveryPassword {
    /// The 128 bits.
    pub(crate) const fn bits(&self) -> &[u8; 16] {
        &self.0
    }
}

impl Password {
    /// The password in UTF-16, little-endian, as it is hashed.
    pub(crate) fn to_utf16(&self) -> zeroize::Zeroizing<Vec<u8>> {
        let units = self.0.encode_utf16();
        zeroize::Zeroizing::new(units.flat_map(u16::to_le_bytes).collect())
    }
}

impl StartupKey {
    /// The protector that it belongs to.
    #[must_use]
    pub const fn identifier(&self) -> Guid {
        self.identifier
    }

    /// The key.
    pub(crate) const fn key(&self) -> &[u8; 32] {
        &self.key
    }
}

impl fmt::Display for UnlockKey {
    /// The kind of key, for messages: `recovery password`, `password`, `startup key {GUID}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RecoveryPassword(_) => f.write_str("recovery password"),
            Self::Password(_) => f.write_str("password"),
            Self::StartupKey(key) => write!(f, "startup key {}", key.identifier),
        }
    }
}

impl fmt::Debug for UnlockKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnlockKey({self})")
    }
}

impl fmt::Debug for RecoveryPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryPassword(..)")
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

impl fmt::Debug for StartupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StartupKey({}, ..)", self.identifier)
    }
}

impl Drop for RecoveryPassword {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Drop for Password {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Drop for StartupKey {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the libyal document.
    const EXAMPLE: &str = "471207-278498-422125-177177-561902-537405-468006-693451";

    fn bits(text: &str) -> [u8; 16] {
        match UnlockKey::recovery_password(text).unwrap() {
            UnlockKey::RecoveryPassword(key) => *key.bits(),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn each_group_of_a_recovery_password_is_sixteen_bits() {
        let key = bits(EXAMPLE);
        assert_eq!(key[..2], (471_207_u32 / 11).to_le_bytes()[..2]);
        assert_eq!(key[14..], (693_451_u32 / 11).to_le_bytes()[..2]);
        assert_eq!(bits(&EXAMPLE.replace('-', "")), key);
        assert_eq!(bits(&format!(" {}\r\n", EXAMPLE.replace('-', " - "))), key);
        assert_eq!(bits(&["720885"; 8].join("-")), [0xFF; 16]);
    }

    #[test]
    fn a_wrong_group_is_named_by_its_place() {
        let wrong = |text: &str| UnlockKey::recovery_password(text).unwrap_err();
        for (from, to, error) in [
            ("422125", "422126", NotAKey::NotDivisible { group: 3 }),
            ("693451", "720896", NotAKey::TooLarge { group: 8 }),
            ("471207", "47120", NotAKey::Length { group: 1 }),
            ("278498", "27849x", NotAKey::NoDigits { group: 2 }),
            ("-278498", "", NotAKey::Groups(7)),
        ] {
            assert_eq!(wrong(&EXAMPLE.replace(from, to)), error);
            assert!(!error.to_string().contains("422126"), "{error}");
        }
        assert_eq!(wrong(""), NotAKey::Groups(0));
        assert_eq!(wrong(&"é".repeat(24)), NotAKey::Groups(1));
        assert_eq!(wrong(&format!("{EXAMPLE}-000000")), NotAKey::Groups(9));
        assert_eq!(UnlockKey::password("").unwrap_err(), NotAKey::Empty);
    }

    #[test]
    fn no_secret_is_shown() {
        let keys = [
            UnlockKey::recovery_password(EXAMPLE).unwrap(),
            UnlockKey::password("hunter2").unwrap(),
        ];
        let shown = format!("{keys:?} {} {}", keys[0], keys[1]);
        assert!(!shown.contains("hunter2") && !shown.contains("471207") && !shown.contains("167"));
        assert_eq!(keys[0].to_string(), "recovery password");
    }
}
