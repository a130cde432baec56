//! Long names: UTF-16 in slots of their own before the short entry.
//!
//! Sources: Microsoft, fatgen103 ("FAT Long Directory Entries"); libyal, "File Allocation Table
//! (FAT) file system format" ("VFAT long file name entry").

use super::short_name::{first_byte, halves};
use super::slot::may_begin;
use crate::fat_family::name;
use crate::fat_family::slots::{SLOT, Slot};
use crate::fat_family::{u8_at, u16_at};

/// Characters in one part.
const IN_A_PART: usize = 13;

/// The most parts of a name (255 characters).
pub(super) const MOST_PARTS: usize = 20;

/// The bit of the part that stands first and holds the end of the name.
const LAST: u8 = 0x40;

/// Where the characters stand in a slot.
const CHARACTERS: [usize; IN_A_PART] = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

/// One part of a long name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// Where it stands on the volume.
    pub(super) at: u64,
    ordinal: u8,
    checksum: u8,
    units: [u16; IN_A_PART],
}

impl Part {
    pub(super) fn parse(slot: &Slot) -> Self {
        Self {
            at: slot.at,
            ordinal: u8_at(&slot.bytes, 0),
            checksum: u8_at(&slot.bytes, 13),
            units: CHARACTERS.map(|at| u16_at(&slot.bytes, at)),
        }
    }

    /// Whether it can follow `before` in the order on the volume, which is from the end of the
    /// name to its beginning.
    pub(super) fn follows(&self, before: &Self) -> bool {
        self.ordinal & LAST == 0
            && Some(self.ordinal) == (before.ordinal & !LAST).checked_sub(1)
            && self.checksum == before.checksum
    }

    pub(super) const fn begins(&self) -> bool {
        self.ordinal & LAST != 0 && matches!(self.ordinal & !LAST, 1..=20)
    }

    /// Whether the name ends inside it.
    fn has_end(&self) -> bool {
        self.units.contains(&0)
    }
}

/// Whether a slot has what parts of long names have besides the name.
pub(super) fn is_sound(slot: &[u8; SLOT]) -> bool {
    u8_at(slot, 12) == 0 && u16_at(slot, 26) == 0
}

/// The long name of a short entry whose sum is `checksum`, from the parts before it; `None` when
/// they are not all there or belong to another.
pub(super) fn of_entry(parts: &[Part], checksum: u8) -> Option<String> {
    let (first, last) = (parts.first()?, parts.last()?);
    let is_whole = first.begins()
        && last.ordinal & !LAST == 1
        && parts
            .iter()
            .zip(parts.iter().skip(1))
            .all(|(before, after)| after.follows(before));
    if !is_whole || last.checksum != checksum {
        return None;
    }
    Some(text(parts)).filter(|text| !text.is_empty())
}

/// The text of these parts, which stand from the end of the name to its beginning.
pub(super) fn text(parts: &[Part]) -> String {
    let units: Vec<u16> = parts
        .iter()
        .rev()
        .flat_map(|part| part.units)
        .take_while(|unit| *unit != 0)
        .collect();
    name::from_utf16(&units)
}

/// What the parts before a deleted short entry tell of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Erased {
    /// The long name.
    Whole(String),
    /// The beginning of the long name, and the first byte of the short one.
    Beginning(String, u8),
    /// None of them belongs to it.
    Nothing,
}

/// Puts the long name of a deleted entry together. Deleting overwrites the number of each part, so
/// they are taken in the order in which they stand, as long as their sums are the same. The sum
/// gives back the first byte of the short name; it must fit the long name.
pub(super) fn of_erased(parts: &[Part], short: &[u8; 11]) -> Erased {
    let Some(last) = parts.last() else {
        return Erased::Nothing;
    };
    let mut from = parts.len();
    for (index, part) in parts.iter().enumerate().rev().take(MOST_PARTS) {
        if part.checksum != last.checksum {
            break;
        }
        from = index;
        if part.has_end() {
            break;
        }
    }
    let parts = parts.get(from..).unwrap_or_default();
    let text = text(parts);
    let first = first_byte(short, last.checksum);
    if text.is_empty() || !fits_first(&text, first) {
        return Erased::Nothing;
    }
    let has_end = parts.first().is_some_and(Part::has_end);
    // A name of exactly so many characters has no end mark; then its extension must be there.
    if has_end || has_extension_of(&text, short) {
        Erased::Whole(text)
    } else {
        Erased::Beginning(text, first)
    }
}

