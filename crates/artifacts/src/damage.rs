//! Bytes that could not be read as what they should be.

use std::fmt;

/// A stretch of a source that was skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Byte offset in the source where the skipped stretch begins.
    pub offset: u64,
    /// How many bytes were skipped.
    pub length: u64,
    /// What was expected there and what stood there instead, for a person.
    pub reason: String,
}

impl Damage {
    /// The most damage entries that a parser keeps for one source. Hostile bytes could otherwise
    /// turn a small file into an endless list; the last entry then says that more were left out.
    pub const MOST: usize = 1000;

    /// A skipped stretch.
    pub fn new(offset: u64, length: u64, reason: impl Into<String>) -> Self {
        Self {
            offset,
            length,
            reason: reason.into(),
        }
    }

    /// Adds `self` to `list`, which never grows past [`Damage::MOST`].
    pub fn push_to(self, list: &mut Vec<Self>) {
        if list.len() + 1 < Self::MOST {
            list.push(self);
        } else if list.len() + 1 == Self::MOST {
            list.push(Self::new(
                self.offset,
                0,
                "more damage follows; the rest is not listed",
            ));
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "at {:#x}, {} bytes skipped: {}",
            self.offset, self.length, self.reason
        )
    }
}
