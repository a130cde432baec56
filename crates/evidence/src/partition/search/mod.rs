//! Volumes that no table names any more, found by their boot sectors.
//!
//! A boot sector alone is no proof: old ones lie about, and files hold copies of them. A volume is
//! only taken when something that belongs to it stands where its boot sector says: NTFS a record
//! of `$MFT`, FAT the beginning of the allocation table, exFAT the checksum of its boot region and
//! the table, BitLocker its metadata. A backup of a boot sector counts the same way; then the
//! volume begins before it.
//!
//! Sources: those of [`crate::boot_sector`]; libyal, "New Technologies File System (NTFS)" (boot
//! sector, its copy in the last sector, file records); Microsoft, "FAT: General Overview of
//! On-Disk Format" (`BPB_BkBootSec`, first entry of the table) and "exFAT file system
//! specification" (3.1.3 checksum, 3.2 backup boot region, 4.1 first entries); libyal, "BitLocker
//! Drive Encryption (BDE) format" (volume headers, metadata block header).

mod bitlocker;
mod exfat;
mod fat;
mod ntfs;

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use super::kind::PartitionKind;
use super::notes::Notes;
use super::table::{Origin, Partition, Scheme, Span};
use crate::ReadAt;
use crate::boot_sector::{BootSector, FileSystemKind};

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchResult {
    /// The volumes, by their start, also those that the table names. Of two that overlap both are
    /// given: a volume inside another one may be the image of a disk in a file.
    pub partitions: Vec<Partition>,
    /// What a person should know: what could not be read.
    pub notes: Vec<String>,
}

/// How much is read at a time.
const PIECE: usize = 4 << 20;

/// Bytes of a boot sector.
const SECTOR: usize = 512;

/// How much is left out from where a read fails. Less than what a damaged sector or a missing
/// compressed chunk takes, so that what follows is not lost.
const HOLE: u64 = 4096;

/// The most volumes; a disk made to hold more would hold nothing else.
const MOST: usize = 1000;

/// Looks for volumes at every multiple of `step` bytes (512, or the size of a sector; a larger one
/// is faster and finds what is aligned so). `progress` is told how many bytes are done.
#[must_use]
pub fn search(disk: &Arc<dyn ReadAt>, step: u64, progress: &mut dyn FnMut(u64)) -> SearchResult {
    let disk = disk.as_ref();
    let sectors = u64::try_from(SECTOR).unwrap_or(512);
    let step = step.max(1).next_multiple_of(sectors);
    let mut finds = Finds::default();
    let mut buffer = vec![0_u8; PIECE];
    let mut at = 0_u64;
    let mut unreadable = Unreadable::default();
    while at < disk.size() && !finds.is_full() {
        // Where the last read failed, a short one asks whether the damage is over: a container may
        // work long on a large one before it says no.
        let length = if unreadable.reaches(at) {
            SECTOR
        } else {
            PIECE
        };
        let part = buffer.get_mut(..length).unwrap_or_default();
        let count = match read_piece(disk, at, part) {
            Ok(0) => break,
            Ok(count) => count,
            Err(()) => {
                unreadable.add(at);
                at = at.saturating_add(HOLE);
                continue;
            }
        };
        let piece = buffer.get(..count).unwrap_or_default();
        scan(disk, at, piece, step, &mut finds);
        at = at.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        progress(at.min(disk.size()));
    }
    finds.result(unreadable)
}

/// Whole sectors from `at` on, up to damage or the end. `Err` when the first one cannot be read.
fn read_piece(disk: &dyn ReadAt, at: u64, buffer: &mut [u8]) -> Result<usize, ()> {
    let mut filled = 0_usize;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let from = at.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
        match disk.read_at(from, rest) {
            Ok(0) => break,
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => {
                let whole = filled / SECTOR * SECTOR;
                return if whole == 0 { Err(()) } else { Ok(whole) };
            }
        }
    }
    Ok(filled)
}

