//! What people call a place that items name.

use super::control_panel::ControlPanelItem;
use super::extension::ExtensionData;
use super::item::{ItemKind, ShellItem};
use super::root;
use crate::known_folder;
use crate::property_store;

/// What stands in a path for an item without a name that can be read.
const UNKNOWN: &str = "?";

impl ShellItem {
    /// The item's name: that of a folder or file, of a drive (`E:\`), of a share
    /// (`\\server\share`), of a device or storage, the English name of a folder of the shell that
    /// Kusari knows, or else its GUID. `None` where none can be read.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        if let Some(name) = self.file_name() {
            return Some(name.to_owned());
        }
        let shell_folder = |folder| {
            root::name(folder).map_or_else(|| known_folder::name_or_id(folder), Into::into)
        };
        match &self.kind {
            ItemKind::RootFolder(root) => Some(shell_folder(root.folder)),
            ItemKind::Volume(volume) => match &volume.name {
                Some(name) => Some(name.clone()),
                None => volume.folder.map(shell_folder),
            },
            ItemKind::Network(network) => network.location.text().map(ToOwned::to_owned),
            ItemKind::Uri(uri) => uri.uri.clone(),
            ItemKind::ControlPanel(ControlPanelItem::Item(class)) => Some(shell_folder(*class)),
            ItemKind::ControlPanel(ControlPanelItem::Category(number)) => {
                Some(format!("Control Panel category {number}"))
            }
            ItemKind::ControlPanel(ControlPanelItem::File { path, name, .. }) => {
                Some(name.clone().unwrap_or_else(|| path.clone()))
            }
            ItemKind::Delegate(delegate) => Some(shell_folder(delegate.folder)),
            ItemKind::PortableDevice(device) => Some(device.name.clone()),
            ItemKind::PortableVolume(volume) => Some(volume.name.clone()),
            ItemKind::PortableFile(file) => Some(file.name.clone()),
            ItemKind::PropertyView(view) => view
                .known_folder
                .map(shell_folder)
                .or_else(|| display_name(&view.properties)),
            ItemKind::Game(class) => Some(shell_folder(*class)),
            ItemKind::FileEntry(_) | ItemKind::Merged(_) | ItemKind::Unknown(_) => None,
        }
        .or_else(|| self.name_in_extensions())
        .filter(|name| !name.is_empty())
    }

    fn name_in_extensions(&self) -> Option<String> {
        self.extensions.iter().find_map(|block| match &block.data {
            ExtensionData::Properties(stores) => display_name(stores),
            _ => None,
        })
    }
}

fn display_name(stores: &[property_store::PropertyStorage]) -> Option<String> {
    property_store::find(stores, "System.ItemNameDisplay")?
        .text()
        .map(ToOwned::to_owned)
}

/// The names of items one below the other, separated by `\`: `My Computer\E:\data`. `?` stands for
/// an item without a name that can be read. This is how Explorer shows the place and no path of
/// the file system; for that see [`file_path`](super::file_path).
#[must_use]
pub fn shell_path(items: &[ShellItem]) -> String {
    let mut path = String::new();
    for item in items {
        append(&mut path, item.name().as_deref());
    }
    path
}

/// Puts one more name behind a path. Of a place in the network, whose name is its whole path, the
/// last part.
pub(crate) fn append(path: &mut String, name: Option<&str>) {
    if !path.is_empty() {
        path.push('\\');
    }
    let name = name.unwrap_or(UNKNOWN);
    let name = name.strip_suffix('\\').unwrap_or(name);
    let last = name
        .strip_prefix(r"\\")
        .map(|path| path.rsplit('\\').next().unwrap_or(path));
    path.push_str(last.unwrap_or(name));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_put_one_behind_the_other() {
        let mut path = String::new();
        for name in [
            Some("Network"),
            Some(r"\\srv"),
            Some(r"\\srv\share"),
            None,
            Some("a"),
        ] {
            append(&mut path, name);
        }
        assert_eq!(path, r"Network\srv\share\?\a");
        let mut drive = String::new();
        append(&mut drive, Some(r"E:\"));
        append(&mut drive, Some("a"));
        assert_eq!(drive, r"E:\a");
    }
}
