//! A raw image in several files: `disk.001`, `disk.002`, … as dd with `split`, FTK Imager, Guymager
//! and others write it.
//!
//! Raw bytes say nothing about themselves, so this is the one container that is told by the names
//! of its files. Sources: the manual of GNU `split` (endings `aa`, `ab`, … and `00`, `01`, …); the
//! endings that FTK Imager writes (`.001`, `.002`, …).

mod joined;
mod part_names;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use self::joined::Joined;
use self::part_names::{Counting, PartName};
use super::few_notes::few;
use super::same_folder::shown;
use super::{Beside, Container, Fact};
use crate::ReadAt;

/// The most parts.
const MOST_PARTS: usize = 100_000;

/// One part that is there.
struct Part {
    name: String,
    bytes: Arc<dyn ReadAt>,
}

impl Part {
    fn size(&self) -> u64 {
        self.bytes.size()
    }
}

/// Joins the parts of a split image, of which `bytes` with the name `name` is any one. `None` when
/// the name is not that of a part, or no other part stands beside it.
///
/// A missing part between others is a range that cannot be read, where the sizes of the others
/// tell how long it is; else the image ends before it. The notes say so.
///
/// What is joined may hold anything: a disk, or a container that was split.
///
/// # Errors
/// When the folder cannot be listed, when a part cannot be opened, and when the first part is
/// missing and its place cannot be told.
pub fn join(
    name: &str,
    bytes: &Arc<dyn ReadAt>,
    beside: &dyn Beside,
) -> io::Result<Option<Container>> {
    let Some(own) = PartName::of(name) else {
        return Ok(None);
    };
    let Some(names) = names_of_parts(name, &own, beside)? else {
        return Ok(None);
    };
    let mut parts = BTreeMap::new();
    let mut notes = Vec::new();
    for (number, part) in names {
        let opened = if number == own.number {
            Ok(Some(Arc::clone(bytes)))
        } else {
            beside.open(&part)
        };
        match opened {
            Ok(Some(bytes)) => {
                parts.insert(number, Part { name: part, bytes });
            }
            Ok(None) => {}
            Err(error) => notes.push(format!(
                "the part `{}` cannot be opened: {error}",
                shown(&part)
            )),
        }
    }
    let first = first_number(&own, &parts, name)?;
    let (joined, last_joined) = put_together(first, &parts, &mut notes)?;
    let joined_parts = parts.range(..=last_joined);
    let files: Vec<String> = joined_parts.map(|(_, part)| part.name.clone()).collect();
    Ok(Some(Container {
        format: "split raw",
        media: Arc::new(joined),
        sector_size: 512,
        facts: vec![Fact::new("parts", files.len().to_string())],
        stored_hashes: Vec::new(),
        files,
        notes: few(notes),
    }))
}

/// The names of the parts by their numbers; `None` when they are no set.
fn names_of_parts(
    name: &str,
    own: &PartName,
    beside: &dyn Beside,
) -> io::Result<Option<BTreeMap<u64, String>>> {
    let mut names = BTreeMap::new();
    let mut all = beside.names()?;
    all.sort_unstable();
    for other in all {
        if let Some(part) = PartName::of(&other)
            && part.goes_with(own)
            && names.len() < MOST_PARTS
        {
            names.entry(part.number).or_insert(other);
        }
    }
    names.insert(own.number, name.to_owned());
    let is_set = match own.counting() {
        // Letters end many names that do not count (`.dd`, `.gz`): only with the first two of
        // the set they do, or with the first and the next of this one.
        Counting::Letters(_) => {
            names.contains_key(&0)
                && (names.contains_key(&1) || names.contains_key(&2))
                && counts_on(&names, own.number)
        }
        // A set begins with 00 or 01, so one of its numbers has a zero before it; years have none.
        Counting::Digits(_) => {
            let padded = |name: &String| {
                PartName::of(name)
                    .is_some_and(|part| !matches!(part.counting(), Counting::Digits(0)))
            };
            names.len() > 1 && names.values().any(padded) && counts_on(&names, own.number)
        }
    };
    Ok(is_set.then_some(names))
}

