//! What shadow copies add to the live volume.
//!
//! A shadow copy holds most of what the live volume holds, once more. What says the same in both is
//! one event; what stands only in a shadow copy is kept and says so. Copies come after the live
//! volume, the newest first, so each adds only what nothing later has.

use std::collections::HashSet;

use kusari_artifacts::Locator;

use crate::event::{EventContent, EventTable};
use crate::harvest::{ClockChange, FileTrace};
use crate::identity::{Claim, Identifier, IdentifierKind, Property, PropertyKind};
use crate::strings::StringPool;

/// What one machine's sources said so far.
#[derive(Default)]
pub(super) struct Said {
    events: HashSet<(&'static str, EventContent)>,
    claims: HashSet<(Identifier, Identifier, &'static str)>,
    properties: HashSet<(Identifier, PropertyKind, String)>,
    clock_changes: HashSet<(i64, i64)>,
    traces: HashSet<FileTrace>,
}

impl Said {
    /// Remembers the events from `start` on, which come from the live volume.
    pub(super) fn live(&mut self, artifact: &'static str, events: &EventTable, start: usize) {
        let said = (start..events.len()).filter_map(|index| events.content(index));
        self.events.extend(said.map(|content| (artifact, content)));
    }

    /// Of the events from `start` on, which come from the shadow copy called `copy`, leaves those
    /// that nothing said before; how many.
    pub(super) fn only_new(
        &mut self,
        artifact: &'static str,
        copy: &str,
        events: &mut EventTable,
        strings: &mut StringPool,
        start: usize,
    ) -> usize {
        let keep: Vec<bool> = (start..events.len())
            .map(|index| {
                let content = events.content(index);
                content.is_some_and(|content| self.events.insert((artifact, content)))
            })
            .collect();
        events.retain_from(start, &keep);
        for index in start..events.len() {
            let message = events.row(index).and_then(|row| strings.get(row.message));
            let message = format!("{} (only in the {copy})", message.unwrap_or_default());
            let message = strings.intern(&message);
            events.set_message(index, message);
        }
        events.len().saturating_sub(start)
    }

    /// Whether a claim is new. What a letter meant when the copy was made says nothing about whose
    /// it is now, and the registry keeps no time for it.
    pub(super) fn is_new_claim(&mut self, claim: &Claim, of_copy: bool) -> bool {
        let letter = [&claim.a, &claim.b]
            .iter()
            .any(|name| name.kind == IdentifierKind::DriveLetter);
        let new = self
            .claims
            .insert((claim.a.clone(), claim.b.clone(), claim.why));
        !of_copy || (new && !letter)
    }

    /// Whether a property is new.
    pub(super) fn is_new_property(&mut self, property: &Property, of_copy: bool) -> bool {
        let value = property.value.clone();
        let new = self
            .properties
            .insert((property.of.clone(), property.kind, value));
        !of_copy || new
    }

    /// Whether a record of a file is new. Where it stands may differ between copies of a source.
    pub(super) fn is_new_trace(&mut self, trace: &FileTrace, of_copy: bool) -> bool {
        let anywhere = Locator::Bytes {
            offset: 0,
            length: 0,
        };
        let new = self.traces.insert(FileTrace {
            locator: anywhere,
            ..trace.clone()
        });
        !of_copy || new
    }

    /// Whether a setting of the clock is new.
    pub(super) fn is_new_change(&mut self, change: &ClockChange, of_copy: bool) -> bool {
        let times = (change.before.ticks(), change.after.ticks());
        let new = self.clock_changes.insert(times);
        !of_copy || new
    }
}
