//! One item: what kind it is, and its extension blocks.

use encoding_rs::Encoding;
use kusari_evidence::Guid;

use super::extension::{self, ExtensionBlock, ExtensionData, FileEntryExtension};
use super::{
    ControlPanelItem, Delegate, FileEntry, ItemList, NetworkItem, PortableDevice, PortableFile,
    PortableVolume, PropertyView, RootFolder, UriItem, VolumeItem, control_panel, delegate,
    file_entry, list, network, portable_device, property_view, root, uri, volume,
};
use crate::Damage;
use crate::wire::{offset, u8_at, u32_at};

/// A shell item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellItem {
    /// Where it begins, at its size field.
    pub offset: u64,
    /// How long it is.
    pub length: u16,
    /// The class type indicator.
    pub class: u8,
    /// What it is.
    pub kind: ItemKind,
    /// Its extension blocks, in their order.
    pub extensions: Vec<ExtensionBlock>,
}

/// What a shell item stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemKind {
    /// A folder of the shell itself, named by a GUID.
    RootFolder(RootFolder),
    /// A drive, or a folder beside the drives.
    Volume(VolumeItem),
    /// A folder or file of a file system.
    FileEntry(FileEntry),
    /// A place in the network.
    Network(NetworkItem),
    /// An address, as of a web page.
    Uri(UriItem),
    /// Part of the control panel.
    ControlPanel(ControlPanelItem),
    /// An item that one folder keeps for another.
    Delegate(Delegate),
    /// A device that is read over MTP or the like: a phone, a camera.
    PortableDevice(PortableDevice),
    /// A storage on such a device.
    PortableVolume(PortableVolume),
    /// A folder or file on such a device.
    PortableFile(PortableFile),
    /// A known folder, a search or a library: a view with properties.
    PropertyView(PropertyView),
    /// An item list inside the item (`AugM`: what waits to be burnt on a disc).
    Merged(ItemList),
    /// A game of the Games folder (`GFSI`), by its class.
    Game(Guid),
    /// An item that Kusari does not read: its bytes behind the size field.
    Unknown(Vec<u8>),
}

impl ShellItem {
    /// The extension block of a folder or file: more times, the long name, the file reference.
    #[must_use]
    pub fn file_extension(&self) -> Option<&FileEntryExtension> {
        self.extensions.iter().find_map(|block| match &block.data {
            ExtensionData::FileEntry(extension) => Some(extension),
            _ => None,
        })
    }

    /// The folder or file of a file system that the item is, also inside a delegate.
    #[must_use]
    pub const fn file_entry(&self) -> Option<&FileEntry> {
        match &self.kind {
            ItemKind::FileEntry(entry) => Some(entry),
            ItemKind::Delegate(delegate) => delegate.entry.as_ref(),
            _ => None,
        }
    }

    /// The name of a folder or file: the long name where it is there, else the primary one.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        let entry = self.file_entry()?;
        let long = self
            .file_extension()
            .and_then(|extension| extension.long_name.as_deref());
        Some(long.filter(|name| !name.is_empty()).unwrap_or(&entry.name))
    }
}

/// Reads one item with its size field, of which all bytes are there.
pub(super) fn read(
    bytes: &[u8],
    place: u64,
    ansi: &'static Encoding,
    depth: usize,
    damage: &mut Vec<Damage>,
) -> ShellItem {
    let class = u8_at(bytes, 2).unwrap_or(0);
    let extensions_at = extension::find(bytes, file_entry::end_of_name(bytes, class));
    // What stands in front of the extension blocks.
    let own = extensions_at.map_or(bytes, |at| bytes.get(..at).unwrap_or(bytes));
    let kind = kind(bytes, own, class, place, ansi, depth, damage);
    if class & 0x70 == 0x30 && matches!(kind, Some(ItemKind::Unknown(_)) | None) {
        Damage::new(
            place,
            offset(bytes.len()),
            "a file entry without a readable name",
        )
        .push_to(damage);
    }
    let extensions = extensions_at.map_or_else(Vec::new, |at| {
        extension::read(bytes, at, place, ansi, damage)
    });
    ShellItem {
        offset: place,
        length: u16::try_from(bytes.len()).unwrap_or(u16::MAX),
        class,
        kind: kind.unwrap_or_else(|| unknown(bytes)),
        extensions,
    }
}

fn unknown(bytes: &[u8]) -> ItemKind {
    ItemKind::Unknown(bytes.get(2..).unwrap_or_default().to_vec())
}

/// The kind, by signature first: an indicator says less than a signature.
fn kind(
    bytes: &[u8],
    own: &[u8],
    class: u8,
    place: u64,
    ansi: &'static Encoding,
    depth: usize,
    damage: &mut Vec<Damage>,
) -> Option<ItemKind> {
    // In a folder or file these bytes are its size and date, which may be anything.
    let signature = u32_at(own, 6).filter(|_| class & 0x70 != 0x30);
    match signature {
        Some(portable_device::VOLUME) => {
            return portable_device::volume(own).map(ItemKind::PortableVolume);
        }
        Some(portable_device::FILE) => {
            return portable_device::file(own).map(ItemKind::PortableFile);
        }
        Some(portable_device::DEVICE) => {
            return portable_device::device(own).map(ItemKind::PortableDevice);
        }
        Some(property_view::APPLICATION) => {
            return property_view::application(own, place, ansi, damage)
                .map(ItemKind::PropertyView);
        }
        Some(signature) if property_view::is_signature(signature) => {
            return property_view::read(own, place, ansi, damage).map(ItemKind::PropertyView);
        }
        _ => {}
    }
    match own.get(4..8) {
        Some(b"AugM") => return Some(ItemKind::Merged(merged(bytes, place, ansi, depth, damage))),
        Some(b"GFSI") => {
            let game = own.get(8..).and_then(Guid::from_bytes);
            return game.map(ItemKind::Game);
        }
        _ => {}
    }
    if let Some(found) = control_panel::read(own, class) {
        return Some(ItemKind::ControlPanel(found));
    }
    if let Some(found) = delegate::read(own, class, ansi) {
        return Some(ItemKind::Delegate(found));
    }
    match class {
        0x1F => root::read(own).map(ItemKind::RootFolder),
        0x61 => uri::read(own, ansi).map(ItemKind::Uri),
        _ => match class & 0x70 {
            0x20 => volume::read(own, class, ansi).map(ItemKind::Volume),
            0x30 => {
                file_entry::read(own, class, own.len() < bytes.len(), ansi).map(ItemKind::FileEntry)
            }
            0x40 => network::read(own, class, ansi).map(ItemKind::Network),
            _ => None,
        },
    }
}

/// The list inside an `AugM` item. Four bytes behind the signature say how many 16-bit values
/// stand before it, in two forms.
fn merged(
    bytes: &[u8],
    place: u64,
    ansi: &'static Encoding,
    depth: usize,
    damage: &mut Vec<Damage>,
) -> ItemList {
    let at = if u32_at(bytes, 8) == Some(4) { 20 } else { 16 };
    let inner = bytes.get(at..).unwrap_or_default();
    let base = place.saturating_add(offset(at));
    let mut found = list::read(inner, base, ansi, depth.saturating_add(1));
    for one in found.damage.drain(..) {
        one.push_to(damage);
    }
    found
}
