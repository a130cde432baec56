//! Little-endian fields of a structure, by their offset, and lengths as numbers of 64 bits.

/// The bytes `offset..offset + N`, where they are there.
pub(crate) fn array_at<const N: usize>(bytes: &[u8], offset: usize) -> Option<[u8; N]> {
    bytes.get(offset..offset.checked_add(N)?)?.try_into().ok()
}

/// One byte.
pub(crate) fn u8_at(bytes: &[u8], offset: usize) -> Option<u8> {
    bytes.get(offset).copied()
}

/// Two bytes.
pub(crate) fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    array_at(bytes, offset).map(u16::from_le_bytes)
}

/// Four bytes.
pub(crate) fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    array_at(bytes, offset).map(u32::from_le_bytes)
}

/// Eight bytes.
pub(crate) fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    array_at(bytes, offset).map(u64::from_le_bytes)
}

/// `length` bytes from `offset` on, where all of them are there.
pub(crate) fn slice_at(bytes: &[u8], offset: usize, length: usize) -> Option<&[u8]> {
    bytes.get(offset..offset.checked_add(length)?)
}

/// A length in memory as a number of 64 bits; no machine has more.
pub(crate) fn length(bytes: &[u8]) -> u64 {
    widened(bytes.len())
}

/// A `usize` as `u64`.
pub(crate) fn widened(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// A `u64` as `usize`, the largest one where it does not fit: then no slice is that long.
pub(crate) fn narrowed(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
