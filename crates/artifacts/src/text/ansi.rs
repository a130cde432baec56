//! The code page of a machine, in which it writes texts that are not UTF-16.

use std::fmt;

use encoding_rs::Encoding;

/// An ANSI code page of Windows. The default is 1252, that of Western European and American ones.
///
/// Sources: Microsoft Learn, "Code Page Identifiers"; WHATWG Encoding Standard, whose encodings
/// are those code pages under other names (Shift_JIS is 932, EUC-KR 949).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AnsiCodePage(&'static Encoding);

impl AnsiCodePage {
    /// The code page with that number; `None` for one that no Windows has as its own.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        let encoding = match number {
            874 => encoding_rs::WINDOWS_874,
            932 => encoding_rs::SHIFT_JIS,
            936 => encoding_rs::GBK,
            949 => encoding_rs::EUC_KR,
            950 => encoding_rs::BIG5,
            1250 => encoding_rs::WINDOWS_1250,
            1251 => encoding_rs::WINDOWS_1251,
            1252 => encoding_rs::WINDOWS_1252,
            1253 => encoding_rs::WINDOWS_1253,
            1254 => encoding_rs::WINDOWS_1254,
            1255 => encoding_rs::WINDOWS_1255,
            1256 => encoding_rs::WINDOWS_1256,
            1257 => encoding_rs::WINDOWS_1257,
            1258 => encoding_rs::WINDOWS_1258,
            65001 => encoding_rs::UTF_8,
            _ => return None,
        };
        Some(Self(encoding))
    }

    /// The encoding, as the readers of shortcuts and their like take it.
    #[must_use]
    pub const fn encoding(self) -> &'static Encoding {
        self.0
    }
}

impl Default for AnsiCodePage {
    fn default() -> Self {
        Self(encoding_rs::WINDOWS_1252)
    }
}

impl fmt::Debug for AnsiCodePage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnsiCodePage").field(&self.0.name()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_give_encodings() {
        let japanese = AnsiCodePage::from_number(932).unwrap();
        let (text, _, bad) = japanese.encoding().decode(b"\x8c\xc2\x90\x6c");
        assert_eq!((text.as_ref(), bad), ("個人", false));
        assert_eq!(AnsiCodePage::from_number(437), None);
        assert_eq!(
            AnsiCodePage::default(),
            AnsiCodePage::from_number(1252).unwrap()
        );
    }
}
