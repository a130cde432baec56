//! The stream `DestList`.

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
    let mut entries: Vec<DestListEntry> = Vec::new();
    let mut at = HEADER;
    while at < bytes.len() {
        let found = entry(bytes, at, header.version, ansi).filter(|found| {
            found.is_plausible(&header) && entries.iter().all(|other| other.number != found.number)
        });
        if let Some(found) = found {
            at = at.saturating_add(usize::try_from(found.length).unwrap_or(usize::MAX));
            entries.push(found);
            continue;
        }
        // Entries stand at even places.
        let next = (at.saturating_add(2)..bytes.len())
            .step_by(2)
            .find(|&next| {
                entry(bytes, next, header.version, ansi)
                    .is_some_and(|found| found.is_plausible(&header) && found.last_access.is_some())
            });
        let end = next.unwrap_or(bytes.len());
        let skipped = offset(end.saturating_sub(at));
        Damage::new(offset(at), skipped, "no DestList entry").push_to(damage);
        at = end;
    }
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

impl DestListEntry {
    fn is_plausible(&self, header: &DestList) -> bool {
        let is_time = |time: Timestamp| PLAUSIBLE.contains(&time.date().0);
        (1..=header.last_entry).contains(&self.number) && self.last_access.is_none_or(is_time)
    }
}

fn entry(bytes: &[u8], at: usize, version: u32, ansi: &'static Encoding) -> Option<DestListEntry> {
    let rest = bytes.get(at..)?;
    // From version 2 on 16 bytes stand before the path, and four behind it.
    let (path_at, behind) = if version == 1 { (112, 0) } else { (128, 4) };
    let text_at = path_at + 2;
    let path = slice_at(
        rest,
        text_at,
        usize::from(u16_at(rest, path_at)?).checked_mul(2)?,
    )?;
    let length = text_at.checked_add(path.len())?.checked_add(behind)?;
    // The four bytes behind the last path may be cut off with the stream.
    let length = length.min(rest.len());
    let last_access = u64_at(rest, 100)?;
    let time = Timestamp::from_filetime(last_access);
    if time.is_none() && last_access != 0 {
        return None;
    }
    Some(DestListEntry {
        stream_offset: offset(at),
        length: offset(length),
        number: u32_at(rest, 88)?,
        pin: match u32_at(rest, 108)? {
            u32::MAX => Pin::Unpinned,
            place => Pin::Pinned(place),
        },
        access_count: if version == 1 {
            None
        } else {
            Some(u32_at(rest, 116)?)
        },
        last_access: time,
        score_bits: u32_at(rest, 96)?,
        droid: rest.get(8..).and_then(Droid::from_bytes)?,
        birth: rest.get(40..).and_then(Droid::from_bytes)?,
        host_name: terminated::ansi(rest.get(72..88)?, ansi),
        path: terminated::utf16_whole(path),
    })
}
