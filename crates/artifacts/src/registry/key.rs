//! Keys.

use kusari_evidence::time::Timestamp;

use super::cell::{KeyNode, NIL, allocated, file_offset};
use super::hive::Hive;
use super::recovery::{Parent, Recovered, RecoveredKey, dead};
use super::subkeys::{self, Entry};
use super::{Value, name};
use crate::Locator;

mod within;

/// How deep a tree of keys may be. Windows allows 512 levels (Microsoft, "Registry element size
/// limits").
pub(super) const DEEPEST: u16 = 512;

/// What stands in a path for the keys that are not known.
const UNKNOWN: &str = "?";

/// A key of a hive.
#[derive(Debug, Clone, Copy)]
pub struct Key<'h> {
    hive: &'h Hive,
    offset: u32,
    node: KeyNode<'h>,
    place: Place<'h>,
}

#[derive(Debug, Clone, Copy)]
enum Place<'h> {
    /// Reached from the root, over so many keys.
    Living(u16),
    Recovered(&'h RecoveredKey),
}

/// How a key's path is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathStanding {
    /// The key was reached from the root.
    Walked,
    /// The key is cut off, but its parent field leads to a living key. A key cannot be deleted
    /// before its subkeys, so that key is its parent.
    ByParent,
    /// The key was deleted. A list of subkeys in free space names it together with a living
    /// subkey of the key that its parent field leads to.
    Listed,
    /// The path begins with `?`: which keys stand above is not known.
    Unknown,
}

impl<'h> Key<'h> {
    pub(super) fn root(hive: &'h Hive, offset: u32) -> Option<Self> {
        Some(Self {
            hive,
            offset,
            node: live_node(hive.bins(), offset)?,
            place: Place::Living(0),
        })
    }

    /// A key that the survey has reached.
    pub(super) fn living(hive: &'h Hive, offset: u32) -> Option<Self> {
        let node = live_node(hive.bins(), offset)?;
        // How deep it stands matters for its subkeys only.
        let steps = climb(hive, offset).count();
        Some(Self {
            hive,
            offset,
            node,
            place: Place::Living(u16::try_from(steps).unwrap_or(DEEPEST)),
        })
    }

    pub(super) fn recovered(hive: &'h Hive, key: &'h RecoveredKey) -> Option<Self> {
        Some(Self {
            hive,
            offset: key.offset,
            node: dead::node(hive.bins(), &hive.survey().used, key.offset)?,
            place: Place::Recovered(key),
        })
    }

