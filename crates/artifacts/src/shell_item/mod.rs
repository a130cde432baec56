//! Shell items: how Windows Explorer names a place, in shortcuts, jump lists and shellbags.
//!
//! An item list (`ITEMIDLIST`) goes from the desktop to a file, one item a step. Microsoft says only
//! that an item has a size and that the list ends at a size of zero (MS-SHLLINK 2.2); what stands in
//! an item belongs to the folder that made it.
//!
//! Sources: Joachim Metz, "Windows Shell Item format" (libfwsi); for extension block `0xBEEF0026` the
//! field names of Eric Zimmerman's ExtensionBlocks; for the Unicode texts of network items and the
//! rounding of times the shortcuts of the corpus. See `docs/artifacts/shell-item.md`.

mod control_panel;
mod delegate;
mod extension;
mod file_entry;
mod item;
mod list;
mod name;
mod network;
mod path;
mod portable_device;
mod property_view;
mod root;
mod uri;
mod volume;

pub use control_panel::ControlPanelItem;
pub use delegate::Delegate;
pub use extension::{ExtensionBlock, ExtensionData, FileEntryExtension, FileReference};
pub use file_entry::FileEntry;
pub use item::{ItemKind, ShellItem};
pub use list::ItemList;
pub(crate) use name::append;
pub use name::shell_path;
pub use network::{NetworkItem, NetworkKind};
pub use portable_device::{PortableDevice, PortableFile, PortableVolume};
pub use property_view::PropertyView;
pub use root::RootFolder;
pub use uri::UriItem;
pub use volume::VolumeItem;

use encoding_rs::Encoding;

/// How deep item lists inside items are followed. Windows nests one.
const MOST_DEPTH: usize = 4;

/// Reads an item list: the items from the beginning of `bytes` up to the terminal one, or to the end.
/// `ansi` is the machine's code page. Offsets count from the beginning of `bytes`.
///
/// A list of one item, as the values of `BagMRU` in the registry hold it, is read by the same call.
#[must_use]
pub fn read(bytes: &[u8], ansi: &'static Encoding) -> ItemList {
    list::read(bytes, 0, ansi, 0)
}

/// As [`read`], for a list that stands `base` bytes into its source: offsets count from the source's
/// beginning.
pub(crate) fn read_at(bytes: &[u8], base: u64, ansi: &'static Encoding) -> ItemList {
    list::read(bytes, base, ansi, 0)
}

/// The path in the file system that items one below the other name; see [`ItemList::path`].
#[must_use]
pub fn file_path(items: &[ShellItem]) -> Option<String> {
    path::of(items)
}

#[cfg(test)]
mod tests;
