//! Phones, cameras and other devices that are read over MTP.

use kusari_evidence::Guid;
use kusari_evidence::time::Timestamp;

use crate::terminated;
use crate::wire::{size, slice_at, u32_at, u64_at};

/// The signature of a storage on a device.
pub(super) const VOLUME: u32 = 0x1031_2005;
/// The signature of a folder or file on a device.
pub(super) const FILE: u32 = 0x0719_2006;
/// The signature of a device.
pub(super) const DEVICE: u32 = 0x0831_2006;

/// A device that is read over MTP or the like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortableDevice {
    /// What the device calls itself.
    pub name: String,
    /// The device's path, which holds its instance: `\\?\usb#vid_…#<serial>#{…}`.
    pub path: String,
}

/// A storage on such a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortableVolume {
    /// What the storage is called.
    pub name: String,
    /// What the device calls it.
    pub identifier: String,
    /// Its file system, in the device's words.
    pub file_system: String,
}

/// A folder or file on such a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortableFile {
    /// Its name.
    pub name: String,
    /// Its second name: seen is the same as the name.
    pub other_name: String,
    /// What the device calls it.
    pub identifier: String,
    /// When it was last written. The documentation is not sure of the meaning.
    pub modified: Option<Timestamp>,
    /// When it was made. The documentation is not sure of the meaning.
    pub created: Option<Timestamp>,
    /// What kind of content it is (a `WPD_CONTENT_TYPE`).
    pub content_type: Guid,
}

/// Texts of so many characters each, one behind the other.
fn texts<const N: usize>(own: &[u8], mut at: usize, lengths: [u32; N]) -> Option<[String; N]> {
    let mut found = [const { String::new() }; N];
    for (text, length) in found.iter_mut().zip(lengths) {
        let length = size(length).checked_mul(2)?;
        *text = terminated::utf16(slice_at(own, at, length)?);
        at = at.checked_add(length)?;
    }
    Some(found)
}

pub(super) fn volume(own: &[u8]) -> Option<PortableVolume> {
    let lengths = [u32_at(own, 38)?, u32_at(own, 42)?, u32_at(own, 46)?];
    let [name, identifier, file_system] = texts(own, 54, lengths)?;
    Some(PortableVolume {
        name,
        identifier,
        file_system,
    })
}

pub(super) fn file(own: &[u8]) -> Option<PortableFile> {
    let lengths = [u32_at(own, 62)?, u32_at(own, 66)?, u32_at(own, 70)?];
    let [name, other_name, identifier] = texts(own, 74, lengths)?;
    Some(PortableFile {
        name,
        other_name,
        identifier,
        modified: u64_at(own, 26).and_then(Timestamp::from_filetime),
        created: u64_at(own, 34).and_then(Timestamp::from_filetime),
        content_type: own.get(42..).and_then(Guid::from_bytes)?,
    })
}

/// The data of a device begins behind the item's size fields; its texts 34 bytes on.
pub(super) fn device(own: &[u8]) -> Option<PortableDevice> {
    let lengths = [u32_at(own, 30)?, u32_at(own, 34)?];
    let [name, path] = texts(own, 40, lengths)?;
    Some(PortableDevice { name, path })
}
