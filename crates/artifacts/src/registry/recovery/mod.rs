//! Keys and values that no living key leads to: deleted ones in free cells, and ones that damage
//! has cut off from their parents.
//!
//! Windows marks the cells of what it deletes as free, joins free neighbours by making the first
//! one longer, and leaves the content as it is until a cell is used anew. So what stands there is
//! true as far as it goes, but what its pointers point to may meanwhile be something else. Every
//! pointer is therefore held against the cells that living keys use.
//!
//! Sources: the registry file format specification ("Unallocated cell"); Maxim Suhanov, yarp's
//! documentation of deleted data.

pub(super) mod dead;
mod lists;

use std::collections::HashSet;

use super::bins::{self, Stretch};
use super::cell::{KeyNode, SIZE_FIELD, index};
use super::hive::Hive;
use super::key::{DEEPEST, live_node};
use super::survey::Survey;
use super::used::Used;

/// How a key or value came to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recovered {
    /// It stands in a free cell, or in the unused end of a cell in use: it was deleted, or moved
    /// to another cell.
    Deleted,
    /// Its cell is in use but nothing that lives leads to it: damage or unfinished writing has
    /// cut it off.
    CutOff,
    /// It stands behind the end of the hive that the header states: left from a time when the
    /// hive was longer, or from a growth whose log is missing. What it points to inside the hive
    /// may have been laid out anew since, so only pointers behind the end are followed.
    BehindEnd,
}

/// Where a recovered key's own parent field leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parent {
    Living(u32),
    Recovered(u32),
    /// To no key, or to one that cannot be its parent.
    Unknown,
}

#[derive(Debug)]
pub(super) struct RecoveredKey {
    pub(super) offset: u32,
    pub(super) how: Recovered,
    pub(super) parent: Parent,
    /// Whether a list in free space names it together with a living subkey of the same parent.
    pub(super) is_listed: bool,
}

#[derive(Debug)]
pub(super) struct RecoveredValue {
    pub(super) offset: u32,
    pub(super) how: Recovered,
    /// The living key that a list in free space suggests.
    pub(super) possible_key: Option<u32>,
}

/// All that was found, in the order of the file.
#[derive(Debug)]
pub(super) struct Recovery {
    pub(super) keys: Vec<RecoveredKey>,
    /// Values that no recovered key lists.
    pub(super) values: Vec<RecoveredValue>,
}

impl Recovery {
    pub(super) fn of(hive: &Hive) -> Self {
        let survey = hive.survey();
        let mut found = Self::scan(hive, survey);
        found.find_parents(hive, survey);
        let listed = found.listed_values(hive, &survey.used);
        found.values.retain(|value| !listed.contains(&value.offset));
        lists::look_for(&mut found, hive, survey);
        found
    }

    pub(super) fn key(&self, offset: u32) -> Option<&RecoveredKey> {
        let at = self.keys.binary_search_by_key(&offset, |key| key.offset);
        at.ok().and_then(|at| self.keys.get(at))
    }

    /// The recovered keys whose parent is the recovered key at `offset`.
    pub(super) fn children(&self, offset: u32) -> Vec<u32> {
        self.keys
            .iter()
            .filter(|key| key.parent == Parent::Recovered(offset))
            .map(|key| key.offset)
            .collect()
    }

    fn key_mut(&mut self, offset: u32) -> Option<&mut RecoveredKey> {
        let at = self.keys.binary_search_by_key(&offset, |key| key.offset);
        at.ok().and_then(|at| self.keys.get_mut(at))
    }

    fn value(&self, offset: u32) -> Option<&RecoveredValue> {
        let at = self
            .values
            .binary_search_by_key(&offset, |value| value.offset);
        at.ok().and_then(|at| self.values.get(at))
    }

    fn scan(hive: &Hive, survey: &Survey) -> Self {
        let bins = hive.bins();
        let end = hive.stated_end();
        let mut found = Self {
            keys: Vec::new(),
            values: Vec::new(),
        };
        bins::each(bins, |stretch, from, to| {
            let how = match stretch {
                _ if from >= end => Recovered::BehindEnd,
                Stretch::Free => Recovered::Deleted,
                // The unused end of a cell that lives.
                Stretch::Allocated if survey.used.is(from) => Recovered::Deleted,
                // A cell that nothing leads to may be one whose damaged size has swallowed
                // others, so its inside is looked at too.
                Stretch::Allocated | Stretch::Lost(_) => Recovered::CutOff,
            };
            found.look_into(bins, survey, from, to, how);
        });
        found
    }

