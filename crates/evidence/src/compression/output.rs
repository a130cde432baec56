//! The slice that a decompressor fills, from its beginning on, partly from itself.

/// Bytes that are copied at a time. What a copy writes behind its end is written again by what
/// follows it.
const BLOCK: usize = 16;

pub(super) struct Output<'a> {
    bytes: &'a mut [u8],
    at: usize,
}

impl<'a> Output<'a> {
    pub(super) const fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes are made.
    pub(super) const fn made(&self) -> usize {
        self.at
    }

    /// How many bytes are still to be made.
    pub(super) const fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// One byte; false when there is no room.
    #[inline]
    pub(super) fn literal(&mut self, byte: u8) -> bool {
        let Some(place) = self.bytes.get_mut(self.at) else {
            return false;
        };
        *place = byte;
        self.at = self.at.saturating_add(1);
        true
    }

    /// Bytes as they are; false when there is no room for all of them.
    #[inline]
    pub(super) fn literals(&mut self, bytes: &[u8]) -> bool {
        let end = self.at.saturating_add(bytes.len());
        let Some(place) = self.bytes.get_mut(self.at..end) else {
            return false;
        };
        place.copy_from_slice(bytes);
        self.at = end;
        true
    }

    /// `length` bytes from `distance` bytes back, which may reach into what is being made; false
    /// when they begin before the output or there is no room.
    #[inline]
    pub(super) fn copy(&mut self, distance: usize, length: usize) -> bool {
        let Some(from) = self.at.checked_sub(distance) else {
            return false;
        };
        if distance == 0 || length > self.left() {
            return false;
        }
        let end = self.at.saturating_add(length);
        if distance >= BLOCK && self.copy_blocks(from, end) {
            self.at = end;
            return true;
        }
        if distance == 1
            && let Some(byte) = self.bytes.get(from).copied()
        {
            if let Some(run) = self.bytes.get_mut(self.at..end) {
                run.fill(byte);
            }
            self.at = end;
            return true;
        }
        // What was copied before can be copied again, so each turn copies twice as much.
        while self.at < end {
            let there = self.at.saturating_sub(from);
            let part = there.min(end.saturating_sub(self.at));
            self.bytes
                .copy_within(from..from.saturating_add(part), self.at);
            self.at = self.at.saturating_add(part);
        }
        true
    }

    /// Whole blocks, where the room behind `end` allows it.
    #[inline]
    fn copy_blocks(&mut self, mut from: usize, end: usize) -> bool {
        if end.saturating_add(BLOCK) > self.bytes.len() {
            return false;
        }
        let mut to = self.at;
        while to < end {
            let block: Option<[u8; BLOCK]> = self
                .bytes
                .get(from..from.saturating_add(BLOCK))
                .and_then(|block| block.try_into().ok());
            let place = self.bytes.get_mut(to..to.saturating_add(BLOCK));
            let (Some(block), Some(place)) = (block, place) else {
                return false;
            };
            place.copy_from_slice(&block);
            from = from.saturating_add(BLOCK);
            to = to.saturating_add(BLOCK);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_those_of_a_copy_byte_by_byte() {
        for distance in 1..40 {
            for length in 1..60 {
                let start: Vec<u8> = (0..40).collect();
                let mut expected = start.clone();
                for _ in 0..length {
                    expected.push(expected[expected.len() - distance]);
                }
                for room in [0, 5, 16, 40] {
                    let mut bytes = vec![0xEE; expected.len() + room];
                    let mut output = Output::new(&mut bytes);
                    assert!(output.literals(&start));
                    assert!(output.copy(distance, length));
                    assert_eq!(output.made(), expected.len());
                    assert_eq!(bytes[..expected.len()], expected, "{distance} {length}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_taken_from_before_the_output_or_put_behind_it() {
        let mut bytes = [0; 8];
        let mut output = Output::new(&mut bytes);
        assert!(!output.copy(1, 1));
        assert!(output.literals(b"abcd"));
        assert!(!output.copy(5, 1));
        assert!(!output.copy(0, 1));
        assert!(!output.copy(1, 5));
        assert!(!output.literals(b"12345"));
        assert_eq!(output.made(), 4);
        assert!(output.copy(4, 4));
        assert!(!output.literal(b'!'));
        assert_eq!(&bytes, b"abcdabcd");
    }
}
