//! A deflated member of an archive, read at any place without unpacking it to disk or memory.
//!
//! A deflate stream can only be read from its beginning. While it is read, the state of the
//! decoder is kept at some places; a read begins at the nearest one before it. A disk image in an
//! archive is read from everywhere, but mostly in long runs, so a few decoders that stand where
//! the last reads ended are kept, too.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

use crate::ReadAt;

/// How far back deflate refers (RFC 1951, 2): the output that a decoder must keep.
const HISTORY: usize = 32 * 1024;

/// How much of the compressed bytes is read at once.
const INPUT: usize = 64 * 1024;

/// The most places at which the decoder's state is kept, of some 45 KiB each.
const MOST_CHECKPOINTS: u64 = 512;

/// They do not lie closer than this; decoding so much takes a few milliseconds.
const CLOSEST: u64 = 1024 * 1024;

/// The most decoders that are kept where reads ended.
const MOST_IDLE: usize = 4;

/// The bytes of a deflated member.
pub(super) struct Deflated {
    compressed: Arc<dyn ReadAt>,
    size: u64,
    crc32: u32,
    spacing: u64,
    kept: Mutex<Kept>,
    /// Told once when the whole member was decoded and its CRC-32 does not fit.
    wrong_crc: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct Kept {
    /// In the order of their places.
    checkpoints: Vec<Decoder>,
    idle: Vec<Decoder>,
    said_wrong: bool,
}

impl Deflated {
    /// The member with these compressed bytes, whose directory entry gives its size and CRC-32.
    pub(super) fn new(
        compressed: Arc<dyn ReadAt>,
        size: u64,
        crc32: u32,
        wrong_crc: Box<dyn Fn() + Send + Sync>,
    ) -> Self {
        Self {
            compressed,
            size,
            crc32,
            spacing: (size / MOST_CHECKPOINTS).max(CLOSEST),
            kept: Mutex::default(),
            wrong_crc,
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        // Whoever panicked left whole decoders behind.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The decoder that stands nearest before `offset`.
    fn nearest(&self, offset: u64) -> Decoder {
        let mut kept = self.kept();
        let idle = (0..kept.idle.len())
            .filter_map(|at| Some((at, kept.idle.get(at)?.at())))
            .filter(|(_, at)| *at <= offset)
            .max_by_key(|(_, at)| *at);
        let behind = kept
            .checkpoints
            .partition_point(|state| state.at() <= offset);
        let checkpoint = behind
            .checked_sub(1)
            .and_then(|at| kept.checkpoints.get(at));
        match (idle, checkpoint) {
            (Some((_, at)), Some(checkpoint)) if checkpoint.at() > at => checkpoint.clone(),
            (Some((index, _)), _) => kept.idle.swap_remove(index),
            (None, Some(checkpoint)) => checkpoint.clone(),
            (None, None) => Decoder::new(),
        }
    }

    fn keep_checkpoint(&self, decoder: &Decoder) {
        let mut kept = self.kept();
        let place = kept
            .checkpoints
            .partition_point(|state| state.at() <= decoder.at());
        let before = place
            .checked_sub(1)
            .and_then(|before| kept.checkpoints.get(before))
            .map_or(0, Decoder::at);
        if decoder.at().saturating_sub(before) >= self.spacing {
            kept.checkpoints.insert(place, decoder.checkpoint());
        }
    }

    fn keep_idle(&self, decoder: Decoder) {
        let mut kept = self.kept();
        if kept.idle.len() >= MOST_IDLE {
            kept.idle.remove(0);
        }
        kept.idle.push(decoder);
    }

    fn check_whole(&self, decoder: &Decoder) {
        if decoder.produced == self.size && decoder.crc.clone().finalize() != self.crc32 {
            let mut kept = self.kept();
            if !kept.said_wrong {
                kept.said_wrong = true;
                drop(kept);
                (self.wrong_crc)();
            }
        }
    }
}

impl ReadAt for Deflated {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted).filter(|part| !part.is_empty()) else {
            return Ok(0);
        };
        let mut decoder = self.nearest(offset);
        let mut filled = 0_usize;
        let mut last_kept = decoder.at();
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            if decoder.pending == 0 {
                if decoder.produced.saturating_sub(last_kept) >= self.spacing {
                    self.keep_checkpoint(&decoder);
                    last_kept = decoder.produced;
                }
                match decoder.step(self.compressed.as_ref(), self.size) {
                    Ok(()) => self.check_whole(&decoder),
                    // What was read before the damage is given; the next read meets it first.
                    Err(_) if filled > 0 => return Ok(filled),
                    Err(error) => return Err(error),
                }
            }
            let skip = offset.saturating_sub(decoder.at());
            filled = filled.saturating_add(decoder.take(skip, rest));
        }
        self.keep_idle(decoder);
        Ok(filled)
    }
}

