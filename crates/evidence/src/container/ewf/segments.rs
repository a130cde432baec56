//! Finds the segment files of a set beside the one that was given.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::contents::Contents;
use super::file_header::{FileHeader, Kind};
use super::header_text::Source;
use super::notes::Notes;
use super::segment_name::SegmentName;
use super::{v1, v2};
use crate::container::Candidate;
use crate::{FormatError, ReadAt, read_vec_at};

/// Bytes that a file header needs.
const HEADER: u64 = 32;

/// A segment file of the set.
pub(super) struct Segment {
    pub(super) number: u32,
    pub(super) name: String,
    pub(super) bytes: Arc<dyn ReadAt>,
    pub(super) contents: Contents,
}

/// The segment files of a set.
pub(super) struct Segments {
    pub(super) kind: Kind,
    /// The header of the file that was given.
    pub(super) header: FileHeader,
    /// Those that were found, by number.
    pub(super) found: Vec<Segment>,
    /// Those before the last one found that were not, with the reason.
    pub(super) missing: BTreeMap<u32, String>,
    /// How segments are named, for messages.
    names: Names,
    pub(super) notes: Notes,
}

/// How the files of a set are named.
struct Names {
    given: String,
    /// The first letter of the first segment's extension, where the given name has one.
    first_letter: Option<u8>,
}

impl Names {
    fn new(given: &str, header: &FileHeader) -> Self {
        let parsed = SegmentName::new(given);
        let letters = SegmentName::first_letters(header.kind);
        let number = |letter| parsed.and_then(|name| name.number(letter, header.kind));
        // The number in the header decides between the letters.
        let first_letter = letters
            .iter()
            .copied()
            .find(|letter| number(*letter) == Some(header.number))
            .or_else(|| {
                letters
                    .iter()
                    .copied()
                    .find(|letter| number(*letter).is_some())
            });
        Self {
            given: given.to_owned(),
            first_letter,
        }
    }

    /// A segment, as a person would look for it.
    fn segment(&self, kind: Kind, number: u32) -> String {
        let name = self
            .first_letter
            .and_then(|letter| SegmentName::new(&self.given)?.of_segment(letter, kind, number));
        name.map_or_else(
            || format!("segment {number}"),
            |name| format!("segment {number} ({name})"),
        )
    }

    /// The files beside the given one that are named as segments of its set, those spelled like
    /// it first.
    fn beside(&self, candidate: &Candidate<'_>, kind: Kind) -> io::Result<Vec<String>> {
        let (Some(letter), Some(given)) = (self.first_letter, SegmentName::new(&self.given)) else {
            return Ok(Vec::new());
        };
        let names = candidate.beside.names()?;
        let folded = given.stem.to_lowercase();
        let mut found: Vec<(u32, bool, String)> = names
            .into_iter()
            .filter_map(|name| {
                let parsed = SegmentName::new(&name)?;
                let other_case = parsed.stem != given.stem;
                if other_case && parsed.stem.to_lowercase() != folded {
                    return None;
                }
                let number = parsed.number(letter, kind)?;
                Some((number, other_case, name))
            })
            .collect();
        found.sort();
        Ok(found.into_iter().map(|(_, _, name)| name).collect())
    }
}

impl Segments {
    /// Finds the set of `candidate` and reads what its segments say.
    pub(super) fn find(candidate: &Candidate<'_>) -> Result<Self, FormatError> {
        let start = read_vec_at(candidate.bytes.as_ref(), 0, HEADER)
            .map_err(|source| FormatError::unreadable("file header", 0, source))?;
        let header = FileHeader::read(&start)
            .filter(|header| header.number > 0)
            .ok_or_else(|| {
                FormatError::malformed("file header", 0, "no signature and segment number")
            })?;
        if header.version.0 > 2 {
            return Err(FormatError::Unsupported(format!(
                "version {}.{} of the Expert Witness Format is not known; 1 and 2 are read",
                header.version.0, header.version.1
            )));
        }
        let mut segments = Self {
            kind: header.kind,
            header,
            found: Vec::new(),
            missing: BTreeMap::new(),
            names: Names::new(candidate.name, &header),
            notes: Notes::default(),
        };
        segments.collect(candidate);
        segments.keep_one_set();
        segments.say_missing();
        Ok(segments)
    }

