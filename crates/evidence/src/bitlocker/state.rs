//! What a volume is, and what it is to become.
//!
//! Sources: the documentation of dislocker and dissect.fve for the numbers.

use std::fmt;

/// The volume is not encrypted.
pub(super) const DECRYPTED: u16 = 1;

/// A region of the volume is being encrypted or decrypted.
pub(super) const CONVERTING: u16 = 2;

/// The volume is encrypted. (Between this and the one before is 3: paused, on Vista.)
const ENCRYPTED: u16 = 4;

/// Encryption or decryption has begun and is not finished.
const SWITCHING: u16 = 5;

/// What a volume is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// All of it is encrypted.
    Encrypted,
    /// What is written to it is encrypted; what was there before may still be in the clear.
    EncryptedOnWrite,
    /// It is being encrypted.
    Encrypting,
    /// It is being decrypted.
    Decrypting,
    /// Nothing is encrypted yet, or any more.
    NotEncrypted,
    /// A state that is not known.
    Unknown {
        /// Its number.
        current: u16,
        /// The number of what it is to become.
        next: u16,
    },
}

/// What a volume is, and whether it is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// Whether it is encrypted, or being encrypted or decrypted.
    pub conversion: Conversion,
    /// Where the encrypted part ends, in bytes from the volume's beginning, when that is before the
    /// volume's end.
    pub encrypted_up_to: Option<u64>,
    /// Protection is suspended: a clear key lies on the volume, and anyone can unlock it.
    pub suspended: bool,
}

impl Conversion {
    pub(super) const fn new(current: u16, next: u16, on_write: bool) -> Self {
        match (current, next) {
            (DECRYPTED, DECRYPTED) => Self::NotEncrypted,
            (ENCRYPTED, ENCRYPTED) if on_write => Self::EncryptedOnWrite,
            (ENCRYPTED, ENCRYPTED) => Self::Encrypted,
            (DECRYPTED..=SWITCHING, ENCRYPTED) => Self::Encrypting,
            (CONVERTING..=SWITCHING, DECRYPTED) => Self::Decrypting,
            _ => Self::Unknown { current, next },
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.conversion {
            Conversion::Encrypted if self.encrypted_up_to.is_some() => {
                f.write_str("partly encrypted")?;
            }
            Conversion::Encrypted => f.write_str("encrypted")?,
            Conversion::EncryptedOnWrite => f.write_str("encrypted on write")?,
            Conversion::Encrypting => f.write_str("encryption not finished")?,
            Conversion::Decrypting => f.write_str("decryption not finished")?,
            Conversion::NotEncrypted => f.write_str("not encrypted")?,
            Conversion::Unknown { current, next } => {
                write!(f, "unknown state {current}, next {next}")?;
            }
        }
        if let Some(end) = self.encrypted_up_to {
            write!(f, " (encrypted up to byte {end})")?;
        }
        if self.suspended {
            f.write_str(", protection suspended (clear key)")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_states_are_told_apart() {
        for (current, next, on_write, expected) in [
            (4, 4, false, Conversion::Encrypted),
            (4, 4, true, Conversion::EncryptedOnWrite),
            (1, 1, false, Conversion::NotEncrypted),
            (1, 4, false, Conversion::Encrypting),
            (2, 4, false, Conversion::Encrypting),
            (5, 1, false, Conversion::Decrypting),
            (4, 1, false, Conversion::Decrypting),
            (
                9,
                4,
                false,
                Conversion::Unknown {
                    current: 9,
                    next: 4,
                },
            ),
        ] {
            assert_eq!(Conversion::new(current, next, on_write), expected);
        }
    }
}
