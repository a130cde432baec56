//! Shellbags: the folders that Explorer kept a view of (`BagMRU`).
//!
//! The keys under `BagMRU` are a tree like that of the folders; `BagMRU` itself is the desktop. A
//! value `N` of a key holds the shell item of a folder in it, the subkey `N` that folder's own
//! folders, and `NodeSlot` there the number of its view under `Bags`. Source: libyal winreg-kb,
//! "Most recently used"; the hives of the corpus.

use std::collections::HashMap;

use kusari_evidence::time::Timestamp;

use super::mru::{self, MruPlace};
use super::reading::Reading;
use crate::Locator;
use crate::registry::{Hive, Key};
use crate::shell_item::{self, ItemKind, ShellItem};

/// Where the trees stand: in `NTUSER.DAT`, then in `UsrClass.dat`.
const TREES: [&str; 6] = [
    r"Software\Microsoft\Windows\Shell\BagMRU",
    r"Software\Microsoft\Windows\ShellNoRoam\BagMRU",
    r"Local Settings\Software\Microsoft\Windows\Shell\BagMRU",
    r"Local Settings\Software\Microsoft\Windows\ShellNoRoam\BagMRU",
    r"Wow6432Node\Local Settings\Software\Microsoft\Windows\Shell\BagMRU",
    r"Wow6432Node\Local Settings\Software\Microsoft\Windows\ShellNoRoam\BagMRU",
];

/// What the root of a tree stands for.
const DESKTOP: &str = "Desktop";

/// How deep folders are followed. A path of Windows' usual 260 characters has at most 130 parts.
const DEEPEST: usize = 160;

/// A folder that Explorer kept a view of, or that lies on the way to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shellbag {
    /// The names from the desktop down, as Explorer shows them: `Desktop\My Computer\E:\data`; see
    /// [`shell_path`](crate::shell_item::shell_path).
    pub shell_path: String,
    /// The path in the file system, `E:\data`, where each item on the way has one.
    pub file_path: Option<String>,
    /// The device, by its path (`\\?\usb#vid_…#<serial>#{…}`), of a folder on a phone, a camera or
    /// another device that is read over MTP.
    pub device_path: Option<String>,
    /// The folder's own item: names, the folder's own times when the item was made, its place in
    /// the file table. `None` for a key without a value, whose item was deleted or never there.
    pub item: Option<ShellItem>,
    /// Its place among the folders of the folder that holds it. See [`MruPlace::used`]: opening a
    /// folder below this one brings this one to the front, too.
    pub place: MruPlace,
    /// The folder's own key.
    pub key: Option<BagKey>,
}

/// A folder's own key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BagKey {
    /// The key.
    pub locator: Locator,
    /// When it was last written, by the machine's clock, in UTC: a folder in it was opened, or its
    /// own view was first kept. For a folder without folders in it this is mostly when it was
    /// first opened.
    pub written: Option<Timestamp>,
    /// The number of its view under `Bags`. A folder without one is only on the way to others.
    pub node_slot: Option<u32>,
    /// How many folders are listed in it.
    pub folders: u32,
}

impl Shellbag {
    /// Whether it is a folder or file with a place of its own: a drive, a share, a folder or file
    /// of a file system or of a portable device. A folder of the shell itself (`My Computer`) is
    /// none.
    #[must_use]
    pub fn is_place(&self) -> bool {
        let Some(item) = &self.item else { return false };
        match &item.kind {
            ItemKind::Volume(volume) => volume.name.is_some(),
            ItemKind::Network(_) => self.file_path.is_some(),
            ItemKind::PortableDevice(_)
            | ItemKind::PortableVolume(_)
            | ItemKind::PortableFile(_) => true,
            _ => item.file_entry().is_some(),
        }
    }
}

pub(super) fn read(hive: &Hive, reading: &mut Reading) -> Vec<Shellbag> {
    let mut found = Vec::new();
    for path in TREES {
        if let Some(key) = hive.key(path) {
            let mut walk = Walk {
                reading,
                found: &mut found,
                items: Vec::new(),
            };
            let desktop = Above {
                shell_path: DESKTOP.to_owned(),
                ..Above::default()
            };
            walk.folder(&key, &desktop);
        }
    }
    found
}