    fn collect(&mut self, candidate: &Candidate<'_>) {
        let mut found = BTreeMap::new();
        found.insert(
            self.header.number,
            (candidate.name.to_owned(), Arc::clone(&candidate.bytes)),
        );
        let beside = self
            .names
            .beside(candidate, self.kind)
            .unwrap_or_else(|error| {
                self.notes.add(format!(
                    "the folder of the segments cannot be listed: {error}"
                ));
                Vec::new()
            });
        for name in beside {
            if name == candidate.name {
                continue;
            }
            let bytes = match candidate.beside.open(&name) {
                Ok(Some(bytes)) => bytes,
                Ok(None) => continue,
                Err(error) => {
                    self.cannot_open(&name, &error.to_string());
                    continue;
                }
            };
            let start = read_vec_at(bytes.as_ref(), 0, HEADER).unwrap_or_default();
            match FileHeader::read(&start) {
                Some(header) if header.kind != self.kind => {
                    self.notes
                        .add(format!("{name} is of another format and not used"));
                }
                Some(header) if header.set != self.header.set => {
                    self.notes
                        .add(format!("{name} belongs to another set and is not used"));
                }
                Some(header) if header.number > 0 => {
                    if let Some((first, _)) = found.get(&header.number) {
                        self.notes.add(format!(
                            "{name} says that it is segment {}, as {first} does; it is not used",
                            header.number
                        ));
                    } else {
                        found.insert(header.number, (name, bytes));
                    }
                }
                _ => self.cannot_open(&name, "its file header is damaged"),
            }
        }
        let mut first_texts: Vec<Source> = Vec::new();
        self.found = found
            .into_iter()
            .map(|(number, (name, bytes))| {
                let mut contents = if self.kind.is_version_2() {
                    v2::read(bytes.as_ref(), &name)
                } else {
                    v1::read(bytes.as_ref(), &name)
                };
                // Every segment may repeat the texts; those of the first speak for all.
                contents.texts.retain(|text| {
                    let new = !first_texts.contains(&text.source());
                    if new {
                        first_texts.push(text.source());
                    }
                    new
                });
                Segment {
                    number,
                    name,
                    bytes,
                    contents,
                }
            })
            .collect();
    }

    /// A file that should be a segment and cannot be used.
    fn cannot_open(&mut self, name: &str, why: &str) {
        self.notes.add(format!("{name} cannot be used: {why}"));
        let number = self
            .names
            .first_letter
            .and_then(|letter| SegmentName::new(name)?.number(letter, self.kind));
        if let Some(number) = number {
            self.missing
                .insert(number, format!("{name} cannot be used: {why}"));
        }
    }

    /// Leaves out what belongs to another set. Version 1 has the set's identifier in the copy of
    /// the volume section that every segment holds; before EnCase 5, where it is empty, the sizes
    /// must be the same. A damaged copy says nothing.
    fn keep_one_set(&mut self) {
        let given = self.header.number;
        let of = |segment: &Segment| segment.contents.sound_geometry().cloned();
        let Some(reference) = self
            .found
            .iter()
            .find(|segment| segment.number == given)
            .and_then(of)
            .or_else(|| self.found.iter().find_map(of))
        else {
            return;
        };
        let notes = &mut self.notes;
        self.found.retain(|segment| {
            let same = segment
                .contents
                .sound_geometry()
                .is_none_or(|geometry| geometry.agrees(&reference));
            if !same {
                notes.add(format!(
                    "{} belongs to another set and is not used",
                    segment.name
                ));
            }
            same
        });
        // What stands behind the segment that says it is the last cannot belong to the set.
        let last = self
            .found
            .iter()
            .position(|segment| segment.contents.is_last);
        if let Some(last) = last
            && let Some(end) = self.found.get(last).map(|segment| segment.number)
        {
            for segment in self.found.iter().skip(last.saturating_add(1)) {
                notes.add(format!(
                    "{} stands behind the last segment of the set and is not used",
                    segment.name
                ));
            }
            self.found.retain(|segment| segment.number <= end);
        }
    }

    /// Names the segments that are not there.
    fn say_missing(&mut self) {
        let mut expected = 1_u32;
        let mut absent = BTreeMap::new();
        for segment in &self.found {
            // At most 65535 in version 1; in version 2 no more than names exist are named.
            for number in (expected..segment.number).take(15_000) {
                let name = self.names.segment(self.kind, number);
                absent.insert(number, format!("{name} is missing"));
            }
            expected = segment.number.saturating_add(1);
        }
        for (number, reason) in absent {
            let reason = self.missing.entry(number).or_insert(reason);
            self.notes.add(reason.clone());
        }
        let ends = self
            .found
            .last()
            .map(|last| (last.contents.is_last, last.contents.has_next));
        match ends {
            Some((false, true)) => {
                let name = self.names.segment(self.kind, expected);
                let reason = format!("{name} and any that follow it are missing");
                let reason = self.missing.entry(expected).or_insert(reason);
                self.notes.add(reason.clone());
            }
            Some((false, false)) => self
                .notes
                .add("the last segment does not say that it is the last one; more may be missing"),
            _ => {}
        }
        let last = self.found.last().map_or(0, |last| last.number);
        self.missing
            .retain(|number, _| *number <= last.saturating_add(1));
    }
}
