//! A locked volume: what anyone can see on it, and how it is unlocked.

use std::sync::Arc;

use super::layout::Layout;
use super::media::Media;
use super::metadata::{Metadata, Version, offsets_at};
use super::method::EncryptionMethod;
use super::protector::{Protector, ProtectorKind};
use super::sector_cipher::SectorCipher;
use super::state::{Conversion, State};
use super::unlock;
use super::unlock_error::{StillLocked, UnlockError};
use super::volume_header::{Appearance, VolumeHeader};
use crate::container::Fact;
use crate::time::Timestamp;
use crate::{FormatError, Guid, ReadAt, UnlockKey, read_vec_at};

/// A BitLocker volume that is locked. What it says about itself can be seen without a key.
pub struct LockedVolume {
    volume: Arc<dyn ReadAt>,
    header: VolumeHeader,
    metadata: Metadata,
    notes: Vec<String>,
}

/// An unlocked volume.
pub struct Unlocked {
    /// The bytes of the file system: sectors are decrypted as they are read. What BitLocker keeps
    /// of its own on the volume reads as zeros, as under Windows.
    pub media: Arc<dyn ReadAt>,
    /// What unlocked it.
    pub by: Protector,
    /// The place of the key that unlocked it among those that were given, from 0; `None` when the
    /// clear key on the volume did.
    pub key: Option<usize>,
    /// Whether the hash of the metadata that Windows stored fits; `None` when none is stored.
    pub metadata_signed: Option<bool>,
    /// What a person should know: what is damaged or looks wrong.
    pub notes: Vec<String>,
}

impl LockedVolume {
    /// Reads what stands on the volume in the clear.
    ///
    /// The first of the three metadata blocks whose CRC-32 fits counts; each that does not is a
    /// note.
    ///
    /// # Errors
    /// When the volume is no BitLocker volume, or none of its metadata blocks is sound.
    pub fn open(volume: Arc<dyn ReadAt>) -> Result<Self, FormatError> {
        let sector = read_vec_at(volume.as_ref(), 0, 512)
            .map_err(|source| FormatError::unreadable("BitLocker volume header", 0, source))?;
        let header = VolumeHeader::parse(&sector)?;
        let mut notes = Vec::new();
        let mut found: Option<Metadata> = None;
        for offset in candidates(volume.as_ref(), &header) {
            match (Metadata::read(volume.as_ref(), offset), &mut found) {
                (Ok(metadata), None) => found = Some(metadata),
                (Ok(metadata), Some(first)) if metadata.hash != first.hash => notes.push(format!(
                    "the FVE metadata block at byte {offset} differs from the first sound one, \
                     which is used"
                )),
                (Ok(metadata), Some(first)) => first.signed_hashes.extend(metadata.signed_hashes),
                (Err(error), _) => notes.push(error.to_string()),
            }
        }
        let Some(mut metadata) = found else {
            let problem = format!("none of its metadata blocks is sound: {}", notes.join("; "));
            return Err(FormatError::malformed("BitLocker volume", 0, problem));
        };
        notes.append(&mut metadata.notes);
        Ok(Self {
            volume,
            header,
            metadata,
            notes,
        })
    }

    /// The identifier of the volume, by which Windows and recovery key files name it.
    #[must_use]
    pub const fn identifier(&self) -> Guid {
        self.metadata.identifier
    }

    /// When its encryption began, in UTC.
    #[must_use]
    pub const fn created(&self) -> Option<Timestamp> {
        self.metadata.created
    }

