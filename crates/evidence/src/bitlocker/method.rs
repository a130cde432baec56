//! How the sectors of a volume are encrypted.
//!
//! Source: libyal, "BitLocker Drive Encryption (BDE) format": Encryption methods.

use std::fmt;

/// How the sectors of a volume are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncryptionMethod {
    /// AES-CBC with 128 bits and the Elephant diffuser (Windows Vista and 7).
    AesCbc128Diffuser,
    /// AES-CBC with 256 bits and the Elephant diffuser (Windows Vista and 7).
    AesCbc256Diffuser,
    /// AES-CBC with 128 bits.
    AesCbc128,
    /// AES-CBC with 256 bits.
    AesCbc256,
    /// AES-XTS with 128 bits (Windows 10 and later).
    AesXts128,
    /// AES-XTS with 256 bits (Windows 10 and later).
    AesXts256,
    /// Another one, which is not read.
    Other(u16),
}

impl EncryptionMethod {
    /// From the number that the metadata have.
    #[must_use]
    pub const fn from_number(number: u16) -> Self {
        match number {
            0x8000 => Self::AesCbc128Diffuser,
            0x8001 => Self::AesCbc256Diffuser,
            0x8002 => Self::AesCbc128,
            0x8003 => Self::AesCbc256,
            0x8004 => Self::AesXts128,
            0x8005 => Self::AesXts256,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for EncryptionMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AesCbc128Diffuser => "AES-CBC 128-bit with Elephant diffuser",
            Self::AesCbc256Diffuser => "AES-CBC 256-bit with Elephant diffuser",
            Self::AesCbc128 => "AES-CBC 128-bit",
            Self::AesCbc256 => "AES-CBC 256-bit",
            Self::AesXts128 => "AES-XTS 128-bit",
            Self::AesXts256 => "AES-XTS 256-bit",
            Self::Other(number) => return write!(f, "unknown method {number:#06x}"),
        })
    }
}
