//! Transaction logs: what Windows had not yet written to the hive itself.
//!
//! A hive is dirty when its header's checksum is wrong or its two sequence numbers differ. Only
//! then are logs applied, as Windows does at the next load. The rules are those of the registry
//! file format specification ("Dirty state of a hive", "Multiple transaction log files").

mod dirty_vector;
mod log_entries;
mod marvin32;

use super::base_block::BaseBlock;
use super::cell::BINS_START;
use crate::{Damage, SourceState};

/// The unit in which a log's header and entries are laid out, whatever the disk's sector size.
const SECTOR: usize = 512;

/// A stretch of the hive whose bytes come from a transaction log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogPage {
    /// Where the stretch begins in the hive file.
    pub at: u64,
    /// How many bytes it has.
    pub length: u64,
    /// Which of the logs it comes from, as an index into those given to
    /// [`Hive::open`](super::Hive::open).
    pub log: usize,
    /// Where it stands in that log.
    pub log_offset: u64,
}

impl LogPage {
    pub(super) const fn end(&self) -> u64 {
        self.at.saturating_add(self.length)
    }

    /// The part of it between two offsets in the hive file.
    pub(super) fn between(&self, from: u64, to: u64) -> Option<Self> {
        let start = self.at.max(from);
        let end = self.end().min(to);
        (start < end).then(|| Self {
            at: start,
            length: end - start,
            log: self.log,
            log_offset: self.log_offset + (start - self.at),
        })
    }
}

/// What was done with the logs.
#[derive(Debug, Default)]
pub(super) struct Replay {
    /// The stretches that were overwritten, in the order of writing.
    pub(super) pages: Vec<LogPage>,
    /// The sequence number of the last change that was applied, where changes have numbers.
    pub(super) sequence: Option<u32>,
    /// How long the hive bins are after the last change.
    bins_length: Option<u32>,
    pub(super) states: Vec<SourceState>,
    pub(super) damage: Vec<Damage>,
}

/// A log whose own header is sound.
#[derive(Debug, Clone, Copy)]
struct Log<'l> {
    /// Its place among the logs given.
    number: usize,
    bytes: &'l [u8],
    sequence: u32,
    bins_length: u32,
    last_written: u64,
}

/// Applies what is applicable of `logs` to `hive` and returns the header as it then holds.
pub(super) fn apply(hive: &mut Vec<u8>, logs: &[Vec<u8>]) -> (BaseBlock, Replay) {
    let mut replay = Replay::default();
    let mut base = BaseBlock::read(hive);
    if base.is_valid && !base.is_dirty() {
        return (base, replay);
    }
    replay.states.push(SourceState::Dirty);
    let entries: Vec<Log<'_>> = sound(logs, b"HvLE").collect();
    let vectors: Vec<Log<'_>> = sound(logs, b"DIRT").collect();

    let lost_header = !base.is_valid;
    let applied = if lost_header {
        // Which changes the hive already holds is not known, so only the log with the latest
        // ones is of use, and its copy of the header counts.
        let latest = entries.iter().max_by_key(|log| log.sequence);
        latest.is_some_and(|log| log_entries::apply(hive, &[*log], 0, &mut replay))
            || dirty_vector::apply(hive, &vectors, first_bin_time(hive), &mut replay)
    } else {
        log_entries::apply(hive, &entries, base.secondary_sequence, &mut replay)
            || dirty_vector::apply(hive, &vectors, header_time(hive), &mut replay)
    };
    if applied {
        let source = replay.pages.first().and_then(|page| logs.get(page.log));
        if let (true, Some(log)) = (lost_header, source) {
            copy_header(hive, log);
            base = BaseBlock::read(hive);
            replay.damage.push(Damage::new(
                0,
                508,
                "the header's checksum is wrong; its copy in a transaction log was used",
            ));
        }
        finish_header(hive, &mut base, &replay);
        replay.states.push(SourceState::LogsReplayed);
    } else {
        if lost_header {
            replay.damage.push(Damage::new(
                0,
                508,
                "the header's signature or checksum is wrong",
            ));
        }
        replay.states.push(SourceState::LogsMissing);
    }
    (base, replay)
}

