//! OEM code pages, in which short names are stored.
//!
//! No FAT volume says in which code page its short names are: it is that of the machine that wrote
//! each of them.
//!
//! Sources: the mapping tables of the Unicode Consortium (`VENDORS/MICSFT/PC/CP437.TXT`,
//! `CP850.TXT`); code page 932 is the `Shift_JIS` of the WHATWG Encoding Standard.

use std::sync::LazyLock;

use encoding_rs::SHIFT_JIS;

/// An OEM code page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CodePage {
    /// United States: 437.
    Cp437,
    /// Western Europe: 850.
    Cp850,
    /// Japan: 932 (Shift_JIS with Microsoft's additions).
    Cp932,
}

/// What the bytes 0x80 to 0xFF mean.
const HIGH_437: &str = "\
ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ\
áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";
const HIGH_850: &str = "\
ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒ\
áíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀\
ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}";

static TABLE_437: LazyLock<Vec<char>> = LazyLock::new(|| HIGH_437.chars().collect());
static TABLE_850: LazyLock<Vec<char>> = LazyLock::new(|| HIGH_850.chars().collect());

impl CodePage {
    /// The text of these bytes; `None` when they are none in this code page.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Option<String> {
        let high = match self {
            Self::Cp437 => &TABLE_437,
            Self::Cp850 => &TABLE_850,
            Self::Cp932 => {
                return SHIFT_JIS
                    .decode_without_bom_handling_and_without_replacement(bytes)
                    .map(std::borrow::Cow::into_owned);
            }
        };
        bytes
            .iter()
            .map(|byte| match byte.checked_sub(0x80) {
                None => Some(char::from(*byte)),
                Some(index) => high.get(usize::from(index)).copied(),
            })
            .collect()
    }

    /// Whether that byte is the first of a character of two bytes.
    pub(crate) const fn is_lead(self, byte: u8) -> bool {
        matches!(self, Self::Cp932) && matches!(byte, 0x81..=0x9F | 0xE0..=0xFC)
    }

    /// How it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cp437 => "437",
            Self::Cp850 => "850",
            Self::Cp932 => "932",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_reads_its_own() {
        assert_eq!(HIGH_437.chars().count(), 128);
        assert_eq!(HIGH_850.chars().count(), 128);
        assert_eq!(CodePage::Cp437.decode(b"M\x9ALLER").unwrap(), "MÜLLER");
        assert_eq!(
            CodePage::Cp437.decode(&[0xE0, 0xE1, 0xFF]).unwrap(),
            "αß\u{A0}"
        );
        assert_eq!(CodePage::Cp850.decode(&[0xE0, 0xD5, 0xB5]).unwrap(), "ÓıÁ");
        assert_eq!(CodePage::Cp932.decode(b"\x93\xFA\x96\x7B").unwrap(), "日本");
        assert_eq!(CodePage::Cp932.decode(b"\x95\x5C\xB1").unwrap(), "表ｱ");
        assert_eq!(CodePage::Cp932.decode(b"\x93"), None);
    }
}
