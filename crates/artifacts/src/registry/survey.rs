//! One walk over all living keys: how many, from when to when, and what is damaged.

use kusari_evidence::time::RecordedTime;

use super::cell::{NIL, allocated, file_offset};
use super::hive::Hive;
use super::key::Key;
use super::subkeys::{self, Entry};
use crate::{Coverage, Damage, Outcome, SourceState};

/// What the walk found.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) outcome: Outcome,
}

impl Survey {
    pub(super) fn of(hive: &Hive) -> Self {
        let mut survey = Self {
            outcome: Outcome::default(),
        };
        if hive.base_block().is_dirty() {
            survey.coverage().note(SourceState::Dirty);
        }
        match hive.root() {
            Some(root) => survey.walk(root),
            None => survey.skip(0, "no root key was found"),
        }
        if !survey.outcome.damage.is_empty() {
            survey.coverage().note(SourceState::Damaged);
        }
        survey
    }

    fn coverage(&mut self) -> &mut Coverage {
        &mut self.outcome.coverage
    }

    fn walk(&mut self, root: Key<'_>) {
        let mut waiting = vec![root];
        while let Some(key) = waiting.pop() {
            self.outcome.coverage.records += 1;
            if let Some(time) = key.last_written() {
                self.outcome.coverage.widen(RecordedTime::utc(time));
            }
            self.look_at_list(&key);
            waiting.extend(key.subkeys());
        }
    }

    fn look_at_list(&mut self, key: &Key<'_>) {
        let Some(list) = key.subkeys_list() else {
            return;
        };
        let bins = key.hive.bins();
        let mut lists = Vec::new();
        let mut broken = Vec::new();
        subkeys::each(
            bins,
            list,
            |cell| lists.push(cell),
            |entry| {
                match entry {
                    Entry::Key(offset) if key.child_node(offset).is_some() => {}
                    Entry::Key(offset) => {
                        broken.push((offset, "no subkey of the key that lists it"))
                    }
                    Entry::BrokenList(offset) => broken.push((offset, "no list of subkeys")),
                }
                true
            },
        );
        for (offset, reason) in broken {
            self.skip(offset, reason);
        }
        for list in lists {
            let missing = allocated(bins, list).map_or(0, subkeys::missing);
            if missing > 0 {
                self.skip(list, &format!("{missing} entries of this list are missing"));
            }
        }
    }

    fn skip(&mut self, offset: u32, reason: &str) {
        let at = if offset == NIL {
            0
        } else {
            file_offset(offset)
        };
        Damage::new(u64::from(at), 0, reason).push_to(&mut self.outcome.damage);
    }
}
