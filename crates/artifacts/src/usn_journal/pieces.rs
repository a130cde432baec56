//! A source in pieces of bounded size: holes are left out, unreadable stretches are said.

use std::io::ErrorKind;
use std::ops::Range;

use kusari_evidence::{PastUnreadable, ReadAt};

/// What takes the pieces.
pub(super) trait Consumer {
    /// Takes bytes that stand at `offset`, and says how many are done with. The rest comes again
    /// with more behind it; when there is none (`last`: a hole, an unreadable stretch or the end
    /// follows) it is gone. Of a piece of [`PIECE`] bytes some must be done with.
    fn piece(&mut self, bytes: &[u8], offset: u64, last: bool) -> usize;

    /// A stretch cannot be read.
    fn unreadable(&mut self, stretch: Range<u64>, reason: String);

    /// Whether no more is wanted.
    fn is_full(&self) -> bool;
}

/// How much is read at a time.
pub(super) const PIECE: usize = 1 << 20;

/// Gives everything that is stored, in order.
pub(super) fn read(bytes: &dyn ReadAt, consumer: &mut impl Consumer) {
    let mut buffer = vec![0_u8; PIECE];
    let mut at = 0_u64;
    while let Some(stored) = bytes.next_stored(at) {
        if stored.end <= at || consumer.is_full() {
            break;
        }
        let start = stored.start.max(at);
        at = stretch(bytes, start..stored.end, &mut buffer, consumer);
    }
}

/// Gives one stored stretch, with those that adjoin it, and returns its end.
fn stretch(
    bytes: &dyn ReadAt,
    stored: Range<u64>,
    buffer: &mut [u8],
    consumer: &mut impl Consumer,
) -> u64 {
    let Range {
        start: mut at,
        mut end,
    } = stored;
    let mut past = PastUnreadable::default();
    // What is kept from the piece before stands at the beginning of the buffer.
    let mut kept = 0_usize;
    loop {
        if at >= end {
            match bytes.next_stored(end) {
                Some(next) if next.start <= end && next.end > end => end = next.end,
                _ => break,
            }
        }
        if consumer.is_full() {
            return end;
        }
        let wanted = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
        let space = buffer.get_mut(kept..).unwrap_or_default();
        let wanted = wanted.min(space.len());
        match bytes.read_at(at, space.get_mut(..wanted).unwrap_or_default()) {
            Ok(0) => {
                end = at;
                break;
            }
            Ok(count) => {
                past.has_read();
                at = at.saturating_add(wide(count));
                let filled = kept.saturating_add(count);
                let piece = buffer.get(..filled).unwrap_or_default();
                let done = consumer.piece(piece, at.saturating_sub(wide(filled)), false);
                let mut done = done.min(filled);
                if done == 0 && filled == buffer.len() {
                    done = filled;
                }
                buffer.copy_within(done..filled, 0);
                kept = filled.saturating_sub(done);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                finish(buffer, &mut kept, at, consumer);
                let next = past.next(at).min(end);
                consumer.unreadable(at..next, error.to_string());
                at = next;
            }
        }
    }
    finish(buffer, &mut kept, at, consumer);
    end
}

fn finish(buffer: &[u8], kept: &mut usize, end: u64, consumer: &mut impl Consumer) {
    let piece = buffer.get(..*kept).unwrap_or_default();
    if !piece.is_empty() {
        consumer.piece(piece, end.saturating_sub(wide(*kept)), true);
    }
    *kept = 0;
}

/// A length in memory as a number of 64 bits; no machine has more.
pub(super) fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
