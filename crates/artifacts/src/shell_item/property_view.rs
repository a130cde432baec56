//! Known folders, searches, libraries and applications: views with properties.

use encoding_rs::Encoding;
use kusari_evidence::Guid;

use crate::Damage;
use crate::property_store::{self, PropertyStorage};
use crate::wire::{offset, size, slice_at, u16_at, u32_at};

/// A view with properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyView {
    /// What kind of view: `0x23FEBBEE` for a known folder.
    pub signature: u32,
    /// The known folder.
    pub known_folder: Option<Guid>,
    /// The view's identifier as it stands.
    pub identifier: Vec<u8>,
    /// Its properties.
    pub properties: Vec<PropertyStorage>,
}

/// The signature of a known folder.
const KNOWN_FOLDER: u32 = 0x23FE_BBEE;
/// `APPS`: an application of the store.
pub(super) const APPLICATION: u32 = 0x5350_5041;

pub(super) const fn is_signature(signature: u32) -> bool {
    matches!(
        signature,
        KNOWN_FOLDER | 0x1014_1981 | 0x3B93_AFBB | 0xBEEB_EE00 | 0x23A3_DFD5
    )
}

pub(super) fn read(
    own: &[u8],
    place: u64,
    ansi: &'static Encoding,
    damage: &mut Vec<Damage>,
) -> Option<PropertyView> {
    let signature = u32_at(own, 6)?;
    let stores = usize::from(u16_at(own, 10)?);
    let identifier = slice_at(own, 14, usize::from(u16_at(own, 12)?))?;
    let at = 14_usize.checked_add(identifier.len())?;
    Some(PropertyView {
        signature,
        known_folder: (signature == KNOWN_FOLDER)
            .then(|| Guid::from_bytes(identifier))
            .flatten(),
        identifier: identifier.to_vec(),
        properties: stores_at(own, at, stores, place, ansi, damage),
    })
}

/// An application's item: a size, then properties.
pub(super) fn application(
    own: &[u8],
    place: u64,
    ansi: &'static Encoding,
    damage: &mut Vec<Damage>,
) -> Option<PropertyView> {
    // Behind the signature: the size of what follows, and ten bytes without a known meaning.
    let at = 22;
    let length = own.len().checked_sub(at)?;
    Some(PropertyView {
        signature: APPLICATION,
        known_folder: None,
        identifier: own.get(10..at)?.to_vec(),
        properties: stores_at(own, at, length, place, ansi, damage),
    })
}

fn stores_at(
    own: &[u8],
    at: usize,
    length: usize,
    place: u64,
    ansi: &'static Encoding,
    damage: &mut Vec<Damage>,
) -> Vec<PropertyStorage> {
    let bytes = own.get(at..).unwrap_or_default();
    if bytes.len() < length {
        Damage::new(
            place.saturating_add(offset(at)),
            offset(bytes.len()),
            format!(
                "{length} bytes of properties, where {} are left in the item",
                bytes.len()
            ),
        )
        .push_to(damage);
    }
    let bytes = bytes.get(..length.min(bytes.len())).unwrap_or_default();
    let found = property_store::read(bytes, ansi);
    let base = place.saturating_add(offset(at));
    for mut one in found.damage {
        one.offset = one.offset.saturating_add(base);
        one.push_to(damage);
    }
    found.stores
}

/// Whether properties begin here: a size that fits, and the version.
pub(super) fn is_store(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"1SPS")
        && u32_at(bytes, 0).is_some_and(|length| size(length) <= bytes.len())
}
