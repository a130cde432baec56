//! The FVE metadata block, of which a volume has three copies.
//!
//! Sources: libyal, "BitLocker Drive Encryption (BDE) format": FVE metadata block; the CRC-32 and
//! the signed hash behind it: the documentation of dissect.fve and of dislocker.

use super::entry::{EncryptedKey, Entries, kind, text, value};
use super::method::EncryptionMethod;
use super::protector::Lock;
use super::volume_header::SIGNATURE;
use crate::fields::{u16_at, u32_at, u64_at};
use crate::hash::{Sha256, sha256};
use crate::time::Timestamp;
use crate::{FormatError, Guid, ReadAt, read_vec_at};

/// Name of the structure in messages.
const STRUCTURE: &str = "FVE metadata block";

/// Bytes that a block has on the volume since Windows 7; Vista's are shorter.
pub(super) const AREA: u64 = 0x1_0000;

/// Bytes of the block's two headers.
const HEADERS: usize = 112;

/// Where the header of the entries stands in the block.
const ENTRIES_HEADER: usize = 64;

/// The most protectors that are kept; a volume has a handful.
pub(super) const MOST_PROTECTORS: usize = 256;

/// The version of the metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Windows Vista.
    Vista,
    /// Windows 7 and all later.
    Windows7,
}

/// A metadata block whose sum fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) version: Version,
    /// What the volume is.
    pub(super) current_state: u16,
    /// What it is to become.
    pub(super) next_state: u16,
    /// How many bytes from the volume's beginning are encrypted; while a conversion goes on, where
    /// it stands. Zero on Vista.
    pub(super) state_offset: u64,
    /// The length of the region that is being converted; zero when none is.
    pub(super) state_size: u32,
    /// The sectors at the volume's beginning that were moved elsewhere.
    pub(super) moved_sectors: u32,
    /// Where the three blocks stand.
    pub(super) offsets: [u64; 3],
    /// Where the moved sectors stand; on Vista the cluster of the MFT's mirror.
    pub(super) moved_to: u64,
    pub(super) identifier: Guid,
    pub(super) method: EncryptionMethod,
    pub(super) created: Option<Timestamp>,
    pub(super) description: Option<String>,
    pub(super) locks: Vec<Lock>,
    /// The volume's key, encrypted with the master key.
    pub(super) volume_key: Option<EncryptedKey>,
    /// Where the moved sectors stand and their length in bytes, as an entry says it.
    pub(super) moved_entry: Option<(u64, u64)>,
    /// The hash of the block.
    pub(super) hash: Sha256,
    /// The hash that Windows stored, encrypted with the master key: of this block, and of the other
    /// sound blocks that are the same. It does not stand under the CRC-32.
    pub(super) signed_hashes: Vec<EncryptedKey>,
    /// What of the entries could not be read.
    pub(super) notes: Vec<String>,
}

/// The three offsets that the block at `offset` names, whether or not its sum fits; nothing when
/// there is no block.
pub(super) fn offsets_at(volume: &dyn ReadAt, offset: u64) -> Option<[u64; 3]> {
    let header = read_vec_at(volume, offset, 64).ok()?;
    (header.get(..8) == Some(SIGNATURE)).then_some(())?;
    offsets(&header)
}

fn offsets(block: &[u8]) -> Option<[u64; 3]> {
    Some([u64_at(block, 32)?, u64_at(block, 40)?, u64_at(block, 48)?])
}

impl Metadata {
    /// Reads the block at `offset` and holds it against its sum.
    pub(super) fn read(volume: &dyn ReadAt, offset: u64) -> Result<Self, FormatError> {
        let unreadable = |source| FormatError::unreadable(STRUCTURE, offset, source);
        let area = read_vec_at(volume, offset, AREA).map_err(unreadable)?;
        Self::parse(&area).map_err(|problem| FormatError::malformed(STRUCTURE, offset, problem))
    }

