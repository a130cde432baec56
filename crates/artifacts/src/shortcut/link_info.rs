//! Where the target stood: volume, path, share (MS-SHLLINK 2.3).

use encoding_rs::Encoding;

use super::cursor::Cursor;
use crate::wire::{offset, size, slice_at, u32_at};
use crate::{Damage, DualText, terminated};

/// Where the target stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkInfo {
    /// Where this part begins.
    pub offset: u64,
    /// The volume.
    pub volume: Option<VolumeId>,
    /// The path on the volume, or its beginning; the suffix is the rest.
    pub local_base_path: Option<DualText>,
    /// The share.
    pub network: Option<NetworkLink>,
    /// What is to be put behind the path on the volume, or behind the share's name.
    pub suffix: Option<DualText>,
}

/// A volume (MS-SHLLINK 2.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeId {
    /// What kind of drive Windows took it for.
    pub drive_type: DriveType,
    /// The serial number of the volume: of NTFS the lower half of its 64 bits.
    pub serial: u32,
    /// The volume's label; empty for none.
    pub label: DualText,
}

/// What kind of drive Windows takes a volume for (`GetDriveType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DriveType {
    /// `DRIVE_UNKNOWN`
    Unknown,
    /// `DRIVE_NO_ROOT_DIR`
    NoRootDirectory,
    /// `DRIVE_REMOVABLE`: most sticks, cards, floppy disks.
    Removable,
    /// `DRIVE_FIXED`: disks, also USB disks, and sticks that say that they are fixed.
    Fixed,
    /// `DRIVE_REMOTE`
    Remote,
    /// `DRIVE_CDROM`
    CdRom,
    /// `DRIVE_RAMDISK`
    RamDisk,
    /// A number that is none of these.
    Other(u32),
}

impl DriveType {
    /// From the number.
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        match number {
            0 => Self::Unknown,
            1 => Self::NoRootDirectory,
            2 => Self::Removable,
            3 => Self::Fixed,
            4 => Self::Remote,
            5 => Self::CdRom,
            6 => Self::RamDisk,
            other => Self::Other(other),
        }
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Unknown => 0,
            Self::NoRootDirectory => 1,
            Self::Removable => 2,
            Self::Fixed => 3,
            Self::Remote => 4,
            Self::CdRom => 5,
            Self::RamDisk => 6,
            Self::Other(number) => number,
        }
    }
}

/// A share (MS-SHLLINK 2.3.2, `CommonNetworkRelativeLink`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkLink {
    /// The share: `\\server\share`.
    pub share: DualText,
    /// The drive that it was mapped to: `Z:`.
    pub device: Option<DualText>,
    /// The network's provider: `0x00020000` for Microsoft's SMB (`WNNC_NET_LANMAN`).
    pub provider: Option<u32>,
}

impl LinkInfo {
    /// The path on the volume.
    #[must_use]
    pub fn local_path(&self) -> Option<String> {
        let base = self.local_base_path.as_ref()?.text()?;
        Some(self.joined(base))
    }

    /// The path in the network.
    #[must_use]
    pub fn network_path(&self) -> Option<String> {
        let share = self.network.as_ref()?.share.text()?;
        Some(self.joined(share))
    }

    fn joined(&self, base: &str) -> String {
        let suffix = self.suffix.as_ref().and_then(DualText::text).unwrap_or("");
        let separator = if suffix.is_empty() || base.ends_with('\\') || base.is_empty() {
            ""
        } else {
            "\\"
        };
        format!("{base}{separator}{suffix}")
    }
}

const HAS_VOLUME: u32 = 1;
const HAS_NETWORK: u32 = 2;

/// A structure whose texts stand at offsets inside it.
struct Structure<'b> {
    bytes: &'b [u8],
    base: u64,
    ansi: &'static Encoding,
}

