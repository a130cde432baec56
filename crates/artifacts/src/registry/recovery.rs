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

use std::collections::{HashMap, HashSet};

use super::bins::{self, Stretch};
use super::cell::{KeyNode, KeyValue, NIL, SIZE_FIELD, allocated, cell, index, u32_at};
use super::hive::Hive;
use super::key::{DEEPEST, live_node};
use super::subkeys;
use super::survey::Survey;
use super::used::Used;

/// How a key or value came to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recovered {
    /// It stands in a free cell: it was deleted, or moved to another cell.
    Deleted,
    /// Its cell is in use but nothing that lives leads to it: damage or unfinished writing has
    /// cut it off.
    CutOff,
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
}

#[derive(Debug)]
pub(super) struct RecoveredValue {
    pub(super) offset: u32,
    pub(super) how: Recovered,
    /// The living key that it was a value of, where a list of values still says so.
    pub(super) key: Option<u32>,
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
        let mut found = Self::scan(hive.bins(), survey);
        found.find_parents(hive, survey);
        let listed = found.listed_values(hive, &survey.used);
        found.values.retain(|value| !listed.contains(&value.offset));
        found.find_owners(hive, survey);
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

    fn value(&self, offset: u32) -> Option<&RecoveredValue> {
        let at = self
            .values
            .binary_search_by_key(&offset, |value| value.offset);
        at.ok().and_then(|at| self.values.get(at))
    }