/// A decoder somewhere in the stream.
#[derive(Clone)]
struct Decoder {
    state: Box<DecompressorOxide>,
    /// The last output, as a ring.
    history: Box<[u8]>,
    /// Where the next output goes in the ring.
    ring_at: usize,
    /// How much was produced altogether, and how much of the end of it nobody has taken.
    produced: u64,
    pending: usize,
    /// Where the next compressed byte stands.
    input_at: u64,
    /// Compressed bytes that were read ahead, and where they begin.
    ahead: Vec<u8>,
    ahead_at: u64,
    crc: crc32fast::Hasher,
    ended: bool,
}

impl Decoder {
    fn new() -> Self {
        Self {
            state: Box::new(DecompressorOxide::new()),
            history: vec![0; HISTORY].into(),
            ring_at: 0,
            produced: 0,
            pending: 0,
            input_at: 0,
            ahead: Vec::new(),
            ahead_at: 0,
            crc: crc32fast::Hasher::new(),
            ended: false,
        }
    }

    /// The place of the first byte that it can still give.
    fn at(&self) -> u64 {
        self.produced
            .saturating_sub(u64::try_from(self.pending).unwrap_or(0))
    }

    /// Produces some bytes.
    fn step(&mut self, compressed: &dyn ReadAt, size: u64) -> io::Result<()> {
        while self.pending == 0 {
            if self.ended || self.produced >= size {
                return Err(damaged(format!(
                    "the compressed data ends after {} of {size} bytes",
                    self.produced
                )));
            }
            self.read_ahead(compressed)?;
            let used = usize::try_from(self.input_at.saturating_sub(self.ahead_at));
            let there = used.ok().and_then(|used| self.ahead.get(used..));
            let there = there.unwrap_or_default();
            let read = u64::try_from(self.ahead.len()).unwrap_or(u64::MAX);
            let more = self.ahead_at.saturating_add(read) < compressed.size();
            let flags = if more {
                inflate_flags::TINFL_FLAG_HAS_MORE_INPUT
            } else {
                0
            };
            let (status, consumed, made) = decompress(
                &mut self.state,
                there,
                &mut self.history,
                self.ring_at,
                flags,
            );
            self.input_at = self
                .input_at
                .saturating_add(u64::try_from(consumed).unwrap_or(0));
            match status {
                TINFLStatus::Done => self.ended = true,
                TINFLStatus::HasMoreOutput => {}
                TINFLStatus::NeedsMoreInput if more && (consumed > 0 || made > 0) => {}
                _ => {
                    return Err(damaged(format!(
                        "the compressed data is damaged at its byte {}, after {} of {size} bytes",
                        self.input_at, self.produced
                    )));
                }
            }
            let end = self.ring_at.saturating_add(made);
            self.crc
                .update(self.history.get(self.ring_at..end).unwrap_or_default());
            self.ring_at = end % HISTORY;
            self.produced = self
                .produced
                .saturating_add(u64::try_from(made).unwrap_or(0));
            self.pending = made;
        }
        Ok(())
    }

    /// Reads compressed bytes when none are left.
    fn read_ahead(&mut self, compressed: &dyn ReadAt) -> io::Result<()> {
        let read = u64::try_from(self.ahead.len()).unwrap_or(u64::MAX);
        if self.input_at < self.ahead_at.saturating_add(read) {
            return Ok(());
        }
        self.ahead.resize(INPUT, 0);
        let count = compressed.read_at(self.input_at, &mut self.ahead);
        self.ahead.truncate(*count.as_ref().unwrap_or(&0));
        self.ahead_at = self.input_at;
        count.map(|_| ())
    }

    /// The same place to begin from again, without what was read ahead.
    fn checkpoint(&self) -> Self {
        Self {
            ahead: Vec::new(),
            ahead_at: self.input_at,
            ..self.clone()
        }
    }

    /// Leaves out `skip` bytes of what is pending, and gives what follows; how many bytes.
    fn take(&mut self, skip: u64, to: &mut [u8]) -> usize {
        let skip = usize::try_from(skip)
            .unwrap_or(usize::MAX)
            .min(self.pending);
        self.pending = self.pending.saturating_sub(skip);
        // A step never wraps, so what is pending lies in one piece before `ring_at`.
        let end = if self.ring_at == 0 {
            HISTORY
        } else {
            self.ring_at
        };
        let start = end.saturating_sub(self.pending);
        let count = self.pending.min(to.len());
        if let (Some(to), Some(from)) = (
            to.get_mut(..count),
            self.history.get(start..start.saturating_add(count)),
        ) {
            to.copy_from_slice(from);
        }
        self.pending = self.pending.saturating_sub(count);
        count
    }
}