    /// Looks for records at every place in a stretch where a cell could begin.
    fn look_into(&mut self, bins: &[u8], survey: &Survey, from: u32, to: u32, how: Recovered) {
        let mut at = from;
        while at < to {
            if !survey.used.is(at) {
                self.look_at(bins, &survey.used, at, how);
            }
            at = at.saturating_add(8);
        }
    }

    fn look_at(&mut self, bins: &[u8], used: &Used, offset: u32, how: Recovered) {
        let start = index(offset).saturating_add(SIZE_FIELD);
        match bins.get(start..start.saturating_add(2)) {
            Some(b"nk") if dead::node(bins, used, offset).is_some() => {
                self.keys.push(RecoveredKey {
                    offset,
                    how,
                    parent: Parent::Unknown,
                    is_listed: false,
                });
            }
            Some(b"vk") if dead::value(bins, used, offset).is_some() => {
                self.values.push(RecoveredValue {
                    offset,
                    how,
                    possible_key: None,
                });
            }
            _ => {}
        }
    }

    fn find_parents(&mut self, hive: &Hive, survey: &Survey) {
        let bins = hive.bins();
        let parents: Vec<Parent> = self
            .keys
            .iter()
            .map(|key| self.parent_of(bins, survey, key).unwrap_or(Parent::Unknown))
            .collect();
        for (key, parent) in self.keys.iter_mut().zip(parents) {
            key.parent = parent;
        }
        // A ring of keys, or a way deeper than a registry can be, leads nowhere.
        let endless: Vec<bool> = self.keys.iter().map(|key| self.is_endless(key)).collect();
        for (key, endless) in self.keys.iter_mut().zip(endless) {
            if endless {
                key.parent = Parent::Unknown;
            }
        }
    }

    fn parent_of(&self, bins: &[u8], survey: &Survey, key: &RecoveredKey) -> Option<Parent> {
        let node = dead::node(bins, &survey.used, key.offset)?;
        let offset = node.parent();
        if key.how == Recovered::BehindEnd && self.key(offset).is_none() {
            return None;
        }
        let (parent, place) = if survey.keys.is(offset) {
            (live_node(bins, offset)?, Parent::Living(offset))
        } else if offset != key.offset && self.key(offset).is_some() {
            (
                dead::node(bins, &survey.used, offset)?,
                Parent::Recovered(offset),
            )
        } else {
            return None;
        };
        can_be_parent(parent, node, key.how).then_some(place)
    }

    fn is_endless(&self, key: &RecoveredKey) -> bool {
        let mut parent = key.parent;
        for _ in 0..DEEPEST {
            match parent {
                Parent::Recovered(offset) => {
                    parent = self.key(offset).map_or(Parent::Unknown, |key| key.parent);
                }
                Parent::Living(_) | Parent::Unknown => return false,
            }
        }
        true
    }

    /// The values that the recovered keys list.
    fn listed_values(&self, hive: &Hive, used: &Used) -> HashSet<u32> {
        self.keys
            .iter()
            .filter_map(|key| dead::node(hive.bins(), used, key.offset))
            .flat_map(|node| dead::value_offsets(hive.bins(), used, node))
            // Lists do not overlap, so together they are no longer than the hive.
            .take(hive.bins().len())
            .filter(|&offset| self.value(offset).is_some())
            .collect()
    }
}

/// Whether nothing speaks against `parent` as the parent of `child`. The cell that a deleted
/// key's parent stood in may have been used anew.
fn can_be_parent(parent: KeyNode<'_>, child: KeyNode<'_>, how: Recovered) -> bool {
    // Deleting a key writes its parent, so a parent is not older than a child it has lost.
    let is_older = how == Recovered::Deleted && parent.last_written() < child.last_written();
    // Losing the last subkey sets the longest name back to nothing.
    let has_room =
        parent.subkey_count() == 0 || child.name_length_as_utf16() <= parent.longest_subkey_name();
    !is_older && has_room
}
