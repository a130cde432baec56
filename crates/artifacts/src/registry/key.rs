//! Keys.

use std::sync::Arc;

use kusari_evidence::time::Timestamp;

use super::cell::{KeyNode, NIL, allocated, file_offset, index};
use super::hive::Hive;
use super::subkeys::{self, Entry};
use super::{Value, name};
use crate::Locator;

/// How deep a tree of keys may be. Windows allows 512 levels (Microsoft, "Registry element size
/// limits").
pub(super) const DEEPEST: u16 = 512;

/// A key of a hive.
#[derive(Debug, Clone)]
pub struct Key<'h> {
    pub(super) hive: &'h Hive,
    pub(super) offset: u32,
    pub(super) node: KeyNode<'h>,
    /// The way from the root to this key's parent; `None` for the root itself.
    trail: Option<Arc<Trail>>,
}

/// A key on the way down to another.
#[derive(Debug)]
struct Trail {
    offset: u32,
    /// How many keys stand above this one.
    depth: u16,
    above: Option<Arc<Trail>>,
}

impl<'h> Key<'h> {
    pub(super) fn root(hive: &'h Hive, offset: u32) -> Self {
        Self {
            hive,
            offset,
            // The caller has found a key there.
            node: live_node(hive.bins(), offset).unwrap_or(KeyNode::EMPTY),
            trail: None,
        }
    }

    /// The key's own name.
    #[must_use]
    pub fn name(&self) -> String {
        node_name(self.node)
    }

    /// The names from below the root down to this key, separated by `\`; empty for the root.
    #[must_use]
    pub fn path(&self) -> String {
        let mut names = Vec::new();
        if self.trail.is_some() {
            names.push(self.name());
        }
        let mut step = self.trail.as_deref();
        while let Some(trail) = step {
            if trail.above.is_some()
                && let Some(node) = live_node(self.hive.bins(), trail.offset)
            {
                names.push(node_name(node));
            }
            step = trail.above.as_deref();
        }
        names.reverse();
        names.join("\\")
    }

    /// When the key was last written: a value was set or deleted, or a subkey was created or
    /// deleted. By the machine's clock, in UTC.
    #[must_use]
    pub fn last_written(&self) -> Option<Timestamp> {
        Timestamp::from_filetime(self.node.last_written())
    }

    /// The offset of the key's cell in the hive file, counted from the file's start and pointing
    /// at the cell's size field.
    #[must_use]
    pub const fn cell(&self) -> u32 {
        file_offset(self.offset)
    }

    /// The class name, which some keys carry beside their name.
    #[must_use]
    pub fn class_name(&self) -> Option<String> {
        let (offset, length) = self.node.class();
        if offset == NIL || length == 0 {
            return None;
        }
        let bytes = allocated(self.hive.bins(), offset)?.get(..usize::from(length))?;
        Some(name::decode(bytes, false))
    }

    /// Where the key stands in its hive.
    #[must_use]
    pub fn locator(&self) -> Locator {
        Locator::Registry {
            cell: self.cell(),
            key: self.path(),
            value: None,
        }
    }

    /// The subkeys, in the order in which the hive lists them.
    ///
    /// A key that names another parent than this one, or that is listed twice, is left out: the
    /// list or the key is damaged, and which one cannot be told here.
    pub fn subkeys(&self) -> impl Iterator<Item = Key<'h>> + use<'h> {
        let hive = self.hive;
        let trail = self.trail_down();
        self.subkey_offsets().into_iter().filter_map(move |offset| {
            Some(Key {
                hive,
                offset,
                node: live_node(hive.bins(), offset)?,
                trail: trail.clone(),
            })
        })
    }