/// The logs with a sound header and `signature` behind it.
fn sound<'l>(logs: &'l [Vec<u8>], signature: &'static [u8]) -> impl Iterator<Item = Log<'l>> {
    logs.iter().enumerate().filter_map(move |(number, bytes)| {
        let header = BaseBlock::read(bytes);
        let is_sound =
            header.is_valid && !header.is_dirty() && bytes.get(SECTOR..)?.starts_with(signature);
        is_sound.then(|| Log {
            number,
            bytes,
            sequence: header.primary_sequence,
            bins_length: header.bins_length,
            last_written: header_time(bytes),
        })
    })
}

impl Log<'_> {
    /// Says that the log was not applied from `at` on, and why.
    fn refuse(&self, at: usize, reason: &str, replay: &mut Replay) {
        let rest = self.bytes.len().saturating_sub(at);
        replay.damage.push(Damage::new(
            u64::try_from(at).unwrap_or(u64::MAX),
            u64::try_from(rest).unwrap_or(u64::MAX),
            format!(
                "in transaction log {} of those given: {reason}; what follows was not applied",
                self.number + 1
            ),
        ));
    }
}

fn header_time(bytes: &[u8]) -> u64 {
    super::cell::u64_at(bytes, 12).unwrap_or(0)
}

/// The copy of the header's time that the first hive bin keeps.
fn first_bin_time(hive: &[u8]) -> u64 {
    super::cell::u64_at(hive, BINS_START + 20).unwrap_or(0)
}

fn put_u32(bytes: &mut [u8], at: usize, number: u32) {
    if let Some(field) = bytes.get_mut(at..at + 4) {
        field.copy_from_slice(&number.to_le_bytes());
    }
}

fn copy_header(hive: &mut [u8], log: &[u8]) {
    if let (Some(to), Some(from)) = (hive.get_mut(..SECTOR), log.get(..SECTOR)) {
        to.copy_from_slice(from);
        // A log names itself as one in the file type.
        put_u32(hive, 28, 0);
        seal(hive);
    }
}

/// Makes the header's checksum right.
fn seal(hive: &mut [u8]) {
    if let Some(sum) = super::base_block::checksum(hive) {
        put_u32(hive, 508, sum);
    }
}

/// Gives the header the numbers that Windows would write once the logs are in the hive, so that
/// [`Hive::bytes`](super::Hive::bytes) is a clean hive for any other reader. `base` keeps the
/// sequence numbers as they were found.
fn finish_header(hive: &mut [u8], base: &mut BaseBlock, replay: &Replay) {
    let sequence = replay
        .sequence
        .unwrap_or_else(|| base.primary_sequence.max(base.secondary_sequence));
    if let Some(length) = replay.bins_length {
        base.bins_length = length;
    }
    put_u32(hive, 4, sequence);
    put_u32(hive, 8, sequence);
    put_u32(hive, 40, base.bins_length);
    seal(hive);
}

/// Writes a page into the hive, which grows when the page lies at its end.
fn put_page(
    hive: &mut Vec<u8>,
    replay: &mut Replay,
    (log, log_offset): (usize, usize),
    at: usize,
    page: &[u8],
) -> Option<()> {
    let end = at.checked_add(page.len())?;
    if hive.len() < end {
        hive.resize(end, 0);
    }
    hive.get_mut(at..end)?.copy_from_slice(page);
    replay.pages.push(LogPage {
        at: u64::try_from(at).ok()?,
        length: u64::try_from(page.len()).ok()?,
        log,
        log_offset: u64::try_from(log_offset).ok()?,
    });
    Some(())
}
