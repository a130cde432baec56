//! One walk over all living keys: how many, from when to when, what is damaged, and which bytes
//! they use.

use kusari_evidence::time::{RecordedTime, Timestamp};

use super::cell::{BINS_START, KeyNode, KeyValue, SIZE_FIELD, allocated, cell, file_offset, index};
use super::hive::Hive;
use super::key::{DEEPEST, child_node, live_node};
use super::subkeys::{self, Entry};
use super::used::Used;
use super::{bins, value};
use crate::{Damage, Outcome, SourceState};

/// The whole content of a cell.
const WHOLE: usize = usize::MAX;

/// What the walk found.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) outcome: Outcome,
    /// The bytes of all cells that living keys use.
    pub(super) used: Used,
    /// The cells of the living keys themselves.
    pub(super) keys: Used,
    /// How many bytes of lists may still be read that were read before.
    rereads: usize,
}

impl Survey {
    pub(super) fn of(hive: &Hive) -> Self {
        let length = hive.bins().len();
        let mut survey = Self {
            outcome: Outcome::default(),
            used: Used::new(length),
            keys: Used::new(length),
            rereads: length,
        };
        survey.state_of_file(hive);
        match hive.root_cell() {
            Some(root) => survey.walk(hive, root),
            None => survey.skip(hive, 0, "no root key was found"),
        }
        if !survey.outcome.damage.is_empty() {
            survey.outcome.coverage.note(SourceState::Damaged);
        }
        survey.outcome.damage.sort_by_key(|damage| damage.offset);
        survey
    }

    fn state_of_file(&mut self, hive: &Hive) {
        let replay = hive.replay();
        for &state in &replay.states {
            self.outcome.coverage.note(state);
        }
        for damage in &replay.damage {
            damage.clone().push_to(&mut self.outcome.damage);
        }
        let base = hive.base_block();
        let stated = index(base.bins_length);
        let there = hive.bins().len();
        if base.is_valid && stated > there {
            self.outcome.coverage.note(SourceState::CutShort);
            let end = u64::try_from(BINS_START + there).unwrap_or(u64::MAX);
            let missing = u64::try_from(stated - there).unwrap_or(u64::MAX);
            Damage::new(
                end,
                missing,
                "the file ends here; its header says that it goes on",
            )
            .push_to(&mut self.outcome.damage);
        }
        bins::damage(hive.bins(), hive.stated_end(), &mut self.outcome.damage);
    }

    fn walk(&mut self, hive: &Hive, root: u32) {
        let mut waiting = vec![(root, 0_u16)];
        while let Some((offset, depth)) = waiting.pop() {
            let Some(node) = live_node(hive.bins(), offset) else {
                continue;
            };
            if self.keys.is(offset) {
                self.skip(hive, offset, "a key that is listed twice");
                continue;
            }
            self.keys.mark(offset, 1);
            self.claim(hive, offset, node.length());
            self.outcome.coverage.records += 1;
            if let Some(time) = Timestamp::from_filetime(node.last_written()) {
                self.outcome.coverage.widen(RecordedTime::utc(time));
            }
            // Keys share their security descriptors.
            self.claim(hive, node.security(), WHOLE);
            self.claim(hive, node.class().0, WHOLE);
            self.values(hive, offset, node);
            if node.subkey_count() == 0 {
                continue;
            }
            if depth < DEEPEST {
                self.subkeys(hive, offset, node, |child| waiting.push((child, depth + 1)));
            } else {
                self.skip(hive, offset, "its subkeys lie deeper than a registry can");
            }
        }
    }

    fn subkeys(&mut self, hive: &Hive, key: u32, node: KeyNode<'_>, mut take: impl FnMut(u32)) {
        let list = node.subkeys_list();
        let mut broken = Vec::new();
        let mut listed = 0_u32;
        let is_index = allocated(hive.bins(), list).is_some_and(|list| list.starts_with(b"ri"));
        if is_index && !self.may_read(hive, list) {
            return;
        }
        subkeys::each(
            hive.bins(),
            list,
            |list| self.may_read(hive, list),
            |entry| {
                let (offset, reason) = match entry {
                    Entry::Key(offset) => {
                        listed = listed.saturating_add(1);
                        if child_node(hive, key, offset).is_some() {
                            take(offset);
                            return true;
                        }
                        (offset, "no subkey of the key that lists it")
                    }
                    Entry::BrokenList(offset) => (offset, "no list of subkeys"),
                };
                if broken.len() < Damage::MOST {
                    broken.push((offset, reason));
                }
                true
            },
        );
        let is_short = broken.is_empty() && listed != node.subkey_count();
        for (offset, reason) in broken {
            self.skip(hive, offset, reason);
        }
        if is_short {
            let reason = format!(
                "the key says that it has {} subkeys, its list has {listed}",
                node.subkey_count()
            );
            self.skip(hive, key, &reason);
        }
    }

