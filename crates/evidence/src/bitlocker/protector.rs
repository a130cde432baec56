//! Protectors: what a volume's master key can be unlocked with.
//!
//! Sources: libyal, "BitLocker Drive Encryption (BDE) format": FVE Volume Master Key; cryptsetup's
//! list of protections (smart card); that the kinds are flags of their high byte: the
//! documentation of dissect.fve.

use std::fmt;

use super::entry::{EncryptedKey, Entries, Entry, clear_key, kind, text, value};
use crate::Guid;
use crate::fields::u16_at;
use crate::time::Timestamp;

/// Bytes before the properties: identifier, time, a field that is not known, kind.
const BEFORE_PROPERTIES: usize = 28;

/// What a protector asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtectorKind {
    /// Nothing: the key lies on the volume in the clear, because protection is suspended or was
    /// never begun.
    ClearKey,
    /// The TPM of the machine.
    Tpm,
    /// The TPM and a PIN.
    TpmAndPin,
    /// The TPM and a startup key.
    TpmAndStartupKey,
    /// The TPM, a PIN and a startup key.
    TpmPinAndStartupKey,
    /// A `.BEK` file. Automatic unlocking uses one, too, and keeps it in the registry.
    StartupKey,
    /// The 48 digits.
    RecoveryPassword,
    /// A certificate, usually on a smart card.
    SmartCard,
    /// A password that a person chose.
    Password,
    /// Another one.
    Other(u16),
}

impl ProtectorKind {
    const fn from_number(number: u16) -> Self {
        match number & 0xFF00 {
            0x0000 => Self::ClearKey,
            0x0100 => Self::Tpm,
            0x0200 => Self::StartupKey,
            0x0300 => Self::TpmAndStartupKey,
            0x0500 => Self::TpmAndPin,
            0x0700 => Self::TpmPinAndStartupKey,
            0x0800 => Self::RecoveryPassword,
            0x1000 => Self::SmartCard,
            0x2000 => Self::Password,
            _ => Self::Other(number),
        }
    }
}

impl fmt::Display for ProtectorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClearKey => "clear key",
            Self::Tpm => "TPM",
            Self::TpmAndPin => "TPM and PIN",
            Self::TpmAndStartupKey => "TPM and startup key",
            Self::TpmPinAndStartupKey => "TPM, PIN and startup key",
            Self::StartupKey => "startup key",
            Self::RecoveryPassword => "recovery password",
            Self::SmartCard => "smart card",
            Self::Password => "password",
            Self::Other(number) => return write!(f, "unknown protector {number:#06x}"),
        })
    }
}

/// A protector, as anyone can see it on the locked volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protector {
    /// Its identifier; a recovery key file and a `.BEK` file name it.
    pub identifier: Guid,
    /// What it asks for.
    pub kind: ProtectorKind,
    /// When it was last changed.
    pub modified: Option<Timestamp>,
    /// Its name, where it has one.
    pub name: Option<String>,
}

impl fmt::Display for Protector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.identifier)
    }
}

/// A protector with what unlocks the master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lock {
    pub(super) protector: Protector,
    /// The salt of a password.
    pub(super) salt: Option<[u8; 16]>,
    /// The key of a clear key protector.
    pub(super) clear_key: Option<[u8; 32]>,
    /// The master key, encrypted.
    pub(super) master_key: Option<EncryptedKey>,
}

impl Lock {
    /// From a volume master key's entry; `None` when it is too short to be one.
    pub(super) fn parse(entry: &Entry<'_>) -> Option<Self> {
        let data = entry.data;
        let mut lock = Self {
            protector: Protector {
                identifier: Guid::from_bytes(data)?,
                kind: ProtectorKind::from_number(u16_at(data, 26)?),
                modified: Timestamp::from_filetime_bytes(data.get(16..24)?),
                name: None,
            },
            salt: None,
            clear_key: None,
            master_key: None,
        };
        // Of each property the first counts, as other readers take it.
        for property in Entries::new(data.get(BEFORE_PROPERTIES..)?) {
            if property.kind != kind::PROPERTY {
                continue;
            }
            match property.value {
                value::TEXT if lock.protector.name.is_none() => {
                    let name = text(property.data);
                    lock.protector.name = Some(name).filter(|name| !name.is_empty());
                }
                value::STRETCH_KEY if lock.salt.is_none() => {
                    let salt = property.data.get(4..20);
                    lock.salt = salt.and_then(|salt| salt.try_into().ok());
                }
                value::KEY if lock.clear_key.is_none() => {
                    let key = clear_key(&property).and_then(|(_, key)| key.try_into().ok());
                    lock.clear_key = key;
                }
                value::ENCRYPTED_KEY if lock.master_key.is_none() => {
                    lock.master_key = EncryptedKey::parse(property.data);
                }
                _ => {}
            }
        }
        Some(lock)
    }
}