    fn parse(area: &[u8]) -> Result<Self, String> {
        let ends = || "the volume ends inside it".to_owned();
        if area.get(..8).ok_or_else(ends)? != SIGNATURE {
            return Err("no signature `-FVE-FS-`".to_owned());
        }
        let size = usize::from(u16_at(area, 8).ok_or_else(ends)?);
        let (version, size) = match u16_at(area, 10).ok_or_else(ends)? {
            1 => (Version::Vista, size),
            2 => (Version::Windows7, size.saturating_mul(16)),
            other => return Err(format!("version {other}; expected 1 or 2")),
        };
        let (block, validation) = area
            .split_at_checked(size)
            .filter(|(block, validation)| block.len() >= HEADERS && validation.len() >= 8)
            .ok_or_else(|| format!("a size of {size} bytes"))?;
        let sum = crc32fast::hash(block);
        let stored = u32_at(validation, 4).unwrap_or(0);
        if sum != stored {
            return Err(format!(
                "its CRC-32 is {sum:08x}, and {stored:08x} is stored"
            ));
        }
        Self::from_sound(version, block, validation).ok_or_else(|| "it is cut short".to_owned())?
    }

    /// From a block whose sum fits. The outer `None` cannot happen: the headers are there.
    fn from_sound(
        version: Version,
        block: &[u8],
        validation: &[u8],
    ) -> Option<Result<Self, String>> {
        let header = block.get(ENTRIES_HEADER..HEADERS)?;
        let (entries_size, header_size) = (u32_at(header, 0)?, u32_at(header, 8)?);
        let from = usize::try_from(header_size).ok()?;
        let to = usize::try_from(entries_size).ok()?;
        let with_header = block.get(ENTRIES_HEADER..)?;
        let Some(entries) = with_header.get(from..to).filter(|_| from >= header.len()) else {
            return Some(Err(format!(
                "entries from byte {header_size} to {entries_size} of {}",
                with_header.len()
            )));
        };
        let mut metadata = Self {
            version,
            current_state: u16_at(block, 12)?,
            next_state: u16_at(block, 14)?,
            state_offset: u64_at(block, 16)?,
            state_size: u32_at(block, 24)?,
            moved_sectors: u32_at(block, 28)?,
            offsets: offsets(block)?,
            moved_to: u64_at(block, 56)?,
            identifier: Guid::from_bytes(header.get(16..)?)?,
            method: EncryptionMethod::from_number(u16_at(header, 36)?),
            created: Timestamp::from_filetime_bytes(header.get(40..48)?),
            description: None,
            locks: Vec::new(),
            volume_key: None,
            moved_entry: None,
            hash: sha256(block),
            signed_hashes: signed_hash(validation).into_iter().collect(),
            notes: Vec::new(),
        };
        metadata.take(entries);
        Some(Ok(metadata))
    }

    fn take(&mut self, bytes: &[u8]) {
        let mut entries = Entries::new(bytes);
        let mut left_out = 0_usize;
        for entry in entries.by_ref() {
            match (entry.kind, entry.value) {
                (kind::VOLUME_MASTER_KEY, value::VOLUME_MASTER_KEY) => match Lock::parse(&entry) {
                    Some(lock) if self.locks.len() < MOST_PROTECTORS => self.locks.push(lock),
                    _ => left_out = left_out.saturating_add(1),
                },
                (kind::VOLUME_KEY, value::ENCRYPTED_KEY) if self.volume_key.is_none() => {
                    self.volume_key = EncryptedKey::parse(entry.data);
                }
                (kind::DESCRIPTION, value::TEXT) if self.description.is_none() => {
                    self.description = Some(text(entry.data));
                }
                (kind::VOLUME_HEADER, _) if self.moved_entry.is_none() => {
                    self.moved_entry = u64_at(entry.data, 0).zip(u64_at(entry.data, 8));
                }
                _ => {}
            }
        }
        if entries.broken() {
            let note = "an entry of the BitLocker metadata has a size that cannot be; those \
                        behind it are not read";
            self.notes.push(note.to_owned());
        }
        if left_out > 0 {
            let note = format!(
                "{left_out} protectors are left out: they are too short, or more than \
                 {MOST_PROTECTORS}"
            );
            self.notes.push(note);
        }
    }
}

/// The encrypted hash behind the CRC-32.
fn signed_hash(validation: &[u8]) -> Option<EncryptedKey> {
    let entry = Entries::new(validation.get(8..)?).next()?;
    (entry.value == value::ENCRYPTED_KEY).then_some(())?;
    EncryptedKey::parse(entry.data)
}
