//! Jump lists that Windows keeps.

use encoding_rs::Encoding;
use kusari_evidence::time::RecordedTime;

use super::dest_list::{self, DestList, DestListEntry};
use crate::compound_file::{self, Stream, Stretch};
use crate::shortcut::{self, Shortcut};
use crate::wire::offset;
use crate::{Coverage, Damage, Locator, NumberGap, Outcome, SourceState};

/// The name of the stream with the list.
const DEST_LIST: &str = "DestList";

/// A jump list that Windows keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AutomaticList {
    /// The list's header; `None` for an empty list.
    pub dest_list: Option<DestList>,
    /// The entries in the list's order, then shortcuts that no entry names.
    pub items: Vec<AutomaticItem>,
    /// Coverage and damage. The coverage's span is that of the last openings, of which only the
    /// latest of each file is kept.
    pub outcome: Outcome,
}

/// What a program opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutomaticItem {
    /// The entry in the list; `None` for a shortcut that the list does not name: an entry that was
    /// removed or lost.
    pub entry: Option<DestListEntry>,
    /// The shortcut; its offsets count from its own first byte. `None` where its stream is missing
    /// or holds none.
    pub shortcut: Option<Shortcut>,
    /// Where the entry stands in the file, or the shortcut for one without an entry. The first
    /// stretch, where it stands in several.
    pub locator: Locator,
    /// Where all of the entry's bytes stand in the file.
    pub entry_places: Vec<Stretch>,
    /// Where all of the shortcut's bytes stand in the file.
    pub shortcut_places: Vec<Stretch>,
}

pub(super) fn read(bytes: &[u8], ansi: &'static Encoding) -> AutomaticList {
    let Some(file) = compound_file::read(bytes) else {
        let reason = "no jump list: its first bytes are not a compound file's header";
        let mut list = AutomaticList::default();
        Damage::new(0, offset(bytes.len()), reason).push_to(&mut list.outcome.damage);
        list.outcome.coverage.note(SourceState::Damaged);
        return list;
    };
    let mut damage = file.damage;
    let dest_list = file.streams.iter().find(|stream| stream.name == DEST_LIST);
    let (header, entries) = dest_list.map_or((None, Vec::new()), |stream| {
        let mut inner = Vec::new();
        let found = dest_list::read(&stream.bytes, ansi, &mut inner);
        put_in_file(stream, inner, &mut damage);
        found
    });
    if dest_list.is_none() {
        Damage::new(0, 0, "no stream DestList").push_to(&mut damage);
    }
    let mut coverage = coverage(header, &entries, dest_list);
    let mut named: Vec<(u32, &Stream)> = file
        .streams
        .iter()
        .filter_map(|stream| Some((number_of(&stream.name)?, stream)))
        .collect();
    // Of two streams of one name the first is the entry's.
    named.sort_by_key(|(number, _)| *number);
    let mut is_used = vec![false; named.len()];
    let mut items = Vec::with_capacity(entries.len());
    for entry in entries {
        let first = named.partition_point(|(number, _)| *number < entry.number);
        let stream = named
            .get(first)
            .filter(|(number, _)| *number == entry.number)
            .map(|(_, stream)| *stream);
        if let Some(used) = is_used.get_mut(first).filter(|_| stream.is_some()) {
            *used = true;
        }
        let places = dest_list.map_or_else(Vec::new, |list| {
            list.places(entry.stream_offset, entry.length)
        });
        if stream.is_none() {
            let at = places.first().map_or(0, |place| place.offset);
            let reason = format!("no stream with the shortcut of entry {:x}", entry.number);
            Damage::new(at, 0, reason).push_to(&mut damage);
        }
        items.push(item(Some(entry), places, stream, ansi, &mut damage));
    }
    for ((_, stream), used) in named.iter().zip(&is_used) {
        if !used {
            items.push(item(None, Vec::new(), Some(stream), ansi, &mut damage));
        }
    }
    if !damage.is_empty() {
        coverage.note(SourceState::Damaged);
    }
    AutomaticList {
        dest_list: header,
        items,
        outcome: Outcome { coverage, damage },
    }
}

fn item(
    entry: Option<DestListEntry>,
    entry_places: Vec<Stretch>,
    stream: Option<&Stream>,
    ansi: &'static Encoding,
    damage: &mut Vec<Damage>,
) -> AutomaticItem {
    let shortcut = stream.and_then(|stream| {
        let found = shortcut::read(&stream.bytes, ansi);
        put_in_file(stream, found.outcome.damage, damage);
        found.shortcut
    });
    let shortcut_places = stream.map_or_else(Vec::new, |stream| {
        let length = shortcut.as_ref().map_or(stream.size, |found| found.length);
        stream.places(0, length)
    });
    let first = entry_places.first().or(shortcut_places.first());
    AutomaticItem {
        locator: first.map_or(
            Locator::Bytes {
                offset: 0,
                length: 0,
            },
            |place| Locator::Bytes {
                offset: place.offset,
                length: place.length,
            },
        ),
        entry,
        shortcut,
        entry_places,
        shortcut_places,
    }
}

/// Streams with shortcuts are named by a number in hexadecimal.
fn number_of(name: &str) -> Option<u32> {
    let is_number = name.bytes().all(|byte| byte.is_ascii_hexdigit()) && !name.starts_with('0');
    is_number
        .then(|| u32::from_str_radix(name, 16).ok())
        .flatten()
}

/// Damage inside a stream as damage of the file.
fn put_in_file(stream: &Stream, inner: Vec<Damage>, damage: &mut Vec<Damage>) {
    for mut one in inner {
        let place = stream.places(one.offset, one.length.max(1));
        one.offset = place.first().map_or_else(
            || {
                stream
                    .stretches
                    .last()
                    .map_or(0, |last| last.offset.saturating_add(last.length))
            },
            |place| place.offset,
        );
        one.reason = format!("stream `{}`: {}", stream.name, one.reason);
        one.push_to(damage);
    }
}

fn coverage(
    header: Option<DestList>,
    entries: &[DestListEntry],
    stream: Option<&Stream>,
) -> Coverage {
    let mut coverage = Coverage {
        records: offset(entries.len()),
        ..Coverage::default()
    };
    for time in entries.iter().filter_map(|entry| entry.last_access) {
        coverage.widen(RecordedTime::utc(time));
    }
    if !entries.is_empty() {
        coverage.note(SourceState::LastTimeOnly);
    }
    // Numbers are given once and in order, so missing ones were entries.
    let mut numbers: Vec<(u32, u64)> = entries
        .iter()
        .map(|entry| {
            let place = stream
                .map(|list| list.places(entry.stream_offset, 1))
                .unwrap_or_default();
            (entry.number, place.first().map_or(0, |place| place.offset))
        })
        .collect();
    numbers.sort_unstable();
    let last = header.map(|header| (header.last_entry.saturating_add(1), 0));
    let mut before = 0_u32;
    for (number, place) in numbers.into_iter().chain(last) {
        if number > before.saturating_add(1) {
            coverage.gaps.push(NumberGap {
                after: u64::from(before),
                before: u64::from(number),
                offset: place,
            });
        }
        before = number;
    }
    coverage
}
