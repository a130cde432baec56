//! From items to a path in a file system.

use super::item::{ItemKind, ShellItem};
use super::network::NetworkKind;

pub(super) fn of(items: &[ShellItem]) -> Option<String> {
    let mut path: Option<String> = None;
    // Whether an item was passed whose place in a file system is not known.
    let mut is_lost = false;
    for (number, item) in items.iter().enumerate() {
        match &item.kind {
            ItemKind::RootFolder(_) if number == 0 => {}
            ItemKind::Volume(volume) => {
                let name = volume.name.as_deref()?;
                if is_lost || path.is_some() {
                    return None;
                }
                path = Some(name.to_owned());
            }
            ItemKind::Network(network) => match network.kind {
                // The item of a share or server holds the whole path to it, whatever stands above.
                NetworkKind::Share | NetworkKind::Server => {
                    path = Some(network.location.text()?.to_owned());
                    is_lost = false;
                }
                NetworkKind::Domain | NetworkKind::Network | NetworkKind::Entire => {}
                NetworkKind::Other(_) => return None,
            },
            _ => {
                // Below a folder of the shell (a user's documents) the place in the file system is
                // not in the list.
                match (item.file_name(), path.as_mut()) {
                    (Some(name), Some(path)) if !is_lost => {
                        if !path.ends_with('\\') {
                            path.push('\\');
                        }
                        path.push_str(name);
                    }
                    _ => is_lost = true,
                }
            }
        }
    }
    path.filter(|_| !is_lost)
}
