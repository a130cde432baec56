//! Little-endian fields, and the checksum that all structures of the format carry.

use crate::fields::u32_at;

/// Adler-32 (RFC 1950), which older documents of the format call a CRC.
pub(super) fn adler32(bytes: &[u8]) -> u32 {
    adler32_on(1, bytes)
}

/// The Adler-32 of bytes that follow others whose Adler-32 is `sum`.
pub(super) fn adler32_on(sum: u32, bytes: &[u8]) -> u32 {
    zlib_rs::adler32::adler32(sum, bytes)
}

/// Whether the 32 bits at `at` are the Adler-32 of all bytes before them.
pub(super) fn is_summed(bytes: &[u8], at: usize) -> bool {
    match (bytes.get(..at), u32_at(bytes, at)) {
        (Some(covered), Some(sum)) => adler32(covered) == sum,
        _ => false,
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_published_one() {
        // The example that Wikipedia's article and zlib's tests share.
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
        assert_eq!(adler32_on(adler32(b"Wiki"), b"pedia"), 0x11E6_0398);
        assert!(is_summed(b"Wikipedia\x98\x03\xe6\x11", 9));
        assert!(!is_summed(b"Wikipedia\x98\x03\xe6", 9));
    }
}
