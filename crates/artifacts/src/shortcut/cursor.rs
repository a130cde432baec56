//! Walking through a shortcut whose parts stand one behind the other.

use crate::Damage;
use crate::wire::{offset, u16_at, u32_at};

/// A place in the shortcut's bytes.
pub(super) struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Cursor<'b> {
    pub(super) fn new(bytes: &'b [u8], at: usize) -> Self {
        Self {
            bytes,
            at: at.min(bytes.len()),
        }
    }

    pub(super) const fn position(&self) -> usize {
        self.at
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'b [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Two bytes; missing ones are damage.
    pub(super) fn u16(&mut self, what: &str, damage: &mut Vec<Damage>) -> Option<u16> {
        let found = u16_at(self.bytes, self.at);
        if found.is_none() {
            self.cut(2, what, damage);
        }
        self.advance(2);
        found
    }

    /// Four bytes without moving.
    pub(super) fn peek_u32(&self) -> Option<u32> {
        u32_at(self.bytes, self.at)
    }

    /// So many bytes, or as many as there are; missing ones are damage.
    pub(super) fn take(&mut self, length: usize, what: &str, damage: &mut Vec<Damage>) -> &'b [u8] {
        let rest = self.rest();
        let taken = rest.get(..length).unwrap_or_else(|| {
            self.cut(length, what, damage);
            rest
        });
        self.advance(taken.len());
        taken
    }

    pub(super) fn advance(&mut self, length: usize) {
        self.at = self.at.saturating_add(length).min(self.bytes.len());
    }

    fn cut(&self, length: usize, what: &str, damage: &mut Vec<Damage>) {
        let rest = self.rest().len();
        Damage::new(
            offset(self.at),
            offset(rest),
            format!("{what} takes {length} bytes, and {rest} are left"),
        )
        .push_to(damage);
    }
}
