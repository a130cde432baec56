//! Little-endian numbers in the structures of disks.

use crate::Guid;

/// Reads numbers at offsets; `None` outside the bytes.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take<const N: usize>(self, at: usize) -> Option<&'a [u8; N]> {
        self.0.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    pub(super) fn u8(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    pub(super) fn u16(self, at: usize) -> Option<u16> {
        Some(u16::from_le_bytes(*self.take(at)?))
    }

    pub(super) fn u32(self, at: usize) -> Option<u32> {
        Some(u32::from_le_bytes(*self.take(at)?))
    }

    pub(super) fn u64(self, at: usize) -> Option<u64> {
        Some(u64::from_le_bytes(*self.take(at)?))
    }

    pub(super) fn guid(self, at: usize) -> Option<Guid> {
        self.take(at).copied().map(Guid)
    }
}
