//! Why a volume could not be unlocked.

use std::fmt;

use super::protector::{Protector, ProtectorKind};
use crate::{FormatError, Guid};

/// Why a volume could not be unlocked. No message holds a key or a part of one.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// The volume is sound and locked: no key opens it. This is no damage.
    #[error("{0}")]
    Locked(StillLocked),
    /// A key opens it, but what lies behind is damaged or of a kind that is not read.
    #[error("the BitLocker volume was unlocked, but cannot be read: {0}")]
    Unreadable(#[from] FormatError),
}

/// What was tried on a volume that stays locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StillLocked {
    /// The volume.
    pub volume: Guid,
    /// What could have opened it.
    pub protectors: Vec<Protector>,
    /// What was tried, in order.
    pub attempts: Vec<Attempt>,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The key, by its place among the keys that were given, counted from 1, and its kind; `None`
    /// for the clear key, which lies on the volume.
    pub key: Option<(usize, String)>,
    /// The protector that it was tried on.
    pub protector: Option<Guid>,
    /// Why it did not open the volume.
    pub why: Refusal,
}

/// Why a key does not open a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The volume has no protector of that kind.
    NoSuchProtector(ProtectorKind),
    /// The message authentication code does not fit: it is another key, or that of another volume.
    WrongKey,
    /// No protector has the identifier that the startup key names: it belongs to another volume.
    OtherVolume,
    /// The protector lacks a part, or the part is no key.
    Incomplete,
    /// The protector opened the master key, and that does not open the volume's key.
    MasterKeyDoesNotFit,
    /// More keys and protectors were given than are tried.
    TooMany(usize),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchProtector(kind) => {
                write!(f, "the volume has no protector of the kind {kind}")
            }
            Self::WrongKey => f.write_str("wrong key (its authentication code does not fit)"),
            Self::OtherVolume => f.write_str("it is a key of another volume"),
            Self::Incomplete => f.write_str("the protector is incomplete"),
            Self::MasterKeyDoesNotFit => {
                f.write_str("its master key does not open the key of the volume")
            }
            Self::TooMany(tried) => {
                write!(
                    f,
                    "not tried: only the first {tried} pairs of key and protector are"
                )
            }
        }
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some((place, kind)) => write!(f, "key {place} ({kind})")?,
            None => f.write_str("the clear key on the volume")?,
        }
        if let Some(protector) = self.protector {
            write!(f, " on protector {protector}")?;
        }
        write!(f, ": {}", self.why)
    }
}

/// The most attempts that a message names.
const SHOWN: usize = 20;

impl fmt::Display for StillLocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the BitLocker volume {} is locked", self.volume)?;
        if self.attempts.is_empty() {
            f.write_str("; no key was given")?;
        }
        for (number, attempt) in self.attempts.iter().take(SHOWN).enumerate() {
            f.write_str(if number == 0 { ": " } else { "; " })?;
            attempt.fmt(f)?;
        }
        if self.attempts.len() > SHOWN {
            write!(
                f,
                "; and {} more",
                self.attempts.len().saturating_sub(SHOWN)
            )?;
        }
        f.write_str(if self.protectors.is_empty() {
            ". It has no protector"
        } else {
            ". It can be unlocked with: "
        })?;
        for (number, protector) in self.protectors.iter().take(SHOWN).enumerate() {
            f.write_str(if number == 0 { "" } else { ", " })?;
            protector.fmt(f)?;
        }
        Ok(())
    }
}
