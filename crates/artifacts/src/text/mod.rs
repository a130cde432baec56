//! Text as it lies on evidence: found encoding, lines with their place in the original bytes.
//!
//! Lines are split before anything is decoded, so an offset always counts the bytes of the file
//! as it was found, and bytes that are no text cost their own line only.
//!
//! Sources: Unicode Standard 3.10 (encoding schemes and byte order marks); WHATWG Encoding
//! Standard (Shift_JIS, which is Microsoft's code page 932).

mod ansi;
mod decode;
mod detect;
mod lines;

pub use ansi::AnsiCodePage;
pub use decode::{Decoded, decode};
pub use detect::{Encoding, detect};
pub use lines::{LONGEST_LINE, Line, Lines};

/// A text file: its bytes and how they are encoded.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    bytes: &'a [u8],
    encoding: Encoding,
}

impl<'a> Text<'a> {
    /// Finds the encoding by itself; see [`detect`].
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            encoding: detect(bytes),
        }
    }

    /// With an encoding that is known from elsewhere. A byte order mark of that encoding is
    /// skipped; it never overrules what the caller says.
    #[must_use]
    pub const fn with_encoding(bytes: &'a [u8], encoding: Encoding) -> Self {
        Self { bytes, encoding }
    }

    /// The encoding in use.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The lines, in the order of the file.
    #[must_use]
    pub fn lines(&self) -> Lines<'a> {
        Lines::new(self.bytes, self.encoding)
    }
}
