//! Values that stand in a tree of their own, in pieces.
//!
//! The key of a value is its number, highest byte first; its entry says how long it is. The keys of
//! its pieces are that key and the piece's offset. A piece that is shorter than up to the next one is
//! compressed.
//!
//! Source: Microsoft, Extensible-Storage-Engine, `lv.hxx`, `daedef.hxx` (`LVROOT`).

use super::catalog::Table;
use super::compressed;
use super::database::Database;
use super::node::Node;
use super::page::Page;
use super::rows::DEEPEST;
use crate::wire::{size, u8_at, u32_at};

/// The longest value that is read. The longest of Windows' own databases are some megabytes.
const LONGEST: u32 = 64 << 20;

/// The bytes of a piece can't be more: they fit into a page.
const LONGEST_PIECE: usize = 1 << 16;

/// The value whose number stands in the row as `reference`.
pub(super) fn read(
    database: &Database<'_>,
    table: &Table,
    reference: &[u8],
) -> Result<Vec<u8>, String> {
    if !matches!(reference.len(), 4 | 8) {
        return Err("the number of a long value is neither 4 nor 8 bytes long".to_owned());
    }
    let root = table
        .long_values
        .ok_or("the table has no long values, but a row refers to one")?;
    let key: Vec<u8> = reference.iter().rev().copied().collect();
    let mut entries = Entries::seek(database, root, &key)?;
    let first = entries.next()?.filter(|(found, _)| *found == key);
    let Some((_, head)) = first else {
        return Err("the long value is not in its tree".to_owned());
    };
    let length = u32_at(&head, 4).ok_or("the entry of the long value is cut off")?;
    if u8_at(&head, 8).is_some_and(|flags| flags & 1 != 0) {
        return Err("the long value is encrypted".to_owned());
    }
    if length > LONGEST {
        return Err(format!(
            "the long value has {length} bytes, more than are read"
        ));
    }
    if !database.made.spend(u64::from(length)) {
        return Err("too many bytes of long values were read already".to_owned());
    }
    let total = size(length);
    let mut value = Vec::new();
    let mut piece = entries.piece(&key)?;
    while value.len() < total {
        let Some((offset, bytes)) = piece else {
            return Err(format!(
                "only {} of {total} bytes of the long value are there",
                value.len()
            ));
        };
        if offset != value.len() {
            return Err("a piece of the long value is missing".to_owned());
        }
        piece = entries.piece(&key)?;
        let end = piece.as_ref().map_or(total, |(next, _)| *next).min(total);
        let expected = end.saturating_sub(offset).min(LONGEST_PIECE);
        if bytes.len() == expected {
            value.extend_from_slice(&bytes);
        } else {
            let made = compressed::decompress(&bytes, expected)?;
            if made.len() != expected {
                return Err("a piece of the long value has another length than it should".into());
            }
            value.extend_from_slice(&made);
        }
    }
    Ok(value)
}

/// Entries of a tree from some key on.
struct Entries<'d> {
    database: &'d Database<'d>,
    page: Page,
    at: usize,
    object: u32,
    /// Leaves that may still follow.
    left: usize,
}

type Entry = (Vec<u8>, Vec<u8>);

impl<'d> Entries<'d> {
    fn seek(database: &'d Database<'_>, root: u32, key: &[u8]) -> Result<Self, String> {
        let mut page = database.page(root).map_err(|damage| damage.reason)?;
        let object = page.object;
        let mut own = Vec::new();
        for _ in 0..DEEPEST {
            if page.is_leaf() {
                let at = first_entry(&page, |node| {
                    node.key(&page, &mut own);
                    own.as_slice() < key
                })?;
                return Ok(Self {
                    database,
                    page,
                    at,
                    object,
                    left: size(LONGEST) / 512,
                });
            }
            // A branch's key lies above all keys below it; the last one has none.
            let at = first_entry(&page, |node| {
                node.key(&page, &mut own);
                !own.is_empty() && own.as_slice() <= key
            })?;
            let at = at.min(page.entries().saturating_sub(1));
            let child = Node::read(&page, at).and_then(|node| node.child(&page));
            let child = child.ok_or("an entry in the tree of long values leads to no page")?;
            page = database.page(child).map_err(|damage| damage.reason)?;
            if page.object != object {
                return Err("the tree of long values leads into another one".to_owned());
            }
        }
        Err("the tree of long values is too deep".to_owned())
    }

    /// The next entry that is not deleted.
    fn next(&mut self) -> Result<Option<Entry>, String> {
        loop {
            if self.at >= self.page.entries() {
                self.left = self.left.saturating_sub(1);
                if self.page.next == 0 || self.left == 0 {
                    return Ok(None);
                }
                let next = self.database.page(self.page.next);
                self.page = next.map_err(|damage| damage.reason)?;
                self.at = 0;
                if self.page.object != self.object || !self.page.is_leaf() {
                    return Ok(None);
                }
                continue;
            }
            let node = Node::read(&self.page, self.at)
                .ok_or("an entry in the tree of long values lies outside of its page")?;
            self.at = self.at.saturating_add(1);
            if node.tag.deleted {
                continue;
            }
            let mut key = Vec::new();
            node.key(&self.page, &mut key);
            return Ok(Some((key, self.page.bytes(node.data).to_vec())));
        }
    }

    /// The next entry as a piece of the value with this key: its offset and bytes.
    fn piece(&mut self, value: &[u8]) -> Result<Option<(usize, Vec<u8>)>, String> {
        let Some((key, bytes)) = self.next()? else {
            return Ok(None);
        };
        let offset = key
            .strip_prefix(value)
            .and_then(|rest| rest.try_into().ok());
        Ok(offset.map(|offset| (size(u32::from_be_bytes(offset)), bytes)))
    }
}

/// The number of the first entry for which `is_before` is false.
fn first_entry(
    page: &Page,
    mut is_before: impl FnMut(&Node) -> bool,
) -> Result<usize, &'static str> {
    let (mut low, mut high) = (0, page.entries());
    while low < high {
        let middle = low.midpoint(high);
        let node = Node::read(page, middle)
            .ok_or("an entry in the tree of long values lies outside of its page")?;
        if is_before(&node) {
            low = middle.saturating_add(1);
        } else {
            high = middle;
        }
    }
    Ok(low)
}
