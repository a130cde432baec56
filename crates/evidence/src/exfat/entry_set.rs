//! A set of directory entries that describes one file or folder.
//!
//! Source: Microsoft, "exFAT file system specification", 6.3, 7.4, 7.6 and 7.7.

use crate::fat_family::dos_time::{self, NoTime};
use crate::fat_family::folder::Record;
use crate::fat_family::name;
use crate::fat_family::slots::Slot;
use crate::fat_family::{u8_at, u16_at, u32_at, u64_at};
use crate::time::RecordedTime;
use crate::{EntryKind, FileTimes};

/// The bit of an entry's type that says that it is in use.
pub(super) const IN_USE: u8 = 0x80;

/// The types of entries, in use.
pub(super) const FILE: u8 = 0x85;
const STREAM: u8 = 0xC0;
const NAME: u8 = 0xC1;

/// The bit of a type that says that it follows a primary entry, and the one that says that it may
/// be ignored where it is not known.
pub(super) const SECONDARY: u8 = 0x40;
pub(super) const BENIGN: u8 = 0x20;

const FOLDER: u16 = 0x10;

/// The bit of a stream's flags that says that its clusters stand in no table.
const NO_FAT_CHAIN: u8 = 0x02;

/// Characters in one name entry.
const IN_AN_ENTRY: usize = 15;

/// The sum of a set is wrong: something in it was changed.
pub(super) const WRONG_SUM: &str = "the sum of its directory entries is wrong: one of them is \
                                    damaged, so where its content lies cannot be told";

/// Why slots make no set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoSet(pub(super) &'static str);

/// A file or folder out of its set; and whether one of its times is none.
///
/// Where the sum of the set is wrong, its times are left out and its content is not to be opened.
pub(super) fn record(slots: &[Slot], deleted: bool) -> Result<(Record, bool), NoSet> {
    let [file, stream, names @ ..] = slots else {
        return Err(NoSet("it has fewer than three entries"));
    };
    let kind_of = |slot: &Slot| u8_at(&slot.bytes, 0) | IN_USE;
    if kind_of(file) != FILE || kind_of(stream) != STREAM {
        return Err(NoSet("no stream extension follows the file entry"));
    }
    let length = usize::from(u8_at(&stream.bytes, 3));
    let wanted = length.div_ceil(IN_AN_ENTRY);
    let Some((names, rest)) = names.split_at_checked(wanted).filter(|_| length > 0) else {
        return Err(NoSet("its name is not all there"));
    };
    if names.iter().any(|slot| kind_of(slot) != NAME) {
        return Err(NoSet("its name is not all there"));
    }
    if rest.iter().any(|slot| kind_of(slot) & BENIGN == 0) {
        return Err(NoSet("it has entries that are not known"));
    }
    let units: Vec<u16> = names
        .iter()
        .flat_map(|slot| (0..IN_AN_ENTRY).map(|index| u16_at(&slot.bytes, 2 + index * 2)))
        .take(length)
        .collect();
    let is_sound = checksum(slots) == u16_at(&file.bytes, 2);
    let (times, odd) = if is_sound {
        times(file)
    } else {
        (FileTimes::default(), false)
    };
    let size = u64_at(&stream.bytes, 24);
    let record = Record {
        name: name::shown(&name::from_utf16(&units)),
        aliases: Vec::new(),
        kind: if u16_at(&file.bytes, 4) & FOLDER != 0 {
            EntryKind::Folder
        } else {
            EntryKind::File
        },
        size,
        valid: u64_at(&stream.bytes, 8).min(size),
        times,
        first: u32_at(&stream.bytes, 20),
        contiguous: u8_at(&stream.bytes, 1) & NO_FAT_CHAIN != 0,
        deleted,
        at: file.at,
        untrusted: (!is_sound).then_some(WRONG_SUM),
    };
    Ok((record, odd))
}

/// The sum of a set, as it was when its entries were in use.
pub(super) fn checksum(slots: &[Slot]) -> u16 {
    let mut sum = 0_u16;
    for (number, slot) in slots.iter().enumerate() {
        for (index, byte) in slot.bytes.iter().enumerate() {
            let byte = match index {
                // The sum itself.
                2 | 3 if number == 0 => continue,
                0 => *byte | IN_USE,
                _ => *byte,
            };
            sum = sum.rotate_right(1).wrapping_add(u16::from(byte));
        }
    }
    sum
}

/// The times; and whether one of them is none.
fn times(file: &Slot) -> (FileTimes, bool) {
    let bytes = &file.bytes;
    let created = time(bytes, 8, u8_at(bytes, 20), u8_at(bytes, 22), 2);
    let modified = time(bytes, 12, u8_at(bytes, 21), u8_at(bytes, 23), 2);
    let accessed = time(bytes, 16, 0, u8_at(bytes, 24), 0);
    let odd = created.is_err() || modified.is_err() || accessed.is_err();
    let times = FileTimes {
        created: created.unwrap_or_default(),
        modified: modified.unwrap_or_default(),
        accessed: accessed.unwrap_or_default(),
        changed: None,
    };
    (times, odd)
}

fn time(
    bytes: &[u8],
    at: usize,
    hundredths: u8,
    offset: u8,
    decimals: u8,
) -> Result<Option<RecordedTime>, NoTime> {
    let wall = dos_time::wall(
        u16_at(bytes, at.saturating_add(2)),
        u16_at(bytes, at),
        hundredths,
    )?;
    Ok(wall.map(|wall| match offset_seconds(offset) {
        Some(seconds) => RecordedTime::with_offset(wall, seconds, decimals),
        None => RecordedTime::local(wall, decimals),
    }))
}

/// The offset from UTC in seconds, east positive; `None` where none is said.
fn offset_seconds(offset: u8) -> Option<i32> {
    if offset & 0x80 == 0 {
        return None;
    }
    let quarters = i32::from(offset & 0x7F);
    // Seven bits with a sign.
    let quarters = if quarters >= 64 {
        quarters - 128
    } else {
        quarters
    };
    Some(quarters * 15 * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_in_quarters_of_an_hour() {
        // Table 31 of the specification.
        for (byte, seconds) in [
            (0x80, Some(0)),
            (0xA4, Some(9 * 3600)),
            (0xBF, Some(15 * 3600 + 45 * 60)),
            (0xFF, Some(-15 * 60)),
            (0xC0, Some(-16 * 3600)),
            (0x24, None),
            (0x00, None),
        ] {
            assert_eq!(offset_seconds(byte), seconds, "{byte:02X}");
        }
    }
}
