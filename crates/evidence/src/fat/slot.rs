//! The fields of a short directory entry.
//!
//! Sources: Microsoft, fatgen103 ("FAT 32 Byte Directory Entry Structure"); Microsoft,
//! Windows-driver-samples, `fastfat` (the bits of the byte at 12).

use super::code_page::CodePage;
use crate::fat_family::dos_time::{self, NoTime};
use crate::fat_family::heap::Heap;
use crate::fat_family::slots::SLOT;
use crate::fat_family::table::Width;
use crate::fat_family::{array, u8_at, u16_at, u32_at};
use crate::time::RecordedTime;
use crate::{EntryKind, FileTimes};

/// The first byte of a slot behind which there are none.
pub(super) const END: u8 = 0x00;

/// The first byte of a deleted entry.
pub(super) const ERASED: u8 = 0xE5;

/// What stands for a first byte 0xE5 that belongs to the name.
pub(super) const REALLY_E5: u8 = 0x05;

const VOLUME_LABEL: u8 = 0x08;
const FOLDER: u8 = 0x10;
const LONG_NAME: u8 = 0x0F;
/// The bits of the attributes that mean something in a short entry.
const KNOWN: u8 = 0x3F;

/// What may not stand in a short name, besides control characters.
const FORBIDDEN: &[u8] = b"\"*+,./:;<=>?[\\]|";

/// Whether a slot is part of a long name.
pub(super) fn is_long_name(slot: &[u8; SLOT]) -> bool {
    u8_at(slot, 11) & KNOWN == LONG_NAME
}

/// A short directory entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ShortEntry {
    /// The name in 8 and 3 bytes, as it stands there.
    pub(super) name: [u8; 11],
    attributes: u8,
    /// Whether the name and the extension are shown in lower case (Windows NT), and more.
    pub(super) nt: u8,
    hundredths: u8,
    created_time: u16,
    created_date: u16,
    accessed_date: u16,
    modified_time: u16,
    modified_date: u16,
    pub(super) first: u32,
    pub(super) size: u32,
}

impl ShortEntry {
    /// Reads it. The upper half of the first cluster is read in FAT32 only; in the others OS/2
    /// keeps something else there.
    pub(super) fn parse(slot: &[u8; SLOT], width: Width) -> Self {
        let high = match width {
            Width::Fat32 => u32::from(u16_at(slot, 20)),
            Width::Fat12 | Width::Fat16 | Width::Exfat => 0,
        };
        Self {
            name: array(slot, 0).unwrap_or_default(),
            attributes: u8_at(slot, 11),
            nt: u8_at(slot, 12),
            hundredths: u8_at(slot, 13),
            created_time: u16_at(slot, 14),
            created_date: u16_at(slot, 16),
            accessed_date: u16_at(slot, 18),
            modified_time: u16_at(slot, 22),
            modified_date: u16_at(slot, 24),
            first: (high << 16) | u32::from(u16_at(slot, 26)),
            size: u32_at(slot, 28),
        }
    }

    pub(super) const fn is_label(&self) -> bool {
        self.attributes & VOLUME_LABEL != 0 && self.attributes & FOLDER == 0
    }

    pub(super) const fn kind(&self) -> EntryKind {
        if self.attributes & FOLDER != 0 {
            EntryKind::Folder
        } else {
            EntryKind::File
        }
    }

    /// Whether it is the entry of the folder itself (`.`) or of the one above (`..`).
    pub(super) fn is_dots(&self) -> bool {
        matches!(&self.name, b".          " | b"..         ") && self.kind() == EntryKind::Folder
    }

    /// The times; and whether one of them is none.
    pub(super) fn times(&self) -> (FileTimes, bool) {
        let created = dos_time::wall(self.created_date, self.created_time, self.hundredths);
        let modified = dos_time::wall(self.modified_date, self.modified_time, 0);
        let times = FileTimes {
            created: created
                .unwrap_or_default()
                .map(|wall| RecordedTime::local(wall, 2)),
            modified: modified
                .unwrap_or_default()
                .map(|wall| RecordedTime::local(wall, 0)),
            // Only a day; see `FatVolume::access_date`.
            accessed: None,
            changed: None,
        };
        let odd = created.is_err() || modified.is_err() || self.access_date().is_err();
        (times, odd)
    }

    /// The day of the last access.
    pub(super) fn access_date(&self) -> Result<Option<(i32, u32, u32)>, NoTime> {
        dos_time::date(self.accessed_date)
    }

    /// Whether it can be a directory entry at all: no control characters in the name, no
    /// attributes that do not exist. File names that no system would write today pass.
    pub(super) fn is_possible(&self) -> bool {
        let first = u8_at(&self.name, 0);
        let rest = self.name.get(1..).unwrap_or_default();
        self.attributes & !KNOWN == 0
            && self.attributes & (VOLUME_LABEL | FOLDER) != (VOLUME_LABEL | FOLDER)
            && (first >= b' ' || first == REALLY_E5)
            && rest.iter().all(|byte| *byte >= b' ')
    }

    /// Whether all of it is what a system writes. Of what a deleted entry left behind, only what
    /// passes here is taken for one.
    pub(super) fn is_sound(&self, heap: &Heap) -> bool {
        self.is_possible()
            && self.has_sound_name()
            && !self.times().1
            && (self.first == 0 || heap.contains(self.first))
            && (self.kind() == EntryKind::File || self.size == 0)
            && (self.size == 0 || self.first != 0)
            && (!self.is_label() || (self.size == 0 && self.first == 0))
    }

    /// As [`ShortEntry::is_sound`], for a place where old bytes of any kind may lie: it must have
    /// been written at some time, too.
    pub(super) fn is_surely_sound(&self, heap: &Heap) -> bool {
        self.is_sound(heap) && self.times().0.modified.is_some() && self.nt & !0x1B == 0
    }

    /// The first byte is not looked at: deleting overwrites it.
    fn has_sound_name(&self) -> bool {
        let mut bytes = self.name.get(1..).unwrap_or_default().iter();
        let mut is_second = false;
        let is_sound = bytes.all(|byte| {
            let passes = is_second || (!FORBIDDEN.contains(byte) && !byte.is_ascii_lowercase());
            // In code page 932 the second byte of a character can be nearly any; whether this is
            // one cannot be told, so it passes.
            is_second = !is_second && CodePage::Cp932.is_lead(*byte);
            passes
        });
        is_sound && self.name.get(1..8) != Some(&[0; 7][..])
    }
}

/// Whether a short name may begin with that byte.
pub(super) fn may_begin(byte: u8) -> bool {
    byte == REALLY_E5 || (byte > b' ' && !FORBIDDEN.contains(&byte) && !byte.is_ascii_lowercase())
}