/// What is known of the folder that holds others.
#[derive(Debug, Default, Clone)]
struct Above {
    shell_path: String,
    device_path: Option<String>,
    /// Whether an item on the way is missing.
    is_broken: bool,
}

struct Walk<'r> {
    reading: &'r mut Reading,
    found: &'r mut Vec<Shellbag>,
    /// The items from the desktop down to the folder that is being read.
    items: Vec<ShellItem>,
}

impl Walk<'_> {
    /// Reads the folders of one folder, and those in them; gives how many there are.
    fn folder(&mut self, key: &Key<'_>, above: &Above) -> u32 {
        let mut keys: HashMap<u32, Key<'_>> = HashMap::new();
        for (name, subkey) in self.reading.subkeys(key) {
            if let Some(number) = super::reading::number(&name) {
                keys.entry(number).or_insert(subkey);
            }
        }
        let mut count = 0_u32;
        for entry in mru::values(key, self.reading) {
            let mut list = self.reading.items(&entry.value, &entry.data, 0);
            if list.items.is_empty() {
                continue;
            }
            count = count.saturating_add(1);
            let own = keys.remove(&entry.number);
            let depth = self.items.len();
            // One item is what Windows writes; the last one names the folder.
            let item = list.items.pop();
            self.items.append(&mut list.items);
            let is_read = self.one(item, entry.place, own, above);
            self.items.truncate(depth);
            if !is_read {
                return count;
            }
        }
        // Keys whose value is gone. What is left in them is still a trace.
        let mut orphans: Vec<(u32, Key<'_>)> = keys.into_iter().collect();
        orphans.sort_by_key(|(number, _)| *number);
        for (_, own) in orphans {
            let place = MruPlace {
                position: None,
                key_written: key.last_written(),
                locator: own.locator(),
            };
            if !self.one(None, place, Some(own), above) {
                break;
            }
        }
        count
    }

    /// One folder and those in it. `false` when no more may be taken.
    fn one(
        &mut self,
        item: Option<ShellItem>,
        place: MruPlace,
        own: Option<Key<'_>>,
        above: &Above,
    ) -> bool {
        let mut here = above.clone();
        let name = item.as_ref().and_then(ShellItem::name);
        shell_item::append(&mut here.shell_path, name.as_deref());
        here.is_broken |= item.is_none();
        if let Some(ItemKind::PortableDevice(device)) = item.as_ref().map(|item| &item.kind) {
            here.device_path = Some(device.path.clone());
        }
        let depth = self.items.len();
        self.items.extend(item.clone());
        let file_path = (!here.is_broken)
            .then(|| shell_item::file_path(&self.items))
            .flatten();
        let kept = here.shell_path.len() + file_path.as_ref().map_or(0, String::len);
        let cell = own.as_ref().map_or(0, Key::cell);
        if !self.reading.take(kept.saturating_mul(2), cell) {
            return false;
        }
        let node_slot = own
            .as_ref()
            .and_then(|own| self.reading.number(own, "NodeSlot"));
        let index = self.found.len();
        self.found.push(Shellbag {
            shell_path: here.shell_path.clone(),
            file_path,
            device_path: here.device_path.clone(),
            item,
            place,
            key: own.as_ref().map(|own| BagKey {
                locator: own.locator(),
                written: own.last_written(),
                node_slot,
                folders: 0,
            }),
        });
        if let Some(own) = own {
            if self.items.len() > DEEPEST {
                let reason = "folders in BagMRU nested deeper than a path of Windows can be";
                self.reading.damage(u64::from(own.cell()), 0, reason);
            } else {
                let folders = self.folder(&own, &here);
                if let Some(BagKey { folders: count, .. }) =
                    self.found.get_mut(index).and_then(|bag| bag.key.as_mut())
                {
                    *count = folders;
                }
            }
        }
        self.items.truncate(depth);
        true
    }
}