    fn scan(bins: &[u8], survey: &Survey) -> Self {
        let mut found = Self {
            keys: Vec::new(),
            values: Vec::new(),
        };
        bins::each(bins, |stretch, from, to| match stretch {
            Stretch::Allocated => {
                if !survey.used.is(from) {
                    found.look_at(bins, &survey.used, from, Recovered::CutOff);
                }
            }
            Stretch::Free => found.look_into(bins, survey, from, to, Recovered::Deleted),
            Stretch::Lost(_) => found.look_into(bins, survey, from, to, Recovered::CutOff),
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
            Some(b"nk") if dead_node(bins, used, offset).is_some() => {
                self.keys.push(RecoveredKey {
                    offset,
                    how,
                    parent: Parent::Unknown,
                });
            }
            Some(b"vk") if dead_value(bins, used, offset).is_some() => {
                self.values.push(RecoveredValue {
                    offset,
                    how,
                    key: None,
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
        let node = dead_node(bins, &survey.used, key.offset)?;
        let offset = node.parent();
        let (parent, place) = if survey.keys.is(offset) {
            (live_node(bins, offset)?, Parent::Living(offset))
        } else if offset != key.offset && self.key(offset).is_some() {
            (
                dead_node(bins, &survey.used, offset)?,
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
            .filter_map(|key| dead_node(hive.bins(), used, key.offset))
            .flat_map(|node| dead_value_offsets(hive.bins(), used, node))
            // Lists do not overlap, so together they are no longer than the hive.
            .take(hive.bins().len())
            .filter(|&offset| self.value(offset).is_some())
            .collect()
    }

    /// Finds the living keys that deleted values belonged to: the end of a living list of values
    /// that the list no longer counts, or a list in free space whose other values live.
    fn find_owners(&mut self, hive: &Hive, survey: &Survey) {
        if self.values.is_empty() {
            return;
        }
        let bins = hive.bins();
        let mut owners = Owners::default();
        let mut living = HashMap::new();
        for key in survey.keys.offsets() {
            let Some(node) = live_node(bins, key) else {
                continue;
            };
            let Some(list) = allocated(bins, node.values_list()) else {
                continue;
            };
            let (values, rest) = subkeys::values(bins, list, node.value_count());
            living.extend(values.map(|value| (value, key)));
            for value in rest.chunks_exact(4).filter_map(|entry| u32_at(entry, 0)) {
                if self.value(value).is_some() {
                    owners.claim(value, key);
                }
            }
        }
        bins::each(bins, |stretch, from, to| {
            if stretch != Stretch::Allocated {
                self.look_for_lists(bins, (from, to), &living, &mut owners);
            }
        });
        for value in &mut self.values {
            value.key = owners.of(value.offset);
        }
    }

    /// Looks for lists of values in a free stretch: runs of offsets of values, dead and living.
    fn look_for_lists(
        &self,
        bins: &[u8],
        (from, to): (u32, u32),
        living: &HashMap<u32, u32>,
        owners: &mut Owners,
    ) {
        let stretch = bins.get(index(from)..index(to)).unwrap_or_default();
        let mut run = Run::default();
        for entry in stretch.chunks_exact(4).filter_map(|entry| u32_at(entry, 0)) {
            if let Some(&key) = living.get(&entry).filter(|_| entry.is_multiple_of(8)) {
                run.keys.push(key);
            } else if entry.is_multiple_of(8) && self.value(entry).is_some() {
                run.dead.push(entry);
            } else {
                run.end(owners);
            }
        }
        run.end(owners);
    }
}

/// A run of offsets of values in free space.
#[derive(Default)]
struct Run {
    keys: Vec<u32>,
    dead: Vec<u32>,
}

impl Run {
    fn end(&mut self, owners: &mut Owners) {
        // One living neighbour may stand in a cell that was used anew; two of the same key do not
        // come about that way.
        if let Some(&key) = self.keys.first()
            && self.keys.len() >= 2
            && self.keys.iter().all(|&other| other == key)
        {
            for &value in &self.dead {
                owners.claim(value, key);
            }
        }
        self.keys.clear();
        self.dead.clear();
    }
}

/// Which key claims which dead value; two claims are none.
#[derive(Default)]
struct Owners(HashMap<u32, Option<u32>>);

impl Owners {
    fn claim(&mut self, value: u32, key: u32) {
        let owner = self.0.entry(value).or_insert(Some(key));
        if *owner != Some(key) {
            *owner = None;
        }
    }

    fn of(&self, value: u32) -> Option<u32> {
        self.0.get(&value).copied().flatten()
    }
}

/// Whether nothing speaks against `parent` as the parent of `child`. The cell that a deleted
/// key's parent stood in may have been used anew.
fn can_be_parent(parent: KeyNode<'_>, child: KeyNode<'_>, how: Recovered) -> bool {
    // Deleting a key writes its parent, so a parent is not older than a child it has lost.
    let is_older = how == Recovered::Deleted && parent.last_written() < child.last_written();
    !is_older && child.name_length_as_utf16() <= parent.longest_subkey_name()
}

/// The bytes at `offset` up to the next cell in use.
fn dead_bytes<'h>(bins: &'h [u8], used: &Used, offset: u32, most: usize) -> Option<&'h [u8]> {
    if !offset.is_multiple_of(8) {
        return None;
    }
    let start = index(offset).checked_add(SIZE_FIELD)?;
    let limit = u32::try_from(start.saturating_add(most).min(bins.len())).ok()?;
    bins.get(start..index(used.next(offset, limit)))
}

/// The key node at `offset` that no living key uses, when it can be one.
pub(super) fn dead_node<'h>(bins: &'h [u8], used: &Used, offset: u32) -> Option<KeyNode<'h>> {
    const LONGEST: usize = KeyNode::FIXED + 512;
    let node = KeyNode::read(dead_bytes(bins, used, offset, LONGEST)?)?;
    let is_named = node.name_bytes().is_some_and(|name| !name.is_empty());
    let has_time = kusari_evidence::time::Timestamp::from_filetime(node.last_written()).is_some();
    let points_to_cell = |offset: u32| offset == NIL || offset.is_multiple_of(8);
    (is_named
        && has_time
        && points_to_cell(node.parent())
        && points_to_cell(node.subkeys_list())
        && points_to_cell(node.values_list()))
    .then_some(node)
}

/// The value at `offset` that no living key uses, when it can be one.
pub(super) fn dead_value<'h>(bins: &'h [u8], used: &Used, offset: u32) -> Option<KeyValue<'h>> {
    const LONGEST: usize = KeyValue::FIXED + 2 * 16_383;
    let value = KeyValue::read(dead_bytes(bins, used, offset, LONGEST)?)?;
    let data_can_be = if value.is_resident() {
        value.data_length() <= 4
    } else {
        index(value.data_length()) <= bins.len()
            && (value.data_length() == 0 || value.data_offset().is_multiple_of(8))
    };
    (data_can_be && value.has_known_type()).then_some(value)
}

/// The offsets of the values that a dead key lists, as far as they still are values.
pub(super) fn dead_value_offsets(bins: &[u8], used: &Used, node: KeyNode<'_>) -> Vec<u32> {
    let count = node.value_count();
    if count == 0 || node.values_list() == NIL {
        return Vec::new();
    }
    let list = dead_cell(bins, used, node.values_list()).unwrap_or_default();
    subkeys::values(bins, list, count)
        .0
        .filter(|&offset| dead_value(bins, used, offset).is_some())
        .collect()
}

/// The content of a cell that no living key uses, as long as its size field says. A wrong size
/// means that something else has been written over it.
pub(super) fn dead_cell<'h>(bins: &'h [u8], used: &Used, offset: u32) -> Option<&'h [u8]> {
    let length = cell(bins, offset)?.data.len();
    dead_bytes(bins, used, offset, length).filter(|bytes| !bytes.is_empty())
}
