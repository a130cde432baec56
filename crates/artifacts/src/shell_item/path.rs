//! From items to a path in a file system.

use super::item::{ItemKind, ShellItem};
use super::network::NetworkKind;

pub(super) fn of(items: &[ShellItem]) -> Option<String> {
    let mut path: Option<String> = None;
    for (number, item) in items.iter().enumerate() {
        match &item.kind {
            ItemKind::RootFolder(_) if number == 0 => {}
            ItemKind::Volume(volume) => {
                let name = volume.name.as_deref()?;
                if path.is_some() {
                    return None;
                }
                path = Some(name.to_owned());
            }
            ItemKind::Network(network) => match network.kind {
                // A share's item holds the whole path to it.
                NetworkKind::Share | NetworkKind::Server => {
                    path = Some(network.location.text()?.to_owned());
                }
                NetworkKind::Domain | NetworkKind::Network | NetworkKind::Entire => {}
                NetworkKind::Other(_) => return None,
            },
            _ => {
                let name = item.file_name()?;
                // Below a folder of the shell (a user's documents) the place in the file system is
                // not in the list.
                let path = path.as_mut()?;
                if !path.ends_with('\\') {
                    path.push('\\');
                }
                path.push_str(name);
            }
        }
    }
    path
}