    pub(super) const fn hive(&self) -> &'h Hive {
        self.hive
    }

    /// The key's own name.
    #[must_use]
    pub fn name(&self) -> String {
        node_name(self.node)
    }

    /// The names from below the root down to this key, separated by `\`; empty for the root.
    ///
    /// The path of a recovered key holds only what is known; `?` stands for the keys above that
    /// are not. See [`Key::path_standing`] and, for leads, [`Key::possible_path`].
    #[must_use]
    pub fn path(&self) -> String {
        self.path_over(|key| match key.how {
            Recovered::Deleted => key.is_listed,
            Recovered::CutOff | Recovered::BehindEnd => true,
        })
    }

    /// For a recovered key, the path by its parent field and those of the keys above, as far as
    /// nothing speaks against it. This is a lead and no proof: the cell of a deleted key's parent
    /// may have been used anew for another key. `None` when it says no more than [`Key::path`].
    #[must_use]
    pub fn possible_path(&self) -> Option<String> {
        let path = self.path_over(|_| true);
        (self.is_recovered() && path != self.path()).then_some(path)
    }

    /// How [`Key::path`] is known.
    #[must_use]
    pub fn path_standing(&self) -> PathStanding {
        let Place::Recovered(key) = self.place else {
            return PathStanding::Walked;
        };
        if self.path().starts_with(UNKNOWN) {
            PathStanding::Unknown
        } else if key.is_listed {
            PathStanding::Listed
        } else {
            PathStanding::ByParent
        }
    }

    /// The path over those recovered keys whose parent field `is_good`.
    fn path_over(&self, is_good: impl Fn(&RecoveredKey) -> bool) -> String {
        let mut names = Vec::new();
        let mut place = match self.place {
            Place::Living(_) => Parent::Living(self.offset),
            Place::Recovered(_) => Parent::Recovered(self.offset),
        };
        for _ in 0..DEEPEST {
            let Parent::Recovered(offset) = place else {
                break;
            };
            place = Parent::Unknown;
            if let Some(key) = self.hive.recovery().key(offset) {
                names.extend(Key::recovered(self.hive, key).map(|key| key.name()));
                if is_good(key) {
                    place = key.parent;
                }
            }
        }
        match place {
            Parent::Living(offset) => names.extend(
                climb(self.hive, offset)
                    .filter_map(|offset| live_node(self.hive.bins(), offset))
                    .map(node_name),
            ),
            Parent::Recovered(_) | Parent::Unknown => names.push(UNKNOWN.to_owned()),
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
        let cell = match self.place {
            Place::Living(_) => allocated(self.hive.bins(), offset)?,
            Place::Recovered(_) => dead::cell(self.hive.bins(), &self.hive.survey().used, offset)?,
        };
        Some(name::decode(cell.get(..usize::from(length))?, false))
    }

    /// Whether the key was not reached from the root but found in free or cut-off cells.
    #[must_use]
    pub const fn is_recovered(&self) -> bool {
        matches!(self.place, Place::Recovered(_))
    }

    /// How the key came to be found; `None` for a living key.
    #[must_use]
    pub const fn recovery(&self) -> Option<Recovered> {
        match self.place {
            Place::Living(_) => None,
            Place::Recovered(key) => Some(key.how),
        }
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

    /// The subkeys, in the order in which the hive lists them; of a recovered key, the recovered
    /// keys whose parent field leads to it.
    ///
    /// A key that names another parent than this one, or that is listed twice, is left out: the
    /// list or the key is damaged, and which one cannot be told here.
    pub fn subkeys(&self) -> impl Iterator<Item = Key<'h>> + use<'h> {
        let key = *self;
        let offsets = match self.place {
            Place::Living(_) => self.subkey_offsets(),
            Place::Recovered(_) => self.hive.recovery().children(self.offset),
        };
        offsets
            .into_iter()
            .filter_map(move |offset| match key.place {
                Place::Living(depth) => Some(Key {
                    hive: key.hive,
                    offset,
                    node: live_node(key.hive.bins(), offset)?,
                    place: Place::Living(depth + 1),
                }),
                Place::Recovered(_) => Key::recovered(key.hive, key.hive.recovery().key(offset)?),
            })
    }

    /// The key at a path below this one, names separated by `\`, without case. The empty path is
    /// the key itself.
    #[must_use]
    pub fn subkey(&self, path: &str) -> Option<Key<'h>> {
        path.split('\\')
            .filter(|part| !part.is_empty())
            .try_fold(*self, |key, part| key.child(part))
    }

    fn child(&self, wanted: &str) -> Option<Key<'h>> {
        let Place::Living(depth) = self.place else {
            return self.subkeys().find(|key| has_name(key.node, wanted));
        };
        let mut found = None;
        let list = self.subkeys_list(depth)?;
        subkeys::each(
            self.hive.bins(),
            list,
            |_| true,
            |entry| {
                if let Entry::Key(offset) = entry
                    && let Some(node) = child_node(self.hive, self.offset, offset)
                    && has_name(node, wanted)
                {
                    found = Some(Key {
                        hive: self.hive,
                        offset,
                        node,
                        place: Place::Living(depth + 1),
                    });
                }
                found.is_none()
            },
        );
        found
    }

    /// The list of subkeys, when the key has any and is not too deep to have them.
    fn subkeys_list(&self, depth: u16) -> Option<u32> {
        (self.node.subkey_count() > 0 && depth < DEEPEST).then(|| self.node.subkeys_list())
    }

    fn subkey_offsets(&self) -> Vec<u32> {
        let mut offsets = Vec::new();
        if let Place::Living(depth) = self.place
            && let Some(list) = self.subkeys_list(depth)
        {
            subkeys::each(
                self.hive.bins(),
                list,
                |_| true,
                |entry| {
                    if let Entry::Key(offset) = entry
                        && child_node(self.hive, self.offset, offset).is_some()
                    {
                        offsets.push(offset);
                    }
                    true
                },
            );
        }
        without_repeats(offsets)
    }

    /// The values, in the order in which the hive lists them. Of a recovered key, those whose
    /// cells have not been used anew.
    pub fn values(&self) -> impl Iterator<Item = Value<'h>> + use<'h> {
        let key = *self;
        without_repeats(self.value_offsets())
            .into_iter()
            .filter_map(move |offset| Value::of(key, offset))
    }

    /// The value of that name, without case; the empty name is the default value.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Value<'h>> {
        self.value_offsets()
            .into_iter()
            .filter_map(|offset| Value::of(*self, offset))
            .find(|value| value.has_name(name))
    }

    fn value_offsets(&self) -> Vec<u32> {
        let bins = self.hive.bins();
        match self.place {
            Place::Living(_) if self.node.has_no_value_list() => Vec::new(),
            Place::Living(_) => {
                let list = allocated(bins, self.node.values_list()).unwrap_or_default();
                subkeys::values(bins, list, self.node.value_count()).collect()
            }
            Place::Recovered(_) => dead::value_offsets(bins, &self.hive.survey().used, self.node),
        }
    }
}

/// The key at `offset` and those above it, up to but without the root.
fn climb(hive: &Hive, offset: u32) -> impl Iterator<Item = u32> + '_ {
    let is_below_root = move |offset: &u32| Some(*offset) != hive.root_cell();
    std::iter::successors(Some(offset).filter(is_below_root), move |&offset| {
        live_node(hive.bins(), offset)
            .map(KeyNode::parent)
            .filter(is_below_root)
    })
    .take(usize::from(DEEPEST))
}

/// The node at `offset`, when it is a subkey of the key at `parent` by its own word. Since every
/// key names one parent and the root is nobody's subkey, no key can be reached on two ways, and
/// the walk is a tree.
pub(super) fn child_node(hive: &Hive, parent: u32, offset: u32) -> Option<KeyNode<'_>> {
    let node = live_node(hive.bins(), offset)?;
    (node.parent() == parent && Some(offset) != hive.root_cell()).then_some(node)
}

/// The key node in the allocated cell at `offset`.
pub(super) fn live_node(bins: &[u8], offset: u32) -> Option<KeyNode<'_>> {
    allocated(bins, offset).and_then(KeyNode::read)
}

fn node_name(node: KeyNode<'_>) -> String {
    name::decode(
        node.name_bytes().unwrap_or_default(),
        node.name_is_compressed(),
    )
}

fn has_name(node: KeyNode<'_>, wanted: &str) -> bool {
    name::matches(
        node.name_bytes().unwrap_or_default(),
        node.name_is_compressed(),
        wanted,
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
    let mut seen = std::collections::HashSet::with_capacity(offsets.len());
    offsets
        .into_iter()
        .filter(|&offset| seen.insert(offset))
        .collect()
}
