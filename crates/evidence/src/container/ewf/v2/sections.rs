//! The chain of sections of a segment file of version 2: descriptors of 64 bytes, each behind the
//! data of its section, each of which says where the one before it stands. So the chain is read
//! from the end of the file.

use std::ops::RangeInclusive;

use super::super::fields::is_summed;
use crate::fields::{u32_at, u64_at, widened};
use crate::{ReadAt, read_vec_at};

/// Bytes of a section descriptor.
pub(super) const DESCRIPTOR: u64 = 64;

/// Sections stand at multiples of this.
const ALIGNED: u64 = 16;

/// The most sections of one segment.
const MOST: usize = 1_000_000;

/// The most breaks of the chain that are searched before; damage that leaves more of them leaves
/// no image.
const MOST_BREAKS: usize = 10_000;

/// How much is searched at a time before a damaged descriptor: at first little, as the one before
/// may stand near and many may be damaged.
const PIECES: RangeInclusive<u64> = 4 << 10..=1 << 20;

/// One section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Section {
    /// Its type: see the constants of [`types`].
    pub(super) kind: u32,
    /// Its data are encrypted.
    pub(super) encrypted: bool,
    /// Where its data begin.
    pub(super) data: u64,
    /// The length of its data, with what pads them.
    pub(super) length: u64,
}

/// The types of sections that are used.
pub(super) mod types {
    pub(in super::super) const DEVICE: u32 = 0x01;
    pub(in super::super) const CASE: u32 = 0x02;
    pub(in super::super) const SECTORS: u32 = 0x03;
    pub(in super::super) const TABLE: u32 = 0x04;
    pub(in super::super) const ERRORS: u32 = 0x05;
    pub(in super::super) const SESSIONS: u32 = 0x06;
    pub(in super::super) const MD5: u32 = 0x08;
    pub(in super::super) const SHA1: u32 = 0x09;
    pub(in super::super) const KEYS: u32 = 0x0b;
    pub(in super::super) const NEXT: u32 = 0x0d;
    pub(in super::super) const DONE: u32 = 0x0f;
    pub(in super::super) const FILES: u32 = 0x20;
}

/// What stands in a segment file, in the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Section(Section),
    /// The chain is broken here; sections may be lost before this place.
    Break(u64),
}

/// Walks the sections from the end to `start`, where the file's header ends.
pub(super) fn walk(bytes: &dyn ReadAt, start: u64) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = bytes.size().checked_sub(DESCRIPTOR);
    let mut breaks = 0_usize;
    while let Some(here) = at.filter(|at| *at >= start) {
        if found.len() >= MOST {
            found.push(Found::Break(here));
            break;
        }
        let chain = descriptor(bytes, here).map(|(section, previous)| {
            found.push(Found::Section(section));
            previous
        });
        match chain {
            Some(0) => break,
            Some(previous) if previous < here => at = Some(previous),
            _ => {
                found.push(Found::Break(here));
                breaks = breaks.saturating_add(1);
                at = search(bytes, start, here).filter(|_| breaks <= MOST_BREAKS);
                if at.is_none() {
                    break;
                }
            }
        }
    }
    if found.is_empty() {
        found.push(Found::Break(start));
    }
    found.reverse();
    found
}

/// The descriptor at `at`, if its checksum is right, and where the one before it stands.
fn descriptor(bytes: &dyn ReadAt, at: u64) -> Option<(Section, u64)> {
    let descriptor = read_vec_at(bytes, at, DESCRIPTOR).ok()?;
    parse(&descriptor, at)
}

fn parse(descriptor: &[u8], at: u64) -> Option<(Section, u64)> {
    if !is_summed(descriptor, 60) || u32_at(descriptor, 24)? != 64 {
        return None;
    }
    let length = u64_at(descriptor, 16)?;
    let section = Section {
        kind: u32_at(descriptor, 0)?,
        encrypted: u32_at(descriptor, 4)? & 2 != 0,
        data: at.checked_sub(length)?,
        length,
    };
    Some((section, u64_at(descriptor, 8)?))
}

/// The last sound descriptor before `end`.
fn search(bytes: &dyn ReadAt, start: u64, end: u64) -> Option<u64> {
    let mut end = end;
    let mut piece_length = *PIECES.start();
    while end > start {
        let from = end.saturating_sub(piece_length).max(start) / ALIGNED * ALIGNED;
        // Descriptors that begin before `end` reach behind it.
        let length = end.saturating_sub(from).saturating_add(DESCRIPTOR);
        let piece = read_vec_at(bytes, from, length).unwrap_or_default();
        let sound = |candidate: &u64| {
            let at = from.saturating_add(*candidate);
            let descriptor = usize::try_from(*candidate)
                .ok()
                .and_then(|candidate| piece.get(candidate..)?.first_chunk::<64>());
            // The length of the descriptor is looked at first: it costs less than a checksum.
            at < end && descriptor.is_some_and(|descriptor| parse_quickly(descriptor, at))
        };
        let candidates =
            (0..widened(piece.len()) / ALIGNED).map(|index| index.saturating_mul(ALIGNED));
        if let Some(found) = candidates.rev().find(sound) {
            return Some(from.saturating_add(found));
        }
        if from <= start {
            return None;
        }
        end = from;
        piece_length = piece_length.saturating_mul(2).min(*PIECES.end());
    }
    None
}

fn parse_quickly(descriptor: &[u8; 64], at: u64) -> bool {
    u32_at(descriptor, 24) == Some(64) && parse(descriptor, at).is_some()
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::super::super::fields::adler32;
    use super::*;

    /// Counts the bytes that are read.
    struct Counting(Vec<u8>, AtomicU64);

    impl ReadAt for Counting {
        fn size(&self) -> u64 {
            self.0.size()
        }

        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.read_at(offset, buffer)?;
            self.1
                .fetch_add(u64::try_from(count).unwrap(), Ordering::Relaxed);
            Ok(count)
        }
    }

    #[test]
    fn a_chain_that_is_broken_again_and_again_is_not_read_again_and_again() {
        // Sound descriptors, each of which says that the one before it stands behind it.
        let mut descriptor = [0; 64];
        descriptor[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
        descriptor[24..28].copy_from_slice(&64_u32.to_le_bytes());
        let sum = adler32(&descriptor[..60]).to_le_bytes();
        descriptor[60..].copy_from_slice(&sum);
        let bytes = Counting(descriptor.repeat(30_000), AtomicU64::new(0));
        let found = walk(&bytes, 0);
        assert!(found.len() > 20_000);
        // 4 KiB a break, for the first ten thousand of them.
        assert!(bytes.1.load(Ordering::Relaxed) < 64 << 20);
    }
}