impl Structure<'_> {
    /// The offset in a field, when the header is long enough to have it and it is not zero.
    fn offset_in(&self, field: usize, header: usize) -> Option<usize> {
        if field.checked_add(4)? > header {
            return None;
        }
        u32_at(self.bytes, field).map(size).filter(|&at| at != 0)
    }

    fn text(
        &self,
        ansi_field: Option<usize>,
        unicode_field: Option<usize>,
        header: usize,
        what: &str,
        damage: &mut Vec<Damage>,
    ) -> Option<DualText> {
        let mut lost = |at: usize| {
            let length = self.bytes.len().saturating_sub(at);
            let place = self.base.saturating_add(offset(at.min(self.bytes.len())));
            let reason = format!("{what} does not end inside its structure");
            Damage::new(place, offset(length), reason).push_to(damage);
        };
        let ansi_at = ansi_field.and_then(|field| self.offset_in(field, header));
        let ansi = ansi_at.and_then(|at| {
            let found = self
                .bytes
                .get(at..)
                .and_then(|bytes| terminated::ansi_z(bytes, self.ansi));
            if found.is_none() {
                lost(at);
            }
            found.map(|(text, _)| text)
        });
        let unicode_at = unicode_field.and_then(|field| self.offset_in(field, header));
        let unicode = unicode_at.and_then(|at| {
            let found = self.bytes.get(at..).and_then(terminated::utf16_z);
            if found.is_none() {
                lost(at);
            }
            found.map(|(text, _)| text)
        });
        Some(DualText { ansi, unicode }).filter(|text| !text.is_absent())
    }
}

pub(super) fn read(
    cursor: &mut Cursor<'_>,
    ansi: &'static Encoding,
    damage: &mut Vec<Damage>,
) -> Option<LinkInfo> {
    let base = offset(cursor.position());
    let length = size(cursor.peek_u32().unwrap_or(0));
    if length < 28 {
        let reason = format!("a link info of {length} bytes");
        Damage::new(base, offset(cursor.rest().len().min(4)), reason).push_to(damage);
        // An empty link info takes its size field only.
        cursor.advance(4);
        return None;
    }
    let bytes = cursor.take(length, "the link info", damage);
    let all = Structure { bytes, base, ansi };
    let header = size(u32_at(bytes, 4)?);
    let flags = u32_at(bytes, 8)?;
    let has = |flag: u32| flags & flag != 0;
    let volume = has(HAS_VOLUME)
        .then(|| all.offset_in(12, header))
        .flatten()
        .and_then(|at| volume(&all, at, damage));
    let local_base_path = has(HAS_VOLUME)
        .then(|| all.text(Some(16), Some(28), header, "a local path", damage))
        .flatten();
    let network = has(HAS_NETWORK)
        .then(|| all.offset_in(20, header))
        .flatten()
        .and_then(|at| network(&all, at, damage));
    Some(LinkInfo {
        offset: base,
        volume,
        local_base_path,
        network,
        suffix: all.text(Some(24), Some(32), header, "a path's suffix", damage),
    })
}

/// The structure inside at `at`, by the size that it begins with.
fn inner<'b>(
    all: &Structure<'b>,
    at: usize,
    least: usize,
    what: &str,
    damage: &mut Vec<Damage>,
) -> Option<Structure<'b>> {
    let length = u32_at(all.bytes, at).map_or(0, size);
    let base = all.base.saturating_add(offset(at.min(all.bytes.len())));
    let found = slice_at(all.bytes, at, length).filter(|bytes| bytes.len() >= least);
    if found.is_none() {
        let rest = all.bytes.len().saturating_sub(at);
        let reason = format!("{what} of {length} bytes, where {rest} are left");
        Damage::new(base, offset(rest), reason).push_to(damage);
    }
    found.map(|bytes| Structure {
        bytes,
        base,
        ansi: all.ansi,
    })
}

fn volume(all: &Structure<'_>, at: usize, damage: &mut Vec<Damage>) -> Option<VolumeId> {
    let found = inner(all, at, 16, "a volume", damage)?;
    // An offset of 20 says that the label is UTF-16, at the offset that stands there.
    let label = if u32_at(found.bytes, 12)? == 20 {
        found.text(None, Some(16), 20, "a label", damage)
    } else {
        found.text(Some(12), None, 16, "a label", damage)
    };
    Some(VolumeId {
        drive_type: DriveType::from_number(u32_at(found.bytes, 4)?),
        serial: u32_at(found.bytes, 8)?,
        label: label.unwrap_or_default(),
    })
}

fn network(all: &Structure<'_>, at: usize, damage: &mut Vec<Damage>) -> Option<NetworkLink> {
    let found = inner(all, at, 20, "a share", damage)?;
    let flags = u32_at(found.bytes, 4)?;
    // A share's name behind the 20 bytes of the short header says that UTF-16 offsets follow it.
    let header = if u32_at(found.bytes, 8)? > 20 { 28 } else { 20 };
    let device = (flags & 1 != 0)
        .then(|| found.text(Some(12), Some(24), header, "a share's drive", damage))
        .flatten();
    Some(NetworkLink {
        share: found
            .text(Some(8), Some(20), header, "a share's name", damage)
            .unwrap_or_default(),
        device,
        provider: (flags & 2 != 0).then(|| u32_at(found.bytes, 16)).flatten(),
    })
}
