//! The slots of a folder, put together to files, folders and labels.
//!
//! Behind the slot that ends a folder there is nothing for the system that wrote it. What stands
//! there is left from before; it is given as deleted, and only where all of it is sound.

use super::code_page::CodePage;
use super::long_name::{self, Erased, MOST_PARTS, Part};
use super::short_name::{self, Choice, checksum, halves};
use super::slot::{self, ERASED, ShortEntry};
use crate::fat_family::folder::{Folder, Record};
use crate::fat_family::heap::Heap;
use crate::fat_family::name;
use crate::fat_family::notes::Notes;
use crate::fat_family::slots::{Piece, Slot};
use crate::fat_family::table::Width;
use crate::fat_family::u8_at;

/// A volume label that stands in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) entry: ShortEntry,
    pub(super) deleted: bool,
}

/// Puts the slots of one folder together.
pub(super) struct Assembly<'a> {
    pub(super) heap: &'a Heap,
    pub(super) width: Width,
    pub(super) choice: Choice,
    pub(super) notes: &'a Notes,
    /// The whole folder is deleted, and so is all that stands in it.
    pub(super) erased: bool,
    pub(super) out: Folder,
    pub(super) labels: Vec<Label>,
    /// How many short names read as their long names say, by code page; counted only where that
    /// is asked for.
    pub(super) votes: Vec<(CodePage, usize)>,
    pub(super) counts_votes: bool,
    parts: Vec<Part>,
    erased_parts: Vec<Part>,
    ended: bool,
    /// How many entries hold a time that is none, and where the first of them stands.
    odd_times: Option<(u64, u64)>,
}

impl<'a> Assembly<'a> {
    pub(super) fn new(heap: &'a Heap, width: Width, choice: Choice, notes: &'a Notes) -> Self {
        Self {
            heap,
            width,
            choice,
            notes,
            erased: false,
            out: Folder::default(),
            labels: Vec::new(),
            votes: Vec::new(),
            counts_votes: false,
            parts: Vec::new(),
            erased_parts: Vec::new(),
            ended: false,
            odd_times: None,
        }
    }

    /// Takes the next slot.
    pub(super) fn take(&mut self, piece: Piece) {
        self.out.slots = self.out.slots.saturating_add(1);
        let slot = match piece {
            Piece::Slot(slot) => slot,
            Piece::Gap => {
                self.drop_parts();
                return;
            }
        };
        match u8_at(&slot.bytes, 0) {
            slot::END => {
                self.drop_parts();
                self.ended = true;
            }
            _ if slot::is_long_name(&slot.bytes) => self.take_part(&slot),
            ERASED => self.take_erased(&slot),
            _ => self.take_entry(&slot),
        }
    }

    /// Nothing comes any more.
    pub(super) fn end(&mut self) {
        self.drop_parts();
        if let Some((count, at)) = self.odd_times {
            self.notes.add(format!(
                "a time is none and was left out in {count} directory entries of one folder, the \
                 first at byte {at}"
            ));
        }
    }

    /// Whether what stands here is left over from before.
    const fn is_left_over(&self) -> bool {
        self.ended || self.erased
    }

    fn take_part(&mut self, slot: &Slot) {
        let part = Part::parse(slot);
        if u8_at(&slot.bytes, 0) == ERASED {
            self.drop_live_parts();
            if !long_name::is_sound(&slot.bytes) {
                self.erased_parts.clear();
                return;
            }
            if self.erased_parts.len() >= MOST_PARTS {
                self.erased_parts.remove(0);
            }
            self.erased_parts.push(part);
            return;
        }
        self.erased_parts.clear();
        let fits = self.parts.last().is_some_and(|last| part.follows(last));
        if !fits {
            self.drop_live_parts();
        }
        if fits || part.begins() {
            self.parts.push(part);
        } else {
            self.orphaned(&[part]);
        }
    }

    fn take_entry(&mut self, slot: &Slot) {
        let entry = ShortEntry::parse(&slot.bytes, self.width);
        let parts = std::mem::take(&mut self.parts);
        self.erased_parts.clear();
        if self.is_left_over() {
            let is_sound =
                entry.is_surely_sound(self.heap) && slot::may_begin(u8_at(&entry.name, 0));
            if is_sound && !entry.is_dots() && !entry.is_label() {
                let long = long_name::of_entry(&parts, checksum(&entry.name));
                self.add(slot.at, &entry, long, true);
            }
            return;
        }
        if !entry.is_possible() {
            self.notes.add(format!(
                "the 32 bytes at byte {} stand in a folder and are no directory entry",
                slot.at
            ));
            return;
        }
        if entry.is_label() {
            self.labels.push(Label {
                entry,
                deleted: false,
            });
            return;
        }
        if entry.is_dots() {
            return;
        }
        let long = long_name::of_entry(&parts, checksum(&entry.name));
        match &long {
            Some(long) if self.counts_votes => self.vote(&entry, long),
            Some(_) => {}
            None => self.orphaned(&parts),
        }
        self.add(slot.at, &entry, long, false);
    }

