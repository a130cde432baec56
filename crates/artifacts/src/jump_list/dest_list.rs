//! The stream `DestList`.

use std::collections::HashSet;

use encoding_rs::Encoding;
use kusari_evidence::time::Timestamp;

use crate::wire::{offset, slice_at, u16_at, u32_at, u64_at};
use crate::{Damage, Droid, terminated};

/// The header of `DestList`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DestList {
    /// 1 in Windows 7 and 8; 2 to 4 in Windows 10 and later.
    pub version: u32,
    /// How many entries it says that it has.
    pub entries: u32,
    /// How many of them are pinned.
    pub pinned: u32,
    /// The last number that an entry got. A number is given once, so lower numbers that are missing
    /// are entries that are gone.
    pub last_entry: u32,
    /// How often the list was changed, as far as is known.
    pub last_revision: u32,
}

/// An entry: one file or folder that the program opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestListEntry {
    /// Where it begins in the stream.
    pub stream_offset: u64,
    /// How many bytes of the stream it takes.
    pub length: u64,
    /// Its number, which is the name of its shortcut's stream in hexadecimal.
    pub number: u32,
    /// Whether the user pinned it, and at which place.
    pub pin: Pin,
    /// How often it was opened, from version 2 on. What makes it count is not documented.
    pub access_count: Option<u32>,
    /// When it was last opened, by the machine's clock, in UTC.
    pub last_access: Option<Timestamp>,
    /// The bits of the number by which Windows sorts the list (32 bits, IEEE 754).
    pub score_bits: u32,
    /// Volume and file when the entry was last written.
    pub droid: Droid,
    /// Volume and file when the file got its object id.
    pub birth: Droid,
    /// The machine: its NetBIOS name, at most 16 bytes of it.
    pub host_name: String,
    /// The path, as the program named it.
    pub path: String,
}

/// Whether an entry is pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// It is not.
    Unpinned,
    /// It is, at this place from 0.
    Pinned(u32),
}

const HEADER: usize = 32;

/// The first year that a jump list can have an entry of, and one that no clock shows: only used to
/// find the next entry behind damage.
const PLAUSIBLE: std::ops::Range<i32> = 2000..2200;

/// Numbers up to this are taken for an entry's even where the header knows none as high, so that a
/// damaged header loses no entries.
const HIGHEST_COMMON: u32 = 0xFFFF;

pub(super) fn read(
    bytes: &[u8],
    ansi: &'static Encoding,
    damage: &mut Vec<Damage>,
) -> (Option<DestList>, Vec<DestListEntry>) {
    let Some(header) = header(bytes) else {
        // Windows leaves the stream empty for an empty list.
        if !bytes.is_empty() {
            let reason = "a DestList that is shorter than its header";
            Damage::new(0, offset(bytes.len()), reason).push_to(damage);
        }
        return (None, Vec::new());
    };
    if !(1..=4).contains(&header.version) {
        let reason = format!(
            "a DestList of version {}, which is not known",
            header.version
        );
        Damage::new(0, offset(bytes.len()), reason).push_to(damage);
        return (Some(header), Vec::new());
    }
    let entries = entries(bytes, &header, ansi, damage);
    let found = entries.len();
    if usize::try_from(header.entries).is_ok_and(|said| said != found) {
        let reason = format!(
            "{found} DestList entries are there, {} should be",
            header.entries
        );
        Damage::new(0, 0, reason).push_to(damage);
    }
    (Some(header), entries)
}