/// Whether a short name that begins with this byte can have been made of that long name.
fn fits_first(text: &str, first: u8) -> bool {
    // Windows and others leave out spaces and dots at the beginning.
    let beginning = text.trim_start_matches([' ', '.']).chars().next();
    may_begin(first)
        && match beginning {
            Some(character) if character.is_ascii_alphanumeric() => {
                u32::from(character.to_ascii_uppercase()) == u32::from(first)
            }
            // Others are replaced, or stand there in a code page that is not known.
            _ => true,
        }
}

fn has_extension_of(text: &str, short: &[u8; 11]) -> bool {
    let (_, extension) = halves(short);
    let of_text: Vec<u8> = match text.rsplit_once('.') {
        Some((_, extension)) => extension
            .bytes()
            .filter(|byte| *byte != b' ')
            .map(|byte| byte.to_ascii_uppercase())
            .take(3)
            .collect(),
        None => Vec::new(),
    };
    of_text == extension
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fat::short_name::checksum;

    /// The parts of a long name, as they stand before its short entry.
    fn parts(name: &str, short: &[u8; 11], erased: bool) -> Vec<Part> {
        let mut units: Vec<u16> = name.encode_utf16().collect();
        if !units.len().is_multiple_of(IN_A_PART) {
            units.push(0);
        }
        let count = units.len().div_ceil(IN_A_PART);
        units.resize(count * IN_A_PART, 0xFFFF);
        let mut parts: Vec<Part> = units
            .chunks(IN_A_PART)
            .enumerate()
            .map(|(index, units)| {
                let number = u8::try_from(index + 1).unwrap();
                let last = if index + 1 == count { LAST } else { 0 };
                Part {
                    at: 0,
                    ordinal: if erased { 0xE5 } else { number | last },
                    checksum: checksum(short),
                    units: units.try_into().unwrap(),
                }
            })
            .collect();
        parts.reverse();
        parts
    }

    const SHORT: &[u8; 11] = b"THEQUI~1FOX";
    const LONG: &str = "The quick brown.fox";

    #[test]
    fn all_parts_in_order_with_the_right_sum_make_a_name() {
        let whole = parts(LONG, SHORT, false);
        let sum = checksum(SHORT);
        assert_eq!(of_entry(&whole, sum).as_deref(), Some(LONG));
        assert_eq!(of_entry(&whole, sum ^ 1), None);
        assert_eq!(of_entry(&whole[1..], sum), None);
        assert_eq!(of_entry(&whole[..1], sum), None);
        let turned: Vec<Part> = whole.iter().rev().copied().collect();
        assert_eq!(of_entry(&turned, sum), None);
        assert_eq!(of_entry(&[], sum), None);
    }

    #[test]
    fn an_erased_name_is_put_together_by_its_sums() {
        let mut erased = *SHORT;
        erased[0] = 0xE5;
        let mut before = parts("Another deleted one.txt", b"ANOTHE~1TXT", true);
        before.extend(parts(LONG, SHORT, true));
        let whole = Erased::Whole(LONG.to_owned());
        assert_eq!(of_erased(&before, &erased), whole);
        // The same sum before it does not lengthen a name that has its end.
        let mut twice = parts(LONG, SHORT, true);
        twice.extend(parts(LONG, SHORT, true));
        assert_eq!(of_erased(&twice, &erased), whole);
    }

    #[test]
    fn parts_of_another_entry_are_not_taken() {
        let mut erased = *SHORT;
        erased[0] = 0xE5;
        // The sum would want another first letter than T.
        let other = parts("Zebra and others.fox", SHORT, true);
        assert_eq!(of_erased(&other, &erased), Erased::Nothing);
        let other = parts(LONG, b"QQQ     TXT", true);
        assert_eq!(of_erased(&other, &erased), Erased::Nothing);
    }

    #[test]
    fn a_name_whose_end_was_overwritten_is_not_taken_for_whole() {
        let mut erased = *SHORT;
        erased[0] = 0xE5;
        let beginning = &parts(LONG, SHORT, true)[1..];
        assert_eq!(
            of_erased(beginning, &erased),
            Erased::Beginning("The quick bro".to_owned(), b'T')
        );
        // Exactly 13 characters have no end mark.
        let exact = parts("The quick.fox", SHORT, true);
        assert_eq!(
            of_erased(&exact, &erased),
            Erased::Whole("The quick.fox".to_owned())
        );
    }
}
