//! Short names (8.3): their bytes, their sum, and how they read.
//!
//! Sources: Microsoft, fatgen103 ("Short Directory Entries", "ChkSum"); Microsoft,
//! Windows-driver-samples, `fastfat` (the lower-case bits of Windows NT).

use std::fmt::Write;

use super::code_page::CodePage;
use super::slot::{ERASED, REALLY_E5};
use crate::fat_family::u8_at;

const LOWER_BASE: u8 = 0x08;
const LOWER_EXTENSION: u8 = 0x10;

/// The sum of a short name that each part of its long name carries.
pub(super) fn checksum(name: &[u8; 11]) -> u8 {
    name.iter()
        .fold(0_u8, |sum, byte| sum.rotate_right(1).wrapping_add(*byte))
}

/// The first byte with which the name has that sum. There is exactly one: each step of the sum
/// can be undone.
pub(super) fn first_byte(name: &[u8; 11], sum: u8) -> u8 {
    name.iter()
        .skip(1)
        .rev()
        .fold(sum, |sum, byte| sum.wrapping_sub(*byte).rotate_left(1))
}

/// How a short name reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// The name that is shown.
    pub(super) shown: String,
    /// How it reads in the other code pages.
    pub(super) others: Vec<String>,
}

/// In which code page short names are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// The caller set it.
    Set(CodePage),
    /// Short names of the volume that have a long name beside them are in this one.
    Seen(CodePage),
    /// Nothing on the volume tells.
    Unknown,
}

impl Choice {
    /// The code pages in the order in which they are tried.
    const fn order(self) -> [CodePage; 3] {
        match self {
            Self::Set(CodePage::Cp437) | Self::Seen(CodePage::Cp437) => {
                [CodePage::Cp437, CodePage::Cp932, CodePage::Cp850]
            }
            Self::Set(CodePage::Cp850) | Self::Seen(CodePage::Cp850) => {
                [CodePage::Cp850, CodePage::Cp932, CodePage::Cp437]
            }
            Self::Set(CodePage::Cp932) | Self::Seen(CodePage::Cp932) | Self::Unknown => {
                [CodePage::Cp932, CodePage::Cp437, CodePage::Cp850]
            }
        }
    }
}

/// Reads a short name that is not deleted.
pub(super) fn read(name: &[u8; 11], nt: u8, choice: Choice) -> Reading {
    let mut name = *name;
    if let Some(first) = name.first_mut().filter(|first| **first == REALLY_E5) {
        *first = ERASED;
    }
    if name.is_ascii() {
        return Reading {
            shown: in_page(&name, nt, CodePage::Cp437).unwrap_or_default(),
            others: Vec::new(),
        };
    }
    let mut readings: Vec<String> = Vec::new();
    for page in choice.order() {
        if let Some(reading) = in_page(&name, nt, page)
            && !readings.contains(&reading)
        {
            readings.push(reading);
        }
    }
    if readings.is_empty() {
        readings.push(escaped(&name, nt));
    }
    Reading {
        shown: readings.remove(0),
        others: readings,
    }
}

/// Reads the short name of a deleted entry: its first byte is lost and shown as `_`.
///
/// Where that byte may have been the first half of a character of two bytes, and both ways of
/// reading what follows are possible, the bytes are shown as they are (`\xFA`).
pub(super) fn read_erased(name: &[u8; 11], nt: u8, choice: Choice) -> String {
    let mut alone = *name;
    if let Some(first) = alone.first_mut() {
        *first = b'_';
    }
    if alone.is_ascii() {
        return in_page(&alone, nt, CodePage::Cp437).unwrap_or_default();
    }
    let half = {
        let mut half = alone;
        // The second byte goes with the first: both are one character that is lost.
        half.copy_within(2..8, 1);
        if let Some(last) = half.get_mut(7) {
            *last = b' ';
        }
        half
    };
    let second = u8_at(name, 1);
    let may_be_half = matches!(second, 0x40..=0x7E | 0x80..=0xFC);
    for page in choice.order() {
        if page != CodePage::Cp932 {
            return in_page(&alone, nt, page).unwrap_or_default();
        }
        let as_half = may_be_half.then(|| in_page(&half, nt, page)).flatten();
        match (in_page(&alone, nt, page), as_half) {
            (Some(_), Some(_)) => break,
            (Some(one), None) | (None, Some(one)) => return one,
            (None, None) => {}
        }
    }
    escaped(&alone, nt)
}

fn in_page(name: &[u8; 11], nt: u8, page: CodePage) -> Option<String> {
    let (base, extension) = halves(name);
    Some(joined(page.decode(base)?, page.decode(extension)?, nt))
}

