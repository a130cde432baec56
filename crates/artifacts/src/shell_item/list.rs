//! Lists of items.

use encoding_rs::Encoding;

use super::item::{self, ShellItem};
use super::{MOST_DEPTH, path};
use crate::Damage;
use crate::wire::{offset, slice_at, u16_at};

/// An item list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemList {
    /// The items, from the outermost.
    pub items: Vec<ShellItem>,
    /// How many bytes the list takes, the terminal item included.
    pub length: u64,
    /// Whether the terminal item stands behind the items.
    pub terminated: bool,
    /// What could not be read. Offsets count as the items' do.
    pub damage: Vec<Damage>,
}

impl ItemList {
    /// The path in the file system that the list names: `E:\data\ESB.bak`,
    /// `\\server\share\ESB.bak`. `None` where an item on the way is none of a drive, a share, a
    /// folder or a file.
    ///
    /// The folder that a list begins with (the computer, the network) takes no part in the path.
    #[must_use]
    pub fn path(&self) -> Option<String> {
        path::of(&self.items)
    }

    /// The last item, which is the thing that the list names.
    #[must_use]
    pub fn target(&self) -> Option<&ShellItem> {
        self.items.last()
    }
}

/// Reads a list that stands `base` bytes into its source.
pub(super) fn read(bytes: &[u8], base: u64, ansi: &'static Encoding, depth: usize) -> ItemList {
    let mut list = ItemList::default();
    if depth > MOST_DEPTH {
        let reason = "an item list nested deeper than Windows nests them";
        list.damage
            .push(Damage::new(base, offset(bytes.len()), reason));
        return list;
    }
    let mut at = 0_usize;
    // Each round takes at least two bytes, and the items together no more than there are.
    while let Some(size) = u16_at(bytes, at) {
        let place = base.saturating_add(offset(at));
        if size == 0 {
            at = at.saturating_add(2);
            list.terminated = true;
            break;
        }
        let rest = bytes.len().saturating_sub(at);
        let Some(found) = slice_at(bytes, at, usize::from(size)).filter(|found| found.len() >= 3)
        else {
            Damage::new(
                place,
                offset(rest),
                format!("a shell item of {size} bytes, where {rest} are left"),
            )
            .push_to(&mut list.damage);
            at = bytes.len();
            break;
        };
        let found = item::read(found, place, ansi, depth, &mut list.damage);
        list.items.push(found);
        at = at.saturating_add(usize::from(size));
    }
    list.length = offset(at.min(bytes.len()));
    list
}
