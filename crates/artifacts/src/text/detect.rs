//! Which encoding a text file has.

use encoding_rs::SHIFT_JIS;
use memchr::memchr_iter;

/// The encodings that logs on Windows machines come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark. ASCII is part of it.
    Utf8,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// Microsoft's code page 932 (Shift_JIS with its extensions).
    Cp932,
}

impl Encoding {
    /// The name as a profile or a report writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Cp932 => "cp932",
        }
    }

    /// The encoding of that [`Encoding::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Cp932]
            .into_iter()
            .find(|encoding| encoding.name() == name)
    }

    /// The byte order mark; CP932 has none.
    pub(super) const fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8 => b"\xEF\xBB\xBF",
            Self::Utf16Le => b"\xFF\xFE",
            Self::Utf16Be => b"\xFE\xFF",
            Self::Cp932 => b"",
        }
    }

    /// How many bytes one code unit takes.
    pub(super) const fn unit(self) -> usize {
        match self {
            Self::Utf8 | Self::Cp932 => 1,
            Self::Utf16Le | Self::Utf16Be => 2,
        }
    }
}

/// How many bytes at the start are looked at for UTF-16 without a byte order mark.
const SAMPLE: usize = 8192;

/// Finds the encoding: by byte order mark; else UTF-16 by where its zero bytes stand; else UTF-8
/// when all of it is valid; else by which of UTF-8 and CP932 reads more of the lines that go
/// beyond ASCII. What neither can read is left to be marked as damage, line by line.
#[must_use]
pub fn detect(bytes: &[u8]) -> Encoding {
    for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be] {
        if bytes.starts_with(encoding.mark()) {
            return encoding;
        }
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return encoding;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return Encoding::Utf8;
    }
    let (mut as_utf8, mut as_cp932) = (0_u64, 0_u64);
    let mut start = 0;
    let ends = memchr_iter(b'\n', bytes).chain(std::iter::once(bytes.len()));
    for end in ends {
        let line = bytes.get(start..end).unwrap_or_default();
        start = end.saturating_add(1);
        if line.is_ascii() {
            continue;
        }
        if std::str::from_utf8(line).is_ok() {
            as_utf8 += 1;
        } else if SHIFT_JIS
            .decode_without_bom_handling_and_without_replacement(line)
            .is_some()
        {
            as_cp932 += 1;
        }
    }
    // Few lines of one are valid in the other by chance; valid UTF-8 is the rarer chance.
    if as_cp932 > as_utf8 {
        Encoding::Cp932
    } else {
        Encoding::Utf8
    }
}

/// How many bytes are weighed together for the byte order. Few, so that they lie before damage:
/// a byte lost or put in within the first few would turn the order around.
const WINDOW: usize = 16;

/// In UTF-16, ASCII characters have a zero byte in the same half of every unit. A log has line
/// ends, digits and separators enough for that to show, whatever its language. Which half it is
/// counts at the beginning: behind a lost byte it is the other one.
fn utf16_without_mark(bytes: &[u8]) -> Option<Encoding> {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let all = Zeros::count(sample);
    if !all.are_enough(all.first + all.second) {
        return None;
    }
    sample.chunks(WINDOW).map(Zeros::count).find_map(|zeros| {
        if zeros.are_enough(zeros.second) && zeros.first * 8 < zeros.second {
            Some(Encoding::Utf16Le)
        } else if zeros.are_enough(zeros.first) && zeros.second * 8 < zeros.first {
            Some(Encoding::Utf16Be)
        } else {
            None
        }
    })
}

/// Units with an ASCII character in one half and zero in the other.
struct Zeros {
    first: usize,
    second: usize,
    /// Units that are not all zero.
    filled: usize,
}

impl Zeros {
    fn count(bytes: &[u8]) -> Self {
        let (mut first, mut second, mut filled) = (0, 0, 0);
        for unit in bytes.chunks_exact(2) {
            match unit {
                [0, 0] => continue,
                [0, low] if low.is_ascii() => first += 1,
                [low, 0] if low.is_ascii() => second += 1,
                _ => {}
            }
            filled += 1;
        }
        Self {
            first,
            second,
            filled,
        }
    }

    const fn are_enough(&self, zeros: usize) -> bool {
        zeros >= 2 && zeros * 5 >= self.filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    }

    const LOG: &str = "Date = 2022/06/21\r\nPCName = コールセンターサーバ\r\n";

    #[test]
    fn byte_order_marks_decide() {
        assert_eq!(detect(b"\xEF\xBB\xBFabc"), Encoding::Utf8);
        assert_eq!(detect(b"\xFF\xFEa\0"), Encoding::Utf16Le);
        assert_eq!(detect(b"\xFE\xFF\0a"), Encoding::Utf16Be);
    }

    #[test]
    fn without_a_mark_the_bytes_decide() {
        assert_eq!(detect(LOG.as_bytes()), Encoding::Utf8);
        assert_eq!(detect(&utf16(LOG, false)), Encoding::Utf16Le);
        assert_eq!(detect(&utf16(LOG, true)), Encoding::Utf16Be);
        assert_eq!(detect(&SHIFT_JIS.encode(LOG).0), Encoding::Cp932);
        assert_eq!(detect(b""), Encoding::Utf8);
        assert_eq!(detect(&[0; 4096]), Encoding::Utf8);
    }

    #[test]
    fn one_bad_line_does_not_change_the_encoding_of_the_others() {
        let mut bytes = LOG.repeat(3).into_bytes();
        bytes.extend_from_slice(b"PCName = \xFF\xFF\r\n");
        assert_eq!(detect(&bytes), Encoding::Utf8);
        let mut bytes = SHIFT_JIS.encode(&LOG.repeat(3)).0.into_owned();
        bytes.extend_from_slice(b"PCName = \xFF\xFF\r\n");
        assert_eq!(detect(&bytes), Encoding::Cp932);
    }

    #[test]
    fn a_log_filled_up_with_zeros_keeps_its_encoding() {
        let mut bytes = LOG.as_bytes().to_vec();
        bytes.resize(4096, 0);
        assert_eq!(detect(&bytes), Encoding::Utf8);
    }
}
