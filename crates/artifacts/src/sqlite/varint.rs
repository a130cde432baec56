//! Integers of one to nine bytes, the high bits first.
//!
//! Source: "Database File Format", 1.6.

/// The integer at `at`, and how many bytes it takes. Seven bits a byte while the high bit is set; the
/// ninth byte gives all eight.
pub(super) fn read(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for length in 1..=9_usize {
        let byte = *bytes.get(at.checked_add(length)?.checked_sub(1)?)?;
        if length == 9 {
            return Some(((value << 8) | u64::from(byte), length));
        }
        value = (value << 7) | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value, length));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn one_to_nine_bytes() {
        assert_eq!(read(&[0x7F], 0), Some((127, 1)));
        assert_eq!(read(&[0, 0x81, 0x00], 1), Some((128, 2)));
        assert_eq!(read(&[0xFF; 9], 0), Some((u64::MAX, 9)));
        assert_eq!(read(&[0x80; 9], 0), Some((0x80, 9)));
        assert_eq!(read(&[0x81], 0), None);
        assert_eq!(read(&[], 0), None);
        assert_eq!(read(&[1], usize::MAX), None);
    }
}