    fn values(&mut self, hive: &Hive, key: u32, node: KeyNode<'_>) {
        if node.value_count() == 0 || node.has_no_value_list() {
            return;
        }
        let Some(list) = allocated(hive.bins(), node.values_list()).filter(|_| {
            self.claim(
                hive,
                node.values_list(),
                index(node.value_count()).saturating_mul(4),
            )
        }) else {
            let reason = "no list of values, or that of another key";
            self.skip(hive, node.values_list(), reason);
            return;
        };
        if list.len() / 4 < index(node.value_count()) {
            let reason = format!(
                "the key says that it has {} values, its list has room for {}",
                node.value_count(),
                list.len() / 4
            );
            self.skip(hive, key, &reason);
        }
        for offset in subkeys::values(hive.bins(), list, node.value_count()) {
            let value = allocated(hive.bins(), offset).and_then(KeyValue::read);
            match value.filter(|value| self.claim(hive, offset, value.length())) {
                Some(value) => self.data(hive, offset, value),
                None => self.skip(hive, offset, "no value, or that of another key"),
            }
        }
    }

    fn data(&mut self, hive: &Hive, offset: u32, value: KeyValue<'_>) {
        let mut is_crossed = false;
        let stated = index(value.data_length());
        // The parts of big data are short, and how long each is does not matter here.
        let content = if stated > value::SEGMENT {
            WHOLE
        } else {
            stated
        };
        let length = value::read_data(value, hive.base_block().minor_version, |offset| {
            let cell = allocated(hive.bins(), offset)?;
            is_crossed |= !self.claim(hive, offset, content);
            Some(cell).filter(|_| !is_crossed)
        })
        .map_or(0, |data| data.len());
        if is_crossed {
            self.skip(
                hive,
                offset,
                "a value whose data stands in cells of another key or value",
            );
        } else if length < stated {
            let reason = format!(
                "the value says that it has {} bytes of data, {length} are there",
                value.data_length()
            );
            self.skip(hive, offset, &reason);
        }
    }

    /// Whether the list of subkeys at `offset` may be read. Each belongs to one key, but which of
    /// two that point to it cannot be told before it is read. So lists are read again as long as
    /// the whole is no longer than the hive, which only made-up hives can exceed.
    fn may_read(&mut self, hive: &Hive, offset: u32) -> bool {
        let list = allocated(hive.bins(), offset).unwrap_or_default();
        if self.claim(hive, offset, subkeys::length(list)) {
            return true;
        }
        let length = list.len();
        match self.rereads.checked_sub(length) {
            Some(rest) => {
                self.rereads = rest;
                true
            }
            None => false,
        }
    }

    /// Marks the cell at `offset`, when there is one in use; `false` when it is marked already.
    /// Each cell belongs to one key or value, so what has been claimed need not be read again,
    /// and the walk is no longer than the hive.
    ///
    /// Of the content only `length` bytes are marked: behind them may stand what is left of the
    /// cells that were there before.
    fn claim(&mut self, hive: &Hive, offset: u32, length: usize) -> bool {
        if self.used.is(offset) {
            return false;
        }
        if let Some(data) = allocated(hive.bins(), offset) {
            let length = data.len().min(length) + SIZE_FIELD;
            self.used.mark(offset, length);
        }
        true
    }

    fn skip(&mut self, hive: &Hive, offset: u32, reason: &str) {
        let length = cell(hive.bins(), offset).map_or(0, |cell| cell.data.len() + SIZE_FIELD);
        Damage::new(
            u64::from(file_offset(offset)),
            u64::try_from(length).unwrap_or(u64::MAX),
            reason,
        )
        .push_to(&mut self.outcome.damage);
    }
}