/// The entries from the header on. Behind one that is out of order reading goes on at the next that
/// looks like one.
fn entries(
    bytes: &[u8],
    header: &DestList,
    ansi: &'static Encoding,
    damage: &mut Vec<Damage>,
) -> Vec<DestListEntry> {
    let is_end = |at: usize| at >= bytes.len() || shape(bytes, at, header).is_some();
    // Entries stand at even places.
    let first_in = |range: std::ops::Range<usize>| {
        range.step_by(2).find(|&at| {
            shape(bytes, at, header).is_some_and(|shape| {
                shape.last_access.is_some() && is_end(at.saturating_add(shape.length))
            })
        })
    };
    let mut entries: Vec<DestListEntry> = Vec::new();
    let mut numbers = HashSet::new();
    let mut at = HEADER;
    while at < bytes.len() {
        if let Some(shape) = shape(bytes, at, header) {
            let end = at.saturating_add(shape.length);
            // An entry behind which none begins is taken where none begins inside it: the next one
            // is damaged. Where one does, a damaged length leads over it.
            let is_sound = is_end(end) || first_in(at.saturating_add(2)..end).is_none();
            if is_sound
                && numbers.insert(shape.number)
                && let Some(found) = entry(bytes, at, &shape, ansi)
            {
                entries.push(found);
                at = end;
                continue;
            }
        }
        let next = first_in(at.saturating_add(2)..bytes.len()).unwrap_or(bytes.len());
        let skipped = offset(next.saturating_sub(at));
        let reason = "a DestList entry that is damaged";
        Damage::new(offset(at), skipped, reason).push_to(damage);
        at = next;
    }
    entries
}

fn header(bytes: &[u8]) -> Option<DestList> {
    let bytes = bytes.get(..HEADER)?;
    Some(DestList {
        version: u32_at(bytes, 0)?,
        entries: u32_at(bytes, 4)?,
        pinned: u32_at(bytes, 8)?,
        last_entry: u32_at(bytes, 16)?,
        last_revision: u32_at(bytes, 24)?,
    })
}

/// What tells an entry from other bytes, without decoding its texts.
struct Shape {
    number: u32,
    last_access: Option<Timestamp>,
    /// Where in the entry its path begins, and how many bytes the path takes.
    path: (usize, usize),
    length: usize,
    version: u32,
}

/// The shape of an entry that may begin at `at`.
fn shape(bytes: &[u8], at: usize, header: &DestList) -> Option<Shape> {
    let rest = bytes.get(at..)?;
    // From version 2 on 16 bytes stand before the path, and four behind it.
    let (path_at, behind) = if header.version == 1 {
        (112, 0)
    } else {
        (128, 4)
    };
    let text_at = path_at + 2;
    let path = usize::from(u16_at(rest, path_at)?).checked_mul(2)?;
    let text_end = text_at.checked_add(path)?;
    let number = u32_at(rest, 88)?;
    let time = u64_at(rest, 100)?;
    let last_access = Timestamp::from_filetime(time);
    let is_time = match last_access {
        Some(time) => PLAUSIBLE.contains(&time.date().0),
        None => time == 0,
    };
    let last = header.last_entry.max(HIGHEST_COMMON);
    (is_time && (1..=last).contains(&number) && text_end <= rest.len()).then(|| Shape {
        number,
        last_access,
        path: (text_at, path),
        // The four bytes behind the last path may be cut off with the stream.
        length: text_end.saturating_add(behind).min(rest.len()),
        version: header.version,
    })
}

fn entry(bytes: &[u8], at: usize, shape: &Shape, ansi: &'static Encoding) -> Option<DestListEntry> {
    let rest = bytes.get(at..)?;
    let (path_at, path) = shape.path;
    Some(DestListEntry {
        stream_offset: offset(at),
        length: offset(shape.length),
        number: shape.number,
        pin: match u32_at(rest, 108)? {
            u32::MAX => Pin::Unpinned,
            place => Pin::Pinned(place),
        },
        access_count: if shape.version == 1 {
            None
        } else {
            Some(u32_at(rest, 116)?)
        },
        last_access: shape.last_access,
        score_bits: u32_at(rest, 96)?,
        droid: rest.get(8..).and_then(Droid::from_bytes)?,
        birth: rest.get(40..).and_then(Droid::from_bytes)?,
        host_name: terminated::ansi(rest.get(72..88)?, ansi),
        path: terminated::utf16_whole(slice_at(rest, path_at, path)?),
    })
}
