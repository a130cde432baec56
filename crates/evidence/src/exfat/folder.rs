//! The slots of a folder, put together to sets of entries.

use super::entry_set::{self, BENIGN, FILE, IN_USE, SECONDARY};
use crate::fat_family::folder::Folder;
use crate::fat_family::notes::Notes;
use crate::fat_family::slots::{Piece, Slot};
use crate::fat_family::tree::MOST_OF_A_FOLDER;
use crate::fat_family::u8_at;

/// The entries of the root folder that describe the volume.
pub(super) const BITMAP: u8 = 0x81;
pub(super) const UP_CASE: u8 = 0x82;
pub(super) const LABEL: u8 = 0x83;
pub(super) const GUID: u8 = 0xA0;

/// The most entries that describe the volume.
const MOST_OF_THE_VOLUME: usize = 16;

/// Puts the slots of one folder together.
pub(super) struct Assembly<'a> {
    notes: &'a Notes,
    /// The whole folder is deleted, and so is all that stands in it.
    erased: bool,
    pub(super) out: Folder,
    /// What describes the volume, deleted labels included.
    pub(super) of_volume: Vec<Slot>,
    pending: Vec<Slot>,
    wanted: usize,
    /// Entries that belong to a primary entry which is not read.
    skipped: u8,
    ended: bool,
    odd_times: Tally,
    changed: Tally,
}

/// How many entries, and the first of them.
#[derive(Debug, Default)]
struct Tally {
    count: u64,
    first: String,
}

impl Tally {
    fn add(&mut self, entry: impl FnOnce() -> String) {
        if self.count == 0 {
            self.first = entry();
        }
        self.count = self.count.saturating_add(1);
    }
}

impl<'a> Assembly<'a> {
    pub(super) fn new(notes: &'a Notes, erased: bool) -> Self {
        Self {
            notes,
            erased,
            out: Folder::default(),
            of_volume: Vec::new(),
            pending: Vec::new(),
            wanted: 0,
            skipped: 0,
            ended: false,
            odd_times: Tally::default(),
            changed: Tally::default(),
        }
    }

    /// Whether what stands here is left over from before.
    const fn is_left_over(&self) -> bool {
        self.ended || self.erased
    }

    /// Takes the next slot; `false` when no more are wanted.
    pub(super) fn take(&mut self, piece: Piece) -> bool {
        self.out.slots = self.out.slots.saturating_add(1);
        let slot = match piece {
            Piece::Slot(slot) => slot,
            Piece::Gap => {
                self.drop_pending();
                self.skipped = 0;
                return true;
            }
        };
        let kind = u8_at(&slot.bytes, 0);
        if let Some(primary) = self.pending.first() {
            let in_use = u8_at(&primary.bytes, 0) & IN_USE;
            if kind & SECONDARY != 0 && kind & IN_USE == in_use {
                self.pending.push(slot);
                if self.pending.len() == self.wanted {
                    self.finish();
                }
                return !self.out.too_many;
            }
            self.drop_pending();
        }
        self.take_primary(slot, kind);
        true
    }

    /// Nothing comes any more.
    pub(super) fn end(&mut self) {
        self.drop_pending();
        if self.odd_times.count > 0 {
            self.notes.add(format!(
                "a time is none and was left out in {} directory entries of one folder, the first \
                 {}",
                self.odd_times.count, self.odd_times.first
            ));
        }
        if self.changed.count > 0 {
            self.notes.add(format!(
                "{} deleted entries of one folder are not listed, because they were changed since \
                 (their sums are wrong); the first {}",
                self.changed.count, self.changed.first
            ));
        }
    }

    fn take_primary(&mut self, slot: Slot, kind: u8) {
        let is_skipped = kind & SECONDARY != 0 && kind & IN_USE != 0 && self.skipped > 0;
        self.skipped = if is_skipped { self.skipped - 1 } else { 0 };
        match kind {
            0 => self.ended = true,
            _ if kind | IN_USE == FILE => {
                self.wanted = usize::from(u8_at(&slot.bytes, 1)).saturating_add(1);
                self.pending = vec![slot];
                if self.wanted == 1 {
                    self.finish();
                }
            }
            _ if self.is_left_over() || is_skipped => {}
            BITMAP | UP_CASE | LABEL | GUID => self.take_of_volume(slot),
            _ if kind == LABEL & !IN_USE => self.take_of_volume(slot),
            _ if kind & IN_USE == 0 => {}
            _ if kind & (SECONDARY | BENIGN) == BENIGN => {
                self.skipped = u8_at(&slot.bytes, 1);
            }
            _ => self.notes.add(format!(
                "the directory entry at byte {} (type {kind:02X}) belongs to nothing",
                slot.at
            )),
        }
    }

    fn take_of_volume(&mut self, slot: Slot) {
        if self.of_volume.len() < MOST_OF_THE_VOLUME {
            self.of_volume.push(slot);
        }
    }

    fn finish(&mut self) {
        let slots = std::mem::take(&mut self.pending);
        let Some(first) = slots.first() else {
            return;
        };
        let at = first.at;
        let in_use = u8_at(&first.bytes, 0) & IN_USE != 0;
        let deleted = self.is_left_over() || !in_use;
        match entry_set::record(&slots, deleted) {
            Err(problem) if !deleted => self.notes.add(format!(
                "the file entry at byte {at} cannot be read: {}",
                problem.0
            )),
            // What was deleted is often overwritten in part.
            Err(_) => {}
            Ok((record, _)) if deleted && record.untrusted.is_some() => {
                self.changed
                    .add(|| format!("at byte {at} reads `{}`", record.name));
            }
            Ok((record, odd)) => {
                if record.untrusted.is_some() {
                    self.notes.add(format!(
                        "`{}` (entry at byte {at}): the sum of its directory entries is wrong; its \
                         times are left out and its content is not opened",
                        record.name
                    ));
                }
                if odd {
                    self.odd_times.add(|| format!("at byte {at}"));
                }
                let count = self.out.live.len().saturating_add(self.out.deleted.len());
                if count >= MOST_OF_A_FOLDER {
                    self.out.too_many = true;
                } else if deleted {
                    self.out.deleted.push(record);
                } else {
                    self.out.live.push(record);
                }
            }
        }
    }

    fn drop_pending(&mut self) {
        let slots = std::mem::take(&mut self.pending);
        if let Some(first) = slots.first()
            && !self.is_left_over()
            && u8_at(&first.bytes, 0) & IN_USE != 0
        {
            self.notes.add(format!(
                "the file entry at byte {} cannot be read: only {} of its {} entries are there",
                first.at,
                slots.len(),
                self.wanted
            ));
        }
    }
}
