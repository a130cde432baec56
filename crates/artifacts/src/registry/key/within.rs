//! Subkeys and values, with a limit on how much of their lists is looked at.
//!
//! Each list alone is no longer than the hive, but in a made-up hive thousands of keys may point
//! to one long list. Who walks a tree of keys takes these, with one limit for the whole walk.

use super::{Key, Place, child_node, live_node, without_repeats};
use crate::registry::Value;
use crate::registry::subkeys::{self, Entry};

impl<'h> Key<'h> {
    /// As [`Key::subkeys`], but looks at no more than `entries` entries of lists and takes those
    /// that it looked at off it. What is behind is left out.
    #[must_use]
    pub fn subkeys_within(&self, entries: &mut usize) -> Vec<Self> {
        let Place::Living(depth) = self.place else {
            let found: Vec<Self> = self.subkeys().take(*entries).collect();
            *entries = entries.saturating_sub(found.len());
            return found;
        };
        let mut offsets = Vec::new();
        if let Some(list) = self.subkeys_list(depth) {
            let look = |entry| {
                let Some(rest) = entries.checked_sub(1) else {
                    return false;
                };
                *entries = rest;
                if let Entry::Key(offset) = entry
                    && child_node(self.hive, self.offset, offset).is_some()
                {
                    offsets.push(offset);
                }
                true
            };
            subkeys::each(self.hive.bins(), list, |_| true, look);
        }
        without_repeats(offsets)
            .into_iter()
            .filter_map(|offset| {
                Some(Key {
                    hive: self.hive,
                    offset,
                    node: live_node(self.hive.bins(), offset)?,
                    place: Place::Living(depth.saturating_add(1)),
                })
            })
            .collect()
    }

    /// As [`Key::values`], with a limit as [`Key::subkeys_within`] has it.
    #[must_use]
    pub fn values_within(&self, entries: &mut usize) -> Vec<Value<'h>> {
        let mut offsets = self.value_offsets();
        offsets.truncate(*entries);
        *entries = entries.saturating_sub(offsets.len());
        without_repeats(offsets)
            .into_iter()
            .filter_map(|offset| Value::of(*self, offset))
            .collect()
    }
}
