//! BitLocker volumes: what they say about themselves while they are locked, and their bytes once
//! they are unlocked.
//!
//! Read are the versions of Windows Vista and of Windows 7 and later, To Go, and encryption on
//! write; all methods that Windows writes (AES-CBC with and without the Elephant diffuser, AES-XTS;
//! 128 and 256 bits); unlocking with a recovery password, a password, a startup key and the clear
//! key.
//!
//! Sources: libyal, "BitLocker Drive Encryption (BDE) format"; N. Ferguson, "AES-CBC + Elephant
//! diffuser" (Microsoft, 2006); Microsoft's documentation of recovery passwords and protectors;
//! the documentation of cryptsetup (BITLK), dislocker and dissect.fve for what the first does not
//! say. Each file names what it takes from where.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use kusari_evidence::bitlocker::LockedVolume;
//! use kusari_evidence::{DiskFile, UnlockKey};
//!
//! let volume = DiskFile::open("stick.raw".as_ref())?;
//! let locked = LockedVolume::open(Arc::new(volume))?;
//! for fact in locked.facts() {
//!     println!("{}: {}", fact.name, fact.value);
//! }
//! let key = UnlockKey::recovery_password(
//!     "471207-278498-422125-177177-561902-537405-468006-693451",
//! )?;
//! let unlocked = locked.unlock(&[key])?;
//! println!("{} bytes, unlocked by {}", unlocked.media.size(), unlocked.by);
//! # Ok(())
//! # }
//! ```

mod aes_ccm;
mod diffuser;
mod entry;
mod key_stretch;
mod layout;
mod locked_volume;
mod media;
mod metadata;
mod method;
mod on_write;
mod protector;
mod sector_cipher;
pub(crate) mod startup_key;
mod state;
mod unlock;
mod unlock_error;
mod volume_header;

pub use locked_volume::{LockedVolume, Unlocked};
pub use metadata::Version;
pub use method::EncryptionMethod;
pub use protector::{Protector, ProtectorKind};
pub use state::{Conversion, State};
pub use unlock_error::{Attempt, Refusal, StillLocked, UnlockError};
pub use volume_header::Appearance;

/// Whether a volume that begins with these bytes (at least 512) is one of BitLocker.
#[must_use]
pub fn is_one(first_sector: &[u8]) -> bool {
    volume_header::is_one(first_sector)
}
