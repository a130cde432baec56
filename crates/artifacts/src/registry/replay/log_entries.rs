//! Logs of Windows 8.1 and later: a chain of entries (`HvLE`), each with its own sequence number,
//! two hashes, and pages of any length.

use super::marvin32::{LOG_ENTRY_SEED, hash};
use super::{Log, Replay, SECTOR, put_page};
use crate::registry::cell::{BINS_START, index, u32_at, u64_at};

/// The part of an entry in front of its page references.
const HEADER: usize = 40;
/// What the second hash covers: the header without that hash.
const HASHED_HEADER: usize = 32;
/// A hive's length is a multiple of this.
const PAGE: usize = 4096;

/// Applies the entries of `logs` from sequence number `from` on, and says whether any was.
///
/// The log with the earlier entries comes first; the chain of sequence numbers must not break,
/// neither inside a log nor from one to the next.
pub(super) fn apply(hive: &mut Vec<u8>, logs: &[Log<'_>], from: u32, replay: &mut Replay) -> bool {
    let mut ordered: Vec<&Log<'_>> = logs.iter().collect();
    ordered.sort_by_key(|log| log.sequence);
    // New bins come in the log whole, so a hive cannot grow by more than the logs hold.
    let most = logs
        .iter()
        .fold(hive.len(), |sum, log| sum.saturating_add(log.bytes.len()));
    for log in ordered {
        let follows = match replay.sequence {
            Some(last) => Some(log.sequence) == last.checked_add(1),
            None => log.sequence >= from,
        };
        if follows {
            apply_log(hive, log, most, replay);
        }
    }
    replay.sequence.is_some()
}

fn apply_log(hive: &mut Vec<u8>, log: &Log<'_>, most: usize, replay: &mut Replay) {
    let mut at = SECTOR;
    let mut expected = log.sequence;
    while let Some(header) = log.bytes.get(at..).filter(|rest| rest.starts_with(b"HvLE")) {
        // What stands behind the last entry is left from earlier rounds of the same file.
        if u32_at(header, 12) != Some(expected) {
            return;
        }
        match Entry::read(header) {
            Ok(entry) if entry.fits(most) => entry.apply(hive, (log.number, at), replay),
            Ok(_) => return log.refuse(at, "an entry's pages lie outside the hive", replay),
            Err(reason) => return log.refuse(at, reason, replay),
        }
        let Some(next) = expected.checked_add(1) else {
            return;
        };
        expected = next;
        at += index(u32_at(header, 4).unwrap_or(u32::MAX));
    }
}

/// An entry whose hashes are right.
struct Entry<'l> {
    sequence: u32,
    bins_length: usize,
    bytes: &'l [u8],
    pages: usize,
}

impl<'l> Entry<'l> {
    fn read(rest: &'l [u8]) -> Result<Self, &'static str> {
        let length = index(u32_at(rest, 4).unwrap_or(0));
        let bytes = rest
            .get(..length)
            .filter(|entry| entry.len() >= HEADER && entry.len().is_multiple_of(SECTOR))
            .ok_or("an entry's length is wrong")?;
        let (head, body) = bytes.split_at_checked(HEADER).unwrap_or((bytes, &[]));
        let hashed_head = head.get(..HASHED_HEADER).unwrap_or(head);
        if u64_at(head, HASHED_HEADER) != Some(hash(LOG_ENTRY_SEED, hashed_head)) {
            return Err("the hash of an entry's header is wrong");
        }
        if u64_at(head, 24) != Some(hash(LOG_ENTRY_SEED, body)) {
            return Err("the hash of an entry's pages is wrong");
        }
        let bins_length = index(u32_at(head, 16).unwrap_or(0));
        if !bins_length.is_multiple_of(PAGE) {
            return Err("the length of the hive in an entry is wrong");
        }
        let entry = Self {
            sequence: u32_at(head, 12).unwrap_or(0),
            bins_length,
            bytes,
            pages: index(u32_at(head, 20).unwrap_or(0)),
        };
        // Every page must be there, else none is applied.
        if entry.pages().count() != entry.pages {
            return Err("pages of an entry are missing");
        }
        Ok(entry)
    }

    /// Each page: its place in the hive bins, its place in the entry, and its length.
    fn pages(&self) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
        let start = self
            .pages
            .checked_mul(8)
            .and_then(|references| references.checked_add(HEADER));
        let references = start.and_then(|start| self.bytes.get(HEADER..start));
        let mut at = start.unwrap_or(usize::MAX);
        references
            .unwrap_or_default()
            .chunks_exact(8)
            .map_while(move |reference| {
                let to = index(u32_at(reference, 0)?);
                let length = index(u32_at(reference, 4)?);
                let from = at;
                at = at.checked_add(length)?;
                self.bytes.get(from..at).map(|_| (to, from, length))
            })
    }

    /// Whether the hive that it describes is no longer than `most` and holds all pages.
    fn fits(&self, most: usize) -> bool {
        self.bins_length
            .checked_add(BINS_START)
            .is_some_and(|length| length <= most)
            && self.pages().all(|(to, _, length)| {
                to.checked_add(length)
                    .is_some_and(|end| end <= self.bins_length)
            })
    }

    fn apply(&self, hive: &mut Vec<u8>, (log, at): (usize, usize), replay: &mut Replay) {
        if hive.len() < BINS_START + self.bins_length {
            hive.resize(BINS_START + self.bins_length, 0);
        }
        for (to, from, length) in self.pages() {
            let page = self.bytes.get(from..from + length).unwrap_or_default();
            put_page(hive, replay, (log, at + from), BINS_START + to, page);
        }
        replay.sequence = Some(self.sequence);
        replay.bins_length = u32::try_from(self.bins_length).ok();
    }
}
