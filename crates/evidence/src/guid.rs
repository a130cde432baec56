//! GUIDs as Windows and UEFI store them.

use std::fmt;

/// A GUID as it lies in the bytes: the first three parts little-endian. Source: MS-DTYP 2.3.4.2.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(pub [u8; 16]);

impl Guid {
    /// The GUID of only zeros, which means none.
    pub const NIL: Self = Self([0; 16]);

    /// From the first 16 of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.get(..16)?.try_into().ok()?))
    }
}

impl fmt::Display for Guid {
    /// In braces and upper case, as the registry writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a0, a1, a2, a3, b0, b1, c0, c1, rest @ ..] = self.0;
        let a = u32::from_le_bytes([a0, a1, a2, a3]);
        let b = u16::from_le_bytes([b0, b1]);
        let c = u16::from_le_bytes([c0, c1]);
        let [d0, d1, e0, e1, e2, e3, e4, e5] = rest;
        write!(
            f,
            "{{{a:08X}-{b:04X}-{c:04X}-{d0:02X}{d1:02X}-{e0:02X}{e1:02X}{e2:02X}{e3:02X}{e4:02X}{e5:02X}}}"
        )
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_three_parts_are_little_endian() {
        // Type of an EFI system partition, as UEFI 2.10 gives it and as it lies on disk.
        let bytes = [
            0x28, 0x73, 0x2A, 0xC1, 0x1F, 0xF8, 0xD2, 0x11, 0xBA, 0x4B, 0x00, 0xA0, 0xC9, 0x3E,
            0xC9, 0x3B,
        ];
        let guid = Guid::from_bytes(&bytes).unwrap();
        assert_eq!(guid.to_string(), "{C12A7328-F81F-11D2-BA4B-00A0C93EC93B}");
        assert_eq!(Guid::from_bytes(&bytes[..15]), None);
    }
}