    /// The key at a path below this one, names separated by `\`, without case. The empty path is
    /// the key itself.
    #[must_use]
    pub fn subkey(&self, path: &str) -> Option<Key<'h>> {
        let mut key = self.clone();
        for part in path.split('\\').filter(|part| !part.is_empty()) {
            key = key.child(part)?;
        }
        Some(key)
    }

    fn child(&self, wanted: &str) -> Option<Key<'h>> {
        let mut found = None;
        let list = self.subkeys_list()?;
        subkeys::each(
            self.hive.bins(),
            list,
            |_| {},
            |entry| {
                if let Entry::Key(offset) = entry
                    && let Some(node) = self.child_node(offset)
                    && name::matches(
                        node.name_bytes().unwrap_or_default(),
                        node.name_is_compressed(),
                        wanted,
                    )
                {
                    found = Some((offset, node));
                }
                found.is_none()
            },
        );
        let (offset, node) = found?;
        Some(Key {
            hive: self.hive,
            offset,
            node,
            trail: self.trail_down(),
        })
    }

    /// The list of subkeys, when the key has any and is not too deep to have them.
    pub(super) fn subkeys_list(&self) -> Option<u32> {
        let list = self.node.subkeys_list();
        let depth = self.trail.as_ref().map_or(0, |trail| trail.depth + 1);
        (list != NIL && self.node.subkey_count() > 0 && depth < DEEPEST).then_some(list)
    }

    /// The node at `offset`, when it is a subkey of this key by its own word. Since every key
    /// names one parent, nothing can be reached on two ways, and the walk is a tree.
    pub(super) fn child_node(&self, offset: u32) -> Option<KeyNode<'h>> {
        let node = live_node(self.hive.bins(), offset)?;
        let is_child = node.parent() == self.offset && !self.stands_on_trail(offset);
        is_child.then_some(node)
    }

    /// Whether `offset` is this key or one above it.
    fn stands_on_trail(&self, offset: u32) -> bool {
        let mut step = self.trail.as_deref();
        while let Some(trail) = step {
            if trail.offset == offset {
                return true;
            }
            step = trail.above.as_deref();
        }
        self.offset == offset
    }

    fn subkey_offsets(&self) -> Vec<u32> {
        let mut offsets = Vec::new();
        if let Some(list) = self.subkeys_list() {
            subkeys::each(
                self.hive.bins(),
                list,
                |_| {},
                |entry| {
                    if let Entry::Key(offset) = entry
                        && self.child_node(offset).is_some()
                    {
                        offsets.push(offset);
                    }
                    true
                },
            );
        }
        without_repeats(offsets)
    }

    fn trail_down(&self) -> Option<Arc<Trail>> {
        Some(Arc::new(Trail {
            offset: self.offset,
            depth: self.trail.as_ref().map_or(0, |trail| trail.depth + 1),
            above: self.trail.clone(),
        }))
    }

    /// The values, in the order in which the hive lists them.
    pub fn values(&self) -> impl Iterator<Item = Value<'h>> + use<'h> {
        let key = self.clone();
        without_repeats(self.value_offsets().collect())
            .into_iter()
            .filter_map(move |offset| Value::live(&key, offset))
    }

    /// The value of that name, without case; the empty name is the default value.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Value<'h>> {
        self.value_offsets()
            .filter_map(|offset| Value::live(self, offset))
            .find(|value| value.has_name(name))
    }

    fn value_offsets(&self) -> impl Iterator<Item = u32> + use<'h> {
        let list = self.node.values_list();
        let count = self.node.value_count();
        let cell = (list != NIL && count > 0)
            .then(|| allocated(self.hive.bins(), list))
            .flatten()
            .unwrap_or_default();
        subkeys::values(cell, count).0
    }
}

/// The key node in the allocated cell at `offset`.
pub(super) fn live_node(bins: &[u8], offset: u32) -> Option<KeyNode<'_>> {
    allocated(bins, offset).and_then(KeyNode::read)
}

pub(super) fn node_name(node: KeyNode<'_>) -> String {
    name::decode(
        node.name_bytes().unwrap_or_default(),
        node.name_is_compressed(),
    )
}

/// The first of each, in their order. Sound lists have no repeats, so looking for one must be
/// cheap and taking them out need not.
fn without_repeats(offsets: Vec<u32>) -> Vec<u32> {
    let mut sorted = offsets.clone();
    sorted.sort_unstable();
    let repeats = sorted.windows(2).any(|pair| pair.first() == pair.last());
    if !repeats {
        return offsets;
    }
    let mut seen = std::collections::HashSet::with_capacity(index(u32::from(u16::MAX)));
    offsets
        .into_iter()
        .filter(|&offset| seen.insert(offset))
        .collect()
}