/// Whether most numbers from the first to that one are there: a few parts may be missing.
fn counts_on(names: &BTreeMap<u64, String>, number: u64) -> bool {
    let Some(first) = names.keys().next().copied() else {
        return false;
    };
    let there = names.range(..=number).count();
    let there = u64::try_from(there).unwrap_or(u64::MAX);
    number.saturating_sub(first) < there.saturating_mul(2)
}

/// The number of the first part of the whole set.
fn first_number(own: &PartName, parts: &BTreeMap<u64, Part>, name: &str) -> io::Result<u64> {
    let smallest = parts.keys().next().copied().unwrap_or(own.number);
    match own.counting() {
        Counting::Letters(_) => Ok(0),
        Counting::Digits(_) if smallest <= 1 => Ok(smallest),
        Counting::Digits(_) => Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!(
                "`{}` is a part of a split image whose first part is missing (number 0 or 1; the \
                 smallest there is {smallest}), so the place of every byte is unknown; give all \
                 parts in one folder",
                shown(name)
            ),
        )),
    }
}

/// Puts the parts one behind the other; gives the number of the last one, too.
fn put_together(
    first: u64,
    parts: &BTreeMap<u64, Part>,
    notes: &mut Vec<String>,
) -> io::Result<(Joined, u64)> {
    let last = parts.keys().next_back().copied().unwrap_or(first);
    let too_long = || io::Error::other("the parts are longer than 2^64 bytes together");
    let full = full_size(last, parts);
    let mut joined = Joined::new();
    let mut next = first;
    for (number, part) in parts {
        if *number > next {
            let gap = number.saturating_sub(next);
            let which = if gap == 1 {
                format!("part {next}")
            } else {
                format!("parts {next} to {}", number.saturating_sub(1))
            };
            let Some(size) = full.and_then(|size| size.checked_mul(gap)) else {
                notes.push(format!(
                    "{which} of the split image missing, and the sizes of the others do not tell \
                     how long it is: the image is read up to there, and {} further parts are not",
                    parts.range(number..).count()
                ));
                return Ok((joined, next.saturating_sub(1)));
            };
            let start = joined.size();
            let why = format!(
                "{which} of the split image missing: bytes {start} to {} cannot be read",
                start.saturating_add(size)
            );
            notes.push(why.clone());
            joined.push(size, Err(why)).ok_or_else(too_long)?;
        }
        joined
            .push(part.size(), Ok(Arc::clone(&part.bytes)))
            .ok_or_else(too_long)?;
        if let Some(size) = full.filter(|size| *number != last && part.size() < *size) {
            let cut = size.saturating_sub(part.size());
            let why = format!(
                "the part `{}` is {cut} bytes shorter than the others; what is missing cannot be \
                 read",
                shown(&part.name)
            );
            notes.push(why.clone());
            joined.push(cut, Err(why)).ok_or_else(too_long)?;
        } else if let Some(size) = full.filter(|size| *number == last && part.size() > *size) {
            notes.push(format!(
                "the last part `{}` is longer than the others ({} and {size} bytes)",
                shown(&part.name),
                part.size()
            ));
        }
        next = number.saturating_add(1);
    }
    Ok((joined, last))
}

/// The size of a full part, where the parts before the last agree on it: all of them, or all but
/// one shorter one (cut) when at least two others agree.
fn full_size(last: u64, parts: &BTreeMap<u64, Part>) -> Option<u64> {
    let sizes: Vec<u64> = parts.range(..last).map(|(_, part)| part.size()).collect();
    let largest = sizes.iter().copied().max()?;
    let full = sizes.iter().filter(|size| **size == largest).count();
    let short = sizes.len().saturating_sub(full);
    let agree = short == 0 || (short == 1 && full >= 2);
    (agree && largest > 0).then_some(largest)
}
