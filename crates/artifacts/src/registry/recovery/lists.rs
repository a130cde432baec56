//! Lists in free space: they name what was deleted together with what still lives.
//!
//! Windows writes a list that has to grow into another cell and leaves the old one as it was.

use std::collections::HashMap;

use super::{Parent, Recovered, Recovery};
use crate::registry::bins::{self, Stretch};
use crate::registry::cell::{KeyNode, NIL, allocated, index, u16_at, u32_at};
use crate::registry::hive::Hive;
use crate::registry::key::live_node;
use crate::registry::survey::Survey;
use crate::registry::{name, subkeys};

/// Marks the recovered keys and values that lists in free space name.
pub(super) fn look_for(found: &mut Recovery, hive: &Hive, survey: &Survey) {
    let bins = hive.bins();
    if !found.keys.is_empty() {
        let listed = listed_keys(found, bins, survey);
        for offset in listed {
            if let Some(key) = found.key_mut(offset) {
                key.is_listed = true;
            }
        }
    }
    if found
        .values
        .iter()
        .any(|value| value.how == Recovered::Deleted)
    {
        let owners = possible_owners(found, bins, survey);
        for value in &mut found.values {
            value.possible_key = owners.of(value.offset);
        }
    }
}

fn free_stretches(bins: &[u8], mut take: impl FnMut(u32, &[u8])) {
    bins::each(bins, |stretch, from, to| {
        if stretch == Stretch::Free
            && let Some(bytes) = bins.get(index(from)..index(to))
        {
            take(from, bytes);
        }
    });
}

/// The deleted keys that a list of subkeys names together with a living subkey of their parent.
fn listed_keys(found: &Recovery, bins: &[u8], survey: &Survey) -> Vec<u32> {
    let mut listed = Vec::new();
    // Lists do not overlap, so all of them together have no more entries than this.
    let mut most = bins.len() / 8;
    free_stretches(bins, |_, bytes| {
        for at in (4..bytes.len()).step_by(8) {
            let Some(list) = bytes.get(at..).filter(|_| most > 0) else {
                return;
            };
            // Only a hash tells whether the key at an offset is still the one that was listed.
            if !list.starts_with(b"lh") {
                continue;
            }
            let entries: Vec<(u32, u32)> = list
                .get(4..)
                .unwrap_or_default()
                .chunks_exact(8)
                .take(usize::from(u16_at(list, 2).unwrap_or(0)))
                .map_while(|entry| Some((u32_at(entry, 0)?, u32_at(entry, 4)?)))
                .take_while(|(offset, _)| offset.is_multiple_of(8) && *offset != NIL)
                .collect();
            most = most.saturating_sub(entries.len());
            listed.extend(listed_in(found, bins, survey, &entries));
        }
    });
    listed
}

fn listed_in(found: &Recovery, bins: &[u8], survey: &Survey, entries: &[(u32, u32)]) -> Vec<u32> {
    let has_hash = |node: KeyNode<'_>, hash: u32| {
        let name = node.name_bytes().unwrap_or_default();
        name::hash(name, node.name_is_compressed()) == hash
    };
    let parents: Vec<u32> = entries
        .iter()
        .filter(|(offset, _)| survey.keys.is(*offset))
        .filter_map(|&(offset, hash)| {
            let node = live_node(bins, offset)?;
            has_hash(node, hash).then_some(node.parent())
        })
        .collect();
    entries
        .iter()
        .filter(|&&(offset, hash)| {
            found.key(offset).is_some_and(|key| {
                matches!(key.parent, Parent::Living(parent) if parents.contains(&parent))
                    && super::dead::node(bins, &survey.used, offset)
                        .is_some_and(|node| has_hash(node, hash))
            })
        })
        .map(|&(offset, _)| offset)
        .collect()
}

/// The living keys that lists of values in free space suggest for deleted values.
fn possible_owners(found: &Recovery, bins: &[u8], survey: &Survey) -> Owners {
    let mut living = HashMap::new();
    for key in survey.keys.offsets() {
        let list = live_node(bins, key)
            .filter(|node| !node.has_no_value_list())
            .and_then(|node| Some((allocated(bins, node.values_list())?, node.value_count())));
        if let Some((list, count)) = list {
            living.extend(subkeys::values(bins, list, count).map(|value| (value, key)));
        }
    }
    let was_inside = |offset: u32| {
        found
            .value(offset)
            .is_some_and(|value| value.how != Recovered::BehindEnd)
    };
    let mut owners = Owners::default();
    free_stretches(bins, |_, bytes| {
        let mut run = Run::default();
        for entry in bytes.chunks_exact(4).filter_map(|entry| u32_at(entry, 0)) {
            if !entry.is_multiple_of(8) {
                run.end(&mut owners);
            } else if let Some(&key) = living.get(&entry) {
                run.keys.push(key);
            } else if was_inside(entry) {
                run.dead.push(entry);
            } else {
                run.end(&mut owners);
            }
        }
        run.end(&mut owners);
    });
    owners
}

/// A run of offsets of values.
#[derive(Default)]
struct Run {
    keys: Vec<u32>,
    dead: Vec<u32>,
}

impl Run {
    fn end(&mut self, owners: &mut Owners) {
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

/// Which key claims which deleted value; two claims are none.
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