fn damaged(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{read_exact_at, read_vec_at};
    use std::io::Write;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Bytes that compress, but not to nothing: words of a small alphabet.
    fn text(length: usize) -> Vec<u8> {
        let mut state = 12345_u32;
        (0..length)
            .map(|_| {
                state = state.wrapping_mul(1_103_515_245).wrapping_add(12345);
                b"etaoin shrdlu\n"[usize::try_from(state >> 16).unwrap() % 14]
            })
            .collect()
    }

    fn member(bytes: &[u8]) -> (Deflated, Arc<AtomicU32>) {
        let wrong = Arc::new(AtomicU32::new(0));
        let told = Arc::clone(&wrong);
        let member = Deflated::new(
            Arc::new(deflate(bytes)),
            bytes.len() as u64,
            crc32fast::hash(bytes),
            Box::new(move || {
                told.fetch_add(1, Ordering::Relaxed);
            }),
        );
        (member, wrong)
    }

    #[test]
    fn any_place_reads_as_in_the_whole() {
        let bytes = text(5_000_000);
        let (member, wrong) = member(&bytes);
        let places = [
            4_999_990, 0, 3_000_001, 17, 1_048_576, 4_000_000, 2_999_000, 65_535,
        ];
        for _ in 0..2 {
            for place in places {
                let length = 70_000.min(bytes.len() - place);
                let mut buffer = vec![0; length];
                read_exact_at(&member, place as u64, &mut buffer).unwrap();
                assert!(buffer == bytes[place..place + length], "{place}");
            }
        }
        assert_eq!(read_vec_at(&member, 0, u64::MAX).unwrap(), bytes);
        assert_eq!(wrong.load(Ordering::Relaxed), 0);
        assert!(member.kept().checkpoints.len() >= 3);
        assert_eq!(member.read_at(5_000_000, &mut [0; 4]).unwrap(), 0);
    }

    #[test]
    fn threads_read_at_the_same_time() {
        let bytes = text(2_000_000);
        let (member, _) = member(&bytes);
        std::thread::scope(|scope| {
            for start in 0..4_usize {
                let (member, bytes) = (&member, &bytes);
                scope.spawn(move || {
                    for step in 0..20 {
                        let at = (start * 450_000 + step * 7_919) % 1_900_000;
                        let mut buffer = vec![0; 10_000];
                        read_exact_at(member, at as u64, &mut buffer).unwrap();
                        assert!(buffer == bytes[at..at + 10_000]);
                    }
                });
            }
        });
    }

    #[test]
    fn damage_is_met_at_its_place_and_not_before() {
        let bytes = text(3_000_000);
        let mut compressed = deflate(&bytes);
        let cut = compressed.len() / 2;
        compressed.truncate(cut);
        let member = Deflated::new(Arc::new(compressed), 3_000_000, 0, Box::new(|| {}));
        let mut good = 0_u64;
        let mut buffer = vec![0; 100_000];
        let error = loop {
            match member.read_at(good, &mut buffer) {
                Ok(0) => panic!("no end before the damage"),
                Ok(count) => {
                    let at = usize::try_from(good).unwrap();
                    assert!(buffer[..count] == bytes[at..at + count]);
                    good += count as u64;
                }
                Err(error) => break error,
            }
        };
        assert!(good > 1_000_000, "{good}");
        assert!(error.to_string().contains("damaged"), "{error}");
        // What stands before it is still there.
        assert!(read_exact_at(&member, 0, &mut buffer).is_ok());
    }

    #[test]
    fn a_wrong_checksum_is_told_once() {
        let bytes = text(100_000);
        let told = Arc::new(AtomicU32::new(0));
        let teller = Arc::clone(&told);
        let member = Deflated::new(
            Arc::new(deflate(&bytes)),
            100_000,
            7,
            Box::new(move || {
                teller.fetch_add(1, Ordering::Relaxed);
            }),
        );
        for _ in 0..2 {
            assert_eq!(read_vec_at(&member, 0, 100_000).unwrap(), bytes);
        }
        assert_eq!(told.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_member_longer_than_its_directory_says_ends_there() {
        let bytes = text(100_000);
        let member = Deflated::new(Arc::new(deflate(&bytes)), 10, 0, Box::new(|| {}));
        assert_eq!(read_vec_at(&member, 0, u64::MAX).unwrap(), bytes[..10]);
        let longer = Deflated::new(Arc::new(deflate(&bytes)), 200_000, 0, Box::new(|| {}));
        assert!(longer.read_at(150_000, &mut [0; 10]).is_err());
    }
}