/// The name and the extension without the spaces behind them.
pub(super) fn halves(name: &[u8; 11]) -> (&[u8], &[u8]) {
    let (base, extension) = name.split_at(8);
    (base.trim_ascii_end(), extension.trim_ascii_end())
}

fn joined(base: String, extension: String, nt: u8) -> String {
    // Only A to Z: Windows leaves the rest as it is.
    let cased = |mut text: String, bit| {
        if nt & bit != 0 {
            text.make_ascii_lowercase();
        }
        text
    };
    let mut out = cased(base, LOWER_BASE);
    if !extension.is_empty() {
        out.push('.');
        out.push_str(&cased(extension, LOWER_EXTENSION));
    }
    out
}

/// The name with bytes outside ASCII as they are.
fn escaped(name: &[u8; 11], nt: u8) -> String {
    let text = |bytes: &[u8]| {
        let mut out = String::new();
        for byte in bytes {
            if byte.is_ascii() {
                out.push(char::from(*byte));
            } else {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\x{byte:02X}");
            }
        }
        out
    };
    let (base, extension) = halves(name);
    joined(text(base), text(extension), nt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &[u8; 11], nt: u8, choice: Choice) -> String {
        read(name, nt, choice).shown
    }

    #[test]
    fn eight_and_three_are_joined_in_the_case_that_nt_keeps() {
        let unknown = Choice::Unknown;
        assert_eq!(shown(b"README  TXT", 0, unknown), "README.TXT");
        assert_eq!(shown(b"README  TXT", 0x18, unknown), "readme.txt");
        assert_eq!(shown(b"README  TXT", 0x08, unknown), "readme.TXT");
        assert_eq!(shown(b"A B        ", 0, unknown), "A B");
        assert!(read(b"README  TXT", 0, unknown).others.is_empty());
    }

    #[test]
    fn the_sum_gives_the_first_byte_back() {
        // fatgen103's way: rotate right, then add.
        assert_eq!(checksum(b"\x01\0\0\0\0\0\0\0\0\0\0"), 0x40);
        let name = b"THEQUI~1FOX";
        let sum = checksum(name);
        for first in 0..=255 {
            let mut other = *name;
            other[0] = first;
            assert_eq!(checksum(&other) == sum, first == b'T');
        }
        assert_eq!(first_byte(b"\xE5HEQUI~1FOX", sum), b'T');
    }

    #[test]
    fn bytes_outside_ascii_read_as_japanese_where_they_can() {
        let name = b"\x93\xFA\x96\x7B\x8C\xEA  TXT";
        let reading = read(name, 0, Choice::Unknown);
        assert_eq!(reading.shown, "日本語.TXT");
        assert!(reading.others.contains(&"ô·û{îΩ.TXT".to_owned()));
        assert_eq!(shown(name, 0, Choice::Set(CodePage::Cp437)), "ô·û{îΩ.TXT");
        // 9A 20 is no character of 932.
        assert_eq!(shown(b"GR\x9A        ", 0, Choice::Unknown), "GRÜ");
        // Both can be; the other reading is kept.
        let reading = read(b"M\x9ALLER  TXT", 0, Choice::Unknown);
        assert!(reading.others.contains(&"MÜLLER.TXT".to_owned()));
        let seen = Choice::Seen(CodePage::Cp850);
        assert_eq!(shown(b"M\x9ALLER  TXT", 0, seen), "MÜLLER.TXT");
        // A first byte 0xE5 that belongs to the name.
        assert_eq!(shown(b"\x05\x40         ", 0, Choice::Unknown), "蕁");
    }

    #[test]
    fn the_lost_first_byte_is_not_made_up() {
        let unknown = Choice::Unknown;
        assert_eq!(read_erased(b"\xE5HORT   TXT", 0, unknown), "_HORT.TXT");
        assert_eq!(read_erased(b"\xE5HORT   TXT", 0x18, unknown), "_hort.txt");
        // FA 96, 7B, 8C EA; or 96 7B, 8C EA behind half a character: nobody can tell.
        assert_eq!(
            read_erased(b"\xE5\xFA\x96\x7B\x8C\xEA  TXT", 0, unknown),
            "_\\xFA\\x96{\\x8C\\xEA.TXT"
        );
        // 8C 8E is a character; 8C 8C and half of one would be none.
        assert_eq!(
            read_erased(b"\xE5\x8C\x8C\x8E    TXT", 0, unknown),
            "_月.TXT"
        );
        assert_eq!(read_erased(b"\xE5R\x9A     TXT", 0, unknown), "_RÜ.TXT");
    }
}