    /// What Windows wrote down of it then: the computer's name, the volume's name or letter, the
    /// date, in the format that the computer used.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.metadata.description.as_deref()
    }

    /// How its sectors are encrypted.
    #[must_use]
    pub const fn method(&self) -> EncryptionMethod {
        self.metadata.method
    }

    /// The version of its metadata.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.metadata.version
    }

    /// How it shows itself to a system that cannot unlock it.
    #[must_use]
    pub const fn appearance(&self) -> Appearance {
        self.header.appearance
    }

    /// Bytes in a sector.
    #[must_use]
    pub const fn sector_size(&self) -> u32 {
        self.header.sector_size
    }

    /// Whether it is encrypted, being encrypted or decrypted, and whether protection is suspended.
    #[must_use]
    pub fn state(&self) -> State {
        let metadata = &self.metadata;
        let on_write = !self.header.on_write.is_empty();
        let end = metadata.state_offset;
        State {
            conversion: Conversion::new(metadata.current_state, metadata.next_state, on_write),
            encrypted_up_to: (end > 0 && end < self.volume.size() && !on_write).then_some(end),
            suspended: self
                .protectors()
                .any(|protector| protector.kind == ProtectorKind::ClearKey),
        }
    }

    /// What it can be unlocked with, in the order in which the volume lists it.
    pub fn protectors(&self) -> impl Iterator<Item = &Protector> {
        self.metadata.locks.iter().map(|lock| &lock.protector)
    }

    /// What a person should know: damaged copies of the metadata, and what could not be read.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// What it says about itself, for people.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        let version = match self.version() {
            Version::Vista => "1 (Windows Vista)",
            Version::Windows7 => "2 (Windows 7 or later)",
        };
        let mut facts = vec![
            Fact::new("volume identifier", self.identifier().to_string()),
            Fact::new("encryption method", self.method().to_string()),
            Fact::new("state", self.state().to_string()),
            Fact::new("metadata version", version),
        ];
        if self.appearance() == Appearance::ToGo {
            facts.push(Fact::new("appearance", "BitLocker To Go"));
        }
        let created = self.created().map(|time| time.to_string());
        facts.extend(created.map(|time| Fact::new("created", time)));
        facts.extend(
            self.description()
                .map(|text| Fact::new("description", text)),
        );
        let protectors = self.protectors().map(ToString::to_string);
        facts.extend(protectors.map(|protector| Fact::new("protector", protector)));
        facts
    }

    /// Unlocks the volume with the first of the keys that opens it. With a clear key on the volume
    /// none is needed.
    ///
    /// A password takes a tenth of a second to half a second for each protector that it is tried
    /// on; at most 256 pairs of password and protector are tried.
    ///
    /// # Errors
    /// [`UnlockError::Locked`] when no key opens it, which is no damage, with what was tried and
    /// why each failed; [`UnlockError::Unreadable`] when a key opens it, and it cannot be read.
    pub fn unlock(&self, keys: &[UnlockKey]) -> Result<Unlocked, UnlockError> {
        let metadata = &self.metadata;
        let opened = unlock::open(metadata, keys, unlock::MOST_STRETCHES).map_err(|attempts| {
            UnlockError::Locked(StillLocked {
                volume: self.identifier(),
                protectors: self.protectors().cloned().collect(),
                attempts,
            })
        })?;
        let mut notes = Vec::new();
        // The method stands in the header of the metadata and, where nobody can change it, beside
        // the key.
        let (number, key) = &opened.volume_key;
        let method = EncryptionMethod::from_number(*number);
        if method != metadata.method {
            notes.push(format!(
                "the metadata name the method {}, the key of the volume {method}; the latter is \
                 used",
                metadata.method
            ));
        }
        let sector_size = self.header.sector_size;
        let cipher = SectorCipher::new(method, key, sector_size).ok_or_else(|| {
            FormatError::Unsupported(format!("{method} with a key of {} bytes", key.len()))
        })?;
        let (layout, mut more) = Layout::new(self.volume.as_ref(), &self.header, metadata)?;
        notes.append(&mut more);
        let metadata_signed = (!metadata.signed_hashes.is_empty()).then(|| {
            metadata.signed_hashes.iter().any(|signed| {
                let hash = unlock::unwrap(&opened.master_key, signed);
                hash.is_some_and(|(_, hash)| hash.as_slice() == metadata.hash.as_bytes())
            })
        });
        if metadata_signed == Some(false) {
            notes.push(
                "the metadata are not those that Windows signed: the stored hash does not fit"
                    .to_owned(),
            );
        }
        Ok(Unlocked {
            media: Arc::new(Media::new(
                Arc::clone(&self.volume),
                layout,
                cipher,
                sector_size,
            )),
            by: opened.lock.protector.clone(),
            key: opened.key,
            metadata_signed,
            notes,
        })
    }
}

/// Where metadata blocks may stand: where the volume header says, then where the blocks there say;
/// at most twelve places.
fn candidates(volume: &dyn ReadAt, header: &VolumeHeader) -> Vec<u64> {
    let said = header.metadata.iter().copied();
    let further = said.clone().filter_map(|at| offsets_at(volume, at));
    let mut places: Vec<u64> = Vec::new();
    for place in said.clone().chain(further.flatten()) {
        if place != 0 && !places.contains(&place) {
            places.push(place);
        }
    }
    places
}