/// Looks at every boot sector of a piece that begins at `at`.
fn scan(disk: &dyn ReadAt, at: u64, piece: &[u8], step: u64, finds: &mut Finds) {
    let first = at.next_multiple_of(step).saturating_sub(at);
    let (Ok(first), Ok(step)) = (usize::try_from(first), usize::try_from(step)) else {
        return;
    };
    let mut rest = piece.get(first..).unwrap_or_default();
    let mut place = at.saturating_add(u64::try_from(first).unwrap_or(u64::MAX));
    loop {
        let Some(sector) = rest.get(..SECTOR) else {
            return;
        };
        // Every boot sector that is looked for ends so.
        if sector.ends_with(&[0x55, 0xAA])
            && let Some(span) = volume(disk, place, sector)
        {
            finds.add(span);
        }
        let Some(next) = rest.get(step..) else {
            return;
        };
        rest = next;
        place = place.saturating_add(u64::try_from(step).unwrap_or(u64::MAX));
    }
}

type Volume = (Span, FileSystemKind);

/// The volume to which that boot sector or backup belongs, when it is really there.
fn volume(disk: &dyn ReadAt, place: u64, sector: &[u8]) -> Option<Volume> {
    let boot = BootSector::parse(sector)?;
    let kind = boot.file_system;
    let span = match kind {
        FileSystemKind::Ntfs => ntfs::volume(disk, place, sector),
        FileSystemKind::Fat12 | FileSystemKind::Fat16 | FileSystemKind::Fat32 => {
            fat::volume(disk, place, sector, &boot)
        }
        FileSystemKind::ExFat => exfat::volume(disk, place, sector),
        FileSystemKind::BitLocker => bitlocker::volume(disk, place, sector),
        FileSystemKind::Refs => None,
    }?;
    Some((span, kind))
}

/// Whether these bytes stand there.
fn stands(disk: &dyn ReadAt, at: Option<u64>, expected: &[u8]) -> bool {
    let length = u64::try_from(expected.len()).unwrap_or(u64::MAX);
    at.and_then(|at| crate::read_vec_at(disk, at, length).ok())
        .is_some_and(|bytes| bytes == expected)
}

#[derive(Default)]
struct Finds {
    seen: BTreeSet<(u64, u64)>,
    partitions: Vec<Partition>,
}

impl Finds {
    const fn is_full(&self) -> bool {
        self.partitions.len() >= MOST
    }

    /// A volume, once, though its boot sector and the backup both lead to it.
    fn add(&mut self, (span, kind): Volume) {
        if self.is_full() || !self.seen.insert((span.start, span.length)) {
            return;
        }
        self.partitions.push(Partition {
            number: None,
            scheme: Scheme::None,
            start: span.start,
            length: span.length,
            kind: PartitionKind::Found(kind),
            guid: None,
            name: None,
            attributes: 0,
            active: false,
            from: Origin::Found,
        });
    }

    fn result(mut self, unreadable: Unreadable) -> SearchResult {
        self.partitions
            .sort_by_key(|partition| (partition.start, partition.length));
        let mut notes = unreadable.into_notes();
        if self.is_full() {
            notes.add(format!(
                "the search ended after {MOST} volumes; there may be more"
            ));
        }
        SearchResult {
            partitions: self.partitions,
            notes: notes.into_vec(),
        }
    }
}

/// What could not be read, in stretches.
#[derive(Default)]
struct Unreadable {
    last: Option<Span>,
    notes: Notes,
}

impl Unreadable {
    fn add(&mut self, at: u64) {
        let is_next = self.reaches(at);
        match self.last.as_mut().filter(|_| is_next) {
            Some(last) => last.length = last.length.saturating_add(HOLE),
            None => {
                self.say_last();
                self.last = Some(Span {
                    start: at,
                    length: HOLE,
                });
            }
        }
    }

    /// Whether the last stretch ends there.
    fn reaches(&self, at: u64) -> bool {
        self.last.is_some_and(|last| last.end() == at)
    }

    fn say_last(&mut self) {
        if let Some(span) = self.last.take() {
            self.notes.add(format!(
                "about {} bytes from byte {} on cannot be read and were not searched",
                span.length, span.start
            ));
        }
    }

    fn into_notes(mut self) -> Notes {
        self.say_last();
        self.notes
    }
}

#[cfg(test)]
mod tests;