    fn take_erased(&mut self, slot: &Slot) {
        self.drop_live_parts();
        let parts = std::mem::take(&mut self.erased_parts);
        let entry = ShortEntry::parse(&slot.bytes, self.width);
        let is_sound = if self.is_left_over() {
            entry.is_surely_sound(self.heap)
        } else {
            entry.is_sound(self.heap)
        };
        if !is_sound {
            return;
        }
        if entry.is_label() {
            self.labels.push(Label {
                entry,
                deleted: true,
            });
            return;
        }
        let long = match long_name::of_erased(&parts, &entry.name) {
            Erased::Whole(long) => Some(long),
            Erased::Beginning(beginning, first) => {
                self.notes.add(format!(
                    "the long name of the deleted entry at byte {} is overwritten from \
                     `{beginning}` on; its short name is shown",
                    slot.at
                ));
                let mut name = entry.name;
                if let Some(byte) = name.first_mut() {
                    *byte = first;
                }
                Some(short_name::read(&name, entry.nt, self.choice).shown)
            }
            Erased::Nothing => None,
        };
        self.add(slot.at, &entry, long, true);
    }

    fn add(&mut self, at: u64, entry: &ShortEntry, long: Option<String>, deleted: bool) {
        let mut aliases = Vec::new();
        let shown = if u8_at(&entry.name, 0) == ERASED {
            long.unwrap_or_else(|| short_name::read_erased(&entry.name, entry.nt, self.choice))
        } else {
            let reading = short_name::read(&entry.name, entry.nt, self.choice);
            if !deleted {
                aliases = reading.others;
            }
            match long {
                Some(long) => {
                    if !deleted {
                        aliases.insert(0, reading.shown);
                    }
                    long
                }
                None => {
                    if !entry.name.is_ascii() {
                        self.say_code_page();
                    }
                    reading.shown
                }
            }
        };
        let (times, odd) = entry.times();
        if odd {
            let (count, _) = self.odd_times.get_or_insert((0, at));
            *count = count.saturating_add(1);
        }
        let kind = entry.kind();
        let record = Record {
            name: name::shown(&shown),
            aliases,
            kind,
            // A folder's length is not stored; what stands there means nothing.
            size: if kind == crate::EntryKind::File {
                u64::from(entry.size)
            } else {
                0
            },
            valid: u64::from(entry.size),
            times,
            first: entry.first,
            contiguous: false,
            deleted,
            at,
            untrusted: None,
        };
        if kind == crate::EntryKind::Folder && record.first == 0 && !deleted {
            self.notes.add(format!(
                "the folder `{}` (entry at byte {at}) names no cluster, so nothing in it is listed",
                record.name
            ));
        }
        if deleted {
            self.out.deleted.push(record);
        } else {
            self.out.live.push(record);
        }
    }

    fn say_code_page(&self) {
        if self.choice == Choice::Unknown {
            self.notes.add(
                "nothing on the volume says in which code page its short names are: those outside \
                 ASCII without a long name are read in 932 (Japan) where they can be, else in 437 \
                 (United States)"
                    .to_owned(),
            );
        }
    }

    /// Holds a short name against its long name, to learn the code page.
    fn vote(&mut self, entry: &ShortEntry, long: &str) {
        let (base, _) = halves(&entry.name);
        // What stands behind `~` was added to make the name a new one.
        let base = base.split(|byte| *byte == b'~').next().unwrap_or_default();
        if base.is_ascii() {
            return;
        }
        let long: String = long
            .chars()
            .filter(|character| !matches!(character, ' ' | '.'))
            .flat_map(char::to_uppercase)
            .collect();
        for page in [CodePage::Cp932, CodePage::Cp437, CodePage::Cp850] {
            if !page
                .decode(base)
                .is_some_and(|text| long.starts_with(&text.to_uppercase()))
            {
                continue;
            }
            match self.votes.iter_mut().find(|(voted, _)| *voted == page) {
                Some((_, count)) => *count = count.saturating_add(1),
                None => self.votes.push((page, 1)),
            }
        }
    }

    fn drop_parts(&mut self) {
        self.drop_live_parts();
        self.erased_parts.clear();
    }

    fn drop_live_parts(&mut self) {
        let parts = std::mem::take(&mut self.parts);
        if !self.is_left_over() {
            self.orphaned(&parts);
        }
    }

    /// Says what belongs to no entry.
    fn orphaned(&self, parts: &[Part]) {
        if let Some(first) = parts.first()
            && !self.is_left_over()
        {
            self.notes.add(format!(
                "part of a long name at byte {} belongs to no entry: `{}`",
                first.at,
                name::shown(&long_name::text(parts))
            ));
        }
    }
}

/// The code page for which most short names speak; the first of 932, 437, 850 when several do.
pub(super) fn elected(votes: &[(CodePage, usize)]) -> Choice {
    let mut best: Option<(CodePage, usize)> = None;
    for page in [CodePage::Cp932, CodePage::Cp437, CodePage::Cp850] {
        let count = votes
            .iter()
            .find(|(voted, _)| *voted == page)
            .map_or(0, |(_, count)| *count);
        if count > best.map_or(0, |(_, most)| most) {
            best = Some((page, count));
        }
    }
    best.map_or(Choice::Unknown, |(page, _)| Choice::Seen(page))
}
